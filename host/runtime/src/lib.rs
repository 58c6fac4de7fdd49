//! Runs a Spin application on wasmtime.
