//! Where a lot came from and where it went.

use serde::{Deserialize, Serialize};
use takt_domain::id::{ItemId, OrderId};
use takt_domain::lot::LotState;
use takt_domain::lot::incoming::LotInspection;
use takt_domain::quantity::Quantity;

/// What stands in a node of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TraceKind {
    /// A lot of an item.
    Lot,
    /// Stock of an item without a lot: the trace ends here.
    NoLot,
    /// A work order.
    Order,
    /// A delivery from a supplier, or what went back to one.
    Supplier,
    /// A shipment to a customer, or what came back from one.
    Customer,
    /// Thrown away.
    Scrap,
    /// Opening stock, and what counts found more or less.
    Adjustment,
    /// Production had drawn it before it was in the books.
    Shortage,
    /// Another place that is none of the plant's own.
    Other,
}

/// `GET /api/v1/trace`: a genealogy of a lot or an order, as nodes and what flowed between them. What was taken back is not in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Trace {
    /// The node that was asked about, by its place in `nodes`, from 0 on.
    pub start: u32,
    /// By layer.
    pub nodes: Vec<TraceNode>,
    /// What flowed.
    pub edges: Vec<TraceEdge>,
    /// There is more than is told: over 500 nodes, or further away than the depth.
    pub truncated: bool,
}

/// One node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceNode {
    /// What it is.
    pub kind: TraceKind,
    /// Its column in a picture where all flows from left to right, from 0 on.
    pub layer: u16,
    /// It is at the limit of depth: nobody has looked behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub open: bool,
    /// Of a lot or of stock without one: the item; of an order: what it makes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub item: Option<ItemId>,
    /// The item's name.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// The lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// Of a lot: how much of it stands in the plant's own places.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_hand: Option<Quantity>,
    /// The unit of the item.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Of a delivery or shipment: the paper; empty where nobody named one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub document: String,
    /// The purchase order or sales order, where it was a step of one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub ordered_by: String,
    /// The supplier or customer of that.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub partner: String,
    /// Of what is none of the plant's own places: true where goods came from there, false where they went there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inward: bool,
    /// Of a lot: whether it may be used; not there where it may.
    #[serde(default, skip_serializing_if = "LotState::is_free")]
    pub state: LotState,
    /// Of a lot: the incoming inspection that it waits for, or by which it was judged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<LotInspection>,
}

/// So much flowed from one node to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TraceEdge {
    /// From this node, by its place in `nodes`.
    pub from: u32,
    /// To this one.
    pub to: u32,
    /// Of what.
    pub item: ItemId,
    /// How much.
    pub quantity: Quantity,
    /// In this unit.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
}
