//! `takt degrade`: by hand, whether calls of lower priority are refused.

use clap::ValueEnum;
use takt_api::operations::{Degradation, DegradeMode};

use crate::plant::{Folder, Target};

/// What to do.
#[derive(Clone, Copy, ValueEnum)]
enum Choice {
    /// Refuse statistics, boards and lists: all the power is for the floor
    On,
    /// Refuse nothing by priority, whatever the load
    Off,
    /// Let the load decide
    Auto,
    /// Say what is chosen
    Status,
}

/// Whether statistics, boards and lists are refused.
#[derive(clap::Args)]
pub(crate) struct Degrade {
    choice: Choice,
    #[command(flatten)]
    target: Target,
}

impl Degrade {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        const PATH: &str = "/api/v1/degradation";
        let plant = self.target.open(Folder::Expected)?;
        let put = |mode| plant.write("PUT", PATH, &Degradation { mode });
        let chosen: Degradation = match self.choice {
            Choice::On => put(DegradeMode::On)?,
            Choice::Off => put(DegradeMode::Off)?,
            Choice::Auto => put(DegradeMode::Auto)?,
            Choice::Status => plant.get(PATH)?,
        };
        println!(
            "degrade: {}",
            match chosen.mode {
                DegradeMode::On => "on: statistics, boards and lists are refused",
                DegradeMode::Off => "off: nothing is refused by priority",
                DegradeMode::Auto => "auto: the load decides",
            }
        );
        Ok(())
    }
}
