//! A file of the API that the reader keeps: fetched with the token, which a plain link would not carry.

use sycamore::web::document;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::fetch;
use crate::ui::toast::Toast;
use crate::{app, text};

/// Fetches a file and hands it to the reader under this name.
pub fn download(path: String, name: &'static str) {
    app::spawn(async move {
        if keep(&path, name).await.is_err() {
            app::app().say(Toast::bad(text::UNREADABLE.get()));
        }
    });
}

/// Fetches a file and gives it an address of this page, which lasts until it is given back with [`release`].
pub async fn fetch_url(path: &str) -> Result<String, JsValue> {
    let headers = web_sys::Headers::new()?;
    headers.set("accept-language", app::lang().pick("zh-CN", "en"))?;
    if let Some(token) = app::session().and_then(|session| session.token.clone()) {
        headers.set("authorization", &format!("Bearer {token}"))?;
    }
    let init = web_sys::RequestInit::new();
    init.set_headers(&headers);
    let request = web_sys::Request::new_with_str_and_init(&fetch::address(path), &init)?;
    let answered = JsFuture::from(sycamore::web::window().fetch_with_request(&request)).await?;
    let response: web_sys::Response = answered.dyn_into()?;
    if !response.ok() {
        return Err(JsValue::NULL);
    }
    let blob: web_sys::Blob = JsFuture::from(response.blob()?).await?.dyn_into()?;
    web_sys::Url::create_object_url_with_blob(&blob)
}

/// Gives an address back, and with it the memory of its file.
pub fn release(url: &str) {
    let _ = web_sys::Url::revoke_object_url(url);
}

async fn keep(path: &str, name: &str) -> Result<(), JsValue> {
    let url = fetch_url(path).await?;
    let link: web_sys::HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.click();
    release(&url);
    Ok(())
}
