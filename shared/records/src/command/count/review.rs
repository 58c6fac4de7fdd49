//! Who approves has a line counted again, or leaves it as the books have it.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::counts::{LineAnswer, ReviewLine};
use takt_domain::count::CountLine;
use takt_domain::decide::DomainEvent;
use takt_domain::id::CountId;
use takt_store::{Expect, Load, Store};

use super::found;
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run, text_at};
use crate::keep::kind;
use crate::{count, keep};

/// Decides and books it.
pub async fn review<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    given: &ReviewLine,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || {
        let line_id = count::line_id(id.as_str(), &given.place);
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = vec![(kind::COUNT_LINE.into(), line_id.clone())];
        let found = found(store, caller, id, load).await?;
        let record = found.loaded.record(kind::COUNT_LINE, &line_id);
        let record = record.ok_or_else(|| CommandError::field("place", "nothing is counted there"))?;
        let before: CountLine = record.parse()?;
        let after = before.review(&found.count, given.drop, given.reason.trim(), &caller.actor, caller.lang)?;
        let quantity = after.last().map_or(after.difference(), |last| last.quantity);
        let body = json!(LineAnswer { state: after.state.as_str().into(), quantity });
        let mut commit = caller.commit(200, &body);
        commit.expect.push(Expect { kind: kind::COUNT.into(), id: id.to_string(), version: found.version });
        commit.records.push(count::line(&after, record.version));
        let data = json!({
            "count": id, "location": given.place.location, "item": given.place.item, "lot": given.place.lot,
            "state": after.state, "reason": given.reason.trim(), "by": caller.actor.user,
        });
        let told = DomainEvent { kind: "count.reviewed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
