//! `takt archive status`.

use anyhow::bail;
use takt_api::archive::{ArchiveBatch, BatchState};
use takt_domain::archive::ArchiveSettings;

use super::files::Files;
use super::run::{due, pages, tables_of};
use crate::plant::Plant;

pub(super) fn status(plant: &Plant, files: &Files) -> anyhow::Result<()> {
    let settings: ArchiveSettings = plant.get("/api/v1/archive/settings")?;
    println!(
        "orders go {} months after they were closed, in the hour from {}:00; files are kept for {} years",
        settings.after_months, settings.hour, settings.retention_years
    );
    files.check()?;
    let batches: Vec<ArchiveBatch> = pages(plant, "/api/v1/archive/batches", "")?;
    let (mut damaged, mut orders) = (0, 0);
    for batch in &batches {
        let bytes: u64 = batch.files.iter().map(|file| file.bytes).sum();
        let state = match batch.state {
            BatchState::Done if batch.over => "done, may be removed with --expire",
            state => state.as_str(),
        };
        println!("{} {state}: {} orders, {bytes} bytes in {}", batch.id, batch.orders, batch.folder);
        if matches!(batch.state, BatchState::Verified | BatchState::Done) {
            orders += batch.orders;
            if let Err(error) = tables_of(files, &batch.folder, &batch.files) {
                println!("{} is damaged: {error:#}", batch.id);
                damaged += 1;
            }
        }
    }
    for (month, due) in due(plant)? {
        println!("{month}: {} orders are due", due.len());
    }
    if damaged > 0 {
        bail!("the files of {damaged} batches are missing or damaged");
    }
    println!("archive: {} batches, {orders} orders, all files are as they were written", batches.len());
    Ok(())
}
