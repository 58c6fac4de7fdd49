//! The genealogy: columns from left to right, a box for each node, and how much flowed on each line between them.
//!
//! It is one drawing of links, so that a tap, the keyboard and a reader of the screen go the same ways; what a plant has named
//! is escaped.

use std::fmt::Write as _;

use sycamore::prelude::*;
use takt_api::trace::{Trace, TraceKind, TraceNode};

use super::{NAME, link, note, sort, stock, title};
use crate::svg::{escaped, short};

const WIDTH: i32 = 168;
const HEIGHT: i32 = 70;
/// Between columns: room for a quantity.
const ACROSS: i32 = 112;
/// Between boxes of a column.
const DOWN: i32 = 18;
const EDGE: i32 = 16;
/// How often columns are put in order by what they hang on.
const SWEEPS: usize = 6;

/// Where each node stands.
struct Layout {
    at: Vec<(i32, i32)>,
    width: i32,
    height: i32,
}

pub(super) fn view(trace: &Trace, way: &str) -> View {
    let layout = layout(trace);
    let svg = svg(trace, &layout, way);
    let start = layout.at.get(trace.start as usize).map_or(0, |(x, _)| *x);
    let scrolled = create_node_ref();
    on_mount(move || {
        let element = scrolled.try_get().and_then(|node| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(node).ok());
        if let Some(element) = element {
            // What was asked about is in the middle of a narrow screen.
            element.set_scroll_left(start + WIDTH / 2 - element.client_width() / 2);
        }
    });
    view! { div(class="card genealogy", r#ref=scrolled, tabindex="0", role="group", aria-label=NAME, dangerously_set_inner_html=svg) }
}

/// Columns by layer. In a column what hangs on what is near comes near, and each column stands in the middle.
fn layout(trace: &Trace) -> Layout {
    let columns = trace.nodes.iter().map(|node| usize::from(node.layer) + 1).max().unwrap_or(1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (at, node) in trace.nodes.iter().enumerate() {
        order[usize::from(node.layer)].push(at);
    }
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); trace.nodes.len()];
    for edge in &trace.edges {
        let (from, to) = (edge.from as usize, edge.to as usize);
        if let Some(list) = beside.get_mut(from) {
            list.push(to);
        }
        if let Some(list) = beside.get_mut(to) {
            list.push(from);
        }
    }
    let mut rank = vec![0_i64; trace.nodes.len()];
    let number = |rank: &mut [i64], column: &[usize]| {
        // In the middle, as it will be drawn.
        let first = -(column.len() as i64 * 500);
        column.iter().enumerate().for_each(|(place, at)| rank[*at] = first + place as i64 * 1000);
    };
    order.iter().for_each(|column| number(&mut rank, column));
    for sweep in 0..SWEEPS {
        for step in 0..columns {
            let column = &mut order[if sweep % 2 == 0 { step } else { columns - 1 - step }];
            let mean = |at: &usize| {
                let near = &beside[*at];
                let sum: i64 = near.iter().filter_map(|other| rank.get(*other)).sum();
                if near.is_empty() { rank[*at] } else { sum / near.len() as i64 }
            };
            column.sort_by_key(|at| (mean(at), *at));
            let column = column.clone();
            number(&mut rank, &column);
        }
    }
    let most = order.iter().map(Vec::len).max().unwrap_or(1) as i32;
    let height = EDGE * 2 + most * (HEIGHT + DOWN) - DOWN;
    let mut at = vec![(0, 0); trace.nodes.len()];
    for (column, nodes) in order.iter().enumerate() {
        let top = (height - (nodes.len() as i32 * (HEIGHT + DOWN) - DOWN)) / 2;
        for (place, node) in nodes.iter().enumerate() {
            at[*node] = (EDGE + column as i32 * (WIDTH + ACROSS), top + place as i32 * (HEIGHT + DOWN));
        }
    }
    Layout { at, width: EDGE * 2 + columns as i32 * (WIDTH + ACROSS) - ACROSS, height }
}

fn svg(trace: &Trace, layout: &Layout, way: &str) -> String {
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><defs><marker id="flow-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>"#
    );
    let mut names = String::new();
    for edge in &trace.edges {
        let ends = (layout.at.get(edge.from as usize), layout.at.get(edge.to as usize));
        let (Some((x1, y1)), Some((x2, y2))) = ends else { continue };
        let (x1, y1, x2, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, *x2, y2 + HEIGHT / 2);
        let bend = if x2 > x1 { ((x2 - x1) / 2).min(ACROSS) } else { ACROSS };
        let class = if x2 > x1 { "flow" } else { "flow back" };
        let _ = write!(
            text,
            r#"<path class="{class}" d="M{x1} {y1}C{} {y1} {} {y2} {x2} {y2}" marker-end="url(#flow-tip)"/>"#,
            x1 + bend,
            x2 - bend
        );
        // Lines part at the end that has fewer of them: there each has its number for itself.
        let out = trace.edges.iter().filter(|other| other.from == edge.from).count();
        let into = trace.edges.iter().filter(|other| other.to == edge.to).count();
        let quantity = escaped(&short(&format!("{} {}", edge.quantity, edge.unit), 14));
        let (x, y) = match out.cmp(&into) {
            std::cmp::Ordering::Greater => (x2 - ACROSS / 2 + 6, y2),
            std::cmp::Ordering::Less => (x1 + ACROSS / 2 - 6, y1),
            std::cmp::Ordering::Equal => ((x1 + x2) / 2, (y1 + y2) / 2),
        };
        let _ = write!(names, r#"<text class="flow-name" x="{x}" y="{}">{quantity}</text>"#, y - 6);
    }
    for (at, node) in trace.nodes.iter().enumerate() {
        let Some(place) = layout.at.get(at) else { continue };
        draw(&mut text, node, *place, at == trace.start as usize, way);
    }
    text.push_str(&names);
    text.push_str("</svg>");
    text
}

fn draw(text: &mut String, node: &TraceNode, (x, y): (i32, i32), is_start: bool, way: &str) {
    let class = match node.kind {
        TraceKind::Lot => "lot",
        TraceKind::NoLot => "loose",
        TraceKind::Order => "order",
        TraceKind::Supplier | TraceKind::Customer => "paper",
        _ => "place",
    };
    let start = if is_start { " start" } else { "" };
    let open = if node.open { " …" } else { "" };
    let (kind, name, about, stock) = (sort(node), title(node), note(node), stock(node));
    let full: Vec<_> = [kind, &name, &about, &stock].into_iter().filter(|part| !part.is_empty()).collect();
    let full = escaped(&full.join(" "));
    let (middle, first, second, third) = (x + WIDTH / 2, y + 20, y + 40, y + 59);
    let head = if stock.is_empty() { kind.to_owned() } else { format!("{kind} · {stock}") };
    let (head, name, about) = (escaped(&short(&head, 22)), escaped(&short(&name, 18)), escaped(&short(&about, 22)));
    let shape = format!(
        r#"<g class="kin {class}{start}"><title>{full}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/><text class="kin-sort" x="{middle}" y="{first}">{head}{open}</text><text class="kin-name" x="{middle}" y="{second}">{name}</text><text class="kin-sort" x="{middle}" y="{third}">{about}</text></g>"#
    );
    let _ = match link(node, way).filter(|_| !is_start) {
        Some(href) => write!(text, r#"<a href="{}" aria-label="{full}">{shape}</a>"#, escaped(&href)),
        None => write!(text, r#"{shape}"#),
    };
}
