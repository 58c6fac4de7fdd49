//! An input that a scanner types into, wherever the focus is. A scanner sends its keys faster than any hand, and Enter
//! at the end.

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_domain::gs1;
use wasm_bindgen::JsCast;

use crate::text::{self, Text};
use crate::ui::{camera, icon, keyboard, tone};

/// The slowest pace of a scanner, in milliseconds for one character.
const PACE_MAX_MS: f64 = 35.0;
/// Fewer characters say nothing about who typed them.
const LENGTH_MIN: usize = 4;

/// The input, with the focus on it. `found` gets the code and how it came in.
pub fn view(value: Signal<String>, hint: Text, found: impl Fn(String, Source) + Clone + 'static) -> View {
    draw(value, hint, camera::button(keyboard::deliver), found)
}

/// The same on a page that takes one code after another (`camera::goes_on`).
pub fn for_many(value: Signal<String>, hint: Text, found: impl Fn(String, Source) + Clone + 'static) -> View {
    draw(value, hint, camera::button_for_many(keyboard::deliver), found)
}

fn draw(value: Signal<String>, hint: Text, camera: View, found: impl Fn(String, Source) + Clone + 'static) -> View {
    let input = create_node_ref();
    let began = create_signal((0usize, 0.0f64));
    let scanned = found.clone();
    keyboard::scan_to(move |code, source| {
        value.set(code.clone());
        scanned(code, source);
    });
    on_mount(move || {
        // On a phone the focus would call up the keyboard, over half of the page; a scanner is heard without it.
        let has_mouse = window().match_media("(pointer: fine)").ok().flatten().is_some_and(|query| query.matches());
        if !has_mouse {
            return;
        }
        if let Some(input) = input.try_get().and_then(|node| node.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = input.focus();
        }
    });
    let typed = move |_: web_sys::Event| {
        let (length, now) = (value.with_untracked(|text| text.chars().count()), js_sys::Date::now());
        if length <= 1 {
            began.set((length, now));
        }
    };
    let separated = move |event: web_sys::KeyboardEvent| {
        if event.ctrl_key() && event.key() == "]" {
            event.prevent_default();
            value.update(|text| text.push(gs1::GS));
        }
    };
    let submit = move |event: web_sys::SubmitEvent| {
        event.prevent_default();
        let code = value.with_untracked(|text| text.trim().to_owned());
        if !code.is_empty() {
            let keys = code.chars().count().saturating_sub(began.get().0);
            let pace_ms = (js_sys::Date::now() - began.get().1) / (keys.max(1) as f64);
            let fast = code.chars().count() >= LENGTH_MIN && pace_ms < PACE_MAX_MS;
            if fast {
                tone::good();
            }
            found(code, if fast { Source::Scan } else { Source::Hand });
        }
    };
    view! {
        form(class="scan", role="search", on:submit=submit) {
            input(
                r#ref=input, r#type="search", aria-label=hint, placeholder=hint, maxlength="400", autocomplete="off",
                autocapitalize="off", "spellcheck"="false", enterkeyhint="search", bind:value=value, on:input=typed,
                on:keydown=separated
            )
            button(r#type="submit", class="round", aria-label=text::SEARCH) { (icon::SEARCH) }
            (camera)
        }
    }
}
