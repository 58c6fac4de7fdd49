//! Lots and serial numbers: what is known of a lot beside how much of it stands where, which lots may be used, and in which
//! order the system takes them by itself.
//!
//! The ledger knows a lot as a text beside the item. This is the record that belongs to it. A lot without a record (stock
//! that was there before lots had any) is free and never expires.
//!
//! To use a lot is to issue it, to ship it, to consume it, to send it to a supplier who works on it, or to hold it for
//! somebody. What has expired or is kept back is not used; it may still go to another place, to scrap or back to where it
//! came from.

pub mod change;
pub mod expiry;
pub mod incoming;
pub mod serial;

pub use serial::there_already;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use self::incoming::LotInspection;
use crate::document::LineRef;
use crate::id::ItemId;
use crate::ledger::{Balance, MovementKind, Posting};
use crate::master::Item;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::Unmet;
use crate::text::Lang;

/// The longest number of a lot, in characters.
pub const LOT_MAX: usize = 64;

/// How the stock of an item is told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Tracking {
    /// Not at all; a lot may still be named.
    #[default]
    None,
    /// By lot: every movement names one.
    Lot,
    /// Each piece by its own number.
    Serial,
}

impl Tracking {
    /// True where nothing is told apart.
    pub fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// The tracking of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "none" => Some(Self::None),
            "lot" => Some(Self::Lot),
            "serial" => Some(Self::Serial),
            _ => None,
        }
    }

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Lot => "lot",
            Self::Serial => "serial",
        }
    }
}

/// Whether quality lets a lot be used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum LotState {
    /// It may be used.
    #[default]
    Free,
    /// Kept back until quality has looked at it.
    Quarantine,
    /// Quality has found that it is not to be used.
    Blocked,
}

impl LotState {
    /// True for what may be used, as far as quality goes.
    pub fn is_free(&self) -> bool {
        *self == Self::Free
    }

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Free => "free",
            Self::Quarantine => "quarantine",
            Self::Blocked => "blocked",
        }
    }

    /// The name that people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Free => lang.pick("可用", "free"),
            Self::Quarantine => lang.pick("隔离", "quarantine"),
            Self::Blocked => lang.pick("冻结", "blocked"),
        }
    }
}

/// A lot, or a piece with a number of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Lot {
    /// Of which item.
    pub item: ItemId,
    /// Its number, unique for the item.
    pub number: String,
    /// Whether it may be used.
    pub state: LotState,
    /// Why it is not free, or was made so again.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The last day on which it may be used.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub expires: Option<Date>,
    /// The day on which it was made, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub made: Option<Date>,
    /// When it first came in, or was first reported.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub since: Timestamp,
    /// What its supplier calls it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub supplier_lot: String,
    /// The lots of the same item that it was made of by splitting or merging.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<String>,
    /// The incoming inspection that it waits for, or by which it was judged last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inspection: Option<LotInspection>,
}

/// The name of a lot's record. No two lots share one, whatever stands in their numbers.
pub fn key(item: &str, number: &str) -> String {
    let escaped = |text: &str| text.replace('%', "%25").replace('/', "%2F");
    format!("{}/{}", escaped(item), escaped(number))
}

/// Why a lot is not to be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// This was its last day.
    Expired(Date),
    /// Kept back, for this reason.
    Quarantine(String),
    /// Kept back, since it came by this line and nobody has inspected it yet.
    ToInspect(LineRef),
    /// Found not to be usable, for this reason.
    Blocked(String),
}

impl Lot {
    /// A lot of which nothing more is known yet.
    pub fn new(item: ItemId, number: &str, since: Timestamp) -> Self {
        Self {
            item,
            number: number.to_owned(),
            state: LotState::Free,
            reason: String::new(),
            expires: None,
            made: None,
            since,
            supplier_lot: String::new(),
            parents: Vec::new(),
            inspection: None,
        }
    }

    /// Whether it may be used on a day.
    pub fn is_usable(&self, today: Option<Date>) -> bool {
        let is_over = self.expires.is_some_and(|expires| today.is_some_and(|today| today > expires));
        self.state.is_free() && !is_over
    }

