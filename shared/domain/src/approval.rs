//! Approvals with countersign (会签): an action that several people have to sign before it may be taken.
//!
//! Nothing is opened and nothing expires: who has signed stands in the order, and what that is worth is derived. A signature
//! counts for the present round alone. A round begins when the order comes into its state or review is asked for, and anew
//! when somebody refuses. In each step a person signs once, and fills one place.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::decide::{self, Change, DomainEvent, Input};
use crate::facts::{Actor, Facts};
use crate::flow::{Action, Flow, Guard};
use crate::guard;
use crate::id::UserId;
use crate::order::Order;
use crate::permission::Role;
use crate::refusal::{Refusal, Unmet};
use crate::sorted::distinct;
use crate::text::{Label, Lang};

/// Who has to sign before an action may be taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Approval {
    /// What is signed, in this order.
    pub steps: Vec<ApprovalStep>,
    /// All steps are open at once, instead of one after the other.
    #[serde(default)]
    pub side_by_side: bool,
    /// The last signature takes the action, where nothing else is missing.
    #[serde(default)]
    pub automatic: bool,
    /// The action that a refusal takes, for instance `reject`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_refusal: Option<String>,
}

/// One step: the places to be filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ApprovalStep {
    /// Its name in the data.
    pub name: String,
    /// What people read.
    pub label: Label,
    /// The places: each is filled by one person.
    pub by: Vec<Signer>,
    /// How many of the places have to be filled; all of them when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needed: Option<u8>,
    /// How long after the step opened it is overdue, in minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline_minutes: Option<u32>,
}

impl ApprovalStep {
    /// How many signatures it takes.
    pub fn needed(&self) -> usize {
        self.needed.map_or(self.by.len(), usize::from)
    }
}

/// Who may fill a place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Signer {
    /// Anybody of this role.
    Role(Role),
    /// This person.
    User(UserId),
}

impl Signer {
    fn is(&self, actor: &Actor) -> bool {
        match self {
            Self::Role(role) => actor.roles.contains(role),
            Self::User(user) => actor.user == *user,
        }
    }

    /// The role, where it is one.
    pub fn role(&self) -> Option<Role> {
        match self {
            Self::Role(role) => Some(*role),
            Self::User(_) => None,
        }
    }

    /// The person, where it is one.
    pub fn user(&self) -> Option<&UserId> {
        match self {
            Self::Role(_) => None,
            Self::User(user) => Some(user),
        }
    }

    /// What people read.
    pub fn label(&self, lang: Lang) -> &str {
        match self {
            Self::Role(role) => role.label(lang),
            Self::User(user) => user.as_str(),
        }
    }
}

/// For or against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// 同意.
    Sign,
    /// 拒绝: the round is over.
    Refuse,
}

/// A signature as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// For which action.
    pub action: String,
    /// In which step.
    pub step: String,
    /// Which of its places it fills, from 0.
    pub place: u8,
    /// For or against.
    pub decision: Decision,
    /// Who.
    pub by: UserId,
    /// In whose stead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<UserId>,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// On which device.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// A remark; with a refusal, why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// How far a step has come in the present round.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StepStatus {
    /// Its name.
    pub step: String,
    /// What people read.
    pub label: Label,
    /// It can be signed now.
    pub open: bool,
    /// It has all the signatures that it needs.
    pub done: bool,
    /// How many it needs.
    pub needed: u8,
    /// Since when it can be signed; none while a step before it is open.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub since: Option<Timestamp>,
    /// When it is overdue.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub due: Option<Timestamp>,
    /// Who has signed.
    pub signatures: Vec<Signature>,
    /// The places that are empty.
    pub missing: Vec<Signer>,
}

impl StepStatus {
    /// True when it should have been signed by now.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.open && self.due.is_some_and(|due| due < now)
    }
}

/// What is signed.
#[derive(Clone, Debug)]
pub struct SignInput {
    /// In which step; the first that is open to the person when left out.
    pub step: Option<String>,
    /// For or against.
    pub decision: Decision,
    /// A remark; with a refusal, why.
    pub comment: String,
    /// The device that it is signed on.
    pub device: String,
    /// The electronic signature: the PIN once more, for this act.
    pub signature: crate::signature::Signature,
}

