//! The ledger: quantities go from one account to another, and every account but the virtual ones has a floor at zero.
//!
//! An account is an item and lot at a location, free or held for one order. So a reservation is a posting like any
//! other, from the free account of a location to the order's at the same place, and stock on hand is the sum of both.

use serde::{Deserialize, Serialize};

use crate::id::{ItemId, LocationId, OrderId};
use crate::quantity::Quantity;

/// One side of a posting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Account {
    /// Where.
    pub location: LocationId,
    /// Held for this order; free where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
}

impl Account {
    /// Stock that nobody has reserved.
    pub fn free(location: LocationId) -> Self {
        Self { location, order: None }
    }

    /// Stock held for an order.
    pub fn held(location: LocationId, order: &OrderId) -> Self {
        Self { location, order: Some(order.clone()) }
    }
}

/// Why stock moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum MovementKind {
    /// 入库: from the supplier.
    Receipt,
    /// 领料: from a store to a line.
    Issue,
    /// 退料: from a line back to a store.
    Return,
    /// 调拨: from place to place.
    Transfer,
    /// 出库: to the customer.
    Shipment,
    /// 报废: thrown away.
    Scrap,
    /// What stood there when Takt began.
    Opening,
    /// 预留: held for an order.
    Reserve,
    /// Free again.
    Release,
    /// 倒冲: consumed by a report.
    Consume,
    /// 完工入库: made by a report.
    Produce,
    /// Finished goods leave quarantine.
    QualityRelease,
    /// A receipt pays back what production drew beyond the books, or it comes back where the report is taken back.
    Settle,
    /// Takes an earlier posting back.
    Reversal,
    /// 外协发出: pieces of an order go to the supplier that does an operation of it.
    OutsourceSend,
    /// 外协收回: they come back.
    OutsourceReceive,
    /// 盘点调整: a count found more or less than the books had.
    Adjust,
    /// 批次拆并: stock of one lot becomes stock of another.
    Relot,
}

impl MovementKind {
    /// Every kind.
    pub const ALL: [Self; 18] = [
        Self::Receipt,
        Self::Issue,
        Self::Return,
        Self::Transfer,
        Self::Shipment,
        Self::Scrap,
        Self::Opening,
        Self::Reserve,
        Self::Release,
        Self::Consume,
        Self::Produce,
        Self::QualityRelease,
        Self::Settle,
        Self::Reversal,
        Self::OutsourceSend,
        Self::OutsourceReceive,
        Self::Adjust,
        Self::Relot,
    ];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Receipt => "receipt",
            Self::Issue => "issue",
            Self::Return => "return",
            Self::Transfer => "transfer",
            Self::Shipment => "shipment",
            Self::Scrap => "scrap",
            Self::Opening => "opening",
            Self::Reserve => "reserve",
            Self::Release => "release",
            Self::Consume => "consume",
            Self::Produce => "produce",
            Self::QualityRelease => "quality_release",
            Self::Settle => "settle",
            Self::Reversal => "reversal",
            Self::OutsourceSend => "outsource_send",
            Self::OutsourceReceive => "outsource_receive",
            Self::Adjust => "adjust",
            Self::Relot => "relot",
        }
    }

    /// The kind of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The name that people read.
    pub fn label(self, lang: crate::text::Lang) -> &'static str {
        match self {
            Self::Receipt => lang.pick("入库", "receipt"),
            Self::Issue => lang.pick("领料", "issue"),
            Self::Return => lang.pick("退料", "return"),
            Self::Transfer => lang.pick("调拨", "transfer"),
            Self::Shipment => lang.pick("出库", "shipment"),
            Self::Scrap => lang.pick("报废", "scrap"),
            Self::Opening => lang.pick("期初", "opening"),
            Self::Reserve => lang.pick("预留", "reserve"),
            Self::Release => lang.pick("释放预留", "release"),
            Self::Consume => lang.pick("倒冲", "consume"),
            Self::Produce => lang.pick("完工入库", "produce"),
            Self::QualityRelease => lang.pick("质检放行", "quality release"),
            Self::Settle => lang.pick("冲抵缺料", "settle shortage"),
            Self::Reversal => lang.pick("冲销", "reversal"),
            Self::OutsourceSend => lang.pick("外协发出", "sent to supplier"),
            Self::OutsourceReceive => lang.pick("外协收回", "back from supplier"),
            Self::Adjust => lang.pick("盘点调整", "count adjustment"),
            Self::Relot => lang.pick("批次拆并", "lot change"),
        }
    }

    /// True for what only changes who stock is held for, not where it stands.
    pub fn is_reservation(self) -> bool {
        matches!(self, Self::Reserve | Self::Release)
    }
}

/// What the domain decides about one flow of stock; the store adds who, when and the ids.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Why.
    pub kind: MovementKind,
    /// What.
    pub item: ItemId,
    /// Of which lot; empty for none.
    pub lot: String,
    /// From.
    pub from: Account,
    /// To.
    pub to: Account,
    /// How much, above zero, in the item's scale.
    pub quantity: Quantity,
    /// The posting that this one takes back, by its id.
    pub reverses: Option<String>,
}

/// What stands in one account now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Balance {
    /// What.
    pub item: ItemId,
    /// Of which lot; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// Where.
    pub location: LocationId,
    /// Held for this order; free where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// How much.
    pub quantity: Quantity,
}

impl Balance {
    /// The account that it is the balance of.
    pub fn account(&self) -> Account {
        Account { location: self.location.clone(), order: self.order.clone() }
    }
}
