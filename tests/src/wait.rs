//! Waiting for something that will be so, by looking again, never by a fixed sleep.

use std::time::{Duration, Instant};

/// How long anything may take before a test gives up. Generous, since only a failing test waits that long.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Looks until there is something.
pub fn until<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited {PATIENCE:?} in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}
