//! One call over the network, with a time limit.

use sycamore::web::window;
use takt_api::forms::NEXT_HEADER;
use takt_api::stock::{DEVICE_HEADER, SIGNATURE_HEADER, SOURCE_HEADER, Source};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::device;
use crate::app;

/// Longer than the host lets a call run, so that its own answer comes first where there is one.
const TIMEOUT_MS: i32 = 35_000;

/// What the service worker says of an answer that it had kept.
const AS_OF: &str = "takt-as-of";

/// What is asked.
#[derive(Clone, Debug)]
pub struct Call {
    pub method: &'static str,
    pub path: String,
    pub body: Option<String>,
    /// The `Idempotency-Key` of a write.
    pub key: Option<String>,
    pub source: Source,
    /// The version that is here already.
    pub etag: Option<String>,
    /// The ticket of an electronic signature. It is not kept on the device.
    pub ticket: Option<String>,
}

impl Call {
    pub fn get(path: impl Into<String>) -> Self {
        let (key, etag, body, ticket) = (None, None, None, None);
        Self { method: "GET", path: path.into(), body, key, source: Source::Hand, etag, ticket }
    }
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub text: String,
    pub etag: Option<String>,
    pub retry_after_s: Option<u32>,
    /// Where the next piece of an export starts.
    pub next: Option<String>,
    /// It was kept on this device since then, in milliseconds, and the server did not answer now.
    pub as_of_ms: Option<f64>,
}

impl Answer {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }
}

/// Calls. None where no answer came, for whatever reason: then nobody knows whether a write was booked.
pub async fn fetch(call: &Call) -> Option<Answer> {
    let answer = try_fetch(call).await.ok();
    app::app().tell_offline(answer.as_ref().map_or(Some(None), |answer| answer.as_of_ms.map(Some)));
    let answer = answer?;
    // A wrong PIN, at the sign-in or at signing, ends no session.
    if answer.status == 401 && !answer.text.contains("/problems/wrong-pin") {
        app::app().leave(true);
    }
    Some(answer)
}

/// Where a path of the API is: at this page's own address, unless the page was made to stand apart from it.
pub fn address(path: &str) -> String {
    let document = window().document();
    let apart = document.and_then(|document| document.query_selector("meta[name=takt-api]").ok().flatten());
    apart.and_then(|meta| meta.get_attribute("content")).unwrap_or_default() + path
}

async fn try_fetch(call: &Call) -> Result<Answer, JsValue> {
    let abort = web_sys::AbortController::new()?;
    let init = web_sys::RequestInit::new();
    init.set_method(call.method);
    init.set_signal(Some(&abort.signal()));
    let headers = web_sys::Headers::new()?;
    headers.set("accept-language", app::lang().pick("zh-CN", "en"))?;
    if let Some(token) = app::session().and_then(|session| session.token.clone()) {
        headers.set("authorization", &format!("Bearer {token}"))?;
    }
    if let Some(body) = &call.body {
        headers.set("content-type", "application/json")?;
        init.set_body(&JsValue::from_str(body));
    }
    // The sign-in is a write without a key.
    if call.method != "GET" {
        headers.set(DEVICE_HEADER, &device::id())?;
    }
    if let Some(key) = &call.key {
        headers.set("idempotency-key", &format!("\"{key}\""))?;
        headers.set(SOURCE_HEADER, if call.source == Source::Scan { "scan" } else { "hand" })?;
    }
    if let Some(ticket) = &call.ticket {
        headers.set(SIGNATURE_HEADER, ticket)?;
    }
    if let Some(etag) = &call.etag {
        headers.set("if-none-match", etag)?;
    }
    init.set_headers(&headers);
    // The page keeps versions itself, so that a 304 reaches it.
    init.set_cache(web_sys::RequestCache::NoStore);
    let request = web_sys::Request::new_with_str_and_init(&address(&call.path), &init)?;
    let sent_ms = js_sys::Date::now();
    let limit = timer(TIMEOUT_MS, move || abort.abort());
    let outcome = receive(&request, sent_ms).await;
    window().clear_timeout_with_handle(limit);
    outcome
}

async fn receive(request: &web_sys::Request, sent_ms: f64) -> Result<Answer, JsValue> {
    let response: web_sys::Response = JsFuture::from(window().fetch_with_request(request)).await?.dyn_into()?;
    let header = |name: &str| response.headers().get(name).ok().flatten();
    if let Some(date) = header("date") {
        device::compare_clock(&date, sent_ms);
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    Ok(Answer {
        status: response.status(),
        text,
        etag: header("etag"),
        next: header(NEXT_HEADER),
        as_of_ms: header(AS_OF).map(|text| js_sys::Date::parse(&text)).filter(|ms| ms.is_finite()),
        retry_after_s: header("retry-after").and_then(|text| text.parse().ok()),
    })
}

/// Calls back later; the number ends it before.
pub fn timer(ms: i32, ring: impl FnOnce() + 'static) -> i32 {
    let ring = Closure::once_into_js(Box::new(move || app::within(ring)) as Box<dyn FnOnce()>);
    window().set_timeout_with_callback_and_timeout_and_arguments_0(ring.unchecked_ref(), ms).unwrap_or_default()
}

/// Waits.
pub async fn wait(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = JsFuture::from(promise).await;
}
