//! Work orders. An order carries its own copy of the operations and materials that it was created with, so that a
//! later change of the master data does not change what was released.

mod operation;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::approval::Signature;
use crate::flow::{Flow, FlowRef};
use crate::id::{ExceptionId, ItemId, LineId, NonconformanceId, OrderId, UserId};
use crate::master::{Item, Need, RoutingOperation};
use crate::quality::nonconformance::Verdict;
use crate::quantity::{Quantity, QuantityError};

pub use operation::OrderOperation;

/// How much an order matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    /// Before everything.
    Urgent,
    /// Before the normal ones.
    High,
    /// As they come.
    #[default]
    Normal,
    /// When there is time.
    Low,
}

/// One material that an order needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Material {
    /// What.
    pub item: ItemId,
    /// Its name when the order was made.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// How much for one unit of the product.
    pub per: Quantity,
    /// How much for the whole order, at the item's scale.
    pub required: Quantity,
    /// The operation that consumes it.
    pub operation: u16,
}

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mark {
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Why, or what was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// An exception that stops an order, or one of its operations, until it is closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Stop {
    /// Which.
    pub exception: ExceptionId,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The operation; all of them where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// Who.
    pub by: UserId,
    /// Since when.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A nonconformance of an order that is not closed: quality does not sign meanwhile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenNonconformance {
    /// Its number.
    pub id: NonconformanceId,
    /// How many pieces.
    pub quantity: Quantity,
    /// What is wrong with them.
    pub what: String,
    /// What was decided, and is not done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
}

/// What an inspection looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InspectionKind {
    /// 首检: the first piece, which opens reporting.
    FirstArticle,
    /// 终检: the finished goods, which opens the signature.
    Final,
}

/// The outcome of an inspection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum InspectionResult {
    /// 合格.
    Pass,
    /// 不合格.
    Fail,
}

/// An inspection as it was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspection {
    /// Of what.
    pub kind: InspectionKind,
    /// The outcome.
    pub result: InspectionResult,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// It counts no more: production went on after it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outdated: bool,
}

/// One step in the life of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct HistoryEntry {
    /// What was done.
    pub action: String,
    /// The state after it.
    pub state: String,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
}

/// A work order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// What is made.
    pub item: ItemId,
    /// Its name.
    pub item_name: String,
    /// Its unit.
    pub unit: String,
    /// How much, at the item's scale.
    pub quantity: Quantity,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    #[serde(default)]
    pub priority: Priority,
    /// When it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub due: Option<Date>,
    /// For whom.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub customer: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// The lot that its goods get; without one they have none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// The plant's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
    /// The rules that it lives under, whatever rules come later.
    pub flow: FlowRef,
    /// Where it stands.
    pub state: String,
    /// Since when.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub state_since: Timestamp,
    /// Review has been asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Mark>,
    /// It is paused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<Mark>,
    /// Production began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Mark>,
    /// Production ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completed: Option<Mark>,
    /// Quality has signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Mark>,
    /// It was cancelled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled: Option<Mark>,
    /// Its steps, by number.
    pub operations: Vec<OrderOperation>,
    /// What it needs.
    pub materials: Vec<Material>,
    /// Inspections so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inspections: Vec<Inspection>,
    /// Exceptions so far.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exceptions: Vec<Mark>,
    /// What was signed so far for actions that have to be approved.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signatures: Vec<Signature>,
    /// Its life so far, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Exceptions that stop it now.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Stop>,
    /// Nonconformances that are not closed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nonconformances: Vec<OpenNonconformance>,
    /// The order that it was split off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<OrderId>,
    /// The order that it became part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<OrderId>,
}

/// What a planner says of a new order.
#[derive(Clone, Debug)]
pub struct NewOrder {
    /// Its number.
    pub id: OrderId,
    /// What is made.
    pub item: Item,
    /// How much, at the item's scale.
    pub quantity: Quantity,
    /// Where.
    pub line: LineId,
    /// How much it matters.
    pub priority: Priority,
    /// When it is due.
    pub due: Option<Date>,
    /// For whom.
    pub customer: String,
    /// A remark.
    pub note: String,
    /// The plant's own fields.
    pub custom: BTreeMap<String, String>,
    /// How it is made.
    pub operations: Vec<RoutingOperation>,
    /// What one unit needs, with the item of each.
    pub needs: Vec<(Need, Item)>,
}

