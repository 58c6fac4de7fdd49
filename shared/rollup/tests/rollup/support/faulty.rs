//! A driver that dies at a given statement, before the database has seen it or after it was done.

use std::cell::Cell;

use takt_store::{Driver, DriverError, NativeDriver, Rows, Value};

/// Works until it does not.
pub(crate) struct Faulty {
    inner: NativeDriver,
    left: Cell<u32>,
    after: bool,
}

impl Faulty {
    /// Dies at the statement with this number, from 0.
    pub(crate) fn new(inner: NativeDriver, at: u32, after: bool) -> Self {
        Self { inner, left: Cell::new(at), after }
    }
}

impl Driver for Faulty {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let dead = || Err(DriverError::Unavailable("killed".to_owned()));
        match self.left.get() {
            0 if self.after => {
                self.inner.query(sql, params).await?;
                dead()
            }
            0 => dead(),
            left => {
                self.left.set(left - 1);
                self.inner.query(sql, params).await
            }
        }
    }
}
