//! Ends purchase orders and sales orders, and opens them again.

use takt_api::TEXT_MAX;
use takt_api::supply::SetDocumentState;
use takt_domain::document::{self, Document, DocumentKind};
use takt_domain::id::DocumentId;
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::master::{Item, Location};
use takt_domain::order::Mark;
use takt_store::{Load, Loaded, Store};

use super::{Answer, CommandError, Plan, put_document, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, MovementHead, PLANT_PARENT, kind};
use crate::load::{self, answered_before};
use crate::supply;

/// Decides and books it, with the release of what was picked.
pub async fn set_state<S: Store>(
    store: &S,
    caller: &Caller,
    (of, id): (DocumentKind, &DocumentId),
    given: &SetDocumentState,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || plan(store, caller, (of, id), given).await).await
}

async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    (of, id): (DocumentKind, &DocumentId),
    given: &SetDocumentState,
) -> Result<Plan, CommandError> {
    let mut first = Load::new(caller.plant, caller.now_ms());
    first.key = caller.key_lookup();
    first.records = vec![(supply::kind_of(of).into(), id.to_string())];
    let mut loaded = store.load(&first).await?;
    answered_before(&mut loaded, caller)?;
    let record = loaded.record(supply::kind_of(of), id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    let before: Document = record.parse()?;
    let mut second = Load::new(caller.plant, caller.now_ms());
    let scope = document::scope(of, id);
    second.counters = vec![scope.clone()];
    second.children = vec![(kind::LOCATION.into(), PLANT_PARENT.into())];
    second.records = before.lines.iter().map(|line| (kind::ITEM.to_owned(), line.item.to_string())).collect();
    second.records.sort();
    second.records.dedup();
    let holders = before.lines.iter().map(|line| supply::holder(&before.line_ref(line.line)));
    second.balances_of_order = holders.collect::<Result<_, _>>()?;
    let stock = store.load(&second).await?;
    let counters = supply::counters_of(&stock, &before);
    let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.reason.trim().to_owned() };
    let after = document::set_state(&before, given.state, mark, &counters, caller.lang)?;
    let what = if after.state.is_live() { "reopened" } else { "ended" };
    let mut plan = put_document::plan(&after, record.version, what, 200, caller);
    if !after.state.is_live() {
        release(&before, &stock, &scope, given.reason.trim(), caller, &mut plan)?;
    }
    Ok(plan)
}

/// What was picked is free again.
fn release(
    before: &Document,
    stock: &Loaded,
    scope: &str,
    reason: &str,
    caller: &Caller,
    plan: &mut Plan,
) -> Result<(), CommandError> {
    let locations: Vec<Location> = load::few(stock, kind::LOCATION)?;
    let movement = caller.derived_id();
    for line in &before.lines {
        let reference = before.line_ref(line.line);
        let holder = supply::holder(&reference)?;
        let mut postings = Vec::new();
        for stored in stock.balances.iter().filter(|balance| balance.order == holder && balance.quantity > 0) {
            let item: Option<Item> = stock.record(kind::ITEM, &stored.item).map(|record| record.parse()).transpose()?;
            let balance = load::balance(stored, item.map_or(0, |item| item.scale))?;
            if locations.iter().any(|known| known.id == balance.location && known.kind.waits()) {
                continue;
            }
            postings.push(Posting {
                kind: MovementKind::Release,
                item: balance.item.clone(),
                lot: balance.lot.clone(),
                from: balance.account(),
                to: Account::free(balance.location.clone()),
                quantity: balance.quantity,
                reverses: None,
            });
        }
        let changes = document::changes(&reference, &postings, &locations, line.limit());
        plan.commit.counters.extend(keep::counters(&changes, scope));
        let head = MovementHead {
            id: format!("{movement}-{}", line.line),
            order: Some(holder),
            document: Some(before.id.to_string()),
            reason: Some(reason.to_owned()),
            ..MovementHead::default()
        };
        plan.commit.postings.extend(keep::postings(&postings, &head, caller));
    }
    Ok(())
}
