//! A button that scans with the device's camera. `camera.js` does it, loaded when the button is first pressed.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::text::Lang;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::app;
use crate::net::device;
use crate::text::Text;
use crate::ui::{icon, tap, toast::Toast, tone};

const SCAN: Text = Text::new("用相机扫码", "Scan with the camera");
const NOT_LOADED: Text = Text::new(
    "相机功能还没有存到本机,请在有网络时刷新再试",
    "Scanning by camera is not on this device yet: reload where there is a network",
);

#[wasm_bindgen]
extern "C" {
    /// Stands in `start.js`. Answers the code, or nothing where the reader closed the view.
    #[wasm_bindgen(js_name = taktCamera)]
    fn open(is_chinese: bool) -> js_sys::Promise;
}

/// The button; nothing where the page has no camera to ask for, as over plain HTTP.
pub fn button(found: impl Fn(String) + 'static) -> View {
    if !device::offers("mediaDevices") {
        return View::new();
    }
    draw(Rc::new(found))
}

fn draw(found: Rc<dyn Fn(String)>) -> View {
    let busy = create_signal(false);
    on_cleanup(close);
    let press = tap(move || {
        if busy.replace(true) {
            return;
        }
        let found = Rc::clone(&found);
        app::spawn(async move {
            let outcome = JsFuture::from(open(app::lang() == Lang::Zh)).await;
            // The page may be gone by now.
            if !busy.is_alive() {
                return;
            }
            busy.set(false);
            match outcome.map(|code: JsValue| code.as_string()) {
                Ok(Some(code)) => {
                    tone::good();
                    found(code);
                }
                Ok(None) => {}
                Err(_) => app::app().say(Toast::bad(NOT_LOADED)),
            }
        });
    });
    view! {
        button(r#type="button", class="round camera-button", aria-label=SCAN, aria-busy=move || busy.get().to_string(), on:click=press) {
            (icon::CAMERA)
        }
    }
}

/// The page that asked is left: the camera goes out with it.
fn close() {
    let view = document().query_selector("dialog.camera").ok().flatten();
    if let Some(view) = view.and_then(|view| view.dyn_into::<web_sys::HtmlDialogElement>().ok()) {
        view.close();
    }
}
