//! The timer that lets the plant's background work: what no wake-up called for is done within a second. Elsewhere a cron
//! job calls `POST /internal/v1/tick` for that. It also says, once a second, which calls the host refuses by their class.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use serde::Deserialize;
use takt_api::host::HOST_STATE_HEADER;
use takt_api::operations::DegradeMode;
use takt_runtime::{Application, Level};

use crate::figures::Figures;
use crate::health::Health;
use crate::metrics::Measured;
use crate::pressure::{Pressure, Signs};

const EVERY: Duration = Duration::from_secs(1);

/// Calls that deliver webhooks side by side. Each ends with the slowest endpoint that it serves, and meanwhile another goes on with
/// the others: an endpoint is served by one of them at a time.
const TELLERS: usize = 2;

/// What the background says of its work.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Swept {
    lag_ms: u64,
    degrade: DegradeMode,
    /// The plants of the store.
    #[serde(default)]
    pub(crate) plants: Vec<u32>,
}

/// Calls the background over and over, and looks at the load, on threads of their own that end with the process.
pub(crate) fn start(application: Arc<Application>, data: PathBuf, metrics: Measured) -> anyhow::Result<()> {
    let (told, swept) = std::sync::mpsc::channel();
    // What was measured last, for the background to watch.
    let measured = Arc::new(Mutex::new(String::new()));
    let known = Arc::clone(&measured);
    let (worker, counted) = (Arc::clone(&application), metrics.clone());
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for the background")?;
    let work = move || {
        let mut was_well = true;
        loop {
            let outcome = {
                let measured = known.lock().unwrap_or_else(PoisonError::into_inner).clone();
                runtime.block_on(once(&worker, &measured))
            };
            if let (true, Err(error)) = (was_well, &outcome) {
                eprintln!("takt: the background does not work: {error:#}; it is tried again every second");
            }
            was_well = outcome.is_ok();
            counted.ran(was_well);
            if let Ok(swept) = outcome
                && told.send(swept).is_err()
            {
                return;
            }
            std::thread::sleep(EVERY);
        }
    };
    std::thread::Builder::new().name("background".into()).spawn(work).context("no thread for the background")?;
    for _ in 0..TELLERS {
        tell(Arc::clone(&application))?;
    }
    let watch = move || {
        let (mut pressure, mut last) = (Pressure::default(), Swept::default());
        let (mut health, mut figures) = (Health::of(data), Figures::new());
        loop {
            if let Some(state) = health.look() {
                application.set_state("/api/v1/doctor", &state);
            }
            std::thread::sleep(EVERY);
            // A background that is long at work has told what was so when it began.
            if let Some(swept) = swept.try_iter().last() {
                last = swept;
            }
            let latency = application.take_database_latency();
            let signs = Signs { lag: Duration::from_millis(last.lag_ms), latency: latency.unwrap_or_default() };
            metrics.queue_lag.set(signs.lag.as_secs_f64());
            metrics.database.set(signs.latency.as_secs_f64());
            if let Some(said) = figures.look(signs, || application.take_traffic()) {
                application.set_state("/api/v1/host", &said);
                *measured.lock().unwrap_or_else(PoisonError::into_inner) = said;
            }
            let level = match last.degrade {
                DegradeMode::On => Level::Second,
                DegradeMode::Off => Level::Normal,
                DegradeMode::Auto => pressure.look(signs),
            };
            let before = application.level();
            if level != before {
                eprintln!("takt: {}", said(level));
                application.set_level(level);
            }
        }
    };
    std::thread::Builder::new().name("pressure".into()).spawn(watch).context("no thread for the load")?;
    Ok(())
}

/// Has webhooks delivered over and over, on a thread of its own: somebody else's server that is slow keeps nothing of the plant's
/// waiting.
fn tell(application: Arc<Application>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for webhooks")?;
    let work = move || {
        let mut was_well = true;
        loop {
            let outcome = runtime.block_on(call(&application, "notifier", "/internal/v1/deliver", ""));
            if let (true, Err(error)) = (was_well, &outcome) {
                eprintln!("takt: webhooks are not delivered: {error:#}; it is tried again every second");
            }
            was_well = outcome.is_ok();
            std::thread::sleep(EVERY);
        }
    };
    std::thread::Builder::new().name("webhooks".into()).spawn(work).context("no thread for webhooks")?;
    Ok(())
}

fn said(level: Level) -> &'static str {
    match level {
        Level::Normal => "all calls are answered again",
        Level::Third => "much to do: statistics are refused",
        Level::Second => "much to do: statistics, boards and lists are refused",
    }
}

/// One call of the background; an error says what it answered.
pub(crate) async fn once(application: &Arc<Application>, measured: &str) -> anyhow::Result<Swept> {
    Ok(serde_json::from_slice(&call(application, "aggregator", "/internal/v1/wake", measured).await?)?)
}

/// Calls a component from within; an error says what it answered.
async fn call(application: &Arc<Application>, component: &str, path: &str, measured: &str) -> anyhow::Result<Bytes> {
    let mut request = http::Request::builder().method("POST").uri(path);
    if !measured.is_empty() {
        request = request.header(HOST_STATE_HEADER, measured);
    }
    let request = request.body(Bytes::new())?;
    let answer = application.call_component(component, request).await;
    let body = String::from_utf8_lossy(answer.body());
    anyhow::ensure!(answer.status().is_success(), "it answered {} {body}", answer.status());
    Ok(answer.into_body())
}
