//! 排程: the plan of all open orders, a row for each machine. A planner drags an operation to another time or machine, by
//! pointer or by the arrow keys; scheduling forward or backward shows what would move before it moves.

mod chart;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::schedule::{PlanSchedule, Planned, PutOperationPlan, Schedule, ScheduledOrder};
use takt_api::stock::Source;
use takt_domain::permission::Permission;
use takt_domain::schedule::Direction;

use crate::app;
use crate::frame::names::SCHEDULE;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};
use takt_site_app::show;

const FORWARD: Text = Text::new("顺排", "Forward");
const BACKWARD: Text = Text::new("倒排", "Backward");
const APPLY: Text = Text::new("按此排程", "Plan it so");
const NOTHING_MOVES: Text = Text::new("没有要移动的", "Nothing would move");
const MOVES: Text = Text::new("将移动", "What moves");
const LATE: Text = Text::new("将误期", "Late");
const NOT_PLANNED: Text = Text::new("未排程", "Not planned");
const PLANNED: Text = Text::new("已排程,移动 {} 道工序", "Planned; {} operations moved");
const SHOWN: Text = Text::new("显示", "Shown");
const DAY: Text = Text::new("{} 天", "{} day");
const DAYS: Text = Text::new("{} 天", "{} days");
const CONFLICTS: Text = Text::new("位置冲突", "Where they cannot be");
const UNPIN: Text = Text::new("取消固定", "Let it go");
const PINNED: Text = Text::new("已固定", "Pinned");
const HELP: Text = Text::new(
    "拖动工序,或选中后用方向键移动(← → 15 分钟,↑ ↓ 换设备)",
    "Drag an operation, or choose one and move it by the arrow keys (← → 15 minutes, ↑ ↓ machine)",
);

/// Everything that the page's parts share.
#[derive(Clone, Copy)]
struct Board {
    read: Read<Schedule>,
    submit: Submit,
    /// How many days stand side by side.
    days: Signal<u8>,
    /// The operation that was chosen last: order and number.
    chosen: Signal<Option<(String, u16)>>,
    /// It was moved by a key, and has the focus again when the board is drawn anew.
    by_key: Signal<bool>,
    /// How far the board is scrolled, in pixels.
    scroll: Signal<i32>,
}

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<Schedule> = Read::new("/api/v1/schedule");
    read.poll(LIVE_MS);
    let board = Board {
        read,
        submit: Submit::new(),
        days: create_signal(3),
        chosen: create_signal(None),
        by_key: create_signal(false),
        scroll: create_signal(0),
    };
    let asked = create_signal(None::<(Direction, Rc<Planned>)>);
    let body = ui::shown(read, move |schedule| draw(&schedule, board));
    let outcome = submit_button::outcome(board.submit);
    let preview = sheet::view(asked, move |(direction, planned)| {
        let title = if direction == Direction::Forward { FORWARD } else { BACKWARD };
        (title.get().to_owned(), proposal(direction, &planned, board, asked))
    });
    let buttons = if app::may(Permission::SchedulePlan) { buttons(board, asked) } else { View::new() };
    let name = |days: u8| if days == 1 { DAY } else { DAYS };
    let days = vec![1_u8, 3, 7, 14].into_iter().map(|days| (days, name(days).with(&days.to_string()))).collect();
    let zoom = field::choice(SHOWN, board.days, days);
    ui::shell::page(SCHEDULE.get(), None, buttons, view! { div(class="strip") { (zoom) } (outcome) (body) (preview) })
}

