//! Pages that stand at another address than the API: which of them may ask, and what they may read of the answer (CORS, the
//! Fetch standard, <https://fetch.spec.whatwg.org/#http-cors-protocol>).
//!
//! Tokens travel in a header and never in a cookie, so an answer is never given to a page that has no token of its own; the list keeps
//! out pages that a person was lured to sign in at.

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};

/// What pages send beside what every page may.
const SENT: &str =
    "authorization, content-type, idempotency-key, if-none-match, takt-device, takt-signature, takt-source";
/// What pages read of an answer beside what every page may.
const READ: &str = "age, content-disposition, date, etag, location, retry-after, takt-next";
const METHODS: &str = "GET, POST, PUT, DELETE";
/// For how many seconds a browser need not ask again; none keeps it for longer.
const MAX_AGE_S: &str = "7200";

/// The origin of the page that asks, if it is in the list: origins such as `https://floor.example`, parted by blanks or commas, or
/// `*` for every page.
pub fn allowed(list: &str, headers: &HeaderMap) -> Option<HeaderValue> {
    let origin = headers.get(ORIGIN)?;
    let mut listed = list.split([' ', ',']).filter(|each| !each.is_empty());
    listed.any(|each| each == "*" || each.trim_end_matches('/').as_bytes() == origin.as_bytes()).then(|| origin.clone())
}

/// The answer to a browser that asks whether its page may ask; none for any other request. Without `allowed` it says nothing of who
/// may, so the browser refuses its page.
pub fn preflight(method: &Method, headers: &HeaderMap, allowed: Option<&HeaderValue>) -> Option<Response<Bytes>> {
    let asks = method == Method::OPTIONS && headers.contains_key(ORIGIN);
    if !asks || !headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD) {
        return None;
    }
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::NO_CONTENT;
    if allowed.is_some() {
        for (name, value) in [
            (ACCESS_CONTROL_ALLOW_METHODS, METHODS),
            (ACCESS_CONTROL_ALLOW_HEADERS, SENT),
            (ACCESS_CONTROL_MAX_AGE, MAX_AGE_S),
        ] {
            response.headers_mut().insert(name, HeaderValue::from_static(value));
        }
    }
    mark(response.headers_mut(), allowed);
    Some(response)
}

/// Lets the page read the answer, and keeps caches from giving it to the page of another origin.
pub fn mark(headers: &mut HeaderMap, allowed: Option<&HeaderValue>) {
    headers.append(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = allowed {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(READ));
    }
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "whatever goes wrong here fails the test")]
mod tests {
    use super::*;

    fn from(origin: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(ORIGIN, HeaderValue::from_str(origin).expect("a header's value"));
        headers
    }

    #[test]
    fn only_pages_of_the_list_may_ask() {
        let check = |list: &str, origin: &str, expected: bool| {
            assert_eq!(allowed(list, &from(origin)).is_some(), expected, "{origin} of {list:?}");
        };
        check("", "https://a.example", false);
        check("https://a.example", "https://a.example", true);
        check("https://b.example, https://a.example/", "https://a.example", true);
        check("https://a.example", "https://a.example.evil.example", false);
        check("https://a.example", "http://a.example", false);
        check("https://a.example", "null", false);
        check("*", "https://a.example", true);
        assert_eq!(allowed("*", &HeaderMap::new()), None, "it is no page of another origin");
    }

    #[test]
    fn a_browser_is_told_what_its_page_may_send_and_read() {
        let mut headers = from("https://a.example");
        assert!(preflight(&Method::OPTIONS, &headers, None).is_none(), "it asks for nothing");
        headers.insert(ACCESS_CONTROL_REQUEST_METHOD, HeaderValue::from_static("POST"));
        assert!(preflight(&Method::POST, &headers, None).is_none());
        let refused = preflight(&Method::OPTIONS, &headers, None).expect("an answer");
        assert!(!refused.headers().contains_key(ACCESS_CONTROL_ALLOW_ORIGIN));
        assert!(!refused.headers().contains_key(ACCESS_CONTROL_ALLOW_HEADERS));
        let origin = allowed("https://a.example", &headers);
        let told = preflight(&Method::OPTIONS, &headers, origin.as_ref()).expect("an answer");
        assert_eq!(told.status(), StatusCode::NO_CONTENT);
        assert_eq!(told.headers()[ACCESS_CONTROL_ALLOW_ORIGIN], "https://a.example");
        assert_eq!(told.headers()[VARY], "origin");
        let sent = told.headers()[ACCESS_CONTROL_ALLOW_HEADERS].to_str().unwrap_or_default();
        for header in
            [takt_api::stock::DEVICE_HEADER, takt_api::stock::SIGNATURE_HEADER, takt_api::stock::SOURCE_HEADER]
        {
            assert!(sent.contains(header), "{header} is sent by the pages: {sent}");
        }
        assert!(READ.contains(takt_api::forms::NEXT_HEADER));
    }
}
