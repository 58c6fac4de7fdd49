//! One action on several orders: what each of them allows is asked first, then it is done one after the other, and each says what became
//! of it. Every write has its own key, so what got no answer can be sent again.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::{OrderDetail, TakeAction};
use takt_domain::flow::{Action, Effect};
use takt_domain::id::OrderId;
use takt_domain::refusal::Unmet;
use takt_site_app::json;

use crate::net::fetch::{Call, fetch};
use crate::net::{Fault, device};
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, fault, field, tap};
use crate::{app, text};

const ASKING: Text = Text::new("正在查看 {}", "Asking {}");
const DOING: Text = Text::new("正在处理 {}", "Doing {}");
const NOTHING: Text = Text::new("所选工单没有共同可做的操作", "Nothing can be done with these orders at once");
const OF: Text = Text::new("{} 个可以", "{} of them can");
const WHY: Text = Text::new("原因(写入每个工单)", "Reason (kept with each order)");
const DO: Text = Text::new("确认", "Do it");
const DONE: Text = Text::new("已完成", "Done");
const NOT_DONE: Text = Text::new("未完成", "Not done");
const KEPT_BACK: Text = Text::new("这些现在不能操作", "Nothing can be done with these now");
const NO_ANSWER: Text = Text::new("没有收到答复", "No answer came");
const AGAIN: Text = Text::new("再发未答复的", "Send those without an answer again");

/// An action with the orders that allow it.
#[derive(Clone)]
struct Offer {
    action: Rc<Action>,
    orders: Vec<OrderId>,
}

/// How far an order has come.
#[derive(Clone)]
enum Outcome {
    Waiting,
    Done,
    Refused(Fault),
    Unknown,
}

#[derive(Clone)]
struct Task {
    order: OrderId,
    key: String,
    outcome: Outcome,
}

#[derive(Clone)]
enum Step {
    Asking(usize),
    Choosing(Vec<Offer>, Vec<(OrderId, Vec<Unmet>)>),
    Doing(Rc<Action>, Vec<Task>, bool),
}

pub(super) fn view(orders: Vec<OrderId>, done: impl Fn() + Copy + 'static) -> View {
    let step = create_signal(Step::Asking(0));
    let reason = create_signal(String::new());
    let whole = orders.len();
    app::spawn(ask(orders, step));
    ui::live(move || match step.get_clone() {
        Step::Asking(count) => progress(ASKING, count, whole),
        Step::Choosing(offers, closed) => choose(offers, &closed, reason, step),
        Step::Doing(action, tasks, is_over) => outcome(&action, &tasks, is_over, reason, step, done),
    })
}

fn progress(what: Text, count: usize, whole: usize) -> View {
    let said = what.with(&format!("{count} / {whole}"));
    let (now, most, name) = (count.to_string(), whole.to_string(), said.clone());
    view! { div(class="bulk-progress", role="status") { p { (said) } progress(value=now, max=most, aria-label=name) {} } }
}

/// May be done with many at once: it needs no outcome, no fields and no signature of its own for each.
fn is_alike(action: &Action) -> bool {
    let looks = [Effect::RecordFirstArticle, Effect::RecordFinalInspection, Effect::BookReport];
    !action.needs_signature()
        && action.required.is_empty()
        && !looks.iter().any(|effect| action.effects.contains(effect))
}

async fn ask(orders: Vec<OrderId>, step: Signal<Step>) {
    let mut offers: Vec<Offer> = Vec::new();
    let mut closed = Vec::new();
    for (n, order) in orders.into_iter().enumerate() {
        if !step.is_alive() {
            return;
        }
        step.set(Step::Asking(n));
        let answer = fetch(&Call::get(format!("/api/v1/orders/{}", encode(order.as_str())))).await;
        let Some(detail) = answer.and_then(|answer| json::read::<OrderDetail>(&answer.text).ok()) else {
            closed.push((order, Vec::new()));
            continue;
        };
        let mut unmet = Vec::new();
        let mut is_open = false;
        for offered in detail.actions {
            let Some(action) = detail.flow.action(&offered.action).filter(|action| is_alike(action)) else { continue };
            if !offered.allowed {
                let is_new = |found: &Unmet| !unmet.iter().any(|known: &Unmet| known.code == found.code);
                let found: Vec<_> = offered.unmet.into_iter().filter(is_new).collect();
                unmet.extend(found);
                continue;
            }
            is_open = true;
            match offers.iter_mut().find(|known| known.action.name == action.name) {
                Some(known) => known.orders.push(order.clone()),
                None => offers.push(Offer { action: Rc::new(action.clone()), orders: vec![order.clone()] }),
            }
        }
        if !is_open {
            closed.push((order, unmet));
        }
    }
    if step.is_alive() {
        // What ends or stops something wants a reason, and stands last.
        offers.sort_by_key(|offer| (offer.action.reason_required, std::cmp::Reverse(offer.orders.len())));
        step.set(Step::Choosing(offers, closed));
    }
}

