//! The orders: open ones first, by line, state and search, page by page.

use sycamore::prelude::*;
use takt_api::orders::OrderRow;
use takt_domain::field::FormOf;
use takt_domain::permission::Permission;

use crate::net::LIVE_MS;
use crate::net::device::{self, Kept};
use crate::net::list::List;
use crate::route::{desk, encode};
use crate::ui::{self, camera, custom, field, icon, keyboard, order_parts};
use crate::{app, flow, show, text};

/// What a filter says that is not the name of a state: every state that is not over.
const OPEN: &str = "";
const ALL: &str = "*";

pub(crate) fn view() -> View {
    let my_line = app::session().and_then(|session| session.line.clone()).map(|line| line.to_string());
    let kept = device::get(Kept::OrderFilter).unwrap_or_default();
    let (kept_state, kept_line) = kept.split_once('|').unwrap_or((&kept, "mine"));
    let state = create_signal(kept_state.to_owned());
    let mine = create_signal(my_line.is_some() && kept_line == "mine");
    let search = create_signal(String::new());
    let line = my_line.clone();
    let path = move || {
        let line = line.as_ref().filter(|_| mine.get()).map_or(String::new(), |line| format!("&line={}", encode(line)));
        let q = search.with(|q| if q.trim().is_empty() { String::new() } else { format!("&q={}", encode(q.trim())) });
        format!("/api/v1/orders?limit=30{}{line}{q}", states(&state.get_clone()))
    };
    let list: List<OrderRow> = List::new(untrack(&path));
    list.poll(LIVE_MS);
    list.follow(path);
    create_effect(move || {
        let kept = format!("{}|{}", state.get_clone(), if mine.get() { "mine" } else { "all" });
        device::set(Kept::OrderFilter, &kept);
    });
    let forms = custom::forms();
    let (states, lines) = (state_filter(state), line_filter(my_line, mine));
    let rows = ui::listed(list, "cards", text::NO_ORDERS, move |row: OrderRow| {
        let own = custom::listed(forms, FormOf::Order, row.custom.clone());
        order_parts::card_with(row, true, own)
    });
    let camera = camera::button(keyboard::deliver);
    let body = view! {
        div(class="filters") {
            div(class="scan") { input(r#type="search", aria-label=text::SEARCH_ORDERS, placeholder=text::SEARCH_ORDERS, bind:value=search) (camera) }
            (states)
            (lines)
        }
        (rows)
    };
    ui::shell::page(text::ORDERS.get(), None, new_button(), body)
}

fn states(filter: &str) -> String {
    match filter {
        ALL => String::new(),
        OPEN => "&open=1".into(),
        state => format!("&state={}", encode(state)),
    }
}

fn state_filter(state: Signal<String>) -> View {
    let lang = app::lang();
    let mut options = vec![(OPEN.to_owned(), text::OPEN_ORDERS.get().to_owned())];
    let flow = flow::builtin();
    let states = flow.iter().flat_map(|flow| &flow.states);
    options.extend(states.map(|state| (state.name.clone(), show::alone(state.label.get(lang)))));
    options.push((ALL.to_owned(), text::ALL.get().to_owned()));
    let choose = field::choice(text::STATE, state, options);
    view! { div(class="strip") { (choose) } }
}

fn line_filter(my_line: Option<String>, mine: Signal<bool>) -> View {
    let Some(line) = my_line else { return View::new() };
    let options = vec![(true, format!("{} {line}", text::MY_LINE.get())), (false, text::ALL_LINES.get().to_owned())];
    let choose = field::choice(text::LINE, mine, options);
    view! { div(class="strip") { (choose) } }
}

fn new_button() -> View {
    if !app::may(Permission::OrderCreate) {
        return View::new();
    }
    let path = desk("new-order").path();
    view! { a(class="button", href=path) { (icon::PLUS) (text::NEW_ORDER) } }
}
