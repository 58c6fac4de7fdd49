//! Purchase orders and sales orders: what was ordered, how far each line has come, and when they take no more.
//!
//! How far a line has come stands in bounded counters in the scope of its document, which each movement moves in its own
//! commit. So several people book on one document at once, and the bound refuses the surplus. The document's record
//! changes in edits and when its state does.

pub mod line;
mod progress;

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::id::{DocumentId, IdError, ItemId, OrderId, UserId};
use crate::order::Mark;
use crate::permission::Permission;
use crate::quantity::Quantity;
use crate::refusal::{Refusal, Unmet};
use crate::text::Lang;

pub use progress::{LineProgress, changes, counter_name, refused};

/// The most lines of a document.
pub const LINES_MAX: usize = 200;

/// The longest number of a document, in characters: with its line it is the holder of stock.
pub const NUMBER_MAX: usize = 64;

/// The most that a line may be delivered over, in percent.
pub const TOLERANCE_MAX: u8 = 100;

/// Which way goods go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// 采购订单: from a supplier.
    Purchase,
    /// 销售订单: to a customer.
    Sales,
}

impl DocumentKind {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Purchase => "purchase",
            Self::Sales => "sales",
        }
    }

    /// The name that people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Purchase => lang.pick("采购订单", "purchase order"),
            Self::Sales => lang.pick("销售订单", "sales order"),
        }
    }

    /// What numbers of its own and holders of its stock begin with.
    pub fn prefix(self) -> &'static str {
        match self {
            Self::Purchase => "PO",
            Self::Sales => "SO",
        }
    }

    /// What it takes to make and change one.
    pub fn permission(self) -> Permission {
        match self {
            Self::Purchase => Permission::PurchaseEdit,
            Self::Sales => Permission::SalesEdit,
        }
    }
}

/// Whether a document takes movements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DocumentState {
    /// Something is to come, or to go.
    #[default]
    Open,
    /// All of it has come, or gone. It takes what its tolerance allows, and returns open it again.
    Fulfilled,
    /// Somebody ended it.
    Closed,
    /// Nothing came of it.
    Cancelled,
}

impl DocumentState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Fulfilled => "fulfilled",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }

    /// True while movements may name it.
    pub fn is_live(self) -> bool {
        matches!(self, Self::Open | Self::Fulfilled)
    }
}

/// One line of a document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DocumentLine {
    /// Its number in the document, above zero.
    pub line: u16,
    /// What.
    pub item: ItemId,
    /// How much, in the item's unit and at its scale.
    pub quantity: Quantity,
    /// The day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::date_option")]
    pub due: Option<Date>,
    /// How much more may be delivered, in percent of `quantity`.
    #[serde(default)]
    pub tolerance_percent: u8,
}

impl DocumentLine {
    /// The most that may be delivered, in units.
    pub fn limit(&self) -> i64 {
        let units = i128::from(self.quantity.units()) * i128::from(100 + u32::from(self.tolerance_percent)) / 100;
        i64::try_from(units).unwrap_or(i64::MAX)
    }
}

/// A purchase order or a sales order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Document {
    /// Its number.
    pub id: DocumentId,
    /// Which way goods go.
    pub kind: DocumentKind,
    /// The supplier, or the customer.
    pub partner: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What is ordered, by line number.
    pub lines: Vec<DocumentLine>,
    /// Whether it takes movements.
    pub state: DocumentState,
    /// Who made it.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// Who ended it, when and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Mark>,
}

/// A line of a document, as a movement names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct LineRef {
    /// Which way goods go.
    pub kind: DocumentKind,
    /// The document.
    pub document: DocumentId,
    /// The line.
    pub line: u16,
}

impl LineRef {
    /// For whom stock of this line is held: deliveries until they are put away, goods that are picked.
    pub fn holder(&self) -> Result<OrderId, IdError> {
        format!("{}:{}/{}", self.kind.prefix(), self.document, self.line).parse()
    }

