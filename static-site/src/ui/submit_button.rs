//! The button of a write, and what became of it.

use std::rc::Rc;

use sycamore::prelude::*;

use crate::net::submit::{Progress, Submit};
use crate::text::{self, Text};
use crate::ui::{fault, icon, live, tap};

/// The big button. It says that it is busy, and gives way to the retry while an outcome is not known.
pub fn view(submit: Submit, face: impl Into<View>, press: impl Fn() + 'static) -> View {
    let face = face.into();
    let busy = move || submit.is_busy();
    let hidden = move || submit.is_held() && !submit.is_busy();
    let state = move || if busy() { "true" } else { "false" };
    let outcome = outcome(submit);
    view! {
        div(class="submit") {
            (outcome)
            button(
                r#type="button", class="primary big", disabled=move || submit.is_held(), hidden=hidden, aria-busy=state,
                on:click=tap(press)
            ) { span(class="face") { (face) } span(class="spinner", aria-hidden="true") {} }
        }
    }
}

/// What became of the last request, where that needs words.
pub fn outcome(submit: Submit) -> View {
    live(move || match submit.progress.get_clone() {
        Progress::Idle | Progress::Busy => View::new(),
        Progress::Failed(fault) => fault::view(&fault, None),
        Progress::Unknown(..) => view! {
            div(class="fault unknown", role="alert") {
                div(class="fault-title") { (icon::ALERT) strong { (text::NO_ANSWER) } }
                p { (text::NO_ANSWER_HINT) }
                button(r#type="button", class="primary big", on:click=tap(move || submit.retry())) { (text::SEND_AGAIN) }
                button(r#type="button", class="quiet", on:click=tap(move || submit.give_up())) { (text::GIVE_UP) }
            }
        },
    })
}

/// Fields that stay as they are while a request is open.
pub fn fields(submit: Submit, body: View) -> View {
    view! { fieldset(class="plain", prop:disabled=move || submit.is_held()) { (body) } }
}

/// A smaller button for a write that needs no form.
pub fn small(submit: Submit, face: Text, class: &'static str, press: Rc<dyn Fn()>) -> View {
    view! { button(r#type="button", class=class, disabled=move || submit.is_held(), on:click=tap(move || press())) { (face) } }
}
