//! `GET /api/v1/contacts` and `PUT /api/v1/contacts/{user}`: by which number somebody is called in a chat.

use serde_json::json;
use takt_api::Page;
use takt_api::webhooks::{Contact as Shown, PutContact};
use takt_domain::decide::DomainEvent;
use takt_domain::id::UserId;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::{answered_before, few};
use takt_store::{Load, RecordWrite, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer, json as answered};

use crate::mentions::Contact;

pub(crate) async fn list<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let caller = call.caller()?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::CONTACT.to_owned(), PLANT_PARENT.to_owned())];
    let all: Vec<Contact> = few(&store.load(&load).await?, kind::CONTACT)?;
    let rows = all.into_iter().filter(|one| !one.phone.is_empty());
    let rows = rows.map(|one| Shown { user: one.user, phone: one.phone }).collect();
    answered(200, &Page::<Shown> { rows, next: None })
}

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutContact = call.json()?;
    answer(&write(store, call.caller()?, call.segment(0), &given).await?)
}

async fn write<S: Store>(store: &S, caller: &Caller, user: &str, given: &PutContact) -> Result<Answer, CommandError> {
    let phone = given.phone.trim();
    let digits = phone.strip_prefix('+').unwrap_or(phone);
    let is_number =
        digits.bytes().all(|b| b.is_ascii_digit()) && (digits.is_empty() || (5..=15).contains(&digits.len()));
    if !is_number || (digits.is_empty() && !phone.is_empty()) {
        return Err(CommandError::field("phone", "expected 5 to 15 digits, such as 13800000000, or nothing"));
    }
    let not_found = || CommandError::NotFound(user.to_owned());
    let id: UserId = user.parse().map_err(|_| not_found())?;
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::USER.to_owned(), user.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        loaded.record(kind::USER, user).ok_or_else(not_found)?;
        let contact = Contact { user: id.clone(), phone: phone.to_owned() };
        let body = json!(Shown { user: id.clone(), phone: phone.to_owned() });
        let mut commit = caller.commit(200, &body);
        commit.records = vec![RecordWrite {
            parent: Some(PLANT_PARENT.to_owned()),
            ..RecordWrite::new(kind::CONTACT, user, None, json!(contact))
        }];
        // The number itself is in the record alone: events are told to others.
        let data = json!({"user": user, "has_phone": !phone.is_empty(), "by": caller.actor.user});
        let told = DomainEvent { kind: "contact.changed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), user, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
