//! Draws, publishes and chooses flows of a plant's own.

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::flows::{DraftDetail, DraftRow, FlowDetail, FlowRow, Flows, PublishFlow, PutDraft, PutFlowDefault};
use takt_api::problem::FieldError;
use takt_domain::approval::Signer;
use takt_domain::decide::DomainEvent;
use takt_domain::flow::check::{FlowProblem, is_name, problems};
use takt_domain::flow::{Flow, FlowRef};
use takt_domain::order::Mark;
use takt_domain::text::Label;
use takt_store::{Load, Loaded, Store};

use super::{Answer, CommandError, Plan, run, text_at};
use crate::caller::Caller;
use crate::flow::{self, FlowDraft, PublishedFlow};
use crate::keep::{self, PLANT_PARENT, kind};
use crate::load::{self, answered_before, few};
use crate::user::StoredUser;

/// The most flows and versions that a plant may have: all of them are loaded at once.
const VERSIONS_MAX: usize = 200;

/// Every published version, the drafts, and what new orders get.
pub async fn list<S: Store>(store: &S, caller: &Caller) -> Result<Flows, CommandError> {
    let loaded = store.load(&all(caller)).await?;
    let builtin = Flow::builtin();
    let mut rows = vec![FlowRow {
        name: builtin.name.clone(),
        version: builtin.version,
        states: builtin.states.len(),
        published: None,
    }];
    let mut versions: Vec<PublishedFlow> = few(&loaded, kind::FLOW)?;
    versions.sort_by(|a, b| (&a.flow.name, b.flow.version).cmp(&(&b.flow.name, a.flow.version)));
    rows.extend(versions.into_iter().map(|version| FlowRow {
        name: version.flow.name,
        version: version.flow.version,
        states: version.flow.states.len(),
        published: Some(version.published),
    }));
    let mut drafts = Vec::new();
    for record in loaded.children(kind::FLOW_DRAFT, PLANT_PARENT) {
        let draft: FlowDraft = record.parse()?;
        let problems = problems(&draft.flow).len();
        let (name, saved) = (draft.flow.name, draft.saved);
        drafts.push(DraftRow { name, draft_version: record.version, saved, problems });
    }
    Ok(Flows { published: rows, drafts, default: default_flow(&loaded)? })
}

