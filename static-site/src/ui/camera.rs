//! A button that scans with the device's camera: one code, or one after another. `camera.js` does it, loaded when the button
//! is first pressed.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::text::Lang;
use wasm_bindgen::prelude::{Closure, wasm_bindgen};
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

    /// The same, and `taken` gets one code after another where the reader wants that.
    #[wasm_bindgen(js_name = taktCamera)]
    fn open_for_many(is_chinese: bool, taken: &Closure<dyn Fn(String)>) -> js_sys::Promise;
}

fn is_chinese() -> bool {
    app::lang() == Lang::Zh
}

/// The button; nothing where the page has no camera to ask for, as over plain HTTP.
pub fn button(found: impl Fn(String) + 'static) -> View {
    if !device::offers("mediaDevices") {
        return View::new();
    }
    draw(Rc::new(found), Box::new(|| open(is_chinese())))
}

/// The button where a page takes one code after another: the reader may leave the camera's view open meanwhile.
pub fn button_for_many(found: impl Fn(String) + 'static) -> View {
    if !device::offers("mediaDevices") {
        return View::new();
    }
    let found: Rc<dyn Fn(String)> = Rc::new(found);
    let each = Rc::clone(&found);
    let taken: Closure<dyn Fn(String)> = Closure::new(move |code| {
        tone::good();
        app::within(|| each(code));
    });
    draw(found, Box::new(move || open_for_many(is_chinese(), &taken)))
}

/// True while the camera's view stays open from code to code.
pub fn goes_on() -> bool {
    document().query_selector("dialog.camera .camera-on[aria-pressed=true]").is_ok_and(|button| button.is_some())
}

/// Says in the camera's view what became of the last code: the page under it is not seen.
pub fn say(text: &str, is_good: bool) {
    if let Some(place) = document().query_selector(".camera-last").ok().flatten() {
        place.set_text_content(Some(text));
        place.set_class_name(if is_good { "camera-last" } else { "camera-last bad" });
    }
}

fn draw(found: Rc<dyn Fn(String)>, open: Box<dyn Fn() -> js_sys::Promise>) -> View {
    let busy = create_signal(false);
    on_cleanup(close);
    let press = tap(move || {
        if busy.replace(true) {
            return;
        }
        let (found, opened) = (Rc::clone(&found), open());
        app::spawn(async move {
            let outcome = JsFuture::from(opened).await;
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

/// The page that asked is left, or has something to say that needs its own room: the camera goes out.
pub fn close() {
    let view = document().query_selector("dialog.camera").ok().flatten();
    if let Some(view) = view.and_then(|view| view.dyn_into::<web_sys::HtmlDialogElement>().ok()) {
        view.close();
    }
}
