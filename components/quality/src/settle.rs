//! What changes an order waits until the reports on it that are in the queue are booked, and has none accepted meanwhile.

use std::time::Duration;

use takt_booking::Settled;
use takt_domain::id::OrderId;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError};
use takt_store::Store;
use takt_web::queue;

/// Between two looks, where another booker has the reports.
const PAUSE: Duration = Duration::from_millis(50);

/// Runs a command that changes the order; without an order it just runs.
pub(crate) async fn settled<S: Store>(
    store: &S,
    caller: &Caller,
    order: Option<&OrderId>,
    command: impl AsyncFnOnce() -> Result<Answer, CommandError>,
) -> Result<Answer, CommandError> {
    let Some(order) = order else { return command().await };
    let token = queue::token();
    let queue = queue::of(caller.plant).await;
    let settled = match &queue {
        Some(queue) => {
            let booker = async || {
                queue::call_booker(caller.plant).await;
                queue::pause(PAUSE).await;
            };
            Settled::begin(queue, order, &token, booker).await?
        }
        None => None,
    };
    let done = command().await;
    if let Some(settled) = settled {
        settled.end(store, caller).await;
    }
    done
}
