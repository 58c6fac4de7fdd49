//! What the one who starts an application decides, as against what its manifest says.

use crate::error::LoadError;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// How to load an application.
#[derive(Clone, Default)]
pub struct Options {
    /// The `spin.toml`.
    pub manifest: PathBuf,
    /// Holds `takt.db` (the `default` SQLite database), `NAME.db` for the others, and `cache/` with compiled code.
    pub data: PathBuf,
    /// Stronger than `SPIN_VARIABLE_<NAME>`, which is stronger than the manifest's default.
    pub variables: BTreeMap<String, String>,
    /// Stronger than `[application.tool.takt]`.
    pub limits: Limits,
    /// One JSON line on stdout for each request.
    pub access_log: bool,
    pub network: OutboundNetwork,
    /// Nobody has to wait for asking too often, whatever `[application.tool.takt.rate]` says.
    pub unlimited_callers: bool,
}

/// Which addresses components may reach once `allowed_outbound_hosts` has let the name through.
///
/// A name that anyone may register can resolve to an address inside; so private, loopback and link-local networks are
/// refused by default unless the manifest's entry names that very host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum OutboundNetwork {
    /// Private, loopback and link-local addresses only if `allowed_outbound_hosts` names the host without a wildcard.
    #[default]
    PublicUnlessNamed,
    /// Every address.
    Any,
}

/// What the starter overrides; `None` leaves it to the manifest and then to the default (see [`EffectiveLimits`]).
#[derive(Clone, Debug, Default)]
pub struct Limits {
    pub memory_mib: Option<u32>,
    pub run_time_ms: Option<u64>,
    pub request_body_kib: Option<u64>,
    pub connections: Option<usize>,
    pub requests: Option<usize>,
    pub wait_ms: Option<u64>,
    pub requests_per_instance: Option<usize>,
    pub requests_at_once: Option<usize>,
    pub idle_ms: Option<u64>,
    pub drain_ms: Option<u64>,
    /// Threads that run guests; by default one per core.
    pub threads: Option<usize>,
}

/// The limits in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EffectiveLimits {
    /// Linear memory of one instance.
    pub memory_mib: u32,
    /// From the start of a request until its answer.
    pub run_time: Duration,
    pub request_body_bytes: usize,
    /// Open connections; one more waits for `wait`, then gets 503.
    pub connections: usize,
    /// Requests inside components; one more waits for `wait`, then gets 503.
    pub requests: usize,
    pub wait: Duration,
    /// An instance is replaced after that many requests.
    pub requests_per_instance: usize,
    pub requests_at_once: usize,
    /// How long an instance without work is kept.
    pub idle: Duration,
    /// How long a stop waits for requests in flight.
    pub drain: Duration,
    pub threads: usize,
}

impl Default for EffectiveLimits {
    fn default() -> Self {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        Self {
            memory_mib: 128,
            run_time: Duration::from_secs(30),
            request_body_bytes: 1024 * 1024,
            connections: 4096,
            // More at once, or a longer wait, gets no more done; it only keeps all of them waiting when there is too much to do.
            requests: 32 * threads.max(2),
            wait: Duration::from_millis(40),
            requests_per_instance: 128,
            requests_at_once: 16,
            idle: Duration::from_secs(10),
            drain: Duration::from_secs(10),
            threads,
        }
    }
}

impl EffectiveLimits {
    /// Applies `stronger` over these; fields that it leaves open stay as they are.
    pub fn overridden(mut self, stronger: &Limits) -> Result<Self, LoadError> {
        fn set<T: PartialOrd + Copy + From<u8>>(
            name: &'static str,
            to: &mut T,
            value: Option<T>,
        ) -> Result<(), LoadError> {
            match value {
                Some(value) if value < T::from(1) => {
                    Err(LoadError::Limit { name, message: "must be at least 1".into() })
                }
                Some(value) => {
                    *to = value;
                    Ok(())
                }
                None => Ok(()),
            }
        }
        fn span(name: &'static str, to: &mut Duration, value: Option<u64>) -> Result<(), LoadError> {
            let mut ms = u64::try_from(to.as_millis()).unwrap_or(u64::MAX);
            set(name, &mut ms, value)?;
            *to = Duration::from_millis(ms);
            Ok(())
        }
        set("memory_mib", &mut self.memory_mib, stronger.memory_mib)?;
        if self.memory_mib > 4096 {
            return Err(LoadError::Limit { name: "memory_mib", message: "Wasm has at most 4096".into() });
        }
        span("run_time_ms", &mut self.run_time, stronger.run_time_ms)?;
        let mut kib = self.request_body_bytes as u64 / 1024;
        set("request_body_kib", &mut kib, stronger.request_body_kib)?;
        self.request_body_bytes = usize::try_from(kib.saturating_mul(1024)).unwrap_or(usize::MAX);
        let counts = [
            ("connections", &mut self.connections, stronger.connections),
            ("requests", &mut self.requests, stronger.requests),
            ("requests_per_instance", &mut self.requests_per_instance, stronger.requests_per_instance),
            ("requests_at_once", &mut self.requests_at_once, stronger.requests_at_once),
            ("threads", &mut self.threads, stronger.threads),
        ];
        for (name, to, value) in counts {
            match value {
                Some(0) => return Err(LoadError::Limit { name, message: "must be at least 1".into() }),
                Some(value) => *to = value,
                None => {}
            }
        }
        span("wait_ms", &mut self.wait, stronger.wait_ms)?;
        span("idle_ms", &mut self.idle, stronger.idle_ms)?;
        span("drain_ms", &mut self.drain, stronger.drain_ms)?;
        Ok(self)
    }
}
