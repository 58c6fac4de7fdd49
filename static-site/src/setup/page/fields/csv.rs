//! CSV in the browser: read for a look at it, and kept as a file.

use sycamore::web::document;
use takt_api::forms::EXPORT_MAX;
use wasm_bindgen::{JsCast, JsValue};

use crate::net::fetch::{Call, fetch};
use crate::route::encode;

/// The rows of a text as the export writes it.
pub(super) fn rows(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if quoted && characters.peek() == Some(&'"') => {
                characters.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            other => cell.push(other),
        }
    }
    rows
}

/// All of an export, piece by piece; none where a piece could not be had.
pub(super) async fn whole(path: &str) -> Option<String> {
    let mut text = String::new();
    let mut after = String::new();
    loop {
        let answer = fetch(&Call::get(format!("{path}&limit={EXPORT_MAX}{after}"))).await?;
        if !answer.is_success() {
            return None;
        }
        text.push_str(&answer.text);
        match answer.next {
            Some(next) => after = format!("&after={}", encode(&next)),
            None => return Some(text),
        }
    }
}

/// Has the browser keep a text as a file. It begins with a byte order mark, which spreadsheet programs look for.
pub(super) fn keep(name: &str, text: &str) -> Result<(), JsValue> {
    let text = format!("\u{feff}{}", text.trim_start_matches('\u{feff}'));
    let parts = js_sys::Array::of1(&JsValue::from_str(&text));
    let blob = web_sys::Blob::new_with_str_sequence(&parts)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", name)?;
    link.click();
    // The browser has taken it by then.
    let gone = move || drop(web_sys::Url::revoke_object_url(&url));
    crate::net::fetch::timer(60_000, gone);
    Ok(())
}
