//! The functions, under names that tell builds apart: so two builds can use one server side by side.

use std::sync::OnceLock;

use sha2::{Digest, Sha256};

struct Library {
    code: String,
    version: String,
}

fn built() -> &'static Library {
    static LIBRARY: OnceLock<Library> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let source = include_str!("queue.lua");
        let hash = Sha256::digest(source.as_bytes());
        let version: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        Library { code: source.replace("VERSION", &version), version }
    })
}

/// The code, for `FUNCTION LOAD REPLACE`.
pub fn library() -> &'static str {
    &built().code
}

/// The name of a function in it.
pub(crate) fn name_of(function: &str) -> String {
    format!("takt_queue_{}_{function}", built().version)
}
