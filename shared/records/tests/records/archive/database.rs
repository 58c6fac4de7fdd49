//! Databases of one test.

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use futures::executor::block_on;
use takt_store::{Driver, NativeDriver, NativePostgres, PostgresStore, Rows, SqliteStore, Store, Value};
use takt_test_servers::Postgres;

/// A database.
pub(crate) trait Database {
    /// How many worlds are tried.
    const SEEDS: u64;
    type Store: Store;
    /// An empty one, with its schema.
    fn fresh() -> Self;
    fn store(&self) -> Self::Store;
    /// Waits until nothing that others do at this moment keeps a reader of the journal back.
    fn settle(&self) {}
    /// The one text that a statement answers: for what no call of the store tells.
    fn text(&self, sql: &str) -> String;
}

fn only_text(rows: &Rows) -> String {
    match &rows.0[0][0] {
        Value::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

pub(crate) struct File(tempfile::TempDir);

impl File {
    pub(crate) fn driver(&self) -> NativeDriver {
        NativeDriver::open(self.0.path().join("takt.db")).unwrap()
    }
}

impl Database for File {
    const SEEDS: u64 = 8;
    type Store = SqliteStore<NativeDriver>;

    fn fresh() -> Self {
        let file = Self(tempfile::tempdir().unwrap());
        block_on(file.store().ensure_schema()).unwrap();
        file
    }

    fn store(&self) -> Self::Store {
        SqliteStore::new(self.driver())
    }

    fn text(&self, sql: &str) -> String {
        only_text(&block_on(self.driver().query(sql, Vec::new())).unwrap())
    }
}

pub(crate) struct Server {
    url: String,
}

impl Server {
    fn driver(&self) -> NativePostgres {
        NativePostgres::open(&self.url).unwrap()
    }
}

impl Database for Server {
    const SEEDS: u64 = 4;
    type Store = PostgresStore<NativePostgres>;

    fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("archive_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = NativePostgres::open(&Postgres::shared().url("postgres")).unwrap();
        block_on(admin.query(&format!("CREATE DATABASE {name}"), Vec::new())).unwrap();
        let server = Self { url: Postgres::shared().url(&name) };
        block_on(server.store().ensure_schema()).unwrap();
        server
    }

    fn store(&self) -> Self::Store {
        PostgresStore::new(self.driver())
    }

    /// Transactions are numbered for the whole server, which other tests use as well.
    fn settle(&self) {
        let now = self.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text");
        let settled = format!("SELECT (pg_snapshot_xmin(pg_current_snapshot()) >= '{now}'::xid8)::text");
        while self.text(&settled) != "true" {
            thread::sleep(Duration::from_millis(2));
        }
    }

    fn text(&self, sql: &str) -> String {
        only_text(&block_on(self.driver().query(sql, Vec::new())).unwrap())
    }
}
