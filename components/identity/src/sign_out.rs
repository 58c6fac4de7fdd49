//! `DELETE /api/v1/session`: the token stops working, for writes at once and for reads within five seconds.

use takt_records::command::{Plan, run};
use takt_records::load::answered_before;
use takt_store::{Load, SessionWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::queue;

pub(crate) async fn sign_out<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let booked = run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let body = serde_json::json!({});
        let mut commit = caller.commit(200, &body);
        commit.sessions.push(SessionWrite::End { id: caller.session.clone() });
        Ok(Plan { commit, status: 200, body })
    });
    let booked = booked.await?;
    queue::tell_ended_sessions(store, caller.plant, caller.now_ms()).await;
    answer(&booked)
}
