//! Somebody says that they look after an alert.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::watch::{AcknowledgeAlert, Alert, AlertState};
use takt_domain::decide::DomainEvent;
use takt_domain::order::Mark;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::load::{self, answered_before};
use crate::watch;

/// Decides and books it. Who comes later takes it over; one that is over stays as it is.
pub async fn acknowledge_alert<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    given: &AcknowledgeAlert,
) -> Result<Answer, CommandError> {
    text_at("note", &given.note, TEXT_MAX)?;
    run(store, caller, async || {
        let mut wanted = Load::new(caller.plant, caller.now_ms());
        wanted.key = caller.key_lookup();
        wanted.records = vec![(kind::ALERT.into(), id.to_owned())];
        let mut loaded = store.load(&wanted).await?;
        answered_before(&mut loaded, caller)?;
        let not_found = || CommandError::NotFound(id.to_owned());
        let record = loaded.record(kind::ALERT, id).ok_or_else(not_found)?;
        let before: Alert = record.parse()?;
        // Whom it does not concern does not see it either.
        if !watch::concerns(&before, &caller.actor, &load::principals(store, caller).await?) {
            return Err(not_found());
        }
        let mark = Mark { by: caller.actor.user.clone(), at: caller.now, reason: given.note.trim().to_owned() };
        let is_over = before.state == AlertState::Cleared;
        let state = if is_over { before.state } else { AlertState::Acknowledged };
        let after = Alert { state, acknowledged: Some(mark), ..before };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(watch::record(&after, record.version));
        let data = json!({"alert": after.id, "order": after.order, "by": caller.actor.user, "note": given.note.trim()});
        let told = DomainEvent { kind: "alert.acknowledged.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), id, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
