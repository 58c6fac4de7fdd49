//! `GET /api/v1/photos/{photo}`: the file itself. It never changes, so it is asked for once.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use http::{HeaderValue, Response};
use takt_api::problem::ProblemType;
use takt_domain::id::PhotoId;
use takt_records::archive::refuse_gone_photo;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome};

pub(crate) async fn get_photo<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: PhotoId = call.id(0)?;
    let Some(photo) = store.photo(call.caller()?.plant, id.as_str()).await? else {
        refuse_gone_photo(store, call.caller()?, id.as_str()).await?;
        return Err(Failure::new(ProblemType::NotFound));
    };
    let bytes = STANDARD.decode(&photo.data).map_err(|_| Failure::new(ProblemType::Internal))?;
    let media_type = HeaderValue::from_str(&photo.media_type).map_err(|_| Failure::new(ProblemType::Internal))?;
    let mut response = Response::new(Bytes::from(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, media_type);
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=31536000, immutable"));
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}
