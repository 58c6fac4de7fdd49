//! Work orders, their actions, and the board.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::decide::ActionView;
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::{Category, Flow};
use takt_domain::id::{ItemId, LineId, OrderId};
use takt_domain::operation::OperationView;
use takt_domain::order::{InspectionResult, Order, Priority};
use takt_domain::quantity::Quantity;
use takt_domain::schedule::Slot;
use takt_domain::text::Label;

/// `POST /api/v1/orders`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CreateOrder {
    /// Its number; the plant's next one (`WO-000001`) when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<OrderId>,
    /// What is made; it must have a routing.
    pub item: ItemId,
    /// How much.
    pub quantity: Quantity,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    #[serde(default)]
    pub priority: Priority,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub due: Option<Date>,
    /// For whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The lot that its goods get. Without one, goods that are tracked by lot get the order's number, and others none: no trace goes
    /// through them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// The plant's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// The flow that it shall live under, in its latest version; the plant's usual one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flow: Option<String>,
}

/// `POST /api/v1/orders/{order}/actions/{action}`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TakeAction {
    /// Why, or what was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The outcome, for an inspection.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<InspectionResult>,
    /// The order's own fields that the action wants filled.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, String>,
}

/// `GET /api/v1/orders/{order}`: all of an order, and what the caller may do with it.
///
/// `order`, `flow` and `facts` are what the domain decides from, so that a page can ask it again, also offline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderDetail {
    /// The order.
    pub order: Order,
    /// The version of the record.
    pub version: u64,
    /// The flow that it lives under.
    pub flow: Flow,
    /// What the guards look at.
    pub facts: Facts,
    /// Every action of the present state for the caller.
    pub actions: Vec<ActionView>,
    /// How much of it is done, in percent of its standard time.
    #[serde(default)]
    pub percent: u8,
    /// Where each operation stands, and what the caller may do with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<OperationView>,
    /// When its operations are planned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plan: Vec<Slot>,
}

/// `POST /api/v1/orders/{order}/operations/{number}/{step}`: `start`, `pause`, `resume`, `finish`, and `send` or
/// `receive` for one that a supplier does.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TakeStep {
    /// Why; a pause needs it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// How many pieces go to the supplier or come back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
    /// The delivery note.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
}

/// `POST /api/v1/orders/{order}/split`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SplitOrder {
    /// How much goes to the new order; what has entered production stays with the old one.
    pub quantity: Quantity,
}

/// The answer to a split.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SplitAnswer {
    /// The order that was split.
    pub id: OrderId,
    /// How much is left of it.
    pub quantity: Quantity,
    /// The new order.
    pub new: OrderId,
    /// How much of that there is.
    pub new_quantity: Quantity,
}

/// `POST /api/v1/orders/{order}/merge`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MergeOrders {
    /// The orders that become part of this one; they are over then.
    pub orders: Vec<OrderId>,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// The answer to a create and to an action.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderAnswer {
    /// Its number.
    pub id: OrderId,
    /// Where it stands now.
    pub state: String,
    /// The version of the record.
    pub version: u64,
}

/// One order in a list or on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OrderRow {
    /// Its number.
    pub id: OrderId,
    /// What is made.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// Its unit.
    pub unit: String,
    /// How much.
    pub quantity: Quantity,
    /// What is done at the last operation.
    pub done: Progress,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub due: Option<Date>,
    /// For whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// Where it stands.
    pub state: String,
    /// What people read.
    pub state_label: Label,
    /// What that means.
    pub category: Category,
    /// Since when.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub state_since: Timestamp,
    /// Review has been asked for.
    pub review_requested: bool,
    /// It is paused.
    pub paused: bool,
    /// The plant's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// How much of it is done, in percent of its standard time.
    #[serde(default)]
    pub percent: u8,
}

/// `GET /api/v1/board`: open orders by state and line; in each those that are stuck first, then the urgent ones, then those that have
/// been in their state for the longest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Board {
    /// One column for each open state of the plant's flows.
    pub columns: Vec<BoardColumn>,
    /// Orders that an alert is about that nobody has mended yet, with what is so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub stuck: BTreeMap<OrderId, Label>,
}

/// One state on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BoardColumn {
    /// The state.
    pub state: String,
    /// What people read.
    pub label: Label,
    /// Its orders; at most 200.
    pub orders: Vec<OrderRow>,
    /// True when there are more.
    pub more: bool,
}
