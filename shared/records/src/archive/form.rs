//! What an order holds, as rows of tables that any reader of files understands, and the same rows as what it holds.
//!
//! Records have the columns that people ask for first, and then all that the store keeps of them, with the body as JSON: the former can be made
//! from the latter, and are only there to be read.

use std::fmt::Write;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use takt_api::archive::{ArchiveTable, Column, ColumnType};
use takt_store::{Account, Counter, HeldPhoto, HeldPosting, HeldReceipt, HeldRecord, Holding, StoredPosting};

use crate::keep::kind;

const ORDERS: &str = "orders";
const REPORTS: &str = "reports";
const RECORDS: &str = "records";
const MOVEMENTS: &str = "movements";
const COUNTERS: &str = "counters";
const RECEIPTS: &str = "receipts";
const SIGNATURES: &str = "signatures";
const INSPECTIONS: &str = "inspections";
const NONCONFORMANCES: &str = "nonconformances";
const PHOTOS: &str = "photos";

use ColumnType::{Boolean, Integer, Text, Timestamp};

/// What the store keeps of a record.
const KEPT: [(&str, ColumnType); 12] = [
    ("kind", Text),
    ("id", Text),
    ("version", Integer),
    ("record_state", Text),
    ("record_line", Text),
    ("parent", Text),
    ("sort", Text),
    ("search", Text),
    ("created_at", Timestamp),
    ("updated_at", Timestamp),
    ("body", Text),
    ("fields", Text),
];

/// What is put before that: names of columns, and where in the body each is found.
const ORDER_HEAD: [(&str, ColumnType, &str); 7] = [
    ("item", Text, "/item"),
    ("item_name", Text, "/item_name"),
    ("quantity", Text, "/quantity"),
    ("unit", Text, "/unit"),
    ("line", Text, "/line"),
    ("customer", Text, "/customer"),
    ("state", Text, "/state"),
];
const REPORT_HEAD: [(&str, ColumnType, &str); 4] = [
    ("operation", Integer, "/report/operation"),
    ("good", Text, "/report/good"),
    ("by", Text, "/by"),
    ("booked", Text, "/booked_at"),
];

const SIGNATURE_HEAD: [(&str, ColumnType, &str); 4] =
    [("by", Text, "/by"), ("signed", Text, "/at"), ("about", Text, "/about"), ("act", Text, "/act")];
const INSPECTION_HEAD: [(&str, ColumnType, &str); 5] = [
    ("operation", Integer, "/operation"),
    ("plan", Text, "/plan/id"),
    ("result", Text, "/result"),
    ("by", Text, "/by"),
    ("inspected", Text, "/at"),
];
const NONCONFORMANCE_HEAD: [(&str, ColumnType, &str); 7] = [
    ("item", Text, "/item"),
    ("operation", Integer, "/operation"),
    ("quantity", Text, "/quantity"),
    ("what", Text, "/what"),
    ("verdict", Text, "/disposition/verdict"),
    ("by", Text, "/by"),
    ("raised", Text, "/at"),
];

/// A column: its name in the file, its type, and where its value stands in the record.
type Taken = (&'static str, ColumnType, &'static str);

/// Kinds of records that have a table of their own.
const TABLES: [(&str, &str, &[Taken]); 3] = [
    (SIGNATURES, kind::SIGNATURE, &SIGNATURE_HEAD),
    (INSPECTIONS, kind::INSPECTION, &INSPECTION_HEAD),
    (NONCONFORMANCES, kind::NONCONFORMANCE, &NONCONFORMANCE_HEAD),
];

const MOVEMENT_COLUMNS: [(&str, ColumnType); 27] = [
    ("place", Text),
    ("seal", Integer),
    ("seq", Integer),
    ("id", Text),
    ("movement", Text),
    ("kind", Text),
    ("item", Text),
    ("lot", Text),
    ("from_location", Text),
    ("from_order", Text),
    ("from_bounded", Boolean),
    ("from_after", Integer),
    ("to_location", Text),
    ("to_order", Text),
    ("to_bounded", Boolean),
    ("to_after", Integer),
    ("units", Integer),
    ("operation", Text),
    ("document", Text),
    ("reason", Text),
    ("user", Text),
    ("device", Text),
    ("source", Text),
    ("occurred_at", Timestamp),
    ("booked_at", Timestamp),
    ("reverses", Text),
    ("reversed_by", Text),
];

