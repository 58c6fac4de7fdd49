//! Gives a count up.

use takt_api::TEXT_MAX;
use takt_api::counts::CancelCount;
use takt_domain::id::CountId;
use takt_domain::order::Mark;
use takt_store::{Load, Store};

use super::{answer, found, thaw, told};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run, text_at};
use crate::{count, keep};

/// Gives it up: nothing of it is booked, and its locations are free again.
pub async fn cancel<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &CancelCount,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.children = count::still_children();
        let found = found(store, caller, id, load).await?;
        let (_, _, any_posted) = count::summed(store, caller, id.as_str()).await?;
        let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.reason.trim().to_owned() };
        let after = found.count.cancel(mark, any_posted, &caller.actor, caller.lang)?;
        let body = answer(&after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(count::count(&after, found.version));
        thaw(&found, &mut commit)?;
        let event = told("count.cancelled.v1", &after);
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
