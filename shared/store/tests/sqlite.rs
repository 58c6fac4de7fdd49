//! The SQLite adapter, on a real file.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod conformance;

use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use conformance::Harness;
use futures::executor::block_on;
use takt_store::{
    Driver, DriverError, NativeDriver, SCHEMA_VERSION, SqliteStore, Store, Value, migrate, schema_version,
};

/// A file in a folder of its own, gone when the test is over.
struct SqliteFile {
    folder: PathBuf,
}

impl Harness for SqliteFile {
    type Store = SqliteStore<NativeDriver>;

    fn fresh() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-store-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(&folder).unwrap();
        let file = Self { folder };
        block_on(file.store().ensure_schema()).unwrap();
        file
    }

    fn store(&self) -> Self::Store {
        SqliteStore::new(self.driver())
    }

    fn raw(&self, sql: &str) -> Result<(), String> {
        block_on(self.driver().query(sql, Vec::new())).map(drop).map_err(|e| e.to_string())
    }
}

impl SqliteFile {
    fn driver(&self) -> NativeDriver {
        NativeDriver::open(self.folder.join("takt.db")).unwrap()
    }
}

impl Drop for SqliteFile {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

conformance::every_test!(SqliteFile);

#[test]
fn a_migration_runs_twice_without_harm() {
    let file = SqliteFile::fresh();
    let driver = file.driver();
    assert_eq!(block_on(schema_version(&driver)), Ok(SCHEMA_VERSION));
    assert_eq!(block_on(migrate(&driver)), Ok(false));
    // As after a crash before the last statement.
    file.raw("PRAGMA user_version = 0").unwrap();
    assert_eq!(block_on(migrate(&driver)), Ok(true));
    assert_eq!(block_on(schema_version(&driver)), Ok(SCHEMA_VERSION));
}

#[test]
fn many_may_open_and_migrate_a_new_file_at_once() {
    let file = SqliteFile::fresh();
    for round in 0..5 {
        let path = file.folder.join(format!("new-{round}.db"));
        std::thread::scope(|scope| {
            let runners: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        let store = SqliteStore::new(NativeDriver::open(&path)?);
                        block_on(migrate(store.driver()))
                    })
                })
                .collect();
            for runner in runners {
                runner.join().unwrap().unwrap();
            }
        });
    }
}

#[test]
fn every_connection_waits_for_others_and_writes_through() {
    let file = SqliteFile::fresh();
    let driver = file.driver();
    let check = |sql: &str, value: Value| {
        let rows = block_on(driver.query(sql, Vec::new())).unwrap();
        assert_eq!(rows.0[0][0], value, "{sql}");
    };
    check("PRAGMA journal_mode", Value::Text("wal".to_owned()));
    check("PRAGMA synchronous", Value::Integer(2));
    check("PRAGMA busy_timeout", Value::Integer(5000));
    check("PRAGMA foreign_keys", Value::Integer(1));
}

#[test]
fn a_full_database_is_unavailable_and_nothing_is_written() {
    let file = SqliteFile::fresh();
    let driver = file.driver();
    let query = |sql: &str| block_on(driver.query(sql, Vec::new()));
    let pages = query("PRAGMA page_count").unwrap().0[0][0].clone();
    let Value::Integer(pages) = pages else { panic!("{pages:?}") };
    query(&format!("PRAGMA max_page_count = {pages}")).unwrap();
    let sql = "INSERT INTO plant SELECT 7, hex(randomblob(1000000)), '', '', '', 0";
    assert!(matches!(query(sql), Err(DriverError::Unavailable(_))));
    assert!(query("SELECT 1 FROM plant WHERE number = 7").unwrap().0.is_empty());
}
