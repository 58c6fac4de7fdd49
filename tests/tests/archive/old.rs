//! A plant with old orders, and what looks at it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;
use takt_api::Page;
use takt_api::archive::{ArchiveBatch, ArchivedOrder};
use takt_api::audit::{ChainAudit, ChainHeads};
use takt_tests::host::{Folder, Fresh, Host};
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL, act, good};
use takt_tests::wait::until;

/// A year in milliseconds: the orders are so old.
pub(crate) const AGED_MS: i64 = 365 * 24 * 3600 * 1000;

/// A plant with orders that were closed a year ago, and their numbers.
pub(crate) struct Old {
    pub(crate) host: Host,
    pub(crate) data: Folder,
    pub(crate) people: People,
    pub(crate) orders: Vec<String>,
}

impl Old {
    /// So many orders for three pieces each.
    pub(crate) fn new(orders: usize) -> Self {
        Self::with(orders, |_, _| {})
    }

    /// The same, with what somebody does before they are old.
    pub(crate) fn with(orders: usize, before: impl FnOnce(&Fresh, &[String])) -> Self {
        let fresh = Fresh::small();
        let people = People::at(&fresh.host);
        people.receive(SMALL.material, "1000", SMALL.store);
        let mut closed = Vec::new();
        for _ in 0..orders {
            let order = people.running(SMALL.product, "3", SMALL.line);
            for quantity in [1, 2] {
                people.operator.post("/api/v1/reports", good(&order, SMALL.operation, quantity)).ok();
            }
            act(&people.inspector, &order, "inspect-final", json!({"result": "pass"})).ok();
            act(&people.inspector, &order, "sign", json!({})).ok();
            act(&people.planner, &order, "close", json!({})).ok();
            closed.push(order);
        }
        before(&fresh, &closed);
        let Fresh { host, data } = fresh;
        let old = Self { host, data, people, orders: closed };
        let old = old.stopped(&[], |data| age(&data.join("takt.db")));
        until("the ledger is sealed", || {
            let heads: ChainHeads = old.people.admin.get("/api/v1/audit/heads").ok().json();
            (heads.unsealed == 0).then_some(())
        });
        old
    }

    /// The same plant, served by another process with these arguments, and what somebody does in between.
    pub(crate) fn stopped(self, serve: &[&str], between: impl FnOnce(&Path)) -> Self {
        let Self { host, data, people: _, orders } = self;
        host.terminate();
        host.ended();
        between(data.path());
        let host = Host::start_with(data.path(), serve);
        let people = People::at_plant(&host, Some(1));
        Self { host, data, people, orders }
    }

    pub(crate) fn arguments<'a>(&'a self, command: &[&'a str], archive: &'a Path) -> Vec<&'a str> {
        self.arguments_at(command, text(archive))
    }

    /// The arguments of `takt archive` with a place that may be no folder.
    pub(crate) fn arguments_at<'a>(&'a self, command: &[&'a str], archive: &'a str) -> Vec<&'a str> {
        [&["archive"], command, &["--data", text(self.data.path()), "--archive", archive]].concat()
    }

    pub(crate) fn archived(&self) -> BTreeMap<String, ArchivedOrder> {
        let page: Page<ArchivedOrder> = self.people.admin.get("/api/v1/archive/orders?limit=200").ok().json();
        page.rows.into_iter().map(|row| (row.order.to_string(), row)).collect()
    }

    pub(crate) fn batches(&self) -> Vec<ArchiveBatch> {
        self.people.admin.get("/api/v1/archive/batches?limit=200").ok().json::<Page<ArchiveBatch>>().rows
    }

    /// Each order is in the plant or in the archive, all that adds up does, and the chain holds; how many are in the archive.
    pub(crate) fn is_whole(&self) -> usize {
        let archived = self.archived();
        for order in &self.orders {
            let found = self.people.admin.get(&format!("/api/v1/orders/{order}"));
            assert_eq!(found.status == 200, !archived.contains_key(order), "{order}: {}", found.text());
            if found.status != 200 {
                assert_eq!(found.unmet(409, "refused"), ["archive.gone"]);
            }
        }
        let (mut after, mut postings) = (String::new(), 0);
        loop {
            let slice: takt_api::stock::Audit = self.people.admin.get(&format!("/api/v1/audit{after}")).ok().json();
            assert!(slice.ok, "{:?}", slice.differences);
            postings += slice.postings;
            match slice.next {
                Some(next) => after = format!("?after={}", ledger::escaped(&next)),
                None => break,
            }
        }
        let chain: ChainAudit = self.people.admin.get("/api/v1/audit/chain").ok().json();
        assert!(chain.ok && chain.next.is_none(), "{:?}", chain.broken);
        let gone: u64 = archived.values().map(|order| order.postings).sum();
        assert_eq!(chain.archived, gone);
        assert!(postings >= chain.postings);
        archived.len()
    }
}

/// As if all of it had been booked a year ago. Nobody could do that from outside: it takes the triggers away.
pub(crate) fn age(database: &Path) {
    let database = rusqlite::Connection::open(database).expect("the data is there");
    let trigger: String = database
        .query_row("SELECT sql FROM sqlite_master WHERE name = 'posting_never_changes'", [], |row| row.get(0))
        .expect("the ledger is kept from changing");
    let body = earlier(0, 365);
    database
        .execute_batch(&format!(
            "BEGIN; DROP TRIGGER posting_never_changes;
            UPDATE posting SET booked_ms = booked_ms - {AGED_MS}, occurred_ms = occurred_ms - {AGED_MS};
            {trigger};
            UPDATE record SET updated_ms = updated_ms - {AGED_MS}, created_ms = created_ms - {AGED_MS}, body = {body}
            WHERE kind IN ('order', 'report'); COMMIT;"
        ))
        .expect("the past can be written");
}

/// The body of a record in which times of so many days ago, or of the day before, are so many days earlier.
fn earlier(ago: i32, days: i32) -> String {
    let today = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |ago: i32| today.checked_sub(jiff::Span::new().days(ago)).expect("a day");
    [0, 1].iter().fold("body".to_owned(), |body, yesterday| {
        let ago = ago + yesterday;
        format!("replace({body}, '\"{}T', '\"{}T')", day(ago), day(ago + days))
    })
}

/// As if one of these orders had been closed two years before the others.
pub(crate) fn age_more(database: &Path, order: &str) {
    rewritten(database, &format!("body = {}", earlier(365, 730)), "order", order);
}

/// A record as nobody could write it from outside.
pub(crate) fn rewritten(database: &Path, change: &str, kind: &str, id: &str) {
    let database = rusqlite::Connection::open(database).expect("the data is there");
    database.busy_timeout(Duration::from_secs(10)).expect("it can wait");
    let sql = format!("UPDATE record SET {change} WHERE kind = ?1 AND id = ?2");
    assert_eq!(database.execute(&sql, [kind, id]), Ok(1), "{change}");
}

pub(crate) fn text(path: &Path) -> &str {
    path.to_str().expect("a plain path")
}

/// Every file below a folder, by its name from there.
pub(crate) fn files(folder: &Path) -> BTreeSet<PathBuf> {
    let mut found = BTreeSet::new();
    let mut open = vec![folder.to_owned()];
    while let Some(next) = open.pop() {
        for entry in std::fs::read_dir(&next).expect("the folder is there") {
            let path = entry.expect("the folder is readable").path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.insert(path.strip_prefix(folder).expect("it is below").to_owned());
            }
        }
    }
    found
}
