//! What may be done with an order: the next step big, the others beside it, and for each closed one why it is closed.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::{OrderAnswer, OrderDetail, TakeAction};
use takt_api::stock::Source;
use takt_domain::decide::{self, ActionView};
use takt_domain::facts::Facts;
use takt_domain::flow::{Action, Category, Effect, Flow};
use takt_domain::order::{InspectionKind, InspectionResult, Order};
use takt_domain::quality::PlanKind;

use super::{api_path, inspect};
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::ui::icon::{self, Icon};
use crate::ui::{self, fault, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

/// An action with what the domain says of it.
#[derive(Clone)]
struct Offer {
    action: Rc<Action>,
    state: Rc<ActionView>,
}

impl Offer {
    fn label(&self) -> String {
        show::alone(self.action.label.get(app::lang()))
    }

    fn does(&self, effect: Effect) -> bool {
        self.action.effects.contains(&effect)
    }

    /// An inspection wants an outcome.
    fn inspects(&self) -> bool {
        self.does(Effect::RecordFirstArticle) || self.does(Effect::RecordFinalInspection)
    }

    /// Leads the order on, rather than stopping it, noting something or doing again what is done.
    fn leads_on(&self, order: &Order) -> bool {
        let done_already = self.does(Effect::RecordFirstArticle) && order.has_passed(InspectionKind::FirstArticle)
            || self.does(Effect::RecordFinalInspection) && order.has_passed(InspectionKind::Final)
            || self.does(Effect::SignQuality) && order.signed.is_some()
            || self.does(Effect::RequestReview) && order.review.is_some();
        !self.action.reason_required
            && !self.does(Effect::MarkCancelled)
            && !done_already
            && self.action.name != "withdraw"
    }

    /// Ends something for good, so a slip of the finger must not do it.
    fn wants_a_second_look(&self, flow: &Flow) -> bool {
        let to = self.action.to.as_deref().and_then(|to| flow.state(to));
        self.action.needs_signature() || to.is_some_and(|to| to.category == Category::Closed)
    }
}

pub(super) fn view(detail: &Rc<OrderDetail>, facts: &Facts, read: Read<OrderDetail>) -> View {
    let views = decide::actions(&detail.order, &detail.flow, facts);
    let offers: Vec<_> = views
        .into_iter()
        .filter_map(|state| {
            let action = detail.flow.action(&state.action)?.clone();
            Some(Offer { action: Rc::new(action), state: Rc::new(state) })
        })
        .collect();
    let asked = create_signal(None::<Offer>);
    let submit = Submit::new();
    let next = offers.iter().find(|offer| offer.state.allowed && offer.leads_on(&detail.order)).cloned();
    let chosen = next.as_ref().map(|offer| offer.action.name.clone());
    let others: Vec<_> = offers.iter().filter(|offer| Some(&offer.action.name) != chosen.as_ref()).cloned().collect();
    let (open, closed): (Vec<_>, Vec<_>) = others.into_iter().partition(|offer| offer.state.allowed);
    let for_sheet = Rc::clone(detail);
    let first = match next {
        Some(next) => primary(next, detail, submit, asked, read),
        None => waiting(&offers, &detail.order),
    };
    let open = buttons(open, detail, submit, asked, read);
    let closed = closed_buttons(closed, asked);
    let sheet = sheet::view(asked, move |offer| (offer.label(), sheet_body(&offer, &for_sheet, asked, read)));
    view! {
        section(class="card next") { (first) (open) }
        (closed)
        (sheet)
    }
}

/// Does it, or first asks for what it needs.
fn act(offer: &Offer, detail: &OrderDetail, submit: Submit, asked: Signal<Option<Offer>>, read: Read<OrderDetail>) {
    if offer.does(Effect::BookReport) {
        app::app().go(&Route::Report(detail.order.id.clone()).path());
    } else if offer.action.reason_required || offer.inspects() || offer.wants_a_second_look(&detail.flow) {
        asked.set(Some(offer.clone()));
    } else {
        send(offer, detail, (TakeAction::default(), None), submit, read, move || {});
    }
}

fn send(
    offer: &Offer,
    detail: &OrderDetail,
    (body, pin): (TakeAction, Option<String>),
    submit: Submit,
    read: Read<OrderDetail>,
    after: impl Fn() + 'static,
) {
    let path = format!("{}/actions/{}", api_path(&detail.order.id), encode(&offer.action.name));
    let said = text::DONE.get().replace("{}", &offer.label());
    let done = move |_: OrderAnswer| {
        app::app().say(Toast::good(said.clone()));
        after();
        read.again();
    };
    match pin {
        Some(pin) => submit.sign(pin, path, &body, done),
        None => submit.send("POST", path, &body, Source::Hand, done),
    }
}

fn primary(
    next: Offer,
    detail: &Rc<OrderDetail>,
    submit: Submit,
    asked: Signal<Option<Offer>>,
    read: Read<OrderDetail>,
) -> View {
    let (label, detail) = (next.label(), Rc::clone(detail));
    let button = submit_button::view(submit, label, move || act(&next, &detail, submit, asked, read));
    view! {
        h2 { (text::NEXT_STEP) }
        (button)
    }
}

/// Nothing is open to the reader: what it waits for, and who can see to it.
fn waiting(offers: &[Offer], order: &Order) -> View {
    let Some(next) = offers.iter().find(|offer| offer.leads_on(order)) else {
        return view! { h2 { (text::NEXT_STEP) } p(class="note") { (text::NOTHING_LEFT) } };
    };
    let (label, reasons) = (next.label(), fault::reasons(&next.state.unmet));
    view! {
        h2 { (text::WAITS_FOR) }
        p(class="waits") { (icon::LOCK) strong { (label) } }
        (reasons)
    }
}

fn buttons(
    open: Vec<Offer>,
    detail: &Rc<OrderDetail>,
    submit: Submit,
    asked: Signal<Option<Offer>>,
    read: Read<OrderDetail>,
) -> View {
    let buttons: Vec<_> = open
        .into_iter()
        .map(|offer| {
            let (label, detail) = (offer.label(), Rc::clone(detail));
            let press = Rc::new(move || act(&offer, &detail, submit, asked, read));
            view! { button(r#type="button", class="secondary", disabled=move || submit.is_held(), on:click=tap(move || press())) { (label) } }
        })
        .collect();
    if buttons.is_empty() {
        View::new()
    } else {
        view! { div(class="actions") { (buttons) } }
    }
}

fn closed_buttons(closed: Vec<Offer>, asked: Signal<Option<Offer>>) -> View {
    if closed.is_empty() {
        return View::new();
    }
    let buttons: Vec<_> = closed
        .into_iter()
        .map(|offer| {
            let label = offer.label();
            // Not `disabled`: it can be tapped, and then says why it is closed.
            view! {
                button(r#type="button", class="secondary closed", aria-disabled="true", on:click=tap(move || asked.set(Some(offer.clone())))) {
                    (icon::LOCK) (label)
                }
            }
        })
        .collect();
    view! {
        section(class="card") {
            h2 { (text::NOT_NOW) }
            p(class="note") { (text::NOT_NOW_HINT) }
            div(class="actions") { (buttons) }
        }
    }
}

fn sheet_body(offer: &Offer, detail: &Rc<OrderDetail>, asked: Signal<Option<Offer>>, read: Read<OrderDetail>) -> View {
    if !offer.state.allowed {
        return fault::closed(&offer.state.unmet, move || asked.set(None));
    }
    let kind = if offer.does(Effect::RecordFirstArticle) { PlanKind::FirstArticle } else { PlanKind::Final };
    if offer.inspects() {
        let (offer, for_plain) = (offer.clone(), Rc::clone(detail));
        let done: Rc<dyn Fn()> = Rc::new(move || {
            asked.set(None);
            read.again();
        });
        return inspect::planned(detail, kind, done, move || plain(&offer, &for_plain, asked, read));
    }
    plain(offer, detail, asked, read)
}

/// What an action asks for that no plan says.
fn plain(offer: &Offer, detail: &Rc<OrderDetail>, asked: Signal<Option<Offer>>, read: Read<OrderDetail>) -> View {
    let (reason, result) = (create_signal(String::new()), create_signal(None::<InspectionResult>));
    let submit = Submit::new();
    let missing = create_signal(String::new());
    let inspects = offer.inspects();
    let needs_reason = offer.action.reason_required;
    let outcome = if inspects { outcome_choice(result) } else { View::new() };
    let pin = offer.action.needs_signature().then(|| create_signal(String::new()));
    let pin_field = pin.map_or_else(View::new, |pin| field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT));
    let question = if inspects || needs_reason {
        View::new()
    } else {
        view! { p(class="lead") { (text::SURE) } }
    };
    let label = if inspects { text::REMARK } else { text::REASON };
    let words = if inspects || needs_reason { field::lines(label, reason, text::REASON_HINT) } else { View::new() };
    let words = submit_button::fields(submit, view! { (question) (outcome) (words) (pin_field) });
    let (offer, detail) = (offer.clone(), Rc::clone(detail));
    let face = offer.label();
    let confirm = move || {
        let body = TakeAction {
            reason: reason.get_clone_untracked().trim().to_owned(),
            result: result.get_untracked(),
            ..TakeAction::default()
        };
        if needs_reason && body.reason.is_empty() || inspects && body.result.is_none() {
            return missing.set(if inspects { text::RESULT_NEEDED } else { text::REASON_NEEDED }.into());
        }
        let typed = pin.map(|pin| pin.get_clone_untracked());
        if typed.as_ref().is_some_and(|pin| pin.len() < 4) {
            return missing.set(text::PIN_HINT.into());
        }
        missing.set(String::new());
        if let Some(pin) = pin {
            pin.set(String::new());
        }
        send(&offer, &detail, (body, typed), submit, read, move || asked.set(None));
    };
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, face, confirm);
    view! { (words) (hint) (button) }
}

fn outcome_choice(result: Signal<Option<InspectionResult>>) -> View {
    let button = move |outcome: InspectionResult, class: &'static str, name: text::Text, drawing: Icon| {
        let state = move || if result.get() == Some(outcome) { "true" } else { "false" };
        view! {
            button(r#type="button", class=class, aria-pressed=state, on:click=tap(move || result.set(Some(outcome)))) {
                (drawing) (name)
            }
        }
    };
    let pass = button(InspectionResult::Pass, "option pass", text::PASS, icon::CHECK);
    let fail = button(InspectionResult::Fail, "option fail", text::FAIL, icon::CROSS);
    view! {
        div(class="verdict", role="group", aria-label=text::RESULT) { (pass) (fail) }
    }
}
