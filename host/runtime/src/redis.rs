//! `spin:redis`: one connection for each address and thread, shared by all instances, since Redis commands can be
//! pipelined from many askers.
//!
//! Commands that change the state of a connection or block it (`MULTI`, `SELECT`, `BLPOP`, ...) would be felt by others;
//! a guest that sends one gets a connection of its own from then on.

use crate::bindings::spin::redis::redis::{
    Error, Host, HostConnection, HostConnectionWithStore, RedisParameter, RedisResult,
};
use crate::guest::GuestState;
use crate::hosts::Allowed;
use crate::network;
use crate::options::OutboundNetwork;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Cmd, ConnectionAddr, ConnectionInfo, FromRedisValue, IntoConnectionInfo, Value};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use wasmtime::component::{Accessor, HasSelf, Resource};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// A shared connection that does not answer for so long is given up, so that a hung server is noticed.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// One thread's connections by address.
#[derive(Default)]
pub(crate) struct Connections(Mutex<HashMap<String, Arc<Server>>>);

/// What a guest holds.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct GuestConnection {
    server: Arc<Server>,
    own: Arc<tokio::sync::Mutex<Option<MultiplexedConnection>>>,
}

struct Server {
    info: ConnectionInfo,
    allowed: Allowed,
    network: OutboundNetwork,
    /// The number tells whether a failed connection has been replaced already.
    shared: tokio::sync::Mutex<(u64, Option<MultiplexedConnection>)>,
}

impl Server {
    async fn connect(&self, answer_timeout: Option<Duration>) -> Result<MultiplexedConnection, Error> {
        let ConnectionAddr::Tcp(host, port) = self.info.addr() else { return Err(Error::InvalidAddress) };
        let addresses =
            network::resolve(host, *port, self.allowed, self.network).await.map_err(|e| Error::Other(e.to_string()))?;
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(answer_timeout);
        let mut last = Error::InvalidAddress;
        for address in addresses {
            let addr = ConnectionAddr::Tcp(address.ip().to_string(), address.port());
            let opened = match redis::Client::open(self.info.clone().set_addr(addr)) {
                Ok(client) => client.get_multiplexed_async_connection_with_config(&config).await,
                Err(error) => Err(error),
            };
            match opened {
                Ok(connection) => return Ok(connection),
                Err(error) => last = Error::Other(error.to_string()),
            }
        }
        Err(last)
    }

    async fn shared(&self) -> Result<(u64, MultiplexedConnection), Error> {
        let mut shared = self.shared.lock().await;
        if let (number, Some(connection)) = &*shared {
            return Ok((*number, connection.clone()));
        }
        let connection = self.connect(Some(ANSWER_TIMEOUT)).await?;
        shared.1 = Some(connection.clone());
        Ok((shared.0, connection))
    }

    async fn give_up(&self, number: u64) {
        let mut shared = self.shared.lock().await;
        if shared.0 == number {
            *shared = (number + 1, None);
        }
    }
}

impl GuestConnection {
    async fn ask(&self, command: &Cmd, needs_own: bool) -> Result<Value, Error> {
        let mut own = self.own.lock().await;
        if needs_own && own.is_none() {
            *own = Some(self.server.connect(None).await?);
        }
        if let Some(connection) = &*own {
            let mut connection = connection.clone();
            drop(own);
            return connection.send_packed_command(command).await.and_then(Value::extract_error).map_err(other);
        }
        drop(own);
        let (number, mut connection) = self.server.shared().await?;
        let answer = connection.send_packed_command(command).await;
        if let Err(error) = &answer
            && (error.is_io_error() || error.is_timeout() || error.is_unrecoverable_error())
        {
            self.server.give_up(number).await;
        }
        answer.and_then(Value::extract_error).map_err(other)
    }

    async fn get<R: FromRedisValue>(&self, command: &Cmd) -> Result<R, Error> {
        let value = self.ask(command, false).await?;
        R::from_redis_value(value).map_err(|_| Error::TypeError)
    }
}

fn other(error: redis::RedisError) -> Error {
    Error::Other(error.to_string())
}

/// Commands after which, or during which, a connection is no longer as others expect it.
fn needs_own_connection(command: &str, arguments: &[RedisParameter]) -> bool {
    let name = command.to_ascii_uppercase();
    match name.as_str() {
        "MULTI" | "EXEC" | "DISCARD" | "WATCH" | "UNWATCH" | "SELECT" | "AUTH" | "HELLO" | "RESET" | "QUIT"
        | "CLIENT" | "READONLY" | "READWRITE" | "ASKING" | "MONITOR" | "SUBSCRIBE" | "PSUBSCRIBE" | "SSUBSCRIBE"
        | "UNSUBSCRIBE" | "PUNSUBSCRIBE" | "SUNSUBSCRIBE" | "BLPOP" | "BRPOP" | "BLMOVE" | "BLMPOP" | "BRPOPLPUSH"
        | "BZPOPMIN" | "BZPOPMAX" | "BZMPOP" | "WAIT" | "WAITAOF" => true,
        "XREAD" | "XREADGROUP" => arguments
            .iter()
            .any(|argument| matches!(argument, RedisParameter::Binary(bytes) if bytes.eq_ignore_ascii_case(b"BLOCK"))),
        _ => false,
    }
}

