//! What there is to see of an order.

use sycamore::prelude::*;
use takt_api::orders::OrderDetail;
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::Category;
use takt_domain::id::UserId;
use takt_domain::kit::{self, KitLine};
use takt_domain::order::{InspectionKind, InspectionResult};

use crate::route::Route;
use crate::ui::{self, icon, order_parts};
use crate::{app, show, text};

/// What it waits for and who can act, in a sentence that leads to all of it.
fn why(detail: &OrderDetail, facts: &Facts) -> View {
    let why = takt_domain::why::why(&detail.order, &detail.flow, facts);
    if why.over {
        return View::new();
    }
    let path = Route::Desk(vec!["why".into(), detail.order.id.to_string()]).path();
    let class = if why.blocked { "notice bad" } else { "notice" };
    let headline = why.headline.get(app::lang()).to_owned();
    view! { p(class=class) { a(href=path) { (headline) } } }
}

/// What, how much, how far, for whom, until when.
pub(super) fn head(detail: &OrderDetail, facts: &Facts) -> View {
    let order = &detail.order;
    let scale = order.quantity.scale();
    let done = order.operations.last().map_or(Progress::none(scale), |last| facts.progress_at(last.number, scale));
    let paused = if order.paused.is_some() {
        view! { span(class="chip paused") { (text::PAUSED) } }
    } else {
        View::new()
    };
    let review = if order.review.is_some() {
        view! { span(class="chip review") { (text::IN_REVIEW) } }
    } else {
        View::new()
    };
    let cancelled = order.cancelled.is_some();
    let cancelled = if cancelled {
        view! { span(class="chip bad") { (text::CANCELLED) } }
    } else {
        View::new()
    };
    let signed = if order.signed.is_some() {
        view! { span(class="chip good") { (text::SIGNED) } }
    } else {
        View::new()
    };
    let (name, item) = (order.item_name.clone(), order.item.to_string());
    let (good, whole, unit) = (done.good.to_string(), order.quantity.to_string(), order.unit.clone());
    let scrap = done.scrap.is_positive().then(|| ui::pair(text::SCRAP, format!("{} {unit}", done.scrap)));
    let category = detail.flow.state(&order.state).map(|state| state.category);
    let due = order.due.map(|due| {
        let late = show::is_late(due) && !matches!(category, Some(Category::Done | Category::Closed));
        let class = if late { "late" } else { "" };
        let text = due.to_string();
        ui::pair(text::DUE, view! { span(class=class) { (text) } })
    });
    let text_pair = |name, value: &str| (!value.is_empty()).then(|| ui::pair(name, value.to_owned()));
    let pairs = vec![
        ui::pair(text::LINE, order.line.to_string()),
        View::from(due),
        View::from(text_pair(text::CUSTOMER, &order.customer)),
        ui::pair(text::IN_STATE, show::age(order.state_since)),
        View::from(scrap),
        View::from(text_pair(text::NOTE, &order.note)),
    ];
    let item_path = Route::StockItem(order.item.clone()).path();
    let state = order_parts::state_chip(Some(&detail.flow), &order.state);
    let priority = order_parts::priority_mark(order.priority);
    let bar = order_parts::bar(done, order.quantity);
    let why = why(detail, facts);
    view! {
        section(class="card head") {
            div(class="chips") {
                (state) (priority)
                (paused) (review) (cancelled) (signed)
            }
            p(class="title") { (name) }
            (why)
            p(class="sub") { a(href=item_path) { (item) } }
            div(class="count") { strong { (good) } span { " / " (whole) " " (unit) } }
            (bar)
            dl(class="pairs") { (pairs) }
        }
    }
}

/// The material, short ones first.
pub(super) fn kit(detail: &OrderDetail, facts: &Facts) -> View {
    let started = detail.order.started.is_some();
    let is_short = |line: &KitLine| !started && line.short().is_positive();
    let (mut lines, others): (Vec<_>, Vec<_>) = kit::kit(&detail.order, facts).into_iter().partition(is_short);
    let short = lines.len();
    lines.extend(others);
    let note = match (lines.len(), short) {
        (0, _) => text::NO_MATERIAL.get().to_owned(),
        (_, 0) if started => text::MATERIALS_COUNT.count(lines.len()),
        (_, 0) => text::KIT_COMPLETE.get().to_owned(),
        (_, short) => text::KIT_SHORT.get().replace("{}", &short.to_string()),
    };
    let rows: Vec<_> = lines.iter().map(|line| kit_row(line, is_short(line), started)).collect();
    ui::fold(text::MATERIAL, note, false, view! { ul(class="rows") { (rows) } })
}

