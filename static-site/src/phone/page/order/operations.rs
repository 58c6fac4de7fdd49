//! The operations of an order: what is reported at each, where it stands, and what may be done with it. What may not be done
//! says why, asked of the code that the server decides with.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::{OrderAnswer, OrderDetail, TakeStep};
use takt_api::stock::Source;
use takt_domain::facts::Facts;
use takt_domain::operation::{self, OperationState, Step};
use takt_domain::order::OrderOperation;
use takt_domain::refusal::Unmet;

use super::api_path;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, fault, field, icon, order_parts, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const START: Text = Text::new("开工", "Start");
const PAUSE: Text = Text::new("暂停", "Pause");
const RESUME: Text = Text::new("恢复", "Resume");
const FINISH: Text = Text::new("完工", "Finish");
const RUNNING: Text = Text::new("进行中", "running");
const OVER: Text = Text::new("已完成", "done");
const TO_REDO: Text = Text::new("待返工", "to be done again");

/// A step of one operation, with all that stands in its way.
#[derive(Clone)]
struct Offer {
    number: u16,
    name: String,
    step: Step,
    unmet: Vec<Unmet>,
}

impl Offer {
    fn face(&self) -> Text {
        match self.step {
            Step::Pause => PAUSE,
            Step::Resume => RESUME,
            Step::Finish => FINISH,
            _ => START,
        }
    }

    /// What those read who do not see beside which operation the button stands.
    fn label(&self) -> String {
        format!("{} {} {}", self.face().get(), self.number, self.name)
    }
}

type Asked = Signal<Option<Offer>>;

/// Each operation with what is reported at it, and its steps while the order is in production.
pub(super) fn view(detail: &Rc<OrderDetail>, facts: &Facts, read: Read<OrderDetail>) -> View {
    let (asked, submit): (Asked, _) = (create_signal(None), Submit::new());
    let rows: Vec<_> = detail
        .order
        .operations
        .iter()
        .map(|operation| {
            let steps = steps(detail, facts, operation, asked, submit, read);
            row(detail, facts, operation, steps)
        })
        .collect();
    let outcome = submit_button::outcome(submit);
    let for_sheet = Rc::clone(detail);
    let sheet = sheet::view(asked, move |offer| (offer.label(), question(&offer, &for_sheet, asked, read)));
    ui::section(text::OPERATIONS, view! { ol(class="rows") { (rows) } (outcome) (sheet) })
}

fn row(detail: &OrderDetail, facts: &Facts, operation: &OrderOperation, steps: View) -> View {
    let order = &detail.order;
    let done = facts.progress_at(operation.number, order.quantity.scale());
    let (number, name) = (operation.number.to_string(), operation.name.clone());
    let mut notes = Vec::new();
    let mut count = |name: Text, quantity: takt_domain::quantity::Quantity| {
        if quantity.is_positive() {
            notes.push(format!("{} {quantity}", name.get()));
        }
    };
    count(text::SCRAP, done.scrap);
    count(text::REWORK, done.rework);
    count(TO_REDO, done.redo);
    if let Some(equipment) = &operation.equipment {
        let known = facts.equipment.iter().find(|known| known.id == *equipment);
        notes.push(
            known.map_or(equipment.to_string(), |known| {
                format!("{} {}", known.name, show::equipment_status(known.status))
            }),
        );
    }
    if let Some(mark) = &operation.stopped {
        notes.push(format!("{} {}:{}", text::PAUSED.get(), show::user(&mark.by), mark.reason));
    }
    let notes = notes.join(" · ");
    let count = format!("{} / {}", done.good, order.quantity);
    let bar = order_parts::bar(done, order.quantity);
    let state = match operation::state(order, operation, facts) {
        OperationState::Waiting => View::new(),
        OperationState::Running => view! { span(class="chip small state running") { (RUNNING) } },
        OperationState::Paused => view! { span(class="chip small paused") { (text::PAUSED) } },
        OperationState::Done => view! { span(class="chip small good") { (OVER) } },
    };
    view! {
        li(class="row") {
            div(class="row-main") {
                span(class="step") { (number) } span(class="grow") { (name) } (state) strong(class="number") { (count) }
            }
            (bar)
            p(class="note") { (notes) }
            (steps)
        }
    }
}

