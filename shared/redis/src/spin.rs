//! The adapter inside a component.

use std::cell::RefCell;
use std::rc::Rc;

use spin_sdk::redis::{Connection, Error, RedisParameter, RedisResult};

use crate::{Arg, Redis, RedisError, Value};

thread_local! {
    /// A connection for each address that this instance speaks to: opening one costs Spin a TCP handshake.
    static CONNECTIONS: RefCell<Vec<(String, Rc<Connection>)>> = const { RefCell::new(Vec::new()) };
}

/// A server that the manifest lets the component speak to.
#[derive(Clone, Debug)]
pub struct SpinRedis {
    url: String,
}

impl SpinRedis {
    /// The server at `redis://HOST:PORT`; nothing is sent yet.
    pub fn new(url: impl Into<String>) -> Self {
        Self { url: url.into() }
    }

    async fn connection(&self) -> Result<Rc<Connection>, RedisError> {
        let known = CONNECTIONS.with_borrow(|all| {
            let found = all.iter().find(|(url, _)| *url == self.url);
            found.map(|(_, connection)| Rc::clone(connection))
        });
        if let Some(connection) = known {
            return Ok(connection);
        }
        let connection = Rc::new(Connection::open(&self.url).await.map_err(failed)?);
        CONNECTIONS.with_borrow_mut(|all| all.push((self.url.clone(), Rc::clone(&connection))));
        Ok(connection)
    }

    /// The next call opens a new connection, unless somebody did meanwhile.
    fn give_up(&self, broken: &Rc<Connection>) {
        CONNECTIONS.with_borrow_mut(|all| all.retain(|(_, connection)| !Rc::ptr_eq(connection, broken)));
    }
}

impl Redis for SpinRedis {
    async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        let connection = self.connection().await?;
        let args = args.into_iter().map(|arg| match arg {
            Arg::Int(number) => RedisParameter::Int64(number),
            Arg::Bytes(bytes) => RedisParameter::Binary(bytes),
        });
        let answer = connection.execute(command, args.collect::<Vec<_>>()).await.map_err(failed);
        if let Err(RedisError::Unavailable(_)) = &answer {
            self.give_up(&connection);
        }
        let value = |result| match result {
            RedisResult::Nil => Value::Nil,
            RedisResult::Status(text) => Value::Status(text),
            RedisResult::Int64(number) => Value::Int(number),
            RedisResult::Binary(bytes) => Value::Bytes(bytes),
        };
        Ok(answer?.into_iter().map(value).collect())
    }
}

fn failed(error: Error) -> RedisError {
    match error {
        Error::InvalidAddress => RedisError::Refused("the address is wrong, or the manifest does not allow it".into()),
        Error::TooManyConnections => RedisError::Unavailable("too many connections".into()),
        Error::TypeError => RedisError::Refused("the value has another type".into()),
        Error::Other(text) => RedisError::from_text(text),
    }
}
