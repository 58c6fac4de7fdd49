//! The genealogy: columns from left to right, a box for each node, and how much flowed on each line between them.
//!
//! It is one drawing of links, so that a tap, the keyboard and a reader of the screen go the same ways; what a plant has named
//! is escaped.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use sycamore::prelude::*;
use takt_api::trace::{Trace, TraceKind, TraceNode};

use super::{link, note, sort, stock, title};
use crate::frame::names::TRACE as NAME;
use crate::svg::{escaped, short};
use crate::text::Text;

const SEVERAL: Text = Text::new("{} 种物料", "{} items");
const IN_TABLE: Text = Text::new("见明细", "see the table");

const WIDTH: i32 = 184;
const HEIGHT: i32 = 70;
/// Between columns: room for a quantity.
const ACROSS: i32 = 112;
/// Between boxes of a column.
const DOWN: i32 = 18;
const EDGE: i32 = 16;
/// Room for a line that goes past a column, with its quantity.
const PAST: i32 = 24;
/// How often columns are put in order by what they hang on.
const SWEEPS: usize = 6;

/// From this many on, what an order took without a lot is one box: it says nothing that one would look for in a picture.
const TOGETHER: usize = 3;

/// A box of the picture.
struct Shown<'t> {
    node: &'t TraceNode,
    /// How many nodes it stands for.
    many: usize,
    is_start: bool,
}

/// From one box to another.
struct Line {
    from: usize,
    to: usize,
    /// Empty where it stands for several.
    quantity: String,
}

/// What is drawn.
struct Drawing<'t> {
    shown: Vec<Shown<'t>>,
    lines: Vec<Line>,
}

impl<'t> Drawing<'t> {
    fn of(trace: &'t Trace) -> Self {
        // Stock without a lot has one edge: it goes into something, or comes out of it.
        let loose = |at: u32| trace.nodes.get(at as usize).is_some_and(|node| node.kind == TraceKind::NoLot);
        let mut groups: BTreeMap<(u32, bool), Vec<u32>> = BTreeMap::new();
        for edge in &trace.edges {
            if loose(edge.from) {
                groups.entry((edge.to, true)).or_default().push(edge.from);
            } else if loose(edge.to) {
                groups.entry((edge.from, false)).or_default().push(edge.to);
            }
        }
        let mut stands_for: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        for group in groups.values().filter(|group| group.len() >= TOGETHER) {
            stands_for.extend(group.iter().map(|at| (*at, (group[0], group.len()))));
        }
        let mut shown = Vec::new();
        let mut place = vec![0; trace.nodes.len()];
        for (at, node) in trace.nodes.iter().enumerate() {
            let (first, many) = stands_for.get(&(at as u32)).copied().unwrap_or((at as u32, 1));
            if first as usize == at {
                place[at] = shown.len();
                shown.push(Shown { node, many, is_start: at == trace.start as usize });
            }
        }
        let mut lines: Vec<Line> = Vec::new();
        for edge in &trace.edges {
            let end = |at: u32| stands_for.get(&at).map_or(at, |(first, _)| *first) as usize;
            let (Some(from), Some(to)) = (place.get(end(edge.from)), place.get(end(edge.to))) else { continue };
            let several = [edge.from, edge.to].iter().any(|at| stands_for.contains_key(at));
            if !several {
                lines.push(Line { from: *from, to: *to, quantity: format!("{} {}", edge.quantity, edge.unit) });
            } else if !lines.iter().any(|line| (line.from, line.to) == (*from, *to)) {
                lines.push(Line { from: *from, to: *to, quantity: String::new() });
            }
        }
        Self { shown, lines }
    }
}

/// Where each box stands, and behind them where lines go past columns: so none runs behind a box, or over another line.
struct Layout {
    at: Vec<(i32, i32)>,
    /// Of each line, the places of `at` that it goes through.
    past: Vec<Vec<usize>>,
    width: i32,
    height: i32,
}

