//! What components print, line by line into the log.

use bytes::Bytes;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::io::AsyncWrite;
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};

/// A line longer than that is cut in pieces.
const LINE_BYTES_MAX: usize = 8 * 1024;

/// One stream of one instance.
#[derive(Clone)]
pub(crate) struct Output(Arc<Line>);

struct Line {
    component: String,
    stream: &'static str,
    begun: Mutex<Vec<u8>>,
}

impl Output {
    pub(crate) fn new(component: &str, stream: &'static str) -> Self {
        Self(Arc::new(Line { component: component.to_owned(), stream, begun: Mutex::default() }))
    }

    fn print(&self, mut bytes: &[u8]) {
        let mut begun = self.0.begun.lock().unwrap_or_else(PoisonError::into_inner);
        while !bytes.is_empty() {
            let room = LINE_BYTES_MAX.saturating_sub(begun.len()).min(bytes.len());
            match bytes[..room].iter().position(|byte| *byte == b'\n') {
                Some(at) => {
                    begun.extend_from_slice(&bytes[..at]);
                    bytes = &bytes[at + 1..];
                    self.0.end(&mut begun);
                }
                None => {
                    begun.extend_from_slice(&bytes[..room]);
                    bytes = &bytes[room..];
                    if begun.len() >= LINE_BYTES_MAX {
                        self.0.end(&mut begun);
                    }
                }
            }
        }
    }
}

impl Line {
    fn end(&self, begun: &mut Vec<u8>) {
        if !begun.is_empty() {
            crate::log::guest(&self.component, self.stream, &String::from_utf8_lossy(begun));
            begun.clear();
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        let mut begun = std::mem::take(&mut *self.begun.lock().unwrap_or_else(PoisonError::into_inner));
        self.end(&mut begun);
    }
}

impl IsTerminal for Output {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Output {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(self.clone())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

impl OutputStream for Output {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.print(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(64 * 1024)
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Output {
    async fn ready(&mut self) {}
}

impl AsyncWrite for Output {
    fn poll_write(self: Pin<&mut Self>, _: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.print(bytes);
        Poll::Ready(Ok(bytes.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }
}
