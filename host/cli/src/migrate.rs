//! `takt migrate`: brings a database to the schema of this build. Serving does it too; this is for who wants to see it
//! done before, with nobody at work.

use std::path::PathBuf;

use anyhow::Context;
use takt_store::{NativeDriver, SCHEMA_VERSION, migrate, schema_version};

use crate::project::Project;

/// Which database.
#[derive(clap::Args)]
pub(crate) struct Migrate {
    /// The data folder [default: .takt/data]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

impl Migrate {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let data = match self.data {
            Some(data) => data,
            None => Project::find()?.default_data(),
        };
        std::fs::create_dir_all(&data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
        let path = data.join("takt.db");
        let driver = NativeDriver::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        let runtime = tokio::runtime::Builder::new_current_thread().build().context("no thread for the database")?;
        let before = runtime.block_on(schema_version(&driver))?;
        runtime.block_on(migrate(&driver)).with_context(|| format!("{} cannot be migrated", path.display()))?;
        println!("migrate: {} is at schema {} (was {before})", path.display(), before.max(SCHEMA_VERSION));
        Ok(())
    }
}
