//! Counts: `GET` and `POST /api/v1/counts`, what is due, and what is done with one of them.

use takt_api::Page;
use takt_api::counts::{CancelCount, CountRow, FinishCount, PostCount, StartCount};
use takt_domain::count::{Count, CountSettings, CountState, needed};
use takt_domain::id::CountId;
use takt_domain::permission::Permission;
use takt_records::command::count as command;
use takt_records::count;
use takt_records::keep::kind;
use takt_store::{ListFilter, Load, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

/// `GET /api/v1/counts?state=&q=&after=&limit=`: newest first.
pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "q", "after", "limit"])?;
    let caller = call.caller()?;
    let state = call.params("state");
    if let Some(unknown) = state.iter().find(|state| !CountState::ALL.iter().any(|known| known.as_str() == **state)) {
        return Err(Failure::field("state", format!("there is no state {unknown}")));
    }
    let text = |name: &str| call.param(name).map(str::to_owned);
    let filter = ListFilter { state, q: text("q"), ..ListFilter::default() };
    let page = PageRequest { after: text("after"), limit: call.limit()? as u32 };
    let found = store.list(caller.plant, kind::COUNT, &filter, &page).await?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![count::settings_record()];
    let (settings, _) = count::settings(&store.load(&load).await?)?;
    let rows = found.items.iter().map(|record| Ok(row(record.parse()?, &settings)));
    json(200, &Page { rows: rows.collect::<Result<Vec<_>, Failure>>()?, next: found.next })
}

fn row(count: Count, settings: &CountSettings) -> CountRow {
    let needs_approval = count.summary.as_ref().map(|summary| needed(summary, settings) == Permission::CountApprove);
    CountRow { count, needs_approval }
}

/// `GET /api/v1/counts/{count}`
pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: CountId = call.id(0)?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::COUNT.into(), id.to_string()), count::settings_record()];
    let loaded = store.load(&load).await?;
    let (found, _) = command::of(&loaded, &id)?;
    json(200, &row(found, &count::settings(&loaded)?.0))
}

/// `GET /api/v1/counts/due`
pub(crate) async fn due<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &count::plan::today(store, call.caller()?).await?)
}

/// `POST /api/v1/counts`
pub(crate) async fn start<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: StartCount = call.json()?;
    answer(&command::start(store, call.caller()?, &given).await?)
}

/// `POST /api/v1/counts/{count}/finish`
pub(crate) async fn finish<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: FinishCount = call.json()?;
    answer(&command::finish(store, call.caller()?, &call.id(0)?, &given).await?)
}

/// `POST /api/v1/counts/{count}/posting`
pub(crate) async fn post<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PostCount = call.json()?;
    answer(&command::post(store, call.caller()?, &call.id(0)?, &given).await?)
}

/// `POST /api/v1/counts/{count}/cancellation`
pub(crate) async fn cancel<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: CancelCount = call.json()?;
    answer(&command::cancel(store, call.caller()?, &call.id(0)?, &given).await?)
}