fn columns<'c>(rest: impl IntoIterator<Item = (&'c str, ColumnType)>) -> Vec<Column> {
    let column = |(name, kind): (&str, ColumnType)| Column { name: name.to_owned(), kind };
    [("order", Text)].into_iter().chain(rest).map(column).collect()
}

/// What an order holds, as tables; all of them, also the empty ones.
pub(super) fn tables(order: &str, holding: &Holding) -> Vec<ArchiveTable> {
    let records = |name: &str, head: &[(&str, ColumnType, &str)], is_in: &dyn Fn(&str) -> bool| ArchiveTable {
        name: name.to_owned(),
        columns: columns(head.iter().map(|(name, kind, _)| (*name, *kind)).chain(KEPT)),
        rows: holding.records.iter().filter(|r| is_in(&r.kind)).map(|r| record_row(order, head, r)).collect(),
    };
    let has_table = |it: &str| it == kind::ORDER || it == kind::REPORT || TABLES.iter().any(|(_, kind, _)| *kind == it);
    let mut tables = vec![
        records(ORDERS, &ORDER_HEAD, &|it| it == kind::ORDER),
        records(REPORTS, &REPORT_HEAD, &|it| it == kind::REPORT),
        records(RECORDS, &[], &|it| !has_table(it)),
        ArchiveTable {
            name: MOVEMENTS.to_owned(),
            columns: columns(MOVEMENT_COLUMNS),
            rows: holding.postings.iter().map(|posting| movement_row(order, posting)).collect(),
        },
        ArchiveTable {
            name: COUNTERS.to_owned(),
            columns: columns([("name", Text), ("value", Integer)]),
            rows: holding.counters.iter().map(|c| vec![json!(order), json!(c.name), json!(c.value)]).collect(),
        },
        ArchiveTable {
            name: RECEIPTS.to_owned(),
            columns: columns([("id", Text), ("state", Text), ("updated_at", Timestamp), ("body", Text)]),
            rows: holding
                .receipts
                .iter()
                .map(|r| vec![json!(order), json!(r.id), json!(r.state), json!(r.updated_ms), text(&r.body)])
                .collect(),
        },
    ];
    // Behind the others: what went before there were these has its hash over the same rows.
    tables.extend(TABLES.iter().map(|(name, kind, head)| records(name, head, &|it| it == *kind)));
    tables.push(ArchiveTable {
        name: PHOTOS.to_owned(),
        columns: columns([("id", Text), ("media_type", Text), ("user", Text), ("taken_at", Timestamp), ("data", Text)]),
        rows: holding
            .photos
            .iter()
            .map(|h| vec![json!(order), json!(h.id), json!(h.media_type), json!(h.user), json!(h.at_ms), json!(h.data)])
            .collect(),
    });
    tables
}

/// JSON as text.
fn text(value: &Value) -> Value {
    Value::String(value.to_string())
}

fn record_row(order: &str, head: &[(&str, ColumnType, &str)], record: &HeldRecord) -> Vec<Value> {
    let found = head.iter().map(|(_, _, at)| record.body.pointer(at).cloned().unwrap_or_default());
    let kept = [
        json!(record.kind),
        json!(record.id),
        json!(record.version),
        json!(record.state),
        json!(record.line),
        json!(record.parent),
        json!(record.sort),
        json!(record.search),
        json!(record.created_ms),
        json!(record.updated_ms),
        text(&record.body),
        text(&json!(record.fields)),
    ];
    [json!(order)].into_iter().chain(found).chain(kept).collect()
}

fn movement_row(order: &str, held: &HeldPosting) -> Vec<Value> {
    let row = &held.row;
    vec![
        json!(order),
        json!(held.place),
        json!(held.seal),
        json!(row.seq),
        json!(row.id),
        json!(row.movement),
        json!(row.kind),
        json!(row.item),
        json!(row.lot),
        json!(row.from.location),
        json!(row.from.order),
        json!(row.from.bounded),
        json!(row.from_after),
        json!(row.to.location),
        json!(row.to.order),
        json!(row.to.bounded),
        json!(row.to_after),
        json!(row.quantity),
        json!(row.operation),
        json!(row.document),
        json!(row.reason),
        json!(row.user),
        json!(row.device),
        json!(row.source),
        json!(row.occurred_ms),
        json!(row.booked_ms),
        json!(row.reverses),
        json!(row.reversed_by),
    ]
}

/// A row by the names of its columns.
struct Row<'r> {
    table: &'r str,
    columns: &'r [Column],
    values: &'r [Value],
}

