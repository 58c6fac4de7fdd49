//! Counts at the desk: what is due, the sessions, their differences with what moved, and the rules.

mod detail;
mod list;
mod rules;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::counts::{CountAnswer, CountRow, DueList, StartCount};
use takt_api::master::PlantDetail;
use takt_api::stock::Source;
use takt_domain::count::{CountMode, CountState, Scope};
use takt_domain::permission::Permission;

use crate::frame::names::COUNT_PLANS as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, show, text};

const NONE: Text = Text::new("还没有盘点", "No counts yet");
const DUE: Text = Text::new("今日循环盘点计划", "To be counted today");
const NOTHING_DUE: Text = Text::new("今天没有要盘点的", "Nothing is due today");
const START_DUE: Text = Text::new("按计划开始盘点", "Count what is due");
const NEW: Text = Text::new("新建盘点", "New count");
const EVERYTHING: Text = Text::new("全部库位(全盘)", "Everything (full stocktake)");
const MODE: Text = Text::new("方式", "While counting");
const MOVING: Text = Text::new("照常出入库", "Stock moves on");
const FROZEN: Text = Text::new("冻结库位", "Locations are frozen");
const START: Text = Text::new("开始盘点", "Begin");
const ACCURACY: Text = Text::new("盘点准确率", "Accuracy of counts");
const RULES: Text = Text::new("盘点规则", "Rules");
const STARTED: Text = Text::new("已建盘点单 {}", "The count {} has begun");

pub(crate) fn view(rest: &[String]) -> View {
    match rest.first() {
        Some(id) => detail::view(id),
        None => overview(),
    }
}

/// The address of a count.
fn path(id: &str) -> String {
    format!("{}/{}", desk("counts").path(), encode(id))
}

fn overview() -> View {
    let counts: List<CountRow> = List::new("/api/v1/counts?limit=50".into());
    counts.poll(LIVE_MS);
    let rows = ui::listed(counts, "rows card", NONE, |found: CountRow| row(&found));
    let due = if app::may(Permission::CountDo) {
        let read: Read<DueList> = Read::new("/api/v1/counts/due");
        ui::section(DUE, ui::shown(read, |due| due_list(&due)))
    } else {
        View::new()
    };
    let begin = if app::may(Permission::CountDo) {
        let read: Read<PlantDetail> = Read::new("/api/v1/plant");
        ui::section(NEW, ui::shown(read, |plant| form(&plant)))
    } else {
        View::new()
    };
    let chart: Read<takt_api::Page<CountRow>> = Read::new("/api/v1/counts?state=posted&limit=24");
    let chart = ui::section(ACCURACY, ui::shown(chart, |found| accuracy(&found.rows)));
    let rules = if app::may(Permission::CountSet) { ui::fold_later(RULES, rules::view) } else { View::new() };
    let body = view! { (due) (begin) (rows) (chart) (rules) };
    ui::shell::page(NAME.get(), None, View::new(), body)
}

/// A chip with where a count stands.
fn chip(state: CountState) -> View {
    let class = match state {
        CountState::Open => "chip high",
        CountState::Counted | CountState::Posting => "chip bad",
        CountState::Posted => "chip good",
        CountState::Cancelled => "chip",
    };
    let label = state.label(app::lang()).to_owned();
    view! { span(class=class) { (label) } }
}

/// What a count is of, in words.
fn scope(scope: &Scope) -> String {
    let mut words: Vec<String> = scope.locations.iter().map(show::place).collect();
    words.extend(scope.items.iter().map(ToString::to_string));
    if scope.all {
        words.push(EVERYTHING.get().to_owned());
    }
    if !scope.places.is_empty() {
        words.push(detail::PLACES.count(scope.places.len()));
    }
    words.join(" · ")
}

fn row(found: &CountRow) -> View {
    let count = &found.count;
    let title = format!("{} · {}", count.id, scope(&count.scope));
    let summary = count.summary.as_ref().map_or(String::new(), |summary| format!(" · {}", detail::said(summary)));
    let note = format!("{} · {}{summary}", show::time(count.at), show::user(&count.by));
    let (path, chip) = (path(count.id.as_str()), chip(count.state));
    view! {
        li(class="row") { a(href=path, class="plain-row") {
            div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (chip) }
        } }
    }
}

