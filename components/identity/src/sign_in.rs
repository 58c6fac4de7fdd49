//! `POST /api/v1/session`: user and PIN for a token.

use jiff::{SignedDuration, Timestamp};
use takt_api::identity::{Claims, Session, SignIn};
use takt_api::problem::ProblemType;
use takt_domain::permission::Permission;
use takt_records::command::FIRST_PLANT;
use takt_records::keep::kind;
use takt_records::user::StoredUser;
use takt_store::{Commit, Event, Load, Plant, PlantNumber, SessionWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};
use takt_web::{pin, token};

use crate::device::{self, Seen};
use crate::tries::{self, Tries};

/// How long a token works: longer than a shift with overtime.
const SESSION_S: i64 = 14 * 3600;

pub(crate) async fn sign_in<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: SignIn = call.json()?;
    let plant = plant(store, given.plant).await?;
    let number = plant.as_ref().map_or(FIRST_PLANT, |plant| plant.number);
    let user_id = given.user.to_string();
    let now_s = call.now.as_second();
    let mut load = Load::new(number, call.now.as_millisecond());
    load.records = vec![(kind::USER.into(), user_id.clone()), (kind::SIGN_IN.into(), user_id.clone())];
    let device = device::of(call);
    if let Some(device) = &device {
        load.records.extend([kind::DEVICE, kind::DEVICE_SETTING].map(|kind| (kind.to_owned(), device.clone())));
    }
    let loaded = store.load(&load).await?;
    if let Some(device) = &device
        && device::setting(&loaded, device)?.blocked
    {
        return Err(device::refusal(call.lang));
    }
    let user = loaded.record(kind::USER, &user_id).map(|record| record.parse::<StoredUser>()).transpose()?;
    let tries = Tries::of(&loaded, &user_id)?;
    tries.check_open(now_s)?;
    let active = user.filter(|user| user.active);
    let hash = active.as_ref().map(|user| user.pin_hash.as_str());
    let right = pin::matches(&given.pin, hash);
    let mut commit = Commit::new(number, call.now.as_millisecond());
    let Some(user) = active.filter(|_| right) else {
        if loaded.record(kind::USER, &user_id).is_some() {
            tries.count_wrong(store, commit, now_s).await?;
        }
        return Err(Failure::new(ProblemType::WrongPin));
    };
    let session = random_id().ok_or_else(|| Failure::new(ProblemType::Internal))?;
    let expires_at = call.now + SignedDuration::from_secs(SESSION_S);
    commit.sessions.push(SessionWrite::Open {
        id: session.clone(),
        user: user_id.clone(),
        expires_ms: expires_at.as_millisecond(),
    });
    commit.records.extend(tries.forgotten());
    if let Some(device) = device {
        let record = loaded.record(kind::DEVICE, &device);
        let version = record.map_or(0, |record| record.version);
        let before = record.map(|record| record.parse()).transpose()?;
        commit.records.push(Seen::after(before, device, &user.user, call, &session).write(version));
    }
    commit.events.push(event(&session, &user_id, call.now, "session.opened.v1"));
    tries::book(store, &commit).await?;
    let claims = Claims {
        plant: number.0,
        user: user.user.clone(),
        roles: user.roles.clone(),
        session,
        exp: expires_at.as_second(),
        scopes: None,
    };
    let signed = token::sign(&claims, takt_web::spin::token_key().await?);
    json(201, &describe(&user, plant.as_ref(), expires_at, Some(signed)))
}

/// The plant that is meant: the one that is named, or the only one. None before anything was written.
async fn plant<S: Store>(store: &S, named: Option<u32>) -> Result<Option<Plant>, Failure> {
    let mut plants = store.plants().await?;
    match named {
        Some(number) => {
            let found = plants.into_iter().find(|plant| plant.number == PlantNumber(number));
            found.map(Some).ok_or_else(|| Failure::new(ProblemType::WrongPin))
        }
        None if plants.len() > 1 => {
            Err(Failure::field("plant", "expected the number of the plant, since there are several"))
        }
        None => Ok(plants.pop()),
    }
}

fn event(session: &str, user: &str, now: Timestamp, kind: &str) -> Event {
    Event {
        id: session.to_owned(),
        event_type: kind.to_owned(),
        source: "/identity".into(),
        subject: user.to_owned(),
        time_ms: now.as_millisecond(),
        data: serde_json::json!({"user": user}),
    }
}

pub(crate) fn random_id() -> Option<String> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).ok()?;
    Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// What a signed-in user is told.
pub(crate) fn describe(
    user: &StoredUser,
    plant: Option<&Plant>,
    expires_at: Timestamp,
    token: Option<String>,
) -> Session {
    let may = |permission: &Permission| user.roles.iter().any(|role| role.may(*permission));
    Session {
        token,
        plant: plant.map_or(FIRST_PLANT.0, |plant| plant.number.0),
        plant_name: plant.map_or_else(|| "Takt".to_owned(), |plant| plant.name.clone()),
        user: user.user.clone(),
        name: user.name.clone(),
        roles: user.roles.clone(),
        permissions: Permission::ALL.iter().copied().filter(may).collect(),
        line: user.line.clone(),
        expires_at,
    }
}
