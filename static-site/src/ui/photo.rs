//! A photo that is taken with the phone: made small before it travels, and kept by the plant at once. And one that the
//! plant keeps: a small picture that opens whole.

use std::cell::RefCell;
use std::rc::Rc;

use sycamore::prelude::*;
use sycamore::web::{document, window};
use takt_api::quality::{AddPhoto, PhotoAnswer};
use takt_api::stock::Source;
use takt_domain::id::PhotoId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::net::download;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{icon, live, sheet, submit_button, tap};
use crate::{app, text};

const PHOTO: Text = Text::new("拍照", "Photo");
const THERE: Text = Text::new("照片已上传", "The photo is there");
const PICTURE: Text = Text::new("照片", "Photo");
const OPEN: Text = Text::new("查看照片", "Open the photo");
const NOT_TO_BE_HAD: Text = Text::new("照片读不出来", "The photo cannot be read");

/// The longest side of what is sent, in pixels: enough to read a label by, and well below the limit of a request.
const SIDE_MAX: f64 = 1024.0;

/// Takes a photo; what it is called then stands in `photo`.
pub fn view(photo: Signal<Option<PhotoId>>) -> View {
    let submit = Submit::new();
    let chosen = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()?.get(0)) else { return };
        app::spawn(async move {
            let Ok(data) = small(&file).await else { return };
            let body = AddPhoto { data };
            submit.send_kept(
                "/api/v1/photos",
                PICTURE.into(),
                &body,
                Source::Hand,
                move |kept: Option<PhotoAnswer>| {
                    photo.set(kept.map(|kept| kept.id));
                },
            );
        });
    };
    let outcome = submit_button::outcome(submit);
    let there = live(move || {
        if photo.with(Option::is_some) {
            view! { span(class="note") { (icon::CHECK) (THERE) } }
        } else {
            View::new()
        }
    });
    view! {
        label(class="field") {
            span { (PHOTO) }
            input(r#type="file", accept="image/*", capture="environment", on:change=chosen)
        }
        (there)
        (outcome)
    }
}

/// How far a photo is on its way; where it is, its address in this page.
#[derive(Clone, PartialEq)]
enum Seen {
    Loading,
    Here(String),
    Failed,
}

/// A photo that the plant keeps, as a small picture; a tap shows it whole. It is fetched with the reader's token, which an
/// image by itself would not send, and forgotten with the part that shows it.
pub fn shown(photo: &PhotoId) -> View {
    let path = Rc::new(format!("/api/v1/photos/{}", encode(photo.as_str())));
    let seen = create_signal(Seen::Loading);
    let held = Rc::new(RefCell::new(None::<String>));
    let given_back = Rc::clone(&held);
    on_cleanup(move || {
        if let Some(url) = given_back.take() {
            download::release(&url);
        }
    });
    let load: Rc<dyn Fn()> = Rc::new(move || {
        seen.set(Seen::Loading);
        let (path, held) = (Rc::clone(&path), Rc::clone(&held));
        app::spawn(async move {
            let url = download::fetch_url(&path).await;
            match url {
                Ok(url) if seen.is_alive() => {
                    held.replace(Some(url.clone()));
                    seen.set(Seen::Here(url));
                }
                // The part that asked is gone.
                Ok(url) => download::release(&url),
                Err(_) if seen.is_alive() => seen.set(Seen::Failed),
                Err(_) => {}
            }
        });
    });
    load();
    let asked = create_signal(None::<String>);
    let whole =
        sheet::view(asked, |url| (PICTURE.get().to_owned(), view! { img(class="photo", src=url, alt=PICTURE) }));
    let picture = live(move || match seen.get_clone() {
        Seen::Loading => view! { span(class="thumb skeleton", aria-busy="true", aria-label=text::LOADING) {} },
        Seen::Here(url) => {
            let small = url.clone();
            let open = tap(move || asked.set(Some(url.clone())));
            view! {
                button(r#type="button", class="thumb", aria-label=OPEN, on:click=open) { img(src=small, alt="") }
            }
        }
        Seen::Failed => {
            let load = Rc::clone(&load);
            view! {
                span(class="note") { (NOT_TO_BE_HAD) }
                button(r#type="button", class="quiet small", on:click=tap(move || load())) { (text::AGAIN) }
            }
        }
    });
    view! { div(class="photo-part") { (picture) (whole) } }
}

/// The photo as JPEG in base64, no larger than it has to be.
async fn small(file: &web_sys::File) -> Result<String, JsValue> {
    let bitmap = JsFuture::from(window().create_image_bitmap_with_blob(file)?).await?;
    let bitmap: web_sys::ImageBitmap = bitmap.dyn_into()?;
    let (width, height) = (f64::from(bitmap.width()), f64::from(bitmap.height()));
    let scale = (SIDE_MAX / width.max(height)).min(1.0);
    let (width, height) = (width * scale, height * scale);
    let canvas: web_sys::HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas.set_width(width as u32);
    canvas.set_height(height as u32);
    let context = canvas.get_context("2d")?.ok_or(JsValue::NULL)?;
    let context: web_sys::CanvasRenderingContext2d = context.dyn_into()?;
    context.draw_image_with_image_bitmap_and_dw_and_dh(&bitmap, 0.0, 0.0, width, height)?;
    let url = canvas.to_data_url_with_type_and_encoder_options("image/jpeg", &JsValue::from_f64(0.7))?;
    url.split_once(',').map(|(_, data)| data.to_owned()).ok_or(JsValue::NULL)
}
