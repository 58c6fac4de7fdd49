//! Books a movement that somebody entered or scanned.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::conflict::EntryConflict;
use takt_api::problem::{Problem, ProblemType};
use takt_api::stock::{Entered, MovementAnswer, Source};
use takt_domain::decide::DomainEvent;
use takt_domain::extra_issue::{self, Need};
use takt_domain::facts::Actor;
use takt_domain::ledger::{Balance, Posting};
use takt_domain::master::{Item, Location, LocationKind};
use takt_domain::movement::{self, NewMovement, OWED_SCOPE, StockFacts};
use takt_domain::order::Order;
use takt_domain::permission::{Permission, Role};
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Refusal;
use takt_domain::report;
use takt_domain::scan::Meaning;
use takt_domain::text::Lang;
use takt_domain::unit;
use takt_store::{Commit, CounterChange, Expect, Load, Loaded, Store};

use super::{Answer, CommandError, Plan, occurred, quantity_at, run, text_at};
use crate::caller::Caller;
use crate::entry::{self, Entry};
use crate::keep::{self, MovementHead, kind};
use crate::lot::{self, Said, Waits};
use crate::scan;
use crate::supply::{self, NamedLine};
use crate::{count, load};

/// Decides and books the movement. What was entered another way already is held instead: the answer is a problem then, and
/// names the conflict.
pub async fn move_stock<S: Store>(store: &S, caller: &Caller, given: &NewMovement) -> Result<Answer, CommandError> {
    texts(given, caller)?;
    let mut caller = caller.clone();
    if caller.source == Source::Hand && !given.scan.trim().is_empty() {
        caller.source = Source::Scan;
    }
    run(store, &caller, async || plan(store, &caller, given, How::Entered).await).await
}

/// Refuses texts that are too long, and a moment that cannot be.
pub(super) fn texts(given: &NewMovement, caller: &Caller) -> Result<(), CommandError> {
    text_at("lot", &given.lot, lot::LOT_MAX)?;
    text_at("supplier_lot", &given.supplier_lot, lot::LOT_MAX)?;
    text_at("unit", &given.unit, unit::UNIT_MAX)?;
    text_at("document", &given.document, 200)?;
    text_at("reason", &given.reason, TEXT_MAX)?;
    occurred(given.occurred_at, caller)
}

/// How a movement comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Somebody enters it.
    Entered,
    /// It is a step of something else, which sees to it that it comes once.
    Step,
    /// Somebody who may has signed for what is beyond the bill of material: it is booked for the storekeeper who asked.
    Approved,
    /// It was held, since its line had been entered another way, and somebody has said that both are right.
    Settled,
}

