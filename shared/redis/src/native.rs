//! The adapter of native programs: one connection that all callers share, made anew after it broke.

use std::time::Duration;

use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, ErrorKind, RedisError as Theirs, ServerErrorKind};
use tokio::sync::Mutex;

use crate::{Arg, Redis, RedisError, Value};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// A server at an address.
#[derive(Debug)]
pub struct NativeRedis {
    client: Client,
    /// The number tells whether a failed connection has been replaced already.
    shared: Mutex<(u64, Option<MultiplexedConnection>)>,
}

impl NativeRedis {
    /// The server at `redis://HOST:PORT`; nothing is sent yet.
    pub fn new(url: &str) -> Result<Self, RedisError> {
        let client = Client::open(url).map_err(|error| RedisError::Refused(error.to_string()))?;
        Ok(Self { client, shared: Mutex::default() })
    }

    async fn connection(&self) -> Result<(u64, MultiplexedConnection), Theirs> {
        let mut shared = self.shared.lock().await;
        if let (number, Some(connection)) = &*shared {
            return Ok((*number, connection.clone()));
        }
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(CONNECT_TIMEOUT))
            .set_response_timeout(Some(ANSWER_TIMEOUT));
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
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

impl Redis for NativeRedis {
    async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        let (number, mut connection) = self.connection().await.map_err(failed)?;
        let mut cmd = redis::cmd(command);
        for arg in args {
            match arg {
                Arg::Int(number) => cmd.arg(number),
                Arg::Bytes(bytes) => cmd.arg(bytes),
            };
        }
        let answer = connection.send_packed_command(&cmd).await.and_then(redis::Value::extract_error);
        match answer {
            Ok(value) => {
                let mut values = Vec::new();
                flatten(value, &mut values);
                Ok(values)
            }
            Err(error) => {
                let error = failed(error);
                if matches!(error, RedisError::Unavailable(_)) {
                    self.give_up(number).await;
                }
                Err(error)
            }
        }
    }
}

fn failed(error: Theirs) -> RedisError {
    let text = error.to_string();
    match error.kind() {
        // It answers, and will do what is asked a little later.
        ErrorKind::Server(ServerErrorKind::BusyLoading | ServerErrorKind::MasterDown | ServerErrorKind::TryAgain) => {
            RedisError::Unavailable(text)
        }
        ErrorKind::Server(_) | ErrorKind::Extension => RedisError::Refused(text),
        _ => RedisError::Unavailable(text),
    }
}

fn flatten(value: redis::Value, values: &mut Vec<Value>) {
    match value {
        redis::Value::Nil => values.push(Value::Nil),
        redis::Value::Int(number) => values.push(Value::Int(number)),
        redis::Value::BulkString(bytes) => values.push(Value::Bytes(bytes)),
        redis::Value::SimpleString(text) => values.push(Value::Status(text)),
        redis::Value::Okay => values.push(Value::Status("OK".to_owned())),
        redis::Value::Array(many) | redis::Value::Set(many) => {
            many.into_iter().for_each(|value| flatten(value, values));
        }
        // What only the third protocol has, which is not spoken here.
        other => values.push(Value::Status(format!("{other:?}"))),
    }
}
