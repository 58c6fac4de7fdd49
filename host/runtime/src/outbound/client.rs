//! Requests over the network, on connections that are kept.

use crate::hosts::Allowed;
use crate::network;
use crate::options::OutboundNetwork;
use bytes::Bytes;
use http::{Request, Response, Uri};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper_util::rt::TokioIo;
use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::{Sleep, timeout};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, pki_types::ServerName};
use wasmtime_wasi_http::{Error, RequestOptions, Result, WasiBody};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// Many servers close after a minute or less without a request.
const IDLE_MAX: Duration = Duration::from_secs(20);
const IDLE_CONNECTIONS_MAX: usize = 16;

/// One lane's idle connections.
#[derive(Default)]
pub(crate) struct Connections(Arc<Mutex<Idle>>);

/// By where they lead, each since when it is idle.
type Idle = HashMap<Target, Vec<(Instant, SendRequest<WasiBody>)>>;

/// Where to, and how it is allowed: a connection that one component may have is not for one that may not.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) struct Target {
    pub(crate) tls: bool,
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) allowed: Allowed,
    pub(crate) network: OutboundNetwork,
}

trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Stream for T {}

impl Connections {
    pub(crate) async fn send(
        &self,
        target: Target,
        mut request: Request<WasiBody>,
        options: RequestOptions,
    ) -> Result<Response<WasiBody>> {
        // A server wants the path only; where it is, it knows.
        let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
        *request.uri_mut() = Uri::try_from(path).map_err(|_| Error::HttpRequestUriInvalid)?;
        let first_byte = options.first_byte_timeout.unwrap_or(ANSWER_TIMEOUT);
        let between_bytes = options.between_bytes_timeout.unwrap_or(ANSWER_TIMEOUT);
        let mut kept = self.take(&target);
        loop {
            let fresh = kept.is_none();
            let mut sender = match kept {
                Some(sender) => sender,
                None => connect(&target, options.connect_timeout.unwrap_or(CONNECT_TIMEOUT)).await?,
            };
            let sent = timeout(first_byte, sender.try_send_request(request)).await;
            match sent.map_err(|_| Error::ConnectionReadTimeout)? {
                Ok(response) => {
                    self.keep(target, sender);
                    return Ok(response.map(|body| Timed::new(body, between_bytes).boxed_unsync()));
                }
                // The server closed the kept connection before the request went out: no harm in another try.
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) if !fresh => (request, kept) = (unsent, self.take(&target)),
                    _ => return Err(failed.into_error().into()),
                },
            }
        }
    }

    fn take(&self, target: &Target) -> Option<SendRequest<WasiBody>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let idle = all.get_mut(target)?;
        idle.retain(|(since, sender)| since.elapsed() < IDLE_MAX && sender.is_ready());
        idle.pop().map(|(_, sender)| sender)
    }

    /// Once the answer's body has been read, the connection is free again.
    fn keep(&self, target: Target, mut sender: SendRequest<WasiBody>) {
        let all = Arc::downgrade(&self.0);
        tokio::spawn(async move {
            if sender.ready().await.is_err() {
                return;
            }
            let Some(all) = all.upgrade() else { return };
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            let idle = all.entry(target).or_default();
            if idle.len() < IDLE_CONNECTIONS_MAX {
                idle.push((Instant::now(), sender));
            }
        });
    }
}

async fn connect(target: &Target, time: Duration) -> Result<SendRequest<WasiBody>> {
    timeout(time, open(target)).await.map_err(|_| Error::ConnectionTimeout)?
}

async fn open(target: &Target) -> Result<SendRequest<WasiBody>> {
    let resolved = network::resolve(&target.host, target.port, target.allowed, target.network).await;
    let addresses = resolved.map_err(|error| match error.kind() {
        io::ErrorKind::PermissionDenied => {
            crate::log::error(&error.to_string(), &[]);
            Error::DestinationIpProhibited
        }
        _ => Error::DnsError { rcode: Some("address not available".into()), info_code: None },
    })?;
    let stream = TcpStream::connect(&addresses[..]).await.map_err(Error::Connect)?;
    let _ = stream.set_nodelay(true);
    let stream: Box<dyn Stream> = if target.tls {
        let host = target.host.trim_start_matches('[').trim_end_matches(']').to_owned();
        let name = ServerName::try_from(host).map_err(|_| Error::HttpRequestUriInvalid)?;
        Box::new(TlsConnector::from(tls()?).connect(name, stream).await.map_err(Error::Tls)?)
    } else {
        Box::new(stream)
    };
    let (sender, connection) = http1::Builder::new().handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection);
    Ok(sender)
}

fn tls() -> Result<Arc<ClientConfig>> {
    static CONFIG: LazyLock<Option<Arc<ClientConfig>>> = LazyLock::new(|| {
        let roots = RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
        let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
        Some(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
    });
    CONFIG.clone().ok_or(Error::ConfigurationError)
}

/// A body whose sender must not pause too long.
struct Timed {
    body: Incoming,
    pause: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Timed {
    fn new(body: Incoming, pause: Duration) -> Self {
        Self { body, pause, timer: Box::pin(tokio::time::sleep(pause)) }
    }
}

impl Body for Timed {
    type Data = Bytes;
    type Error = Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>>>> {
        let this = &mut *self;
        match Pin::new(&mut this.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                this.timer.as_mut().reset(tokio::time::Instant::now() + this.pause);
                Poll::Ready(frame.map(|frame| frame.map_err(Error::from)))
            }
            Poll::Pending => this.timer.as_mut().poll(cx).map(|()| Some(Err(Error::ConnectionReadTimeout))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
