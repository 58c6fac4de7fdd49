//! Opens an import.

use takt_api::import::OpenedImport;
use takt_domain::decide::DomainEvent;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep;
use takt_records::load::answered_before;
use takt_store::{Load, Store};

use super::{Head, head_write};

/// Books an empty import; its id follows from the caller's key.
pub async fn open<S: Store>(store: &S, caller: &Caller) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let id = caller.derived_id();
        let body = serde_json::to_value(OpenedImport { id: id.clone() }).unwrap_or_default();
        let mut commit = caller.commit(201, &body);
        let by = caller.actor.user.to_string();
        let data = serde_json::json!({"import": id, "by": by});
        commit.records.push(head_write(&id, &Head { by, published: false }, 0));
        let opened = DomainEvent { kind: "plant.import_opened.v1".into(), data };
        commit.events = keep::events(vec![opened], &id, &id, caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}
