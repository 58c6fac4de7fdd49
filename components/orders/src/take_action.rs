//! `POST /api/v1/orders/{order}/actions/{action}`. What was reported on the order and waits in the queue is booked first.

use std::time::Duration;

use takt_booking::Settled;
use takt_domain::id::OrderId;
use takt_records::command;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::queue;

/// Between two looks, where another booker has the reports: it books a batch in less than ten of them.
const PAUSE: Duration = Duration::from_millis(50);

pub(crate) async fn take_action<S: Store>(store: &S, call: &Call) -> Outcome {
    let order: OrderId = call.id(0)?;
    let given = call.json()?;
    let caller = call.caller()?;
    let token = queue::token();
    let queue = queue::of(caller.plant).await;
    let settled = match &queue {
        Some(queue) => {
            let booker = async || {
                queue::call_booker(caller.plant).await;
                queue::pause(PAUSE).await;
            };
            Settled::begin(queue, &order, &token, booker).await?
        }
        None => None,
    };
    let taken = command::take_action::take_action(store, caller, &order, call.segment(1), &given).await;
    if let Some(settled) = settled {
        settled.end(store, caller).await;
    }
    answer(&taken?)
}
