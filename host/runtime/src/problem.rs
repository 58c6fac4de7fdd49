//! What the host itself answers: problem documents (RFC 9457).

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};

/// Why the host answers in a component's stead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    NoRoute,
    BodyTooLarge,
    BodyIncomplete,
    BodyTooSlow,
    /// The component trapped, or could not be started.
    Internal,
    /// Another request of the same instance brought it down.
    Restarted,
    Overloaded,
    /// Calls of this class are refused for now.
    Degraded,
    /// This caller asks too often.
    TooMany {
        retry_after_s: u64,
    },
    TimedOut,
    Stopping,
}

impl Problem {
    fn parts(self) -> (StatusCode, &'static str, &'static str) {
        match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, "not-found", "There is nothing at this path"),
            Self::BodyTooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large", "The request body is too large"),
            Self::BodyIncomplete => (StatusCode::BAD_REQUEST, "incomplete", "The request body ended too soon"),
            Self::BodyTooSlow => (StatusCode::REQUEST_TIMEOUT, "too-slow", "The request body came too slowly"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "internal", "Something went wrong inside"),
            Self::Restarted => (StatusCode::SERVICE_UNAVAILABLE, "restarted", "The component was restarted"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded", "Too many requests at this moment"),
            Self::Degraded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "degraded",
                "This is refused while there is too much to do, so that the floor can go on",
            ),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "Too many requests from here"),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timed-out", "The request took too long"),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", "The server is stopping"),
        }
    }

    pub(crate) fn body(self, request_id: &str) -> Bytes {
        let (status, kind, title) = self.parts();
        let document = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
            "request_id": request_id,
        });
        document.to_string().into()
    }

    pub(crate) fn response(self, request_id: &str) -> Response<Bytes> {
        let (status, _, _) = self.parts();
        let mut response = Response::new(self.body(request_id));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        let retry_after_s = match self {
            Self::Degraded => Some(10),
            Self::TooMany { retry_after_s } => Some(retry_after_s),
            _ => (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1),
        };
        if let Some(seconds) = retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if matches!(self, Self::BodyTooLarge | Self::BodyIncomplete | Self::BodyTooSlow) {
            // The rest of the body is still to come and nobody will read it.
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        response
    }
}