/// Decides a movement.
pub(super) async fn plan<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    how: How,
) -> Result<Plan, CommandError> {
    let approved = how == How::Approved;
    let given = &NewMovement { scan: given.scan.trim().to_owned(), lot: given.lot.trim().to_owned(), ..given.clone() };
    let meaning = scan::meaning(caller, given)?;
    let label = meaning.as_ref().and_then(Meaning::unique_key);
    let entry = Entry::of(given, caller.source).filter(|_| matches!(how, How::Entered | How::Settled));
    let item_id = given.item.to_string();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ITEM.into(), item_id.clone())];
    if let Some(order) = &given.order {
        load.records.push((kind::ORDER.into(), order.to_string()));
        load.records.push(supply::settings_record());
    }
    load.children = count::still_children();
    load.records.extend(lot::record(&item_id, &given.lot));
    load.balances_of = vec![item_id.clone()];
    load.lots = Some(kind::LOT.into());
    load.counters = vec![OWED_SCOPE.into()];
    if let Some(order) = &given.order {
        load.counters.extend([order.to_string(), extra_scope(order.as_str())]);
    }
    if let Some(line) = &given.line {
        load.records.push((supply::kind_of(line.kind).into(), line.document.to_string()));
        load.counters.push(line.scope());
        load.children.push((kind::INSPECTION_PLAN.into(), item_id.clone()));
    }
    load.with_plant = true;
    load.counters.extend(entry.iter().map(|entry| entry.scope.clone()));
    load.records.extend(label.iter().map(|label| (kind::LABEL_USE.to_owned(), label.clone())));
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    let item: Item = match loaded.record(kind::ITEM, &item_id) {
        Some(record) => record.parse()?,
        None => {
            let detail = match caller.lang {
                Lang::Zh => format!("没有物料 {item_id}"),
                Lang::En => format!("there is no item {item_id}"),
            };
            return Err(CommandError::field("item", detail));
        }
    };
    let order = open_order(store, caller, given, &loaded).await?;
    let (given, entered) = &in_base(given, &item, caller)?;
    let picks = how == How::Step && given.lot.is_empty();
    if !picks {
        lot::check(&item, &given.lot, given.quantity, caller.lang)?;
    }
    if let Some(meaning) = &meaning {
        scan::check(meaning, given, &item, caller)?;
    }
    let locations: Vec<Location> = load::few(&loaded, kind::LOCATION)?;
    let balances = loaded
        .balances
        .iter()
        .map(|balance| load::balance(balance, item.scale))
        .collect::<Result<Vec<Balance>, _>>()?;
    let line = line(given, &item, &loaded)?;
    let line_facts = line.as_ref().map(NamedLine::facts);
    let lots = lot::known(&loaded, lot::today(&loaded, caller))?;
    let keeper = Actor::new(caller.actor.user.clone(), vec![Role::Storekeeper]);
    let facts = StockFacts {
        actor: if approved { &keeper } else { &caller.actor },
        item: &item,
        locations: &locations,
        balances: &balances,
        owed: loaded.counter(OWED_SCOPE, &item_id),
        line: line_facts.as_ref(),
        lots: &lots,
        picks,
        lang: caller.lang,
    };
    let id = caller.derived_id();
    // First of all whether it is a duplicate: what it took is no longer there, and that would be said instead.
    let labelled = match &label {
        Some(label) if facts.actor.may(Permission::StockMove) => Some(scan::book(label, &loaded, &id, given, caller)?),
        _ => None,
    };
    let change = movement::decide(given, &facts)?;
    if let (Some(entry), How::Entered) = (&entry, how)
        && entry.is_in_conflict(&loaded)
    {
        return held(store, caller, given, entry, item.scale, &loaded).await;
    }
    let unmoved = count::may_move(&change.postings, &loaded, caller.lang)?;
    let answer = MovementAnswer { id: id.clone(), entered: entered.clone() };
    let body = serde_json::to_value(answer).unwrap_or_default();
    let mut commit = caller.commit(201, &body);
    let said = Said::of(given, meaning.as_ref(), caller.lang)?;
    if change.postings.iter().any(lot::enters) {
        let line = given.line.as_ref().filter(|_| to_inspect(&change.postings, &locations));
        let waits = line.map(|line| Waits { line, balances: &balances });
        commit.records.extend(lot::comes_in(&item, &given.lot, &said, &lots, waits.as_ref(), caller)?);
    } else if given.expires.is_some() || given.made.is_some() || !said.supplier_lot.is_empty() {
        let detail = caller.lang.pick("只有批次入库时才填", "expected only where a lot comes in");
        return Err(CommandError::field("expires", detail));
    }
    lot::expect(&lots, &change.postings, &mut commit);
    if let Some((order, expect)) = order {
        beyond(given, &order, &change.postings, &balances, &loaded, approved, caller, &mut commit)?;
        commit.expect.push(expect);
    }
    commit.expect.extend(unmoved);
    let head = MovementHead {
        id: id.clone(),
        order: match &line {
            Some(line) => Some(supply::holder(line.reference)?),
            None => given.order.as_ref().map(ToString::to_string),
        },
        document: Some(match &line {
            Some(line) if given.document.trim().is_empty() => line.document.id.to_string(),
            _ => given.document.clone(),
        }),
        reason: Some(given.reason.clone()),
        occurred_ms: given.occurred_at.map(|at| at.as_millisecond()),
        ..MovementHead::default()
    };
    commit.postings = keep::postings(&change.postings, &head, caller);
    commit.counters.extend(keep::counters(&change.counters, OWED_SCOPE));
    if let Some(line) = &line {
        line.book(&change, &mut commit);
    }
    if let Some(entry) = &entry {
        commit.counters.extend(if how == How::Settled { entry.settled(&loaded) } else { entry.booked() });
    }
    commit.records.extend(labelled);
    let data = json!({
        "movement": id, "kind": given.kind, "item": given.item, "lot": given.lot, "from": given.from, "to": given.to,
        "quantity": given.quantity, "order": given.order, "document": given.document, "line": given.line,
        "scan": given.scan, "source": caller.source, "occurred_at": given.occurred_at, "entered": entered,
        "by": caller.actor.user,
    });
    let moved = DomainEvent { kind: "stock.moved.v1".into(), data };
    commit.events = keep::events(vec![moved], &id, &item_id, caller);
    Ok(Plan { commit, status: 201, body })
}

