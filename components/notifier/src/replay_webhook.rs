//! `POST /api/v1/webhooks/{webhook}/replay`: everything since a moment is told again, under the same ids.

use serde_json::json;
use takt_api::webhooks::ReplayWebhook;
use takt_domain::decide::DomainEvent;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::webhook::{Endpoint, Progress};
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn replay<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: ReplayWebhook = call.json()?;
    answer(&begin(store, call.caller()?, call.segment(0), &given).await?)
}

async fn begin<S: Store>(store: &S, caller: &Caller, id: &str, given: &ReplayWebhook) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = [kind::WEBHOOK, kind::WEBHOOK_PROGRESS].map(|kind| (kind.to_owned(), id.to_owned())).to_vec();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let missing = || CommandError::NotFound(id.to_owned());
        let (endpoint, version) =
            takt_records::webhook::endpoint(loaded.record(kind::WEBHOOK, id).ok_or_else(missing)?)?;
        if endpoint.removed {
            return Err(missing());
        }
        let record = loaded.record(kind::WEBHOOK_PROGRESS, id).ok_or_else(missing)?;
        let before: Progress = record.parse()?;
        let after = Progress {
            cursor: None,
            since_ms: given.since.map_or(0, |since| since.as_millisecond()),
            next_ms: 0,
            failing_since_ms: 0,
            ..before
        };
        let body = serde_json::to_value(shown(&endpoint, version, &after)).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        // Whoever delivers at this moment is overtaken, and begins where this says.
        commit.records = vec![Progress { lease_until_ms: 0, ..after }.record(id, record.version)];
        let data = json!({"webhook": id, "since": given.since, "by": caller.actor.user});
        let told = DomainEvent { kind: "webhook.replayed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), id, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn shown(endpoint: &Endpoint, version: u64, progress: &Progress) -> takt_api::webhooks::Webhook {
    endpoint.shown(version, progress)
}
