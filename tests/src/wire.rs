//! HTTP/1.1 as small as it gets, so that on a small machine the time goes to what is measured: one kept connection, one
//! request at a time.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A kept connection.
pub struct Connection {
    stream: TcpStream,
    answer: Vec<u8>,
}

/// What came back.
#[derive(Debug)]
pub struct Reply<'a> {
    /// The status.
    pub status: u16,
    /// When to come again, where the server says it.
    pub retry_after: Option<Duration>,
    /// The body.
    pub body: &'a [u8],
}

/// The end of the head, the end of the whole, and what the head said.
struct Head {
    body_at: usize,
    end: usize,
    status: u16,
    retry_after: Option<Duration>,
}

impl Connection {
    /// Opens one to `HOST:PORT`.
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends one request and reads its answer, which must be of known length.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        self.answer.clear();
        let mut head = None;
        loop {
            if self.stream.read_buf(&mut self.answer).await? == 0 {
                return Err(broken("the connection was closed"));
            }
            if head.is_none() {
                head = read_head(&self.answer)?;
            }
            if let Some(Head { body_at, end, status, retry_after }) = head
                && self.answer.len() >= end
            {
                return Ok(Reply { status, retry_after, body: &self.answer[body_at..end] });
            }
        }
    }
}

fn broken(what: &str) -> io::Error {
    io::Error::other(what.to_owned())
}

fn read_head(answer: &[u8]) -> io::Result<Option<Head>> {
    let mut headers = [httparse::EMPTY_HEADER; 48];
    let mut head = httparse::Response::new(&mut headers);
    let httparse::Status::Complete(body_at) = head.parse(answer).map_err(io::Error::other)? else { return Ok(None) };
    let number = |name: &str| {
        let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok()?.trim().parse::<u64>().ok()
    };
    let status = head.code.ok_or_else(|| broken("no status"))?;
    let length = match status {
        204 | 304 => Some(0),
        _ => number("content-length"),
    };
    let length = length.and_then(|length| usize::try_from(length).ok()).ok_or_else(|| broken("no length"))?;
    let retry_after = number("retry-after").map(Duration::from_secs);
    Ok(Some(Head { body_at, end: body_at + length, status, retry_after }))
}