/// One flow: the version that was asked for, else the latest, and its draft.
pub async fn get<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    version: Option<u32>,
) -> Result<FlowDetail, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::FLOW_DRAFT.into(), name.to_owned())];
    load.children = vec![(kind::FLOW.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    let versions: Vec<PublishedFlow> = few(&loaded, kind::FLOW)?;
    let of_name = versions.into_iter().filter(|published| published.flow.name == name);
    let wanted = of_name.filter(|published| version.is_none_or(|version| published.flow.version == version));
    let found = wanted.max_by_key(|published| published.flow.version);
    let builtin = Flow::builtin();
    let is_builtin = builtin.name == name && version.is_none_or(|version| version == builtin.version);
    let draft = match loaded.record(kind::FLOW_DRAFT, name) {
        Some(record) => {
            let draft: FlowDraft = record.parse()?;
            let problems = problems(&draft.flow);
            Some(DraftDetail { flow: draft.flow, draft_version: record.version, saved: draft.saved, problems })
        }
        None => None,
    };
    if found.is_none() && !is_builtin && (draft.is_none() || version.is_some()) {
        return Err(CommandError::NotFound(name.to_owned()));
    }
    let (flow, published) = match found {
        Some(found) => (Some(found.flow), Some(found.published)),
        None => (is_builtin.then(|| builtin.clone()), None),
    };
    Ok(FlowDetail { flow, published, draft })
}

/// Saves what somebody is working on, whatever faults it has.
pub async fn put_draft<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &PutDraft,
) -> Result<Answer, CommandError> {
    if !is_name(name) || name == Flow::builtin().name {
        let expected = "expected small letters, digits, - and _, at most 40, and not the name of the built-in flow";
        return Err(CommandError::field("flow", expected));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::FLOW_DRAFT.into(), name.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        expect_draft(&loaded, name, given.draft_version)?;
        let mut flow = given.flow.clone();
        name.clone_into(&mut flow.name);
        let saved = mark(caller, "");
        let draft = FlowDraft { flow, saved: saved.clone() };
        let problems = problems(&draft.flow);
        let kept = flow::draft(&draft, Some(given.draft_version));
        let body = json!(DraftDetail { flow: draft.flow, draft_version: given.draft_version + 1, saved, problems });
        let mut commit = caller.commit(200, &body);
        commit.records.push(kept);
        let data = json!({"flow": name, "by": caller.actor.user});
        let event = DomainEvent { kind: "flow.drawn.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), name, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// Makes the draft the next version, if nothing is wrong with it.
pub async fn publish<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &PublishFlow,
) -> Result<Answer, CommandError> {
    text_at("reason", &given.reason, TEXT_MAX)?;
    if given.reason.trim().is_empty() {
        return Err(CommandError::field("reason", "expected a reason"));
    }
    run(store, caller, async || {
        let mut load = all(caller);
        load.key = caller.key_lookup();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let record = loaded.record(kind::FLOW_DRAFT, name);
        let record = record.ok_or_else(|| CommandError::NotFound(name.to_owned()))?;
        expect_draft(&loaded, name, given.draft_version)?;
        let draft: FlowDraft = record.parse()?;
        let mut faults = problems(&draft.flow);
        faults.extend(unknown_persons(store, caller, &draft.flow).await?);
        if !faults.is_empty() {
            return Err(CommandError::Invalid(faults.into_iter().map(|fault| told(fault, caller)).collect()));
        }
        let versions: Vec<PublishedFlow> = few(&loaded, kind::FLOW)?;
        if versions.len() >= VERSIONS_MAX {
            return Err(CommandError::field("flow", format!("a plant has at most {VERSIONS_MAX} versions of flows")));
        }
        let of_name = versions.iter().filter(|version| version.flow.name == name);
        let last = of_name.map(|version| version.flow.version).max().unwrap_or(0);
        let published = PublishedFlow {
            flow: Flow { version: last + 1, ..draft.flow.clone() },
            published: mark(caller, given.reason.trim()),
        };
        let reference = published.flow.reference();
        let body = json!(reference);
        let mut commit = caller.commit(201, &body);
        commit.records.push(flow::published(&published));
        // The draft goes on from what it has become.
        let follows = FlowDraft { flow: published.flow.clone(), saved: draft.saved };
        commit.records.push(flow::draft(&follows, Some(record.version)));
        if given.make_default {
            let before = loaded.record(kind::FLOW_DEFAULT, PLANT_PARENT).map_or(0, |record| record.version);
            commit.records.push(flow::default(&reference, Some(before)));
        }
        let data = json!({
            "flow": reference, "default": given.make_default, "reason": given.reason, "by": caller.actor.user,
        });
        let event = DomainEvent { kind: "flow.published.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), name, caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}

/// Chooses what new orders get that name no flow.
pub async fn put_default<S: Store>(store: &S, caller: &Caller, given: &PutFlowDefault) -> Result<Answer, CommandError> {
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::FLOW_DEFAULT.into(), PLANT_PARENT.into()), (kind::FLOW.into(), given.flow.id())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        if load::stored_flow(&loaded, &given.flow)?.is_none() {
            return Err(CommandError::field("flow", format!("there is no flow {}", given.flow.id())));
        }
        let version = loaded.record(kind::FLOW_DEFAULT, PLANT_PARENT).map_or(0, |record| record.version);
        let before = default_flow(&loaded)?;
        let body = json!(given);
        let mut commit = caller.commit(200, &body);
        commit.records.push(flow::default(&given.flow, Some(version)));
        let data = json!({"before": before, "flow": given.flow, "by": caller.actor.user});
        let event = DomainEvent { kind: "flow.chosen.v1".into(), data };
        commit.events = keep::events(vec![event], &caller.derived_id(), &given.flow.name, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn all(caller: &Caller) -> Load {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::FLOW_DEFAULT.into(), PLANT_PARENT.into())];
    load.children = [kind::FLOW, kind::FLOW_DRAFT].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
    load
}

fn default_flow(loaded: &Loaded) -> Result<FlowRef, CommandError> {
    match loaded.record(kind::FLOW_DEFAULT, PLANT_PARENT) {
        Some(record) => Ok(record.parse()?),
        None => Ok(Flow::builtin().reference()),
    }
}

fn mark(caller: &Caller, reason: &str) -> Mark {
    Mark { by: caller.actor.user.clone(), at: caller.now, reason: reason.to_owned() }
}

/// Whoever looked at another version of the draft must look again: what somebody else drew is not overwritten unseen.
fn expect_draft(loaded: &Loaded, name: &str, version: u64) -> Result<(), CommandError> {
    let now = loaded.record(kind::FLOW_DRAFT, name).map_or(0, |record| record.version);
    if now == version {
        return Ok(());
    }
    let detail = format!("the draft is at version {now}: somebody has saved it meanwhile; load it again");
    Err(CommandError::field("draft_version", detail))
}

/// Persons who sign must be there and may sign in, or nobody could take the action.
async fn unknown_persons<S: Store>(store: &S, caller: &Caller, flow: &Flow) -> Result<Vec<FlowProblem>, CommandError> {
    let steps = flow.actions.iter().flat_map(|action| {
        let steps = action.approval.iter().flat_map(|approval| &approval.steps);
        steps.map(move |step| (action, step))
    });
    let named: Vec<_> = steps
        .flat_map(|(action, step)| {
            step.by.iter().filter_map(move |signer| match signer {
                Signer::User(user) => Some((format!("actions.{}.approval.{}.by", action.name, step.name), user)),
                Signer::Role(_) => None,
            })
        })
        .collect();
    if named.is_empty() {
        return Ok(Vec::new());
    }
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = named.iter().map(|(_, user)| (kind::USER.to_owned(), user.to_string())).collect();
    load.records.sort();
    load.records.dedup();
    let loaded = store.load(&load).await?;
    let mut faults = Vec::new();
    for (at, user) in named {
        let known: Option<StoredUser> =
            loaded.record(kind::USER, user.as_str()).map(|record| record.parse()).transpose()?;
        if !known.is_some_and(|known| known.active) {
            let detail = Label {
                zh: format!("用户 {user} 不存在或已停用,没有人能签字"),
                en: format!("{user} is no user who may sign in, so nobody could sign"),
            };
            faults.push(FlowProblem { at, code: "approval.unknown_person".into(), detail });
        }
    }
    Ok(faults)
}

fn told(fault: FlowProblem, caller: &Caller) -> FieldError {
    FieldError { at: fault.at, detail: fault.detail.get(caller.lang).to_owned() }
}
