//! How an order looks in lists, on the board and on its own page.

use sycamore::prelude::*;
use takt_api::orders::OrderRow;
use takt_domain::facts::Progress;
use takt_domain::flow::{Category, Flow};
use takt_domain::order::Priority;
use takt_domain::quantity::Quantity;

use crate::route::Route;
use crate::{app, show, text};

/// The state as a chip in the colour of its category.
pub fn state_chip(flow: Option<&Flow>, state: &str) -> View {
    let known = flow.and_then(|flow| flow.state(state));
    chip(known.map_or(state, |state| state.label.get(app::lang())), known.map(|state| state.category))
}

fn chip(name: &str, category: Option<Category>) -> View {
    let name = name.to_owned();
    let class = match category {
        Some(Category::Waiting) => "chip state waiting",
        Some(Category::Ready) => "chip state ready",
        Some(Category::Running) => "chip state running",
        Some(Category::Done) => "chip state done",
        Some(Category::Closed) | None => "chip state closed",
    };
    view! { span(class=class) { (name) } }
}

/// Urgent and high stand out; the others need no mark.
pub fn priority_mark(priority: Priority) -> View {
    match priority {
        Priority::Urgent => view! { span(class="chip urgent") { (text::URGENT) } },
        Priority::High => view! { span(class="chip high") { (text::HIGH) } },
        Priority::Low => view! { span(class="chip") { (text::LOW) } },
        Priority::Normal => View::new(),
    }
}

/// How much of the whole is done, scrap in its own colour. Drawn as SVG, since the policy of the page allows no inline style.
pub fn bar(done: Progress, whole: Quantity) -> View {
    let part = |quantity: Quantity| {
        let units = whole.units().max(1);
        (i128::from(quantity.units()) * 100 / i128::from(units)).clamp(0, 100) as i32
    };
    let (good, scrap) = (part(done.good), part(done.scrap));
    let scrap = scrap.min(100 - good);
    let drawing = format!(
        r#"<svg viewBox="0 0 100 4" preserveAspectRatio="none"><rect class="b-good" width="{good}" height="4"/><rect class="b-scrap" x="{good}" width="{scrap}" height="4"/></svg>"#
    );
    let label = format!("{good}%");
    view! {
        span(class="progress", role="img", aria-label=label, dangerously_set_inner_html=drawing)
    }
}

/// One order in a list: what, how much, how far, how urgent.
pub fn card(row: OrderRow, with_state: bool) -> View {
    card_with(row, with_state, View::new())
}

/// As [`card`], with more at its end.
pub fn card_with(row: OrderRow, with_state: bool, more: View) -> View {
    let path = Route::Order(row.id.clone()).path();
    let (id, name) = (row.id.to_string(), row.item_name);
    let count = format!("{} / {} {}", row.done.good, row.quantity, row.unit);
    let state = if with_state { chip(row.state_label.get(app::lang()), Some(row.category)) } else { View::new() };
    let paused = if row.paused {
        view! { span(class="chip paused") { (text::PAUSED) } }
    } else {
        View::new()
    };
    let review = row.review_requested && row.category == Category::Waiting;
    let review = if review {
        view! { span(class="chip review") { (text::IN_REVIEW) } }
    } else {
        View::new()
    };
    let due = row.due.map(|due| {
        let late = show::is_late(due) && !matches!(row.category, Category::Done | Category::Closed);
        let class = if late { "due late" } else { "due" };
        let text = show::due(due);
        view! { span(class=class) { (text) } }
    });
    let due = View::from(due);
    let age = show::age(row.state_since);
    let (line, customer) = (row.line.to_string(), row.customer);
    let (mark, bar) = (priority_mark(row.priority), bar(row.done, row.quantity));
    let class = if row.priority == Priority::Urgent { "order urgent-edge" } else { "order" };
    view! {
        li { a(class=class, href=path) {
            div(class="order-head") { strong { (id) } (mark) (state) (review) (paused) span(class="age", title=text::IN_STATE) { (age) } }
            div(class="order-name") { (name) }
            (bar)
            div(class="order-foot") {
                span(class="number") { (count) } span { (line) } span(class="grow") { (customer) } (due)
            }
            (more)
        } }
    }
}