/// The signatures of the present round of an action, oldest first.
fn round<'a>(order: &'a Order, action: &Action) -> Vec<&'a Signature> {
    let since = opened_at(order);
    let of_action =
        order.signatures.iter().filter(|signature| signature.action == action.name && signature.at >= since);
    let mut counted: Vec<_> = of_action.collect();
    if let Some(refused) = counted.iter().rposition(|signature| signature.decision == Decision::Refuse) {
        counted.drain(..=refused);
    }
    counted
}

/// When the present round could begin.
fn opened_at(order: &Order) -> Timestamp {
    order.review.as_ref().map_or(order.state_since, |review| review.at.max(order.state_since))
}

/// The refusal that the present round follows, if any.
fn refused<'a>(order: &'a Order, action: &Action) -> Option<&'a Signature> {
    let since = opened_at(order);
    let mut refusals = order.signatures.iter().filter(|signature| {
        signature.action == action.name && signature.at >= since && signature.decision == Decision::Refuse
    });
    refusals.next_back()
}

/// How far each step has come.
pub fn status(order: &Order, action: &Action) -> Vec<StepStatus> {
    let Some(approval) = &action.approval else { return Vec::new() };
    let round = round(order, action);
    let mut since = Some(refused(order, action).map_or_else(|| opened_at(order), |refused| refused.at));
    let mut steps = Vec::with_capacity(approval.steps.len());
    for step in &approval.steps {
        let signatures: Vec<Signature> = round
            .iter()
            .filter(|signature| signature.step == step.name)
            .map(|signature| (*signature).clone())
            .collect();
        let filled = |place: usize| signatures.iter().any(|signature| usize::from(signature.place) == place);
        let missing =
            step.by.iter().enumerate().filter(|(place, _)| !filled(*place)).map(|(_, signer)| signer.clone()).collect();
        let done = signatures.len() >= step.needed();
        let due = match (since, step.deadline_minutes) {
            (Some(since), Some(minutes)) => since.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok(),
            _ => None,
        };
        let last = signatures.iter().map(|signature| signature.at).max();
        steps.push(StepStatus {
            step: step.name.clone(),
            label: step.label.clone(),
            open: since.is_some() && !done,
            done,
            needed: u8::try_from(step.needed()).unwrap_or(u8::MAX),
            since,
            due,
            signatures,
            missing,
        });
        if !approval.side_by_side {
            since = if done { since.max(last) } else { None };
        }
    }
    steps
}

/// What is missing for the action: each open step, with who can sign.
pub fn unmet(order: &Order, action: &Action, facts: &Facts) -> Vec<Unmet> {
    let lang = facts.lang;
    let open = status(order, action).into_iter().filter(|step| step.open);
    open.map(|step| {
        let names: Vec<_> = step.missing.iter().map(|signer| signer.label(lang)).collect();
        let (label, names) = (step.label.get(lang), names.join(lang.pick("、", ", ")));
        let left = usize::from(step.needed).saturating_sub(step.signatures.len());
        let overdue = step.is_overdue(facts.now);
        let detail = match lang {
            Lang::Zh => format!("会签“{label}”还缺 {left} 人签字:{names}{}", if overdue { "(已超期)" } else { "" }),
            Lang::En => {
                format!("{label}: {left} more to sign, of {names}{}", if overdue { " (overdue)" } else { "" })
            }
        };
        let who = distinct(step.missing.iter().filter_map(|signer| match signer {
            Signer::Role(role) => Some(*role),
            Signer::User(_) => None,
        }));
        let remedy =
            lang.pick("请上述人员签字;人不在时可委托他人", "have them sign; whoever is away may name a deputy");
        Unmet::new("approval.missing", detail, remedy, &who)
    })
    .collect()
}

/// The steps of every action of the order's state that somebody could sign now, also in somebody's stead.
pub fn signable<'f>(order: &Order, flow: &'f Flow, facts: &Facts) -> Vec<(&'f Action, StepStatus)> {
    let mut steps = waited_for(order, flow, facts);
    steps.retain(|(_, step)| place(step, facts).is_some());
    steps
}