/// True for what comes in to where it waits for its inspection.
fn to_inspect(postings: &[Posting], locations: &[Location]) -> bool {
    postings.iter().filter(|posting| lot::enters(posting)).any(|posting| {
        let place = locations.iter().find(|known| known.id == posting.to.location);
        place.is_some_and(|place| place.kind == LocationKind::Quarantine)
    })
}

/// The movement in the item's own unit and decimals; and what was entered, where that was in another unit.
fn in_base(given: &NewMovement, item: &Item, caller: &Caller) -> Result<(NewMovement, Option<Entered>), CommandError> {
    let unit = given.unit.trim();
    let base = unit::to_base(item, unit, given.quantity, caller.lang);
    let base = base.map_err(|(field, detail)| CommandError::field(field, detail))?;
    let quantity = quantity_at("quantity", base, item.scale)?;
    let entered = (!unit.is_empty()).then(|| Entered {
        quantity: given.quantity,
        unit: unit.to_owned(),
        base: quantity,
        base_unit: item.unit.clone(),
    });
    Ok((NewMovement { quantity, unit: String::new(), ..given.clone() }, entered))
}

/// Nothing is booked but the conflict, under the key of the request: sent again, it gets the same answer.
async fn held<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    entry: &Entry,
    scale: u8,
    loaded: &Loaded,
) -> Result<Plan, CommandError> {
    let (conflict, version) = entry::conflict(store, caller, given, entry, scale).await?;
    let kind = ProblemType::EntryConflict;
    let problem = Problem {
        kind: kind.uri().to_owned(),
        title: kind.title(caller.lang).to_owned(),
        status: kind.status(),
        detail: said(&conflict, loaded, caller.lang),
        unmet: Vec::new(),
        errors: Vec::new(),
        conflict: Some(conflict.id.clone()),
    };
    let body = serde_json::to_value(&problem).unwrap_or_default();
    let mut commit = caller.commit(kind.status(), &body);
    if version == 0 {
        let data = json!({
            "conflict": conflict.id, "item": given.item, "lot": given.lot, "kind": given.kind, "document": given.document,
            "quantity": given.quantity, "source": caller.source, "earlier": conflict.earlier, "by": caller.actor.user,
        });
        let event = DomainEvent { kind: "stock.entry_held.v1".into(), data };
        commit.events = keep::events(vec![event], &conflict.id, given.item.as_str(), caller);
        commit.records.push(entry::write(&conflict, 0));
    }
    Ok(Plan { commit, status: kind.status(), body })
}

fn said(conflict: &EntryConflict, loaded: &Loaded, lang: Lang) -> String {
    let NewMovement { document, item, line, .. } = &conflict.movement;
    let document = line.as_ref().map_or_else(|| document.clone(), |line| line.document.to_string());
    let scanned = conflict.source == Source::Scan;
    let earlier = conflict.earlier.as_ref();
    let earlier = earlier.map(|earlier| {
        format!("{} × {}, {}, {}", item, earlier.quantity, earlier.by, scan::local(loaded, earlier.booked_at))
    });
    let earlier = earlier.unwrap_or_else(|| item.to_string());
    match (lang, scanned) {
        (Lang::Zh, true) => format!("单据 {document} 的此行已手工录入({earlier}),扫码未记账"),
        (Lang::Zh, false) => format!("单据 {document} 的此行已扫码录入({earlier}),手工录入未记账"),
        (Lang::En, true) => format!("this line of {document} was entered by hand ({earlier}); the scan is not booked"),
        (Lang::En, false) => {
            format!("this line of {document} was scanned ({earlier}); the entry by hand is not booked")
        }
    }
}

/// The order that a movement names must be there and take material, and stay as it is until the movement is booked.
async fn open_order<S: Store>(
    store: &S,
    caller: &Caller,
    given: &NewMovement,
    loaded: &Loaded,
) -> Result<Option<(Order, Expect)>, CommandError> {
    let Some(id) = &given.order else { return Ok(None) };
    let record = loaded.record(kind::ORDER, id.as_str());
    let record = record.ok_or_else(|| CommandError::field("order", format!("there is no order {id}")))?;
    let order: Order = record.parse()?;
    let flow = load::flow(store, caller, &order.flow).await?;
    if !flow.is_some_and(|flow| flow.takes_material(&order.state)) {
        return Err(CommandError::field("order", format!("order {id} is made or over and takes no more material")));
    }
    Ok(Some((order, Expect { kind: kind::ORDER.into(), id: id.to_string(), version: record.version })))
}