    /// The line that this is the holder of.
    pub fn of_holder(holder: &str) -> Option<Self> {
        let (prefix, rest) = holder.split_once(':')?;
        let kind = [DocumentKind::Purchase, DocumentKind::Sales].into_iter().find(|kind| kind.prefix() == prefix)?;
        let (document, line) = rest.rsplit_once('/')?;
        Some(Self { kind, document: document.parse().ok()?, line: line.parse().ok()? })
    }

    /// The scope of the counters of its document. No order can be called so.
    pub fn scope(&self) -> String {
        scope(self.kind, &self.document)
    }
}

/// The scope of a document's counters.
pub fn scope(kind: DocumentKind, id: &DocumentId) -> String {
    format!("@{}/{id}", kind.as_str())
}

/// True for what a work order must not be called, since lines of documents hold stock under such names.
pub fn is_reserved(id: &OrderId) -> bool {
    [DocumentKind::Purchase, DocumentKind::Sales]
        .iter()
        .any(|kind| id.as_str().strip_prefix(kind.prefix()).is_some_and(|rest| rest.starts_with(':')))
}

impl Document {
    /// The line of that number.
    pub fn line(&self, number: u16) -> Option<&DocumentLine> {
        self.lines.iter().find(|line| line.line == number)
    }

    /// What a movement calls its line.
    pub fn line_ref(&self, line: u16) -> LineRef {
        LineRef { kind: self.kind, document: self.id.clone(), line }
    }

    /// The first day on which something is due.
    pub fn due(&self) -> Option<Date> {
        self.lines.iter().filter_map(|line| line.due).min()
    }

    /// What is wrong with it: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        if self.id.as_str().chars().count() > NUMBER_MAX {
            faults.push(("id".into(), format!("expected at most {NUMBER_MAX} characters")));
        }
        if self.partner.trim().is_empty() || self.partner.chars().count() > 200 {
            faults.push(("partner".into(), "expected a name of 1 to 200 characters".into()));
        }
        if self.lines.is_empty() || self.lines.len() > LINES_MAX {
            faults.push(("lines".into(), format!("expected 1 to {LINES_MAX} lines")));
        }
        for (n, line) in self.lines.iter().enumerate() {
            if line.line == 0 || self.lines[..n].iter().any(|other| other.line == line.line) {
                faults.push((format!("lines[{n}].line"), "expected a number above 0 that no other line has".into()));
            }
            if !line.quantity.is_positive() || line.limit() == i64::MAX {
                faults.push((format!("lines[{n}].quantity"), "expected a quantity above zero".into()));
            }
            if line.tolerance_percent > TOLERANCE_MAX {
                faults.push((format!("lines[{n}].tolerance_percent"), format!("expected at most {TOLERANCE_MAX}")));
            }
        }
        faults
    }

    /// The state that follows from what was delivered; one that somebody ended stays so.
    pub fn state_by(&self, counters: &BTreeMap<String, i64>) -> DocumentState {
        if !self.state.is_live() {
            return self.state;
        }
        let done = |line: &DocumentLine| LineProgress::of(self.kind, line, counters).open.is_zero();
        if self.lines.iter().all(done) { DocumentState::Fulfilled } else { DocumentState::Open }
    }
}

/// The state that the document comes into by these changes of its counters.
pub fn state_after(
    document: &Document,
    counters: &BTreeMap<String, i64>,
    changes: &[crate::decide::CounterChange],
) -> DocumentState {
    let mut counters = counters.clone();
    for change in changes {
        *counters.entry(change.name.clone()).or_default() += change.delta;
    }
    document.state_by(&counters)
}

fn not_live(document: &Document, lang: Lang) -> Option<Unmet> {
    if document.state.is_live() {
        return None;
    }
    let (what, id) = (document.kind.label(lang), &document.id);
    let detail = match lang {
        Lang::Zh => format!("{what} {id} 已关闭或取消"),
        Lang::En => format!("{what} {id} is closed or cancelled"),
    };
    let remedy = lang.pick("重新打开,或另建一单", "open it again, or make another one");
    Some(Unmet::new("document.over", detail, remedy, document.kind.permission().holders()))
}

