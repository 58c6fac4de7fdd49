//! Batches: the orders of a month that go together, and how far that is.

use std::collections::BTreeSet;

use takt_api::Page;
use takt_api::archive::{ArchiveBatch, BatchState, OpenBatch, VerifiedFiles};
use takt_domain::archive::{first_of, month_of};
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{ListFilter, Load, PageRequest, RecordWrite, Store};

use super::{due, go, settings};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run, text_at};
use crate::keep::kind;
use crate::load::answered_before;

/// Attempts of one batch whose folders are remembered.
const ABANDONED_MAX: usize = 50;
/// Files of a batch.
const FILES_MAX: usize = 20;

/// Begins a batch, or takes over the one of that month that was begun and not verified.
pub async fn open<S: Store>(store: &S, caller: &Caller, given: &OpenBatch) -> Result<Answer, CommandError> {
    if first_of(&given.month).is_none() {
        return Err(CommandError::field("month", "expected a month such as 2026-05"));
    }
    folder_at(&given.folder)?;
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.with_plant = true;
        load.records = vec![settings::lookup()];
        load.children = vec![(kind::ARCHIVE_BATCH.into(), given.month.clone())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (settings, _) = settings::stored(&loaded)?;
        let before = settings.before(caller.now, &due::zone(&loaded));
        if given.month >= month_of(before, &due::zone(&loaded)) {
            return Err(CommandError::field("month", "its orders have not been closed for long enough"));
        }
        let known: Vec<(ArchiveBatch, u64)> = loaded
            .children(kind::ARCHIVE_BATCH, &given.month)
            .map(|record| Ok::<_, CommandError>((record.parse()?, record.version)))
            .collect::<Result<_, _>>()?;
        if known.iter().any(|(batch, _)| batch.folder == given.folder || batch.abandoned.contains(&given.folder)) {
            return Err(CommandError::field("folder", "expected a folder that was never used before"));
        }
        let (batch, version) = match known.iter().find(|(batch, _)| batch.state == BatchState::Open) {
            Some((batch, version)) => {
                let mut batch = batch.clone();
                batch.abandoned.push(std::mem::replace(&mut batch.folder, given.folder.clone()));
                let forgotten = batch.abandoned.len().saturating_sub(ABANDONED_MAX);
                batch.abandoned.drain(..forgotten);
                (batch, *version)
            }
            None => {
                let last = known.iter().filter_map(|(batch, _)| batch.id.rsplit_once('.')?.1.parse::<u32>().ok()).max();
                let batch = ArchiveBatch {
                    id: format!("{}.{:03}", given.month, last.unwrap_or(0) + 1),
                    month: given.month.clone(),
                    state: BatchState::Open,
                    folder: given.folder.clone(),
                    abandoned: Vec::new(),
                    orders: 0,
                    files: Vec::new(),
                    opened_at: caller.now,
                    done_at: None,
                    over: false,
                };
                (batch, 0)
            }
        };
        Ok(booked(caller, &batch, version))
    })
    .await
}

fn folder_at(folder: &str) -> Result<(), CommandError> {
    text_at("folder", folder, 200)?;
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && part.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
    };
    if folder.split('/').all(plain) {
        return Ok(());
    }
    Err(CommandError::field("folder", "expected letters, digits, '-', '_' and '.', parted by '/'"))
}

/// The record of a batch: found by its month and its state.
fn record(batch: &ArchiveBatch, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(batch.state.as_str().to_owned()),
        parent: Some(batch.month.clone()),
        sort: Some(batch.id.clone()),
        ..RecordWrite::new(
            kind::ARCHIVE_BATCH,
            &batch.id,
            Some(expected),
            serde_json::to_value(batch).unwrap_or_default(),
        )
    }
}

fn booked(caller: &Caller, batch: &ArchiveBatch, version: u64) -> Plan {
    let status = if version == 0 { 201 } else { 200 };
    let body = serde_json::to_value(batch).unwrap_or_default();
    let mut commit = caller.commit(status, &body);
    commit.records.push(record(batch, version));
    Plan { commit, status, body }
}

/// A batch and the version of its record.
pub(super) async fn load_batch<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
) -> Result<(ArchiveBatch, u64), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ARCHIVE_BATCH.into(), id.to_owned())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::ARCHIVE_BATCH, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
    Ok((record.parse()?, record.version))
}

/// Changes a batch that is in this state; one that is in the other already stays as it is.
async fn step<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    from: BatchState,
    to: BatchState,
    change: impl Fn(&mut ArchiveBatch) -> Result<(), CommandError>,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let (mut batch, version) = load_batch(store, caller, id).await?;
        if batch.state != from {
            return Err(not_in(&batch, caller.lang).into());
        }
        change(&mut batch)?;
        batch.state = to;
        Ok(booked(caller, &batch, version))
    })
    .await
}