fn buttons(board: Board, asked: Signal<Option<(Direction, Rc<Planned>)>>) -> View {
    let ask = move |direction| {
        let body = PlanSchedule { direction, orders: Vec::new(), preview: true };
        board.submit.send("POST", "/api/v1/schedule".into(), &body, Source::Hand, move |planned: Planned| {
            asked.set(Some((direction, Rc::new(planned))));
        });
    };
    let (forward, backward) = (tap(move || ask(Direction::Forward)), tap(move || ask(Direction::Backward)));
    let held = move || board.submit.is_held();
    view! {
        button(r#type="button", class="button", disabled=held, on:click=forward) { (FORWARD) }
        button(r#type="button", class="button", disabled=held, on:click=backward) { (BACKWARD) }
    }
}

/// What scheduling would move, and the button that does it.
fn proposal(
    direction: Direction,
    planned: &Planned,
    board: Board,
    asked: Signal<Option<(Direction, Rc<Planned>)>>,
) -> View {
    let moved: Vec<_> = planned.moved.iter().map(|moved| {
        let before = moved.before.as_ref().map_or("—".to_owned(), |slot| show::time(slot.start));
        let after = show::time(moved.after.start);
        let what = format!("{} · {}", moved.order, moved.after.operation);
        view! { li(class="row") { div(class="row-main") { strong(class="grow") { (what) } span(class="number") { (before) " → " (after) } } } }
    }).collect();
    let none = moved.is_empty();
    let late: Vec<_> = planned.late.iter().map(|late| {
        let (order, by) = (late.order.to_string(), hours(late.by_s));
        view! { li(class="row late") { div(class="row-main") { strong(class="grow") { (order) } span(class="number") { (by) } } } }
    }).collect();
    let conflicts: Vec<_> = planned
        .conflicts
        .iter()
        .map(|at| {
            let what = format!("{} · {}", at.order, at.operation);
            view! { li(class="row") { (what) } }
        })
        .collect();
    let list = |title: Text, rows: Vec<View>| match rows.is_empty() {
        true => View::new(),
        false => view! { h2 { (title) } ul(class="rows") { (rows) } },
    };
    let submit = Submit::new();
    let send = move || {
        let body = PlanSchedule { direction, orders: Vec::new(), preview: false };
        submit.send("POST", "/api/v1/schedule".into(), &body, Source::Hand, move |planned: Planned| {
            asked.set(None);
            said(&planned, board);
        });
    };
    if none {
        return view! { p(class="note") { (NOTHING_MOVES) } };
    }
    let (moved, late, conflicts) = (list(MOVES, moved), list(LATE, late), list(CONFLICTS, conflicts));
    let button = submit_button::view(submit, APPLY, send);
    view! { (late) (conflicts) (moved) (button) }
}

fn said(planned: &Planned, board: Board) {
    app::app().say(Toast::good(PLANNED.with(&planned.moved.len().to_string())));
    board.read.again();
}

/// `+5.5 h`
fn hours(seconds: i64) -> String {
    format!("+{}.{} h", seconds / 3_600, seconds % 3_600 / 360)
}

/// Puts an operation somewhere.
fn put(board: Board, order: &str, number: u16, plan: &PutOperationPlan) {
    let path = format!("/api/v1/orders/{}/operations/{number}/plan", encode(order));
    board.submit.send("PUT", path, plan, Source::Hand, move |planned: Planned| said(&planned, board));
}

fn draw(schedule: &Rc<Schedule>, board: Board) -> View {
    let shown = Rc::clone(schedule);
    let chart = ui::live(move || {
        let days = board.days.get();
        untrack(|| chart::view(&shown, days, board))
    });
    let shown = Rc::clone(schedule);
    let chosen = ui::live(move || {
        let chosen = board.chosen.get_clone();
        untrack(|| chosen_part(&shown, chosen, board))
    });
    let late = orders(schedule, LATE, |order| order.late_s.is_some_and(|late| late > 0));
    let open = orders(schedule, NOT_PLANNED, |order| order.operations.iter().all(|one| one.slot.is_none()));
    let help = if app::may(Permission::SchedulePlan) {
        view! { p(class="note") { (HELP) } }
    } else {
        View::new()
    };
    let columns: Vec<_> =
        late.into_iter().chain(open).map(|section| view! { div(class="column") { (section) } }).collect();
    view! { (help) (chart) (chosen) div(class="columns") { (columns) } }
}

/// Orders of one sort, each a link; none where there is none.
fn orders(schedule: &Schedule, title: Text, wanted: impl Fn(&ScheduledOrder) -> bool) -> Option<View> {
    let rows: Vec<_> = schedule
        .orders
        .iter()
        .filter(|order| wanted(order))
        .map(|order| {
            let (path, id) = (Route::Order(order.id.clone()).path(), order.id.to_string());
            let note = format!("{} {} {} · {}%", order.item_name, order.quantity, order.unit, order.percent);
            let by = order.late_s.filter(|late| *late > 0).map(hours).unwrap_or_default();
            let due = order.due.map(show::due).unwrap_or_default();
            view! {
                li(class="row") { a(href=path) { div(class="row-main") {
                    div(class="grow") { strong { (id) } p(class="note") { (note) } }
                    span(class="late number") { (by) } span(class="due") { (due) }
                } } }
            }
        })
        .collect();
    (!rows.is_empty()).then(|| ui::section(title, view! { ul(class="rows") { (rows) } }))
}

/// The operation that was chosen: what it is, and where it is planned.
fn chosen_part(schedule: &Schedule, chosen: Option<(String, u16)>, board: Board) -> View {
    let Some((id, number)) = chosen else { return View::new() };
    let Some(order) = schedule.orders.iter().find(|order| order.id.as_str() == id) else { return View::new() };
    let Some(one) = order.operations.iter().find(|one| one.number == number) else { return View::new() };
    let Some(slot) = &one.slot else { return View::new() };
    let path = Route::Order(order.id.clone()).path();
    let what = format!("{number} {} · {} {} {}", one.name, order.item_name, order.quantity, order.unit);
    let when = format!("{} → {}", show::time(slot.start), show::time(slot.finish));
    let machine = one.equipment.as_ref().map_or(String::new(), ToString::to_string);
    let pin = if slot.pinned && app::may(Permission::SchedulePlan) {
        let order = id.clone();
        let plan = PutOperationPlan { unpin: true, ..PutOperationPlan::default() };
        let press = Rc::new(move || put(board, &order, number, &plan));
        let button = submit_button::small(board.submit, UNPIN, "quiet", press);
        view! { span(class="chip") { (PINNED) } (button) }
    } else {
        View::new()
    };
    view! {
        section(class="card chosen", role="status") {
            div(class="row-main") {
                div(class="grow") { a(href=path) { strong { (id) } } p { (what) } p(class="note") { (when) " · " (machine) } }
                (pin)
            }
        }
    }
}
