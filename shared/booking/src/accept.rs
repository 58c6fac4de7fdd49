//! Takes a report into the queue.

use takt_api::reports::{Report, ReportState};
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;
use takt_domain::report::NewReport;
use takt_queue::{Accept, Accepted, Queue, QueueError, Status, Verdict};
use takt_records::caller::Caller;
use takt_records::command::{CommandError, report};
use takt_redis::Redis;
use takt_store::{Store, StoreError};

use crate::gate::refresh_gate;
use crate::queued::QueuedReport;

/// What became of a report.
#[derive(Clone, Debug, PartialEq)]
pub enum Acceptance {
    /// It is in the queue, durably.
    Queued {
        /// The receipt.
        receipt: Box<Report>,
        /// The same request was accepted before.
        is_known: bool,
        /// Nobody books at the moment: the caller calls a booker.
        call_booker: bool,
    },
    /// The queue leaves it to the store, or does not answer: book it there at once.
    AtStore,
}

/// Asks the queue to take a report.
pub async fn accept<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    caller: &Caller,
    given: &NewReport,
) -> Result<Acceptance, CommandError> {
    report::check(given)?;
    let Some(queued) = QueuedReport::new(caller, given) else { return Ok(Acceptance::AtStore) };
    if !caller.actor.may(Permission::ReportCreate) {
        return Ok(Acceptance::AtStore);
    }
    if is_wrongly_filled_in(store, queue, caller, given, &queued).await? {
        return Ok(Acceptance::AtStore);
    }
    let accepted = match ask(store, queue, caller, given, &queued).await {
        Ok(Some(accepted)) => accepted,
        Ok(None) => return Ok(Acceptance::AtStore),
        Err(error) => {
            eprintln!("{error}; the report is booked at once");
            return Ok(Acceptance::AtStore);
        }
    };
    match accepted.verdict {
        Verdict::Accepted | Verdict::Known => Ok(Acceptance::Queued {
            receipt: Box::new(queued.shown(ReportState::Queued)),
            is_known: accepted.verdict == Verdict::Known,
            call_booker: accepted.call_booker,
        }),
        Verdict::Reused => Err(CommandError::KeyReused),
        Verdict::SessionEnded => Err(CommandError::SessionEnded),
        Verdict::Held | Verdict::AtStore | Verdict::UnknownOrder => Ok(Acceptance::AtStore),
    }
}

/// True when the report's form refuses what was filled in, which the store then says. Only who fills something in is kept
/// waiting for the form. What was accepted before the form was changed is known to the queue, and stays accepted; without
/// the store the booker judges.
async fn is_wrongly_filled_in<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    caller: &Caller,
    given: &NewReport,
    queued: &QueuedReport,
) -> Result<bool, CommandError> {
    if given.custom.is_empty() {
        return Ok(false);
    }
    match report::is_wrongly_filled_in(store, caller, given).await {
        Ok(false) | Err(CommandError::Store(StoreError::Unavailable(_))) => Ok(false),
        Ok(true) => Ok(!matches!(queue.status(queued.id()).await, Ok(Status::Queued(_) | Status::Dead(_)))),
        Err(error) => Err(error),
    }
}

async fn ask<S: Store, R: Redis>(
    store: &S,
    queue: &Queue<R>,
    caller: &Caller,
    given: &NewReport,
    queued: &QueuedReport,
) -> Result<Option<Accepted>, QueueError> {
    let scrap = given.scrap.iter().try_fold(Quantity::zero(0), |sum, scrap| plus(sum, scrap.quantity));
    // What is too large to be added up is for the store to refuse.
    let Some(scrap) = scrap else { return Ok(None) };
    let (good, scrap) = (given.good.to_string(), scrap.to_string());
    let rework = given.rework.unwrap_or_else(|| Quantity::zero(0)).to_string();
    let body = queued.body();
    let fingerprint = caller.key.as_ref().map_or("", |key| key.fingerprint.as_str());
    let accept = Accept {
        id: queued.id(),
        fingerprint,
        session: &caller.session,
        order: given.order.as_str(),
        operation: given.operation,
        good: &good,
        scrap: &scrap,
        rework: &rework,
        equipment: given.equipment.as_ref().map_or("", |equipment| equipment.as_str()),
        body: &body,
    };
    let accepted = queue.accept(&accept, true).await?;
    if accepted.verdict != Verdict::UnknownOrder {
        return Ok(Some(accepted));
    }
    match refresh_gate(store, queue, caller, &given.order).await {
        Ok(true) => queue.accept(&accept, true).await.map(Some),
        // Without the store nobody can look the order up; the booker will.
        Err(StoreError::Unavailable(_)) => queue.accept(&accept, false).await.map(Some),
        Ok(false) | Err(_) => Ok(None),
    }
}

fn plus(a: Quantity, b: Quantity) -> Option<Quantity> {
    let scale = a.scale().max(b.scale());
    let (a, b) = (a.at_scale(scale).ok()?, b.at_scale(scale).ok()?);
    a.units().checked_add(b.units()).map(|units| Quantity::from_units(units, scale))
}