/// Decides an edit: the lines that have begun stay, with their item, and nothing falls below what was booked. The counter
/// changes that come with it move nothing; their bounds hold the edit against bookings of the same moment.
pub fn edit(
    before: &Document,
    after: &Document,
    counters: &BTreeMap<String, i64>,
    lang: Lang,
) -> Result<Vec<crate::decide::CounterChange>, Refusal> {
    let holders = before.kind.permission().holders();
    let mut unmet: Vec<Unmet> = not_live(before, lang).into_iter().collect();
    let mut checks = Vec::new();
    for line in &before.lines {
        let progress = LineProgress::of(before.kind, line, counters);
        let number = line.line;
        let same = after.line(number).filter(|kept| kept.item == line.item);
        let booked = progress.booked();
        let Some(kept) = same else {
            if progress.has_begun() {
                let detail = match lang {
                    Lang::Zh => format!("第 {number} 行已有业务,不能删除或更换物料"),
                    Lang::En => format!("line {number} has movements: it stays, with its item"),
                };
                let remedy = lang.pick("保留该行,减少数量即可", "keep the line, and order less of it");
                unmet.push(Unmet::new("document.line_begun", detail, remedy, holders));
            }
            checks.push(progress::unbegun(before.kind, number));
            continue;
        };
        if kept.limit() < booked.units() {
            let detail = match lang {
                Lang::Zh => format!("第 {number} 行已收发 {booked},不能改为 {}", kept.quantity),
                Lang::En => format!("{booked} of line {number} are booked already, not {}", kept.quantity),
            };
            let remedy = lang.pick("数量不少于已收发的", "order at least what is booked");
            unmet.push(Unmet::new("document.below_booked", detail, remedy, holders));
        }
        checks.push(progress::at_most(before.kind, number, kept.limit()));
    }
    if unmet.is_empty() { Ok(checks) } else { Err(Refusal { unmet }) }
}

/// Ends a document or opens it again. Whoever commits this releases what was picked for it.
pub fn set_state(
    document: &Document,
    to: DocumentState,
    mark: Mark,
    counters: &BTreeMap<String, i64>,
    lang: Lang,
) -> Result<Document, Refusal> {
    let holders = document.kind.permission().holders();
    let mut after = document.clone();
    let refuse =
        |code: &str, detail: String, remedy: &str| Err(Refusal::one(Unmet::new(code, detail, remedy, holders)));
    match (document.state.is_live(), to) {
        (true, DocumentState::Closed | DocumentState::Cancelled) => {
            let progress = |line: &DocumentLine| LineProgress::of(document.kind, line, counters);
            if to == DocumentState::Cancelled && document.lines.iter().any(|line| progress(line).booked().is_positive())
            {
                let detail = lang.pick("已有收发,不能取消", "something of it was delivered").to_owned();
                return refuse("document.begun", detail, lang.pick("关闭它", "close it instead"));
            }
            if document.lines.iter().any(|line| progress(line).waits()) {
                let detail =
                    lang.pick("还有待检或待上架的来料", "deliveries wait to be inspected or put away").to_owned();
                return refuse(
                    "document.waiting",
                    detail,
                    lang.pick("先检验并上架", "inspect them and put them away first"),
                );
            }
            after.state = to;
            after.ended = Some(mark);
        }
        (false, DocumentState::Open) => {
            after.state = DocumentState::Open;
            after.ended = None;
            after.state = after.state_by(counters);
        }
        _ => {
            let detail = match lang {
                Lang::Zh => format!("{} 现为 {}", document.id, document.state.as_str()),
                Lang::En => format!("{} is {}", document.id, document.state.as_str()),
            };
            return refuse("document.state", detail, lang.pick("刷新后再看", "look at it anew"));
        }
    }
    Ok(after)
}
