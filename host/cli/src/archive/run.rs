//! `takt archive run`. Each step can be the last one: the next run begins where the plant says that this one ended.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use serde_json::Value;
use takt_api::Page;
use takt_api::archive::{
    ArchiveBatch, ArchiveFile, ArchiveTable, ArchivedOrder, BatchStep, DueOrders, OpenBatch, OrderHolding, TakeOrder,
    VerifiedFiles,
};

use super::files::{Files, hash};
use super::table::{by_order, digest, read, sums, written};
use crate::plant::{Plant, Refused};
use crate::user::escaped;

/// Orders of one batch.
const ORDERS: usize = 500;
/// Rows of one batch, about: a batch is held in memory.
const ROWS: usize = 200_000;
/// Bytes of texts in one batch, about: photos are long.
const BYTES: usize = 64 << 20;
/// A token works for an hour; what is left then is done by the next run.
const LONGEST: Duration = Duration::from_secs(50 * 60);

/// How a run is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum How {
    /// Somebody wants it now.
    Now,
    /// The same, and files that were kept for long enough go.
    Expiring,
    /// From a timer: only in the hour that the plant has set.
    Scheduled,
}

/// The status of an answer to whoever asks too often.
const TOO_OFTEN: u16 = 429;

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Told {
    batches: u64,
    orders: u64,
    stayed: u64,
    expired: u64,
    more: bool,
}

impl Told {
    /// True when there was nothing to do.
    pub(crate) fn is_nothing(&self) -> bool {
        self.batches == 0 && self.expired == 0
    }
}

impl std::fmt::Display for Told {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} orders went in {} batches", self.orders, self.batches)?;
        if self.stayed > 0 {
            write!(f, ", {} stay for now", self.stayed)?;
        }
        if self.expired > 0 {
            write!(f, ", the files of {} batches were removed", self.expired)?;
        }
        if self.more {
            f.write_str("; there is more for the next run")?;
        }
        Ok(())
    }
}

/// Moves what is due.
pub(crate) fn run(
    plant: &Plant,
    files: &Files,
    number: u32,
    how: How,
    say: &mut dyn FnMut(String),
) -> anyhow::Result<Told> {
    let began = Instant::now();
    let mut told = Told::default();
    let scheduled = how == How::Scheduled;
    if scheduled && plant.get::<DueOrders>("/api/v1/archive/due?scheduled=true")?.not_now {
        return Ok(told);
    }
    let begun = batches(plant, "verified")?;
    if !scheduled || !begun.is_empty() {
        files.check()?;
    }
    for batch in begun {
        say(format!("batch {} goes on", batch.id));
        let orders = read_back(files, &batch.folder, &batch.files)?;
        take(plant, &batch, &orders, &mut told, say)?;
    }
    for (month, orders) in due(plant)? {
        let mut left = orders.as_slice();
        while !left.is_empty() {
            if began.elapsed() > LONGEST {
                told.more = true;
                return Ok(told);
            }
            let (tables, looked_at) = gather(plant, left, &mut told, say)?;
            left = &left[looked_at..];
            if let Some(tables) = tables {
                one_batch(plant, files, number, &month, tables, &mut told, say)?;
            }
        }
    }
    if how == How::Expiring {
        for batch in batches(plant, "done")?.into_iter().filter(|batch| batch.over) {
            let path = format!("/api/v1/archive/batches/{}/expiry", escaped(&batch.id));
            let _expired: ArchiveBatch = plant.write("POST", &path, &BatchStep {})?;
        }
        for batch in batches(plant, "expired")? {
            if files.has(&batch.folder)? {
                files.clear(&batch.folder)?;
                say(format!("the files of batch {} were removed", batch.id));
                told.expired += 1;
            }
        }
    }
    Ok(told)
}

/// All batches in a state.
pub(super) fn batches(plant: &Plant, state: &str) -> anyhow::Result<Vec<ArchiveBatch>> {
    pages(plant, "/api/v1/archive/batches", &format!("&state={state}"))
}

