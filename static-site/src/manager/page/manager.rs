//! The manager's screen: output against plan, first-pass yield, scrap, time in state, and the hours at which most is booked.

mod draw;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::lifecycle::Lifecycle;
use takt_api::master::PlantDetail;
use takt_api::production::{Peaks, Production};

use crate::net::LIVE_MS;
use crate::net::fetch::timer;
use crate::net::read::Read;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field};
use crate::{app, show};

const FROM: Text = Text::new("从", "From");
const TO: Text = Text::new("到", "To");
const UNIT: Text = Text::new("单位", "Unit");
const KIND: Text = Text::new("时段图统计", "Hours of");
const ALL_KINDS: Text = Text::new("全部入账", "All bookings");
const REPORTS: Text = Text::new("报工", "Reports");
const MOVEMENTS: Text = Text::new("出入库", "Movements");
const ROWS: Text = Text::new("时段图按", "Hours by");
const DATES: Text = Text::new("日期", "Date");
const WEEKDAYS: Text = Text::new("星期", "Weekday");
const AS_OF: Text = Text::new("统计截至 {}", "As of {}");
const NOT_YET: Text = Text::new("统计还没有开始,请稍候", "The statistics have not begun yet");
const EXPLAIN: Text = Text::new(
    "计划:交期在当天的工单数量。产出:最后一道工序的合格数。一次合格率:(合格−返工)÷(合格+报废),含所有工序。数据由后台汇总,不影响现场。",
    "Plan: pieces of orders that are due on the day. Output: good pieces of the last operation. First-pass yield: (good − rework) ÷ (good + scrap), of all operations. The background adds it up, so the floor is not slowed down.",
);

pub(crate) fn view() -> View {
    let (from, to) = (create_signal(String::new()), create_signal(String::new()));
    let (line, unit) = (create_signal(String::new()), create_signal(String::new()));
    let (kind, by) = (create_signal(String::new()), create_signal(false));
    let days = create_memo(move || asked(&[("from", from.get_clone()), ("to", to.get_clone())]));
    let of_line =
        create_memo(move || asked(&[("from", from.get_clone()), ("to", to.get_clone()), ("line", line.get_clone())]));
    let pieces = ui::live(move || {
        let query = of_line.get_clone() + &asked(&[("unit", unit.get_clone())]);
        untrack(|| polled(format!("/api/v1/insight/production?{query}"), move |found| production(&found, unit)))
    });
    let states = ui::live(move || {
        let query = of_line.get_clone() + &asked_month(&from.get_clone());
        untrack(|| {
            polled(format!("/api/v1/insight/lifecycle?by=state{query}"), |found: Rc<Lifecycle>| draw::states(&found))
        })
    });
    let hours = ui::live(move || {
        let query = days.get_clone() + &asked(&[("kind", kind.get_clone())]);
        untrack(|| {
            polled(format!("/api/v1/insight/peaks?{query}"), move |found: Rc<Peaks>| {
                ui::live(move || draw::hours(&found, by.get()))
            })
        })
    });
    let (lines, from, to) = (lines(line), date(FROM, from), date(TO, to));
    let kinds = [("", ALL_KINDS), ("order.reported.v1", REPORTS), ("stock.moved.v1", MOVEMENTS)];
    let kinds = kinds.into_iter().map(|(name, text)| (name.to_owned(), text.get().to_owned())).collect();
    let kinds = field::select(KIND, kind, kinds);
    let rows = field::choice(ROWS, by, vec![(false, DATES.get().to_owned()), (true, WEEKDAYS.get().to_owned())]);
    let body = view! {
        div(class="card filters no-print") { (from) (to) (lines) }
        (pieces)
        div(class="charts") { (states) }
        div(class="card filters no-print") { (kinds) (rows) }
        div(class="charts one") { (hours) }
        p(class="note") { (EXPLAIN) }
    };
    ui::shell::page(text::MANAGER.get(), None, View::new(), body)
}

/// Reads it, and again while the page is seen.
fn polled<T: serde::de::DeserializeOwned + 'static>(path: String, draw: impl Fn(Rc<T>) -> View + 'static) -> View {
    let read = Read::new(path.replace("?&", "?").trim_end_matches('?'));
    read.poll(LIVE_MS);
    ui::shown(read, draw)
}

fn asked(parameters: &[(&str, String)]) -> String {
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    given.map(|(name, value)| format!("&{name}={}", encode(value))).collect()
}

/// The other statistics begin a month before today by themselves; this one at the first of the month.
fn asked_month(from: &str) -> String {
    if from.is_empty() { format!("&from={}", show::day_ago(30)) } else { String::new() }
}

fn date(name: Text, value: Signal<String>) -> View {
    field::labelled(name, view! { input(r#type="date", bind:value=value) })
}

fn lines(line: Signal<String>) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    ui::live(move || {
        let mut lines = vec![(String::new(), text::ALL_LINES.get().to_owned())];
        let plant = read.ready();
        lines.extend(plant.iter().flat_map(|plant| &plant.lines).map(|line| (line.id.to_string(), line.name.clone())));
        untrack(|| field::select(text::LINE, line, lines))
    })
}

fn production(found: &Rc<Production>, unit: Signal<String>) -> View {
    let said = match found.as_of {
        Some(as_of) => AS_OF.with(&show::time(as_of)),
        None => NOT_YET.get().to_owned(),
    };
    let stale = app::app().offline;
    let class = move || if stale.get().is_some() { "chip bad" } else { "chip" };
    let units = if found.units.len() > 1 {
        let now = create_signal(found.unit.clone());
        let options = found.units.iter().map(|unit| (unit.clone(), unit.clone())).collect();
        let first = found.unit.clone();
        create_effect(move || {
            let chosen = now.get_clone();
            // What is shown by itself is no choice.
            if chosen != first {
                // All is drawn anew for it, and this choice with it: not before the browser is through with the event.
                timer(0, move || {
                    if unit.is_alive() {
                        unit.set(chosen);
                    }
                });
            }
        });
        field::select(UNIT, now, options)
    } else {
        View::new()
    };
    let (tiles, charts) = (draw::tiles(found), draw::production(found));
    view! {
        div(class="chart-state") { span(class=class, data-as-of="") { (said) } (units) }
        (tiles)
        div(class="charts") { (charts) }
    }
}
