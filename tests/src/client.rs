//! A small HTTP client that speaks as somebody.

use std::time::{Duration, Instant};

use serde::de::DeserializeOwned;
use serde_json::Value;
use takt_api::problem::{MEDIA_TYPE, Problem, ProblemType};
use takt_api::reports::{Report, ReportState};
use takt_domain::text::Lang;
use uuid::Uuid;

use crate::wait::{PATIENCE, until};

/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(60);
const REPORTS: &str = "/api/v1/reports";

/// Somebody who calls. Cheap to clone; each clone has connections of its own.
#[derive(Clone)]
pub struct Client {
    base: String,
    token: Option<String>,
    agent: ureq::Agent,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: http::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

/// A fresh `Idempotency-Key`, in its quotes.
pub fn key() -> String {
    format!("\"{}\"", Uuid::now_v7())
}

/// One request, for the tests that send what no client should.
#[derive(Clone, Debug, Default)]
pub struct Raw<'a> {
    /// The method.
    pub method: &'a str,
    /// The path, with the query.
    pub path: &'a str,
    /// The headers.
    pub headers: Vec<(&'a str, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Client {
    /// Somebody who is not signed in, at `http://HOST:PORT`.
    pub fn new(base: &str) -> Self {
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .allow_non_standard_methods(true)
            .build()
            .new_agent();
        Self { base: base.trim_end_matches('/').to_owned(), token: None, agent }
    }

    /// The same person at another address.
    pub fn at(&self, base: &str) -> Self {
        Self { token: self.token.clone(), ..Self::new(base) }
    }

    /// The same address with another token.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..Self::new(&self.base) }
    }

    /// Signs in with PIN 1234.
    pub fn sign_in(&self, user: &str) -> Self {
        self.sign_in_at(None, user)
    }

    /// As [`Self::sign_in`], at this plant of several.
    pub fn sign_in_at(&self, plant: Option<u32>, user: &str) -> Self {
        let body = serde_json::json!({"plant": plant, "user": user, "pin": crate::plant::PIN});
        let answer = self.send("POST", "/api/v1/session", None, Some(&body)).ok();
        self.with_token(answer.json::<Value>()["token"].as_str().expect("the sign-in answers a token"))
    }

