//! 工序排程: the plan of all open orders.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::id::{EquipmentId, ItemId, LineId, MouldId, OrderId, UserId};
use takt_domain::master::Equipment;
use takt_domain::operation::OperationState;
use takt_domain::order::Priority;
use takt_domain::quantity::Quantity;
use takt_domain::schedule::{Direction, Slot};

/// `GET /api/v1/schedule?from=&to=&line=`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Schedule {
    /// When it was asked for.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub now: Timestamp,
    /// IANA time zone of the plant.
    pub time_zone: String,
    /// Working time between the two moments that were asked for.
    pub working: Vec<Span>,
    /// The machines, which are the rows of the board.
    pub equipment: Vec<Equipment>,
    /// Open orders, urgent first, then by due date; at most 500.
    pub orders: Vec<ScheduledOrder>,
    /// True when there are more.
    pub more: bool,
}

/// From one moment to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "PlanSpan"))]
pub struct Span {
    /// The first moment.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub start: Timestamp,
    /// The moment after the last.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub end: Timestamp,
}

/// An order on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduledOrder {
    /// Its number.
    pub id: OrderId,
    /// What is made.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// How much.
    pub quantity: Quantity,
    /// Its unit.
    pub unit: String,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub due: Option<Date>,
    /// Where it stands.
    pub state: String,
    /// How much of it is done, in percent.
    pub percent: u8,
    /// By how much its plan ends after it is due, in seconds; not above zero where it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_s: Option<i64>,
    /// Its operations.
    pub operations: Vec<ScheduledOperation>,
}

/// An operation on the board.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ScheduledOperation {
    /// Its number.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// Where it stands.
    pub state: OperationState,
    /// The machine that it is planned for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// Its place in the plan, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
}

/// `POST /api/v1/schedule`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanSchedule {
    /// From where orders are placed.
    pub direction: Direction,
    /// Which orders; all that are open where none is named. The others stay where they are.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub orders: Vec<OrderId>,
    /// Only say what would move; nothing is booked.
    #[serde(default)]
    pub preview: bool,
}

/// `PUT /api/v1/orders/{order}/operations/{number}/plan`: what is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutOperationPlan {
    /// Starts here, or when people work next, and stays there.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub start: Option<Timestamp>,
    /// It need not stay where it is any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unpin: bool,
    /// Another machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// Another mould.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mould: Option<MouldId>,
    /// Who works there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub crew: Option<Vec<UserId>>,
}

/// What a change of the plan moves.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Planned {
    /// What stands elsewhere than before, by order and operation.
    pub moved: Vec<Moved>,
    /// Orders that end after they are due.
    pub late: Vec<Late>,
    /// Orders for which there is no working time.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unplaced: Vec<OrderId>,
    /// Operations that stand where they cannot be, since a planner has put them there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<Conflict>,
}

/// An operation that moves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Moved {
    /// Of which order.
    pub order: OrderId,
    /// Where it was, where it had a place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Slot>,
    /// Where it is now.
    pub after: Slot,
}

/// An order that ends late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Late {
    /// Which.
    pub order: OrderId,
    /// By how many seconds.
    pub by_s: i64,
}

/// An operation that stands where it cannot be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conflict {
    /// Of which order.
    pub order: OrderId,
    /// Which.
    pub operation: u16,
}