fn kit_row(line: &KitLine, short: bool, started: bool) -> View {
    let path = Route::StockItem(line.item.clone()).path();
    let (name, item) = (line.name.clone(), line.item.to_string());
    let required = format!("{} {}", line.required, line.unit);
    let mut note = format!("{} {} · {} {}", text::HELD.get(), line.held, text::FREE.get(), line.free);
    if started {
        note = format!("{} {}", text::HELD.get(), line.held);
    }
    let mark = if short {
        let text = text::SHORT_BY.get().replace("{}", &line.short().to_string());
        view! { span(class="chip bad") { (text) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") { a(href=path) {
            div(class="row-main") { span(class="grow") { (name) } strong(class="number") { (required) } }
            div(class="row-main") { span(class="note grow") { (item) " · " (note) } (mark) }
        } }
    }
}

/// First-article and final inspections.
pub(super) fn inspections(detail: &OrderDetail) -> View {
    let order = &detail.order;
    if order.inspections.is_empty() && order.signed.is_none() {
        return View::new();
    }
    let mut rows: Vec<_> = order
        .inspections
        .iter()
        .rev()
        .map(|done| {
            let kind = match done.kind {
                InspectionKind::FirstArticle => text::FIRST_ARTICLE,
                InspectionKind::Final => text::FINAL_INSPECTION,
            };
            let mark = match done.result {
                InspectionResult::Pass => view! { span(class="chip good") { (text::PASS) } },
                InspectionResult::Fail => view! { span(class="chip bad") { (text::FAIL) } },
            };
            entry(view! { (kind) " " (mark) }, &done.by, done.at, &done.note)
        })
        .collect();
    if let Some(signed) = &order.signed {
        rows.insert(0, entry(view! { (text::SIGNED) }, &signed.by, signed.at, &signed.reason));
    }
    let note = order.inspections.len().to_string();
    ui::fold(text::INSPECTIONS, note, true, view! { ul(class="rows") { (rows) } })
}

/// What went wrong.
pub(super) fn exceptions(detail: &OrderDetail) -> View {
    let found = &detail.order.exceptions;
    if found.is_empty() {
        return View::new();
    }
    let row = |mark: &takt_domain::order::Mark| {
        let reason = mark.reason.clone();
        entry(view! { (icon::ALERT) (reason) }, &mark.by, mark.at, "")
    };
    let rows: Vec<_> = found.iter().rev().map(row).collect();
    ui::fold(text::EXCEPTIONS, found.len().to_string(), true, view! { ul(class="rows") { (rows) } })
}

/// The life of the order, newest first.
pub(super) fn history(detail: &OrderDetail) -> View {
    let lang = app::lang();
    let steps = &detail.order.history;
    let rows: Vec<_> = steps
        .iter()
        .rev()
        .map(|step| {
            let known = detail.flow.action(&step.action).map(|action| action.label.get(lang).to_owned());
            let name = known.unwrap_or_else(|| match step.action.as_str() {
                "create" => text::CREATED.get().to_owned(),
                "reverse-report" => text::REPORT_REVERSED.get().to_owned(),
                other => other.to_owned(),
            });
            let state = order_parts::state_chip(Some(&detail.flow), &step.state);
            entry(view! { (name) " " (state) }, &step.by, step.at, &step.reason)
        })
        .collect();
    ui::fold(text::HISTORY, steps.len().to_string(), false, view! { ol(class="rows") { (rows) } })
}

fn entry(what: View, by: &UserId, at: jiff::Timestamp, reason: &str) -> View {
    let (by, at, reason) = (show::user(by), show::time(at), reason.to_owned());
    let reason = if reason.is_empty() {
        View::new()
    } else {
        view! { p(class="reason") { (reason) } }
    };
    view! {
        li(class="row") {
            div(class="row-main") { span(class="grow") { (what) } }
            (reason)
            p(class="note") { (by) " · " (at) }
        }
    }
}
