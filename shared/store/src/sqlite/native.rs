//! The driver for a file on this machine: tests, benchmarks, `takt migrate`.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::open::{OPEN_ATTEMPTS, PRAGMAS};
use crate::driver::{Driver, DriverError, Rows, Value};

/// Opens a connection for each statement that runs at the same time, and keeps them. Blocks the calling thread.
#[derive(Debug)]
pub struct NativeDriver {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl NativeDriver {
    /// Opens the file, or makes it.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, DriverError> {
        let driver = Self { path: path.as_ref().to_owned(), idle: Mutex::default() };
        let connection = driver.connect()?;
        driver.put_back(connection);
        Ok(driver)
    }

    fn connect(&self) -> Result<Connection, DriverError> {
        let mut attempt = 1;
        loop {
            match self.try_connect() {
                Ok(connection) => return Ok(connection),
                Err(error) if attempt == OPEN_ATTEMPTS => return Err(driver_error(&error)),
                Err(_) => thread::sleep(Duration::from_millis(5 * u64::from(attempt))),
            }
            attempt += 1;
        }
    }

    fn try_connect(&self) -> rusqlite::Result<Connection> {
        let connection = Connection::open(&self.path)?;
        connection.set_prepared_statement_cache_capacity(64);
        for pragma in PRAGMAS {
            connection.prepare(pragma)?.query([])?.next()?;
        }
        Ok(connection)
    }

    fn put_back(&self, connection: Connection) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
    }
}

impl Driver for NativeDriver {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => self.connect()?,
        };
        let rows = run(&connection, sql, params).map_err(|error| driver_error(&error));
        self.put_back(connection);
        rows
    }
}

fn run(connection: &Connection, sql: &str, params: Vec<Value>) -> rusqlite::Result<Rows> {
    let mut statement = connection.prepare_cached(sql)?;
    let columns = statement.column_count();
    let mut rows = statement.query(params_from_iter(params.into_iter().map(into_rusqlite)))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        out.push((0..columns).map(|i| row.get_ref(i).map(from_rusqlite)).collect::<Result<_, _>>()?);
    }
    Ok(Rows(out))
}

fn into_rusqlite(value: Value) -> rusqlite::types::Value {
    use rusqlite::types::Value as Theirs;
    match value {
        Value::Null => Theirs::Null,
        Value::Integer(i) => Theirs::Integer(i),
        Value::Real(r) => Theirs::Real(r),
        Value::Text(t) => Theirs::Text(t),
        Value::Blob(b) => Theirs::Blob(b),
    }
}

fn from_rusqlite(value: ValueRef<'_>) -> Value {
    match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(i) => Value::Integer(i),
        ValueRef::Real(r) => Value::Real(r),
        ValueRef::Text(t) => Value::Text(String::from_utf8_lossy(t).into_owned()),
        ValueRef::Blob(b) => Value::Blob(b.to_owned()),
    }
}

fn driver_error(error: &rusqlite::Error) -> DriverError {
    DriverError::from_message(error.to_string())
}
