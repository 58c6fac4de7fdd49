//! One request on its way: limits, route, body, component, answer, access log.

use crate::held::{Held, Outgoing, hold};
use crate::instance::Fate;
use crate::lane::Lane;
use crate::log;
use crate::overload::{Class, Place};
use crate::problem::{Problem, Reader};
use crate::routes::Match;
use bytes::{Bytes, BytesMut};
use futures::FutureExt;
use http::header::{HOST, HeaderName, HeaderValue};
use http::{HeaderMap, Request, Response, Uri, header, request};
use http_body::Body;
use http_body_util::{BodyExt, Empty, Full};
use std::net::{Ipv4Addr, SocketAddr};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use wasmtime_wasi_http::WasiBody;
use wasmtime_wasi_http::handler::{ExpirationError, InstantiationError, TrapOrPanicError};

/// A client whose body is too large may go on sending it for this long before it is told.
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// A client has this long between two pieces of its body.
const BODY_PAUSE_MAX: Duration = Duration::from_secs(10);

/// What the host says of itself to whoever looks after it.
const HOST_STATE: HeaderName = HeaderName::from_static("x-host-state");

/// Tells a component that classes of calls are refused: `1` the third, `2` the second too.
const LOAD_LEVEL: HeaderName = HeaderName::from_static("x-load-level");

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Who a request came from, when not over a socket.
pub(crate) const INSIDE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// Writes the access line when the answer has gone out, and frees the request's place.
pub(crate) struct Finish {
    lane: Arc<Lane>,
    started: Instant,
    method: http::Method,
    uri: Uri,
    id: String,
    component: Option<usize>,
    /// The program's own call of a component, such as a timer's, which is logged only when it fails.
    own: bool,
    /// What is counted; nothing of the program's own calls.
    class: Option<Class>,
    status: u16,
    bytes: u64,
    place: Option<Place>,
}

impl Finish {
    pub(crate) fn sent(&mut self, bytes: usize) {
        self.bytes += bytes as u64;
    }

    /// Who answers; none where no route was found, or it was not looked for.
    fn component(&self) -> Option<&str> {
        let component = self.component.and_then(|number| self.lane.app.components.get(number));
        component.map(|component| component.name.as_str())
    }
}

impl Drop for Finish {
    fn drop(&mut self) {
        self.place = None;
        if let Some(class) = self.class {
            let took = self.started.elapsed();
            self.lane.app.traffic.note(class, self.status, took);
            let name = self.component().unwrap_or_default();
            self.lane.app.metrics.note(name, class, self.status, took);
        }
        if !self.lane.app.access_log || (self.own && self.status < 400) {
            return;
        }
        log::access(&log::Access {
            method: self.method.as_str(),
            path: self.uri.path(),
            status: self.status,
            ms: self.started.elapsed().as_secs_f64() * 1000.0,
            component: self.component(),
            bytes: self.bytes,
            request_id: &self.id,
        });
    }
}

/// Answers a request from a socket.
pub(crate) async fn serve<B>(lane: &Arc<Lane>, request: Request<B>, peer: SocketAddr) -> Response<Outgoing>
where
    B: Body<Data = Bytes> + Unpin,
{
    answer(lane, request, peer, None).await
}

/// Answers a request from inside the process, with its body whole.
pub(crate) async fn call(lane: &Arc<Lane>, request: Request<Bytes>, component: Option<usize>) -> Response<Bytes> {
    let (head, body) = answer(lane, request.map(Full::new), INSIDE, component).await.into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(head, body.to_bytes()),
        Err(_) => Problem::Internal.response("-", Reader::default()),
    }
}

async fn answer<B>(
    lane: &Arc<Lane>,
    request: Request<B>,
    peer: SocketAddr,
    component: Option<usize>,
) -> Response<Outgoing>
where
    B: Body<Data = Bytes> + Unpin,
{
    let (mut head, body) = request.into_parts();
    let reader = Reader::of(&head.headers);
    let mut finish = Finish {
        lane: Arc::clone(lane),
        started: Instant::now(),
        method: head.method.clone(),
        uri: head.uri.clone(),
        id: request_id(&mut head.headers),
        component,
        own: component.is_some(),
        class: None,
        status: 0,
        bytes: 0,
        place: None,
    };
    // A bug of the host's in one request must not take the connection's other requests along.
    let answered = AssertUnwindSafe(run(lane, head, body, peer, &mut finish)).catch_unwind().await;
    let answered = answered.unwrap_or_else(|_| {
        log::error("panic in a request", &[("request_id", &finish.id)]);
        Err(Problem::Internal)
    });
    let (mut head, held) = match answered {
        Ok(answered) => answered,
        Err(problem) => {
            let (head, body) = problem.response(&finish.id, reader).into_parts();
            (head, Held::Whole(body))
        }
    };
    if let Ok(id) = HeaderValue::from_str(&finish.id) {
        head.headers.insert(REQUEST_ID, id);
    }
    finish.status = head.status.as_u16();
    match held {
        Held::Whole(bytes) => {
            finish.sent(bytes.len());
            Response::from_parts(head, Outgoing::Whole((!bytes.is_empty()).then_some(bytes)))
        }
        Held::Part(bytes, body) => {
            let first = (!bytes.is_empty()).then_some(bytes);
            Response::from_parts(head, Outgoing::Streaming { first, body, finish })
        }
    }
}

