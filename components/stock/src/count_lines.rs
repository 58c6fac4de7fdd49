//! The lines of a count: entered one by one or as a list, looked at, and sent back.

use std::collections::BTreeMap;

use takt_api::Page;
use takt_api::counts::{EnterLine, EnterList, LineRow, PutListPart, ReviewLine};
use takt_domain::count::{Count, CountLine, CountState, LineState};
use takt_domain::id::CountId;
use takt_domain::master::Item;
use takt_domain::permission::Permission;
use takt_import::count_list;
use takt_records::command::count as command;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// `GET /api/v1/counts/{count}/lines?state=&different=&q=&after=&limit=`: by place. While a blind count is open, only who
/// approves sees what the books have.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "different", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let id: CountId = call.id(0)?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !LineState::ALL.iter().any(|known| known.as_str() == **state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let different = match call.param("different") {
        None | Some("false") => None,
        Some("true") => Some("different".to_owned()),
        Some(_) => return Err(Failure::field("different", "expected true or false")),
    };
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::COUNT.into(), id.to_string())];
    let (count, _) = command::of(&store.load(&load).await?, &id)?;
    if hides(&count) && !caller.actor.may(Permission::CountApprove) {
        return json(200, &Page::<LineRow> { rows: Vec::new(), next: None });
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter =
        ListFilter { state, line: different, parent: Some(id.to_string()), q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::COUNT_LINE, &filter, &page).await?;
    let lines = found.items.iter().map(|record| record.parse::<CountLine>()).collect::<Result<Vec<_>, _>>()?;
    let items = items(store, call, lines.iter().map(|line| line.place.item.to_string())).await?;
    let rows = lines.into_iter().map(|line| {
        let item = items.get(line.place.item.as_str());
        LineRow {
            name: item.map(|item| item.name.clone()).unwrap_or_default(),
            unit: item.map(|item| item.unit.clone()).unwrap_or_default(),
            difference: line.difference(),
            value: line.value(),
            line,
        }
    });
    json(200, &Page { rows: rows.collect(), next: found.next })
}

/// True while whoever counts must not learn what the books have.
fn hides(count: &Count) -> bool {
    count.blind && count.state == CountState::Open
}

/// The items of these numbers.
pub(crate) async fn items<S: Store>(
    store: &S,
    call: &Call,
    ids: impl Iterator<Item = String>,
) -> Result<BTreeMap<String, Item>, Failure> {
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = ids.map(|id| (kind::ITEM.to_owned(), id)).collect();
    load.records.sort();
    load.records.dedup();
    let loaded = store.load(&load).await?;
    let items = loaded.records.iter().map(|record| Ok((record.id.clone(), record.parse::<Item>()?)));
    Ok(items.collect::<Result<_, StoreError>>()?)
}

/// `POST /api/v1/counts/{count}/lines`
pub(crate) async fn enter<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: EnterLine = call.json()?;
    answer(&command::enter(store, call.caller()?, &call.id(0)?, &given).await?)
}

/// `POST /api/v1/counts/{count}/review`
pub(crate) async fn review<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: ReviewLine = call.json()?;
    answer(&command::review(store, call.caller()?, &call.id(0)?, &given).await?)
}

/// `PUT /api/v1/counts/{count}/list/{part}`
pub(crate) async fn put_part<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutListPart = call.json()?;
    answer(&count_list::put_part(store, call.caller()?, &call.id(0)?, call.id(1)?, &given).await?)
}

/// `POST /api/v1/counts/{count}/list`
pub(crate) async fn enter_list<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: EnterList = call.json()?;
    answer(&count_list::enter_list(store, call.caller()?, &call.id(0)?, &given).await?)
}
