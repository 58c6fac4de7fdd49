//! What the host itself answers: problem documents (RFC 9457).

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

/// The language of whoever is answered: what they ask for first, Chinese where they ask for neither, as the components do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reader {
    #[default]
    Zh,
    En,
}

impl Reader {
    pub(crate) fn of(headers: &HeaderMap) -> Self {
        let asked = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let known = asked.split(',').find_map(|range| {
            let begins = |tag: &str| range.trim_start().get(..2).is_some_and(|two| two.eq_ignore_ascii_case(tag));
            if begins("zh") { Some(Self::Zh) } else { begins("en").then_some(Self::En) }
        });
        known.unwrap_or_default()
    }
}

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
    /// Its status, its type, and its title in Chinese and English.
    fn parts(self) -> (StatusCode, &'static str, [&'static str; 2]) {
        match self {
            Self::NoRoute => (StatusCode::NOT_FOUND, "not-found", ["此路径没有内容", "There is nothing at this path"]),
            Self::BodyTooLarge => {
                (StatusCode::PAYLOAD_TOO_LARGE, "too-large", ["请求内容太大", "The request body is too large"])
            }
            Self::BodyIncomplete => {
                (StatusCode::BAD_REQUEST, "incomplete", ["请求内容中断", "The request body ended too soon"])
            }
            Self::BodyTooSlow => {
                (StatusCode::REQUEST_TIMEOUT, "too-slow", ["请求内容传得太慢", "The request body came too slowly"])
            }
            Self::Internal => {
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", ["系统出错", "Something went wrong inside"])
            }
            Self::Restarted => {
                (StatusCode::SERVICE_UNAVAILABLE, "restarted", ["服务刚重启,请重试", "The component was restarted"])
            }
            Self::Overloaded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "overloaded",
                ["此刻请求太多,请稍后再试", "Too many requests at this moment"],
            ),
            Self::Degraded => (
                StatusCode::SERVICE_UNAVAILABLE,
                "degraded",
                [
                    "系统繁忙,先保证现场使用,此项暂不提供,请稍后再试",
                    "This is refused while there is too much to do, so that the floor can go on",
                ],
            ),
            Self::TooMany { .. } => (
                StatusCode::TOO_MANY_REQUESTS,
                "too-many-requests",
                ["请求过于频繁,请稍后再试", "Too many requests from here"],
            ),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timed-out", ["请求超时", "The request took too long"]),
            Self::Stopping => (StatusCode::SERVICE_UNAVAILABLE, "stopping", ["服务正在停止", "The server is stopping"]),
        }
    }

    /// The document; whoever could not say yet which language they read gets the title in both.
    pub(crate) fn body(self, request_id: &str, reader: Option<Reader>) -> Bytes {
        let (status, kind, [zh, en]) = self.parts();
        let title = match reader {
            Some(Reader::Zh) => zh.to_owned(),
            Some(Reader::En) => en.to_owned(),
            None => format!("{zh} / {en}"),
        };
        let document = serde_json::json!({
            "type": format!("/problems/{kind}"),
            "title": title,
            "status": status.as_u16(),
            "request_id": request_id,
        });
        document.to_string().into()
    }

    pub(crate) fn response(self, request_id: &str, reader: Reader) -> Response<Bytes> {
        let (status, _, _) = self.parts();
        let mut response = Response::new(self.body(request_id, Some(reader)));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // Nothing in it is anybody's, and pages at another address than the API would else take it for a lost network.
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("date, retry-after"));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(asked: Option<&'static str>, title: &str) {
        let headers: HeaderMap =
            asked.map(|asked| (header::ACCEPT_LANGUAGE, HeaderValue::from_static(asked))).into_iter().collect();
        let body = Problem::Overloaded.response("-", Reader::of(&headers)).into_body();
        let problem: serde_json::Value = serde_json::from_slice(&body).expect("a document");
        assert_eq!(problem["title"], title, "{asked:?}");
    }

    #[test]
    fn a_refusal_is_told_in_the_language_that_is_asked_for_first() {
        check(None, "此刻请求太多,请稍后再试");
        check(Some("fr"), "此刻请求太多,请稍后再试");
        check(Some("zh-CN,en;q=0.8"), "此刻请求太多,请稍后再试");
        check(Some("fr, EN-gb;q=0.8, zh;q=0.5"), "Too many requests at this moment");
    }
}
