//! `GET /api/v1/doctor`: looks at everything that a plant's servers need, and says what to do about what is not well.

mod database;
mod host;
mod work;

use takt_api::doctor::{Check, Condition, Doctor};
use takt_domain::text::Label;
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};
use takt_web::spin;

pub(crate) async fn doctor(call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    // The database itself, since what a cache answers says nothing of it.
    let store = spin::database().await;
    let mut checks = database::checks(&store).await;
    checks.extend(work::queues(caller.plant).await);
    checks.extend(work::background(&store, caller.plant).await);
    checks.extend(host::checks(&call.headers));
    let ok = checks.iter().all(|check| matches!(check.condition, Condition::Ok | Condition::NotSeen));
    json(200, &Doctor { ok, at: jiff::Timestamp::now(), checks })
}

fn label(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}

fn well(part: &str, found: Label) -> Check {
    Check { part: part.into(), condition: Condition::Ok, found, remedy: None }
}

fn unwell(part: &str, condition: Condition, found: Label, remedy: Label) -> Check {
    Check { part: part.into(), condition, found, remedy: Some(remedy) }
}
