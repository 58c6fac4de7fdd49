//! Purchase orders, sales orders, and what goes on between them.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use takt_domain::document::{Document, DocumentState, LineProgress, LineRef};
use takt_domain::extra_issue::{ExtraState, Need};
use takt_domain::id::{DocumentId, InspectionId, ItemId, LocationId, NonconformanceId, OrderId};
use takt_domain::kanban::{Call, CallState, KanbanLoop};
use takt_domain::order::InspectionResult;
use takt_domain::quality::incoming::IncomingVerdict;
use takt_domain::quality::{Failed, Sample};
use takt_domain::quantity::Quantity;
use takt_domain::shortage;
use takt_domain::supply::SupplySettings;

/// One line of a document that is made or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutLine {
    /// Its number; its place in the list times ten where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u16>,
    /// What.
    pub item: ItemId,
    /// How much, in the item's unit.
    pub quantity: Quantity,
    /// The unit of the quantity, where it is another one than the item's own; it is kept in the item's own.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub unit: String,
    /// The day on which it is due.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "takt_domain::time::date_option")]
    pub due: Option<Date>,
    /// How much more may be delivered, in percent; what the plant has set where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tolerance_percent: Option<u8>,
}

/// `POST /api/v1/purchase-orders` and `/sales-orders`; `PUT` to one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutDocument {
    /// Its number, for a new one; the plant's next where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<DocumentId>,
    /// The supplier, or the customer.
    pub partner: String,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// What is ordered.
    pub lines: Vec<PutLine>,
    /// The version that is changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<u64>,
}

/// `POST /api/v1/purchase-orders/{document}/state` and the same for sales orders.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SetDocumentState {
    /// `closed` or `cancelled` ends it, and frees what was picked for it; `open` opens it again.
    pub state: DocumentState,
    /// Why.
    pub reason: String,
}

/// What a write to a document answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentAnswer {
    /// Its number.
    pub id: DocumentId,
    /// Its state.
    pub state: DocumentState,
    /// Its version.
    pub version: u64,
}

/// A document with how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DocumentRow {
    /// The document.
    pub document: Document,
    /// Its version.
    pub version: u64,
    /// Its lines, in the same order.
    pub progress: Vec<LineRow>,
}

/// How far a line has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LineRow {
    /// The line.
    pub line: u16,
    /// The name of its item.
    pub name: String,
    /// The unit of its item.
    pub unit: String,
    /// Deliveries of it are inspected first.
    pub inspected: bool,
    /// How far it has come.
    pub progress: LineProgress,
}

/// `POST /api/v1/incoming-inspections`: judges what waits in quarantine for a line of a document.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InspectIncoming {
    /// The line that it came by.
    pub line: LineRef,
    /// Where it stands.
    pub location: LocationId,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// How much is judged by it.
    pub quantity: Quantity,
    /// What was found, where the item has a plan: the plan says whether that is a pass.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<Sample>,
    /// Whether it is well, where there is no plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<InspectionResult>,
    /// Where it goes when it passes; receiving, else a store, where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LocationId>,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// `POST /api/v1/incoming-inspections/{inspection}/disposition`: to accept needs an electronic signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DisposeIncoming {
    /// What becomes of the pieces.
    pub verdict: IncomingVerdict,
    /// Where they go, when they are accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<LocationId>,
    /// Why.
    pub reason: String,
}

/// The answer to both.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct IncomingAnswer {
    /// The inspection.
    pub id: InspectionId,
    /// `passed`, `open` or `decided`.
    pub state: String,
    /// The outcome.
    pub result: InspectionResult,
    /// What was not well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
    /// The number of the nonconformance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonconformance: Option<NonconformanceId>,
    /// The lot of the pieces: a new one where failed pieces were a part of a lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
}

/// `GET` and `PUT /api/v1/supply-settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SupplySettingsDocument {
    /// The version that is there; that which was read, when it is put. 0 for the first time.
    pub version: u64,
    /// The settings.
    pub settings: SupplySettings,
}

/// One row of `GET /api/v1/receiving`: what was delivered and waits for its next step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WaitingRow {
    /// What.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// Where it waits.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
    /// The line that it came by; none for a receipt without a document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineRef>,
    /// What it waits for.
    pub step: WaitingStep,
    /// Where it is proposed to go.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal: Option<LocationId>,
}

/// What stock waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum WaitingStep {
    /// To be inspected.
    Inspect,
    /// To be put away.
    PutAway,
}

