//! Bodies of answers: a small one is held until it is whole, so that it goes out in one write with its head and with its
//! length; a large or slow one streams.

use crate::dispatch::Finish;
use bytes::{Bytes, BytesMut};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use wasmtime_wasi_http::{Error, WasiBody};

/// Larger ones are not copied together.
const HELD_BYTES_MAX: usize = 256 * 1024;
/// A guest that pauses for longer means to stream.
const PAUSE_MAX: Duration = Duration::from_millis(10);

/// The body of an answer on its way out.
#[expect(clippy::large_enum_variant, reason = "one for each request, and never kept in numbers")]
pub(crate) enum Outgoing {
    Whole(Option<Bytes>),
    Streaming { first: Option<Bytes>, body: WasiBody, finish: Finish },
}

/// What [`hold`] found.
pub(crate) enum Held {
    Whole(Bytes),
    /// Too large or too slow: what has come so far, and the rest.
    Part(Bytes, WasiBody),
}

/// Reads a body as far as it is worth it. `length` is what the guest announced.
pub(crate) async fn hold(mut body: WasiBody, length: Option<u64>) -> Result<Held, Error> {
    let announced = length.is_some_and(|length| length <= HELD_BYTES_MAX as u64);
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    loop {
        if body.is_end_stream() {
            break;
        }
        let next = if announced {
            body.frame().await
        } else {
            match tokio::time::timeout(PAUSE_MAX, body.frame()).await {
                Ok(next) => next,
                Err(_) => return Ok(Held::Part(joined(first, more), body)),
            }
        };
        match next {
            None => break,
            Some(Err(error)) => return Err(error),
            // Trailers of a guest mean nothing to HTTP/1.1 clients, who did not ask for them.
            Some(Ok(frame)) => {
                let Ok(data) = frame.into_data() else { continue };
                if first.is_empty() && more.is_empty() {
                    first = data;
                } else {
                    more.extend_from_slice(&data);
                }
                if first.len() + more.len() > HELD_BYTES_MAX {
                    return Ok(Held::Part(joined(first, more), body));
                }
            }
        }
    }
    Ok(Held::Whole(joined(first, more)))
}

fn joined(first: Bytes, more: BytesMut) -> Bytes {
    if more.is_empty() {
        return first;
    }
    let mut whole = BytesMut::with_capacity(first.len() + more.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&more);
    whole.freeze()
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Error>>> {
        match &mut *self {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Streaming { first, body, finish } => {
                if let Some(bytes) = first.take() {
                    finish.sent(bytes.len());
                    return Poll::Ready(Some(Ok(Frame::data(bytes))));
                }
                let polled = Pin::new(body).poll_frame(cx);
                if let Poll::Ready(Some(Ok(frame))) = &polled {
                    finish.sent(frame.data_ref().map_or(0, Bytes::len));
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_none(),
            Self::Streaming { first, body, .. } => first.is_none() && body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Streaming { .. } => SizeHint::default(),
        }
    }
}
