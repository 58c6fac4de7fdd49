//! Report production: the operation, what was good, what was scrap and why, what goes to rework. Three taps where all was good.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::OrderDetail;
use takt_api::reports::{Report, ReportState};
use takt_api::stock::Source;
use takt_domain::decide;
use takt_domain::field::{FormOf, Values};
use takt_domain::flow::Effect;
use takt_domain::id::OrderId;
use takt_domain::order::OrderOperation;
use takt_domain::quantity::Quantity;
use takt_domain::report::{self, NewReport, Scrap};

use super::order::{api_path, facts};
use crate::net::device::{self, Kept};
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::Route;
use crate::ui::custom::{self, Fill};
use crate::ui::{self, fault, field, number_pad, order_parts, submit_button, tap, toast::Toast};
use crate::{app, text};

/// Reasons that a plant begins with; those used last on this device come before them.
const REASONS: [(&str, &str); 5] =
    [("外观", "appearance"), ("尺寸", "dimension"), ("来料", "material"), ("调机", "set-up"), ("其他", "other")];
const REWORK_TO: text::Text = text::Text::new("返工到", "Rework at");
const REWORK_HERE: text::Text = text::Text::new("本工序", "this operation");
const REASONS_KEPT: usize = 5;

pub(crate) fn view(id: &OrderId) -> View {
    let read: Read<OrderDetail> = Read::new(api_path(id));
    let body = ui::shown(read, draw);
    ui::shell::page(format!("{} {id}", text::REPORT.get()), Some(Route::Order(id.clone())), View::new(), body)
}

fn draw(detail: Rc<OrderDetail>) -> View {
    let facts = facts(&detail);
    let action = detail.flow.action_with(Effect::BookReport);
    let offer = decide::actions(&detail.order, &detail.flow, &facts)
        .into_iter()
        .find(|offer| action.is_some_and(|action| action.name == offer.action));
    match offer {
        Some(offer) if offer.allowed => form(detail),
        Some(offer) => closed(fault::reasons(&offer.unmet)),
        None => closed(View::new()),
    }
}

fn closed(reasons: View) -> View {
    view! { section(class="card") { h2 { (text::REPORT_CLOSED) } (reasons) } }
}

/// Which number the keys write.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    Good,
    Scrap,
    Rework,
}

#[derive(Clone, Copy)]
struct Form {
    operation: Signal<u16>,
    good: Signal<String>,
    scrap: Signal<String>,
    reason: Signal<String>,
    rework: Signal<String>,
    /// The earlier operation that the pieces go back to; 0 for this one.
    rework_to: Signal<u16>,
    target: Signal<Target>,
    wrong: Signal<String>,
    custom: Fill,
}

impl Form {
    fn value(self, target: Target) -> Signal<String> {
        match target {
            Target::Good => self.good,
            Target::Scrap => self.scrap,
            Target::Rework => self.rework,
        }
    }
}

/// How much may still be reported there: up to the tolerance, and not beyond what the operation before has passed on.
fn left(detail: &OrderDetail, operation: &OrderOperation) -> Quantity {
    let (order, facts) = (&detail.order, &detail.facts);
    let scale = order.quantity.scale();
    let done = facts.progress_at(operation.number, scale).done().units();
    let mut limit = report::limit(order, operation.tolerance_percent).units();
    if let Some(before) = order.operation_before(operation.number) {
        limit = limit.min(facts.progress_at(before.number, scale).good.units());
    }
    Quantity::from_units((limit - done).max(0), scale)
}

fn form(detail: Rc<OrderDetail>) -> View {
    let operations = &detail.order.operations;
    let open = operations.iter().find(|operation| left(&detail, operation).is_positive());
    let Some(first) = open.or(operations.first()) else { return closed(View::new()) };
    let reasons = reasons();
    let operation = create_signal(first.number);
    let form = Form {
        operation,
        good: create_signal(String::new()),
        scrap: create_signal(String::new()),
        reason: create_signal(reasons.first().cloned().unwrap_or_default()),
        rework: create_signal(String::new()),
        rework_to: create_signal(0),
        target: create_signal(Target::Good),
        wrong: create_signal(String::new()),
        custom: Fill::new(custom::forms(), FormOf::Report, Values::new()).at(operation),
    };
    let submit = Submit::new();
    let scale = detail.order.quantity.scale();
    let name = detail.order.item_name.clone();
    let options: Vec<_> = operations
        .iter()
        .map(|operation| (operation.number, format!("{} {}", operation.number, operation.name)))
        .collect();
    let choose = field::choice(text::OPERATION, form.operation, options);
    let (progress, values) = (progress(form, &detail), values(form, &detail));
    let pad = number_pad::view(move || form.value(form.target.get_untracked()), scale);
    let back = back_choice(form, &detail);
    let send = move || send(form, &detail, submit);
    let scraps = move || form.target.get() == Target::Scrap || form.scrap.with(|text| !text.is_empty());
    let why = ui::live(move || if scraps() { reason_choice(form) } else { View::new() });
    let own = form.custom.card();
    let hint = ui::hint(form.wrong);
    let fields = submit_button::fields(
        submit,
        view! {
            div(class="columns") {
                div(class="column") {
                    section(class="card") { p(class="note") { (name) } div(class="strip inside") { (choose) } (progress) (values) (why) (back) }
                    (own)
                }
                div(class="column") { (pad) }
            }
        },
    );
    let button = submit_button::view(submit, text::BOOK_NOW, send);
    view! { (fields) div(class="bottom") { (hint) (button) } }
}

