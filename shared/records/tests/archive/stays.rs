//! What hangs on something that stays does not go.

use futures::executor::block_on;
use takt_domain::id::LocationId;
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::lot::change::{Part, renamed};
use takt_domain::quantity::Quantity;
use takt_records::command::FIRST_PLANT;
use takt_records::keep::{self, MovementHead};
use takt_store::{Commit, Store};

use crate::database::Database;
use crate::world::{World, codes};
use crate::{held, one_old};

/// Postings that somebody books for an order that was closed long ago.
fn booked<D: Database>(world: &World<D>, order: &str, id: &str, postings: &[Posting]) {
    let head = MovementHead { id: id.to_owned(), order: Some(order.to_owned()), ..MovementHead::default() };
    let caller = world.caller();
    let mut commit = Commit::new(FIRST_PLANT, caller.now_ms());
    commit.postings = keep::postings(postings, &head, &caller);
    block_on(world.store.commit(&commit)).unwrap();
}

fn bolts(from: Account, to: Account) -> Posting {
    Posting {
        kind: MovementKind::Transfer,
        item: "bolt".parse().unwrap(),
        lot: "B1".into(),
        from,
        to,
        quantity: Quantity::from_units(1, 0),
        reverses: None,
    }
}

pub(crate) fn what_stock_is_held_for_or_lots_were_made_for_stays<D: Database>() {
    let (world, order) = one_old::<D>();
    world.receive("bolt", "B1", "5").unwrap();
    held(&world, &order).unwrap();
    let place: LocationId = "S1".parse().unwrap();
    let (free, its) = (Account::free(place.clone()), Account::held(place.clone(), &order.parse().unwrap()));
    booked(&world, &order, "hold", &[bolts(free.clone(), its.clone())]);
    assert_eq!(codes(held(&world, &order)), ["archive.held"]);
    booked(&world, &order, "let go", &[bolts(its, free)]);
    assert_eq!(codes(held(&world, &order)), ["archive.unsealed"]);
    world.later_days(1);
    world.seal();
    held(&world, &order).unwrap();
    let part = Part { lot: "B1".into(), location: place, quantity: Quantity::from_units(1, 0) };
    booked(&world, &order, "rename", &renamed(&"bolt".parse().unwrap(), &part, "B9"));
    world.later_days(1);
    world.seal();
    assert_eq!(codes(held(&world, &order)), ["archive.lots"], "a trace reads it from the movement");
}
