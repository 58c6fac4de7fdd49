//! A message at the edge of the screen, also read aloud.

use sycamore::prelude::*;

use crate::net::fetch::timer;
use crate::ui::icon::icon;

/// One message.
#[derive(Clone, PartialEq)]
pub(crate) struct Toast {
    /// Booked; else it failed.
    pub(crate) good: bool,
    pub(crate) text: String,
}

impl Toast {
    /// Something is booked: said only after the server has said so.
    pub(crate) fn good(text: impl Into<String>) -> Self {
        Self { good: true, text: text.into() }
    }
}

const SHOWN_MS: i32 = 4_500;

/// Shows it for a while.
pub(crate) fn show(place: Signal<Option<Toast>>, toast: Toast) {
    place.set(Some(toast.clone()));
    timer(SHOWN_MS, move || {
        if place.with_untracked(|now| now.as_ref() == Some(&toast)) {
            place.set(None);
        }
    });
}

pub(crate) fn view(place: Signal<Option<Toast>>) -> View {
    let message = move || {
        let Some(toast) = place.get_clone() else { return View::new() };
        let class = if toast.good { "toast good" } else { "toast bad" };
        let sign = icon(if toast.good { "check" } else { "cross" });
        view! { div(class=class) { (sign) span { (toast.text) } } }
    };
    view! { div(class="toasts", role="status", aria-live="polite") { (View::from_dynamic(message)) } }
}