async fn run<B>(
    lane: &Arc<Lane>,
    mut head: request::Parts,
    body: B,
    peer: SocketAddr,
    finish: &mut Finish,
) -> Result<(http::response::Parts, Held), Problem>
where
    B: Body<Data = Bytes> + Unpin,
{
    let app = &lane.app;
    let uri = head.uri.clone();
    // What the host itself and its components call takes no place of those from outside: who waits for it may hold the last
    // one, and the background must go on when there is most to do.
    let mut class = None;
    let component = match finish.component {
        Some(component) => {
            direct_headers(&mut head, peer);
            component
        }
        None => {
            let class = *class.insert(app.overload.class(&head.method, uri.path()));
            finish.class = Some(class);
            let outside = (peer != INSIDE).then(|| peer.ip());
            app.overload.admit(class, &head.headers, outside)?;
            head.headers.remove(&LOAD_LEVEL);
            if let Some(level) = app.overload.level().header() {
                head.headers.insert(LOAD_LEVEL, HeaderValue::from_static(level));
            }
            head.headers.remove(&HOST_STATE);
            if let Some(state) = app.state.read().unwrap_or_else(PoisonError::into_inner).get(uri.path()) {
                head.headers.insert(HOST_STATE, state.clone());
            }
            let found = app.routes.find(uri.path()).ok_or(Problem::NoRoute)?;
            finish.component = Some(found.target);
            route_headers(&mut head, &found, peer);
            found.target
        }
    };
    let body = whole(body, app.limits.request_body_bytes).await?;
    if let Some(class) = class {
        finish.place = Some(app.overload.place(class, app.limits.wait).await?);
    }
    let body: WasiBody = match body {
        Some(bytes) => Full::new(bytes).map_err(|never| match never {}).boxed_unsync(),
        None => Empty::new().map_err(|never| match never {}).boxed_unsync(),
    };
    let (head, body) = enter(lane, component, Request::from_parts(head, body)).await?.into_parts();
    let length = head.headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let held = hold(body, length).await.map_err(|_| Problem::Internal)?;
    Ok((head, held))
}

/// Hands a request to a component on this lane.
pub(crate) async fn enter(
    lane: &Arc<Lane>,
    component: usize,
    request: Request<WasiBody>,
) -> Result<Response<WasiBody>, Problem> {
    let started = Instant::now();
    let instances = lane.instances.get(component).ok_or(Problem::NoRoute)?;
    let fate = Fate::default();
    let error = match instances.handle(fate.clone(), request).await {
        Ok(response) => return Ok(response),
        Err(error) => error,
    };
    let known = lane.app.components.get(component);
    let (name, run_time) =
        known.map_or(("", Duration::MAX), |component| (component.name.as_str(), component.limits.run_time));
    if error.is::<ExpirationError>() || (error.is::<TrapOrPanicError>() && started.elapsed() >= run_time) {
        log::error("a request took too long", &[("component", name)]);
        return Err(Problem::TimedOut);
    }
    if error.is::<TrapOrPanicError>() {
        // Its instance has said why.
        return Err(if fate.is_bystander() { Problem::Restarted } else { Problem::Internal });
    }
    if is_full(&error) {
        return Err(Problem::Overloaded);
    }
    log::error(&format!("request failed: {error:?}"), &[("component", name)]);
    Err(Problem::Internal)
}

/// Whether there is no room for another instance; anything else is wrong with the component.
fn is_full(error: &wasmtime::Error) -> bool {
    error
        .downcast_ref::<InstantiationError<Fate>>()
        .is_some_and(|error| error.error.is::<wasmtime::PoolConcurrencyLimitError>())
}

/// The whole body, so that a slow client holds no instance; `None` if there is none.
async fn whole<B: Body<Data = Bytes> + Unpin>(mut body: B, most: usize) -> Result<Option<Bytes>, Problem> {
    if body.is_end_stream() {
        return Ok(None);
    }
    if body.size_hint().lower() > most as u64 {
        drain(&mut body).await;
        return Err(Problem::BodyTooLarge);
    }
    let mut first = Bytes::new();
    let mut more = BytesMut::new();
    loop {
        let next = match body.frame().now_or_never() {
            Some(next) => next,
            None => tokio::time::timeout(BODY_PAUSE_MAX, body.frame()).await.map_err(|_| Problem::BodyTooSlow)?,
        };
        let Some(frame) = next else { break };
        let Ok(data) = frame.map_err(|_| Problem::BodyIncomplete)?.into_data() else { continue };
        if first.len() + more.len() + data.len() > most {
            drain(&mut body).await;
            return Err(Problem::BodyTooLarge);
        }
        if first.is_empty() {
            first = data;
        } else {
            more.extend_from_slice(&data);
        }
    }
    if more.is_empty() {
        return Ok(Some(first));
    }
    let mut whole = BytesMut::with_capacity(first.len() + more.len());
    whole.extend_from_slice(&first);
    whole.extend_from_slice(&more);
    Ok(Some(whole.freeze()))
}

