//! Flows of a plant's own, the signatures that they ask for, and deputies.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::approval::{Decision, Delegation, StepStatus};
use takt_domain::flow::check::FlowProblem;
use takt_domain::flow::{Flow, FlowRef};
use takt_domain::id::{ItemId, LineId, OrderId, UserId};
use takt_domain::order::{Mark, Priority};
use takt_domain::text::Label;

/// `GET /api/v1/flows`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flows {
    /// Every published version, the built-in flow first.
    pub published: Vec<FlowRow>,
    /// Flows that somebody is working on.
    pub drafts: Vec<DraftRow>,
    /// What new orders get that name no flow.
    pub default: FlowRef,
}

/// A published version in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowRow {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: u32,
    /// How many states it has.
    pub states: usize,
    /// Who published it, when and why; none for the built-in flow.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Mark>,
}

/// A draft in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftRow {
    /// Its name.
    pub name: String,
    /// The version of its record, to be given when it is saved or published.
    pub draft_version: u64,
    /// Who saved it last, and when.
    pub saved: Mark,
    /// How many faults it has.
    pub problems: usize,
}

/// `GET /api/v1/flows/{flow}?version=`: the latest version and the draft, or the version that was asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FlowDetail {
    /// The published version, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<Flow>,
    /// Who published it, when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Mark>,
    /// What somebody is working on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<DraftDetail>,
}

/// A draft, with what is wrong with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DraftDetail {
    /// The flow as it is drawn.
    pub flow: Flow,
    /// The version of its record.
    pub draft_version: u64,
    /// Who saved it last, and when.
    pub saved: Mark,
    /// What is wrong with it; it can be published when nothing is.
    pub problems: Vec<FlowProblem>,
}

/// `PUT /api/v1/flows/{flow}/draft`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutDraft {
    /// The flow; its name is that of the address, its version does not matter.
    pub flow: Flow,
    /// The version of the draft that it was made from, 0 for a new one: whoever was slower is told so.
    pub draft_version: u64,
}

/// `POST /api/v1/flows/{flow}/versions`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PublishFlow {
    /// The version of the draft that is meant.
    pub draft_version: u64,
    /// Why, for those who look later.
    pub reason: String,
    /// New orders that name no flow get it from now on.
    #[serde(default)]
    pub make_default: bool,
}

/// `PUT /api/v1/flow-default`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutFlowDefault {
    /// What new orders get that name no flow.
    pub flow: FlowRef,
}

/// The most orders that one call looks at, or moves.
pub const MOVED_MAX: usize = 100;

/// `POST /api/v1/flows/{flow}/moves`: open orders of another version come under this one. With `preview` nothing is changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MoveOrders {
    /// The version that they shall come under.
    pub to_version: u32,
    /// What they live under now.
    pub from: FlowRef,
    /// Which state becomes which; one of the same name where nothing is said.
    #[serde(default)]
    pub states: BTreeMap<String, String>,
    /// These alone, at most 100; all of them, up to 100 a call, when left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderId>,
    /// Go on behind the orders of an earlier call: `next` of its answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Why.
    pub reason: String,
    /// Only say what would happen.
    #[serde(default)]
    pub preview: bool,
}

/// What happens, or would happen, to each of the orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovedOrders {
    /// It was not done, only looked at.
    pub preview: bool,
    /// The orders, those that stay as they are with the reason.
    pub orders: Vec<MovedOrder>,
    /// How many open orders are known to be behind these; a call counts no further than through the next 2000.
    pub remaining: usize,
    /// To be given as `after` to go on; none when nothing is left. It stands behind the orders that stay, so they hide none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// One order that is moved, or why it is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MovedOrder {
    /// Which.
    pub order: OrderId,
    /// Where it stands.
    pub from: String,
    /// Where it stands under the other version; none when it cannot be moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Why it stays as it is.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub why_not: String,
}

/// `POST /api/v1/orders/{order}/approvals/{action}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SignApproval {
    /// In which step; the first that is open to the caller when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// For or against.
    pub decision: Decision,
    /// A remark; with a refusal, why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// One thing that waits for the caller's signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingApproval {
    /// Which order.
    pub order: OrderId,
    /// What it makes.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    pub priority: Priority,
    /// What is signed.
    pub action: String,
    /// What people read.
    pub action_label: Label,
    /// How far the step has come.
    pub step: StepStatus,
    /// In whose stead the caller would sign.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<UserId>,
}

/// `GET /api/v1/approvals`: what waits for the caller, the longest first; at most 200.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingApprovals {
    /// What waits.
    pub rows: Vec<WaitingApproval>,
    /// More may wait: not every order was looked at, or not every row is told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// `PUT /api/v1/delegations/{user}`: who signs for a user who is away. One deputy at a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutDelegation {
    /// Who signs instead.
    pub to: UserId,
    /// From when on; now when left out.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub starts_at: Option<Timestamp>,
    /// Until when.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub ends_at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// `GET /api/v1/delegations`: those that are not over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delegations {
    /// Who signs for whom.
    pub rows: Vec<Delegation>,
}