/// The buttons: what is next for an operation of this kind, and what is not open yet as well, since it says why.
fn steps(
    detail: &Rc<OrderDetail>,
    facts: &Facts,
    operation: &OrderOperation,
    asked: Asked,
    submit: Submit,
    read: Read<OrderDetail>,
) -> View {
    let order = &detail.order;
    let over = order.completed.is_some() || order.cancelled.is_some();
    if order.started.is_none() || over || operation.finished.is_some() || operation.supplier.is_some() {
        return View::new();
    }
    let (is_done, has_clock) = (operation::is_done(order, operation, facts), operation.started.is_some());
    let mut wanted = Vec::new();
    if !is_done && !has_clock {
        wanted.push(Step::Start);
    }
    if operation.stopped.is_some() {
        wanted.push(Step::Resume);
    } else if !is_done {
        wanted.push(Step::Pause);
    }
    // Where all is reported, finishing only stops its clock and frees its machine.
    if !is_done || has_clock {
        wanted.push(Step::Finish);
    }
    let buttons: Vec<_> = wanted
        .into_iter()
        .map(|step| {
            let unmet = operation::unmet(order, &detail.flow, operation, step, facts);
            let offer = Offer { number: operation.number, name: operation.name.clone(), step, unmet };
            button(offer, detail, asked, submit, read)
        })
        .collect();
    view! { div(class="actions steps") { (buttons) } }
}

fn button(offer: Offer, detail: &Rc<OrderDetail>, asked: Asked, submit: Submit, read: Read<OrderDetail>) -> View {
    let (face, label) = (offer.face(), offer.label());
    if !offer.unmet.is_empty() {
        // Not `disabled`: it can be tapped, and then says why it is closed.
        return view! {
            button(
                r#type="button", class="quiet small closed", aria-disabled="true", aria-label=label,
                on:click=tap(move || asked.set(Some(offer.clone())))
            ) { (icon::LOCK) (face) }
        };
    }
    let detail = Rc::clone(detail);
    let press = tap(move || {
        if offer.step == Step::Pause {
            asked.set(Some(offer.clone()));
        } else {
            send(&offer, &detail, String::new(), submit, read, || {});
        }
    });
    view! {
        button(r#type="button", class="quiet small", aria-label=label, disabled=move || submit.is_held(), on:click=press) { (face) }
    }
}

/// Why it is closed; of a pause, what for.
fn question(offer: &Offer, detail: &Rc<OrderDetail>, asked: Asked, read: Read<OrderDetail>) -> View {
    if !offer.unmet.is_empty() {
        return fault::closed(&offer.unmet, move || asked.set(None));
    }
    let (reason, missing, submit) = (create_signal(String::new()), create_signal(String::new()), Submit::new());
    let (face, offer, detail) = (offer.face(), offer.clone(), Rc::clone(detail));
    let confirm = move || {
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        if reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        send(&offer, &detail, reason, submit, read, move || asked.set(None));
    };
    let words = submit_button::fields(submit, field::lines(text::REASON, reason, text::REASON_HINT));
    let (hint, button) = (ui::hint(missing), submit_button::view(submit, face, confirm));
    view! { (words) (hint) (button) }
}

fn send(
    offer: &Offer,
    detail: &OrderDetail,
    reason: String,
    submit: Submit,
    read: Read<OrderDetail>,
    after: impl Fn() + 'static,
) {
    let path = format!("{}/operations/{}/{}", api_path(&detail.order.id), offer.number, offer.step.as_str());
    let said = text::DONE.with(&offer.label());
    submit.send("POST", path, &TakeStep { reason, ..TakeStep::default() }, Source::Hand, move |_: OrderAnswer| {
        app::app().say(Toast::good(said.clone()));
        after();
        read.again();
    });
}