pub(super) fn view(trace: &Trace, way: &str) -> View {
    let drawing = Drawing::of(trace);
    let layout = layout(&drawing);
    let svg = svg(&drawing, &layout, way);
    let start = drawing.shown.iter().position(|shown| shown.is_start);
    let (x, y) = start.and_then(|start| layout.at.get(start)).copied().unwrap_or_default();
    let scrolled = create_node_ref();
    on_mount(move || {
        let element = scrolled.try_get().and_then(|node| wasm_bindgen::JsCast::dyn_into::<web_sys::Element>(node).ok());
        if let Some(element) = element {
            // What was asked about is in the middle.
            element.set_scroll_left(x + WIDTH / 2 - element.client_width() / 2);
            element.set_scroll_top(y + HEIGHT / 2 - element.client_height() / 2);
        }
    });
    view! { div(class="card genealogy", r#ref=scrolled, tabindex="0", role="group", aria-label=NAME, dangerously_set_inner_html=svg) }
}

/// Columns by layer. In a column what hangs on what is near comes near, and each column stands in the middle.
fn layout(drawing: &Drawing<'_>) -> Layout {
    let columns = drawing.shown.iter().map(|shown| usize::from(shown.node.layer) + 1).max().unwrap_or(1);
    let mut order: Vec<Vec<usize>> = vec![Vec::new(); columns];
    for (at, shown) in drawing.shown.iter().enumerate() {
        order[usize::from(shown.node.layer)].push(at);
    }
    let boxes = drawing.shown.len();
    let column_of = |at: usize| drawing.shown.get(at).map_or(0, |shown| usize::from(shown.node.layer));
    let mut beside: Vec<Vec<usize>> = vec![Vec::new(); boxes];
    let mut past = Vec::with_capacity(drawing.lines.len());
    for line in &drawing.lines {
        let mut way = vec![line.from];
        for column in order.iter_mut().take(column_of(line.to)).skip(column_of(line.from) + 1) {
            column.push(beside.len());
            way.push(beside.len());
            beside.push(Vec::new());
        }
        way.push(line.to);
        for ends in way.windows(2) {
            for (one, other) in [(ends[0], ends[1]), (ends[1], ends[0])] {
                if let Some(list) = beside.get_mut(one) {
                    list.push(other);
                }
            }
        }
        past.push(way[1..way.len() - 1].to_vec());
    }
    let mut rank = vec![0_i64; beside.len()];
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
    let tall = |at: usize| if at < boxes { HEIGHT } else { PAST };
    let whole = |nodes: &Vec<usize>| nodes.iter().map(|at| tall(*at) + DOWN).sum::<i32>() - DOWN;
    let height = EDGE * 2 + order.iter().map(whole).max().unwrap_or(HEIGHT);
    let mut at = vec![(0, 0); beside.len()];
    for (column, nodes) in order.iter().enumerate() {
        let mut top = (height - whole(nodes)) / 2;
        for node in nodes {
            at[*node] = (EDGE + column as i32 * (WIDTH + ACROSS), top);
            top += tall(*node) + DOWN;
        }
    }
    Layout { at, past, width: EDGE * 2 + columns as i32 * (WIDTH + ACROSS) - ACROSS, height }
}

fn svg(drawing: &Drawing<'_>, layout: &Layout, way: &str) -> String {
    let (width, height) = (layout.width, layout.height);
    let mut text = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><defs><marker id="flow-tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L10 5L0 10z"/></marker></defs>"#
    );
    let mut names = String::new();
    for (line, past) in drawing.lines.iter().zip(&layout.past) {
        let ends = (layout.at.get(line.from), layout.at.get(line.to));
        let (Some((x1, y1)), Some((x2, y2))) = ends else { continue };
        let (x1, y1, x2, y2) = (x1 + WIDTH, y1 + HEIGHT / 2, *x2, y2 + HEIGHT / 2);
        let class = if x2 > x1 { "flow" } else { "flow back" };
        let mut path = format!("M{x1} {y1}");
        let past: Vec<(i32, i32)> = past.iter().filter_map(|at| layout.at.get(*at)).copied().collect();
        let mut end = (x1, y1);
        for (x, y) in past.iter().map(|(x, y)| (*x, y + PAST / 2)) {
            path.push_str(&curve(end, (x, y)));
            end = (x + WIDTH, y);
            let _ = write!(path, "L{} {y}", end.0);
        }
        path.push_str(&curve(end, (x2, y2)));
        let _ = write!(text, r#"<path class="{class}" d="{path}" marker-end="url(#flow-tip)"/>"#);
        // Lines part at the end that has fewer of them: there each has its number for itself.
        let out = drawing.lines.iter().filter(|other| other.from == line.from).count();
        let into = drawing.lines.iter().filter(|other| other.to == line.to).count();
        let quantity = escaped(&short(&line.quantity, 14));
        let (x, y) = match (past.first(), out.cmp(&into)) {
            (Some((x, y)), _) => (x + WIDTH / 2, y + PAST / 2),
            (None, std::cmp::Ordering::Greater) => (x2 - ACROSS / 2 + 6, y2),
            (None, std::cmp::Ordering::Less) => (x1 + ACROSS / 2 - 6, y1),
            (None, std::cmp::Ordering::Equal) => ((x1 + x2) / 2, (y1 + y2) / 2),
        };
        let _ = write!(names, r#"<text class="flow-name" x="{x}" y="{}">{quantity}</text>"#, y - 6);
    }
    for (shown, place) in drawing.shown.iter().zip(&layout.at) {
        draw(&mut text, shown, *place, way);
    }
    text.push_str(&names);
    text.push_str("</svg>");
    text
}

/// From one end to the other, level at both.
fn curve((x1, y1): (i32, i32), (x2, y2): (i32, i32)) -> String {
    let bend = if x2 > x1 { ((x2 - x1) / 2).min(ACROSS) } else { ACROSS };
    format!("C{} {y1} {} {y2} {x2} {y2}", x1 + bend, x2 - bend)
}

fn draw(text: &mut String, shown: &Shown<'_>, (x, y): (i32, i32), way: &str) {
    let (node, is_start) = (shown.node, shown.is_start);
    let class = match node.kind {
        TraceKind::Lot => "lot",
        TraceKind::NoLot => "loose",
        TraceKind::Order => "order",
        TraceKind::Supplier | TraceKind::Customer => "paper",
        _ => "place",
    };
    let start = if is_start { " start" } else { "" };
    let open = if node.open { " …" } else { "" };
    let (kind, mut name, mut about, stock) = (sort(node), title(node), note(node), stock(node));
    if shown.many > 1 {
        (name, about) = (SEVERAL.with(&shown.many.to_string()), IN_TABLE.get().to_owned());
    }
    let full: Vec<_> = [kind, &name, &about, &stock].into_iter().filter(|part| !part.is_empty()).collect();
    let full = escaped(&full.join(" "));
    let (middle, first, second, third) = (x + WIDTH / 2, y + 20, y + 40, y + 59);
    let head = if stock.is_empty() { kind.to_owned() } else { format!("{kind} · {stock}") };
    let (head, name, about) = (escaped(&short(&head, 22)), escaped(&short(&name, 17)), escaped(&short(&about, 23)));
    let shape = format!(
        r#"<g class="kin {class}{start}"><title>{full}</title><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/><text class="kin-sort" x="{middle}" y="{first}">{head}{open}</text><text class="kin-name" x="{middle}" y="{second}">{name}</text><text class="kin-sort" x="{middle}" y="{third}">{about}</text></g>"#
    );
    let _ = match link(node, way).filter(|_| !is_start) {
        Some(href) => write!(text, r#"<a href="{}" aria-label="{full}">{shape}</a>"#, escaped(&href)),
        None => write!(text, r#"{shape}"#),
    };
}