    /// Why it is not to be used on a day.
    pub fn fault(&self, today: Option<Date>) -> Option<Fault> {
        if let Some(line) = self.waits_for() {
            return Some(Fault::ToInspect(line.clone()));
        }
        match self.state {
            LotState::Quarantine => return Some(Fault::Quarantine(self.reason.clone())),
            LotState::Blocked => return Some(Fault::Blocked(self.reason.clone())),
            LotState::Free => {}
        }
        let expires = self.expires?;
        today.is_some_and(|today| today > expires).then_some(Fault::Expired(expires))
    }
}

impl Fault {
    /// The name that travels.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Expired(_) => "expired",
            Self::Quarantine(_) | Self::ToInspect(_) => "quarantine",
            Self::Blocked(_) => "blocked",
        }
    }

    /// The refusal: what is so, what mends it, and who can.
    pub fn unmet(&self, item: &ItemId, lot: &str, lang: Lang) -> Unmet {
        let because = |reason: &str| match lang {
            _ if reason.is_empty() => String::new(),
            Lang::Zh => format!("({reason})"),
            Lang::En => format!(" ({reason})"),
        };
        match self {
            Self::Expired(last) => {
                let detail = match lang {
                    Lang::Zh => format!("{item} 批次 {lot} 已过期,最后可用日为 {last}"),
                    Lang::En => format!("lot {lot} of {item} has expired: {last} was its last day"),
                };
                let remedy = lang.pick(
                    "换用未过期的批次;此批次只能调拨、报废或退给供应商",
                    "take another lot; this one can only be moved elsewhere, scrapped or sent back",
                );
                Unmet::new("lot.expired", detail, remedy, Permission::StockMove.holders())
            }
            Self::Quarantine(reason) => {
                let because = because(reason);
                let detail = match lang {
                    Lang::Zh => format!("{item} 批次 {lot} 已隔离{because}"),
                    Lang::En => format!("lot {lot} of {item} is in quarantine{because}"),
                };
                let remedy = lang.pick("换用其他批次,或请质检放行", "take another lot, or have quality release it");
                Unmet::new("lot.quarantine", detail, remedy, Permission::QualityDispose.holders())
            }
            Self::ToInspect(line) => {
                let (document, number) = (&line.document, line.line);
                let detail = match lang {
                    Lang::Zh => format!("{item} 批次 {lot} 待来料检验({document} 第 {number} 行)"),
                    Lang::En => format!("lot {lot} of {item} waits for its inspection (line {number} of {document})"),
                };
                let remedy = lang.pick("换用其他批次,或请质检检验", "take another lot, or have it inspected");
                Unmet::new("lot.quarantine", detail, remedy, Permission::QualityInspect.holders())
            }
            Self::Blocked(reason) => {
                let because = because(reason);
                let detail = match lang {
                    Lang::Zh => format!("{item} 批次 {lot} 已冻结{because}"),
                    Lang::En => format!("lot {lot} of {item} is blocked{because}"),
                };
                let remedy = lang.pick("换用其他批次,或请质检放行", "take another lot, or have quality release it");
                Unmet::new("lot.blocked", detail, remedy, Permission::QualityDispose.holders())
            }
        }
    }
}

/// A lot as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownLot {
    /// The lot.
    pub lot: Lot,
    /// The version of its record.
    pub version: u64,
}

/// The place of a lot in the order in which the system takes: what expires first, then what came first.
pub type Rank<'a> = (Date, Option<Timestamp>, &'a str);

/// What is known of the lots that a decision looks at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lots {
    /// The plant's own day. Nothing has expired where nobody knows it.
    pub today: Option<Date>,
    // Shared, so that facts are copied in a page without the code that copies lots.
    known: Arc<BTreeMap<ItemId, BTreeMap<String, KnownLot>>>,
}

impl Lots {
    /// None yet.
    pub fn on(today: Option<Date>) -> Self {
        Self { today, known: Arc::default() }
    }

    /// Adds one, or puts it in the place of what was known of it.
    pub fn put(&mut self, lot: Lot, version: u64) {
        let of_item = Arc::make_mut(&mut self.known).entry(lot.item.clone()).or_default();
        of_item.insert(lot.number.clone(), KnownLot { lot, version });
    }

    /// What is known of a lot.
    pub fn get(&self, item: &ItemId, number: &str) -> Option<&KnownLot> {
        self.known.get(item)?.get(number)
    }

    /// Why a lot is not to be used today.
    pub fn fault(&self, item: &ItemId, number: &str) -> Option<Fault> {
        self.get(item, number)?.lot.fault(self.today)
    }