/// `GET /api/v1/receiving`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Receiving {
    /// What waits, by location and item.
    pub rows: Vec<WaitingRow>,
}

/// One step of a pick: take so much from there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PickStep {
    /// For which line.
    pub line: u16,
    /// What.
    pub item: ItemId,
    /// Its name.
    pub name: String,
    /// Its unit.
    pub unit: String,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// From where.
    pub location: LocationId,
    /// How much.
    pub quantity: Quantity,
}

/// `GET /api/v1/sales-orders/{document}/pick`: what to take from where, and what is ready to go.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PickList {
    /// What to pick, oldest lot first.
    pub pick: Vec<PickStep>,
    /// What is picked and waits to be shipped, with where it stands.
    pub ship: Vec<PickStep>,
    /// What is neither in stock nor picked, by line.
    pub short: Vec<PickShort>,
}

/// What a line lacks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PickShort {
    /// Which line.
    pub line: u16,
    /// What.
    pub item: ItemId,
    /// How much is missing.
    pub quantity: Quantity,
}

/// `PUT /api/v1/kanban/{loop}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutLoop {
    /// The version that is there; that which was read, when it is put. 0 for a new one.
    pub version: u64,
    /// What.
    pub item: ItemId,
    /// From where.
    pub from: LocationId,
    /// To where.
    pub to: LocationId,
    /// How much a card stands for.
    pub per_card: Quantity,
    /// How many cards there are.
    pub cards: u16,
    /// After how many minutes a call is late; the plant's own number where none is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_minutes: Option<u32>,
    /// False for one that is not used any more.
    #[serde(default = "yes")]
    pub active: bool,
}

fn yes() -> bool {
    true
}

/// One loop, and how it stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LoopRow {
    /// The loop.
    #[serde(rename = "loop")]
    pub of: KanbanLoop,
    /// Its version.
    pub version: u64,
    /// The name of its item.
    pub name: String,
    /// The unit of its item.
    pub unit: String,
    /// How many of its cards are out.
    pub out: i64,
    /// What is free where it comes from.
    pub available: Quantity,
    /// What stands where it goes to.
    pub there: Quantity,
}

/// `GET /api/v1/kanban`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Loops {
    /// All of them, by their name.
    pub rows: Vec<LoopRow>,
}

/// One call, and whether it is late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallRow {
    /// The call.
    pub call: Call,
    /// The name of its item.
    pub name: String,
    /// The unit of its item.
    pub unit: String,
    /// When it is late.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub due: Timestamp,
    /// It is open, and that was before now.
    pub late: bool,
}

/// `POST /api/v1/kanban/{loop}/calls`: nothing is to be said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CallKanban {}

/// `POST /api/v1/kanban-calls/{call}/fulfilment`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct FulfilCall {
    /// From where, where it is not the loop's own place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<LocationId>,
    /// Of which lot.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lot: String,
    /// How much, where it is not a card's worth.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quantity: Option<Quantity>,
}

/// `POST /api/v1/kanban-calls/{call}/cancellation`
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EndCall {
    /// Why.
    pub reason: String,
}

/// What a write to a call answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CallAnswer {
    /// Its number.
    pub id: String,
    /// How it stands.
    pub state: CallState,
}

/// `POST /api/v1/extra-issues/{extra}/decision`: to agree needs an electronic signature.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct DecideExtra {
    /// True books it.
    pub agree: bool,
    /// A remark; why, where it is refused.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub comment: String,
}

/// What a write to a request for an extra issue answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExtraAnswer {
    /// Its number.
    pub id: String,
    /// How it stands.
    pub state: ExtraState,
    /// How it compares with what the order needs.
    pub need: Need,
}

/// `GET /api/v1/shortages`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shortages {
    /// The orders that were looked at, in the order in which they are served.
    pub orders: Vec<OrderId>,
    /// There are more orders than the list takes.
    pub more: bool,
    /// A row for each item that they need, those that are short first.
    pub rows: Vec<shortage::Row>,
}

/// `PUT /api/v1/prices/{item}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutPrice {
    /// The standard price of a unit, in the plant's currency; none takes it away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
}

/// `GET /api/v1/prices/{item}`, and what a write to it answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ItemPrice {
    /// Of what.
    pub item: ItemId,
    /// The standard price of a unit; none where nobody has set one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub price: Option<Quantity>,
    /// In which currency.
    pub currency: String,
}
