//! The sheet: states are boxes that one moves, actions are arrows that one draws from the dot at a box to another box.
//!
//! It is drawn as one SVG whenever the flow changes; what the pointer does is heard on the frame around it, which stays.
//! All of it can also be done without a pointer: boxes and names are buttons (Enter chooses, arrow keys move), and the
//! panel has lists and fields for the rest.

use std::fmt::Write as _;

use sycamore::prelude::*;
use takt_domain::flow::{Category, Flow};
use takt_domain::text::Lang;
use wasm_bindgen::JsCast;

use super::draft::{Chosen, Draft};
use super::layout::{self, HEIGHT, Point, WIDTH};
use crate::app;
use crate::svg::{escaped, short};
use crate::text::Text;

const SHEET: Text = Text::new("流程图", "The flow as a drawing");
/// How far an arrow key moves a state.
const STEP: i32 = 10;

/// What the pointer is doing.
#[derive(Clone, PartialEq)]
enum Grip {
    None,
    /// Moves a state; where in its box it was taken, and whether it has moved yet.
    Box {
        state: String,
        inside: Point,
        moved: bool,
    },
    /// Draws an arrow; where its end is now.
    Arrow {
        from: String,
        at: Point,
    },
}

pub(super) fn view(draft: Draft) -> View {
    let grip = create_signal(Grip::None);
    let drawing = crate::ui::live(move || {
        let chosen = draft.chosen.get_clone();
        let grip = grip.get_clone();
        let faulty = faulty(draft);
        let svg = draft.flow.with(|flow| svg(flow, &chosen, &grip, &faulty, app::lang()));
        view! { div(class="sheet-drawing", dangerously_set_inner_html=svg) }
    });
    let down = move |event: web_sys::PointerEvent| pressed(draft, grip, &event);
    let moving = move |event: web_sys::PointerEvent| moved(draft, grip, &event);
    let up = move |event: web_sys::PointerEvent| released(draft, grip, &event);
    let keys = move |event: web_sys::KeyboardEvent| typed(draft, &event);
    view! {
        div(
            class="flow-sheet", role="group", aria-label=SHEET, on:pointerdown=down, on:pointermove=moving,
            on:pointerup=up, on:pointercancel=move |_: web_sys::PointerEvent| grip.set(Grip::None), on:keydown=keys
        ) { (drawing) }
    }
}

/// The parts that something is wrong with, as `states.NAME` and `actions.NAME`.
fn faulty(draft: Draft) -> Vec<String> {
    draft.problems.with(|all| {
        let part = |at: &str| at.split('.').take(2).collect::<Vec<_>>().join(".");
        all.iter().map(|problem| part(&problem.at)).collect()
    })
}

fn class(category: Category) -> &'static str {
    match category {
        Category::Waiting => "waiting",
        Category::Ready => "ready",
        Category::Running => "running",
        Category::Done => "done",
        Category::Closed => "closed",
    }
}

