//! `takt audit`: every balance compared with the sum of its postings, orders with their reports, receipts with what was
//! booked, where the plant keeps them; with `--chain` the chain of seals, computed anew.

use anyhow::bail;
use takt_api::audit::{ChainAudit, ChainHeads};
use takt_api::stock;

use crate::plant::{Folder, Plant, Target};
use crate::user::escaped;

/// Which plant, and what is looked at.
#[derive(clap::Args)]
pub(crate) struct Audit {
    /// Compute the chain of seals anew, and name the first thing that was tampered with
    #[arg(long)]
    chain: bool,
    /// With --chain: a head that was noted earlier, which the chain must still lead to; may be repeated
    #[arg(long = "head", value_name = "HASH", requires = "chain")]
    heads: Vec<String>,
    #[command(flatten)]
    target: Target,
}

impl Audit {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let plant = self.target.open(Folder::Expected)?;
        if self.chain { chain(&plant, &self.heads) } else { ledger(&plant) }
    }
}

fn ledger(plant: &Plant) -> anyhow::Result<()> {
    let (mut postings, mut balances, mut counters, mut receipts, mut waiting, mut count) = (0, 0, 0, 0, 0, 0);
    let mut path = "/api/v1/audit".to_owned();
    loop {
        let slice: stock::Audit = plant.get(&path)?;
        for difference in &slice.differences {
            println!("{}: {}", difference.check, difference.detail);
        }
        postings += slice.postings;
        balances += slice.balances;
        counters += slice.counters;
        receipts += slice.receipts;
        waiting += slice.waiting;
        count += slice.count;
        let Some(next) = slice.next else { break };
        eprintln!(
            "audit: {postings} postings, {balances} balances, {counters} counters of orders, {receipts} receipts so far"
        );
        path = format!("/api/v1/audit?after={}", escaped(&next));
    }
    if count > 0 {
        bail!("{count} differences in {postings} postings and {balances} balances");
    }
    println!(
        "audit: {balances} balances agree with {postings} postings, {counters} counters with reports, {receipts} receipts with reports, {waiting} reports wait"
    );
    Ok(())
}

fn chain(plant: &Plant, noted: &[String]) -> anyhow::Result<()> {
    let (mut seals, mut postings, mut archived) = (0, 0, 0);
    let mut path = "/api/v1/audit/chain".to_owned();
    loop {
        let slice: ChainAudit = plant.get(&path)?;
        seals += slice.seals;
        postings += slice.postings;
        archived += slice.archived;
        if let Some(broken) = slice.broken {
            println!("chain: {}", broken.detail);
            bail!("the chain is broken at seal {}; {postings} postings before it are as they were sealed", broken.seal);
        }
        let Some(next) = slice.next else { break };
        eprintln!("audit: {seals} seals, {postings} postings so far");
        path = format!("/api/v1/audit/chain?after={}", escaped(&next));
    }
    let known: ChainHeads = plant.get("/api/v1/audit/heads?days=400")?;
    for head in known.heads.iter().take(7) {
        println!("{} seal {} {}", head.day, head.seal, head.hash);
    }
    let lost: Vec<_> = noted.iter().filter(|hash| !known.heads.iter().any(|head| head.hash == **hash)).collect();
    if let Some(hash) = lost.first() {
        bail!(
            "no day of the chain ends with {hash}: the chain was made anew, or that is the head of a day that went on"
        );
    }
    if known.unsealed > 0 {
        let since = known.unsealed_since.map(|since| format!(", the first of {since}")).unwrap_or_default();
        println!("{} postings are not sealed yet{since}", known.unsealed);
    }
    println!("audit: {seals} seals hold, {postings} postings are as they were sealed, {archived} are in the archive");
    Ok(())
}
