//! What an adapter needs of a database: one statement in, its rows out.

use crate::error::StoreError;

/// A value of a database.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// No value.
    Null,
    /// 64-bit integer.
    Integer(i64),
    /// Floating point; the store itself has none.
    Real(f64),
    /// UTF-8.
    Text(String),
    /// Bytes.
    Blob(Vec<u8>),
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.to_owned())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

/// The rows that a statement gave.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows(pub Vec<Vec<Value>>);

/// Why a statement failed; it has then changed nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DriverError {
    /// A trigger of ours refused, with the word behind `takt:`.
    #[error("refused: {0}")]
    Refused(String),
    /// A constraint of a table does not hold.
    #[error("{0}")]
    Constraint(String),
    /// Somebody else was writing for longer than the busy time-out, the disk is full, the database is gone.
    #[error("{0}")]
    Unavailable(String),
}

/// What SQLite and Postgres say of a value that a table does not take.
#[cfg(any(feature = "native", feature = "spin"))]
const NEVER_FITS: [&str; 5] = ["constraint failed", "cannot store", "violates", "out of range", "invalid input syntax"];

#[cfg(any(feature = "native", feature = "spin"))]
impl DriverError {
    /// Spin hands on the database's message and no code, so the message is what all drivers go by.
    pub(crate) fn from_message(message: String) -> Self {
        if let Some((_, word)) = message.split_once("takt:") {
            let word = word.chars().take_while(char::is_ascii_lowercase).collect();
            Self::Refused(word)
        } else if message.contains("posting_by_reversed") {
            // Two at once: the second one met the unique index.
            Self::Refused("reversed".to_owned())
        } else if NEVER_FITS.iter().any(|part| message.contains(part)) {
            Self::Constraint(message)
        } else {
            Self::Unavailable(message)
        }
    }
}

/// One database. A statement is a transaction of its own, and so atomic even if the future is dropped.
#[expect(async_fn_in_trait, reason = "components are single-threaded, so no caller needs the futures to be Send")]
pub trait Driver {
    /// Runs one statement to its end.
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError>;
}

/// A statement failed that nothing of ours refuses.
pub(crate) fn failed(error: DriverError) -> StoreError {
    match error {
        DriverError::Refused(word) => StoreError::Corrupt(format!("refused: {word}")),
        DriverError::Constraint(message) => StoreError::Malformed(message),
        DriverError::Unavailable(message) => StoreError::Unavailable(message),
    }
}
