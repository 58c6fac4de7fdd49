//! The Postgres adapter, on a real server of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod conformance;

use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;

use conformance::Harness;
use futures::executor::block_on;
use takt_store::{Commit, Driver, NativePostgres, PostgresStore, Store, StoreError, missing_rights};
use takt_test_servers::Postgres;

/// A database of the one server of this process.
struct Database {
    url: String,
}

impl Harness for Database {
    type Store = PostgresStore<NativePostgres>;

    fn fresh() -> Self {
        let database = Self::empty();
        block_on(database.store().ensure_schema()).unwrap();
        database
    }

    fn store(&self) -> Self::Store {
        PostgresStore::new(self.driver())
    }

    fn raw(&self, sql: &str) -> Result<(), String> {
        block_on(self.driver().query(sql, Vec::new())).map(drop).map_err(|e| e.to_string())
    }

    /// Transactions are numbered for the whole server, which other tests use as well.
    fn settle(&self) {
        let mut client = postgres::Client::connect(&self.url, postgres::NoTls).unwrap();
        let row = client.query_one("SELECT pg_snapshot_xmax(pg_current_snapshot())::text", &[]).unwrap();
        let now: String = row.get(0);
        let settled = "SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::text::xid8";
        while !client.query_one(settled, &[&now]).unwrap().get::<_, bool>(0) {
            thread::sleep(std::time::Duration::from_millis(2));
        }
    }
}

impl Database {
    fn empty() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let admin = NativePostgres::open(&Postgres::shared().url("postgres")).unwrap();
        block_on(admin.query(&format!("CREATE DATABASE {name}"), Vec::new())).unwrap();
        Self { url: Postgres::shared().url(&name) }
    }

    fn driver(&self) -> NativePostgres {
        NativePostgres::open(&self.url).unwrap()
    }
}

conformance::every_test!(Database);

#[test]
fn many_may_migrate_an_empty_database_at_once() {
    let database = Database::empty();
    thread::scope(|scope| {
        let runners: Vec<_> = (0..8).map(|_| scope.spawn(|| block_on(database.store().ensure_schema()))).collect();
        for runner in runners {
            runner.join().unwrap().unwrap();
        }
    });
    database.raw("SELECT takt_commit_many('[]')").unwrap();
}

#[test]
fn a_missing_function_comes_back_and_a_newer_schema_is_left_alone() {
    let database = Database::fresh();
    database.raw("COMMENT ON FUNCTION takt_commit(jsonb) IS 'of an older build'").unwrap();
    block_on(database.store().ensure_schema()).unwrap();
    let said = "SELECT obj_description('takt_commit(jsonb)'::regprocedure, 'pg_proc')";
    let now = format!("{:?}", block_on(database.driver().query(said, Vec::new())).unwrap());
    assert!(!now.contains("older"), "{now}");
    database.raw("UPDATE takt_schema SET version = 99").unwrap();
    database.raw("COMMENT ON FUNCTION takt_commit(jsonb) IS 'of a newer build'").unwrap();
    block_on(database.store().ensure_schema()).unwrap();
    let now = format!("{:?}", block_on(database.driver().query(said, Vec::new())).unwrap());
    assert!(now.contains("newer"), "{now}");
}

#[test]
fn a_reader_of_the_journal_never_skips_what_commits_late() {
    let database = Database::fresh();
    let store = conformance::with_plant(&database);
    // A transaction that has taken its place in the journal and is not committed yet, as a slow commit would be.
    let mut slow = postgres::Client::connect(&database.url, postgres::NoTls).unwrap();
    slow.batch_execute(
        "BEGIN; INSERT INTO event (epoch, plant, id, type, source, subject, time_ms, data) VALUES (1, 1, 'late', 't', 's', 's', 0, '{}')",
    )
    .unwrap();
    block_on(store.commit(&Commit { events: vec![conformance::event("early")], ..conformance::commit() })).unwrap();
    let page = block_on(store.journal(conformance::PLANT, None, 100)).unwrap();
    assert!(page.events.is_empty(), "{:?}", page.events);
    slow.batch_execute("COMMIT").unwrap();
    database.settle();
    let page = block_on(store.journal(conformance::PLANT, Some(&page.cursor), 100)).unwrap();
    let ids: Vec<_> = page.events.iter().map(|stored| stored.event.id.as_str()).collect();
    assert_eq!(ids, ["late", "early"]);
}

#[test]
fn a_restore_into_another_server_starts_a_new_epoch() {
    let database = Database::fresh();
    let store = conformance::with_plant(&database);
    // What a server with higher transaction numbers wrote before it was dumped.
    database
        .raw("INSERT INTO event (epoch, xid, plant, id, type, source, subject, time_ms, data) VALUES (1, '99999999999', 1, 'old', 't', 's', 's', 0, '{}')")
        .unwrap();
    block_on(database.store().ensure_schema()).unwrap();
    block_on(store.commit(&Commit { events: vec![conformance::event("new")], ..conformance::commit() })).unwrap();
    database.settle();
    let page = block_on(store.journal(conformance::PLANT, None, 100)).unwrap();
    let ids: Vec<_> = page.events.iter().map(|stored| stored.event.id.as_str()).collect();
    assert_eq!(ids, ["old", "new"]);
}

#[test]
fn a_duplicate_that_runs_at_the_same_time_waits_and_gets_the_stored_answer() {
    let database = Database::fresh();
    conformance::with_plant(&database);
    for round in 0..20 {
        let key = conformance::key(&format!("key-{round}"), "print");
        let commit = Commit { idempotency: Some(key), ..conformance::commit() };
        let outcomes: Vec<_> = thread::scope(|scope| {
            let runners: Vec<_> = (0..4).map(|_| scope.spawn(|| block_on(database.store().commit(&commit)))).collect();
            runners.into_iter().map(|runner| runner.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|outcome| matches!(outcome, Err(StoreError::Replayed(_)))).count(), 3);
    }
}

#[test]
fn missing_rights_are_named() {
    let database = Database::fresh();
    assert_eq!(block_on(missing_rights(&database.driver())).unwrap(), Vec::<String>::new());
    let role = database.url.rsplit('/').next().unwrap().to_owned() + "_clerk";
    database.raw(&format!("CREATE ROLE {role} LOGIN")).unwrap();
    database.raw(&format!("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")).unwrap();
    database.raw(&format!("REVOKE INSERT ON posting FROM {role}")).unwrap();
    let clerk = NativePostgres::open(&database.url.replace("postgres@", &format!("{role}@"))).unwrap();
    let missing = block_on(missing_rights(&clerk)).unwrap();
    assert_eq!(missing.len(), 1, "{missing:?}");
    assert!(missing[0].contains("posting"), "{missing:?}");
}
