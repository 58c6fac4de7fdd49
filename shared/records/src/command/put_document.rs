//! Makes and changes purchase orders and sales orders.

use std::collections::BTreeMap;

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::supply::{DocumentAnswer, PutDocument};
use takt_domain::decide::DomainEvent;
use takt_domain::document::{self, Document, DocumentKind, DocumentLine, DocumentState};
use takt_domain::id::DocumentId;
use takt_domain::master::Item;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_domain::unit;
use takt_store::{CounterChange, Event, Load, Loaded, Store};

use super::{Answer, CommandError, Plan, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, NUMBER_SCOPE, kind};
use crate::load::answered_before;
use crate::supply;

/// How many numbers are looked at in one go for one that is free.
const NUMBERS_TRIED: i64 = 8;

/// Makes one.
pub async fn create<S: Store>(
    store: &S,
    caller: &Caller,
    of: DocumentKind,
    given: &PutDocument,
) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    run(store, caller, async || {
        let mut load = load(caller, given);
        if let Some(id) = &given.id {
            load.records.push((supply::kind_of(of).into(), id.to_string()));
        }
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (id, number) = match &given.id {
            Some(id) if loaded.record(supply::kind_of(of), id.as_str()).is_some() => {
                return Err(CommandError::field("id", format!("there is a {id} already")));
            }
            Some(id) => (id.clone(), None),
            None => next_number(store, caller, of, &loaded).await.map(|(id, change)| (id, Some(change)))?,
        };
        let new = Document {
            id,
            kind: of,
            partner: given.partner.trim().to_owned(),
            note: given.note.trim().to_owned(),
            lines: lines(given, &loaded, caller.lang)?,
            state: DocumentState::Open,
            by: caller.actor.user.clone(),
            at: caller.now,
            ended: None,
        };
        checked(&new)?;
        let mut plan = plan(&new, 0, "created", 201, caller);
        plan.commit.counters.extend(number);
        Ok(plan)
    })
    .await
}

/// Changes one.
pub async fn edit<S: Store>(
    store: &S,
    caller: &Caller,
    (of, id): (DocumentKind, &DocumentId),
    given: &PutDocument,
) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    run(store, caller, async || {
        let mut load = load(caller, given);
        load.records.push((supply::kind_of(of).into(), id.to_string()));
        let scope = document::scope(of, id);
        load.counters.push(scope.clone());
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(supply::kind_of(of), id.as_str());
        let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
        let before: Document = record.parse()?;
        if given.version.is_some_and(|version| version != record.version) {
            let lang = caller.lang;
            let detail = lang.pick("单据已被他人修改", "somebody else has changed it meanwhile");
            let remedy = lang.pick("刷新后再改", "look at it anew, then change it");
            return Err(Refusal::one(Unmet::new("document.changed", detail, remedy, of.permission().holders())).into());
        }
        let mut after = Document {
            partner: given.partner.trim().to_owned(),
            note: given.note.trim().to_owned(),
            lines: lines(given, &loaded, caller.lang)?,
            ..before.clone()
        };
        checked(&after)?;
        let counters = supply::counters_of(&loaded, &before);
        let checks = document::edit(&before, &after, &counters, caller.lang)?;
        after.state = after.state_by(&counters);
        let mut plan = plan(&after, record.version, "changed", 200, caller);
        plan.commit.counters = keep::counters(&checks, &scope);
        Ok(plan)
    })
    .await
}

fn load(caller: &Caller, given: &PutDocument) -> Load {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = given.lines.iter().map(|line| (kind::ITEM.to_owned(), line.item.to_string())).collect();
    load.records.sort();
    load.records.dedup();
    load.records.push(supply::settings_record());
    load.counters = vec![NUMBER_SCOPE.into()];
    load
}

fn checked(document: &Document) -> Result<(), CommandError> {
    let faults = document.faults();
    if faults.is_empty() { Ok(()) } else { Err(CommandError::fields(faults)) }
}

fn lines(given: &PutDocument, loaded: &Loaded, lang: Lang) -> Result<Vec<DocumentLine>, CommandError> {
    let tolerance = supply::settings(loaded)?.0.tolerance_percent;
    let mut items: BTreeMap<&str, Item> = BTreeMap::new();
    for record in loaded.records.iter().filter(|record| record.kind == kind::ITEM) {
        items.insert(record.id.as_str(), record.parse()?);
    }
    let mut lines = Vec::with_capacity(given.lines.len());
    for (n, line) in given.lines.iter().enumerate() {
        let item = items.get(line.item.as_str()).ok_or_else(|| {
            CommandError::field(&format!("lines[{n}].item"), format!("there is no item {}", line.item))
        })?;
        text_at(&format!("lines[{n}].unit"), &line.unit, unit::UNIT_MAX)?;
        let base = unit::to_base(item, line.unit.trim(), line.quantity, lang);
        let base = base.map_err(|(field, detail)| CommandError::field(&format!("lines[{n}].{field}"), detail))?;
        lines.push(DocumentLine {
            line: line.line.unwrap_or_else(|| u16::try_from(n + 1).unwrap_or(u16::MAX).saturating_mul(10)),
            item: line.item.clone(),
            quantity: quantity_at(&format!("lines[{n}].quantity"), base, item.scale)?,
            due: line.due,
            tolerance_percent: line.tolerance_percent.unwrap_or(tolerance),
        });
    }
    lines.sort_by_key(|line| line.line);
    Ok(lines)
}

async fn next_number<S: Store>(
    store: &S,
    caller: &Caller,
    of: DocumentKind,
    loaded: &Loaded,
) -> Result<(DocumentId, CounterChange), CommandError> {
    let kind = supply::kind_of(of);
    let last = loaded.counter(NUMBER_SCOPE, kind);
    let mut next = last + 1;
    loop {
        let ids: Vec<_> = (next..next + NUMBERS_TRIED).map(|n| format!("{}-{n:06}", of.prefix())).collect();
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = ids.iter().map(|id| (kind.to_owned(), id.clone())).collect();
        let taken = store.load(&load).await?;
        let Some((number, id)) = (next..).zip(&ids).find(|(_, id)| taken.record(kind, id).is_none()) else {
            next += NUMBERS_TRIED;
            continue;
        };
        let id = id.parse().map_err(|_| CommandError::Damaged(format!("the counter of {kind}")))?;
        let change = CounterChange {
            scope: NUMBER_SCOPE.into(),
            name: kind.into(),
            delta: number - last,
            min_after: Some(number),
            max_after: Some(number),
        };
        return Ok((id, change));
    }
}

/// The commit of a document as it is from now on, without its counters.
pub(super) fn plan(after: &Document, version: u64, what: &str, status: u16, caller: &Caller) -> Plan {
    let answer = DocumentAnswer { id: after.id.clone(), state: after.state, version: version + 1 };
    let body = json!(answer);
    let mut commit = caller.commit(status, &body);
    commit.records.push(supply::document(after, version));
    commit.events = told(after, what, &caller.derived_id(), caller);
    Plan { commit, status, body }
}

/// What is told of a document that was made or changed.
pub fn told(after: &Document, what: &str, id: &str, caller: &Caller) -> Vec<Event> {
    let data = json!({
        "document": after.id, "partner": after.partner, "lines": after.lines, "state": after.state,
        "by": caller.actor.user,
    });
    let event = DomainEvent { kind: format!("{}_order.{what}.v1", after.kind.as_str()), data };
    keep::events(vec![event], id, after.id.as_str(), caller)
}
