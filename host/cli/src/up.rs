//! `takt up`: build everything, then serve a demo plant.

use crate::backing::Backing;
use crate::project::Project;
use crate::{build, serve};

/// Where the demo is served.
#[derive(clap::Args)]
pub(crate) struct Up {
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    listen: String,
}

impl Up {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        build::build(&Project::find()?)?;
        let backing = Backing::default();
        serve::Serve {
            demo: true,
            archive: None,
            allowed_origins: Vec::new(),
            webhook_inside: None,
            metrics: None,
            listen: self.listen,
            data: None,
            backing,
            no_access_log: true,
            no_caller_limit: false,
        }
        .run()
    }
}
