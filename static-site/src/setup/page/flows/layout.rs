//! Where states and transitions are drawn. Pure, in pixels of the sheet.

use std::collections::BTreeMap;

use takt_domain::flow::{Flow, Position};

/// The size of a state's box.
pub(super) const WIDTH: i32 = 156;
pub(super) const HEIGHT: i32 = 62;
const COLUMNS: usize = 4;
const COLUMN: i32 = 236;
const ROW: i32 = 250;
/// How much lower every other column stands.
const LOWER: i32 = 80;
const MARGIN: i32 = 24;
/// How far arrows between the same two states stand apart.
const APART: i32 = 46;

/// A point of the sheet.
pub(super) type Point = (i32, i32);

/// One arrow: which action, from where, its line as an SVG path, and where its name stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Arrow {
    pub(super) action: String,
    pub(super) path: String,
    pub(super) label: Point,
}

/// The upper left corner of each state: where it was put, else in the order of the flow, there and back again in rows that
/// fit a desk's screen. Every other column stands lower, so that an arrow over one state passes it.
pub(super) fn places(flow: &Flow) -> BTreeMap<&str, Point> {
    let usual = |n: usize| {
        let (row, at) = (n / COLUMNS, n % COLUMNS);
        let column = if row.is_multiple_of(2) { at } else { COLUMNS - 1 - at };
        let (row, column) = (i32::try_from(row).unwrap_or(0), i32::try_from(column).unwrap_or(0));
        (MARGIN + column * COLUMN, MARGIN + row * ROW + column % 2 * LOWER)
    };
    let place = |n: usize, at: Option<Position>| at.map_or(usual(n), |at| (i32::from(at.x), i32::from(at.y)));
    flow.states.iter().enumerate().map(|(n, state)| (state.name.as_str(), place(n, state.position))).collect()
}

/// Gives every state the place at which it is drawn, so that moving one moves no other.
pub(super) fn settle(flow: &mut Flow) {
    let places: BTreeMap<String, Point> = places(flow).into_iter().map(|(name, at)| (name.to_owned(), at)).collect();
    for state in &mut flow.states {
        state.position = places.get(&state.name).map(|at| position(*at));
    }
}

/// A place as it is kept.
pub(super) fn position((x, y): Point) -> Position {
    let within = |value: i32| u16::try_from(value.clamp(0, 4_000)).unwrap_or(0);
    Position { x: within(x), y: within(y) }
}

/// Where an action leads.
fn ends(action: &takt_domain::flow::Action) -> impl Iterator<Item = &str> {
    action.to.iter().chain(&action.when_quantity_reached).map(String::as_str)
}

/// The size of the sheet that holds everything.
pub(super) fn size(places: &BTreeMap<&str, Point>) -> Point {
    let right = places.values().map(|at| at.0 + WIDTH).max().unwrap_or(0);
    let bottom = places.values().map(|at| at.1 + HEIGHT).max().unwrap_or(0);
    (right + MARGIN + 60, bottom + MARGIN + 60)
}

/// The state whose box holds a point.
pub(super) fn state_at(flow: &Flow, (x, y): Point) -> Option<String> {
    let found = places(flow)
        .into_iter()
        .find(|(_, at)| (at.0..at.0 + WIDTH).contains(&x) && (at.1..at.1 + HEIGHT).contains(&y));
    found.map(|(name, _)| name.to_owned())
}

/// Every arrow between two states.
pub(super) fn arrows(flow: &Flow, places: &BTreeMap<&str, Point>) -> Vec<Arrow> {
    let mut wanted = Vec::new();
    for action in &flow.actions {
        for from in &action.from {
            wanted.extend(ends(action).filter(|to| to != from).map(|to| (action.name.as_str(), from.as_str(), to)));
        }
    }
    // Arrows between the same two states, in either direction, share the room between them.
    let pair = |from: &str, to: &str| {
        if from < to { (from.to_owned(), to.to_owned()) } else { (to.to_owned(), from.to_owned()) }
    };
    let mut count: BTreeMap<(String, String), i32> = BTreeMap::new();
    for (_, from, to) in &wanted {
        *count.entry(pair(from, to)).or_insert(0) += 1;
    }
    let mut seen: BTreeMap<(String, String), i32> = BTreeMap::new();
    let mut arrows = Vec::with_capacity(wanted.len());
    for (action, from, to) in wanted {
        let (Some(start), Some(end)) = (places.get(from), places.get(to)) else { continue };
        let (all, index) = (count.get(&pair(from, to)).copied().unwrap_or(1), seen.entry(pair(from, to)).or_insert(0));
        // The offset turns with the direction, so that two opposite arrows do not lie on each other.
        let turn = if from < to { 1 } else { -1 };
        let offset = (2 * *index - (all - 1)) * APART / 2 * turn;
        *index += 1;
        arrows.push(arrow(action, center(*start), center(*end), offset));
    }
    arrows
}

fn center((x, y): Point) -> Point {
    (x + WIDTH / 2, y + HEIGHT / 2)
}

fn arrow(action: &str, start: Point, end: Point, offset: i32) -> Arrow {
    let (dx, dy) = (f64::from(end.0 - start.0), f64::from(end.1 - start.1));
    let length = dx.hypot(dy).max(1.0);
    let (nx, ny) = (-dy / length, dx / length);
    let middle = |by: f64| {
        let (x, y) = (f64::from(start.0 + end.0) / 2.0 + nx * by, f64::from(start.1 + end.1) / 2.0 + ny * by);
        (x.round() as i32, y.round() as i32)
    };
    // A curve reaches half as far out as the point that pulls it.
    let pull = middle(f64::from(offset) * 2.0);
    let (from, to) = (border(start, pull), border(end, pull));
    let label = ((from.0 + 2 * pull.0 + to.0) / 4, (from.1 + 2 * pull.1 + to.1) / 4);
    let path = format!("M{} {}Q{} {} {} {}", from.0, from.1, pull.0, pull.1, to.0, to.1);
    Arrow { action: action.to_owned(), path, label }
}

/// Where the line from the middle of a box towards a point leaves the box.
fn border(center: Point, towards: Point) -> Point {
    let (dx, dy) = (f64::from(towards.0 - center.0), f64::from(towards.1 - center.1));
    if dx == 0.0 && dy == 0.0 {
        return center;
    }
    let (half_width, half_height) = (f64::from(WIDTH) / 2.0 + 4.0, f64::from(HEIGHT) / 2.0 + 4.0);
    let part = (half_width / dx.abs()).min(half_height / dy.abs());
    (center.0 + (dx * part).round() as i32, center.1 + (dy * part).round() as i32)
}
