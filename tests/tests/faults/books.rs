//! The tables as they stand in the database, read by plain SQL.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

/// Every row, as a JSON object.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// The ledger, by its number.
    pub postings: Vec<Value>,
    /// The balances.
    pub balances: Vec<Value>,
    /// The journal, by its number.
    pub events: Vec<Value>,
    /// The keys under which something was booked.
    pub keys: Vec<Value>,
    /// How queued reports ended.
    pub receipts: Vec<Value>,
    /// Orders and reports.
    pub records: Vec<Value>,
    /// How many events of an order and a type there were before the run.
    pub before: BTreeMap<(String, String), usize>,
}

/// The same statements for both databases: `JSON` and `USER` have other names in each.
const TABLES: [&str; 6] = [
    "SELECT CAST(JSON('seq', seq, 'movement', movement, 'item', item, 'lot', lot, 'quantity', quantity,
        'from', from_location, 'from_order', from_order, 'from_bounded', CAST(from_bounded AS INTEGER), 'from_after', from_after,
        'to', to_location, 'to_order', to_order, 'to_bounded', CAST(to_bounded AS INTEGER), 'to_after', to_after,
        'document', document) AS TEXT) FROM posting ORDER BY seq",
    "SELECT CAST(JSON('item', item, 'lot', lot, 'location', location, 'order', order_id, 'quantity', quantity,
        'bounded', CAST(bounded AS INTEGER)) AS TEXT) FROM balance",
    "SELECT CAST(JSON('seq', seq, 'type', type, 'subject', subject, 'data', CAST(data AS TEXT)) AS TEXT) FROM event ORDER BY seq",
    "SELECT CAST(JSON('user', USER, 'key', key, 'status', status) AS TEXT) FROM idempotency",
    "SELECT CAST(JSON('id', id, 'state', state) AS TEXT) FROM receipt",
    "SELECT CAST(JSON('kind', kind, 'id', id, 'state', state, 'body', CAST(body AS TEXT)) AS TEXT) FROM record
        WHERE kind IN ('order', 'report')",
];

impl Books {
    /// Of a SQLite file.
    pub fn of_file(path: &Path) -> Self {
        let connection = rusqlite::Connection::open(path).expect("the file is a database");
        Self::read(|sql| {
            let sql = sql.replace("JSON(", "json_object(").replace("USER", "user");
            let mut statement = connection.prepare(&sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
            let rows = statement.query_map([], |row| row.get::<_, String>(0)).expect("the statement has no parameters");
            rows.map(|row| row.expect("a row of text")).collect()
        })
    }

    /// Of a Postgres database.
    pub fn of_postgres(url: &str) -> Self {
        let mut client = postgres::Client::connect(url, postgres::NoTls).expect("Postgres answers");
        Self::read(|sql| {
            let sql = sql.replace("JSON(", "json_build_object(").replace("USER", "user_id");
            let rows = client.query(&sql, &[]).unwrap_or_else(|error| panic!("{sql}: {error}"));
            rows.iter().map(|row| row.get::<_, String>(0)).collect()
        })
    }

    /// What there was before a run, so that only what came later is held against its writes.
    pub fn since(self, earlier: &Self) -> Self {
        let mut before = BTreeMap::new();
        for event in &earlier.events {
            let name = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            *before.entry((name("subject"), name("type"))).or_default() += 1;
        }
        Self { before, ..self }
    }

    fn read(mut select: impl FnMut(&str) -> Vec<String>) -> Self {
        let mut tables = TABLES.map(|sql| {
            let rows = select(sql);
            rows.iter().map(|row| serde_json::from_str(row).expect("a row is JSON")).collect::<Vec<Value>>()
        });
        // What a column holds as text is JSON too.
        for (table, column) in [(2, "data"), (5, "body")] {
            for row in &mut tables[table] {
                row[column] = serde_json::from_str(row[column].as_str().unwrap_or_default()).expect("JSON");
            }
        }
        let [postings, balances, events, keys, receipts, records] = tables;
        Self { postings, balances, events, keys, receipts, records, before: BTreeMap::new() }
    }
}
