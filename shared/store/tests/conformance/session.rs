//! Sessions: a commit of one that has ended is refused.

use futures::executor::block_on;
use takt_store::{Commit, SessionWrite, Store, StoreError};

use super::{Harness, NOW, PLANT, book, commit, load, look, with_plant};

const HOUR: i64 = 3_600_000;

fn open(store: &impl Store, id: &str) {
    let open = SessionWrite::Open { id: id.to_owned(), user: "operator".to_owned(), expires_ms: NOW + HOUR };
    book(store, &Commit { sessions: vec![open], ..commit() }).unwrap();
}

fn is_live(store: &impl Store, id: &str, at_ms: i64) -> bool {
    let outcome = book(store, &Commit { session: Some(id.to_owned()), at_ms, ..commit() });
    let mut wanted = load();
    wanted.at_ms = at_ms;
    wanted.session = Some(id.to_owned());
    let loaded = look(store, wanted).session.is_some();
    match outcome {
        Ok(_) => assert!(loaded),
        Err(error) => {
            assert_eq!(error, StoreError::SessionEnded);
            assert!(!loaded);
        }
    }
    loaded
}

pub(crate) fn a_session_that_ended_is_refused(harness: &impl Harness) {
    let store = with_plant(harness);
    open(&store, "s");
    assert!(is_live(&store, "s", NOW));
    assert!(!is_live(&store, "t", NOW));
    let end = Commit { sessions: vec![SessionWrite::End { id: "s".to_owned() }], ..commit() };
    book(&store, &end).unwrap();
    assert!(!is_live(&store, "s", NOW));
    book(&store, &end).unwrap();
}

pub(crate) fn a_session_that_expired_is_refused(harness: &impl Harness) {
    let store = with_plant(harness);
    open(&store, "s");
    assert!(is_live(&store, "s", NOW + HOUR - 1));
    assert!(!is_live(&store, "s", NOW + HOUR));
}

pub(crate) fn all_sessions_of_a_user_end_at_once(harness: &impl Harness) {
    let store = with_plant(harness);
    open(&store, "s");
    open(&store, "t");
    let sessions = vec![
        SessionWrite::Open { id: "u".to_owned(), user: "operator".to_owned(), expires_ms: NOW + HOUR },
        SessionWrite::EndAllOfUser { user: "operator".to_owned() },
    ];
    book(&store, &Commit { sessions, ..commit() }).unwrap();
    assert!(!is_live(&store, "s", NOW));
    assert!(!is_live(&store, "t", NOW));
    assert!(is_live(&store, "u", NOW), "one that is opened in the same commit lives");
}

pub(crate) fn ended_sessions_are_listed_until_they_expire(harness: &impl Harness) {
    let store = with_plant(harness);
    open(&store, "s");
    open(&store, "t");
    let listed = |at_ms| block_on(store.ended_sessions(PLANT, at_ms)).unwrap();
    assert!(listed(NOW).is_empty());
    book(&store, &Commit { sessions: vec![SessionWrite::End { id: "t".to_owned() }], ..commit() }).unwrap();
    assert_eq!(listed(NOW), ["t"]);
    assert!(listed(NOW + HOUR).is_empty());
}
