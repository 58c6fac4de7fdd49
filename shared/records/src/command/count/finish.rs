//! Says that all is counted.

use takt_api::counts::FinishCount;
use takt_domain::id::CountId;
use takt_domain::order::Mark;
use takt_store::{Load, Store};

use super::{answer, found, thaw, told};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::{count, keep};

/// Says so, and lets go of what was kept still.
pub async fn finish<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &FinishCount,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.children = count::still_children();
        let found = found(store, caller, id, load).await?;
        let (summary, counted, _) = count::summed(store, caller, id.as_str()).await?;
        let left = count::booked_places(store, caller, &found.count, None, &counted).await?;
        let left: Vec<_> = left.into_iter().map(|(place, _)| place).collect();
        let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: String::new() };
        let after = found.count.finish(&left, given.leave, summary, mark, &caller.actor, caller.lang)?;
        let body = answer(&after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(count::count(&after, found.version));
        thaw(&found, &mut commit)?;
        let event = told("count.finished.v1", &after);
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
