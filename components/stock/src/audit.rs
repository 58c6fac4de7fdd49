//! `GET /api/v1/audit?after=`: a slice of the ledger added up anew and held against balances, of orders against their reports,
//! and of receipts against what was booked and what still waits.

use takt_api::PAGE_MAX;
use takt_api::stock::{Audit, AuditDifference};
use takt_records::audit::{Part, Place, slice};
use takt_store::{PlantNumber, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

/// What a plant's queue holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// Reports that wait to be booked.
    pub(crate) waiting: u64,
    /// How long the oldest of them has waited, in milliseconds.
    pub(crate) oldest_ms: u64,
    /// Reports that could be neither booked nor refused.
    pub(crate) dead: u64,
}

/// A report that was accepted ends within this time, in milliseconds, or somebody has to know.
const WAITS_MAX_MS: u64 = 15 * 60 * 1000;

pub(crate) async fn audit<S: Store>(
    store: &S,
    call: &Call,
    queue: impl AsyncFnOnce(PlantNumber) -> Option<Waiting>,
) -> Outcome {
    call.only_params(&["after"])?;
    let place =
        call.param("after").map(|cursor| Place::read(cursor).ok_or_else(|| Failure::field("after", "not a cursor")));
    let place = place.transpose()?.unwrap_or_default();
    let caller = call.caller()?;
    let found = slice(store, caller.plant, &place).await?;
    let told = |found: &takt_records::audit::Difference| AuditDifference {
        check: found.check.clone(),
        detail: found.detail.get(call.lang).to_owned(),
    };
    let mut differences: Vec<AuditDifference> = found.differences.iter().map(told).collect();
    let mut count = found.count;
    let mut waiting = 0;
    if place.part == Part::Receipts && found.next.is_none() {
        let held = queue(caller.plant).await;
        waiting = held.map_or(0, |held| held.waiting);
        let more = unended(held, call);
        count += more.len() as u64;
        differences.extend(more);
    }
    differences.truncate(PAGE_MAX);
    json(
        200,
        &Audit {
            ok: count == 0,
            postings: found.postings,
            balances: found.balances,
            counters: found.counters,
            receipts: found.receipts,
            waiting,
            count,
            differences,
            next: found.next.map(|next| next.cursor()),
        },
    )
}

/// Reports that were accepted and have not ended.
fn unended(held: Option<Waiting>, call: &Call) -> Vec<AuditDifference> {
    let found = |zh: String, en: String| AuditDifference {
        check: "queue".to_owned(),
        detail: call.lang.pick(&zh, &en).to_owned(),
    };
    let Some(Waiting { waiting, oldest_ms, dead }) = held else {
        return vec![found(
            "队列没有应答：未能核对已受理的报工".to_owned(),
            "the queue does not answer: what it has accepted was not compared".to_owned(),
        )];
    };
    let mut all = Vec::new();
    if oldest_ms > WAITS_MAX_MS {
        let minutes = oldest_ms / 60_000;
        all.push(found(
            format!("{waiting} 份已受理的报工尚未入账，最久已等 {minutes} 分钟"),
            format!("{waiting} accepted reports are not booked, the oldest has waited {minutes} minutes"),
        ));
    }
    if dead > 0 {
        all.push(found(
            format!("{dead} 份已受理的报工既不能入账也未被拒绝（死信）"),
            format!("{dead} accepted reports could be neither booked nor refused (dead letters)"),
        ));
    }
    all
}