/// Every row of a list.
pub(super) fn pages<T: serde::de::DeserializeOwned>(plant: &Plant, path: &str, filter: &str) -> anyhow::Result<Vec<T>> {
    let mut rows = Vec::new();
    let mut next = format!("{path}?limit=200{filter}");
    loop {
        let page: Page<T> = plant.get(&next)?;
        rows.extend(page.rows);
        let Some(after) = page.next else { return Ok(rows) };
        next = format!("{path}?limit=200{filter}&after={}", escaped(&after));
    }
}

/// Orders that may go, by month.
pub(super) fn due(plant: &Plant) -> anyhow::Result<BTreeMap<String, Vec<String>>> {
    let mut months: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let mut path = "/api/v1/archive/due".to_owned();
    loop {
        let page: DueOrders = plant.get(&path)?;
        for due in page.items {
            months.entry(due.month).or_default().push(due.order.to_string());
        }
        let Some(after) = page.next else { return Ok(months) };
        path = format!("/api/v1/archive/due?after={}", escaped(&after));
    }
}

/// What the first of these orders hold, as tables, with the hash of each; and how many were looked at.
struct Gathered {
    tables: Vec<ArchiveTable>,
    hashes: BTreeMap<String, String>,
}

fn gather(
    plant: &Plant,
    orders: &[String],
    told: &mut Told,
    say: &mut dyn FnMut(String),
) -> anyhow::Result<(Option<Gathered>, usize)> {
    let mut found = Gathered { tables: Vec::new(), hashes: BTreeMap::new() };
    let (mut rows, mut bytes) = (0, 0);
    let mut looked_at = 0;
    for order in orders {
        if found.hashes.len() >= ORDERS || rows >= ROWS || bytes >= BYTES {
            break;
        }
        looked_at += 1;
        let path = format!("/api/v1/archive/orders/{}/holding", escaped(order));
        let held: OrderHolding = match patiently(|| plant.get(&path)) {
            Ok(held) => held,
            Err(error) => {
                stays(error, told, say)?;
                continue;
            }
        };
        ensure!(digest(&held.tables)? == held.sha256, "what came of {order} does not have its hash");
        for table in held.tables {
            rows += table.rows.len();
            bytes += table.rows.iter().flatten().filter_map(Value::as_str).map(str::len).sum::<usize>();
            match found.tables.iter_mut().find(|known| known.name == table.name) {
                Some(known) => known.rows.extend(table.rows),
                None => found.tables.push(table),
            }
        }
        found.hashes.insert(order.clone(), held.sha256);
    }
    found.tables.retain(|table| !table.rows.is_empty());
    Ok(((!found.hashes.is_empty()).then_some(found), looked_at))
}

/// Asks again where a running plant says that it is asked too often.
fn patiently<T>(ask: impl Fn() -> anyhow::Result<T>) -> anyhow::Result<T> {
    loop {
        match ask() {
            Err(error) if error.downcast_ref::<Refused>().is_some_and(|refused| refused.0.status == TOO_OFTEN) => {
                std::thread::sleep(Duration::from_secs(2));
            }
            other => return other,
        }
    }
}

/// An order that is refused stays; any other error ends the run.
fn stays(error: anyhow::Error, told: &mut Told, say: &mut dyn FnMut(String)) -> anyhow::Result<()> {
    match error.downcast::<Refused>() {
        Ok(Refused(problem)) if !problem.unmet.is_empty() => {
            told.stayed += 1;
            problem.unmet.iter().for_each(|unmet| say(format!("stays: {}", unmet.detail)));
            Ok(())
        }
        Ok(refused) => Err(refused.into()),
        Err(error) => Err(error),
    }
}