pub(super) fn not_in(batch: &ArchiveBatch, lang: Lang) -> Refusal {
    let (id, state) = (&batch.id, batch.state.as_str());
    let detail = match lang {
        Lang::Zh => format!("批次 {id} 的状态是 {state}"),
        Lang::En => format!("batch {id} is {state}"),
    };
    let remedy = lang.pick("运行 takt archive status 查看批次", "look at the batches with `takt archive status`");
    Refusal::one(Unmet::new("archive.state", detail, remedy, Permission::PlantOperate.holders()))
}

/// The files were written, read back, and are what was to be written.
pub async fn verified<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    given: &VerifiedFiles,
) -> Result<Answer, CommandError> {
    if given.files.is_empty() || given.files.len() > FILES_MAX {
        return Err(CommandError::field("files", format!("expected 1 to {FILES_MAX} files")));
    }
    for (n, file) in given.files.iter().enumerate() {
        text_at(&format!("files[{n}].name"), &file.name, 100)?;
        text_at(&format!("files[{n}].sha256"), &file.sha256, 64)?;
    }
    step(store, caller, id, BatchState::Open, BatchState::Verified, |batch| {
        if batch.folder != given.folder {
            return Err(taken_over(batch, caller.lang).into());
        }
        batch.orders = given.orders;
        batch.files = given.files.clone();
        Ok(())
    })
    .await
}

fn taken_over(batch: &ArchiveBatch, lang: Lang) -> Refusal {
    let (id, folder) = (&batch.id, &batch.folder);
    let detail = match lang {
        Lang::Zh => format!("批次 {id} 已由另一个进程写入 {folder}"),
        Lang::En => format!("batch {id} is being written to {folder} by another run"),
    };
    let remedy = lang.pick("等待它完成后再运行", "wait until that one has ended");
    Refusal::one(Unmet::new("archive.taken_over", detail, remedy, Permission::PlantOperate.holders()))
}

/// All orders of a batch have gone, but for those that have changed since it was written. What is carried of the items that moved
/// for them is folded before.
pub async fn end<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Answer, CommandError> {
    let mut items = BTreeSet::new();
    let mut page = PageRequest::first(200);
    loop {
        let filter = ListFilter { parent: Some(id.to_owned()), ..ListFilter::default() };
        let found = store.list(caller.plant, kind::ARCHIVED_ORDER, &filter, &page).await?;
        for record in &found.items {
            items.extend(go::items(&record.parse()?));
        }
        match found.next {
            Some(next) => page.after = Some(next),
            None => break,
        }
    }
    for item in &items {
        store.fold_carried(caller.plant, item).await?;
    }
    step(store, caller, id, BatchState::Verified, BatchState::Done, |batch| {
        batch.done_at = Some(caller.now);
        batch.abandoned.clear();
        Ok(())
    })
    .await
}

/// The files of a batch have been kept for long enough and may be removed.
pub async fn expire<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Answer, CommandError> {
    let settings = super::settings(store, caller).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    let zone = due::zone(&store.load(&load).await?);
    let today = caller.now.to_zoned(zone).date();
    step(store, caller, id, BatchState::Done, BatchState::Expired, |batch| {
        if settings.is_over(&batch.month, today) {
            return Ok(());
        }
        let years = settings.retention_years;
        let detail = match caller.lang {
            Lang::Zh => format!("批次 {} 的文件须保存 {years} 年", batch.id),
            Lang::En => format!("the files of batch {} are kept for {years} years", batch.id),
        };
        let remedy = caller.lang.pick("到期后再删除", "wait until then");
        Err(Refusal::one(Unmet::new("archive.kept", detail, remedy, &[])).into())
    })
    .await
}

/// Batches by name.
pub async fn list<S: Store>(
    store: &S,
    caller: &Caller,
    state: Option<BatchState>,
    page: &PageRequest,
) -> Result<Page<ArchiveBatch>, CommandError> {
    let settings = super::settings(store, caller).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    let zone = due::zone(&store.load(&load).await?);
    let today = caller.now.to_zoned(zone).date();
    let state = state.map(|state| state.as_str().to_owned()).into_iter().collect();
    let filter = ListFilter { state, ..ListFilter::default() };
    let found = store.list(caller.plant, kind::ARCHIVE_BATCH, &filter, page).await?;
    let batch = |record: &takt_store::Record| {
        let mut batch: ArchiveBatch = record.parse()?;
        batch.over = batch.state == BatchState::Done && settings.is_over(&batch.month, today);
        Ok::<_, CommandError>(batch)
    };
    Ok(Page { rows: found.items.iter().map(batch).collect::<Result<_, _>>()?, next: found.next })
}
