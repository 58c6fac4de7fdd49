//! The auditor finds what it is there for: the same run is audited as it was, and after somebody changed the database.

use std::fs;
use std::path::Path;
use std::time::Duration;

use takt_tests::host::Folder;

use crate::auditor::audit;
use crate::books::Books;
use crate::plan::EMBEDDED;
use crate::record::{End, Write};
use crate::setup::Setup;
use crate::suffer;

/// What is changed, and a word of the complaint.
const CHANGES: [(&str, &str); 9] = [
    (
        "DELETE FROM record WHERE kind = 'report' AND id = (SELECT min(id) FROM record WHERE kind = 'report')",
        "is booked 0 times",
    ),
    (
        "UPDATE record SET body = json_set(body, '$.report.good', '99') WHERE kind = 'report' AND id = (SELECT min(id) FROM record WHERE kind = 'report')",
        "booked is",
    ),
    (
        "INSERT INTO record SELECT plant, kind, id || 'x', version, state, line, parent, sort || 'x', search, created_ms, updated_ms, body FROM record WHERE kind = 'report' LIMIT 1",
        "is booked 2 times",
    ),
    (
        "DELETE FROM posting WHERE document LIKE 'T%' AND seq = (SELECT max(seq) FROM posting WHERE document LIKE 'T%')",
        "is booked 0 times",
    ),
    (
        "UPDATE posting SET quantity = quantity + 1 WHERE seq = (SELECT max(seq) FROM posting WHERE document LIKE 'T%')",
        "asked for",
    ),
    ("UPDATE balance SET quantity = quantity + 1 WHERE quantity > 0", "came from nowhere"),
    ("DELETE FROM event WHERE seq = (SELECT min(seq) FROM event WHERE type = 'order.paused.v1')", "is no legal step"),
    (
        "UPDATE record SET state = 'closed' WHERE kind = 'order' AND id = (SELECT min(id) FROM record WHERE kind = 'order')",
        "its history ends in",
    ),
    (
        "DELETE FROM idempotency WHERE key = (SELECT max(key) FROM idempotency WHERE user = 'storekeeper')",
        "its key is kept: false",
    ),
];

fn complaints(file: &Path, change: &str, writes: &[Write], before: &Books) -> Vec<String> {
    let folder = Folder::new();
    let copy = folder.path().join("takt.db");
    fs::copy(file, &copy).expect("the folder is writable");
    let connection = rusqlite::Connection::open(&copy).expect("the file is a database");
    let guards = "DROP TRIGGER posting_never_changes; DROP TRIGGER posting_never_goes; \
        DROP TRIGGER event_never_changes; DROP TRIGGER event_never_goes;";
    connection.execute_batch(guards).expect("the guards are there");
    assert!(connection.execute(change, []).unwrap_or_else(|error| panic!("{change}: {error}")) > 0, "{change}");
    drop(connection);
    let books = Books { before: before.before.clone(), ..Books::of_file(&copy) };
    audit(writes, &books)
}

#[test]
fn the_auditor_finds_every_kind_of_damage() {
    let calm = &EMBEDDED[..0];
    let (setup, outcome) = suffer(Setup::embedded(), calm, 1, Duration::from_secs(3));
    assert_eq!(outcome.wrong, Vec::<String>::new());
    assert_eq!(audit(&outcome.writes, &outcome.books), Vec::<String>::new());
    let file = setup.data().join("takt.db");
    for (change, word) in CHANGES {
        let found = complaints(&file, change, &outcome.writes, &outcome.books);
        assert!(found.iter().any(|complaint| complaint.contains(word)), "{change}: {found:?}");
    }
    // And the other way round: the books are right, and somebody was told something else.
    let mut writes = outcome.writes.clone();
    let refused = writes.iter_mut().find(|write| matches!(write.end, End::Refused { .. })).expect("some are refused");
    refused.end = End::Booked { status: 201, id: "x".into() };
    assert!(!audit(&writes, &outcome.books).is_empty());
}
