//! Takes a movement back that somebody entered. What the system booked itself is taken back where it came from.

use std::collections::BTreeMap;

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::stock::MovementAnswer;
use takt_domain::decide::DomainEvent;
use takt_domain::document::{self, DocumentLine, LineRef};
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::lot::{Lots, Tracking};
use takt_domain::master::{Item, Location};
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::report::Posted;
use takt_domain::text::Lang;
use takt_store::{Commit, Load, Loaded, RecordWrite, Store, StoreError, StoredPosting};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::entry::Entry;
use crate::keep::{self, MovementHead, kind};
use crate::lot::{self, Said};
use crate::scan;
use crate::supply::{self, NamedLine};
use crate::{archive, count, load};

/// Decides and books the reversal.
pub async fn reverse_movement<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    reason: &str,
) -> Result<Answer, CommandError> {
    text_at("reason", reason, TEXT_MAX)?;
    if reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    let booked = run(store, caller, async || plan(store, caller, id, reason.trim()).await).await;
    match booked {
        Err(CommandError::Store(StoreError::AlreadyReversed)) => Err(already(caller.lang).into()),
        other => other,
    }
}

async fn plan<S: Store>(store: &S, caller: &Caller, id: &str, reason: &str) -> Result<Plan, CommandError> {
    let stored = store.movement(caller.plant, id).await?;
    let Some(first) = stored.first() else {
        archive::refuse_gone_movement(store, caller, id).await?;
        return Err(CommandError::NotFound(id.to_owned()));
    };
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ITEM.into(), first.item.clone())];
    load.balances_of = vec![first.item.clone()];
    load.records.extend(lot::record(&first.item, &first.lot));
    load.children = count::still_children();
    let entry = Entry::of_posting(first);
    load.counters = entry.iter().map(|entry| entry.scope.clone()).collect();
    let line = first.order.as_deref().and_then(LineRef::of_holder);
    if let Some(line) = &line {
        load.records.push((supply::kind_of(line.kind).into(), line.document.to_string()));
        load.counters.push(line.scope());
        load.children.push((kind::INSPECTION_PLAN.into(), first.item.clone()));
    }
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    refuse_what_is_not_entered(&stored, line.is_some(), caller)?;
    let item: Item = match loaded.record(kind::ITEM, &first.item) {
        Some(record) => record.parse()?,
        None => return Err(CommandError::Damaged(format!("the item {}", first.item))),
    };
    // Backwards, so that a receipt that settled a shortage is paid back before it leaves its location.
    let mut reversals = Vec::with_capacity(stored.len());
    for posting in stored.iter().rev() {
        reversals.push(posted(posting, item.scale)?.reversal());
    }
    refuse_what_is_gone(&reversals, &loaded, &item, caller.lang)?;
    let (there, lots) = there_already(&reversals, &loaded, &item, caller)?;
    let unmoved = count::may_move(&reversals, &loaded, caller.lang)?;
    let movement = caller.derived_id();
    let body = serde_json::to_value(MovementAnswer { id: movement.clone(), entered: None }).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    commit.expect = unmoved;
    let head = MovementHead {
        id: movement.clone(),
        order: first.order.clone(),
        document: first.document.clone(),
        reason: Some(reason.to_owned()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&reversals, &head, caller);
    commit.counters = keep::owed(&reversals);
    commit.counters.extend(entry.and_then(|entry| entry.taken_back(&loaded)));
    commit.records = there;
    lot::expect(&lots, &reversals, &mut commit);
    if first.source == "scan" {
        let labels = scan::take_back(store, caller, id).await?;
        commit.records.extend(labels);
    }
    if let Some(line) = &line {
        line_back(line, &item, &reversals, &loaded, caller, &mut commit)?;
    }
    let data =
        json!({"movement": movement, "reverses": id, "item": first.item, "reason": reason, "by": caller.actor.user});
    let reversed = DomainEvent { kind: "stock.reversed.v1".into(), data };
    commit.events = keep::events(vec![reversed], &movement, &first.item, caller);
    Ok(Plan { commit, status: 200, body })
}

/// A piece with a number of its own that comes back must not be there already, and comes in once.
fn there_already(
    reversals: &[Posting],
    loaded: &Loaded,
    item: &Item,
    caller: &Caller,
) -> Result<(Vec<RecordWrite>, Lots), CommandError> {
    let lots = lot::known(loaded, None)?;
    let mut writes = Vec::new();
    if item.tracking == Tracking::Serial {
        let balances = loaded.balances.iter().map(|balance| load::balance(balance, item.scale));
        let balances = balances.collect::<Result<Vec<_>, _>>()?;
        for posting in reversals.iter().filter(|posting| lot::enters(posting)) {
            if let Some(unmet) = takt_domain::lot::there_already(item, &posting.lot, &balances, caller.lang) {
                return Err(Refusal::one(unmet).into());
            }
            writes.extend(lot::comes_in(item, &posting.lot, &Said::default(), &lots, None, caller)?);
        }
    }
    Ok((writes, lots))
}

fn already(lang: Lang) -> Refusal {
    let detail = lang.pick("此移动已冲销", "this movement was taken back already");
    Refusal::one(Unmet::new("movement.reversed", detail, lang.pick("无需再次操作", "nothing is left to do"), &[]))
}

