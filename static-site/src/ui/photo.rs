//! A photo that is taken with the phone: made small before it travels, and kept by the plant at once.

use sycamore::prelude::*;
use sycamore::web::{document, window};
use takt_api::quality::{AddPhoto, PhotoAnswer};
use takt_api::stock::Source;
use takt_domain::id::PhotoId;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::app;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{icon, live, submit_button};

const PHOTO: Text = Text::new("拍照", "Photo");
const THERE: Text = Text::new("照片已上传", "The photo is there");

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
            submit.send("POST", "/api/v1/photos".into(), &AddPhoto { data }, Source::Hand, move |kept: PhotoAnswer| {
                photo.set(Some(kept.id));
            });
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
