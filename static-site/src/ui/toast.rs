//! A message at the edge of the screen, also read aloud.

use sycamore::prelude::*;

use crate::net::fetch::timer;
use crate::ui::{icon, live};

/// One message.
#[derive(Clone, PartialEq)]
pub struct Toast {
    /// Booked; else it failed.
    pub good: bool,
    pub text: String,
}

impl Toast {
    /// Something did not work, and the page that tried it is gone.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { good: false, text: text.into() }
    }

    /// Something is booked: said only after the server has said so.
    pub fn good(text: impl Into<String>) -> Self {
        Self { good: true, text: text.into() }
    }
}

const SHOWN_MS: i32 = 4_500;

/// Shows it for a while.
pub fn show(place: Signal<Option<Toast>>, toast: Toast) {
    place.set(Some(toast.clone()));
    timer(SHOWN_MS, move || {
        if place.with_untracked(|now| now.as_ref() == Some(&toast)) {
            place.set(None);
        }
    });
}

pub fn view(place: Signal<Option<Toast>>) -> View {
    let message = live(move || {
        let Some(toast) = place.get_clone() else { return View::new() };
        let (class, said) = (if toast.good { "toast good" } else { "toast bad" }, toast.text);
        let sign = if toast.good { icon::CHECK } else { icon::CROSS };
        view! { div(class=class) { (sign) span { (said) } } }
    });
    view! { div(class="toasts", role="status", aria-live="polite") { (message) } }
}