fn flatten(value: Value, results: &mut Vec<RedisResult>) -> Result<(), Error> {
    match value {
        Value::Nil => results.push(RedisResult::Nil),
        Value::Int(number) => results.push(RedisResult::Int64(number)),
        Value::BulkString(bytes) => results.push(RedisResult::Binary(bytes)),
        Value::SimpleString(text) => results.push(RedisResult::Status(text)),
        Value::Okay => results.push(RedisResult::Status("OK".into())),
        Value::Array(values) | Value::Set(values) => {
            for value in values {
                flatten(value, results)?;
            }
        }
        Value::ServerError(error) => return Err(Error::Other(redis::RedisError::from(error).to_string())),
        other => return Err(Error::Other(format!("cannot represent the answer {other:?}"))),
    }
    Ok(())
}

fn connection<T: Send + 'static>(
    store: &Accessor<T, HasSelf<GuestState>>,
    connection: &Resource<GuestConnection>,
) -> wasmtime::Result<GuestConnection> {
    store.with(|mut access| Ok(access.get().table.get(connection)?.clone()))
}

impl GuestState {
    /// The server at `address`, if this component may speak to it.
    fn redis_server(&self, address: &str) -> Result<Arc<Server>, Error> {
        let info = address.into_connection_info().map_err(|_| Error::InvalidAddress)?;
        let ConnectionAddr::Tcp(host, port) = info.addr() else {
            return Err(Error::Other("only redis:// addresses are supported".into()));
        };
        let Some(allowed) = self.component.hosts.find("redis", host, Some(*port)) else {
            crate::outbound::log_refusal(&self.component.name, &format!("redis://{host}:{port}"));
            return Err(Error::InvalidAddress);
        };
        let mut servers = self.lane.redis.0.lock().unwrap_or_else(PoisonError::into_inner);
        let network = self.lane.app.network;
        let key = format!("{} {address}", allowed.named);
        let server = servers
            .entry(key)
            .or_insert_with(|| Arc::new(Server { info, allowed, network, shared: tokio::sync::Mutex::new((0, None)) }));
        Ok(Arc::clone(server))
    }
}

impl Host for GuestState {}
impl HostConnection for GuestState {
    fn drop(&mut self, connection: Resource<GuestConnection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

impl<T: Send + 'static> HostConnectionWithStore<T> for HasSelf<GuestState> {
    async fn open(
        store: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        let server = match store.with(|mut access| access.get().redis_server(&address)) {
            Ok(server) => server,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(error) = server.shared().await {
            return Ok(Err(error));
        }
        let connection = GuestConnection { server, own: Arc::default() };
        store.with(|mut access| Ok(Ok(access.get().table.push(connection)?)))
    }

    async fn publish(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        channel: String,
        payload: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.ask(redis::cmd("PUBLISH").arg(channel).arg(payload), false).await.map(|_| ()))
    }

    async fn get(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
    ) -> wasmtime::Result<Result<Option<Vec<u8>>, Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.get(redis::cmd("GET").arg(key)).await)
    }

    async fn set(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
        value: Vec<u8>,
    ) -> wasmtime::Result<Result<(), Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.ask(redis::cmd("SET").arg(key).arg(value), false).await.map(|_| ()))
    }

    async fn incr(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
    ) -> wasmtime::Result<Result<i64, Error>> {
        let connection = connection(store, &resource)?;
        let answer = connection.get(redis::cmd("INCRBY").arg(key).arg(1)).await;
        Ok(answer.map_err(|error| match error {
            Error::Other(text) if text.contains("WRONGTYPE") || text.contains("not an integer") => Error::TypeError,
            error => error,
        }))
    }

    async fn del(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        keys: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.get(redis::cmd("DEL").arg(keys)).await)
    }

    async fn sadd(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.get(redis::cmd("SADD").arg(key).arg(values)).await)
    }

    async fn smembers(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
    ) -> wasmtime::Result<Result<Vec<String>, Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.get(redis::cmd("SMEMBERS").arg(key)).await)
    }

    async fn srem(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        key: String,
        values: Vec<String>,
    ) -> wasmtime::Result<Result<u32, Error>> {
        let connection = connection(store, &resource)?;
        Ok(connection.get(redis::cmd("SREM").arg(key).arg(values)).await)
    }

    async fn execute(
        store: &Accessor<T, Self>,
        resource: Resource<GuestConnection>,
        command: String,
        arguments: Vec<RedisParameter>,
    ) -> wasmtime::Result<Result<Vec<RedisResult>, Error>> {
        let connection = connection(store, &resource)?;
        let needs_own = needs_own_connection(&command, &arguments);
        let mut cmd = redis::cmd(&command);
        for argument in arguments {
            match argument {
                RedisParameter::Int64(number) => cmd.arg(number),
                RedisParameter::Binary(bytes) => cmd.arg(bytes),
            };
        }
        let mut results = Vec::new();
        Ok(connection.ask(&cmd, needs_own).await.and_then(|value| flatten(value, &mut results)).map(|()| results))
    }
}
