//! The one place that knows HTTP status codes: what a component answers, and what stands in a problem document.

use bytes::Bytes;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use serde::Serialize;
use sha2::{Digest, Sha256};
use takt_api::problem::{FieldError, MEDIA_TYPE, Problem, ProblemType};
use takt_api::words;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_records::command::{Answer, CommandError};
use takt_store::StoreError;

/// What a component's handler returns.
pub type Outcome = Result<Response<Bytes>, Failure>;

/// Everything that is not a success.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// Which problem.
    pub kind: ProblemType,
    /// What is so in this case.
    pub detail: String,
    /// For a refused action.
    pub unmet: Vec<Unmet>,
    /// For bad input.
    pub errors: Vec<FieldError>,
    /// When to try again, in seconds.
    pub retry_after_s: Option<u64>,
}

impl Failure {
    /// A problem without more to say.
    pub fn new(kind: ProblemType) -> Self {
        Self { kind, detail: String::new(), unmet: Vec::new(), errors: Vec::new(), retry_after_s: None }
    }

    /// A problem with what is so in this case.
    pub fn because(kind: ProblemType, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..Self::new(kind) }
    }

    /// One field that is wrong.
    pub fn field(at: impl Into<String>, detail: impl Into<String>) -> Self {
        let errors = vec![FieldError { at: at.into(), detail: detail.into() }];
        Self { errors, ..Self::new(ProblemType::Invalid) }
    }

    /// What the document says.
    pub fn problem(self, lang: Lang) -> Problem {
        Problem {
            kind: self.kind.uri().to_owned(),
            title: self.kind.title(lang).to_owned(),
            status: self.kind.status(),
            detail: words::told(self.detail, lang),
            unmet: self.unmet,
            errors: self.errors.into_iter().map(|error| error.told(lang)).collect(),
            conflict: None,
        }
    }

    /// The problem document.
    pub fn response(self, lang: Lang) -> Response<Bytes> {
        let allow = (self.kind == ProblemType::MethodNotAllowed).then(|| HeaderValue::from_str(&self.detail));
        let retry_after_s = self.retry_after_s;
        let problem = self.problem(lang);
        let mut response = json_response(problem.status, &problem);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
        if let Some(Ok(methods)) = allow {
            response.headers_mut().insert(ALLOW, methods);
        }
        if let Some(seconds) = retry_after_s {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// An answer in JSON.
pub fn json(status: u16, body: &impl Serialize) -> Outcome {
    Ok(json_response(status, body))
}

fn json_response(status: u16, body: &impl Serialize) -> Response<Bytes> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The ETag of an answer that is this but for what is no news.
pub fn tag(body: &impl Serialize) -> Result<HeaderValue, Failure> {
    let bytes = serde_json::to_vec(body).map_err(|_| Failure::new(ProblemType::Internal))?;
    tag_of(&bytes).ok_or_else(|| Failure::new(ProblemType::Internal))
}

fn tag_of(body: &[u8]) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"{}\"", hex(&Sha256::digest(body)[..16]))).ok()
}

/// An answer in JSON to a question, with an ETag; 304 without a body where the caller's `If-None-Match` names it. Pages ask again every
/// other second, and mostly nothing has changed. What is no JSON goes as it is.
pub fn unless_known(mut response: Response<Bytes>, headers: &HeaderMap) -> Response<Bytes> {
    let is_json = response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind == "application/json");
    if response.status() != StatusCode::OK || !is_json {
        return response;
    }
    let made = || tag_of(response.body());
    let Some(tag) = response.headers().get(ETAG).cloned().or_else(made) else { return response };
    let known = headers.get(IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if known.split(',').any(|known| known.trim().trim_start_matches("W/").as_bytes() == tag.as_bytes()) {
        *response.body_mut() = Bytes::new();
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        response.headers_mut().remove(CONTENT_TYPE);
    }
    response.headers_mut().insert(ETAG, tag);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    response
}

/// An answer that nobody could check against the store: when that was last done stands in it, in its age, and nobody else
/// may keep it.
#[cfg(feature = "spin")]
pub(crate) fn unchecked_since(response: Response<Bytes>, as_of_ms: i64, now_ms: i64) -> Response<Bytes> {
    let (mut head, mut body) = response.into_parts();
    if let (Ok(as_of), Ok(serde_json::Value::Object(mut object))) =
        (jiff::Timestamp::from_millisecond(as_of_ms), serde_json::from_slice(&body))
    {
        object.insert("as_of".to_owned(), as_of.to_string().into());
        body = Bytes::from(serde_json::Value::from(object).to_string());
    }
    head.headers.insert(http::header::AGE, HeaderValue::from((now_ms - as_of_ms).max(0) / 1_000));
    head.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // What it tags is not this body.
    head.headers.remove(ETAG);
    Response::from_parts(head, body)
}

/// A file to be kept under this name.
pub fn file(name: &str, media: &'static str, bytes: Vec<u8>) -> Outcome {
    let mut response = Response::new(Bytes::from(bytes));
    let disposition = HeaderValue::from_str(&format!("attachment; filename=\"{name}\""));
    let disposition = disposition.map_err(|_| Failure::new(ProblemType::Internal))?;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What a command answered, now or when the same key came first. A problem among them was booked with its key.
pub fn answer(answer: &Answer) -> Outcome {
    let mut response = json_response(answer.status, &answer.body);
    if answer.status >= 400 {
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    }
    if answer.replayed {
        response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    Ok(response)
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        let kind = if refusal.lacks_permission() { ProblemType::Forbidden } else { ProblemType::Refused };
        Self { unmet: refusal.unmet, ..Self::new(kind) }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::BadCursor => Self::field("after", "expected the cursor of an earlier page"),
            StoreError::Unavailable(why) => {
                eprintln!("the record store does not answer: {why}");
                Self { retry_after_s: Some(1), ..Self::new(ProblemType::Unavailable) }
            }
            other => {
                eprintln!("the record store failed: {other}");
                Self::new(ProblemType::Internal)
            }
        }
    }
}

impl From<CommandError> for Failure {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Refused(refusal) => refusal.into(),
            CommandError::NotFound(what) => Self::because(ProblemType::NotFound, what),
            CommandError::Invalid(errors) => Self { errors, ..Self::new(ProblemType::Invalid) },
            CommandError::KeyReused => Self::new(ProblemType::KeyReused),
            CommandError::SessionEnded => Self::new(ProblemType::Unauthorized),
            CommandError::Conflict => Self { retry_after_s: Some(1), ..Self::new(ProblemType::Conflict) },
            CommandError::Damaged(what) => {
                eprintln!("a record cannot be read: {what}");
                Self::new(ProblemType::Internal)
            }
            CommandError::Store(error) => error.into(),
        }
    }
}