/// The steps of every action of the order's state that wait for a signature now, whoever may give it.
pub fn waited_for<'f>(order: &Order, flow: &'f Flow, facts: &Facts) -> Vec<(&'f Action, StepStatus)> {
    let here = flow.actions.iter().filter(|action| {
        action.approval.is_some() && action.from.contains(&order.state) && not_open(order, action, facts).is_empty()
    });
    here.flat_map(|action| status(order, action).into_iter().map(move |step| (action, step)))
        .filter(|(_, step)| step.open)
        .collect()
}

/// What keeps anybody from signing: review that was not asked for.
fn not_open(order: &Order, action: &Action, facts: &Facts) -> Vec<Unmet> {
    let asks = action.guards.contains(&Guard::ReviewRequested);
    if asks { guard::unmet(Guard::ReviewRequested, order, facts) } else { Vec::new() }
}

/// The person that the caller can sign for in a step: the caller, else somebody who has named the caller as a deputy.
fn place(step: &StepStatus, facts: &Facts) -> Option<(Signer, Option<UserId>)> {
    if step.signatures.iter().any(|signature| signature.by == facts.actor.user) {
        return None;
    }
    let represented = |user: &UserId| {
        step.signatures.iter().any(|signature| signature.acting_for.as_ref().unwrap_or(&signature.by) == user)
    };
    let own = std::iter::once((&facts.actor, None));
    let others = facts.acting_for.iter().map(|other| (other, Some(other.user.clone())));
    own.chain(others).filter(|(actor, _)| !represented(&actor.user)).find_map(|(actor, for_whom)| {
        // A place for one person alone goes first, so that places for roles stay for others.
        let named = step.missing.iter().find(|signer| matches!(signer, Signer::User(_)) && signer.is(actor));
        let signer = named.or_else(|| step.missing.iter().find(|signer| signer.is(actor)))?;
        Some((signer.clone(), for_whom))
    })
}

/// Decides a signature, or a refusal. The last signature may take the action, a refusal the one that the flow names.
pub fn sign(order: &Order, flow: &Flow, name: &str, input: &SignInput, facts: &Facts) -> Result<Change, Refusal> {
    let Some((action, approval)) = flow.action(name).and_then(|action| Some((action, action.approval.as_ref()?)))
    else {
        return Err(Refusal::one(decide::unknown_action(name, facts.lang)));
    };
    if !action.from.contains(&order.state) {
        return Err(Refusal::one(decide::wrong_state(order, flow, action, facts.lang)));
    }
    let mut unmet = not_open(order, action, facts);
    if input.decision == Decision::Refuse && input.comment.trim().is_empty() {
        let (detail, remedy) = match facts.lang {
            Lang::Zh => ("拒绝时需要填写原因", "填写原因后再试"),
            Lang::En => ("a refusal needs a reason", "give a reason and try again"),
        };
        unmet.push(Unmet::new("input.reason", detail, remedy, &[]));
    }
    let found = choose(order, action, input, facts);
    if found.is_ok() {
        unmet.extend(input.signature.unmet(&facts.actor.roles, facts.lang));
    }
    match found {
        Ok((step, place, acting_for)) if unmet.is_empty() => {
            let signature = Signature {
                action: action.name.clone(),
                step,
                place,
                decision: input.decision,
                by: facts.actor.user.clone(),
                acting_for,
                at: facts.now,
                device: input.device.clone(),
                comment: input.comment.trim().to_owned(),
            };
            signed(order, flow, (action, approval), signature, facts)
        }
        Ok(_) => Err(Refusal { unmet }),
        Err(why) => {
            unmet.push(why);
            Err(Refusal { unmet })
        }
    }
}

