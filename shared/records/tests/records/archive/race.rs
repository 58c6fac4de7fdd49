//! Somebody else is faster while an order goes, or comes back: what was read before is not acted upon.

use std::cell::Cell;

use futures::FutureExt;
use futures::executor::block_on;
use takt_api::archive::{RestoreOrder, RestorePart, TakeOrder};
use takt_records::archive::{batch, digest, find, go, restore};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError};
use takt_records::keep::kind;
use takt_store::{Driver, DriverError, NativeDriver, Rows, SqliteStore, Value};

use crate::archive::database::File;
use crate::archive::world::{World, codes};
use crate::archive::{
    bring_back, due_orders, held, is_clean, listed, one_gone, one_old, opened, verified_files, verify,
};

/// Before the statement with a number somebody else does something.
struct Interrupted<'w> {
    inner: NativeDriver,
    left: Cell<i32>,
    meanwhile: &'w dyn Fn(),
}

impl Driver for Interrupted<'_> {
    async fn query(&self, sql: &str, params: Vec<Value>) -> Result<Rows, DriverError> {
        self.left.set(self.left.get() - 1);
        if self.left.get() == -1 {
            (self.meanwhile)();
        }
        self.inner.query(sql, params).await
    }
}

type Plant = World<File>;
type Store<'w> = SqliteStore<Interrupted<'w>>;
type Outcome = Result<Answer, CommandError>;

/// Does something as often as it has statements, with `meanwhile` before each of them in turn, and looks at what came of it.
fn check<T>(
    prepared: impl Fn() -> (Plant, T),
    does: impl Fn(&Store<'_>, &Caller, &T) -> Outcome,
    meanwhile: impl Fn(&Plant, &T),
    then: impl Fn(&Plant, &T, Outcome),
) {
    let mut at = 0;
    loop {
        let (world, with) = prepared();
        let caller = world.caller();
        let other = || meanwhile(&world, &with);
        let store =
            SqliteStore::new(Interrupted { inner: world.database.driver(), left: Cell::new(at), meanwhile: &other });
        let outcome = does(&store, &caller, &with);
        if store.driver().left.get() >= 0 {
            outcome.unwrap();
            break;
        }
        then(&world, &with, outcome);
        is_clean(&world, &format!("interrupted before statement {at}"));
        at += 1;
    }
    assert!(at >= 2, "it looks, and then books: {at}");
}

/// At once, and not by an executor: what happens meanwhile has one of its own.
fn now<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().unwrap()
}

/// An order that could be taken, with its batch.
fn verified() -> (Plant, (String, TakeOrder)) {
    let (world, order) = one_old::<File>();
    let month = due_orders(&world)[&order].clone();
    let batch = opened(&world, &month, "a");
    let held = held(&world, &order).unwrap();
    verify(&world, &batch.id, "a").unwrap();
    (world, (batch.id, TakeOrder { order: held.order, sha256: digest(&held.tables) }))
}

fn is_there(world: &Plant, order: &str) -> bool {
    block_on(find(&world.store, &world.caller(), order)).unwrap().is_none()
}

#[test]
fn no_order_goes_with_a_batch_that_has_ended() {
    check(
        verified,
        |store, caller, (batch, given)| now(go::take(store, caller, batch, given)),
        |world, (batch, _)| drop(block_on(batch::end(&world.store, &world.caller(), batch)).unwrap()),
        |world, (_, given), outcome| {
            assert_eq!(codes(outcome), ["archive.state"]);
            assert!(is_there(world, given.order.as_str()));
        },
    );
}

#[test]
fn no_order_goes_that_is_changed_meanwhile() {
    check(
        verified,
        |store, caller, (batch, given)| now(go::take(store, caller, batch, given)),
        |world, (_, given)| drop(world.act(given.order.as_str(), "archive").unwrap()),
        |world, (_, given), outcome| {
            assert_eq!(codes(outcome), ["archive.changed"]);
            assert!(is_there(world, given.order.as_str()));
        },
    );
}

#[test]
fn no_batch_is_verified_that_another_run_takes_over_meanwhile() {
    check(
        || {
            let (world, order) = one_old::<File>();
            let month = due_orders(&world)[&order].clone();
            let batch = opened(&world, &month, "a");
            (world, batch)
        },
        |store, caller, batch| now(batch::verified(store, caller, &batch.id, &verified_files("a"))),
        |world, batch| assert_eq!(opened(world, &batch.month, "b").id, batch.id),
        |_, _, outcome| assert_eq!(codes(outcome), ["archive.taken_over"]),
    );
}

/// An order that has gone and is handed in again in two pieces.
fn handed_in() -> (Plant, (String, RestorePart)) {
    let (world, held) = one_gone::<File>();
    let text = serde_json::to_string(&held).unwrap();
    let (first, second) = text.split_at(text.len() / 2);
    let piece = |text: &str| RestorePart { text: text.to_owned() };
    for (number, text) in [(1, first), (2, second)] {
        block_on(restore::part(&world.store, &world.caller(), held.order.as_str(), number, &piece(text))).unwrap();
    }
    (world, (held.order.to_string(), piece("of another try")))
}

#[test]
fn no_order_comes_back_of_pieces_that_are_replaced_meanwhile() {
    check(
        handed_in,
        |store, caller, (order, _)| now(restore::restore(store, caller, order, &RestoreOrder { parts: 2 })),
        |world, (order, other)| drop(block_on(restore::part(&world.store, &world.caller(), order, 1, other)).unwrap()),
        |world, (order, _), outcome| {
            assert!(matches!(outcome, Err(CommandError::Invalid(_))), "{outcome:?}");
            assert!(!is_there(world, order));
        },
    );
}

#[test]
fn no_piece_is_kept_of_an_order_that_comes_back_meanwhile() {
    check(
        || {
            let (world, held) = one_gone::<File>();
            (world, held)
        },
        |store, caller, held| {
            let piece = RestorePart { text: "late".to_owned() };
            now(restore::part(store, caller, held.order.as_str(), 1, &piece))
        },
        |world, held| drop(bring_back(world, held, 4000).unwrap()),
        |world, held, outcome| {
            assert!(matches!(outcome, Err(CommandError::NotFound(_))), "{outcome:?}");
            assert!(is_there(world, held.order.as_str()));
            assert_eq!(listed(world, kind::ARCHIVE_PART), 0);
        },
    );
}

#[test]
fn an_order_that_two_bring_back_comes_once() {
    check(
        handed_in,
        |store, caller, (order, _)| now(restore::restore(store, caller, order, &RestoreOrder { parts: 2 })),
        |world, (order, _)| {
            block_on(restore::restore(&world.store, &world.caller(), order, &RestoreOrder { parts: 2 })).unwrap();
        },
        |world, (order, _), outcome| {
            assert!(matches!(outcome, Err(CommandError::NotFound(_))), "{outcome:?}");
            assert!(is_there(world, order));
            assert_eq!(listed(world, kind::ARCHIVE_PART), 0);
        },
    );
}
