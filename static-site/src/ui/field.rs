//! What is typed and chosen.

use std::rc::Rc;

use sycamore::prelude::*;
use wasm_bindgen::JsCast;

use crate::text::Text;
use crate::ui::tap;

const MINUS: Text = Text::new("正负号", "Plus or minus");

/// A label over its input.
pub fn labelled(label: Text, input: View) -> View {
    view! { label(class="field") { span { (label) } (input) } }
}

/// One line of text.
pub fn line(label: Text, value: Signal<String>, hint: Text) -> View {
    labelled(
        label,
        view! { input(r#type="text", maxlength="200", autocomplete="off", placeholder=hint, bind:value=value) },
    )
}

/// A number, for the keys of a phone that it needs: digits alone where it is whole, a point beside them where it is not.
/// Those keys have no minus on many phones, so what may be below zero has one beside it. `name` is what the field is
/// called in the page, and what people call it.
pub fn number(
    (id, name): (String, String),
    value: String,
    whole: bool,
    signed: bool,
    typed: impl Fn(String) + 'static,
) -> View {
    let node = create_node_ref();
    let typed = Rc::new(typed);
    let input = move || node.try_get().and_then(|node| node.dyn_into::<web_sys::HtmlInputElement>().ok());
    let heard = Rc::clone(&typed);
    let changed = move |_: web_sys::Event| {
        if let Some(input) = input() {
            heard(input.value());
        }
    };
    let flip = tap(move || {
        if let Some(input) = input() {
            let value = input.value();
            let flipped = value.strip_prefix('-').map_or_else(|| format!("-{value}"), str::to_owned);
            input.set_value(&flipped);
            let _ = input.focus();
            typed(flipped);
        }
    });
    let sign = if signed {
        view! { button(r#type="button", class="quiet", aria-label=MINUS, on:click=flip) { "±" } }
    } else {
        View::new()
    };
    let mode = if whole { "numeric" } else { "decimal" };
    view! {
        div(class="number-field") {
            input(
                r#type="text", inputmode=mode, maxlength="24", autocomplete="off", name=id, aria-label=name, value=value,
                r#ref=node, on:input=changed
            )
            (sign)
        }
    }
}

/// One line whose text is handed on while it is typed, for a draft that is kept as a whole. `mode` is the keyboard that a
/// phone shows: `text`, `numeric` or `decimal`.
pub fn typed(label: Text, value: String, mode: &'static str, keep: impl Fn(String) + 'static) -> View {
    let heard = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(input) = input {
            keep(input.value());
        }
    };
    let input = view! { input(r#type="text", inputmode=mode, maxlength="200", autocomplete="off", value=value, on:input=heard) };
    labelled(label, input)
}

/// A PIN, which nobody else reads and no browser keeps.
pub fn pin(label: Text, value: Signal<String>, hint: Text) -> View {
    let input = view! {
        input(
            r#type="password", inputmode="numeric", maxlength="12", autocomplete="off", placeholder=hint, bind:value=value
        )
    };
    labelled(label, input)
}

/// Several lines of text.
pub fn lines(label: Text, value: Signal<String>, hint: Text) -> View {
    labelled(label, view! { textarea(rows="3", maxlength="1000", placeholder=hint, bind:value=value) {} })
}

/// One of a few, each a button.
pub fn choice<T>(label: Text, value: Signal<T>, options: Vec<(T, String)>) -> View
where
    T: Clone + PartialEq + 'static,
{
    let buttons: Vec<_> = options
        .into_iter()
        .map(|(option, name)| {
            let (this, chosen) = (option.clone(), move || value.with(|now| *now == option));
            let pressed = create_memo(chosen);
            let state = move || if pressed.get() { "true" } else { "false" };
            view! {
                button(r#type="button", class="option", aria-pressed=state, on:click=tap(move || value.set(this.clone()))) { (name) }
            }
        })
        .collect();
    let name = label.get();
    view! { div(class="field", role="group", aria-label=name) { span { (label) } div(class="options") { (buttons) } } }
}

/// One of many.
pub fn select(label: Text, value: Signal<String>, options: Vec<(String, String)>) -> View {
    let options = select_options(value, options);
    labelled(label, view! { select(bind:value=value) { (options) } })
}

/// The options of a select. The one that is chosen says so itself, since the value is set before they are there.
pub fn select_options(value: Signal<String>, options: Vec<(String, String)>) -> View {
    let now = value.get_clone_untracked();
    let one = |(value, name): (String, String)| {
        let chosen = value == now;
        view! { option(value=value, selected=chosen) { (name) } }
    };
    View::from(options.into_iter().map(one).collect::<Vec<_>>())
}