/// What the movement did to the line of its document is undone with it.
fn line_back(
    reference: &LineRef,
    item: &Item,
    reversals: &[Posting],
    loaded: &Loaded,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<(), CommandError> {
    let line = NamedLine::load(reference, &item.id, loaded)?;
    let locations: Vec<Location> = load::few(loaded, kind::LOCATION)?;
    let limit = line.document.line(reference.line).map_or(i64::MAX, DocumentLine::limit);
    let changes = document::changes(reference, reversals, &locations, limit);
    let unmet = document::refused(reference, &changes, &line.counters, item.scale, caller.lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet }.into());
    }
    let state = document::state_after(&line.document, &line.counters, &changes);
    commit.counters.extend(keep::counters(&changes, &reference.scope()));
    line.book_state((state != line.document.state).then_some(state), commit);
    Ok(())
}

/// `of_line`: it was a step of a document, where picking in place is a reservation that somebody entered.
fn refuse_what_is_not_entered(stored: &[StoredPosting], of_line: bool, caller: &Caller) -> Result<(), CommandError> {
    use MovementKind::{Adjust, Issue, Receipt, Reserve, Return, Scrap, Settle, Shipment, Transfer};
    let lang = caller.lang;
    if stored.iter().any(|posting| posting.reversed_by.is_some()) {
        return Err(already(lang).into());
    }
    // What who approves has booked is not taken back by whoever counts.
    let is_count = stored.iter().any(|posting| posting.kind == Adjust.as_str());
    if is_count && !caller.actor.may(Permission::CountApprove) {
        return Err(Refusal::one(Unmet::permission(Permission::CountApprove, lang)).into());
    }
    let entered = [Receipt, Issue, Return, Transfer, Shipment, Scrap, Settle, Adjust];
    let is_entered = |kind| entered.contains(&kind) || of_line && kind == Reserve;
    if stored.iter().all(|posting| MovementKind::from_name(&posting.kind).is_some_and(is_entered)) {
        return Ok(());
    }
    let detail =
        lang.pick("这笔移动由系统记账,不能单独冲销", "the system booked this movement; it is not taken back by itself");
    let remedy = lang.pick("冲销产生它的报工或工单操作", "take back the report or the action that it came from");
    Err(Refusal::one(Unmet::new("movement.kind", detail, remedy, Permission::ReportReverse.holders())).into())
}

/// One posting after the other, since what one brings back the next may need, and several may leave one account.
fn refuse_what_is_gone(reversals: &[Posting], loaded: &Loaded, item: &Item, lang: Lang) -> Result<(), CommandError> {
    let mut unmet = Vec::new();
    let mut after: BTreeMap<(&Account, &str), i64> = BTreeMap::new();
    let books = |account: &Account, lot: &str| {
        let order = account.order.as_ref().map_or("", |order| order.as_str());
        let here = |balance: &&takt_store::Balance| {
            balance.item == item.id.as_str()
                && balance.location == account.location.as_str()
                && balance.lot == lot
                && balance.order == order
        };
        loaded.balances.iter().find(here).map_or(0, |balance| balance.quantity)
    };
    for posting in reversals.iter().filter(|posting| posting.item == item.id) {
        let units = posting.quantity.units();
        let mut at = |account, units: i64| {
            let there = after.entry((account, posting.lot.as_str())).or_insert_with(|| books(account, &posting.lot));
            *there += units;
            *there
        };
        at(&posting.to, units);
        let left = at(&posting.from, -units);
        if left < 0 && !posting.from.location.is_virtual() {
            let (location, unit) = (&posting.from.location, &item.unit);
            let there = Quantity::from_units((left + units).max(0), item.scale);
            let detail = match lang {
                Lang::Zh => format!("{location} 只剩 {there} {unit},不够冲销 {} {unit}", posting.quantity),
                Lang::En => format!("only {there} {unit} are left at {location}, not {}", posting.quantity),
            };
            let remedy = lang.pick(
                "先把物料退回该库位,或释放预留",
                "bring it back to that location, or free what orders hold of it",
            );
            unmet.push(Unmet::new("stock.short", detail, remedy, Permission::StockMove.holders()));
        }
    }
    if unmet.is_empty() { Ok(()) } else { Err(Refusal { unmet }.into()) }
}

/// A posting of the ledger as the domain knows it.
pub(crate) fn posted(stored: &StoredPosting, scale: u8) -> Result<Posted, CommandError> {
    let damaged = || CommandError::Damaged(format!("the posting {}", stored.id));
    let account = |account: &takt_store::Account| {
        let location = account.location.parse().ok()?;
        let order = if account.order.is_empty() { None } else { Some(account.order.parse().ok()?) };
        Some(Account { location, order })
    };
    Ok(Posted {
        id: stored.id.clone(),
        posting: Posting {
            kind: MovementKind::from_name(&stored.kind).ok_or_else(damaged)?,
            item: stored.item.parse().map_err(|_| damaged())?,
            lot: stored.lot.clone(),
            from: account(&stored.from).ok_or_else(damaged)?,
            to: account(&stored.to).ok_or_else(damaged)?,
            quantity: Quantity::from_units(stored.quantity, scale),
            reverses: stored.reverses.clone(),
        },
    })
}