impl Row<'_> {
    fn get<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        let at = self.columns.iter().position(|column| column.name == name);
        let value = at.and_then(|at| self.values.get(at)).cloned().unwrap_or_default();
        serde_json::from_value(value).map_err(|error| format!("{}.{name}: {error}", self.table))
    }

    /// JSON that is kept as text.
    fn json<T: DeserializeOwned>(&self, name: &str) -> Result<T, String> {
        serde_json::from_str(&self.get::<String>(name)?).map_err(|error| format!("{}.{name}: {error}", self.table))
    }
}

/// What an order held, from its tables. Each row is let go once it was read: photos make it large.
pub(super) fn holding(order: &str, tables: Vec<ArchiveTable>) -> Result<Holding, String> {
    let mut holding = Holding::default();
    for ArchiveTable { name: table, columns, rows } in tables {
        for values in rows {
            let row = Row { table: &table, columns: &columns, values: &values };
            if row.get::<String>("order")? != order {
                return Err(format!("{table}: a row of another order"));
            }
            match table.as_str() {
                ORDERS | REPORTS | RECORDS | SIGNATURES | INSPECTIONS | NONCONFORMANCES => {
                    holding.records.push(record(&row)?);
                }
                PHOTOS => holding.photos.push(HeldPhoto {
                    id: row.get("id")?,
                    media_type: row.get("media_type")?,
                    data: row.get("data")?,
                    user: row.get("user")?,
                    at_ms: row.get("taken_at")?,
                }),
                MOVEMENTS => holding.postings.push(posting(order, &row)?),
                COUNTERS => holding.counters.push(Counter {
                    scope: order.to_owned(),
                    name: row.get("name")?,
                    value: row.get("value")?,
                }),
                RECEIPTS => holding.receipts.push(HeldReceipt {
                    id: row.get("id")?,
                    state: row.get("state")?,
                    updated_ms: row.get("updated_at")?,
                    body: row.json("body")?,
                }),
                other => return Err(format!("no table is called {other}")),
            }
        }
    }
    Ok(holding)
}

fn record(row: &Row<'_>) -> Result<HeldRecord, String> {
    Ok(HeldRecord {
        kind: row.get("kind")?,
        id: row.get("id")?,
        version: row.get("version")?,
        state: row.get("record_state")?,
        line: row.get("record_line")?,
        parent: row.get("parent")?,
        sort: row.get("sort")?,
        search: row.get("search")?,
        created_ms: row.get("created_at")?,
        updated_ms: row.get("updated_at")?,
        body: row.json("body")?,
        fields: row.json("fields")?,
    })
}

fn posting(order: &str, row: &Row<'_>) -> Result<HeldPosting, String> {
    let account = |side: &str| {
        Ok::<_, String>(Account {
            location: row.get(&format!("{side}_location"))?,
            order: row.get(&format!("{side}_order"))?,
            bounded: row.get(&format!("{side}_bounded"))?,
        })
    };
    let stored = StoredPosting {
        seq: row.get("seq")?,
        id: row.get("id")?,
        movement: row.get("movement")?,
        kind: row.get("kind")?,
        item: row.get("item")?,
        lot: row.get("lot")?,
        from: account("from")?,
        to: account("to")?,
        quantity: row.get("units")?,
        from_after: row.get("from_after")?,
        to_after: row.get("to_after")?,
        order: Some(order.to_owned()),
        operation: row.get("operation")?,
        document: row.get("document")?,
        reason: row.get("reason")?,
        user: row.get("user")?,
        device: row.get("device")?,
        source: row.get("source")?,
        occurred_ms: row.get("occurred_at")?,
        booked_ms: row.get("booked_at")?,
        reverses: row.get("reverses")?,
        reversed_by: row.get("reversed_by")?,
    };
    Ok(HeldPosting { place: row.get("place")?, seal: row.get("seal")?, row: stored })
}

/// The hash over the rows of one order: SHA-256 over a line for each row, in the order of tables and rows: the name of the table, a
/// blank, the row as a JSON array without blanks. Tables without rows count for nothing.
pub fn digest(tables: &[ArchiveTable]) -> String {
    let mut hash = Sha256::new();
    for table in tables {
        for row in &table.rows {
            let row = serde_json::to_string(row).unwrap_or_default();
            hash.update(format!("{} {row}\n", table.name).as_bytes());
        }
    }
    hash.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
