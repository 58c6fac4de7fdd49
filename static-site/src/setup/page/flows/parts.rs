//! Fields that write into the draft. A panel is drawn when something else is chosen, not at every key, so that the field
//! keeps the focus.

use sycamore::prelude::*;

use crate::text::Text;
use crate::ui::{field, tap};

pub(super) const EMPTY: Text = Text::new("", "");

/// Calls `change` with each new value of a signal, but not with the first.
pub(super) fn follow<T: Clone + PartialEq + 'static>(value: Signal<T>, change: impl Fn(T) + 'static) {
    let mut last = value.get_clone_untracked();
    create_effect(move || {
        let now = value.get_clone();
        if now != last {
            last = now.clone();
            untrack(|| change(now));
        }
    });
}

/// One line of text.
pub(super) fn line(label: Text, now: &str, change: impl Fn(String) + 'static) -> View {
    let value = create_signal(now.to_owned());
    follow(value, change);
    field::line(label, value, EMPTY)
}

/// A whole number, or nothing.
pub(super) fn number(label: Text, now: Option<u32>, change: impl Fn(Option<u32>) + 'static) -> View {
    let value = create_signal(now.map_or(String::new(), |now| now.to_string()));
    follow(value, move |text: String| change(text.trim().parse().ok()));
    field::labelled(label, view! { input(r#type="text", inputmode="numeric", maxlength="7", bind:value=value) })
}

/// One of many.
pub(super) fn select(
    label: Text,
    now: &str,
    options: Vec<(String, String)>,
    change: impl Fn(String) + 'static,
) -> View {
    let value = create_signal(now.to_owned());
    follow(value, change);
    field::select(label, value, options)
}

/// One of a few.
pub(super) fn choice<T>(label: Text, now: T, options: Vec<(T, String)>, change: impl Fn(T) + 'static) -> View
where
    T: Clone + PartialEq + 'static,
{
    let value = create_signal(now);
    follow(value, change);
    field::choice(label, value, options)
}

/// Any number of them.
pub(super) fn several<T>(label: Text, now: Vec<T>, options: Vec<(T, String)>, change: impl Fn(Vec<T>) + 'static) -> View
where
    T: Clone + PartialEq + 'static,
{
    let value = create_signal(now);
    follow(value, change);
    let buttons: Vec<_> = options
        .into_iter()
        .map(|(option, name)| {
            let this = option.clone();
            let held = move || if value.with(|held| held.contains(&option)) { "true" } else { "false" };
            let flip = tap(move || {
                value.update(|held| match held.iter().position(|other| *other == this) {
                    Some(at) => drop(held.remove(at)),
                    None => held.push(this.clone()),
                });
            });
            view! { button(r#type="button", class="option small", aria-pressed=held, on:click=flip) { (name) } }
        })
        .collect();
    let name = label.get();
    view! { div(class="field", role="group", aria-label=name) { span { (label) } div(class="options") { (buttons) } } }
}

/// A plain button.
pub(super) fn button(label: Text, class: &'static str, press: impl Fn() + 'static) -> View {
    view! { button(r#type="button", class=class, on:click=tap(press)) { (label) } }
}
