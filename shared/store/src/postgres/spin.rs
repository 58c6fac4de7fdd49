//! The driver inside a component: Spin's own Postgres, which keeps a pool for each address.

use spin_sdk::pg::{Connection, DbValue, Error, ParameterValue};

use crate::driver::{Driver, DriverError, Rows, Value};

/// A database that `allowed_outbound_hosts` grants to the component.
#[derive(Clone, Debug)]
pub struct SpinPostgres {
    url: String,
}

impl SpinPostgres {
    /// The database at `postgres://USER@HOST/DATABASE`; nothing is opened yet.
    pub const fn new(url: String) -> Self {
        Self { url }
    }
}

impl Driver for SpinPostgres {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        run(&self.url, sql, params).await.map_err(|error| driver_error(&error))
    }
}

async fn run(url: &str, sql: &str, params: Vec<Value>) -> Result<Rows, Error> {
    // Taken from the host's pool for one statement, and given back at once.
    let connection = Connection::open(url).await?;
    let params: Vec<ParameterValue> = params.into_iter().map(into_spin).collect();
    let mut result = connection.query(sql, params).await?;
    let mut rows = Vec::new();
    while let Some(row) = result.rows().next().await {
        rows.push(row.into_iter().map(from_spin).collect());
    }
    result.result().await?;
    Ok(Rows(rows))
}

fn into_spin(value: Value) -> ParameterValue {
    match value {
        Value::Null => ParameterValue::DbNull,
        Value::Integer(i) => ParameterValue::Int64(i),
        Value::Real(r) => ParameterValue::Floating64(r),
        Value::Text(t) => ParameterValue::Str(t),
        Value::Blob(b) => ParameterValue::Binary(b),
    }
}

fn from_spin(value: DbValue) -> Value {
    match value {
        DbValue::Int64(i) => Value::Integer(i),
        DbValue::Str(t) => Value::Text(t),
        _ => Value::Null,
    }
}

fn driver_error(error: &Error) -> DriverError {
    DriverError::from_message(format!("{error:?}"))
}
