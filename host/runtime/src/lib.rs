//! Runs a Spin application (manifest version 2, WASI 0.3 HTTP components) on wasmtime. It knows nothing of production.
//!
//! ```no_run
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use takt_runtime::{Application, Options};
//!
//! let options = Options { manifest: "spin.toml".into(), data: ".takt".into(), ..Options::default() };
//! let application = Application::load(options)?;
//! let listener = std::net::TcpListener::bind("127.0.0.1:3000")?;
//! takt_runtime::serve(application, listener, std::future::pending())?;
//! # Ok(())
//! # }
//! ```
//!
//! - [`Application::load`] reads the manifest, resolves variables and compiles the components, with the compiled code
//!   kept in `DATA/cache`.
//! - [`Application::call`] sends one request in without a socket: what the operator's commands use.
//! - [`serve`] accepts connections until it is told to stop, and then drains them.
//! - [`Manifest`] is for who needs the build commands of the components before they can be loaded.
//!
//! What components are offered: WASI 0.2 and 0.3, with `wasi:http@0.3.0` outbound, `spin:sqlite@3.1`, `spin:redis@3`,
//! `spin:postgres@4.2` and `spin:variables@3`; each in a module of its own.

#![allow(
    clippy::result_large_err,
    reason = "errors are as large as the interfaces of WASI and Spin make them, and rare"
)]
#![cfg_attr(test, allow(clippy::expect_used, clippy::unwrap_used, reason = "a test that cannot go on has failed"))]

mod app;
#[allow(unused_imports, clippy::all, reason = "generated from WIT")]
mod bindings;
mod component;
mod dispatch;
mod engine;
mod error;
mod guest;
mod held;
mod hosts;
mod instance;
mod lane;
mod log;
mod manifest;
mod metrics;
mod network;
mod options;
mod outbound;
mod output;
mod overload;
mod pace;
mod postgres;
mod problem;
mod redis;
mod routes;
mod server;
mod sqlite;
mod stream;
mod traffic;
mod variables;

pub use app::Application;
pub use error::{LoadError, ServeError};
pub use manifest::{
    ApplicationSection, Build, Call, Component, ComponentLimits, HttpTrigger, Manifest, Rate, Takt, VariableDeclaration,
};
pub use options::{EffectiveLimits, Limits, Options, OutboundNetwork};
pub use overload::Level;
pub use server::{serve, serve_text};
pub use traffic::ClassTraffic;
