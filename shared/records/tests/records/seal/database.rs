//! Databases of one test, and what somebody does in them who has got in.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use takt_store::{Driver, NativeDriver, NativePostgres, PostgresStore, SqliteStore, Store, Value};
use takt_test_servers::Postgres;

/// A database.
pub(crate) trait Database {
    type Store: Store;
    /// An empty one, with its schema.
    fn fresh() -> Self;
    fn store(&self) -> Self::Store;
    /// Any statement.
    fn raw(&self, sql: &str);
    /// Waits until nothing that others do at this moment keeps a reader of the journal back.
    fn settle(&self) {}
    /// Takes away what keeps the ledger and the seals from changing.
    fn drop_triggers(&self);
    /// Puts a posting of the movement `forged` just before the one of this id.
    fn put_beside(&self, id: &str);
    /// Uses up some numbers, as postings of other plants do.
    fn leave_a_gap(&self) {}
}

const TRIGGERS: [(&str, &str); 5] = [
    ("posting", "posting_never_changes"),
    ("posting", "posting_never_goes"),
    ("seal", "seal_never_changes"),
    ("seal", "seal_never_goes"),
    ("seal", "seal_follows"),
];

pub(crate) struct File(tempfile::TempDir);

impl File {
    fn driver(&self) -> NativeDriver {
        NativeDriver::open(self.0.path().join("takt.db")).unwrap()
    }
}

impl Database for File {
    type Store = SqliteStore<NativeDriver>;

    fn fresh() -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        block_on(file.store().ensure_schema()).unwrap();
        file
    }

    fn store(&self) -> Self::Store {
        SqliteStore::new(self.driver())
    }

    fn raw(&self, sql: &str) {
        block_on(self.driver().query(sql, Vec::new())).unwrap();
    }

    fn drop_triggers(&self) {
        for (_, name) in TRIGGERS {
            self.raw(&format!("DROP TRIGGER {name}"));
        }
    }

    fn put_beside(&self, id: &str) {
        let columns =
            "plant, kind, item, lot, from_location, from_order, from_bounded, from_after, to_location, to_order,
            to_bounded, to_after, quantity, order_id, operation, document, reason, user, device, source, occurred_ms,
            booked_ms, reverses";
        let seq = if id == "p1" { "-5" } else { "seq - 1" };
        self.raw(&format!(
            "INSERT INTO posting (seq, movement, id, {columns}) SELECT {seq}, 'forged', 'forged', {columns} FROM posting WHERE id = '{id}'"
        ));
    }

    fn leave_a_gap(&self) {
        self.raw("UPDATE sqlite_sequence SET seq = seq + 10 WHERE name = 'posting'");
    }
}

pub(crate) struct Server {
    url: String,
}

impl Server {
    fn driver(&self) -> NativePostgres {
        NativePostgres::open(&self.url).unwrap()
    }

    fn text(&self, sql: &str) -> String {
        match &block_on(self.driver().query(sql, Vec::new())).unwrap().0[0][0] {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }
}

impl Database for Server {
    type Store = PostgresStore<NativePostgres>;

    fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("seal_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = NativePostgres::open(&Postgres::shared().url("postgres")).unwrap();
        block_on(admin.query(&format!("CREATE DATABASE {name}"), Vec::new())).unwrap();
        let server = Self { url: Postgres::shared().url(&name) };
        block_on(server.store().ensure_schema()).unwrap();
        server
    }

    fn store(&self) -> Self::Store {
        PostgresStore::new(self.driver())
    }

    fn raw(&self, sql: &str) {
        block_on(self.driver().query(sql, Vec::new())).unwrap();
    }

    /// Transactions are numbered for the whole server, which other tests use as well.
    fn settle(&self) {
        let now = self.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
        let settled = format!("SELECT (pg_snapshot_xmin(pg_current_snapshot()) >= '{now}'::xid8)::text");
        while self.text(&settled) != "true" {
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn drop_triggers(&self) {
        for (table, name) in TRIGGERS {
            self.raw(&format!("DROP TRIGGER IF EXISTS {name} ON {table}"));
        }
    }

    fn put_beside(&self, id: &str) {
        self.raw(&format!(
            "INSERT INTO posting SELECT (jsonb_populate_record(p, jsonb_build_object('seq', p.seq - 1, 'id', 'forged', 'movement', 'forged'))).*
            FROM posting AS p WHERE p.id = '{id}'"
        ));
    }
}