fn svg(flow: &Flow, chosen: &Chosen, grip: &Grip, faulty: &[String], lang: Lang) -> String {
    let places = layout::places(flow);
    let (width, height) = layout::size(&places);
    let mut text = format!(
        r#"<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}"><defs><marker id="tip" viewBox="0 0 10 10" refX="8" refY="5" markerWidth="8" markerHeight="8" orient="auto-start-reverse"><path d="M0 0L10 5L0 10z"/></marker></defs>"#
    );
    let mut named = std::collections::BTreeSet::new();
    let arrows = layout::arrows(flow, &places);
    for arrow in &arrows {
        let mark =
            marks(matches!(chosen, Chosen::Action(name) if *name == arrow.action), faulty, "actions", &arrow.action);
        let (name, path) = (escaped(&arrow.action), &arrow.path);
        let _ = write!(
            text,
            r#"<g data-action="{name}"><path class="way-room" d="{path}"/><path class="way{mark}" d="{path}" marker-end="url(#tip)"/></g>"#
        );
    }
    for arrow in &arrows {
        let Some(action) = flow.action(&arrow.action) else { continue };
        let mark =
            marks(matches!(chosen, Chosen::Action(name) if *name == arrow.action), faulty, "actions", &arrow.action);
        let label = action.label.get(lang);
        // One of an action's arrows takes the focus of the keyboard.
        let focus = if named.insert(&arrow.action) { r#" tabindex="0" role="button""# } else { "" };
        let signs = if action.approval.is_some() { "✍ " } else { "" };
        let (name, full, shown, (x, y)) =
            (escaped(&arrow.action), escaped(label), escaped(&short(label, 18)), arrow.label);
        let _ = write!(
            text,
            r#"<g data-action="{name}"{focus} aria-label="{full}"><text class="way-name{mark}" x="{x}" y="{y}">{signs}{shown}</text></g>"#
        );
    }
    for state in &flow.states {
        let Some(at) = places.get(state.name.as_str()) else { continue };
        state_box(&mut text, flow, state, *at, chosen, faulty, lang);
    }
    if let Grip::Arrow { from, at } = grip
        && let Some(start) = places.get(from.as_str())
    {
        let (x, y) = (start.0 + WIDTH, start.1 + HEIGHT / 2);
        let _ = write!(text, r#"<path class="way drawn" d="M{x} {y}L{} {}" marker-end="url(#tip)"/>"#, at.0, at.1);
    }
    text.push_str("</svg>");
    text
}

fn marks(is_chosen: bool, faulty: &[String], kind: &str, name: &str) -> &'static str {
    match (is_chosen, faulty.iter().any(|part| *part == format!("{kind}.{name}"))) {
        (true, true) => " chosen faulty",
        (true, false) => " chosen",
        (false, true) => " faulty",
        (false, false) => "",
    }
}

fn state_box(
    text: &mut String,
    flow: &Flow,
    state: &takt_domain::flow::State,
    (x, y): Point,
    chosen: &Chosen,
    faulty: &[String],
    lang: Lang,
) {
    let is_chosen = matches!(chosen, Chosen::State(name) if *name == state.name);
    let mark = marks(is_chosen, faulty, "states", &state.name);
    let label = state.label.get(lang);
    let acts = flow.actions.iter().filter(|action| action.to.is_none() && action.from.contains(&state.name));
    let acts: Vec<_> = acts.map(|action| action.label.get(lang)).collect();
    let within = short(&acts.join(" · "), 22);
    let start = if flow.initial == state.name { "▶ " } else { "" };
    let (name, full, shown, within) =
        (escaped(&state.name), escaped(label), escaped(&short(label, 18)), escaped(&within));
    let (category, middle, right) = (class(state.category), x + WIDTH / 2, x + WIDTH);
    let (line, small, dot) = (y + 27, y + 47, y + HEIGHT / 2);
    let _ = write!(
        text,
        r#"<g class="state-box {category}{mark}" data-state="{name}" tabindex="0" role="button" aria-label="{full}"><rect x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="10"/><text class="state-name" x="{middle}" y="{line}">{start}{shown}</text><text class="state-acts" x="{middle}" y="{small}">{within}</text></g><circle class="dot" data-dot="{name}" cx="{right}" cy="{dot}" r="9"/>"#
    );
}

/// Where the pointer is on the sheet.
fn place(event: &web_sys::PointerEvent) -> Point {
    let drawing = document().query_selector(".flow-sheet svg").ok().flatten();
    let corner = drawing.map_or((0.0, 0.0), |svg| {
        let rect = svg.get_bounding_client_rect();
        (rect.x(), rect.y())
    });
    (event.client_x() - corner.0 as i32, event.client_y() - corner.1 as i32)
}

fn under(event: &web_sys::Event, attribute: &str) -> Option<String> {
    let target = event.target()?.dyn_into::<web_sys::Element>().ok()?;
    target.closest(&format!("[{attribute}]")).ok()??.get_attribute(attribute)
}

fn pressed(draft: Draft, grip: Signal<Grip>, event: &web_sys::PointerEvent) {
    if event.button() != 0 {
        return;
    }
    let at = place(event);
    if let Some(from) = under(event, "data-dot") {
        grip.set(Grip::Arrow { from, at });
    } else if let Some(state) = under(event, "data-state") {
        let corner = draft.flow.with_untracked(|flow| layout::places(flow).get(state.as_str()).copied());
        let corner = corner.unwrap_or(at);
        draft.chosen.set(Chosen::State(state.clone()));
        grip.set(Grip::Box { state, inside: (at.0 - corner.0, at.1 - corner.1), moved: false });
    } else if let Some(action) = under(event, "data-action") {
        draft.chosen.set(Chosen::Action(action));
        return;
    } else {
        draft.chosen.set(Chosen::Flow);
        return;
    }
    event.prevent_default();
    // The frame hears the pointer until it is lifted, wherever it goes.
    let frame = event.current_target().and_then(|frame| frame.dyn_into::<web_sys::Element>().ok());
    let _ = frame.map(|frame| frame.set_pointer_capture(event.pointer_id()));
}

fn moved(draft: Draft, grip: Signal<Grip>, event: &web_sys::PointerEvent) {
    let at = place(event);
    match grip.get_clone_untracked() {
        Grip::None => {}
        Grip::Arrow { from, .. } => grip.set(Grip::Arrow { from, at }),
        Grip::Box { state, inside, moved } => {
            let to = layout::position((at.0 - inside.0, at.1 - inside.1));
            let change = |flow: &mut Flow| {
                if let Some(state) = flow.states.iter_mut().find(|known| known.name == state) {
                    state.position = Some(to);
                }
            };
            if moved {
                draft.carry_on(change);
            } else if draft.flow.with_untracked(|flow| flow.state(&state).and_then(|state| state.position)) != Some(to)
            {
                draft.edit(change);
                grip.set_silent(Grip::Box { state: state.clone(), inside, moved: true });
            }
        }
    }
}

fn released(draft: Draft, grip: Signal<Grip>, event: &web_sys::PointerEvent) {
    if let Grip::Arrow { from, .. } = grip.replace(Grip::None) {
        let target = draft.flow.with_untracked(|flow| layout::state_at(flow, place(event)));
        if let Some(to) = target.filter(|to| *to != from) {
            draft.add_action(&from, Some(&to));
        }
    }
}

fn typed(draft: Draft, event: &web_sys::KeyboardEvent) {
    let (state, action) = (under(event, "data-state"), under(event, "data-action"));
    let key = event.key();
    let by = match key.as_str() {
        "ArrowLeft" => (-STEP, 0),
        "ArrowRight" => (STEP, 0),
        "ArrowUp" => (0, -STEP),
        "ArrowDown" => (0, STEP),
        "Enter" | " " => (0, 0),
        _ => return,
    };
    match (state, action) {
        (Some(name), _) => {
            draft.chosen.set(Chosen::State(name.clone()));
            draft.state(&name, |state| {
                let at = state.position.map_or((0, 0), |at| (i32::from(at.x), i32::from(at.y)));
                state.position = Some(layout::position((at.0 + by.0, at.1 + by.1)));
            });
            focus(&format!("[data-state=\"{name}\"]"));
        }
        (None, Some(name)) if by == (0, 0) => {
            draft.chosen.set(Chosen::Action(name.clone()));
            focus(&format!("[data-action=\"{name}\"][tabindex]"));
        }
        _ => return,
    }
    event.prevent_default();
}

/// The sheet was drawn anew, and what had the focus with it.
fn focus(selector: &str) {
    let found = document().query_selector(selector).ok().flatten();
    if let Some(found) = found.and_then(|found| found.dyn_into::<web_sys::SvgElement>().ok()) {
        let _ = found.focus();
    }
}
