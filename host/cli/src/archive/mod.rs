//! `takt archive`: orders that were closed long ago go to Parquet files in a folder or a store that speaks S3, and come back from there. What goes, when,
//! and whether it may is the components' business: here tables are written, read back and compared.

mod files;
mod restore;
mod run;
mod s3;
mod status;
mod table;
mod timer;

use clap::Subcommand;

use crate::plant::{Folder, Target};

pub(crate) use files::Files;
pub(crate) use run::{How, run};
pub(crate) use timer::start;

/// What is done, and for which plant.
#[derive(clap::Args)]
pub(crate) struct Archive {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Write what is due into files, verify them, and take it out of the ledger; what an earlier run began is ended first
    Run {
        /// Remove the files that were kept for as long as the plant has set, too
        #[arg(long)]
        expire: bool,
        #[command(flatten)]
        place: Place,
    },
    /// Say what has gone, what is due, and which files are missing, damaged, or no longer have to be kept
    Status {
        #[command(flatten)]
        place: Place,
    },
    /// Bring an order back, or all orders of a month
    Restore {
        /// The number of an order, or a month such as 2026-05
        #[arg(value_name = "ORDER|MONTH")]
        what: String,
        #[command(flatten)]
        place: Place,
    },
}

/// Where the files are, and which plant they are of.
#[derive(clap::Args)]
struct Place {
    /// The folder that the files are in, or s3://BUCKET/PREFIX with AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY,
    /// AWS_REGION and AWS_ENDPOINT_URL in the environment
    #[arg(long, value_name = "DIR|URL", env = "TAKT_ARCHIVE")]
    archive: String,
    #[command(flatten)]
    target: Target,
}

impl Archive {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        match self.command {
            Command::Run { expire, place } => {
                let files = Files::make(&place.archive)?;
                let plant = place.target.open(Folder::Expected)?;
                let how = if expire { How::Expiring } else { How::Now };
                let told = run(&plant, &files, place.target.number(), how, &mut |line| println!("archive: {line}"))?;
                println!("archive: {told}");
                Ok(())
            }
            Command::Status { place } => {
                let files = Files::open(&place.archive)?;
                status::status(&place.target.open(Folder::Expected)?, &files)
            }
            Command::Restore { what, place } => {
                let files = Files::open(&place.archive)?;
                restore::restore(&place.target.open(Folder::Expected)?, &files, &what)
            }
        }
    }
}
