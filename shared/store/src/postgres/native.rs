//! The driver of tests, benchmarks and `takt migrate`: a pool of connections that blocks the calling thread.

use std::sync::{Mutex, PoisonError};

use postgres::types::ToSql;
use postgres::{Client, NoTls};

use crate::driver::{Driver, DriverError, Rows, Value};

/// Opens a connection for each statement that runs at the same time, and keeps them. Not for use on an async runtime.
pub struct NativePostgres {
    url: String,
    idle: Mutex<Vec<Client>>,
}

impl NativePostgres {
    /// Connects to `postgres://USER@HOST/DATABASE`.
    pub fn open(url: &str) -> Result<Self, DriverError> {
        let driver = Self { url: url.to_owned(), idle: Mutex::default() };
        let client = driver.connect()?;
        driver.put_back(client);
        Ok(driver)
    }

    fn connect(&self) -> Result<Client, DriverError> {
        let mut client = Client::connect(&self.url, NoTls).map_err(|error| driver_error(&error))?;
        // Each call has its own filters, and a plan for all of them would use no index.
        client.batch_execute("SET plan_cache_mode = force_custom_plan").map_err(|error| driver_error(&error))?;
        Ok(client)
    }

    fn put_back(&self, client: Client) {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(client);
    }
}

impl Driver for NativePostgres {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut client = match idle {
            Some(client) => client,
            None => self.connect()?,
        };
        let outcome = run(&mut client, sql, &params).map_err(|error| driver_error(&error));
        if !client.is_closed() {
            self.put_back(client);
        }
        outcome
    }
}

fn run(client: &mut Client, sql: &str, params: &[Value]) -> Result<Rows, postgres::Error> {
    if params.is_empty() {
        // What has no parameters may be DDL, which cannot be prepared.
        let messages = client.simple_query(sql)?;
        let rows = messages.into_iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => {
                let value = |i| row.get(i).map_or(Value::Null, |text: &str| Value::Text(text.to_owned()));
                Some((0..row.len()).map(value).collect())
            }
            _ => None,
        });
        return Ok(Rows(rows.collect()));
    }
    let values: Vec<Box<dyn ToSql + Sync>> = params.iter().map(boxed).collect();
    let given: Vec<&(dyn ToSql + Sync)> = values.iter().map(AsRef::as_ref).collect();
    let rows = client.query(sql, &given)?;
    let value = |row: &postgres::Row, i| Ok(row.try_get::<_, Option<String>>(i)?.map_or(Value::Null, Value::Text));
    let row = |row: &postgres::Row| (0..row.len()).map(|i| value(row, i)).collect::<Result<Vec<_>, postgres::Error>>();
    Ok(Rows(rows.iter().map(row).collect::<Result<_, _>>()?))
}

fn boxed(value: &Value) -> Box<dyn ToSql + Sync> {
    match value {
        Value::Null => Box::new(None::<String>),
        Value::Integer(i) => Box::new(*i),
        Value::Real(r) => Box::new(*r),
        Value::Text(t) => Box::new(t.clone()),
        Value::Blob(b) => Box::new(b.clone()),
    }
}

fn driver_error(error: &postgres::Error) -> DriverError {
    let message = error.as_db_error().map_or_else(|| error.to_string(), |said| said.message().to_owned());
    DriverError::from_message(message)
}
