//! A sheet over the page, for one decision. The browser's own dialog keeps the focus inside and closes on Escape.

use std::rc::Rc;

use sycamore::prelude::*;
use wasm_bindgen::JsCast;

use crate::text;
use crate::ui::{icon, live, tap};

/// Shows the sheet that `content` draws while it is something.
pub fn view<T: Clone + 'static>(content: Signal<Option<T>>, draw: impl Fn(T) -> (String, View) + 'static) -> View {
    live(move || {
        let Some(what) = content.get_clone() else { return View::new() };
        untrack(|| {
            let (title, body) = draw(what);
            dialog(title, body, Rc::new(move || content.set(None)))
        })
    })
}

fn dialog(title: String, body: View, close: Rc<dyn Fn()>) -> View {
    let dialog = create_node_ref();
    on_mount(move || {
        let element = dialog.try_get().and_then(|node| node.dyn_into::<web_sys::HtmlDialogElement>().ok());
        if let Some(element) = element {
            let _ = element.show_modal();
        }
    });
    let (name, closed) = (title.clone(), Rc::clone(&close));
    view! {
        dialog(class="sheet", aria-label=name, r#ref=dialog, on:close=move |_| closed()) {
            div(class="sheet-head") {
                h2 { (title) }
                button(r#type="button", class="round", aria-label=text::CLOSE, on:click=tap(move || close())) { (icon::CROSS) }
            }
            (body)
        }
    }
}
