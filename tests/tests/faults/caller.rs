//! A client as the pages are one: it keeps its key until it has a final answer.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use takt_tests::client::{Answer, Client, Raw};

use crate::record::{Asked, End, Record, Write};

/// How long a client waits for one answer, and how long it goes on sending again.
const ANSWER: Duration = Duration::from_secs(6);
const PATIENCE: Duration = Duration::from_secs(75);

/// What all clients of a run share.
pub struct Run {
    /// `http://127.0.0.1:PORT` of the link before the host.
    pub base: String,
    /// What was sent and answered.
    pub record: Record,
    /// The time is up: nothing new is begun.
    pub over: AtomicBool,
    /// Numbers the writes.
    pub next: AtomicU64,
    /// Answers that told of trouble: no answer, 5xx, 429, 409 to be sent again.
    pub troubles: AtomicU64,
    /// Writes that were refused for want of space or of a part: 503 and 507.
    pub unavailable: AtomicU64,
}

/// Somebody at a device.
pub struct Caller<'a> {
    run: &'a Run,
    agent: Client,
    user: &'static str,
    device: String,
}

/// One write, before it is sent.
pub struct Draft<'a> {
    /// What it asks for.
    pub asked: Asked,
    /// Where.
    pub path: String,
    /// What stands in it and in no other.
    pub tag: &'a str,
    /// The body.
    pub body: Value,
}

impl<'a> Caller<'a> {
    /// Somebody who is signed in already.
    pub fn new(run: &'a Run, user: &'static str, signed_in: &Client, device: &str) -> Self {
        Self { run, agent: signed_in.at(&run.base), user, device: device.to_owned() }
    }

    /// A tag that nobody else has.
    pub fn tag(&self) -> String {
        format!("T{:06}", self.run.next.fetch_add(1, Ordering::SeqCst))
    }

    /// Sends; what quality signs with a fresh ticket each time, since one that was sent may be used.
    fn send(&self, method: &str, path: &str, key: Option<&str>, body: &Value) -> Option<Answer> {
        let ticket = if path.ends_with("/actions/sign") { Some(self.ticket(path)?) } else { None };
        self.send_with(method, path, key, body, ticket)
    }

    /// The PIN once more, for one act.
    fn ticket(&self, path: &str) -> Option<String> {
        let body = json!({"pin": takt_tests::plant::PIN, "method": "POST", "path": path});
        let headers = vec![
            ("authorization", format!("Bearer {}", self.agent.token())),
            ("takt-device", self.device.clone()),
            ("content-type", "application/json".to_owned()),
        ];
        let path = "/api/v1/session/signature";
        let raw = Raw { method: "POST", path, headers, body: body.to_string().into_bytes() };
        let answer = self.agent.raw_within(&raw, ANSWER).ok().filter(|answer| answer.status == 201)?;
        serde_json::from_slice::<Value>(&answer.body).ok()?["ticket"].as_str().map(str::to_owned)
    }

    fn send_with(
        &self,
        method: &str,
        path: &str,
        key: Option<&str>,
        body: &Value,
        ticket: Option<String>,
    ) -> Option<Answer> {
        let mut headers = vec![
            ("accept-language", "en".to_owned()),
            ("authorization", format!("Bearer {}", self.agent.token())),
            ("takt-device", self.device.clone()),
        ];
        headers.extend(ticket.map(|ticket| ("takt-signature", ticket)));
        let mut bytes = Vec::new();
        if let Some(key) = key {
            headers.push(("idempotency-key", format!("\"{key}\"")));
            headers.push(("content-type", "application/json".to_owned()));
            bytes = body.to_string().into_bytes();
        }
        let raw = Raw { method, path, headers, body: bytes };
        self.agent.raw_within(&raw, ANSWER).ok()
    }

    /// Reads; none where no usable answer came.
    pub fn get(&self, path: &str) -> Option<Answer> {
        let answer = self.send("GET", path, None, &Value::Null)?;
        self.judge("GET", path, &answer);
        (answer.status == 200).then_some(answer)
    }

    /// Sends a write until it has a final answer, under one key, and keeps what became of it.
    pub fn write(&self, draft: Draft<'_>) -> End {
        let key = uuid::Uuid::now_v7().to_string();
        let begun = Instant::now();
        let end = loop {
            let answer = self.send("POST", &draft.path, Some(&key), &draft.body);
            if let Some(answer) = &answer {
                self.judge("POST", &draft.path, answer);
            }
            match answer.as_ref().and_then(End::of) {
                Some(end) => break end,
                None if begun.elapsed() > PATIENCE => break End::Open,
                None => {
                    self.run.troubles.fetch_add(1, Ordering::Relaxed);
                    thread::sleep(Duration::from_millis(100));
                }
            }
        };
        let write = Write { tag: draft.tag.to_owned(), key, user: self.user, asked: draft.asked, end: end.clone() };
        self.run.record.keep(write);
        end
    }

    /// What no fault excuses.
    fn judge(&self, method: &str, path: &str, answer: &Answer) {
        let is_problem = answer
            .headers
            .get("content-type")
            .and_then(|value| value.to_str().ok())
            .is_some_and(|media| media.starts_with("application/problem+json"));
        let wrong = match answer.status {
            503 | 507 => {
                self.run.unavailable.fetch_add(1, Ordering::Relaxed);
                !is_problem || answer.headers.get("retry-after").is_none()
            }
            200..300 => false,
            409 | 422 | 429 => !is_problem,
            _ => true,
        };
        if wrong {
            self.run.record.wrong(format!("{method} {path} answered {} {}", answer.status, answer.text()));
        }
    }
}

impl End {
    /// What an answer says for good; none where the write has to be sent again.
    fn of(answer: &Answer) -> Option<Self> {
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let id = || body["id"].as_str().unwrap_or_default().to_owned();
        match answer.status {
            200 | 201 => Some(Self::Booked { status: answer.status, id: id() }),
            202 => Some(Self::Queued { receipt: id() }),
            409 if answer.headers.get("retry-after").is_some() => None,
            429 | 500.. => None,
            status => Some(Self::Refused { status }),
        }
    }
}
