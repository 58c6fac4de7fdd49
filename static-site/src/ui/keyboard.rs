//! Keys that no field takes: the burst of a scanner, which works on every page, and digits for the number pad.
//!
//! A scanner is a keyboard that types faster than any hand and ends with Enter.

use std::cell::RefCell;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_domain::gs1;
use wasm_bindgen::JsCast;

use crate::app;
use crate::net::scan;
use crate::ui::toast::Toast;
use crate::ui::{number_pad, tone};

/// The longest pause between two characters of a scanner.
const PAUSE_MAX_MS: f64 = 60.0;
/// Fewer characters say nothing about who typed them.
const LENGTH_MIN: usize = 4;

type Scanned = Rc<dyn Fn(String, Source)>;

/// Where the number pad of the page writes, and with how many decimals.
#[derive(Clone)]
struct Pad {
    target: Rc<dyn Fn() -> Signal<String>>,
    scale: u8,
}

/// What has come in one go.
#[derive(Default)]
struct Burst {
    code: String,
    last_ms: f64,
    /// What stood on the pad before: a code's digits are no quantity.
    before: Option<(Signal<String>, String)>,
}

thread_local! {
    static BURST: RefCell<Burst> = RefCell::default();
    static PAD: RefCell<Option<Pad>> = const { RefCell::new(None) };
    static SCAN: RefCell<Option<Scanned>> = const { RefCell::new(None) };
}

/// Digits go there while the page that asks for it is shown.
pub fn write_to(target: impl Fn() -> Signal<String> + 'static, scale: u8) {
    let pad = Pad { target: Rc::new(target), scale };
    let mine = Rc::downgrade(&pad.target);
    PAD.set(Some(pad));
    on_cleanup(move || {
        PAD.with_borrow_mut(|pad| {
            pad.take_if(|pad| std::ptr::addr_eq(Rc::as_ptr(&pad.target), mine.as_ptr()));
        });
    });
}

/// Scanned codes go there while the page that asks for it is shown. Elsewhere a code opens the page of what it means.
pub fn scan_to(found: impl Fn(String, Source) + 'static) {
    let scan: Scanned = Rc::new(found);
    let mine = Rc::downgrade(&scan);
    SCAN.set(Some(scan));
    on_cleanup(move || {
        SCAN.with_borrow_mut(|scan| {
            scan.take_if(|scan| std::ptr::addr_eq(Rc::as_ptr(scan), mine.as_ptr()));
        });
    });
}

/// Hears every key of the page.
pub fn pressed(event: web_sys::Event) {
    let Some(event) = event.dyn_ref::<web_sys::KeyboardEvent>() else { return };
    if event.ctrl_key() && event.key() == "]" && app::session().is_some() && !is_taken(event) {
        // The key of the control character GS, by which many scanners say FNC1.
        event.prevent_default();
        return write(gs1::GS, js_sys::Date::now());
    }
    if event.ctrl_key() || event.alt_key() || event.meta_key() || app::session().is_none() || is_taken(event) {
        return;
    }
    let (key, now) = (event.key(), js_sys::Date::now());
    let mut typed = key.chars();
    match (typed.next(), typed.next()) {
        (Some(character), None) => write(character, now),
        _ if key == "Backspace" => type_on_pad('<'),
        _ if key == "Enter" => {
            let burst = BURST.take();
            if burst.code.chars().count() >= LENGTH_MIN && now - burst.last_ms <= PAUSE_MAX_MS {
                // Else Enter would also press the button that has the focus.
                event.prevent_default();
                if let Some((target, text)) = burst.before.filter(|(target, _)| target.is_alive()) {
                    target.set(text);
                }
                tone::good();
                deliver(burst.code);
            }
        }
        _ => {}
    }
}

/// True where something else wants the key: a field that has the focus, or a sheet over the page.
fn is_taken(event: &web_sys::KeyboardEvent) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let in_field = target.is_some_and(|target| target.closest("input, textarea, select").ok().flatten().is_some());
    in_field || is_shown("dialog[open]")
}

fn is_shown(selector: &str) -> bool {
    document().query_selector(selector).ok().flatten().is_some()
}

fn write(character: char, now: f64) {
    BURST.with_borrow_mut(|burst| {
        if now - burst.last_ms > PAUSE_MAX_MS {
            let target = PAD.with_borrow(|pad| pad.as_ref().map(|pad| (pad.target)()));
            *burst = Burst::default();
            burst.before = target.map(|target| (target, target.get_clone_untracked()));
        }
        burst.code.push(character);
        burst.last_ms = now;
    });
    if character.is_ascii_digit() || character == '.' {
        type_on_pad(character);
    }
}

fn type_on_pad(key: char) {
    let Some(pad) = PAD.with_borrow(Clone::clone) else { return };
    // While a request is open its numbers stay as they are.
    if is_shown(".pad .key:not(:disabled)") {
        let target = (pad.target)();
        target.set(number_pad::press(&target.get_clone_untracked(), key, pad.scale));
    }
}

/// Gives a scanned code to the page that asked for it; else opens the page of what it means.
pub fn deliver(code: String) {
    if let Some(scan) = SCAN.with_borrow(Clone::clone) {
        return scan(code, Source::Scan);
    }
    app::spawn(async move {
        match scan::page(&code).await {
            Ok(page) => app::app().go(&page.path()),
            Err(fault) => app::app().say(Toast::bad(scan::unknown(&code, &fault))),
        }
    });
}