fn choose(offers: Vec<Offer>, closed: &[(OrderId, Vec<Unmet>)], reason: Signal<String>, step: Signal<Step>) -> View {
    let chosen = create_signal(None::<Offer>);
    let none = if offers.is_empty() { ui::empty(NOTHING) } else { View::new() };
    let buttons: Vec<_> = offers
        .into_iter()
        .map(|offer| {
            let (label, count) = (offer.action.label.get(app::lang()).to_owned(), OF.count(offer.orders.len()));
            let name = offer.action.name.clone();
            let pressed =
                move || if chosen.with(|chosen| chosen.as_ref().is_some_and(|offer| offer.action.name == name)) { "true" } else { "false" };
            view! {
                button(r#type="button", class="option", aria-pressed=pressed, on:click=tap(move || chosen.set(Some(offer.clone())))) {
                    (label) " " span(class="note") { (count) }
                }
            }
        })
        .collect();
    let confirm = ui::live(move || {
        let Some(offer) = chosen.get_clone() else { return View::new() };
        let why = if offer.action.reason_required { field::lines(WHY, reason, WHY) } else { View::new() };
        let needs_reason = offer.action.reason_required;
        let is_closed = move || needs_reason && reason.with(|reason| reason.trim().is_empty());
        let (action, orders) = (Rc::clone(&offer.action), offer.orders.clone());
        let face = format!("{} · {}", DO.get(), offer.action.label.get(app::lang()));
        let begin = tap(move || {
            let tasks = orders.iter().map(|order| Task {
                order: order.clone(),
                key: device::uuid(),
                outcome: Outcome::Waiting,
            });
            run(Rc::clone(&action), tasks.collect(), reason, step);
        });
        view! { (why) button(r#type="button", class="primary big", disabled=is_closed, on:click=begin) { (face) } }
    });
    let closed: Vec<_> = closed.iter().map(|(order, unmet)| kept_back(order, unmet)).collect();
    let closed = if closed.is_empty() {
        View::new()
    } else {
        view! { h3 { (KEPT_BACK) } ul(class="rows") { (closed) } }
    };
    view! { (none) div(class="options") { (buttons) } (confirm) (closed) }
}

fn kept_back(order: &OrderId, unmet: &[Unmet]) -> View {
    let (id, reasons) = (order.to_string(), fault::reasons(unmet));
    view! { li(class="row") { strong { (id) } (reasons) } }
}

fn run(action: Rc<Action>, mut tasks: Vec<Task>, reason: Signal<String>, step: Signal<Step>) {
    let body = TakeAction {
        reason: reason.with_untracked(|reason| reason.trim().to_owned()),
        result: None,
        fields: Default::default(),
    };
    let Ok(body) = json::write(&body) else { return };
    app::spawn(async move {
        for n in 0..tasks.len() {
            if !matches!(tasks[n].outcome, Outcome::Waiting | Outcome::Unknown) {
                continue;
            }
            // The sheet may be closed meanwhile: what was begun goes on.
            if step.is_alive() {
                step.set(Step::Doing(Rc::clone(&action), tasks.clone(), false));
            }
            let task = &tasks[n];
            let path = format!("/api/v1/orders/{}/actions/{}", encode(task.order.as_str()), encode(&action.name));
            let call =
                Call { method: "POST", body: Some(body.clone()), key: Some(task.key.clone()), ..Call::get(path) };
            let answer = fetch(&call).await;
            tasks[n].outcome = match answer {
                None => Outcome::Unknown,
                Some(answer) if answer.is_success() => Outcome::Done,
                Some(answer) if matches!(answer.status, 429 | 503 | 504) => Outcome::Unknown,
                Some(answer) => Outcome::Refused(Fault::of(&answer)),
            };
        }
        if step.is_alive() {
            step.set(Step::Doing(action, tasks, true));
        }
        app::app().wake();
    });
}

fn outcome(
    action: &Rc<Action>,
    tasks: &[Task],
    is_over: bool,
    reason: Signal<String>,
    step: Signal<Step>,
    done: impl Fn() + Copy + 'static,
) -> View {
    let over = tasks.iter().filter(|task| !matches!(task.outcome, Outcome::Waiting)).count();
    let bar = if is_over { View::new() } else { progress(DOING, over, tasks.len()) };
    let rows: Vec<_> = tasks.iter().filter(|task| !matches!(task.outcome, Outcome::Waiting)).map(told).collect();
    let lost = tasks.iter().any(|task| matches!(task.outcome, Outcome::Unknown));
    let again = if is_over && lost {
        let (action, tasks) = (Rc::clone(action), tasks.to_vec());
        let send = tap(move || run(Rc::clone(&action), tasks.clone(), reason, step));
        view! { button(r#type="button", class="secondary", on:click=send) { (AGAIN) } }
    } else {
        View::new()
    };
    let close = if is_over {
        view! { button(r#type="button", class="primary big", on:click=tap(done)) { (text::CLOSE) } }
    } else {
        View::new()
    };
    view! { (bar) ul(class="rows", aria-live="polite") { (rows) } (again) (close) }
}

fn told(task: &Task) -> View {
    let id = task.order.to_string();
    let (class, said, why) = match &task.outcome {
        Outcome::Done => ("chip good", DONE, View::new()),
        Outcome::Refused(fault) => ("chip bad", NOT_DONE, fault::view(fault, None)),
        Outcome::Unknown | Outcome::Waiting => ("chip", NO_ANSWER, View::new()),
    };
    view! { li(class="row") { div(class="row-main") { strong(class="grow") { (id) } span(class=class) { (said) } } (why) } }
}
