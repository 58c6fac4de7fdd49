//! `DELETE /api/v1/webhooks/{webhook}`: it is told nothing any more.

use serde_json::json;
use takt_domain::decide::DomainEvent;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::webhook::Endpoint;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};

pub(crate) async fn remove<S: Store>(store: &S, call: &Call) -> Outcome {
    let id = call.segment(0);
    let change = |endpoint: &mut Endpoint| {
        (endpoint.enabled, endpoint.removed) = (false, true);
        (endpoint.channel_secret, endpoint.authorization) = (String::new(), String::new());
    };
    answer(&changed(store, call.caller()?, id, "webhook.removed.v1", change, |_| json!({})).await?)
}

/// Changes what is set of an endpoint, and answers what `shown` makes of it.
pub(crate) async fn changed<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    event: &str,
    change: impl Fn(&mut Endpoint),
    shown: impl Fn(&Endpoint) -> serde_json::Value,
) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::WEBHOOK.to_owned(), id.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let known = loaded.record(kind::WEBHOOK, id).map(takt_records::webhook::endpoint).transpose()?;
        let known = known.filter(|(endpoint, _)| !endpoint.removed);
        let (mut endpoint, version) = known.ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
        change(&mut endpoint);
        let body = shown(&endpoint);
        let mut commit = caller.commit(200, &body);
        commit.records = vec![endpoint.record(version)];
        let data = json!({"webhook": id, "name": endpoint.name, "by": caller.actor.user});
        let told = DomainEvent { kind: event.to_owned(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), id, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
