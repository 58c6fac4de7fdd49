//! A sheet over the page, for one decision. The browser's own dialog keeps the focus inside and closes on Escape.

use sycamore::prelude::*;
use wasm_bindgen::JsCast;

use crate::text;
use crate::ui::icon::icon;

/// Shows the sheet that `content` draws while it is something.
pub(crate) fn view<T: Clone + 'static>(
    content: Signal<Option<T>>,
    draw: impl Fn(T) -> (String, View) + 'static,
) -> View {
    View::from_dynamic(move || {
        let Some(what) = content.get_clone() else { return View::new() };
        untrack(|| {
            let (title, body) = draw(what);
            let dialog = create_node_ref();
            on_mount(move || {
                let element = dialog.try_get().and_then(|node| node.dyn_into::<web_sys::HtmlDialogElement>().ok());
                if let Some(element) = element {
                    let _ = element.show_modal();
                }
            });
            let close = move || content.set(None);
            let name = title.clone();
            view! {
                dialog(class="sheet", aria-label=name, r#ref=dialog, on:close=move |_| close()) {
                    div(class="sheet-head") {
                        h2 { (title) }
                        button(r#type="button", class="round", aria-label=text::CLOSE, on:click=move |_| close()) { (icon("cross")) }
                    }
                    (body)
                }
            }
        })
    })
}
