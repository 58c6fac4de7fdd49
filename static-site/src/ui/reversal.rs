//! Taking something back that is booked.

use serde::de::IgnoredAny;
use sycamore::prelude::*;
use takt_api::reports::Reverse;
use takt_api::stock::Source;

use crate::net::submit::Submit;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, text};

/// Asks why, then takes something booked back.
pub fn with_reason(path: String, face: text::Text, after: impl Fn() + Clone + 'static) -> View {
    let (reason, submit, missing) = (create_signal(String::new()), Submit::new(), create_signal(String::new()));
    let confirm = move || {
        let body = Reverse { reason: reason.get_clone_untracked().trim().to_owned() };
        if body.reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        let after = after.clone();
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: IgnoredAny| {
            app::app().say(Toast::good(text::REVERSED_BOOKED.get()));
            after();
        });
    };
    let words = submit_button::fields(submit, field::lines(text::REASON, reason, text::REASON_HINT));
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, face, confirm);
    view! { p(class="lead") { (text::REVERSE_HINT) } (words) (hint) (button) }
}
