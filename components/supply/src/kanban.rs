//! Kanban: loops under `/api/v1/kanban`, calls under `/api/v1/kanban-calls`.

use std::collections::BTreeMap;

use takt_api::Page;
use takt_api::supply::{CallKanban, CallRow, EndCall, FulfilCall, LoopRow, Loops, PutLoop};
use takt_domain::id::LoopId;
use takt_domain::kanban::{Call as KanbanCall, CallState, KANBAN_SCOPE, KanbanLoop};
use takt_domain::master::Item;
use takt_domain::quantity::Quantity;
use takt_records::caller::Caller;
use takt_records::command::kanban;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::supply;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// `GET /api/v1/kanban`: all loops, with what is out and what is there.
pub(crate) async fn loops<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::KANBAN_LOOP.into(), PLANT_PARENT.into())];
    load.counters = vec![KANBAN_SCOPE.into()];
    let loaded = store.load(&load).await?;
    let known = loaded.children(kind::KANBAN_LOOP, PLANT_PARENT);
    let known = known.map(|record| Ok((record.parse::<KanbanLoop>()?, record.version)));
    let known = known.collect::<Result<Vec<_>, Failure>>()?;
    let mut second = Load::new(caller.plant, caller.now_ms());
    let mut ids: Vec<String> = known.iter().map(|(of, _)| of.item.to_string()).collect();
    ids.sort();
    ids.dedup();
    second.records = ids.iter().map(|item| (kind::ITEM.to_owned(), item.clone())).collect();
    second.balances_of = ids;
    let stock = store.load(&second).await?;
    let mut rows = Vec::with_capacity(known.len());
    for (of, version) in known {
        let item = stock.record(kind::ITEM, of.item.as_str()).map(|record| record.parse::<Item>()).transpose()?;
        let Some(item) = item else { continue };
        let at = |location: &str, free: bool| {
            let here = stock.balances.iter().filter(|balance| {
                balance.item == item.id.as_str() && balance.location == location && (!free || balance.order.is_empty())
            });
            Quantity::from_units(here.map(|balance| balance.quantity).sum(), item.scale)
        };
        rows.push(LoopRow {
            out: loaded.counter(KANBAN_SCOPE, of.id.as_str()),
            available: at(of.from.as_str(), true),
            there: at(of.to.as_str(), false),
            name: item.name,
            unit: item.unit,
            version,
            of,
        });
    }
    json(200, &Loops { rows })
}

/// `PUT /api/v1/kanban/{loop}`
pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutLoop = call.json()?;
    let id: LoopId = call.id(0)?;
    answer(&kanban::put_loop(store, call.caller()?, &id, &given).await?)
}

/// `POST /api/v1/kanban/{loop}/calls`
pub(crate) async fn call<S: Store>(store: &S, call: &Call) -> Outcome {
    let CallKanban {} = call.json()?;
    let id: LoopId = call.id(0)?;
    answer(&kanban::call(store, call.caller()?, &id).await?)
}

/// `GET /api/v1/kanban-calls?state=&loop=&q=&after=&limit=`: the oldest first.
pub(crate) async fn calls<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "loop", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !CallState::ALL.iter().any(|known| known.as_str() == *state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, parent: text("loop"), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::KANBAN_CALL, &filter, &page).await?;
    let known = found.items.iter().map(|record| record.parse::<KanbanCall>());
    let known = known.collect::<Result<Vec<_>, _>>()?;
    json(200, &Page { rows: rows(store, caller, known).await?, next: found.next })
}

async fn rows<S: Store>(store: &S, caller: &Caller, calls: Vec<KanbanCall>) -> Result<Vec<CallRow>, Failure> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = calls.iter().map(|call| (kind::ITEM.to_owned(), call.of.item.to_string())).collect();
    load.records.sort();
    load.records.dedup();
    load.records.push(supply::settings_record());
    let loaded = store.load(&load).await?;
    let minutes = supply::settings(&loaded)?.0.kanban_late_minutes;
    let mut items: BTreeMap<String, Item> = BTreeMap::new();
    for record in loaded.records.iter().filter(|record| record.kind == kind::ITEM) {
        items.insert(record.id.clone(), record.parse()?);
    }
    let row = |call: KanbanCall| {
        let item = items.get(call.of.item.as_str());
        let due = call.due(minutes);
        CallRow {
            name: item.map_or_else(String::new, |item| item.name.clone()),
            unit: item.map_or_else(String::new, |item| item.unit.clone()),
            late: call.state == CallState::Open && due < caller.now,
            due,
            call,
        }
    };
    Ok(calls.into_iter().map(row).collect())
}

/// `POST /api/v1/kanban-calls/{call}/fulfilment`
pub(crate) async fn fulfil<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: FulfilCall = call.json()?;
    answer(&kanban::fulfil(store, call.caller()?, call.segment(0), &given).await?)
}

/// `POST /api/v1/kanban-calls/{call}/cancellation`
pub(crate) async fn cancel<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: EndCall = call.json()?;
    answer(&kanban::cancel(store, call.caller()?, call.segment(0), &given).await?)
}
