//! Connections: one acceptor, which hands each connection to the lane that has the fewest.

use crate::app::Application;
use crate::dispatch;
use crate::error::ServeError;
use crate::lane::{Lane, Work};
use crate::log;
use crate::problem::Problem;
use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// For the head of a request, and so for how long a connection may stay without one.
const HEAD_TIMEOUT: Duration = Duration::from_secs(60);
/// Connections over the limit that may wait for a place at a time; more are closed at once.
const WAITING_MAX: usize = 256;

/// For who reads a text that is served beside the application.
const READER_MAX: Duration = Duration::from_secs(10);

/// A connection on its way to a lane.
pub(crate) struct Accepted {
    stream: std::net::TcpStream,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
}

/// Serves connections until `shutdown` resolves, then finishes what is in flight, within the drain limit. Blocks.
pub fn serve(
    application: Arc<Application>,
    listener: std::net::TcpListener,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Acceptor)?;
    runtime.block_on(async {
        listener.set_nonblocking(true).map_err(ServeError::Listener)?;
        let listener = TcpListener::from_std(listener).map_err(ServeError::Listener)?;
        accept(&application, listener, shutdown).await;
        Ok(())
    })
}

/// Serves a text at a path, made anew for each reader: for what looks at the host, at an address of its own. Blocks, and ends with
/// an error alone.
pub fn serve_text(
    listener: std::net::TcpListener,
    path: &'static str,
    media_type: &'static str,
    text: impl Fn() -> String + Send + Sync + 'static,
) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(ServeError::Acceptor)?;
    let text = Arc::new(text);
    runtime.block_on(async {
        listener.set_nonblocking(true).map_err(ServeError::Listener)?;
        let listener = TcpListener::from_std(listener).map_err(ServeError::Listener)?;
        loop {
            let Ok((stream, _)) = listener.accept().await else {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            };
            let text = Arc::clone(&text);
            tokio::spawn(async move {
                let service = service_fn(|request: Request<Incoming>| {
                    let is_it = request.method() == Method::GET && request.uri().path() == path;
                    let mut answer = Response::new(Full::new(Bytes::from(if is_it { text() } else { String::new() })));
                    if is_it {
                        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
                    } else {
                        *answer.status_mut() = StatusCode::NOT_FOUND;
                    }
                    async move { Ok::<_, Infallible>(answer) }
                });
                let connection =
                    http1::Builder::new().keep_alive(false).serve_connection(TokioIo::new(stream), service);
                // Whoever does not ask, or does not read, is not waited for.
                let _ = tokio::time::timeout(READER_MAX, connection).await;
            });
        }
    })
}

async fn accept(application: &Arc<Application>, listener: TcpListener, shutdown: impl Future<Output = ()>) {
    let limits = application.limits().clone();
    let places = Arc::new(Semaphore::new(limits.connections));
    let waiting = Arc::new(Semaphore::new(WAITING_MAX));
    let (stop, stopped) = watch::channel(false);
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, peer) = tokio::select! {
            () = &mut shutdown => break,
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Out of descriptors, most likely: the next try comes when some may have been freed.
                    log::error(&format!("accepting a connection: {error}"), &[]);
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    continue;
                }
            }
        };
        let _ = stream.set_nodelay(true);
        match Arc::clone(&places).try_acquire_owned() {
            Ok(place) => hand_over(application, stream, peer, stopped.clone(), place),
            Err(_) => {
                let Ok(turn) = Arc::clone(&waiting).try_acquire_owned() else { continue };
                let (application, places, stopped) = (Arc::clone(application), Arc::clone(&places), stopped.clone());
                tokio::spawn(async move {
                    match tokio::time::timeout(application.limits().wait, places.acquire_owned()).await {
                        Ok(Ok(place)) => hand_over(&application, stream, peer, stopped, place),
                        _ => refuse(stream).await,
                    }
                    drop(turn);
                });
            }
        }
    }
    drop(listener);
    let _ = stop.send(true);
    let all = u32::try_from(limits.connections).unwrap_or(u32::MAX);
    if tokio::time::timeout(limits.drain, places.acquire_many(all)).await.is_err() {
        log::error("stopping with requests still in flight", &[]);
    }
    log::flush();
}

fn hand_over(
    application: &Application,
    stream: TcpStream,
    peer: SocketAddr,
    stop: watch::Receiver<bool>,
    place: OwnedSemaphorePermit,
) {
    match stream.into_std() {
        Ok(stream) => {
            let work = Work::Connection(Accepted { stream, peer, stop, place });
            if application.least_loaded().is_none_or(|lane| lane.give(work).is_err()) {
                log::error("a connection found no lane", &[]);
            }
        }
        Err(error) => log::error(&format!("handing a connection over: {error}"), &[]),
    }
}

/// Tells a client that there is no room, whatever it was about to ask.
async fn refuse(mut stream: TcpStream) {
    let body = Problem::Overloaded.body("-", None);
    let head = format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\nretry-after: 1\r\n\
         access-control-allow-origin: *\r\naccess-control-expose-headers: retry-after\r\n\
         content-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let talk = async {
        stream.write_all(&[head.as_bytes(), &body].concat()).await?;
        stream.shutdown().await?;
        // Closing with unread input would reset the connection, and the client might not see the answer.
        let mut rest = [0; 1024];
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    };
    let _ = tokio::time::timeout(Duration::from_millis(500), talk).await;
}

/// Serves one connection to its end, on its lane.
pub(crate) async fn serve_connection(lane: Arc<Lane>, accepted: Accepted) {
    let Accepted { stream, peer, mut stop, place } = accepted;
    let stream = match TcpStream::from_std(stream) {
        Ok(stream) => stream,
        Err(error) => return log::error(&format!("taking a connection over: {error}"), &[]),
    };
    let service = service_fn(|request| {
        let lane = Arc::clone(&lane);
        async move { Ok::<_, Infallible>(dispatch::serve(&lane, request, peer).await) }
    });
    let mut connection = pin!(
        http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(HEAD_TIMEOUT)
            .max_buf_size(64 * 1024)
            .serve_connection(TokioIo::new(stream), service)
    );
    // An error here is the client's: it went away, or it does not speak HTTP.
    // `wait_for` gives a guard that must not live across the next wait.
    let stopped = async { drop(stop.wait_for(|stop| *stop).await) };
    let stopping = tokio::select! {
        _ = connection.as_mut() => false,
        () = stopped => true,
    };
    if stopping {
        connection.as_mut().graceful_shutdown();
        let _ = connection.await;
    }
    drop(place);
}
