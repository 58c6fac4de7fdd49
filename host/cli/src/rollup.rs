//! `takt rollup`: what statistics are read from, and how to derive it anew.

use std::thread::sleep;
use std::time::Duration;

use anyhow::bail;
use clap::Subcommand;
use takt_api::insight::{RebuildRollups, RollupRebuild, Rollups};

use crate::plant::{Folder, Plant, Target};

const PATH: &str = "/api/v1/rollups";

/// How long a running plant is given between two looks.
const PAUSE: Duration = Duration::from_millis(500);

/// A running plant that has not gone on for this many looks does not run its background.
const PATIENCE: u32 = 240;

/// What to do with them.
#[derive(clap::Args)]
pub(crate) struct Rollup {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// Say how far they have come
    Status(Which),
    /// Derive them anew from the journal; what is there stays readable until the new ones take over
    Rebuild(Which),
}

/// Which plant.
#[derive(clap::Args)]
struct Which {
    #[command(flatten)]
    target: Target,
}

impl Rollup {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.action {
            Action::Status(which) => {
                let plant = which.target.open(Folder::Expected)?;
                let rollups: Rollups = plant.get(PATH)?;
                println!("rollup: {}", said(&rollups));
            }
            Action::Rebuild(which) => {
                let plant = which.target.open(Folder::Expected)?;
                let wanted: RollupRebuild = plant.write("POST", &format!("{PATH}/rebuild"), &RebuildRollups {})?;
                let rollups = wait(&plant, wanted.generation)?;
                println!("rollup: rebuilt, {}", said(&rollups));
            }
        }
        Ok(())
    }
}

/// Until a generation has taken over.
fn wait(plant: &Plant, generation: u32) -> anyhow::Result<Rollups> {
    let (mut before, mut quiet) = (0, 0);
    loop {
        let worked_here = plant.background()?;
        let rollups: Rollups = plant.get(PATH)?;
        if rollups.generation >= generation {
            return Ok(rollups);
        }
        let events = rollups.rebuilding.unwrap_or(0);
        eprintln!("takt: {events} of at least {} events", rollups.events);
        quiet = if events > before { 0 } else { quiet + 1 };
        if quiet == PATIENCE {
            bail!("the plant's background does not go on: look at its log, and at what calls /internal/v1/tick");
        }
        before = events;
        if !worked_here {
            sleep(PAUSE);
        }
    }
}

fn said(rollups: &Rollups) -> String {
    let as_of = rollups.as_of.map_or_else(|| "nothing has happened yet".to_owned(), |at| format!("as of {at}"));
    let Rollups { generation, events, unreadable, .. } = rollups;
    let unreadable = if *unreadable == 0 { String::new() } else { format!(", {unreadable} of them unreadable") };
    format!("generation {generation} has {events} events{unreadable}, {as_of}")
}
