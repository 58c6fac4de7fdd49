//! The small design system: what pages are made of. Its looks are in `style.css`.

pub mod approvals;
pub mod badge;
pub mod camera;
pub mod custom;
pub mod extra;
pub mod failed_delivery;
pub mod fault;
pub mod field;
pub mod icon;
pub mod keyboard;
pub mod number_pad;
pub mod order_parts;
pub mod outbox;
pub mod pending;
pub mod photo;
pub mod reversal;
pub mod scan_input;
pub mod sheet;
pub mod shell;
pub mod submit_button;
pub mod toast;
pub mod tone;

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use wasm_bindgen::JsCast;

use crate::net::Fault;
use crate::net::list::{self, List, Row};
use crate::net::read::{self, Read, State};
use crate::text::{self, Text};

/// A part that is drawn anew whenever what it reads changes.
///
/// Boxed, here and in [`tap`], so that the code that watches is there once and not for each use: every first visit loads it.
pub fn live(draw: impl FnMut() -> View + 'static) -> View {
    View::from_dynamic(Box::new(draw) as Box<dyn FnMut() -> View>)
}

/// What a touch does.
pub fn tap(act: impl Fn() + 'static) -> Box<dyn FnMut(web_sys::MouseEvent)> {
    Box::new(move |_| act())
}

/// Shows what is read: bars while it is on its way, the reason where it is not to be had.
pub fn shown<T: DeserializeOwned + 'static>(read: Read<T>, draw: impl Fn(Rc<T>) -> View + 'static) -> View {
    shown_raw(read.raw, Box::new(move |value| value.downcast().map_or_else(|_| View::new(), &draw)))
}

fn shown_raw(read: read::Raw, draw: Box<dyn Fn(Rc<dyn Any>) -> View>) -> View {
    live(move || match read.state.get_clone() {
        State::Loading => loading(),
        State::Ready(value) => untrack(|| draw(value)),
        State::Failed(fault) => fault::view(&fault, Some(Rc::new(move || read.again()))),
    })
}

/// Bars where something will stand.
pub fn loading() -> View {
    view! {
        div(class="loading", aria-busy="true") {
            span(class="sr") { (text::LOADING) }
            div(class="skeleton wide") {} div(class="skeleton") {} div(class="skeleton") {}
        }
    }
}

/// Nothing is here, and what to do about it.
pub fn empty(what: Text) -> View {
    view! { div(class="empty") { (icon::EMPTY) p { (what) } } }
}

/// A list with its own waiting, emptiness and failure, and a button for more.
pub fn listed<T>(list: List<T>, class: &'static str, none: Text, row: impl Fn(T) -> View + 'static) -> View
where
    T: DeserializeOwned + Clone + 'static,
{
    let row = move |each: &Row| each.downcast_ref().map_or_else(View::new, |each: &T| row(each.clone()));
    listed_raw(list.raw, class, none, Box::new(row))
}

fn listed_raw(list: list::Raw, class: &'static str, none: Text, row: Box<dyn Fn(&Row) -> View>) -> View {
    let rows = live(move || {
        let rows = list.rows.get_clone();
        View::from(rows.iter().map(|each| untrack(|| row(each))).collect::<Vec<_>>())
    });
    let again: Rc<dyn Fn()> = Rc::new(move || list.again());
    let more: Rc<dyn Fn()> = Rc::new(move || list.more());
    let tail = live(move || {
        let (fault, is_empty) = (list.fault.get_clone(), list.rows.with(Vec::is_empty));
        tail(fault, list.loading.get(), is_empty, list.next.with(Option::is_some), none, &again, &more)
    });
    view! {
        ul(class=class) { (rows) }
        (tail)
    }
}

fn tail(
    fault: Option<Fault>,
    busy: bool,
    is_empty: bool,
    has_more: bool,
    none: Text,
    again: &Rc<dyn Fn()>,
    more: &Rc<dyn Fn()>,
) -> View {
    let more = Rc::clone(more);
    match (fault, busy, is_empty) {
        (Some(fault), ..) => fault::view(&fault, Some(Rc::clone(again))),
        (None, true, true) => loading(),
        (None, false, true) => empty(none),
        (None, _, false) if has_more => view! {
            button(class="quiet wide", r#type="button", disabled=busy, on:click=tap(move || more())) { (text::MORE) }
        },
        _ => View::new(),
    }
}

/// A part of a page with its heading.
pub fn section(title: Text, body: View) -> View {
    view! { section(class="card") { h2 { (title) } (body) } }
}

thread_local! {
    /// Which parts the reader has opened or closed during this visit, by their headings.
    static FOLDS: RefCell<HashMap<&'static str, bool>> = RefCell::default();
}

/// A part that is opened and closed by a tap, with a note beside its heading. It stays as the reader left it, also when a
/// fresh answer draws the page anew.
pub fn fold(title: Text, note: String, open: bool, body: View) -> View {
    let name = title.get();
    let open = FOLDS.with_borrow(|folds| folds.get(name).copied().unwrap_or(open));
    let toggled = move |event: web_sys::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(element) = element {
            FOLDS.with_borrow_mut(|folds| folds.insert(name, element.has_attribute("open")));
        }
    };
    view! {
        details(class="card fold", open=open, on:toggle=toggled) {
            summary { h2 { (title) } span(class="note") { (note) } (icon::DOWN) }
            (body)
        }
    }
}

/// A part whose body is drawn when it is opened, so that what it reads is asked for only then.
pub fn fold_later(title: Text, draw: impl Fn() -> View + 'static) -> View {
    let name = title.get();
    let open = create_signal(FOLDS.with_borrow(|folds| folds.get(name).copied().unwrap_or(false)));
    let toggled = move |event: web_sys::Event| {
        let element = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        if let Some(element) = element.filter(|element| element.has_attribute("open") != open.get_untracked()) {
            let is_open = element.has_attribute("open");
            FOLDS.with_borrow_mut(|folds| folds.insert(name, is_open));
            open.set(is_open);
        }
    };
    let body = live(move || if open.get() { untrack(&draw) } else { View::new() });
    let begins_open = open.get_untracked();
    view! {
        details(class="card fold", open=begins_open, on:toggle=toggled) {
            summary { h2 { (title) } (icon::DOWN) }
            (body)
        }
    }
}

/// A name and its value.
pub fn pair(name: Text, value: impl Into<View>) -> View {
    let value = value.into();
    view! { div(class="pair") { dt { (name) } dd { (value) } } }
}

/// A small link beside a title. Its code is there once, since every first visit loads it.
pub fn link(path: String, name: Text) -> View {
    view! { a(class="quiet small", href=path) { (name) } }
}

/// What the reader still has to give, read aloud as soon as it is said.
pub fn hint(said: Signal<String>) -> View {
    live(move || {
        let said = said.get_clone();
        if said.is_empty() {
            View::new()
        } else {
            view! { p(class="notice bad", role="alert") { (said) } }
        }
    })
}
