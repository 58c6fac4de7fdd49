//! `GET /api/v1/counts/{count}/movements?location=&item=&lot=`: what moved at a place since it was counted last.

use takt_api::counts::SinceLast;
use takt_domain::count::{CountLine, Place};
use takt_domain::id::CountId;
use takt_domain::master::Item;
use takt_records::command::{CommandError, count as command};
use takt_records::count::{book, line_id, place};
use takt_records::keep::kind;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::list_movements::movement;

pub(crate) async fn count_movements<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["location", "item", "lot"])?;
    let caller = call.caller()?;
    let id: CountId = call.id(0)?;
    let wrong = |at: &str| Failure::field(at, format!("expected the place's {at}"));
    let at = Place {
        location: call.param("location").and_then(|id| id.parse().ok()).ok_or_else(|| wrong("location"))?,
        item: call.param("item").and_then(|id| id.parse().ok()).ok_or_else(|| wrong("item"))?,
        lot: call.param("lot").unwrap_or_default().to_owned(),
    };
    let mut load = Load::new(caller.plant, caller.now_ms());
    let line = line_id(id.as_str(), &at);
    load.records = vec![
        (kind::COUNT.into(), id.to_string()),
        (kind::COUNT_LINE.into(), line.clone()),
        (kind::ITEM.into(), at.item.to_string()),
        place::record_of(&at),
    ];
    let loaded = store.load(&load).await?;
    command::of(&loaded, &id)?;
    let of_line = loaded.record(kind::COUNT_LINE, &line).map(|record| record.parse::<CountLine>()).transpose()?;
    let scale = loaded.record(kind::ITEM, at.item.as_str()).map(|record| record.parse::<Item>()).transpose()?;
    let scale = scale.map_or(0, |item| item.scale);
    // The count that is looked at is not the one before it, when it is booked already.
    let last = place::last(&loaded, &at)?.filter(|last| last.count != id);
    let postings = book::since(store, caller, &at, last.as_ref().map_or(0, |last| last.ledger)).await?;
    let rows = postings.iter().map(|posting| {
        movement(posting, scale).ok_or_else(|| CommandError::Damaged(format!("the posting {}", posting.id)))
    });
    json(
        200,
        &SinceLast {
            counted_at: last.as_ref().map(|last| last.at),
            count: last.map(|last| last.count),
            ledger: of_line.as_ref().and_then(CountLine::last).map_or(0, |entry| entry.ledger),
            rows: rows.collect::<Result<_, _>>()?,
        },
    )
}
