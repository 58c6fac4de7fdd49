//! Time, and when to leave Redis alone.

use std::sync::atomic::{AtomicU64, Ordering};

/// A monotonic clock that can be waited on.
#[expect(async_fn_in_trait, reason = "components are single-threaded, so no caller needs the futures to be Send")]
pub trait Clock {
    /// Milliseconds since some moment in the past.
    fn now_ms(&self) -> u64;

    /// Waits.
    async fn wait(&self, time_ms: u64);
}

/// After a failure nobody asks for a while: neither the server nor those who wait for its answer gain anything.
#[derive(Debug)]
pub struct Circuit {
    rest_ms: u64,
    closed_at_ms: AtomicU64,
}

impl Circuit {
    /// Rests so long after each failure.
    pub const fn new(rest_ms: u64) -> Self {
        Self { rest_ms, closed_at_ms: AtomicU64::new(0) }
    }

    pub(crate) fn lets_through(&self, now_ms: u64) -> bool {
        now_ms >= self.closed_at_ms.load(Ordering::Relaxed)
    }

    pub(crate) fn failed(&self, now_ms: u64) {
        self.closed_at_ms.store(now_ms + self.rest_ms, Ordering::Relaxed);
    }
}

#[cfg(any(feature = "native", feature = "spin"))]
fn since_start_ms() -> u64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    u64::try_from(START.get_or_init(Instant::now).elapsed().as_millis()).unwrap_or(u64::MAX)
}

/// The clock of a native program on tokio.
#[cfg(feature = "native")]
#[derive(Clone, Copy, Debug, Default)]
pub struct NativeClock;

#[cfg(feature = "native")]
impl Clock for NativeClock {
    fn now_ms(&self) -> u64 {
        since_start_ms()
    }

    async fn wait(&self, time_ms: u64) {
        tokio::time::sleep(std::time::Duration::from_millis(time_ms)).await;
    }
}

/// The clock of a component.
#[cfg(feature = "spin")]
#[derive(Clone, Copy, Debug, Default)]
pub struct SpinClock;

#[cfg(feature = "spin")]
impl Clock for SpinClock {
    fn now_ms(&self) -> u64 {
        since_start_ms()
    }

    async fn wait(&self, time_ms: u64) {
        spin_sdk::wasip3::clocks::monotonic_clock::wait_for(time_ms.saturating_mul(1_000_000)).await;
    }
}
