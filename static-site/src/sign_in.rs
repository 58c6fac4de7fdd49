//! Sign-in: the user once, then only the PIN on big keys.

use serde::de::IgnoredAny;
use sycamore::prelude::*;
use takt_api::identity::{Session, SignIn};
use takt_api::stock::Source;
use takt_domain::id::UserId;
use takt_domain::text::Lang;

use crate::app;
use crate::net::device::{self, Kept};
use crate::net::submit::Submit;
use crate::text;
use crate::ui::{field, icon, live, number_pad, outbox, submit_button, tap, toast};

const PIN_MAX: usize = 12;

pub fn view() -> View {
    let app = app::app();
    document().set_title(&format!("{} · Takt", text::SIGN_IN.get()));
    let user = create_signal(device::get(Kept::User).unwrap_or_default());
    let plant = create_signal(device::get(Kept::Plant).unwrap_or_default());
    let pin = create_signal(String::new());
    let submit = Submit::new();
    let wrong = create_signal(false);
    let enter = move || {
        let Ok(name) = user.get_clone_untracked().trim().parse::<UserId>() else { return wrong.set(true) };
        let pin_now = pin.get_clone_untracked();
        if !(4..=PIN_MAX).contains(&pin_now.len()) {
            return wrong.set(true);
        }
        wrong.set(false);
        let number = plant.with_untracked(|text| text.trim().parse().ok());
        device::set(Kept::Plant, &plant.get_clone_untracked());
        let body = SignIn { plant: number, user: name, pin: pin_now };
        pin.set(String::new());
        submit.send("POST", "/api/v1/session".into(), &body, Source::Hand, move |session: Session| app.enter(session));
    };
    let lapsed = app.back_to.with_untracked(Option::is_some);
    let notice = if lapsed {
        view! { p(class="notice") { (text::SESSION_LAPSED) } }
    } else {
        View::new()
    };
    let hint = move || {
        if wrong.get() {
            view! { p(class="notice bad", role="alert") { (text::SIGN_IN_NEEDS) } }
        } else {
            View::new()
        }
    };
    let dots = move || "●".repeat(pin.with(String::len));
    let dots_label = move || text::PIN_DIGITS.count(pin.with(String::len));
    let keys = move |event: web_sys::KeyboardEvent| {
        let key = event.key();
        let typed = pin.get_clone_untracked();
        match key.as_str() {
            "Enter" => enter(),
            "Backspace" => pin.set(number_pad::press(&typed, '<', 0)),
            _ if key.len() == 1 && key.as_bytes()[0].is_ascii_digit() && typed.len() < PIN_MAX => pin.set(typed + &key),
            _ => {}
        }
    };
    let input = view! {
        input(r#type="text", autocomplete="username", autocapitalize="off", "spellcheck"="false", maxlength="96", bind:value=user)
    };
    let user_field = field::labelled(text::USER, input);
    let plant_field = field::line(text::PLANT_NUMBER, plant, text::OPTIONAL);
    let (pad, hint, button) = (pin_pad(pin), live(hint), submit_button::view(submit, text::SIGN_IN, enter));
    let kept = outbox::owners();
    let form = view! {
        form(class="sign-in", autocomplete="off", on:submit=move |event: web_sys::SubmitEvent| event.prevent_default()) {
            (notice)
            (kept)
            (user_field)
            details(class="plant-field") {
                summary { (text::PLANT_NUMBER) }
                (plant_field)
            }
            div(class="field") {
                span { (text::PIN) }
                div(class="pin", tabindex="0", role="textbox", aria-label=dots_label, on:keydown=keys) { (dots) }
            }
            (pad)
            (hint)
            (button)
        }
    };
    let (language, toast) = (language(), toast::view(app.toast));
    view! { main(class="sign-in-page", id="main") {
        div(class="sign-in-head") { h1(class="logo-text") { "Takt" } (language) }
        p(class="slogan") { (text::SLOGAN) }
        (form)
    } (toast) }
}

/// The keys of the PIN: a leading zero counts here, unlike in a quantity.
fn pin_pad(pin: Signal<String>) -> View {
    let key = move |digit: char| {
        let face = digit.to_string();
        let hit = tap(move || {
            pin.update(|pin| {
                if pin.len() < PIN_MAX {
                    pin.push(digit)
                }
            })
        });
        view! { button(r#type="button", class="key", on:click=hit) { (face) } }
    };
    let keys: Vec<_> = "123456789".chars().map(key).collect();
    let erase = tap(move || {
        pin.update(|pin| {
            pin.pop();
        })
    });
    view! {
        div(class="pad") {
            (keys)
            button(r#type="button", class="key", on:click=tap(move || pin.set(String::new()))) { (text::CLEAR) }
            (key('0'))
            button(r#type="button", class="key", aria-label=text::ERASE, on:click=erase) { (icon::ERASE) }
        }
    }
}

/// The other language, in its own words.
pub fn language() -> View {
    let app = app::app();
    let (name, other) = match app::lang() {
        Lang::Zh => ("English", Lang::En),
        Lang::En => ("中文", Lang::Zh),
    };
    view! { button(r#type="button", class="quiet language", lang=other.pick("zh-CN", "en"), on:click=tap(move || app.speak(other))) { (name) } }
}

/// The way out.
pub fn sign_out() -> View {
    let submit = Submit::new();
    let leave = move || {
        submit.send("DELETE", "/api/v1/session".into(), &(), Source::Hand, |_: IgnoredAny| {
            app::app().leave(false);
        });
    };
    let outcome = submit_button::outcome(submit);
    view! {
        button(r#type="button", class="quiet wide", disabled=move || submit.is_held(), on:click=tap(leave)) { (icon::LEAVE) (text::SIGN_OUT) }
        (outcome)
    }
}
