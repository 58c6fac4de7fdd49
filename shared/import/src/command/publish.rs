//! Books all of an import as one commit, or says everything that is wrong with it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use takt_api::import::{Imported, Mapping, Publish};
use takt_domain::decide::DomainEvent;
use takt_domain::document::{self, Document};
use takt_domain::id::LocationId;
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::master::Item;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, put_document, run};
use takt_records::keep::{self, MovementHead, kind};
use takt_records::load::answered_before;
use takt_records::lot;
use takt_records::supply;
use takt_records::user::{StoredUser, user};
use takt_store::{Commit, Load, Loaded, RecordWrite, SessionWrite, Store};

use super::gather::{Gathered, gather};
use super::{Head, IMPORT, Part, Pins, head_write, open_head};
use crate::check::{Batch, PutDocument, check};
use crate::error::Errors;
use crate::tables::{self, BalanceRow, File, UserRow};

/// The most text of an import, in bytes: what a component can hold several times over while it reads.
const TEXT_MAX: usize = 24 * 1024 * 1024;

/// Reads everything that was staged, and books it.
pub async fn publish<S: Store>(
    store: &S,
    caller: &Caller,
    import: &str,
    publish: &Publish,
    pins: Pins,
) -> Result<Answer, CommandError> {
    run(store, caller, async || plan(store, caller, import, publish, pins).await).await
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    import: &str,
    publish: &Publish,
    pins: Pins,
) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(IMPORT.into(), import.to_owned())];
    load.children = vec![(kind::IMPORT_PART.into(), import.to_owned())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let (head, version) = open_head(&loaded, import, caller)?;
    let (rows, gathered, batch) = checked(store, caller, &files(&loaded, import)?, publish.mapping.as_ref()).await?;
    let imported = Imported { rows };
    let body = serde_json::to_value(&imported).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.records = records(&batch, &gathered);
    users(&batch.users, &gathered, pins, &mut commit)?;
    openings(&batch.balances, import, caller, &mut commit);
    commit.records.extend(lots(store, caller, &batch).await?);
    documents(&batch.documents, &gathered, caller, &mut commit);
    commit.records.push(head_write(import, &Head { published: true, ..head }, version));
    commit.records.extend(emptied(&loaded, import));
    let data = json!({"import": import, "rows": imported.rows, "by": caller.actor.user});
    let told = DomainEvent { kind: "plant.imported.v1".into(), data };
    commit.events.extend(keep::events(vec![told], &caller.derived_id(), import, caller));
    Ok(Plan { commit, status: 200, body })
}

/// Reads files, and holds them against what the plant has.
async fn checked<S: Store>(
    store: &S,
    caller: &Caller,
    files: &[File],
    mapping: Option<&Mapping>,
) -> Result<(BTreeMap<String, u32>, Gathered, Batch), CommandError> {
    let mut errors = Errors::told_in(caller.lang);
    let tables = tables::read(files, mapping, &mut errors);
    let rows = tables.rows.clone();
    let gathered = gather(store, caller, &tables).await?;
    let batch = check(tables, &gathered.existing, &mut errors);
    if !errors.is_empty() {
        return Err(CommandError::Invalid(errors.into_fields()));
    }
    Ok((rows, gathered, batch))
}

/// Books a file of items or bills of material that comes from another system, and answers with `body`. What is so already is
/// not written, and no event tells of it.
pub(crate) async fn put_rows<S: Store>(
    store: &S,
    caller: &Caller,
    file: &File,
    body: &Value,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let (rows, gathered, batch) = checked(store, caller, std::slice::from_ref(file), None).await?;
        let mut commit = caller.commit(200, body);
        commit.records = records(&batch, &gathered);
        if !commit.records.is_empty() {
            let import = caller.derived_id();
            let data = json!({"import": import, "rows": rows, "of": body["id"], "by": caller.actor.user});
            let told = DomainEvent { kind: "plant.imported.v1".into(), data };
            commit.events = keep::events(vec![told], &import, &import, caller);
        }
        Ok(Plan { commit, status: 200, body: body.clone() })
    })
    .await
}

/// The files, put together from their pieces.
fn files(loaded: &Loaded, import: &str) -> Result<Vec<File>, CommandError> {
    let mut files: Vec<File> = Vec::new();
    let mut size = 0;
    for record in loaded.children(kind::IMPORT_PART, import) {
        let part: Part = record.parse()?;
        size += part.text.len();
        match files.iter_mut().find(|file| file.name == part.file) {
            Some(file) => file.text.push_str(&part.text),
            None => files.push(File { name: part.file, text: part.text }),
        }
    }
    if files.is_empty() {
        return Err(CommandError::field("import", "expected at least one file, nothing was staged"));
    }
    if size > TEXT_MAX {
        let mib = TEXT_MAX / (1024 * 1024);
        return Err(CommandError::field("import", format!("expected at most {mib} MiB at once, import it in pieces")));
    }
    Ok(files)
}

fn emptied(loaded: &Loaded, import: &str) -> Vec<RecordWrite> {
    let nothing = serde_json::to_value(Part::default()).unwrap_or_default();
    let empty = |record: &takt_store::Record| RecordWrite {
        parent: record.parent.clone(),
        ..RecordWrite::new(kind::IMPORT_PART, record.id.as_str(), Some(record.version), nothing.clone())
    };
    loaded.children(kind::IMPORT_PART, import).map(empty).collect()
}

