//! Sets how long orders may be in their states.

use serde_json::json;
use takt_api::problem::FieldError;
use takt_domain::decide::DomainEvent;
use takt_domain::watch::WatchSettings;
use takt_store::{Load, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::keep;
use crate::load::{self, answered_before};
use crate::watch;

/// Decides and books them.
pub async fn put_watch<S: Store>(store: &S, caller: &Caller, given: &WatchSettings) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let flows = load::flows(store, caller).await?;
        let errors = given.errors(|state| flows.iter().any(|flow| flow.state(state).is_some()));
        if !errors.is_empty() {
            let field = |error: takt_domain::watch::SettingsError| FieldError { at: error.at, detail: error.detail };
            return Err(CommandError::Invalid(errors.into_iter().map(field).collect()));
        }
        let (before, version) = watch::settings(store, caller).await?;
        let body = json!(given);
        let mut commit = caller.commit(200, &body);
        commit.records.push(watch::settings_record(given, version));
        let data = json!({"before": before, "after": given, "by": caller.actor.user});
        let told = DomainEvent { kind: "watch.changed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), "watch", caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
