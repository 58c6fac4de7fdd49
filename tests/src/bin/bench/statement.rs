//! The statement that books a report, as the handler really sends it.

use std::path::Path;
use std::sync::Mutex;

use bytes::Bytes;
use http::HeaderMap;
use jiff::Timestamp;
use takt_store::{Driver, DriverError, NativePostgres, PostgresStore, Rows, Value};
use takt_tests::site::{OPERATION, Site};
use takt_web::call::Call;

/// Keeps what commits carry.
struct Recorder {
    database: NativePostgres,
    commits: Mutex<Vec<String>>,
}

impl Driver for Recorder {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        if let ([Value::Text(doc)], true) = (params.as_slice(), sql.contains("takt_commit")) {
            self.commits.lock().expect("nobody panics here").push(doc.clone());
        }
        self.database.query(sql, params).await
    }
}

/// A commit with room for new ids: texts, between which stand twelve hexadecimal digits that are the same in one commit
/// and other ones in each.
pub(crate) struct Statement {
    pieces: Vec<String>,
}

impl Statement {
    /// Books two reports on an order and compares what was sent: the ids in which they differ are those of one report.
    pub(crate) fn of_report(url: &str, data: &Path, site: &Site, order: &str) -> Self {
        let database = NativePostgres::open(url).expect("Postgres answers");
        let store = PostgresStore::new(Recorder { database, commits: Mutex::default() });
        let key = std::fs::read_to_string(data.join("token.key")).expect("the data folder has a key");
        let mut headers = HeaderMap::new();
        let mut header = |name: &'static str, value: String| headers.insert(name, value.parse().expect("plain text"));
        header("authorization", format!("Bearer {}", site.who("operator").token()));
        header("content-type", "application/json".to_owned());
        let body = format!(r#"{{"order":"{order}","operation":{OPERATION},"good":"1"}}"#);
        for _ in 0..2 {
            let mut headers = headers.clone();
            let fresh = format!("\"{}\"", uuid::Uuid::now_v7());
            headers.insert("idempotency-key", fresh.parse().expect("plain text"));
            let read = (&http::Method::POST, &"/api/v1/reports".parse().expect("a path"), headers);
            let bytes = Bytes::from(body.clone());
            let call = Call::read("reporting", read, bytes, key.trim().as_bytes(), Timestamp::now());
            let call = call.unwrap_or_else(|_| panic!("the call is well formed"));
            let caller = call.caller().unwrap_or_else(|_| panic!("somebody is signed in"));
            let given = call.json().unwrap_or_else(|_| panic!("the body is a report"));
            let booked = takt_records::command::report::report(&store, caller, &given);
            futures::executor::block_on(booked).expect("the report is booked");
        }
        let commits = store.driver().commits.lock().expect("nobody panics here").clone();
        let [first, second] = commits.as_slice() else { panic!("two commits, not {}", commits.len()) };
        Self::of(first, second)
    }

    fn of(first: &str, second: &str) -> Self {
        let (mut pieces, mut rest) = (Vec::new(), first);
        let mut piece = String::new();
        while let Some(at) = find_uuid(rest) {
            let (before, from) = rest.split_at(at);
            let (uuid, after) = from.split_at(36);
            piece.push_str(before);
            if second.contains(uuid) {
                piece.push_str(uuid);
            } else {
                piece.push_str(&uuid[..24]);
                pieces.push(std::mem::take(&mut piece));
            }
            rest = after;
        }
        piece.push_str(rest);
        pieces.push(piece);
        assert!(pieces.len() > 5, "a report has ids of its own: {first}");
        Self { pieces }
    }

    /// With fresh ids.
    pub(crate) fn doc(&self) -> String {
        self.pieces.join(&format!("{:012x}", fastrand::u64(..1 << 48)))
    }

    /// A script for pgbench, in its simple protocol, that books it with fresh ids: pgbench writes twelve digits for `:a`.
    pub(crate) fn script(&self) -> String {
        // It would take other names that follow a colon for its variables too.
        let literal = |piece: &String| {
            let members: Vec<_> =
                piece.split("\":").map(|text| text.replace(':', "\\u003a").replace('\'', "''")).collect();
            members.join("\": ")
        };
        let pieces: Vec<_> = self.pieces.iter().map(literal).collect();
        format!("\\set a random(100000000000, 999999999999)\nSELECT takt_commit('{}'::jsonb);\n", pieces.join(":a"))
    }
}

fn find_uuid(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len().saturating_sub(35)).find(|at| {
        bytes[*at..at + 36].iter().enumerate().all(|(n, byte)| match n {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
    })
}
