//! The archive from the timer of `takt serve`: the plant says whether it is the hour, and what is due.

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::Context;
use takt_runtime::Application;

use super::{Files, How, run};
use crate::plant::Plant;

/// How often the plant is asked.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// After a run the hour is over.
const AFTER: Duration = Duration::from_secs(2 * 3600);

/// Asks over and over, on a thread of its own that ends with the process.
pub(crate) fn start(application: Arc<Application>, key: String, archive: String) -> anyhow::Result<()> {
    Files::open(&archive)?;
    let work = move || {
        loop {
            let pause = match once(&application, &key, &archive) {
                Ok(true) => AFTER,
                Ok(false) => EVERY,
                Err(error) => {
                    eprintln!("takt: the archive was not filled: {error:#}; it is tried again in five minutes");
                    EVERY
                }
            };
            thread::sleep(pause);
        }
    };
    thread::Builder::new().name("archive".into()).spawn(work).context("no thread for the archive")?;
    Ok(())
}

/// True when something was done.
fn once(application: &Arc<Application>, key: &str, archive: &str) -> anyhow::Result<bool> {
    let plant = Plant::in_process(application.clone(), 1, key)?;
    let told = run(&plant, &Files::open(archive)?, 1, How::Scheduled, &mut |_| {})?;
    if !told.is_nothing() {
        eprintln!("takt: archive: {told}");
    }
    Ok(!told.is_nothing())
}