/// Reads on for a while, and keeps nothing: a connection that is closed while its client still writes is reset, and the
/// client would never see why.
async fn drain<B: Body<Data = Bytes> + Unpin>(body: &mut B) {
    let rest = async { while let Some(Ok(_)) = body.frame().await {} };
    // What has not ended by then is somebody who does not listen.
    let _ = tokio::time::timeout(DRAIN_MAX, rest).await;
}

/// The client's `x-request-id` if it is harmless, else a new one; the header is set either way.
fn request_id(headers: &mut HeaderMap) -> String {
    let given = headers.get(&REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| {
        (1..=64).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    });
    if let Some(id) = given {
        return id.to_owned();
    }
    static NEXT: AtomicU64 = AtomicU64::new(0);
    static START: std::sync::LazyLock<u64> = std::sync::LazyLock::new(|| {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_micros()).unwrap_or(0))
    });
    let id = format!("{:x}-{:x}", *START, NEXT.fetch_add(1, Relaxed));
    if let Ok(value) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, value);
    }
    id
}

const SPIN_FULL_URL: HeaderName = HeaderName::from_static("spin-full-url");
const SPIN_PATH_INFO: HeaderName = HeaderName::from_static("spin-path-info");
const SPIN_MATCHED_ROUTE: HeaderName = HeaderName::from_static("spin-matched-route");
const SPIN_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-component-route");
const SPIN_RAW_COMPONENT_ROUTE: HeaderName = HeaderName::from_static("spin-raw-component-route");
const SPIN_BASE_PATH: HeaderName = HeaderName::from_static("spin-base-path");
const SPIN_CLIENT_ADDR: HeaderName = HeaderName::from_static("spin-client-addr");

fn set(headers: &mut HeaderMap, name: HeaderName, value: impl Into<Bytes>) {
    if let Ok(value) = HeaderValue::from_maybe_shared(value.into()) {
        headers.insert(name, value);
    }
}

/// The headers that Spin sets, and the URL as a whole.
fn route_headers(head: &mut request::Parts, found: &Match, peer: SocketAddr) {
    let headers = &mut head.headers;
    let forged: Vec<HeaderName> = headers.keys().filter(|name| name.as_str().starts_with("spin-")).cloned().collect();
    for name in forged {
        headers.remove(name);
    }
    set(headers, SPIN_PATH_INFO, found.rest.as_bytes().to_vec());
    set(headers, SPIN_MATCHED_ROUTE, found.pattern.text().as_bytes().to_vec());
    set(headers, SPIN_RAW_COMPONENT_ROUTE, found.pattern.text().as_bytes().to_vec());
    set(headers, SPIN_COMPONENT_ROUTE, found.pattern.base().as_bytes().to_vec());
    set(headers, SPIN_BASE_PATH, Bytes::from_static(b"/"));
    for (name, value) in &found.named {
        let name = format!("spin-path-match-{}", name.to_ascii_lowercase());
        if let Ok(name) = HeaderName::from_bytes(name.as_bytes()) {
            set(headers, name, value.as_bytes().to_vec());
        }
    }
    common_headers(head, peer);
}

/// The same for a request from another component.
pub(crate) fn mark_inside(request: &mut Request<WasiBody>) {
    let path = request.uri().path().as_bytes().to_vec();
    set(request.headers_mut(), SPIN_PATH_INFO, path);
    set(request.headers_mut(), SPIN_CLIENT_ADDR, INSIDE.to_string());
}

fn direct_headers(head: &mut request::Parts, peer: SocketAddr) {
    let path = head.uri.path().as_bytes().to_vec();
    set(&mut head.headers, SPIN_PATH_INFO, path);
    common_headers(head, peer);
}

fn common_headers(head: &mut request::Parts, peer: SocketAddr) {
    set(&mut head.headers, SPIN_CLIENT_ADDR, peer.to_string());
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    let host = head.headers.get(HOST).and_then(|host| host.to_str().ok());
    let host = host.or_else(|| head.uri.authority().map(http::uri::Authority::as_str)).unwrap_or("localhost");
    let url = Bytes::from(format!("http://{host}{path}"));
    if let Ok(uri) = Uri::from_maybe_shared(url.clone()) {
        head.uri = uri;
    }
    set(&mut head.headers, SPIN_FULL_URL, url);
}
