//! Check in and out by badge: a scanner types it wherever the focus is, and a hand may type it too.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::{Presence, ScanBadge};
use takt_api::stock::Source;
use takt_domain::id::LineId;

use crate::app;
use crate::net::submit::Submit;
use crate::text::{self, Text};
use crate::ui::{camera, keyboard, submit_button, toast::Toast};

const SCAN: Text = Text::new("工牌签到", "Check in by badge");
const SCAN_HINT: Text = Text::new("扫描或输入工牌", "Scan or type a badge");
const CHECKED_IN: Text = Text::new("{} 已签到", "{} is checked in");
const CHECKED_OUT: Text = Text::new("{} 已签退", "{} is checked out");

/// The field. Who is scanned comes to `line`, or stays where they were without one; `done` is called after each.
pub fn view(line: impl Fn() -> Option<LineId> + 'static, done: impl Fn() + 'static) -> View {
    let submit = Submit::new();
    let badge = create_signal(String::new());
    let done = Rc::new(done);
    let send: Rc<dyn Fn(Source)> = Rc::new(move |source| {
        let body = ScanBadge { badge: badge.with_untracked(|badge| badge.trim().to_owned()), line: line() };
        if body.badge.is_empty() {
            return;
        }
        let done = Rc::clone(&done);
        submit.send("POST", "/api/v1/presence".into(), &body, source, move |presence: Presence| {
            let said = if presence.present { CHECKED_IN } else { CHECKED_OUT };
            app::app().say(Toast::good(said.with(presence.user.as_str())));
            badge.set(String::new());
            done();
        });
    });
    let scanned = Rc::clone(&send);
    keyboard::scan_to(move |code, source| {
        badge.set(code);
        scanned(source);
    });
    let typed = Rc::clone(&send);
    let submitted = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        typed(Source::Hand);
    };
    let outcome = submit_button::outcome(submit);
    let held = move || submit.is_held();
    let camera = camera::button(keyboard::deliver);
    view! {
        form(class="scan badge", on:submit=submitted) {
            input(
                r#type="text", aria-label=SCAN, placeholder=SCAN_HINT, maxlength="64", autocomplete="off",
                autocapitalize="off", "spellcheck"="false", enterkeyhint="done", bind:value=badge
            )
            button(r#type="submit", class="quiet", disabled=held) { (text::CHECK_IN) }
            (camera)
        }
        (outcome)
    }
}
