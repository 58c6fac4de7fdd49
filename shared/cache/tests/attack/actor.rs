//! What readers and writers do.

use std::pin::Pin;
use std::rc::Rc;

use takt_cache::{Cache, Cached};
use takt_store::{Account, Commit, Idempotency, KeyLookup, Load, Posting, Store, StoreError};

use crate::gated::{Gated, GatedClock, GatedRedis, GatedStore, Turn};
use crate::world::{ITEMS, PLACE, World};

/// Somebody under way.
pub(crate) struct Actor {
    pub(crate) turn: Rc<Turn>,
    pub(crate) work: Pin<Box<dyn Future<Output = ()>>>,
    pub(crate) writes: bool,
}

fn store(world: &Rc<World>, turn: &Rc<Turn>) -> Cached<GatedStore, GatedRedis, GatedClock> {
    let gated = || Gated { world: Rc::clone(world), turn: Rc::clone(turn) };
    let cache =
        Cache::new(GatedRedis(gated()), GatedClock(gated()), world.circuit).with_library(world.setup.library.clone());
    Cached::new(GatedStore(gated()), Some(cache))
}

fn turn(world: &World) -> Rc<Turn> {
    let turn = Turn::default();
    turn.cut.set(world.below(8) == 0);
    Rc::new(turn)
}

/// Asks for the balance of an item.
async fn query(world: &Rc<World>, own: &Rc<Turn>) {
    let item = world.below(ITEMS.len() as u64) as usize;
    let store = store(world, own).with_cached_reads();
    let required = world.required(item);
    let mut load = Load::new(world.plant, 0);
    load.balances_of = vec![ITEMS[item].to_owned()];
    let Ok(loaded) = store.load(&load).await else { return };
    let at_place = loaded.balances.iter().filter(|balance| balance.location == PLACE);
    let shown: i64 = at_place.map(|balance| balance.quantity).sum();
    match store.as_of_ms() {
        None => world.judge(item, shown, required, "a query"),
        Some(ms) => world.judge(item, shown, world.required_before(item, ms as u64), "a query without the store"),
    }
}

/// Asks a few times, and holds each answer against what was booked when it began to ask.
pub(crate) fn reader(world: &Rc<World>) -> Actor {
    let turn = turn(world);
    let (world, own) = (Rc::clone(world), Rc::clone(&turn));
    let work = async move {
        for _ in 0..=world.below(4) {
            query(&world, &own).await;
        }
    };
    Actor { turn, work: Box::pin(work), writes: false }
}

/// Books one piece of some items, or repeats a request of somebody before.
pub(crate) fn writer(world: &Rc<World>) -> Actor {
    let turn = turn(world);
    let (world, own) = (Rc::clone(world), Rc::clone(&turn));
    let work = async move {
        let store = store(&world, &own);
        let (key, items) = world.request();
        let mut load = Load::new(world.plant, 0);
        load.key = Some(KeyLookup { user: "u".into(), key: key.clone() });
        let Ok(loaded) = store.load(&load).await else { return };
        if loaded.key.is_some() {
            return world.answered(&key);
        }
        match store.commit(&commit(&world, &key, &items)).await {
            Ok(_) | Err(StoreError::Replayed(_)) => world.answered(&key),
            Err(_) => {}
        }
    };
    Actor { turn, work: Box::pin(work), writes: true }
}

fn commit(world: &World, key: &str, items: &[usize]) -> Commit {
    let account = |location: &str, bounded| Account { location: location.into(), order: String::new(), bounded };
    let mut commit = Commit::new(world.plant, 0);
    let body = serde_json::Value::Null;
    commit.idempotency =
        Some(Idempotency { user: "u".into(), key: key.to_owned(), fingerprint: "f".into(), status: 201, body });
    let posting = |item: &usize| Posting {
        id: format!("{key}.{item}"),
        movement: key.to_owned(),
        kind: "receipt".into(),
        item: ITEMS[*item].to_owned(),
        lot: String::new(),
        from: account("@supplier", false),
        to: account(PLACE, true),
        quantity: 1,
        order: None,
        operation: None,
        document: None,
        reason: None,
        user: "u".into(),
        device: None,
        source: "hand".into(),
        occurred_ms: 0,
        reverses: None,
    };
    commit.postings = items.iter().map(posting).collect();
    commit
}
