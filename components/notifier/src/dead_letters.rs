//! `GET /api/v1/webhooks/{webhook}/dead-letters` and `POST .../dead-letters/{event}/replay`

use serde_json::json;
use takt_api::Page;
use takt_api::webhooks::{DeadDelivery, DeadState, Nothing};
use takt_api::words::told;
use takt_domain::decide::DomainEvent;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::webhook::Dead;
use takt_store::{ListFilter, Load, PageRequest, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json as answered};

use crate::list_webhooks::named;

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["state", "after", "limit"])?;
    named(store, call).await?;
    let filter = ListFilter {
        state: call.param("state").map(str::to_owned).into_iter().collect(),
        parent: Some(call.segment(0).to_owned()),
        ..ListFilter::default()
    };
    let page = PageRequest { after: call.param("after").map(str::to_owned), limit: call.limit()? as u32 };
    let found = store.list(call.caller()?.plant, kind::WEBHOOK_DEAD, &filter, &page).await?;
    let read = |record: &takt_store::Record| {
        let kept = record.parse::<Dead>()?.shown;
        Ok(DeadDelivery { error: told(kept.error, call.lang), ..kept })
    };
    let rows = found.items.iter().map(read).collect::<Result<Vec<_>, StoreError>>()?;
    answered(200, &Page { rows, next: found.next })
}

/// It is sent again by the next delivery.
pub(crate) async fn replay<S: Store>(store: &S, call: &Call) -> Outcome {
    let Nothing {} = call.json()?;
    answer(&again(store, call.caller()?, call.segment(0), call.segment(1)).await?)
}

async fn again<S: Store>(store: &S, caller: &Caller, endpoint: &str, event: &str) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let id = Dead::id(endpoint, event);
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::WEBHOOK_DEAD.to_owned(), id.clone())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::WEBHOOK_DEAD, &id).ok_or_else(|| CommandError::NotFound(event.to_owned()))?;
        let mut dead: Dead = record.parse()?;
        // What was taken meanwhile is not sent once more.
        if dead.shown.state == DeadState::Open {
            dead.shown.state = DeadState::Replaying;
        }
        let body = json!(dead.shown);
        let mut commit = caller.commit(200, &body);
        commit.records = vec![dead.record(endpoint, Some(record.version))];
        let data = json!({"webhook": endpoint, "event": event, "by": caller.actor.user});
        let told = DomainEvent { kind: "webhook.dead_letter_replayed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), endpoint, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
