//! A message at the edge of the screen, also read aloud.

use sycamore::prelude::*;

use crate::net::fetch::timer;
use crate::ui::{icon, live};

/// One message.
#[derive(Clone, PartialEq)]
pub struct Toast {
    pub kind: Kind,
    pub text: String,
}

/// What a message says of what the reader did.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// It is booked.
    Good,
    /// It failed.
    Bad,
    /// It waits on this device.
    Kept,
}

impl Toast {
    /// Something did not work, and the page that tried it is gone.
    pub fn bad(text: impl Into<String>) -> Self {
        Self { kind: Kind::Bad, text: text.into() }
    }

    /// Something is booked: said only after the server has said so.
    pub fn good(text: impl Into<String>) -> Self {
        Self { kind: Kind::Good, text: text.into() }
    }

    /// Something waits on this device until the network is back.
    pub fn kept(text: impl Into<String>) -> Self {
        Self { kind: Kind::Kept, text: text.into() }
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
        let (class, sign) = match toast.kind {
            Kind::Good => ("toast good", icon::CHECK),
            Kind::Bad => ("toast bad", icon::CROSS),
            Kind::Kept => ("toast kept", icon::OUTBOX),
        };
        let said = toast.text;
        view! { div(class=class) { (sign) span { (said) } } }
    });
    view! { div(class="toasts", role="status", aria-live="polite") { (message) } }
}
