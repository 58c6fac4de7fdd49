//! The smallest port over Redis: a command with its arguments goes, a flat list of values comes back.
//!
//! Spin hands nested arrays out flattened, so every adapter does: whoever writes a function for Redis answers with a flat
//! list, or with JSON text. `SpinRedis` (feature `spin`) works inside a component, `NativeRedis` (feature `native`) in
//! tests, benchmarks and the command line. Neither sends anything twice: a command whose answer got lost may have run.

#![warn(missing_docs)]

#[cfg(feature = "native")]
mod native;
#[cfg(feature = "spin")]
mod spin;

#[cfg(feature = "native")]
pub use native::NativeRedis;
#[cfg(feature = "spin")]
pub use spin::SpinRedis;

/// A Redis server.
#[expect(async_fn_in_trait, reason = "components are single-threaded, so no caller needs the futures to be Send")]
pub trait Redis {
    /// Runs one command; an array comes back as its values, nested ones flattened.
    async fn call(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError>;
}

/// An argument of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    /// A number.
    Int(i64),
    /// A text or any bytes.
    Bytes(Vec<u8>),
}

impl From<i64> for Arg {
    fn from(number: i64) -> Self {
        Self::Int(number)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Bytes(text.into_bytes())
    }
}

impl From<Vec<u8>> for Arg {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes)
    }
}

/// One value of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// There is none.
    Nil,
    /// A number.
    Int(i64),
    /// A word of the server's, such as `OK`.
    Status(String),
    /// A text or any bytes.
    Bytes(Vec<u8>),
}

impl Value {
    /// As a text: what is stored, or a word of the server's.
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Status(text) => Some(text),
            Self::Bytes(bytes) => std::str::from_utf8(bytes).ok(),
            Self::Nil | Self::Int(_) => None,
        }
    }

    /// As a number, also when it is stored as a text.
    pub fn int(&self) -> Option<i64> {
        match self {
            Self::Int(number) => Some(*number),
            other => other.text()?.parse().ok(),
        }
    }
}

/// Why a command did not answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedisError {
    /// No answer came. The command may have run all the same.
    #[error("Redis does not answer: {0}")]
    Unavailable(String),
    /// The server answered that it does not do it, in these words.
    #[error("Redis refuses: {0}")]
    Refused(String),
}

impl RedisError {
    /// The server does not know the function that `FCALL` named: its library has to be loaded (again).
    pub fn is_missing_function(&self) -> bool {
        matches!(self, Self::Refused(why) if why.contains("Function not found"))
    }

    /// Tells a refusal from silence by its words: all that hosts of components pass on is a text. Hosts print what their
    /// `redis` crate prints, which names the kind of error: a known one, or the server's own code in quotes.
    #[cfg(any(feature = "spin", test))]
    fn from_text(text: String) -> Self {
        const KINDS: [&str; 6] =
            ["ResponseError", "signalled by the server", "NoScript", "ReadOnly", "NoPerm", "ExecAbort"];
        if text.starts_with('"') || KINDS.iter().any(|kind| text.contains(kind)) {
            return Self::Refused(text);
        }
        Self::Unavailable(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_from_silence() {
        let refused = RedisError::from_text("ResponseError: Function not found".into());
        assert!(refused.is_missing_function());
        let older =
            RedisError::from_text("An error was signalled by the server - ResponseError: unknown command".into());
        assert!(matches!(older, RedisError::Refused(_)));
        assert!(matches!(RedisError::from_text("\"OOM\": not allowed".into()), RedisError::Refused(_)));
        for silent in ["Connection refused (os error 111)", "timed out", "BusyLoading: loading"] {
            assert!(matches!(RedisError::from_text(silent.into()), RedisError::Unavailable(_)), "{silent}");
        }
    }

    #[test]
    fn numbers_are_read_from_texts_too() {
        assert_eq!(Value::Bytes(b"-12".to_vec()).int(), Some(-12));
        assert_eq!(Value::Int(3).int(), Some(3));
        assert_eq!(Value::Nil.int(), None);
    }
}