fn one_batch(
    plant: &Plant,
    files: &Files,
    number: u32,
    month: &str,
    found: Gathered,
    told: &mut Told,
    say: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    // A place that cannot be used is said before anything is written down.
    files.check()?;
    let folder = format!("plant-{number}/{month}/{}", uuid::Uuid::now_v7().simple());
    let open = OpenBatch { month: month.to_owned(), folder: folder.clone() };
    let batch: ArchiveBatch = plant.write("POST", "/api/v1/archive/batches", &open)?;
    say(format!("batch {} begins: {} orders", batch.id, found.hashes.len()));
    for abandoned in &batch.abandoned {
        files.clear(abandoned)?;
    }
    let mut listed = Vec::new();
    for table in &found.tables {
        let bytes = written(table)?;
        let name = format!("{}.parquet", table.name);
        listed.push(ArchiveFile {
            name: name.clone(),
            rows: table.rows.len() as u64,
            bytes: bytes.len() as u64,
            sha256: hash(&bytes),
            sums: sums(table),
        });
        files.put(&format!("{folder}/{name}"), &bytes)?;
    }
    let manifest = serde_json::json!({
        "plant": number, "batch": batch.id, "month": month, "orders": found.hashes, "files": listed,
    });
    files.put(&format!("{folder}/manifest.json"), &serde_json::to_vec_pretty(&manifest)?)?;
    say(format!("batch {} is written", batch.id));
    let orders = read_back(files, &folder, &listed)?;
    ensure!(orders.len() == found.hashes.len(), "the files of batch {} have other orders than were written", batch.id);
    for (order, sha256) in &found.hashes {
        let same = orders.get(order).is_some_and(|read| read == sha256);
        ensure!(same, "{order} is not in the files of batch {} as it was written", batch.id);
    }
    let verified = VerifiedFiles { folder, orders: orders.len() as u64, files: listed };
    let path = format!("/api/v1/archive/batches/{}/files", escaped(&batch.id));
    let batch: ArchiveBatch = plant.write("PUT", &path, &verified)?;
    say(format!("batch {} is verified", batch.id));
    take(plant, &batch, &orders, told, say)
}

/// The orders in the files of a batch, each with the hash over its rows as they were read, if the files are those that were
/// written, with as many rows and the same sums.
fn read_back(files: &Files, folder: &str, listed: &[ArchiveFile]) -> anyhow::Result<BTreeMap<String, String>> {
    let tables = tables_of(files, folder, listed)?;
    by_order(tables)?.into_iter().map(|(order, tables)| Ok((order, digest(&tables)?))).collect()
}

/// The tables of a batch.
pub(super) fn tables_of(files: &Files, folder: &str, listed: &[ArchiveFile]) -> anyhow::Result<Vec<ArchiveTable>> {
    let table = |file: &ArchiveFile| {
        let name = file.name.strip_suffix(".parquet").context("a file that is no table")?;
        let bytes = files.get_same(&format!("{folder}/{}", file.name), &file.sha256)?;
        let table = read(name, bytes).with_context(|| format!("{folder}/{} cannot be read", file.name))?;
        if table.rows.len() as u64 != file.rows || sums(&table) != file.sums {
            bail!("{folder}/{} has other rows than were written", file.name);
        }
        Ok(table)
    };
    listed.iter().map(table).collect()
}

/// Takes the orders of a verified batch out of the ledger, one by one.
fn take(
    plant: &Plant,
    batch: &ArchiveBatch,
    orders: &BTreeMap<String, String>,
    told: &mut Told,
    say: &mut dyn FnMut(String),
) -> anyhow::Result<()> {
    let path = format!("/api/v1/archive/batches/{}", escaped(&batch.id));
    let mut gone = 0;
    for (order, sha256) in orders {
        let take = TakeOrder { order: order.parse()?, sha256: sha256.clone() };
        let key = uuid::Uuid::now_v7().to_string();
        let taken = || plant.write_once::<_, ArchivedOrder>(&key, "POST", &format!("{path}/orders"), &take);
        match patiently(taken) {
            Ok(_) => gone += 1,
            Err(error) => stays(error, told, say)?,
        }
        if gone % 10 == 0 {
            say(format!("batch {}: {gone} of {} orders have gone", batch.id, orders.len()));
        }
    }
    let _done: ArchiveBatch = plant.write("POST", &format!("{path}/end"), &BatchStep {})?;
    say(format!("batch {} is done: {gone} orders", batch.id));
    told.orders += gone;
    told.batches += 1;
    Ok(())
}
