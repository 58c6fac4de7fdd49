//! `POST /api/v1/session/signature`: the PIN once more, for a ticket that signs one act. Wrong PINs count as at the sign-in.

use jiff::SignedDuration;
use takt_api::identity::{Sign, SignatureTicket, TicketClaims};
use takt_api::problem::ProblemType;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{Commit, Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};
use takt_web::{pin, signature};

use crate::sign_in::random_id;
use crate::tries::{self, Tries};

pub(crate) async fn create_signature<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: Sign = call.json()?;
    let caller = call.caller()?;
    let act = signature::act_of(&given.method, &given.path)
        .ok_or_else(|| Failure::field("path", "expected the method and path of a call that writes"))?;
    let user_id = caller.actor.user.to_string();
    let now_s = call.now.as_second();
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::USER.into(), user_id.clone()), (kind::SIGN_IN.into(), user_id.clone())];
    let loaded = store.load(&load).await?;
    let tries = Tries::of(&loaded, &user_id)?;
    tries.check_open(now_s)?;
    let user = loaded.record(kind::USER, &user_id).map(|record| record.parse::<StoredUser>()).transpose()?;
    let active = user.filter(|user| user.active);
    let mut commit = Commit::new(caller.plant, caller.now_ms());
    if !pin::matches(&given.pin, active.as_ref().map(|user| user.pin_hash.as_str())) {
        if active.is_some() {
            tries.count_wrong(store, commit, now_s).await?;
        }
        return Err(Failure::new(ProblemType::WrongPin));
    }
    if let Some(forgotten) = tries.forgotten() {
        commit.records.push(forgotten);
        tries::book(store, &commit).await?;
    }
    let id = random_id().ok_or_else(|| Failure::new(ProblemType::Internal))?;
    let expires_at = call.now + SignedDuration::from_secs(signature::TICKET_S);
    let claims = TicketClaims {
        plant: caller.plant.0,
        user: caller.actor.user.clone(),
        session: caller.session.clone(),
        act,
        id,
        exp: expires_at.as_second(),
    };
    let ticket = signature::sign(&claims, takt_web::spin::token_key().await?);
    json(201, &SignatureTicket { ticket, expires_at })
}
