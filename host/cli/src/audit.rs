//! `takt audit`: every balance compared with the sum of its postings, where the plant keeps them.

use anyhow::bail;
use takt_api::stock;

use crate::plant::{Folder, Target};

/// Which plant.
#[derive(clap::Args)]
pub(crate) struct Audit {
    #[command(flatten)]
    target: Target,
}

impl Audit {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let audit: stock::Audit = self.target.open(Folder::Expected)?.get("/api/v1/audit")?;
        for difference in &audit.differences {
            println!("{}: {}", difference.check, difference.detail);
        }
        let (postings, balances) = (audit.postings, audit.balances);
        if !audit.ok {
            bail!("{} differences in {postings} postings and {balances} balances", audit.differences.len());
        }
        println!("audit: {balances} balances agree with {postings} postings");
        Ok(())
    }
}
