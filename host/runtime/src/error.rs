//! Why an application could not be loaded or served.

use std::path::PathBuf;

/// Why an application could not be loaded. Each message says what to change.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error("{}: cannot read: {source}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    /// Something in the manifest is wrong or not supported; `line` counts from 1.
    #[error("{}:{line}: {message}", path.display())]
    Manifest { path: PathBuf, line: usize, message: String },
    #[error("variable `{name}` is required: set SPIN_VARIABLE_{}", name.to_uppercase())]
    MissingVariable { name: String },
    #[error("variable `{name}` is not declared in [variables] of the manifest")]
    UnknownVariable { name: String },
    #[error("component `{component}`: {message}")]
    Component { component: String, message: String },
    #[error("component `{component}`: {} does not exist: build it first", path.display())]
    NotBuilt { component: String, path: PathBuf },
    #[error("data folder {}: {source}", path.display())]
    Data { path: PathBuf, source: std::io::Error },
    #[error("limit `{name}`: {message}")]
    Limit { name: &'static str, message: String },
    #[error("starting the Wasm engine: {0}")]
    Engine(String),
    #[error("starting a worker thread: {0}")]
    Thread(std::io::Error),
}

/// Why serving ended other than by a drain.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("starting the acceptor: {0}")]
    Acceptor(std::io::Error),
    #[error("the listening socket failed: {0}")]
    Listener(std::io::Error),
}
