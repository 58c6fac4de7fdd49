//! What Takt is measured against: a plain axum program that answers three of its calls natively. The handlers and the
//! statements are those of the components; only the host is missing between them and the database.
//!
//! `native_peer DATA [REDIS]`; with a Redis, stock queries are answered through its cache, and ask its queue.

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::routing::{get, post};
use bytes::Bytes;
use futures::FutureExt as _;
use futures::executor::block_on;
use http::Response;
use jiff::Timestamp;
use takt_cache::{Cache, Cached, Circuit, NativeClock};
use takt_queue::Queue;
use takt_redis::NativeRedis;
use takt_store::{Driver, DriverError, NativeDriver, Rows, SqliteStore, Value};
use takt_web::call::{Call, lang};
use takt_web::failure::{Outcome, answer};

#[path = "../../../components/stock/src/get_stock.rs"]
mod get_stock;

/// Readers run side by side, writers one after the other: SQLite has one write lock, and waiting for it in line beats
/// trying for it again and again.
struct OneWriter {
    database: NativeDriver,
    turn: Mutex<()>,
}

impl Driver for OneWriter {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let writes = sql.trim_start().get(..6).is_some_and(|start| start.eq_ignore_ascii_case("INSERT"));
        let turn = writes.then(|| self.turn.lock().unwrap_or_else(PoisonError::into_inner));
        // A statement of the native driver runs at its first poll, so the turn is never held over a wait.
        let rows = self.database.query(sql, params).now_or_never().expect("the native driver does not wait");
        drop(turn);
        rows
    }
}

type Store = SqliteStore<OneWriter>;

/// Asked again after each failure, for there is none.
static CIRCUIT: Circuit = Circuit::new(0);

struct Peer {
    store: Store,
    key: Vec<u8>,
}

/// With the cache and the queue.
struct CachedPeer {
    store: Cached<Store, NativeRedis, NativeClock>,
    queue: Queue<NativeRedis>,
    key: Vec<u8>,
}

#[tokio::main]
async fn main() {
    let data = std::env::args().nth(1).expect("usage: native_peer DATA");
    let data = Path::new(&data);
    let key = std::fs::read_to_string(data.join("token.key")).expect("the data folder has a key");
    let key = key.trim().as_bytes().to_vec();
    let database = NativeDriver::open(data.join("takt.db")).expect("the data folder has a database");
    let store = SqliteStore::new(OneWriter { database, turn: Mutex::default() });
    let router = match std::env::args().nth(2) {
        None => Router::new()
            .route("/health/live", get(live))
            .route("/api/v1/stock/{item}", get(stock))
            .route("/api/v1/reports", post(report))
            .with_state(Arc::new(Peer { store, key })),
        Some(url) => {
            let redis = || NativeRedis::new(&url).expect("the address of a Redis");
            let cache = Cache::new(redis(), NativeClock, &CIRCUIT);
            let store = Cached::new(store, Some(cache)).with_cached_reads();
            let peer = CachedPeer { store, queue: Queue::new(redis(), 1), key };
            Router::new().route("/api/v1/stock/{item}", get(cached_stock)).with_state(Arc::new(peer))
        }
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("the loopback has a free port");
    println!("{}", listener.local_addr().expect("a bound socket has an address"));
    let listener = axum::serve::ListenerExt::tap_io(listener, |stream| {
        // Without it each small answer may wait for an acknowledgement; a socket that cannot is served all the same.
        let _ = stream.set_nodelay(true);
    });
    axum::serve(listener, router).await.expect("the server runs");
}

async fn live() -> Response<Body> {
    let health = takt_api::master::Health { ok: true, degraded: false, parts: Vec::new() };
    takt_web::failure::json(200, &health).map(|response| response.map(Body::from)).expect("plain JSON")
}

async fn stock(State(peer): State<Arc<Peer>>, request: Request) -> Response<Body> {
    handle(peer, "stock", request, |store, call| block_on(get_stock::get_stock(store, call, async |_, _| Some(0))))
        .await
}

async fn cached_stock(State(peer): State<Arc<CachedPeer>>, request: Request) -> Response<Body> {
    let (head, _) = request.into_parts();
    let read = (&head.method, &head.uri, head.headers.clone());
    let outcome = match Call::read("stock", read, Bytes::new(), &peer.key, Timestamp::now()) {
        Ok(call) => {
            let pending = async |_, item: &str| peer.queue.pending(&[item]).await.ok().map(|units| units[0]);
            get_stock::get_stock(&peer.store, &call, pending).await
        }
        Err(failure) => Err(failure),
    };
    outcome.unwrap_or_else(|failure| failure.response(lang(&head.headers))).map(Body::from)
}

async fn report(State(peer): State<Arc<Peer>>, request: Request) -> Response<Body> {
    handle(peer, "reporting", request, |store, call| {
        let given = call.json()?;
        answer(&block_on(takt_records::command::report::report(store, call.caller()?, &given))?)
    })
    .await
}

async fn handle(
    peer: Arc<Peer>,
    component: &'static str,
    request: Request,
    handler: fn(&Store, &Call) -> Outcome,
) -> Response<Body> {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, takt_api::BODY_MAX).await.unwrap_or_default();
    let lang = lang(&head.headers);
    let work = move || {
        let call =
            Call::read(component, (&head.method, &head.uri, head.headers.clone()), body, &peer.key, Timestamp::now())?;
        handler(&peer.store, &call)
    };
    let outcome = tokio::task::spawn_blocking(work).await.expect("a handler does not panic");
    outcome.unwrap_or_else(|failure| failure.response(lang)).map(Body::from)
}
