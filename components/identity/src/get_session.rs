//! `GET /api/v1/session`: who is signed in.

use jiff::Timestamp;
use takt_api::problem::ProblemType;
use takt_records::caller::LOCAL_SESSION;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

use crate::sign_in::describe;

pub(crate) async fn get_session<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let user = caller.actor.user.to_string();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.with_plant = true;
    load.records = vec![(kind::USER.into(), user.clone())];
    let loaded = store.load(&load).await?;
    let user = match loaded.record(kind::USER, &user) {
        Some(record) => record.parse::<StoredUser>()?,
        None if caller.session == LOCAL_SESSION || caller.actor.scopes.is_some() => StoredUser {
            user: caller.actor.user.clone(),
            name: user,
            roles: caller.actor.roles.clone(),
            line: None,
            active: true,
            pin_hash: String::new(),
        },
        None => return Err(Failure::new(ProblemType::Unauthorized)),
    };
    let expires_at = Timestamp::from_second(caller.expires_s).unwrap_or(call.now);
    let mut session = describe(&user, loaded.plant.as_ref(), expires_at, None);
    if let Some(scopes) = &caller.actor.scopes {
        session.permissions.clone_from(scopes);
    }
    json(200, &session)
}
