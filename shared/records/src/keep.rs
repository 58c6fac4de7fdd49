//! How each thing of the domain is kept: the kind and id of its record, what lists filter and sort by, what searches find.

use serde::Serialize;
use takt_domain::decide::{CounterChange, DomainEvent};
use takt_domain::field::Values;
use takt_domain::gs1;
use takt_domain::ledger::{Account, Posting};
use takt_domain::master::{Bom, CrewMember, Equipment, Item, Line, Location, Mould, Routing};
use takt_domain::movement::{OWED_SCOPE, owed_changes};
use takt_domain::order::Order;
use takt_domain::resource::{ResourceChange, SHOTS_SCOPE, USE_SCOPE};
use takt_store::{Commit, Event, RecordWrite};

use crate::caller::Caller;

/// The kinds of records.
pub mod kind {
    /// An item.
    pub const ITEM: &str = "item";
    /// The bill of material of an item, under the item's number.
    pub const BOM: &str = "bom";
    /// The routing of an item, under the item's number.
    pub const ROUTING: &str = "routing";
    /// A physical location.
    pub const LOCATION: &str = "location";
    /// A production line.
    pub const LINE: &str = "line";
    /// A machine.
    pub const EQUIPMENT: &str = "equipment";
    /// A mould.
    pub const MOULD: &str = "mould";
    /// Someone who works at a line.
    pub const CREW: &str = "crew";
    /// A user, with the hash of the PIN.
    pub const USER: &str = "user";
    /// Wrong PINs of a user.
    pub const SIGN_IN: &str = "sign_in";
    /// Who signed in at a device last, and when, under what the device calls itself.
    pub const DEVICE: &str = "device";
    /// What the plant has set about a device, under the same. It is a record of its own, so that no sign-in writes over it.
    pub const DEVICE_SETTING: &str = "device_setting";
    /// An electronic signature, under the id of its ticket: once there, that ticket is used.
    pub const SIGNATURE: &str = "signature";
    /// A work order.
    pub const ORDER: &str = "order";
    /// A production report.
    pub const REPORT: &str = "report";
    /// A published version of a flow of the plant's own, called `NAME.vVERSION`.
    pub const FLOW: &str = "flow";
    /// A flow that somebody is working on, under its name.
    pub const FLOW_DRAFT: &str = "flow_draft";
    /// The flow of new orders: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const FLOW_DEFAULT: &str = "flow_default";
    /// Who signs for somebody who is away, under the name of that one.
    pub const DELEGATION: &str = "delegation";
    /// A piece of a file that is being imported.
    pub const IMPORT_PART: &str = "import_part";
    /// An exception (andon).
    pub const EXCEPTION: &str = "exception";
    /// What the plant has set down about exceptions: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const EXCEPTION_SETTINGS: &str = "exception_settings";
    /// An inspection plan; its parent is the item that it is for.
    pub const INSPECTION_PLAN: &str = "inspection_plan";
    /// An inspection by a plan; its parent is its order.
    pub const INSPECTION: &str = "inspection";
    /// A nonconformance; its parent is its order.
    pub const NONCONFORMANCE: &str = "nonconformance";
    /// What the plant has chosen about quality: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const QUALITY_SETTINGS: &str = "quality_settings";
    /// Who has a machine that one order at a time may have, under the machine's code.
    pub const EQUIPMENT_USE: &str = "equipment_use";
    /// When the operations of an order are planned, under its number.
    pub const PLAN: &str = "plan";
    /// Whether calls of lower priority are refused: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const DEGRADATION: &str = "degradation";
    /// An alert, under its order.
    pub const ALERT: &str = "alert";
    /// What the watch goes by, and how far it is.
    pub const WATCH: &str = "watch";
    /// A comparison with another system's list.
    pub const COMPARISON: &str = "comparison";
    /// A piece of such a list.
    pub const COMPARISON_PART: &str = "comparison_part";
    /// A row that differs; its parent is its comparison.
    pub const COMPARISON_ROW: &str = "comparison_row";
    /// How the columns of lists are called, under a name.
    pub const COMPARISON_MAPPING: &str = "comparison_mapping";
    /// When the plant audits itself, and how far that is.
    pub const AUDIT: &str = "audit";
    /// A count of stock.
    pub const COUNT: &str = "count";
    /// A line of a count, under the count and its place; its parent is the count.
    pub const COUNT_LINE: &str = "count_line";
    /// A piece of a counted list, under the count and its number; its parent is the count.
    pub const COUNT_PART: &str = "count_part";
    /// What the last count of a place came to, under the place; its parent is the item.
    pub const COUNT_PLACE: &str = "count_place";
    /// What the plant has set down about counts: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const COUNT_SETTINGS: &str = "count_settings";
    /// The ABC class of an item, under the item.
    pub const COUNT_CLASS: &str = "count_class";
    /// Today's plan of counts, and how far it is made: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const COUNT_PLAN: &str = "count_plan";
    /// Whether a count keeps a location still, under the location.
    pub const FREEZE: &str = "freeze";
    /// A form with the plant's own fields, under the name of what it belongs to.
    pub const FORM: &str = "form";
    /// A purchase order.
    pub const PURCHASE_ORDER: &str = "purchase_order";
    /// A sales order.
    pub const SALES_ORDER: &str = "sales_order";
    /// An inspection of what was delivered or sent back; its parent is the scope of its document.
    pub const INCOMING_INSPECTION: &str = "incoming_inspection";
    /// A kanban loop.
    pub const KANBAN_LOOP: &str = "kanban_loop";
    /// A call of a kanban loop, which is its parent.
    pub const KANBAN_CALL: &str = "kanban_call";
    /// A request for material beyond the bill of material; its parent is the order.
    pub const EXTRA_ISSUE: &str = "extra_issue";
    /// The standard price of an item, under the item's number.
    pub const PRICE: &str = "price";
    /// What the plant has set about purchase, sales, kanban, extra issues and costs: one record, called
    /// [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const SUPPLY_SETTINGS: &str = "supply_settings";
    /// A lot, under its item and number as [`takt_domain::lot::key`] makes them one; its parent is the item.
    pub const LOT: &str = "lot";
    /// What the plant has set down about lots: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const LOT_SETTINGS: &str = "lot_settings";
    /// When the background looked at lots last: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const LOT_WATCH: &str = "lot_watch";
    /// What was booked with a label of which there is only one, under what tells it from all others.
    pub const LABEL_USE: &str = "label_use";
    /// An entry that was held, since the line of its document had been entered another way.
    pub const ENTRY_CONFLICT: &str = "entry_conflict";
    /// What the plant has set about its archive: one record, called [`PLANT_PARENT`](super::PLANT_PARENT).
    pub const ARCHIVE_SETTINGS: &str = "archive_settings";
    /// Orders of a month that go to the archive together, under the month and a number; the month is its parent.
    pub const ARCHIVE_BATCH: &str = "archive_batch";
    /// What stays of an order that has gone to the archive, under its number; its parent is the batch.
    pub const ARCHIVED_ORDER: &str = "archived_order";
    /// A piece of what an order held that is to come back; its parent is the order.
    pub const ARCHIVE_PART: &str = "archive_part";
    /// Until when an order that was brought back stays, under its number.
    pub const ARCHIVE_STAY: &str = "archive_stay";
    /// The columns of an export, under the name of the list.
    pub const COLUMNS: &str = "columns";
    /// An endpoint that is told of events.
    pub const WEBHOOK: &str = "webhook";
    /// How far an endpoint has been told.
    pub const WEBHOOK_PROGRESS: &str = "webhook_progress";
    /// An attempt to tell it something; each endpoint keeps the last of them.
    pub const WEBHOOK_DELIVERY: &str = "webhook_delivery";
    /// What an endpoint did not take.
    pub const WEBHOOK_DEAD: &str = "webhook_dead";
    /// By which telephone number somebody is called in a chat.
    pub const CONTACT: &str = "contact";
    /// A system or device that calls by itself.
    pub const MACHINE: &str = "machine";
    /// A token of one.
    pub const MACHINE_TOKEN: &str = "machine_token";
    /// When one called last.
    pub const MACHINE_SEEN: &str = "machine_seen";
    /// What machines have booked.
    pub const MACHINE_EXCHANGE: &str = "machine_exchange";
}

