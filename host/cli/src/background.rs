//! The timer that lets the plant's background work: what no wake-up called for is done within a second. Elsewhere a cron
//! job calls `POST /internal/v1/tick` for that.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use bytes::Bytes;
use takt_runtime::Application;

const EVERY: Duration = Duration::from_secs(1);

/// Calls the background over and over, on a thread of its own that ends with the process.
pub(crate) fn start(application: Arc<Application>) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for the background")?;
    let work = move || {
        let mut was_well = true;
        loop {
            let well = runtime.block_on(once(&application)).is_ok();
            if was_well && !well {
                eprintln!("takt: the background does not work; it is tried again every second");
            }
            was_well = well;
            std::thread::sleep(EVERY);
        }
    };
    std::thread::Builder::new().name("background".into()).spawn(work).context("no thread for the background")?;
    Ok(())
}

/// One call of the background; an error says what it answered.
pub(crate) async fn once(application: &Arc<Application>) -> anyhow::Result<()> {
    let request = http::Request::builder().method("POST").uri("/internal/v1/wake").body(Bytes::new())?;
    let answer = application.call_component("aggregator", request).await;
    anyhow::ensure!(answer.status().is_success(), "the background answered {}", answer.status());
    Ok(())
}
