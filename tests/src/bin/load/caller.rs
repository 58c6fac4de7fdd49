//! Sends a call until it is answered for good: what got no answer, or one that says to come again, is sent again under the
//! same key.

use std::sync::Mutex;
use std::time::{Duration, Instant};

use takt_tests::wire::Connection;

/// How long one try may take.
const TRY: Duration = Duration::from_secs(10);
/// How long somebody keeps trying, from the moment of the wish.
const PATIENCE: Duration = Duration::from_secs(60);

/// A call as it goes over the wire.
pub(crate) struct Call {
    request: Vec<u8>,
    /// It has a key, so it may be sent again.
    keyed: bool,
}

impl Call {
    pub(crate) fn read(path: &str, token: &str, device: &str) -> Self {
        let text = format!(
            "GET {path} HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {token}\r\ntakt-device: {device}\r\n\r\n"
        );
        Self { request: text.into_bytes(), keyed: false }
    }

    /// The source says how it was entered: `hand` or `scan`.
    pub(crate) fn write(path: &str, token: &str, device: &str, source: &str, body: &serde_json::Value) -> Self {
        let (key, body) = (uuid::Uuid::now_v7(), body.to_string());
        let text = format!(
            "POST {path} HTTP/1.1\r\nhost: load\r\nauthorization: Bearer {token}\r\ntakt-device: {device}\r\n\
             takt-source: {source}\r\nidempotency-key: \"{key}\"\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Self { request: text.into_bytes(), keyed: true }
    }
}

/// How it ended.
#[derive(Debug)]
pub(crate) enum End {
    /// A 2xx with this body.
    Done(Vec<u8>),
    /// Another status, with what the plant said.
    Refused(u16, String),
    /// Nothing that counts, in all the time.
    Nothing,
}

/// The connections, kept and used again.
pub(crate) struct Caller {
    address: String,
    /// What was refused for the load is sent again.
    again: bool,
    idle: Mutex<Vec<Connection>>,
}

impl Caller {
    /// For `HOST:PORT`.
    pub(crate) fn new(address: String, again: bool) -> Self {
        Self { address, again, idle: Mutex::new(Vec::new()) }
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    async fn once(&self, request: &[u8]) -> std::io::Result<(u16, Option<Duration>, Vec<u8>)> {
        let idle = self.idle().pop();
        let mut connection = match idle {
            Some(connection) => connection,
            None => Connection::open(&self.address).await?,
        };
        let reply = connection.exchange(request).await?;
        let answer = (reply.status, reply.retry_after, reply.body.to_vec());
        self.idle().push(connection);
        Ok(answer)
    }

    /// Answers also how often it was sent again.
    pub(crate) async fn call(&self, call: &Call, wished: Instant) -> (End, u32) {
        let mut again = 0;
        loop {
            let answer = tokio::time::timeout(TRY, self.once(&call.request)).await;
            let mut pause = Duration::from_millis(50 << again.min(6));
            match answer {
                Ok(Ok((200..300, _, body))) => return (End::Done(body), again),
                Ok(Ok((status, retry_after, body))) => {
                    let comes_again = self.again && call.keyed && (status == 429 || status >= 500);
                    if !comes_again || wished.elapsed() > PATIENCE && status == 429 {
                        return (End::Refused(status, String::from_utf8_lossy(&body).into_owned()), again);
                    }
                    pause = pause.max(retry_after.unwrap_or_default());
                }
                Ok(Err(error)) if !call.keyed => return (End::Refused(0, error.to_string()), again),
                Err(late) if !call.keyed => return (End::Refused(0, late.to_string()), again),
                _ => {}
            }
            if wished.elapsed() > PATIENCE {
                return (End::Nothing, again);
            }
            again += 1;
            tokio::time::sleep(pause).await;
        }
    }
}
