//! `PUT /api/v1/webhooks/{webhook}`: makes or changes an endpoint.

use serde_json::{Value, json};
use takt_api::problem::FieldError;
use takt_api::webhooks::{Channel, PutWebhook};
use takt_domain::decide::DomainEvent;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_notify::{is_address, pattern_is_well_formed};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_records::webhook::{ENDPOINTS_MAX, Endpoint, Progress};
use takt_store::{Load, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, answer};
use takt_web::queue::token;

const SECRET_MAX: usize = 1_000;
const TEMPLATE_MAX: usize = 4_000;
const LISTED_MAX: usize = 100;

pub(crate) async fn put<S: Store>(store: &S, call: &Call) -> Outcome {
    let given: PutWebhook = call.json()?;
    answer(&write(store, call.caller()?, call.segment(0), &given).await?)
}

async fn write<S: Store>(store: &S, caller: &Caller, id: &str, given: &PutWebhook) -> Result<Answer, CommandError> {
    let errors = wrong(id, given);
    if !errors.is_empty() {
        return Err(CommandError::Invalid(errors));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.children = vec![(kind::WEBHOOK.to_owned(), PLANT_PARENT.to_owned())];
        load.records = vec![(kind::WEBHOOK_PROGRESS.to_owned(), id.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let known = loaded.record(kind::WEBHOOK, id).map(takt_records::webhook::endpoint).transpose()?;
        let version = known.as_ref().map_or(0, |(_, version)| *version);
        let before = known.map(|(endpoint, _)| endpoint).filter(|endpoint| !endpoint.removed);
        unchanged(given.version, if before.is_some() { version } else { 0 }, caller.lang)?;
        let there = loaded.children(kind::WEBHOOK, PLANT_PARENT).count();
        if before.is_none() && there >= ENDPOINTS_MAX {
            return Err(CommandError::field("webhook", format!("expected at most {ENDPOINTS_MAX} webhooks")));
        }
        let Some(url) = given.url.clone().or_else(|| before.as_ref().map(|before| before.url.clone())) else {
            return Err(CommandError::field("url", "expected an address, such as https://erp.example/takt"));
        };
        let kept = |given: &Option<String>, before: Option<&String>| {
            given.clone().or_else(|| before.cloned()).unwrap_or_default().trim().to_owned()
        };
        let endpoint = Endpoint {
            id: id.to_owned(),
            name: given.name.trim().to_owned(),
            channel: given.channel,
            url: url.trim().to_owned(),
            channel_secret: kept(&given.channel_secret, before.as_ref().map(|before| &before.channel_secret)),
            authorization: kept(&given.authorization, before.as_ref().map(|before| &before.authorization)),
            events: given.events.clone(),
            filter: given.filter.clone(),
            lang: given.lang,
            template: given.template.trim().to_owned(),
            enabled: given.enabled,
            removed: false,
            salt: before.as_ref().map_or_else(token, |before| before.salt.clone()),
            previous: before.as_ref().and_then(|before| before.previous.clone()),
        };
        let progress = loaded.record(kind::WEBHOOK_PROGRESS, id);
        let (mut after, progress_version) = match progress.filter(|_| before.is_some()) {
            Some(record) => (record.parse::<Progress>()?, record.version),
            // What happened before it was there is not told.
            None => (from_now_on(store, caller).await?, progress.map_or(0, |record| record.version)),
        };
        // Whoever has mended something does not want to wait.
        (after.next_ms, after.shown.next_at) = (0, None);
        let body = serde_json::to_value(endpoint.shown(version + 1, &after)).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        commit.records = vec![endpoint.record(version), after.record(id, progress_version)];
        commit.events = keep::events(vec![told(&endpoint, caller)], &caller.derived_id(), id, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

async fn from_now_on<S: Store>(store: &S, caller: &Caller) -> Result<Progress, CommandError> {
    let cursor = takt_rollup::read_up_to(store, caller.plant, caller.now_ms()).await?;
    Ok(Progress { cursor, since_ms: caller.now_ms(), ..Progress::default() })
}

/// The change, without anything secret.
fn told(endpoint: &Endpoint, caller: &Caller) -> DomainEvent {
    let data = json!({
        "webhook": endpoint.id, "name": endpoint.name, "channel": endpoint.channel, "events": endpoint.events,
        "enabled": endpoint.enabled, "by": caller.actor.user,
    });
    DomainEvent { kind: "webhook.changed.v1".into(), data }
}

/// Two people who edit at once do not write over each other.
pub(crate) fn unchanged(given: u64, version: u64, lang: Lang) -> Result<(), CommandError> {
    if given == version {
        return Ok(());
    }
    let detail = match lang {
        Lang::Zh => format!("已有人改到第 {version} 版,您改的是第 {given} 版"),
        Lang::En => format!("somebody made version {version}, and you changed version {given}"),
    };
    let remedy = lang.pick("刷新后再改", "load it again and change that");
    Err(Refusal::one(Unmet::new("webhook.changed", detail, remedy, Permission::WebhookManage.holders())).into())
}

fn is_plain(id: &str) -> bool {
    let letter = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    (1..=40).contains(&id.len()) && id.bytes().all(letter)
}

fn wrong(id: &str, given: &PutWebhook) -> Vec<FieldError> {
    let mut errors = Vec::new();
    let mut add = |at: &str, detail: String| errors.push(FieldError { at: at.to_owned(), detail });
    if !is_plain(id) {
        add("webhook", "expected 1 to 40 small letters, digits and dashes".into());
    }
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > 100 {
        add("name", "expected 1 to 100 characters".into());
    }
    if let Some(url) = &given.url
        && !is_address(url.trim())
    {
        add("url", "expected an address, such as https://erp.example/takt".into());
    }
    for (at, secret) in [("channel_secret", &given.channel_secret), ("authorization", &given.authorization)] {
        let fits = |text: &String| text.len() <= SECRET_MAX && text.bytes().all(|b| (b' '..=b'~').contains(&b));
        if secret.as_ref().is_some_and(|text| !fits(text)) {
            add(at, format!("expected at most {SECRET_MAX} printable ASCII characters"));
        }
    }
    if given.events.is_empty() || given.events.len() > LISTED_MAX {
        add("events", format!("expected 1 to {LISTED_MAX} types of events"));
    }
    for pattern in given.events.iter().filter(|pattern| !pattern_is_well_formed(pattern)) {
        add("events", format!("{pattern}: expected a type such as order.completed, order.* or *"));
    }
    let filters = [&given.filter.lines, &given.filter.severities, &given.filter.items];
    if filters.iter().any(|listed| listed.len() > LISTED_MAX || listed.iter().any(|one| one.len() > 200)) {
        add("filter", format!("expected at most {LISTED_MAX} of each"));
    }
    if !given.template.trim().is_empty() {
        if given.channel != Channel::Generic {
            add("template", "expected none: only a generic endpoint has one".into());
        }
        let document = serde_json::from_str::<Value>(&given.template);
        if given.template.len() > TEMPLATE_MAX || !document.is_ok_and(|document| document.is_object()) {
            add("template", format!("expected a JSON object of at most {TEMPLATE_MAX} characters"));
        }
    }
    errors
}