/// The records that are new or change. What stays as it is is not written: nobody's decision is disturbed by it.
fn records(batch: &Batch, gathered: &Gathered) -> Vec<RecordWrite> {
    let routed: BTreeSet<_> = batch.routings.iter().map(|routing| &routing.item).collect();
    let in_files: BTreeSet<_> = batch.items.iter().map(|item| &item.id).collect();
    let made = |item: &Item| routed.contains(&item.id) || gathered.existing.routings.contains_key(&item.id);
    // An item that gets its first routing becomes a product, though its own row may not be in the files.
    let becomes = |item: &&Item| routed.contains(&item.id) && !in_files.contains(&item.id);
    let others = gathered.existing.items.values().filter(becomes);
    let mut writes: Vec<RecordWrite> = Vec::new();
    writes.extend(batch.items.iter().chain(others).map(|item| keep::item(item, made(item), None)));
    writes.extend(batch.boms.iter().map(|bom| keep::bom(bom, None)));
    writes.extend(batch.routings.iter().map(|routing| keep::routing(routing, None)));
    writes.extend(batch.lines.iter().map(|line| keep::line(line, None)));
    writes.extend(batch.locations.iter().map(|location| keep::location(location, None)));
    writes.extend(batch.equipment.iter().map(|equipment| keep::equipment(equipment, None)));
    writes.extend(batch.moulds.iter().map(|mould| keep::mould(mould, None)));
    writes.extend(batch.crew.iter().map(|member| keep::crew(member, None)));
    writes.into_iter().filter_map(|write| changed(write, gathered)).collect()
}

fn changed(mut write: RecordWrite, gathered: &Gathered) -> Option<RecordWrite> {
    let record = gathered.record(&write.kind, &write.id);
    write.expected = Some(record.map_or(0, |record| record.version));
    let same = |body: &Value, state: &Option<String>| *body == write.body && *state == write.state;
    let stays = record.is_some_and(|record| same(&record.body, &record.state));
    (!stays).then_some(write)
}

/// Users with their PINs hashed. Whose roles or PIN change has to sign in again, since tokens carry the roles.
fn users(rows: &[UserRow], gathered: &Gathered, pins: Pins, commit: &mut Commit) -> Result<(), CommandError> {
    for row in rows {
        let before = gathered.users.get(row.user.as_str());
        let kept = before.map(|user| user.pin_hash.as_str());
        let pin_hash = match (&row.pin, kept) {
            (Some(pin), Some(hash)) if (pins.matches)(pin, hash) => hash.to_owned(),
            (Some(pin), _) => (pins.hash)(pin).ok_or_else(|| CommandError::Damaged("no random bytes".into()))?,
            (None, Some(hash)) => hash.to_owned(),
            (None, None) => return Err(CommandError::Damaged(format!("the user {} has no PIN", row.user))),
        };
        let after = StoredUser {
            user: row.user.clone(),
            name: row.name.clone(),
            roles: row.roles.clone(),
            line: row.line.clone(),
            active: before.is_none_or(|user| user.active),
            pin_hash,
        };
        if before.is_some_and(|before| before.roles != after.roles || before.pin_hash != after.pin_hash) {
            commit.sessions.push(SessionWrite::EndAllOfUser { user: row.user.to_string() });
        }
        commit.records.extend(changed(user(&after, None), gathered));
    }
    Ok(())
}

/// The lots of the opening stock that are new.
async fn lots<S: Store>(store: &S, caller: &Caller, batch: &Batch) -> Result<Vec<RecordWrite>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = batch.balances.iter().filter_map(|row| lot::record(row.item.as_str(), &row.lot)).collect();
    if load.records.is_empty() {
        return Ok(Vec::new());
    }
    let mut known = lot::known(&store.load(&load).await?, None)?;
    let new = |row: &BalanceRow| lot::found(&row.item, &row.lot, row.expires, &mut known, caller.now);
    Ok(batch.balances.iter().filter_map(new).collect())
}

/// Documents are made and changed as their own commands do it.
fn documents(rows: &[PutDocument], gathered: &Gathered, caller: &Caller, commit: &mut Commit) {
    for put in rows {
        let before = put.before.clone().unwrap_or_else(|| Document {
            id: put.id.clone(),
            kind: put.kind,
            partner: String::new(),
            note: String::new(),
            lines: Vec::new(),
            state: put.state,
            by: caller.actor.user.clone(),
            at: caller.now,
            ended: None,
        });
        let after = Document {
            partner: put.partner.clone(),
            note: put.note.clone(),
            lines: put.lines.clone(),
            state: put.state,
            ..before
        };
        let Some(write) = changed(supply::document(&after, 0), gathered) else { continue };
        commit.records.push(write);
        commit.counters.extend(keep::counters(&put.checks, &document::scope(put.kind, &put.id)));
        let what = if put.before.is_some() { "changed" } else { "created" };
        let id = format!("{}.{}.{}", caller.derived_id(), put.kind.as_str(), put.id);
        commit.events.extend(put_document::told(&after, what, &id, caller));
    }
}

/// Each row is a movement of its own, so that one slip can be taken back by itself.
fn openings(rows: &[BalanceRow], import: &str, caller: &Caller, commit: &mut Commit) {
    for (n, row) in rows.iter().enumerate() {
        let posting = Posting {
            kind: MovementKind::Opening,
            item: row.item.clone(),
            lot: row.lot.clone(),
            from: Account::free(LocationId::adjustment()),
            to: Account::free(row.location.clone()),
            quantity: row.quantity,
            reverses: None,
        };
        let head = MovementHead { id: format!("{import}-{}", n + 1), ..MovementHead::default() };
        commit.postings.extend(keep::postings(&[posting], &head, caller));
    }
}