/// Why an order cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NewOrderError {
    /// Nothing to make.
    #[error("the quantity must be above zero")]
    NothingToMake,
    /// The item has no routing, so nobody could report on it.
    #[error("{0} has no routing with an operation")]
    NoOperation(ItemId),
    /// A component names an operation that the routing lacks.
    #[error("{component} is consumed at operation {operation}, which the routing lacks")]
    UnknownOperation {
        /// The component.
        component: ItemId,
        /// The operation.
        operation: u16,
    },
    /// A needed quantity is out of range.
    #[error("{component}: {source}")]
    Quantity {
        /// The component.
        component: ItemId,
        /// What is wrong with it.
        source: QuantityError,
    },
}

impl Order {
    /// A new order in the first state of `flow`.
    pub fn new(new: NewOrder, flow: &Flow, by: &UserId, at: Timestamp) -> Result<Self, NewOrderError> {
        if !new.quantity.is_positive() {
            return Err(NewOrderError::NothingToMake);
        }
        let mut operations: Vec<_> = new.operations.into_iter().map(OrderOperation::from).collect();
        operations.sort_by_key(|operation| operation.number);
        let Some(last) = operations.last().map(|operation| operation.number) else {
            return Err(NewOrderError::NoOperation(new.item.id));
        };
        let mut materials = Vec::with_capacity(new.needs.len());
        for (need, item) in new.needs {
            let operation = need.operation.unwrap_or(last);
            if !operations.iter().any(|known| known.number == operation) {
                return Err(NewOrderError::UnknownOperation { component: need.component, operation });
            }
            let required = new
                .quantity
                .times_rounded_up(need.per, item.scale)
                .map_err(|source| NewOrderError::Quantity { component: item.id.clone(), source })?;
            materials.push(Material {
                item: item.id,
                name: item.name,
                unit: item.unit,
                per: need.per,
                required,
                operation,
            });
        }
        let state = flow.initial.clone();
        Ok(Self {
            id: new.id,
            item: new.item.id,
            item_name: new.item.name,
            unit: new.item.unit,
            quantity: new.quantity,
            line: new.line,
            priority: new.priority,
            due: new.due,
            customer: new.customer,
            note: new.note,
            lot: String::new(),
            custom: new.custom,
            flow: flow.reference(),
            state: state.clone(),
            state_since: at,
            review: None,
            paused: None,
            started: None,
            completed: None,
            signed: None,
            cancelled: None,
            operations,
            materials,
            inspections: Vec::new(),
            exceptions: Vec::new(),
            signatures: Vec::new(),
            history: vec![HistoryEntry { action: "create".into(), state, by: by.clone(), at, reason: String::new() }],
            stops: Vec::new(),
            nonconformances: Vec::new(),
            split_from: None,
            merged_into: None,
        })
    }

    /// The operation of that number.
    pub fn operation(&self, number: u16) -> Option<&OrderOperation> {
        self.operations.iter().find(|operation| operation.number == number)
    }

    /// True for the operation that finished goods come from.
    pub fn is_last_operation(&self, number: u16) -> bool {
        self.operations.last().is_some_and(|last| last.number == number)
    }

    /// The operation before that one, whose good pieces it works on.
    pub fn operation_before(&self, number: u16) -> Option<&OrderOperation> {
        self.operations.iter().take_while(|operation| operation.number < number).last()
    }

    /// The operation after that one.
    pub fn operation_after(&self, number: u16) -> Option<&OrderOperation> {
        self.operations.iter().find(|operation| operation.number > number)
    }

    /// True when an inspection of that kind has passed: any first article, but of the finished goods the latest, which
    /// says what is so now.
    pub fn has_passed(&self, kind: InspectionKind) -> bool {
        let mut counted = self.inspections.iter().filter(|done| done.kind == kind && !done.outdated);
        let passed = |done: &Inspection| done.result == InspectionResult::Pass;
        match kind {
            InspectionKind::FirstArticle => counted.any(passed),
            InspectionKind::Final => counted.next_back().is_some_and(passed),
        }
    }

    /// True when the latest first article that counts has failed.
    pub fn first_article_failed(&self) -> bool {
        let mut counted =
            self.inspections.iter().filter(|done| done.kind == InspectionKind::FirstArticle && !done.outdated);
        counted.next_back().is_some_and(|done| done.result == InspectionResult::Fail)
    }

    /// Sorts lists: urgent first, then by due date, those without one last.
    pub fn sort_key(&self) -> String {
        let priority = match self.priority {
            Priority::Urgent => 0,
            Priority::High => 1,
            Priority::Normal => 2,
            Priority::Low => 3,
        };
        let due = self.due.map_or_else(|| "9999-12-31".to_owned(), |due| due.to_string());
        format!("{priority}|{due}")
    }
}