    /// Its token.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("somebody is signed in")
    }

    /// Reads.
    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None, None)
    }

    /// Reads, and waits where there is too much to do.
    pub fn get_patiently(&self, path: &str) -> Answer {
        until(path, || Some(self.get(path)).filter(|answer| !matches!(answer.status, 429 | 503)))
    }

    /// Posts under a fresh key.
    pub fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(&key()), Some(&body))
    }

    /// Posts under a key.
    pub fn post_with(&self, key: &str, path: &str, body: &Value) -> Answer {
        self.send("POST", path, Some(key), Some(body))
    }

    /// The ticket of an electronic signature for posting to a path: the PIN once more.
    pub fn signature(&self, path: &str) -> String {
        let body = serde_json::json!({"pin": crate::plant::PIN, "method": "POST", "path": path});
        let answer = self.send("POST", "/api/v1/session/signature", None, Some(&body)).expect_status(201);
        answer.json::<Value>()["ticket"].as_str().expect("a ticket").to_owned()
    }

    /// Posts under a fresh key with an electronic signature.
    pub fn post_signed(&self, path: &str, body: &Value) -> Answer {
        self.post_with_ticket(&key(), path, body, &self.signature(path))
    }

    /// Posts under a key with the ticket of a signature.
    pub fn post_with_ticket(&self, key: &str, path: &str, body: &Value, ticket: &str) -> Answer {
        let headers = vec![
            ("accept-language", "en".to_owned()),
            ("authorization", format!("Bearer {}", self.token())),
            ("content-type", "application/json".to_owned()),
            ("idempotency-key", key.to_owned()),
            ("takt-signature", ticket.to_owned()),
        ];
        let raw = Raw { method: "POST", path, headers, body: body.to_string().into_bytes() };
        self.raw(&raw).unwrap_or_else(|error| panic!("POST {path}: {error}"))
    }

    /// Puts under a fresh key.
    pub fn put(&self, path: &str, body: Value) -> Answer {
        self.send("PUT", path, Some(&key()), Some(&body))
    }

    /// Sends JSON; the host must answer.
    pub fn send(&self, method: &str, path: &str, key: Option<&str>, body: Option<&Value>) -> Answer {
        self.try_send(method, path, key, body).unwrap_or_else(|error| panic!("{method} {path}: {error}"))
    }

    /// Sends JSON to a host that may be gone.
    pub fn try_send(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: Option<&Value>,
    ) -> Result<Answer, ureq::Error> {
        let mut raw = Raw { method, path, ..Raw::default() };
        raw.headers.push(("accept-language", "en".into()));
        if let Some(body) = body {
            raw.headers.push(("content-type", "application/json".into()));
            raw.body = body.to_string().into_bytes();
        }
        if let Some(key) = key {
            raw.headers.push(("idempotency-key", key.into()));
        }
        if let Some(token) = &self.token {
            raw.headers.push(("authorization", format!("Bearer {token}")));
        }
        let answer = self.raw(&raw)?;
        if answer.status == 202 && method == "POST" && path == REPORTS {
            return self.ended(&answer);
        }
        Ok(answer)
    }

    /// What became of a report that went into the queue, as the answer that it would have got without one: so the same
    /// tests hold with a queue and without.
    fn ended(&self, receipt: &Answer) -> Result<Answer, ureq::Error> {
        let id = receipt.json::<Report>().id;
        let authorization = ("authorization", format!("Bearer {}", self.token()));
        let path = format!("{REPORTS}/{id}");
        let begun = Instant::now();
        loop {
            let headers = vec![("accept-language", "en".to_owned()), authorization.clone()];
            let mut now = self.raw(&Raw { method: "GET", path: &path, headers, ..Raw::default() })?.expect_status(200);
            let report: Report = now.json();
            match report.state {
                ReportState::Booked => {
                    now.status = 201;
                    now.headers.extend(receipt.headers.clone());
                    return Ok(now);
                }
                ReportState::Refused => {
                    let kind = ProblemType::Refused;
                    let problem = Problem {
                        kind: kind.uri().to_owned(),
                        title: kind.title(Lang::En).to_owned(),
                        status: kind.status(),
                        detail: String::new(),
                        unmet: report.unmet,
                        errors: Vec::new(),
                        conflict: None,
                    };
                    let body = serde_json::to_vec(&problem).expect("a problem is JSON");
                    now.headers.insert("content-type", http::HeaderValue::from_static(MEDIA_TYPE));
                    return Ok(Answer { status: kind.status(), body, ..now });
                }
                ReportState::Queued => assert!(begun.elapsed() < PATIENCE, "the receipt ends: {}", now.text()),
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// Sends anything.
    pub fn raw(&self, raw: &Raw<'_>) -> Result<Answer, ureq::Error> {
        self.raw_within(raw, ANSWER)
    }

    /// Sends anything, and waits so long for the answer.
    pub fn raw_within(&self, raw: &Raw<'_>, patience: Duration) -> Result<Answer, ureq::Error> {
        let mut request = http::Request::builder().method(raw.method).uri(format!("{}{}", self.base, raw.path));
        for (name, value) in &raw.headers {
            request = request.header(*name, value);
        }
        let answer = if raw.body.is_empty() && matches!(raw.method, "GET" | "HEAD" | "DELETE") {
            let request = self.agent.configure_request(request.body(())?).timeout_global(Some(patience)).build();
            self.agent.run(request)?
        } else {
            let request = request.body(raw.body.as_slice())?;
            self.agent.run(self.agent.configure_request(request).timeout_global(Some(patience)).build())?
        };
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(64 * 1024 * 1024).read_to_vec()?;
        Ok(Answer { status: head.status.as_u16(), headers: head.headers, body })
    }
}

impl Answer {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    #[track_caller]
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    /// Fails unless the status is this.
    #[track_caller]
    pub fn expect_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }

    /// Fails unless it is a success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{} {}", self.status, self.text());
        self
    }

    /// A problem document of this status and type, or the test fails.
    #[track_caller]
    pub fn expect_problem(&self, status: u16, kind: &str) -> Problem {
        assert_eq!(self.status, status, "{}", self.text());
        let media = self.headers.get("content-type").and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert_eq!(media, MEDIA_TYPE, "{}", self.text());
        let problem: Problem = self.json();
        assert_eq!((problem.status, problem.kind.as_str()), (status, format!("/problems/{kind}").as_str()));
        assert!(!problem.title.is_empty());
        problem
    }

    /// The codes of what is not met, in a refusal of this status and type.
    #[track_caller]
    pub fn unmet(&self, status: u16, kind: &str) -> Vec<String> {
        let problem = self.expect_problem(status, kind);
        assert!(!problem.unmet.is_empty(), "a refusal says why: {}", self.text());
        for unmet in &problem.unmet {
            assert!(!unmet.detail.is_empty(), "{}", self.text());
        }
        problem.unmet.into_iter().map(|unmet| unmet.code).collect()
    }
}
