//! What was sent from a page that is gone and has no answer yet.

use sycamore::prelude::*;

use crate::net::pending::{self, Pending};
use crate::net::submit::Submit;
use crate::ui::toast::Toast;
use crate::ui::{icon, live, submit_button, tap};
use crate::{app, text};

/// Each open request, with a button to send it once more. Nothing where there is none.
pub fn view() -> View {
    let app = app::app();
    live(move || {
        app.pending.track();
        View::from(untrack(|| pending::orphans().into_iter().map(one).collect::<Vec<_>>()))
    })
}

fn one(pending: Pending) -> View {
    let submit = Submit::new();
    let (what, again, forget) = (pending.title.clone(), pending.clone(), pending);
    let send = move || {
        submit.resume(again.clone(), || {
            app::app().say(Toast::good(text::BOOKED.get()));
            app::app().wake();
        });
    };
    let outcome = submit_button::outcome(submit);
    view! {
        div(class="fault unknown", role="alert") {
            div(class="fault-title") { (icon::ALERT) strong { (text::NO_ANSWER) } }
            p { strong { (what) } }
            p { (text::NO_ANSWER_HINT) }
            (outcome)
            div(class="actions") {
                button(r#type="button", class="secondary", disabled=move || submit.is_held(), on:click=tap(send)) { (text::SEND_AGAIN) }
                button(r#type="button", class="quiet", disabled=move || submit.is_held(), on:click=tap(move || forget.clone().forget())) { (text::GIVE_UP) }
            }
        }
    }
}
