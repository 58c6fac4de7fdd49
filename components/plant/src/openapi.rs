//! `GET /openapi.json`: the document of this build, which `shared/api/tests/openapi.rs` keeps current.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Response};
use takt_web::failure::Outcome;

const DOCUMENT: &str = include_str!("../../../docs/openapi.json");

pub(crate) fn openapi() -> Outcome {
    let mut response = Response::new(Bytes::from_static(DOCUMENT.as_bytes()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(response)
}
