//! The planner's list of orders: find, choose several, do one thing with all of them, print their sheets.

mod bulk;

use std::collections::BTreeSet;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::orders::OrderRow;
use takt_domain::id::OrderId;
use takt_site_app::flow;

use crate::frame::names::ORDER_LIST;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::{Route, desk, encode};
use crate::text::Text;
use crate::ui::{self, field, order_parts, sheet, tap};
use crate::{app, show, text};

const OPEN: &str = "";
const ALL: &str = "*";
/// What is chosen at once is done one after the other.
const CHOSEN_MAX: usize = 100;
const CHOSEN: Text = Text::new("已选 {}", "{} chosen");
const CHOOSE: Text = Text::new("选择 {}", "Choose {}");
const CHOOSE_SHOWN: Text = Text::new("全选本页", "Choose all shown");
const CHOOSE_NONE: Text = Text::new("取消选择", "Choose none");
const ACT: Text = Text::new("批量操作", "Act on them");
const PRINT: Text = Text::new("打印流转卡", "Print sheets");

pub(crate) fn view(_: &[String]) -> View {
    let (state, line, search) =
        (create_signal(OPEN.to_owned()), create_signal(String::new()), create_signal(String::new()));
    let path = move || {
        let states = match state.get_clone().as_str() {
            ALL => String::new(),
            OPEN => "&open=1".to_owned(),
            state => format!("&state={}", encode(state)),
        };
        let asked = |name: &str, value: Signal<String>| {
            value.with(|value| {
                if value.trim().is_empty() { String::new() } else { format!("&{name}={}", encode(value.trim())) }
            })
        };
        format!("/api/v1/orders?limit=50{states}{}{}", asked("line", line), asked("q", search))
    };
    let list: List<OrderRow> = List::new(untrack(path));
    list.poll(LIVE_MS);
    list.follow(path);
    let chosen = create_signal(BTreeSet::<OrderId>::new());
    let asked = create_signal(None::<Vec<OrderId>>);
    let sheet = sheet::view(asked, move |orders| {
        (
            ACT.get().to_owned(),
            bulk::view(orders, move || {
                asked.set(None);
                chosen.set(BTreeSet::new());
                list.again();
            }),
        )
    });
    let rows = ui::listed(list, "rows card", text::NO_ORDERS, move |order: OrderRow| row(order, chosen));
    let (filters, bar) = (filters(state, line, search), bar(list, chosen, asked));
    let new = ui::link(desk("new-order").path(), text::NEW_ORDER);
    let new = if app::may(takt_domain::permission::Permission::OrderCreate) { new } else { View::new() };
    ui::shell::page(ORDER_LIST.get(), None, new, view! { (filters) (bar) (rows) (sheet) })
}

fn filters(state: Signal<String>, line: Signal<String>, search: Signal<String>) -> View {
    let lang = app::lang();
    let mut states = vec![(OPEN.to_owned(), text::OPEN_ORDERS.get().to_owned())];
    let flow = flow::builtin();
    states.extend(
        flow.iter().flat_map(|flow| &flow.states).map(|state| (state.name.clone(), state.label.get(lang).to_owned())),
    );
    states.push((ALL.to_owned(), text::ALL.get().to_owned()));
    let states = field::select(text::STATE, state, states);
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    let lines = ui::live(move || {
        let mut lines = vec![(String::new(), text::ALL_LINES.get().to_owned())];
        if let Some(plant) = read.ready() {
            lines.extend(plant.lines.iter().map(|line| (line.id.to_string(), line.name.clone())));
        }
        field::select(text::LINE, line, lines)
    });
    let search = field::labelled(text::SEARCH_ORDERS, view! { input(r#type="search", bind:value=search) });
    view! { div(class="filters") { (search) (states) (lines) } }
}

/// What is done with those that are chosen.
fn bar(list: List<OrderRow>, chosen: Signal<BTreeSet<OrderId>>, asked: Signal<Option<Vec<OrderId>>>) -> View {
    let all = move || {
        let rows = list.raw.rows.get_clone_untracked();
        let shown = rows.iter().filter_map(|row| row.downcast_ref::<OrderRow>()).map(|row| row.id.clone());
        chosen.set(shown.take(CHOSEN_MAX).collect());
    };
    let buttons = ui::live(move || {
        let count = chosen.with(BTreeSet::len);
        if count == 0 {
            return view! { button(r#type="button", class="quiet", on:click=tap(all)) { (CHOOSE_SHOWN) } };
        }
        let said = CHOSEN.count(count);
        let act = tap(move || asked.set(Some(chosen.with_untracked(|chosen| chosen.iter().cloned().collect()))));
        let sheets = chosen.with(|chosen| {
            let ids: Vec<_> = chosen.iter().map(|id| encode(id.as_str())).collect();
            format!("{}/{}", desk("work-order").path(), ids.join("/"))
        });
        view! {
            strong { (said) }
            button(r#type="button", class="button", on:click=act) { (ACT) }
            a(class="quiet", href=sheets) { (PRINT) }
            button(r#type="button", class="quiet", on:click=tap(move || chosen.set(BTreeSet::new()))) { (CHOOSE_NONE) }
        }
    });
    view! { div(class="actions bulk", role="status") { (buttons) } }
}

fn row(order: OrderRow, chosen: Signal<BTreeSet<OrderId>>) -> View {
    let id = order.id.clone();
    let (path, name) = (Route::Order(id.clone()).path(), CHOOSE.with(id.as_str()));
    let is_chosen = {
        let id = id.clone();
        move || chosen.with(|chosen| chosen.contains(&id))
    };
    let flip = move |_: web_sys::Event| {
        chosen.update(|chosen| {
            if !chosen.remove(&id) && chosen.len() < CHOSEN_MAX {
                chosen.insert(id.clone());
            }
        });
    };
    let number = order.id.to_string();
    let due = order.due.map(show::due).unwrap_or_default();
    let note = [order.item_name, order.line.to_string(), order.customer, due];
    let note = note.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let count = format!("{} / {} {}", order.done.good, order.quantity, order.unit);
    let (mark, state, age) = (
        order_parts::priority_mark(order.priority),
        order.state_label.get(app::lang()).to_owned(),
        show::age(order.state_since),
    );
    view! {
        li(class="row pick") {
            label(class="tick") { input(r#type="checkbox", aria-label=name, prop:checked=is_chosen, on:change=flip) }
            a(class="grow", href=path) {
                div(class="row-main") { strong { (number) } (mark) span(class="chip") { (state) } span(class="note") { (age) } span(class="grow") {} span(class="number") { (count) } }
                p(class="note") { (note) }
            }
        }
    }
}
