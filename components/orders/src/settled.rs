//! What changes an order beside its reports: those of its reports that wait in the queue are booked first.

use std::time::Duration;

use takt_booking::Settled;
use takt_domain::id::OrderId;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError};
use takt_store::Store;
use takt_web::failure::{Outcome, answer};
use takt_web::queue;

/// Between two looks, where another booker has the reports: it books a batch in less than ten of them.
const PAUSE: Duration = Duration::from_millis(50);

/// Makes a change while no report of these orders waits or is accepted.
pub(crate) async fn settled<S: Store>(
    store: &S,
    caller: &Caller,
    orders: &[OrderId],
    change: impl AsyncFnOnce() -> Result<Answer, CommandError>,
) -> Outcome {
    let token = queue::token();
    let queue = queue::of(caller.plant).await;
    let mut held = Vec::new();
    let mut failed = None;
    for order in orders {
        let Some(queue) = &queue else { break };
        let booker = async || {
            queue::call_booker(caller.plant).await;
            queue::pause(PAUSE).await;
        };
        match Settled::begin(queue, order, &token, booker).await {
            Ok(settled) => held.extend(settled),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    let changed = match failed {
        None => change().await,
        Some(error) => Err(error),
    };
    for settled in held {
        settled.end(store, caller).await;
    }
    answer(&changed?)
}