fn due_list(due: &DueList) -> View {
    if due.rows.is_empty() {
        return view! { p(class="note") { (NOTHING_DUE) } };
    }
    let submit = Submit::new();
    let button = submit_button::view(submit, START_DUE, move || {
        begin(submit, &StartCount { due: true, ..StartCount::default() });
    });
    let rows: Vec<_> = due
        .rows
        .iter()
        .map(|row| {
            let class = row.class.as_str().to_uppercase();
            let last = row.counted_at.map_or_else(|| "–".to_owned(), show::time);
            let (location, item, lot) =
                (show::place(&row.place.location), row.place.item.to_string(), row.place.lot.clone());
            view! { tr { td { (class) } td { (location) } td { (item) } td { (lot) } td { (last) } } }
        })
        .collect();
    view! {
        div(class="card") {
            div(class="scrolled") { table(class="grid") {
                thead { tr { th { "ABC" } th { (text::LOCATION) } th { (text::ITEM) } th { (text::LOT) } th { (detail::LAST) } } }
                tbody { (rows) }
            } }
            (button)
        }
    }
}

fn begin(submit: Submit, body: &StartCount) {
    submit.send("POST", "/api/v1/counts".into(), body, Source::Hand, |done: CountAnswer| {
        app::app().say(Toast::good(STARTED.with(done.id.as_str())));
        app::app().go(&path(done.id.as_str()));
    });
}

fn form(plant: &Rc<PlantDetail>) -> View {
    let (place, mode) = (create_signal(String::new()), create_signal(CountMode::Moving));
    let note = create_signal(String::new());
    let submit = Submit::new();
    let button = submit_button::view(submit, START, move || {
        let location = place.with_untracked(|place| place.parse().ok());
        let scope = match location {
            Some(location) => Scope { locations: vec![location], ..Scope::default() },
            None => Scope { all: true, ..Scope::default() },
        };
        let note = note.with_untracked(|note| note.trim().to_owned());
        begin(submit, &StartCount { scope, mode: mode.get_untracked(), note, due: false });
    });
    let mut options = vec![(String::new(), EVERYTHING.get().to_owned())];
    options.extend(plant.locations.iter().map(|it| (it.id.to_string(), format!("{} {}", it.id, it.name))));
    let where_ = field::select(text::LOCATION, place, options);
    let modes = vec![(CountMode::Moving, MOVING.get().to_owned()), (CountMode::Frozen, FROZEN.get().to_owned())];
    let how = field::choice(MODE, mode, modes);
    let words = field::line(text::NOTE, note, text::OPTIONAL);
    let fields = submit_button::fields(submit, view! { div(class="filters") { (where_) (words) } (how) });
    view! { div(class="card") { (fields) (button) } }
}

/// How many lines of each booked count were as the books had them, oldest first.
fn accuracy(rows: &[CountRow]) -> View {
    let counted: Vec<_> = rows
        .iter()
        .rev()
        .filter_map(|row| {
            let summary = row.count.summary.as_ref().filter(|summary| summary.lines > 0)?;
            let right = u64::from(summary.lines.saturating_sub(summary.different)) * 100 / u64::from(summary.lines);
            Some((row.count.id.to_string(), right))
        })
        .collect();
    if counted.is_empty() {
        return view! { p(class="note") { (NONE) } };
    }
    let bars: Vec<_> = counted
        .iter()
        .enumerate()
        .map(|(n, (id, right))| {
            let (x, height) = (n as u64 * 28 + 4, right.max(&1) * 120 / 100);
            let (bar_x, text_x, y, label_y) =
                (x.to_string(), (x + 10).to_string(), (140 - height).to_string(), (134 - height).to_string());
            let (height, said, name) = (height.to_string(), right.to_string(), format!("{id}: {right} %"));
            view! {
                rect(x=bar_x, y=y, width="20", height=height, class="bar") { title { (name) } }
                text(x=text_x, y=label_y, text-anchor="middle") { (said) }
            }
        })
        .collect();
    view! { div(class="card", role="img", aria-label=ACCURACY) { svg(viewBox="0 0 700 144", class="pareto") { (bars) } } }
}
