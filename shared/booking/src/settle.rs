//! Before an order changes its state, its queued reports are booked, and none are accepted meanwhile.

use takt_domain::id::OrderId;
use takt_queue::Queue;
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_redis::Redis;
use takt_store::{Store, StoreError};

use crate::gate::refresh_gate;

/// Longer than any request takes: who dies while holding an order makes its reports slow for so long, not wrong.
const HOLD_MS: u32 = 35_000;

/// How often a booker is called before the change is put off.
const CALLS: usize = 20;

/// An order whose reports are all booked.
#[derive(Debug)]
pub struct Settled<'a, R> {
    queue: &'a Queue<R>,
    order: &'a OrderId,
    token: &'a str,
}

impl<'a, R: Redis> Settled<'a, R> {
    /// Holds the order and waits until its reports are booked. `call_booker` has a booker work, and waits a little where
    /// another one is at it. `token` is this holder's own. None when the queue does not answer: then nothing new is
    /// accepted there, and what waits is judged by what it meets. Unavailable when the reports cannot be booked now, be it
    /// for the store or for their number.
    pub async fn begin(
        queue: &'a Queue<R>,
        order: &'a OrderId,
        token: &'a str,
        call_booker: impl AsyncFn(),
    ) -> Result<Option<Self>, CommandError> {
        for _ in 0..CALLS {
            match queue.hold(order.as_str(), token, HOLD_MS).await {
                Ok(0) => return Ok(Some(Self { queue, order, token })),
                Ok(_) => call_booker().await,
                Err(error) => {
                    eprintln!("{error}; order {order} changes without it");
                    return Ok(None);
                }
            }
        }
        // It ends by itself when this call is lost.
        let _ = queue.unhold(order.as_str(), token).await;
        Err(CommandError::Store(StoreError::Unavailable(format!("reports of order {order} wait to be booked"))))
    }

    /// The change is over, booked or not: the gate learns how the order stands now, and reports are accepted again.
    pub async fn end<S: Store>(self, store: &S, caller: &Caller) {
        // A gate that has not heard of the change shows what was before; what it lets in is judged when it is booked.
        if let Err(error) = refresh_gate(store, self.queue, caller, self.order).await {
            eprintln!("the gate of order {} stays as it was: {error}", self.order);
        }
        let _ = self.queue.unhold(self.order.as_str(), self.token).await;
    }
}
