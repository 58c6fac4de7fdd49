//! The archive from the timer of `takt serve`: each plant of the store says whether it is its hour, and what is due.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::Context;
use takt_runtime::Application;

use super::{Files, How, run};
use crate::background;
use crate::plant::Plant;

/// How often the plants are asked.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// After a run the hour of that plant is over.
const AFTER: Duration = Duration::from_secs(2 * 3600);

/// Asks over and over, on a thread of its own that ends with the process.
pub(crate) fn start(application: Arc<Application>, key: String, archive: String) -> anyhow::Result<()> {
    Files::make(&archive)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for the archive")?;
    let work = move || {
        let mut filled: BTreeMap<u32, Instant> = BTreeMap::new();
        loop {
            // The background knows which plants there are; one may have come since.
            let plants = runtime.block_on(background::once(&application, "")).map(|swept| swept.plants);
            for plant in plants.as_deref().unwrap_or_default() {
                if filled.get(plant).is_some_and(|at| at.elapsed() < AFTER) {
                    continue;
                }
                match once(&application, &key, &archive, *plant) {
                    Ok(true) => drop(filled.insert(*plant, Instant::now())),
                    Ok(false) => {}
                    // The other plants do not have to wait for this one.
                    Err(error) => eprintln!(
                        "takt: the archive of plant {plant} was not filled: {error:#}; it is tried again in five minutes"
                    ),
                }
            }
            if let Err(error) = plants {
                eprintln!("takt: the archive was not filled: {error:#}; it is tried again in five minutes");
            }
            thread::sleep(EVERY);
        }
    };
    thread::Builder::new().name("archive".into()).spawn(work).context("no thread for the archive")?;
    Ok(())
}

/// True when something was done.
fn once(application: &Arc<Application>, key: &str, archive: &str, number: u32) -> anyhow::Result<bool> {
    let plant = Plant::in_process(application.clone(), number, key)?;
    let told = run(&plant, &Files::make(archive)?, number, How::Scheduled, &mut |_| {})?;
    if !told.is_nothing() {
        eprintln!("takt: archive of plant {number}: {told}");
    }
    Ok(!told.is_nothing())
}