/// The parent of what a plant has few of, so that all of a kind loads at once.
pub const PLANT_PARENT: &str = "plant";

/// The field by which conflicts of a line of a document are found.
pub(crate) const FIELD_ENTRY: &str = "entry";

/// The longest value that an index holds, in bytes.
const FOUND_BY_MAX: usize = 600;

/// The scope of the counters that number things. No order can be called so.
pub const NUMBER_SCOPE: &str = "@number";

fn body(value: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

pub(crate) fn few(kind: &str, id: &str, value: &impl Serialize, expected: Option<u64>) -> RecordWrite {
    RecordWrite { parent: Some(PLANT_PARENT.into()), ..RecordWrite::new(kind, id, expected, body(value)) }
}

/// The field by which items are found of which so much is to be there; it is its value, too.
pub const ITEM_MINIMUM: &str = "minimum";

/// An item. `makes` says whether it has a routing, so that products can be listed.
pub fn item(item: &Item, makes: bool, expected: Option<u64>) -> RecordWrite {
    let barcode = item.barcode.as_deref().unwrap_or_default();
    let search = format!("{} {} {barcode}{}", item.id, item.name, words(&item.custom));
    // However many digits are printed, the same trade item is found.
    let gtin = item.barcode.as_deref().and_then(gs1::gtin).map(|gtin| ("gtin".to_owned(), gtin));
    let barcode = item.barcode.iter().map(|code| ("barcode".to_owned(), code.clone())).chain(gtin);
    // So that those of which there may be too little are found among many.
    let minimum = item.minimum.map(|_| (ITEM_MINIMUM.to_owned(), ITEM_MINIMUM.to_owned()));
    // What the plant calls barcode is not what is scanned.
    let custom = found_by(&item.custom).map(|(name, value)| (item_field(&name), value));
    RecordWrite {
        state: makes.then(|| "made".to_owned()),
        search: Some(search),
        fields: barcode.chain(minimum).chain(custom).collect(),
        ..RecordWrite::new(kind::ITEM, item.id.as_str(), expected, body(item))
    }
}

/// What a list of items asks for when it looks for a field of the plant's own.
pub fn item_field(name: &str) -> String {
    format!("custom.{name}")
}

/// The values of the plant's own fields, each behind a blank.
pub(crate) fn words(custom: &Values) -> String {
    custom.values().flat_map(|value| [" ", value.as_str()]).collect()
}

/// The values that records are found by exactly. What is longer than any index takes is found as a part of the text.
pub(crate) fn found_by(custom: &Values) -> impl Iterator<Item = (String, String)> {
    let short = custom.iter().filter(|(_, value)| value.len() <= FOUND_BY_MAX);
    short.map(|(name, value)| (name.clone(), value.clone()))
}

/// A bill of material.
pub fn bom(bom: &Bom, expected: Option<u64>) -> RecordWrite {
    RecordWrite::new(kind::BOM, bom.item.as_str(), expected, body(bom))
}

/// A routing.
pub fn routing(routing: &Routing, expected: Option<u64>) -> RecordWrite {
    RecordWrite::new(kind::ROUTING, routing.item.as_str(), expected, body(routing))
}

/// A location.
pub fn location(location: &Location, expected: Option<u64>) -> RecordWrite {
    few(kind::LOCATION, location.id.as_str(), location, expected)
}

/// A line.
pub fn line(line: &Line, expected: Option<u64>) -> RecordWrite {
    few(kind::LINE, line.id.as_str(), line, expected)
}

/// A machine.
pub fn equipment(equipment: &Equipment, expected: Option<u64>) -> RecordWrite {
    few(kind::EQUIPMENT, equipment.id.as_str(), equipment, expected)
}

/// A mould.
pub fn mould(mould: &Mould, expected: Option<u64>) -> RecordWrite {
    few(kind::MOULD, mould.id.as_str(), mould, expected)
}

/// A member of the crew.
pub fn crew(member: &CrewMember, expected: Option<u64>) -> RecordWrite {
    few(kind::CREW, member.user.as_str(), member, expected)
}

/// A work order.
pub fn order(order: &Order, expected: u64) -> RecordWrite {
    let customs = || [&order.custom].into_iter().chain(order.operations.iter().map(|operation| &operation.custom));
    let custom: String = customs().map(words).collect();
    let fields = customs().flat_map(found_by);
    RecordWrite {
        state: Some(order.state.clone()),
        line: Some(order.line.to_string()),
        sort: Some(order.sort_key()),
        search: Some(format!("{} {} {} {}{custom}", order.id, order.item, order.item_name, order.customer)),
        fields: fields.collect(),
        ..RecordWrite::new(kind::ORDER, order.id.as_str(), Some(expected), body(order))
    }
}

/// What every posting of one movement shares.
#[derive(Clone, Debug, Default)]
pub struct MovementHead {
    /// The movement's id.
    pub id: String,
    /// The order that it is for.
    pub order: Option<String>,
    /// The operation of that order.
    pub operation: Option<u16>,
    /// The document.
    pub document: Option<String>,
    /// Why.
    pub reason: Option<String>,
    /// When it happened; when it was booked, where nobody said.
    pub occurred_ms: Option<i64>,
}

fn account(account: &Account) -> takt_store::Account {
    takt_store::Account {
        location: account.location.to_string(),
        order: account.order.as_ref().map(ToString::to_string).unwrap_or_default(),
        bounded: !account.location.is_virtual(),
    }
}

fn source(caller: &Caller) -> String {
    match caller.source {
        takt_api::stock::Source::Hand => "hand",
        takt_api::stock::Source::Scan => "scan",
        takt_api::stock::Source::Device => "device",
        takt_api::stock::Source::Interface => "interface",
    }
    .to_owned()
}

/// The postings of a decision, with ids and with who booked them.
pub fn postings(decided: &[Posting], head: &MovementHead, caller: &Caller) -> Vec<takt_store::Posting> {
    let posting = |(n, decided): (usize, &Posting)| takt_store::Posting {
        id: format!("{}.{}", head.id, n + 1),
        movement: head.id.clone(),
        kind: decided.kind.as_str().to_owned(),
        item: decided.item.to_string(),
        lot: decided.lot.clone(),
        from: account(&decided.from),
        to: account(&decided.to),
        quantity: decided.quantity.units(),
        order: head.order.clone(),
        operation: head.operation.map(|number| number.to_string()),
        document: head.document.clone().filter(|text| !text.is_empty()),
        reason: head.reason.clone().filter(|text| !text.is_empty()),
        user: caller.actor.user.to_string(),
        device: Some(caller.device.clone()).filter(|device| !device.is_empty()),
        source: source(caller),
        occurred_ms: head.occurred_ms.unwrap_or_else(|| caller.now_ms()),
        reverses: decided.reverses.clone(),
    };
    decided.iter().enumerate().map(posting).collect()
}

/// Counters in a scope.
pub fn counters(decided: &[CounterChange], scope: &str) -> Vec<takt_store::CounterChange> {
    let change = |decided: &CounterChange| takt_store::CounterChange {
        scope: scope.to_owned(),
        name: decided.name.clone(),
        delta: decided.delta,
        min_after: decided.min_after,
        max_after: decided.max_after,
    };
    decided.iter().map(change).collect()
}

/// The counters that follow the shortage location through these postings.
pub fn owed(decided: &[Posting]) -> Vec<takt_store::CounterChange> {
    counters(&owed_changes(decided), OWED_SCOPE)
}

/// What becomes of machines and moulds: counters that any number may move at once, and who has what only one may have.
pub fn resources(changes: &[ResourceChange], commit: &mut Commit) {
    for change in changes {
        let (scope, name, delta) = match change {
            ResourceChange::Use { equipment, by } => (USE_SCOPE, equipment.to_string(), *by),
            ResourceChange::Shots { mould, by } => (SHOTS_SCOPE, mould.to_string(), *by),
            ResourceChange::Hold(held) => {
                commit.records.push(few(kind::EQUIPMENT_USE, held.equipment.as_str(), held, Some(held.version)));
                continue;
            }
        };
        let known = commit.counters.iter_mut().find(|counter| counter.scope == scope && counter.name == name);
        match known {
            Some(counter) => counter.delta += delta,
            None => commit.counters.push(takt_store::CounterChange {
                scope: scope.to_owned(),
                name,
                delta,
                min_after: None,
                max_after: None,
            }),
        }
    }
}

/// Events for the journal. `id` is the command's; each event gets a number behind it.
pub fn events(decided: Vec<DomainEvent>, id: &str, subject: &str, caller: &Caller) -> Vec<Event> {
    let event = |(n, decided): (usize, DomainEvent)| Event {
        id: format!("{id}.{}", n + 1),
        event_type: decided.kind,
        source: format!("/plants/{}", caller.plant),
        subject: subject.to_owned(),
        time_ms: caller.now_ms(),
        data: decided.data,
    };
    decided.into_iter().enumerate().map(event).collect()
}
