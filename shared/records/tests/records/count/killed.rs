//! A host that dies in the middle of a posting, at each statement in turn: each line is booked once in the end.

use std::cell::Cell;

use futures::executor::block_on;
use takt_api::counts::PostCount;
use takt_domain::count::CountState;
use takt_records::command::FIRST_PLANT;
use takt_records::command::count::{post, resume};
use takt_store::{Driver, DriverError, NativeDriver, Rows, SqliteStore, Value};

use crate::count::world::World;

/// Works until it does not: it dies before or after the statement with a number.
struct Mortal {
    inner: NativeDriver,
    left: Cell<u32>,
    after: bool,
}

impl Driver for Mortal {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        let dead = || Err(DriverError::Unavailable("killed".to_owned()));
        match self.left.get() {
            0 if self.after => {
                self.inner.query(sql, params).await?;
                dead()
            }
            0 => dead(),
            left => {
                self.left.set(left - 1);
                self.inner.query(sql, params).await
            }
        }
    }
}

/// Lots, each of which is a line: more than one commit books.
const LINES: usize = 30;

fn check(at: u32, after: bool, again: bool) -> bool {
    let world = World::new();
    let lot = |n: usize| format!("lot-{n}");
    for n in 0..LINES {
        let body = format!(r#"{{"kind":"receipt","item":"bolt","lot":"{}","to":"S1","quantity":"100"}}"#, lot(n));
        world.moved(&body).unwrap();
    }
    let id = world.start(r#"{"scope":{"locations":["S1"]}}"#).unwrap();
    for n in 0..LINES {
        let body = format!(r#"{{"location":"S1","item":"bolt","lot":"{}","quantity":"99"}}"#, lot(n));
        assert_eq!(world.enter(&id, "anna", &body).unwrap(), "agreed");
    }
    world.finish(&id, false).unwrap();
    let caller = world.signing("boss");
    let driver = Mortal { inner: NativeDriver::open(world.file()).unwrap(), left: Cell::new(at), after };
    let mortal = SqliteStore::new(driver);
    let killed = block_on(post(&mortal, &caller, &id, &PostCount::default())).is_err();
    if again {
        assert_eq!(world.post(&caller, &id).unwrap(), "posted");
    } else {
        let at_once = block_on(resume(&world.store, FIRST_PLANT, world.now())).unwrap();
        assert_eq!(at_once, 0, "whoever books may be at it still");
        world.later(60);
        block_on(resume(&world.store, FIRST_PLANT, world.now())).unwrap();
        if world.count(&id).state == CountState::Counted {
            assert_eq!(world.stock("S1", "bolt"), LINES as i64 * 100, "nothing is booked before it is approved");
            return killed;
        }
    }
    assert_eq!(world.count(&id).state, CountState::Posted);
    assert_eq!(world.stock("S1", "bolt"), LINES as i64 * 99, "killed at statement {at}");
    world.audit();
    killed
}

#[test]
fn a_posting_that_is_killed_anywhere_books_each_line_once() {
    let mut at = 0;
    while check(at, at % 2 == 0, true) {
        check(at, at % 2 == 1, false);
        at += 1;
    }
    assert!(at > 8, "only {at} statements were looked at");
}
