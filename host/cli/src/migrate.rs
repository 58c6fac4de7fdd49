//! `takt migrate`: brings a database to the schema of this build. Serving does it too; this is for who wants to see it
//! done before, with nobody at work.

use std::path::PathBuf;

use anyhow::Context;
use futures::executor::block_on;
use takt_store::{AnyStore, NativeDriver, NativePostgres, PostgresStore, SCHEMA_VERSION, SqliteStore, Store};

use crate::project::Project;

/// Which database.
#[derive(clap::Args)]
pub(crate) struct Migrate {
    /// The data folder [default: .takt/data]
    #[arg(long, value_name = "DIR", conflicts_with = "postgres")]
    data: Option<PathBuf>,
    /// A Postgres database; the user needs the right to make tables in it
    #[arg(long, value_name = "URL", env = "TAKT_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
}

impl Migrate {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let (name, store) = self.open()?;
        let before = block_on(store.schema_version())?;
        block_on(store.ensure_schema()).with_context(|| format!("{name} cannot be migrated"))?;
        println!("migrate: {name} is at schema {} (was {before})", before.max(SCHEMA_VERSION));
        Ok(())
    }

    /// The database, and a name for it that tells no secret.
    fn open(self) -> anyhow::Result<(String, AnyStore<NativeDriver, NativePostgres>)> {
        if let Some(url) = &self.postgres {
            let driver = NativePostgres::open(url).context("the Postgres database does not let this user in")?;
            return Ok(("the Postgres database".to_owned(), AnyStore::Postgres(PostgresStore::new(driver))));
        }
        let data = match self.data {
            Some(data) => data,
            None => Project::find()?.default_data(),
        };
        std::fs::create_dir_all(&data).with_context(|| format!("the data folder {} cannot be made", data.display()))?;
        let path = data.join("takt.db");
        let driver = NativeDriver::open(&path).with_context(|| format!("{} cannot be opened", path.display()))?;
        Ok((path.display().to_string(), AnyStore::Sqlite(SqliteStore::new(driver))))
    }
}