fn choose(
    order: &Order,
    action: &Action,
    input: &SignInput,
    facts: &Facts,
) -> Result<(String, u8, Option<UserId>), Unmet> {
    let lang = facts.lang;
    let steps = status(order, action);
    let wanted = |step: &&StepStatus| input.step.as_ref().is_none_or(|name| *name == step.step);
    for step in steps.iter().filter(wanted).filter(|step| step.open) {
        let Some((signer, acting_for)) = place(step, facts) else { continue };
        let all = action.approval.iter().flat_map(|approval| &approval.steps).find(|known| known.name == step.step);
        let taken = |place: usize| step.signatures.iter().any(|signature| usize::from(signature.place) == place);
        let place = all.and_then(|known| {
            known
                .by
                .iter()
                .enumerate()
                .find(|(place, other)| **other == signer && !taken(*place))
                .map(|(place, _)| place)
        });
        let Some(place) = place.and_then(|place| u8::try_from(place).ok()) else { continue };
        return Ok((step.step.clone(), place, acting_for));
    }
    let mine = |step: &&StepStatus| {
        step.signatures.iter().any(|signature| {
            signature.by == facts.actor.user || signature.acting_for.as_ref() == Some(&facts.actor.user)
        })
    };
    if steps.iter().filter(wanted).any(|step| mine(&step)) {
        let detail = lang.pick("这一步您已经签过字", "this step has your signature already");
        return Err(Unmet::new("approval.signed", detail, lang.pick("等待其他人签字", "wait for the others"), &[]));
    }
    let later = steps.iter().filter(wanted).find(|step| !step.open && !step.done && place(step, facts).is_some());
    if let Some(later) = later {
        let label = later.label.get(lang);
        let detail = match lang {
            Lang::Zh => format!("“{label}”前面的会签还没有完成"),
            Lang::En => format!("{label}: the steps before it are not signed yet"),
        };
        let remedy = lang.pick("请前面的人先签字", "have those before you sign first");
        return Err(Unmet::new("approval.not_your_turn", detail, remedy, &[]));
    }
    let who = distinct(steps.iter().flat_map(|step| &step.missing).filter_map(|signer| match signer {
        Signer::Role(role) => Some(*role),
        Signer::User(_) => None,
    }));
    let detail = lang.pick("您不在会签人之列", "you are not among those who sign this");
    let remedy = lang.pick("请会签人签字,或由会签人委托给您", "have one of them sign, or name you as a deputy");
    Err(Unmet::new(Unmet::NOT_SIGNER, detail, remedy, &who))
}

fn signed(
    order: &Order,
    flow: &Flow,
    (action, approval): (&Action, &Approval),
    signature: Signature,
    facts: &Facts,
) -> Result<Change, Refusal> {
    let data = serde_json::json!({
        "order": order.id, "item": order.item, "line": order.line, "action": signature.action, "step": signature.step,
        "decision": signature.decision, "by": signature.by, "acting_for": signature.acting_for,
        "comment": signature.comment,
    });
    let reason = signature.comment.clone();
    let decision = signature.decision;
    let mut after = order.clone();
    after.signatures.push(signature);
    let told = DomainEvent { kind: "order.signature.v1".into(), data };
    let follows = match decision {
        Decision::Refuse => approval.on_refusal.as_deref().and_then(|name| flow.action(name)),
        Decision::Sign => {
            let complete = status(&after, action).iter().all(|step| step.done);
            let open = || action.guards.iter().all(|guard| guard::unmet(*guard, &after, facts).is_empty());
            (approval.automatic && complete && open()).then_some(action)
        }
    };
    let follows = follows.filter(|action| action.from.contains(&after.state));
    let input = Input { reason, ..Input::default() };
    let mut change = match follows {
        Some(action) => decide::carry_out(action, &after, &input, facts)?,
        None => Change { order: Some(after), ..Change::default() },
    };
    change.events.insert(0, told);
    Ok(change)
}

/// A deputy (委托): while one is away, another signs in their stead. Nobody passes on what was passed on to them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Delegation {
    /// Who is away.
    pub from: UserId,
    /// Who signs instead.
    pub to: UserId,
    /// From when on.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub starts_at: Timestamp,
    /// Until when.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub ends_at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

impl Delegation {
    /// True while the deputy may sign.
    pub fn is_active(&self, now: Timestamp) -> bool {
        self.starts_at <= now && now < self.ends_at
    }
}