    /// True for what may be used today.
    pub fn usable(&self, balance: &Balance) -> bool {
        self.get(&balance.item, &balance.lot).is_none_or(|known| known.lot.is_usable(self.today))
    }

    /// Earliest expiry first; of those that expire at once, or never, the oldest first. What has no record was there before.
    pub fn rank<'a>(&'a self, balance: &'a Balance) -> Rank<'a> {
        let known = self.get(&balance.item, &balance.lot);
        let expires = known.and_then(|known| known.lot.expires).unwrap_or(Date::MAX);
        (expires, known.map(|known| known.lot.since), &balance.lot)
    }

    /// The last day of a lot; the latest of all days where it has none.
    pub fn last_day(&self, balance: &Balance) -> Date {
        self.rank(balance).0
    }

    /// What of these accounts may be taken, and in which order: what expires first, then the oldest, then by place.
    pub fn to_take<'a>(&'a self, accounts: impl Iterator<Item = &'a Balance>) -> Vec<&'a Balance> {
        let mut stock: Vec<&Balance> =
            accounts.filter(|balance| balance.quantity.is_positive() && self.usable(balance)).collect();
        stock.sort_by(|a, b| (self.rank(a), &a.location).cmp(&(self.rank(b), &b.location)));
        stock
    }

    /// Why these postings must not be: each lot that they use and that is not to be used, once.
    pub fn refused(&self, postings: &[Posting], lang: Lang) -> Vec<Unmet> {
        let mut told: Vec<(&ItemId, &str)> = Vec::new();
        let mut unmet = Vec::new();
        for posting in postings.iter().filter(|posting| uses(posting)) {
            let this = (&posting.item, posting.lot.as_str());
            if let Some(fault) = self.fault(this.0, this.1).filter(|_| !told.contains(&this)) {
                told.push(this);
                unmet.push(fault.unmet(this.0, this.1, lang));
            }
        }
        unmet
    }

    /// The lots that these postings use, each once: a decision rests on what is known of them.
    pub fn used(&self, postings: &[Posting]) -> Vec<&KnownLot> {
        let mut found: Vec<&KnownLot> = Vec::new();
        for posting in postings.iter().filter(|posting| uses(posting)) {
            if let Some(known) = self.get(&posting.item, &posting.lot)
                && !found.contains(&known)
            {
                found.push(known);
            }
        }
        found
    }
}

/// True for a posting that uses what it moves.
pub fn uses(posting: &Posting) -> bool {
    use MovementKind::{Consume, Issue, OutsourceSend, Reserve, Shipment, Transfer};
    match posting.kind {
        Issue | Shipment | Consume | Reserve | OutsourceSend => true,
        // What goes elsewhere, and is held for somebody from there on who did not hold it before.
        Transfer => posting.to.order.is_some() && posting.to.order != posting.from.order,
        _ => false,
    }
}

/// What is wrong with the lot and the quantity of a movement of an item: the field, and why.
pub fn wrong(item: &Item, lot: &str, quantity: Quantity, lang: Lang) -> Option<(&'static str, String)> {
    let id = &item.id;
    if lot.chars().any(char::is_control) || lot.starts_with('@') {
        return Some(("lot", "expected a number without control characters and a leading @".into()));
    }
    match item.tracking {
        Tracking::None => None,
        Tracking::Lot if lot.is_empty() => Some((
            "lot",
            match lang {
                Lang::Zh => format!("{id} 按批次管理,请填写批次号"),
                Lang::En => format!("expected a lot: {id} is tracked by lot"),
            },
        )),
        Tracking::Lot => None,
        Tracking::Serial if lot.is_empty() => Some((
            "lot",
            match lang {
                Lang::Zh => format!("{id} 按序列号管理,请填写序列号"),
                Lang::En => format!("expected a serial number as the lot: {id} is tracked by serial number"),
            },
        )),
        Tracking::Serial => (quantity.units() != serial::one(item)).then(|| {
            let detail = match lang {
                Lang::Zh => format!("{id} 按序列号管理,每次移动数量必须为 1"),
                Lang::En => format!("expected 1: {id} is tracked by serial number, and each piece moves by itself"),
            };
            ("quantity", detail)
        }),
    }
}

/// The last day of what was made on a day, by the item's shelf life.
pub fn last_day(item: &Item, made: Date) -> Option<Date> {
    let days = jiff::Span::new().try_days(item.shelf_life_days?).ok()?;
    made.checked_add(days).ok()
}
