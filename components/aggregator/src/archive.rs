//! `/api/v1/archive...`: orders that go to cold storage, and come back. Who calls writes and reads the files.

use takt_api::Page;
use takt_api::archive::{ArchivedOrder, BatchState, BatchStep};
use takt_api::problem::ProblemType;
use takt_records::archive::{batch, due, find, go, put_settings, restore, settings};
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};

pub(crate) async fn get_settings<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &settings(store, call.caller()?).await?)
}

pub(crate) async fn set<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&put_settings(store, call.caller()?, &call.json()?).await?)
}

pub(crate) async fn get_due<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["after", "scheduled"])?;
    let scheduled = match call.param("scheduled") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Failure::field("scheduled", "expected true or false")),
    };
    json(200, &due::due(store, call.caller()?, call.param("after").unwrap_or_default(), scheduled).await?)
}

fn page(call: &Call) -> Result<PageRequest, Failure> {
    Ok(PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 })
}

pub(crate) async fn list_batches<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "after", "limit"])?;
    let state = call.param("state").map(|state| match state {
        "open" => Ok(BatchState::Open),
        "verified" => Ok(BatchState::Verified),
        "done" => Ok(BatchState::Done),
        "expired" => Ok(BatchState::Expired),
        _ => Err(Failure::field("state", "expected open, verified, done or expired")),
    });
    json(200, &batch::list(store, call.caller()?, state.transpose()?, &page(call)?).await?)
}

pub(crate) async fn open<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&batch::open(store, call.caller()?, &call.json()?).await?)
}

pub(crate) async fn verify<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&batch::verified(store, call.caller()?, call.segment(0), &call.json()?).await?)
}

pub(crate) async fn take<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&go::take(store, call.caller()?, call.segment(0), &call.json()?).await?)
}

pub(crate) async fn end<S: Store>(store: &S, call: &Call) -> Outcome {
    let BatchStep {} = call.json()?;
    answer(&batch::end(store, call.caller()?, call.segment(0)).await?)
}

pub(crate) async fn expire<S: Store>(store: &S, call: &Call) -> Outcome {
    let BatchStep {} = call.json()?;
    answer(&batch::expire(store, call.caller()?, call.segment(0)).await?)
}

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["q", "batch", "item", "lot", "after", "limit"])?;
    let fields = ["item", "lot"].into_iter().filter_map(|name| Some((name.to_owned(), call.param(name)?.to_owned())));
    let filter = ListFilter {
        q: call.param("q").map(str::to_owned),
        parent: call.param("batch").map(str::to_owned),
        fields: fields.collect(),
        ..ListFilter::default()
    };
    let found = store.list(call.caller()?.plant, kind::ARCHIVED_ORDER, &filter, &page(call)?).await?;
    let rows = found.items.iter().map(|record| record.parse()).collect::<Result<Vec<ArchivedOrder>, _>>()?;
    json(200, &Page { rows, next: found.next })
}

pub(crate) async fn get<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let found = find(store, call.caller()?, call.segment(0)).await?;
    json(200, &found.ok_or_else(|| Failure::new(ProblemType::NotFound))?)
}

pub(crate) async fn holding<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    json(200, &go::holding(store, call.caller()?, call.segment(0)).await?)
}

pub(crate) async fn put_part<S: Store>(store: &S, call: &Call) -> Outcome {
    let number: u32 = call.segment(1).parse().map_err(|_| Failure::new(ProblemType::NotFound))?;
    answer(&restore::part(store, call.caller()?, call.segment(0), number, &call.json()?).await?)
}

pub(crate) async fn restore<S: Store>(store: &S, call: &Call) -> Outcome {
    answer(&restore::restore(store, call.caller()?, call.segment(0), &call.json()?).await?)
}