/// The line of a document that a movement names.
fn line<'a>(given: &'a NewMovement, item: &Item, loaded: &Loaded) -> Result<Option<NamedLine<'a>>, CommandError> {
    let Some(reference) = &given.line else { return Ok(None) };
    if given.order.is_some() {
        return Err(CommandError::field("order", "expected either an order or the line of a document"));
    }
    let line = NamedLine::load(reference, &item.id, loaded)?;
    Ok(Some(line))
}

/// The scope of the counters that number an order's issues beyond its bill of material, by item. No order can be called so.
fn extra_scope(order: &str) -> String {
    format!("@extra/{order}")
}

/// What is free and becomes the order's by these postings is held against what the order needs: beyond that it takes a
/// reason, and beyond the plant's limit somebody who has signed. Such issues of one item to one order come one after another.
#[expect(clippy::too_many_arguments, reason = "each is a part of one decision, and there is one caller")]
fn beyond(
    given: &NewMovement,
    order: &Order,
    postings: &[Posting],
    balances: &[Balance],
    loaded: &Loaded,
    approved: bool,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<(), CommandError> {
    let comes = |posting: &&Posting| posting.from.order.is_none() && posting.to.order.as_ref() == Some(&order.id);
    let added = postings.iter().filter(comes).map(|posting| posting.quantity.units()).sum();
    let added = Quantity::from_units(added, given.quantity.scale());
    let need = extra_issue::need(order, &given.item, added, balances, &progress(order, loaded));
    if !need.extra.is_positive() {
        return Ok(());
    }
    let settings = supply::settings(loaded)?.0;
    let unmet = extra_issue::unmet(&need, &given.reason, approved, &settings, caller.lang);
    if !unmet.is_empty() {
        return Err(Refusal { unmet }.into());
    }
    let (scope, name) = (extra_scope(order.id.as_str()), given.item.to_string());
    let next = loaded.counter(&scope, &name) + 1;
    commit.counters.push(CounterChange { scope, name, delta: 1, min_after: Some(next), max_after: Some(next) });
    Ok(())
}

fn progress(order: &Order, loaded: &Loaded) -> std::collections::BTreeMap<u16, takt_domain::facts::Progress> {
    report::progress(&supply::counters(&loaded.counters, order.id.as_str()), order.quantity.scale())
}

/// How an issue that nobody has booked compares with what its order needs.
pub(super) async fn extra_of<S: Store>(store: &S, caller: &Caller, given: &NewMovement) -> Result<Need, CommandError> {
    let Some(id) = &given.order else { return Err(CommandError::field("order", "expected an order")) };
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ITEM.into(), given.item.to_string()), (kind::ORDER.into(), id.to_string())];
    load.balances_of = vec![given.item.to_string()];
    load.counters = vec![id.to_string()];
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    let record = loaded.record(kind::ITEM, given.item.as_str());
    let item: Item =
        record.ok_or_else(|| CommandError::field("item", format!("there is no item {}", given.item)))?.parse()?;
    let quantity = quantity_at("quantity", given.quantity, item.scale)?;
    if !quantity.is_positive() {
        return Err(CommandError::field("quantity", "expected a quantity above zero"));
    }
    let order = open_order(store, caller, given, &loaded).await?.map(|(order, _)| order);
    let order = order.ok_or_else(|| CommandError::field("order", format!("there is no order {id}")))?;
    let balances = loaded.balances.iter().map(|balance| load::balance(balance, item.scale));
    let balances = balances.collect::<Result<Vec<Balance>, _>>()?;
    let held = balances.iter().filter(|balance| {
        Some(&balance.location) == given.from.as_ref() && balance.order.as_ref() == Some(id) && balance.lot == given.lot
    });
    let held: i64 = held.map(|balance| balance.quantity.units()).sum();
    let added = Quantity::from_units((quantity.units() - held).max(0), item.scale);
    Ok(extra_issue::need(&order, &item.id, added, &balances, &progress(&order, &loaded)))
}
