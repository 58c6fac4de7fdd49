//! A screen on a wall: it shows one page and nothing around it, and stays awake.

use js_sys::{Function, Promise, Reflect};
use sycamore::prelude::*;
use sycamore::web::{document, window};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::device;
use crate::app;

const ATTRIBUTE: &str = "data-wall";

/// For as long as the page is there.
pub fn enter() {
    let root = document().document_element();
    if let Some(root) = &root {
        let _ = root.set_attribute(ATTRIBUTE, "");
    }
    on_cleanup(move || {
        if let Some(root) = root {
            let _ = root.remove_attribute(ATTRIBUTE);
        }
    });
    app::on_wake(stay_awake);
    stay_awake();
}

/// Browsers give it up when the page is hidden, and let it be asked for again. Where there is no such thing, the screen's own settings
/// have to keep it on.
fn stay_awake() {
    if !device::offers("wakeLock") {
        return;
    }
    app::spawn(async {
        let asked = || -> Result<Promise, JsValue> {
            let lock = Reflect::get(&window().navigator(), &"wakeLock".into())?;
            let request: Function = Reflect::get(&lock, &"request".into())?.dyn_into()?;
            request.call1(&lock, &"screen".into())?.dyn_into()
        };
        if let Ok(asked) = asked() {
            let _ = JsFuture::from(asked).await;
        }
    });
}
