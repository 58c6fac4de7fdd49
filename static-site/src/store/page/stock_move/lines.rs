//! Labels that are scanned one after another with the camera's view open: each makes a line, and one touch books them all.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::ScannedDetail;
use takt_domain::ledger::MovementKind;
use takt_domain::master::Item;
use takt_domain::quantity::Quantity;

use crate::show;
use crate::text::{self, Text};
use crate::ui::{self, camera, icon, tap, tone};

const LINES: Text = Text::new("已扫 {} 行,待记账", "{} line{s} scanned, to be booked");
const TWICE: Text = Text::new("此标签已在列表里:{}", "This label is in the list already: {}");
const HOW_MUCH: Text =
    Text::new("标签没有数量,请单独扫并输入:{}", "The label says no quantity; scan it by itself and type one: {}");
const TAKE_OFF: Text = Text::new("移除 {}", "Take off {}");

/// One of them.
#[derive(Clone)]
pub(super) struct Line {
    pub item: Rc<Item>,
    pub lot: String,
    pub quantity: Quantity,
    /// The code that was scanned, the last one of several alike.
    pub code: String,
}

/// Adds what was scanned. A code that stands for no single piece may be scanned again: each time is another piece.
pub(super) fn take(lines: Signal<Vec<Line>>, kind: MovementKind, code: String, item: Item, with: &ScannedDetail) {
    let refuse = |why: String| {
        tone::bad();
        camera::say(&why, false);
    };
    if let Some(used) = with.booked.iter().find(|used| used.kind == kind) {
        let booked = [show::time(used.at), show::user(&used.by), used.document.clone()].join(" ");
        return refuse(text::LABEL_BOOKED.with(&booked));
    }
    let known = lines.with_untracked(|lines| lines.iter().position(|line| line.code == code));
    if with.unique && known.is_some() {
        return refuse(TWICE.with(&item.name));
    }
    // What is counted in whole pieces is counted by scanning; nobody can tell how much a bag weighs by its barcode.
    let piece = (item.scale == 0).then(|| Quantity::from_units(1, 0));
    let said = with.quantity.and_then(|said| said.at_scale(item.scale).ok()).filter(|said| said.is_positive());
    let Some(quantity) = said.or(piece) else { return refuse(HOW_MUCH.with(&item.name)) };
    let mut line = Line { item: Rc::new(item), lot: with.lot.clone(), quantity, code };
    lines.update(|lines| {
        let more = known.and_then(|at| lines[at].quantity.plus(quantity).ok().map(|sum| (at, sum)));
        match more {
            Some((at, sum)) => {
                lines[at].quantity = sum;
                line.quantity = sum;
            }
            None => lines.push(line.clone()),
        }
    });
    let count = lines.with_untracked(Vec::len);
    camera::say(&format!("{} · {}", line.words(), LINES.count(count)), true);
}

impl Line {
    /// What it is, as people say it.
    fn words(&self) -> String {
        let lot = if self.lot.is_empty() { String::new() } else { format!(" {} {}", text::LOT.get(), self.lot) };
        format!("{} {} {}{lot}", self.item.name, self.quantity, self.item.unit)
    }
}

/// What is to be booked, and a way to take each off again.
pub(super) fn view(lines: Signal<Vec<Line>>) -> View {
    ui::live(move || {
        let all = lines.get_clone();
        if all.is_empty() {
            return View::new();
        }
        let (title, rows) = (LINES.count(all.len()), all.iter().map(|line| row(line, lines)).collect::<Vec<_>>());
        view! { section(class="card") { h2 { (title) } ul(class="rows") { (rows) } } }
    })
}

fn row(line: &Line, lines: Signal<Vec<Line>>) -> View {
    let (name, code) = (line.item.name.clone(), line.code.clone());
    let amount = format!("{} {}", line.quantity, line.item.unit);
    let lot = if line.lot.is_empty() { String::new() } else { format!(" · {} {}", text::LOT.get(), line.lot) };
    let note = format!("{}{lot}", line.item.id);
    let face = TAKE_OFF.with(&name);
    let off = tap(move || lines.update(|lines| lines.retain(|line| line.code != code)));
    view! {
        li(class="row") { div(class="row-main") {
            div(class="grow") { strong { (name) } p(class="note") { (note) } }
            span(class="number") { (amount) }
            button(r#type="button", class="round", aria-label=face, on:click=off) { (icon::CROSS) }
        } }
    }
}
