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

/// What the head said.
#[derive(Clone, Copy)]
struct Head {
    body_at: usize,
    body: Body,
    status: u16,
    retry_after: Option<Duration>,
}

#[derive(Clone, Copy)]
enum Body {
    Length(usize),
    Chunked,
}

impl Connection {
    /// Opens one to `HOST:PORT`.
    pub async fn open(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, answer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends one request and reads its answer.
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
            let Some(Head { body_at, body, status, retry_after }) = head else { continue };
            let length = match body {
                Body::Length(length) => (self.answer.len() >= body_at + length).then_some(length),
                Body::Chunked => join_chunks(&mut self.answer, body_at)?,
            };
            if let Some(length) = length {
                return Ok(Reply { status, retry_after, body: &self.answer[body_at..body_at + length] });
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
    let text = |name: &str| {
        let header = head.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
        std::str::from_utf8(header.value).ok().map(str::trim)
    };
    let status = head.code.ok_or_else(|| broken("no status"))?;
    let length = text("content-length").and_then(|length| length.parse().ok());
    let body = match (status, length) {
        (204 | 304, _) => Body::Length(0),
        (_, Some(length)) => Body::Length(length),
        (_, None) if text("transfer-encoding") == Some("chunked") => Body::Chunked,
        (_, None) => return Err(broken("no length")),
    };
    let retry_after = text("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs);
    Ok(Some(Head { body_at, body, status, retry_after }))
}

/// The length of the body, which is put together where it stands; none while some of it is missing.
fn join_chunks(answer: &mut [u8], body_at: usize) -> io::Result<Option<usize>> {
    let (mut at, mut chunks) = (body_at, Vec::new());
    loop {
        let parsed = httparse::parse_chunk_size(&answer[at..]).map_err(|_| broken("a chunk without a size"))?;
        let httparse::Status::Complete((start, size)) = parsed else { return Ok(None) };
        let start = at + start;
        let end = start + usize::try_from(size).map_err(io::Error::other)?;
        if answer.len() < end + 2 {
            return Ok(None);
        }
        if size == 0 {
            break;
        }
        chunks.push(start..end);
        at = end + 2;
    }
    let mut length = 0;
    for chunk in chunks {
        let size = chunk.len();
        answer.copy_within(chunk, body_at + length);
        length += size;
    }
    Ok(Some(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_are_put_together_when_all_of_them_are_there() {
        let whole = b"head4\r\nWiki\r\n6\r\npedia \r\n0\r\n\r\n";
        for cut in 4..whole.len() {
            assert_eq!(join_chunks(&mut whole[..cut].to_vec(), 4).expect("sizes are sizes"), None, "{cut}");
        }
        let mut answer = whole.to_vec();
        assert_eq!(join_chunks(&mut answer, 4).expect("sizes are sizes"), Some(10));
        assert_eq!(&answer[4..14], b"Wikipedia ");
        assert!(join_chunks(&mut b"x\r\n".to_vec(), 0).is_err());
    }
}
