//! Serves the pages from inside this `.wasm`: every file is there three times (brotli, gzip, as it is), made ready by
//! the build. What is asked for under `/api` and `/health` and is not there gets a problem document, never a page.

mod answer;
mod files;

use bytes::Bytes;
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;

#[http_service]
async fn serve(request: Request) -> http::Response<FullBody<Bytes>> {
    answer::answer(files::FILES, request.method(), request.uri().path(), request.headers()).map(FullBody::new)
}