fn progress(form: Form, detail: &Rc<OrderDetail>) -> View {
    let detail = Rc::clone(detail);
    ui::live(move || {
        let Some(operation) = detail.order.operation(form.operation.get()) else { return View::new() };
        let scale = detail.order.quantity.scale();
        let done = detail.facts.progress_at(operation.number, scale);
        let (good, whole, unit) = (done.good.to_string(), detail.order.quantity.to_string(), detail.order.unit.clone());
        let most = text::TOO_MUCH.with(&left(&detail, operation).to_string());
        let bar = order_parts::bar(done, detail.order.quantity);
        view! {
            div(class="row-main") { strong(class="number grow") { (good) " / " (whole) " " (unit) } span(class="note") { (most) } }
            (bar)
        }
    })
}

/// The three numbers, each a big button that the keys then write to.
fn values(form: Form, detail: &OrderDetail) -> View {
    let unit = detail.order.unit.clone();
    let one = move |target: Target, name: text::Text, class: &'static str| {
        let unit = unit.clone();
        let pressed = move || if form.target.get() == target { "true" } else { "false" };
        let shown = move || form.value(target).with(|text| if text.is_empty() { "0".to_owned() } else { text.clone() });
        let label = name.get();
        view! {
            button(r#type="button", class=class, aria-pressed=pressed, aria-label=label, on:click=tap(move || form.target.set(target))) {
                span(class="note") { (name) } strong(class="number") { (shown) } span(class="note") { (unit) }
            }
        }
    };
    let all = vec![
        one(Target::Good, text::GOOD, "value good"),
        one(Target::Scrap, text::SCRAP, "value scrap"),
        one(Target::Rework, text::REWORK, "value rework"),
    ];
    view! { div(class="values") { (all) } }
}

fn reason_choice(form: Form) -> View {
    let options = reasons().into_iter().map(|reason| (reason.clone(), reason)).collect();
    field::choice(text::SCRAP_REASON, form.reason, options)
}

/// Where pieces for rework go: done again here, or back to an earlier operation.
fn back_choice(form: Form, detail: &Rc<OrderDetail>) -> View {
    let detail = Rc::clone(detail);
    ui::live(move || {
        let number = form.operation.get();
        let earlier: Vec<_> = detail.order.operations.iter().filter(|known| known.number < number).collect();
        let reworks = form.target.get() == Target::Rework || form.rework.with(|text| !text.is_empty());
        if earlier.is_empty() || !reworks {
            return View::new();
        }
        let mut options = vec![(0, REWORK_HERE.get().to_owned())];
        options.extend(earlier.iter().map(|known| (known.number, format!("{} {}", known.number, known.name))));
        untrack(|| field::choice(REWORK_TO, form.rework_to, options))
    })
}

/// The reasons, the one used last first.
fn reasons() -> Vec<String> {
    let mut known: Vec<String> =
        device::get(Kept::ScrapReasons).unwrap_or_default().lines().map(str::to_owned).collect();
    for (zh, en) in REASONS {
        let (reason, other) = (app::lang().pick(zh, en), app::lang().pick(en, zh));
        known.retain(|kept| kept != other);
        if !known.iter().any(|kept| kept == reason) {
            known.push(reason.to_owned());
        }
    }
    known
}

fn remember(reason: &str) {
    let mut known = reasons();
    known.retain(|kept| kept != reason);
    known.insert(0, reason.to_owned());
    known.truncate(REASONS_KEPT);
    device::set(Kept::ScrapReasons, &known.join("\n"));
}

fn send(form: Form, detail: &Rc<OrderDetail>, submit: Submit) {
    let order = &detail.order;
    let scale = order.quantity.scale();
    let read = |target: Target| form.value(target).with_untracked(|text| number_pad::quantity(text, scale));
    let (Some(good), Some(scrap), Some(rework)) = (read(Target::Good), read(Target::Scrap), read(Target::Rework))
    else {
        return form.wrong.set(text::NOTHING_TYPED.into());
    };
    if good.is_zero() && scrap.is_zero() && rework.is_zero() {
        return form.wrong.set(text::NOTHING_TYPED.into());
    }
    let custom = match form.custom.read() {
        Ok(custom) => custom,
        Err(wrong) => return form.wrong.set(wrong),
    };
    form.wrong.set(String::new());
    let reason = form.reason.get_clone_untracked();
    let number = form.operation.get_untracked();
    if scrap.is_positive() {
        remember(&reason);
    }
    let body = NewReport {
        order: order.id.clone(),
        operation: number,
        good,
        scrap: if scrap.is_positive() { vec![Scrap { reason, quantity: scrap }] } else { Vec::new() },
        rework: rework.is_positive().then_some(rework),
        rework_to: Some(form.rework_to.get_untracked()).filter(|to| rework.is_positive() && (1..number).contains(to)),
        started_at: None,
        ended_at: Some(device::now()),
        equipment: order.operation(number).and_then(|operation| operation.equipment.clone()),
        lot: String::new(),
        note: String::new(),
        custom,
    };
    let what = format!("{} {} {number} · {} {good}", text::REPORT.get(), order.id, text::GOOD.get());
    let said = format!("{}: {} {good}", text::BOOKED_REPORT.get(), text::GOOD.get());
    let back = Route::Order(order.id.clone()).path();
    submit.send_kept("/api/v1/reports", what, &body, Source::Hand, move |report: Option<Report>| {
        app::app().go(&back);
        match report.map(|report| report.state) {
            Some(ReportState::Queued) => app::app().say(Toast::good(text::REPORT_QUEUED.get())),
            Some(_) => app::app().say(Toast::good(said.clone())),
            None => {}
        }
    });
}
