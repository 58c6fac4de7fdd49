//! The driver inside a component: Spin's own SQLite.

use std::cell::RefCell;

use spin_sdk::sqlite::{Connection, Error, Value as SpinValue};

use super::open::{OPEN_ATTEMPTS, PRAGMAS};
use crate::driver::{Driver, DriverError, Rows, Value};

/// More requests than this run in one instance at once only when its host is told so.
const IDLE_MAX: usize = 16;

thread_local! {
    /// Connections of this instance that no request is using, each with the name of its database. Each statement takes
    /// one for itself: rows of a read that are still under way would otherwise hold up, or fail, somebody else's write.
    static IDLE: RefCell<Vec<(&'static str, Connection)>> = const { RefCell::new(Vec::new()) };
}

/// A database that the manifest grants to the component.
#[derive(Clone, Copy, Debug)]
pub struct SpinDriver {
    database: &'static str,
}

impl SpinDriver {
    /// The database of that name; nothing is opened yet.
    pub const fn new(database: &'static str) -> Self {
        Self { database }
    }

    fn take_idle(self) -> Option<Connection> {
        IDLE.with_borrow_mut(|idle| {
            let at = idle.iter().rposition(|(database, _)| *database == self.database)?;
            Some(idle.remove(at).1)
        })
    }

    fn put_back(self, connection: Connection) {
        IDLE.with_borrow_mut(|idle| {
            if idle.len() < IDLE_MAX {
                idle.push((self.database, connection));
            }
        });
    }

    async fn connect(self) -> Result<Connection, DriverError> {
        let mut attempt = 1;
        loop {
            match self.try_connect().await {
                Ok(connection) => return Ok(connection),
                // Another instance may be switching the new file to WAL at this moment; a call to the host lets it.
                Err(Error::Io(_)) if attempt < OPEN_ATTEMPTS => attempt += 1,
                Err(error) => return Err(driver_error(error)),
            }
        }
    }

    async fn try_connect(self) -> Result<Connection, Error> {
        let connection = Connection::open(self.database).await?;
        for pragma in PRAGMAS {
            connection.execute(pragma, []).await?.collect().await?;
        }
        Ok(connection)
    }
}

impl Default for SpinDriver {
    fn default() -> Self {
        Self::new("default")
    }
}

impl Driver for SpinDriver {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let connection = match self.take_idle() {
            Some(connection) => connection,
            None => self.connect().await?,
        };
        match run(&connection, sql, params).await {
            Ok(rows) => {
                self.put_back(connection);
                Ok(rows)
            }
            Err(error) => {
                let error = driver_error(error);
                // A refusal says nothing against the connection; after anything else a new one is opened.
                if !matches!(error, DriverError::Unavailable(_)) {
                    self.put_back(connection);
                }
                Err(error)
            }
        }
    }
}

async fn run(connection: &Connection, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
    let rows = connection.execute(sql, params.into_iter().map(into_spin)).await?.collect().await?;
    Ok(Rows(rows.into_iter().map(|row| row.values.into_iter().map(from_spin).collect()).collect()))
}

fn into_spin(value: Value) -> SpinValue {
    match value {
        Value::Null => SpinValue::Null,
        Value::Integer(i) => SpinValue::Integer(i),
        Value::Real(r) => SpinValue::Real(r),
        Value::Text(t) => SpinValue::Text(t),
        Value::Blob(b) => SpinValue::Blob(b),
    }
}

fn from_spin(value: SpinValue) -> Value {
    match value {
        SpinValue::Null => Value::Null,
        SpinValue::Integer(i) => Value::Integer(i),
        SpinValue::Real(r) => Value::Real(r),
        SpinValue::Text(t) => Value::Text(t),
        SpinValue::Blob(b) => Value::Blob(b),
    }
}

fn driver_error(error: Error) -> DriverError {
    match error {
        Error::Io(message) => DriverError::from_message(message),
        Error::NoSuchDatabase => DriverError::Unavailable("no such database in the manifest".to_owned()),
        Error::AccessDenied => DriverError::Unavailable("the manifest does not grant the database".to_owned()),
        Error::InvalidConnection => DriverError::Unavailable("the connection is not valid".to_owned()),
        Error::DatabaseFull => DriverError::Unavailable("the database is full".to_owned()),
    }
}
