//! The small design system: what pages are made of. Its looks are in `style.css`.

pub(crate) mod fault;
pub(crate) mod field;
pub(crate) mod icon;
pub(crate) mod number_pad;
pub(crate) mod order_parts;
pub(crate) mod scan_input;
pub(crate) mod sheet;
pub(crate) mod shell;
pub(crate) mod submit_button;
pub(crate) mod toast;

use std::rc::Rc;

use serde::de::DeserializeOwned;
use sycamore::prelude::*;

use crate::net::list::List;
use crate::net::read::{Read, State};
use crate::text::{self, Text};

/// Shows what is read: bars while it is on its way, the reason where it is not to be had.
pub(crate) fn shown<T: DeserializeOwned + 'static>(read: Read<T>, draw: impl Fn(Rc<T>) -> View + 'static) -> View {
    View::from_dynamic(move || match read.state.get_clone() {
        State::Loading => loading(),
        State::Ready(value) => untrack(|| draw(value)),
        State::Failed(fault) => fault::view(&fault, Some(Rc::new(move || read.again()))),
    })
}

/// Bars where something will stand.
pub(crate) fn loading() -> View {
    view! {
        div(class="loading", aria-busy="true") {
            span(class="sr") { (text::LOADING) }
            div(class="skeleton wide") {} div(class="skeleton") {} div(class="skeleton") {}
        }
    }
}

/// Nothing is here, and what to do about it.
pub(crate) fn empty(what: Text) -> View {
    view! { div(class="empty") { (icon::icon("empty")) p { (what) } } }
}

/// A list with its own waiting, emptiness and failure, and a button for more.
pub(crate) fn listed<T>(list: List<T>, class: &'static str, none: Text, row: impl Fn(T) -> View + 'static) -> View
where
    T: DeserializeOwned + Clone + 'static,
{
    let rows = move || {
        let rows = list.rows.get_clone();
        View::from(rows.into_iter().map(|each| untrack(|| row(each))).collect::<Vec<_>>())
    };
    let tail = move || match (list.fault.get_clone(), list.loading.get(), list.rows.with(Vec::is_empty)) {
        (Some(fault), ..) => fault::view(&fault, Some(Rc::new(move || list.again()))),
        (None, true, true) => loading(),
        (None, false, true) => empty(none),
        (None, busy, false) if list.next.with(Option::is_some) => view! {
            button(class="quiet wide", r#type="button", disabled=busy, on:click=move |_| list.more()) { (text::MORE) }
        },
        _ => View::new(),
    };
    let (rows, tail) = (View::from_dynamic(rows), View::from_dynamic(tail));
    view! {
        ul(class=class) { (rows) }
        (tail)
    }
}

/// A part of a page with its heading.
pub(crate) fn section(title: Text, body: View) -> View {
    view! { section(class="card") { h2 { (title) } (body) } }
}

/// A part that is closed until it is tapped, with a note beside its heading.
pub(crate) fn fold(title: Text, note: String, open: bool, body: View) -> View {
    view! {
        details(class="card fold", open=open) {
            summary { h2 { (title) } span(class="note") { (note) } (icon::icon("down")) }
            (body)
        }
    }
}

/// A name and its value.
pub(crate) fn pair(name: Text, value: impl Into<View>) -> View {
    let value = value.into();
    view! { div(class="pair") { dt { (name) } dd { (value) } } }
}
