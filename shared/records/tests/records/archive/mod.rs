//! Orders go to the archive and come back, on a file and on a server: nothing is lost, nothing is there twice, and all that adds
//! up still does.

mod database;
mod quality;
mod race;
mod stays;
mod world;

use std::collections::{BTreeMap, BTreeSet};

use database::{Database, File, Server};
use futures::executor::block_on;
use quality::what_quality_wrote_goes_and_comes_back_with_its_order;
use stays::{
    a_batch_that_ends_folds_what_is_carried_of_all_its_orders, all_that_is_due_is_told_page_by_page,
    an_order_is_taken_again_only_by_who_has_read_the_same,
    files_expire_when_their_batch_is_done_and_their_years_are_over,
    what_is_due_was_closed_and_last_written_before_the_month_that_stays,
    what_is_taken_back_for_another_order_stays_and_what_takes_it_back, what_quality_has_not_closed_stays,
    what_stock_is_held_for_or_lots_were_made_for_stays, what_was_brought_back_stays_for_ninety_days,
};
use takt_api::archive::{
    ArchiveBatch, ArchiveFile, OpenBatch, OrderHolding, RestoreOrder, RestorePart, TakeOrder, VerifiedFiles,
};
use takt_domain::archive::ArchiveSettings;
use takt_records::archive::{batch, digest, due, find, go, put_settings, restore, settings};
use takt_records::command::{Answer, CommandError, FIRST_PLANT};
use takt_records::keep::kind;
use takt_store::{Holding, HoldingQuery, ListFilter, LotFlow, OrderFlow, PageRequest, Store, StoredPosting};
use world::{Chance, World, codes, travelled};

/// Orders that may go, with their months.
fn due_orders<D: Database>(world: &World<D>) -> BTreeMap<String, String> {
    let (mut all, mut after) = (BTreeMap::new(), String::new());
    loop {
        let page = block_on(due::due(&world.store, &world.caller(), &after, false)).unwrap();
        all.extend(page.items.into_iter().map(|due| (due.order.to_string(), due.month)));
        match page.next {
            Some(next) => after = next,
            None => return all,
        }
    }
}

fn open<D: Database>(world: &World<D>, month: &str, folder: &str) -> Result<Answer, CommandError> {
    let given = OpenBatch { month: month.into(), folder: folder.into() };
    block_on(batch::open(&world.store, &world.caller(), &given))
}

fn opened<D: Database>(world: &World<D>, month: &str, folder: &str) -> ArchiveBatch {
    serde_json::from_value(open(world, month, folder).unwrap().body).unwrap()
}

fn verified_files(folder: &str) -> VerifiedFiles {
    let file =
        ArchiveFile { name: "orders.parquet".into(), rows: 1, bytes: 1, sha256: "0".repeat(64), sums: BTreeMap::new() };
    VerifiedFiles { folder: folder.into(), orders: 1, files: vec![file] }
}

fn verify<D: Database>(world: &World<D>, batch: &str, folder: &str) -> Result<Answer, CommandError> {
    block_on(batch::verified(&world.store, &world.caller(), batch, &verified_files(folder)))
}

/// How many records of a kind there are.
fn listed<D: Database>(world: &World<D>, kind: &str) -> usize {
    let page = PageRequest::first(100);
    block_on(world.store.list(FIRST_PLANT, kind, &ListFilter::default(), &page)).unwrap().items.len()
}

fn held<D: Database>(world: &World<D>, order: &str) -> Result<OrderHolding, CommandError> {
    block_on(go::holding(&world.store, &world.caller(), order)).map(|held| travelled(&held))
}

fn take<D: Database>(world: &World<D>, batch: &str, held: &OrderHolding) -> Result<Answer, CommandError> {
    let given = TakeOrder { order: held.order.clone(), sha256: digest(&held.tables) };
    block_on(go::take(&world.store, &world.caller(), batch, &given))
}

/// Brings an order back in pieces of so many characters.
fn bring_back<D: Database>(world: &World<D>, held: &OrderHolding, size: usize) -> Result<Answer, CommandError> {
    let order = held.order.as_str();
    let text = serde_json::to_string(held).unwrap();
    let letters: Vec<char> = text.chars().collect();
    let mut parts = 0;
    for piece in letters.chunks(size) {
        parts += 1;
        let given = RestorePart { text: piece.iter().collect() };
        block_on(restore::part(&world.store, &world.caller(), order, parts, &given))?;
    }
    block_on(restore::restore(&world.store, &world.caller(), order, &RestoreOrder { parts }))
}

/// Everything that orders hold, whether it may go or not.
fn holdings<D: Database>(world: &World<D>) -> BTreeMap<String, Holding> {
    let of = |order: &String| {
        let query = HoldingQuery {
            order: order.clone(),
            records: vec![(kind::ORDER.into(), order.clone())],
            children: [kind::REPORT, kind::SIGNATURE].map(str::to_owned).to_vec(),
            photos: Vec::new(),
        };
        (order.clone(), block_on(world.store.holding(FIRST_PLANT, &query)).unwrap())
    };
    world.orders.iter().map(of).collect()
}

type Moved = BTreeMap<(String, String, String, String, String), i64>;

fn account(account: &takt_store::Account) -> String {
    if account.order.is_empty() {
        account.location.clone()
    } else {
        format!("{} ({})", account.location, account.order)
    }
}

/// What moved, by what, why, from where and to where: in the ledger, and in what stayed of orders that have gone.
fn moved<D: Database>(world: &World<D>) -> Moved {
    let mut moved = Moved::new();
    for row in world.ledger() {
        let StoredPosting { kind, item, lot, from, to, quantity, .. } = row.row;
        *moved.entry((kind, item, lot, account(&from), account(&to))).or_default() += quantity;
    }
    for order in &world.orders {
        let Some(gone) = block_on(find(&world.store, &world.caller(), order)).unwrap() else { continue };
        for total in gone.totals {
            *moved.entry((total.kind, total.item, total.lot, total.from, total.to)).or_default() += total.units;
        }
    }
    moved
}

/// What a trace would find of lots and orders.
fn traced<D: Database>(world: &World<D>) -> (Vec<LotFlow>, Vec<OrderFlow>) {
    let lots: Vec<_> = world.lots.iter().map(|lot| ("bolt".to_owned(), lot.clone())).collect();
    let of_lots = block_on(world.store.lot_flows(FIRST_PLANT, &lots, 1000)).unwrap();
    (of_lots, block_on(world.store.order_flows(FIRST_PLANT, &world.orders, 1000)).unwrap())
}

fn fold<D: Database>(world: &World<D>) {
    for item in ["lamp", "bolt", "wire"] {
        block_on(world.store.fold_carried(FIRST_PLANT, item)).unwrap();
    }
}

fn is_clean<D: Database>(world: &World<D>, what: &str) {
    let audit = world.audit();
    assert_eq!(audit.count, 0, "{what}: {:?}", audit.differences);
    let chain = world.chain();
    assert_eq!(chain.broken, None, "{what}");
}

/// A plant where much has happened by chance, eight months later.
fn lived<D: Database>(seed: u64, things: u32) -> World<D> {
    let mut world = World::<D>::new();
    let mut chance = Chance::new(seed);
    for n in 0..things {
        world.happen(&mut chance);
        if n % 10 == 0 {
            world.later_days(1);
        }
    }
    for order in world.orders.clone() {
        if chance.below(4) > 0 {
            world.close(&order);
        }
    }
    world.later_days(240);
    world.seal();
    world
}

fn what_goes_and_comes_leaves_everything_as_it_was<D: Database>() {
    for seed in 1..=D::SEEDS {
        let mut world = lived::<D>(seed, 120);
        is_clean(&world, "before");
        let (balances, ledger, all, moved_before) = (world.balances(), world.ledger(), holdings(&world), moved(&world));
        let (chain, traced_before) = (world.chain(), traced(&world));
        let due = due_orders(&world);
        assert!(due.len() > 2, "seed {seed}: {due:?}");
        assert!(world.lots.len() > 2, "seed {seed}: lots were divided");
        let mut chance = Chance::new(seed + 1000);
        let mut gone: Vec<OrderHolding> = Vec::new();
        let months: BTreeSet<&String> = due.values().collect();
        for (n, month) in months.into_iter().enumerate() {
            let folder = format!("plant-1/{month}/{n}");
            let batch = opened(&world, month, &folder);
            let orders: Vec<OrderHolding> =
                due.iter().filter(|(_, of)| *of == month).filter_map(|(order, _)| held(&world, order).ok()).collect();
            assert_eq!(
                codes(take(&world, &batch.id, &orders[0])),
                ["archive.state"],
                "nothing goes before it is verified"
            );
            verify(&world, &batch.id, &folder).unwrap();
            for order in &orders {
                take(&world, &batch.id, order).unwrap();
                take(&world, &batch.id, order).unwrap_or_else(|error| panic!("a second time: {error:?}"));
                if chance.below(4) == 0 {
                    is_clean(&world, &format!("seed {seed}, after {}", order.order));
                }
                if chance.below(3) == 0 {
                    fold(&world);
                }
            }
            block_on(batch::end(&world.store, &world.caller(), &batch.id)).unwrap();
            gone.extend(orders);
        }
        assert!(!gone.is_empty(), "seed {seed}");
        is_clean(&world, "when they have gone");
        fold(&world);
        is_clean(&world, "when it was folded");
        assert_eq!(world.balances(), balances, "seed {seed}");
        assert_eq!(moved(&world), moved_before, "seed {seed}");
        assert_eq!(traced(&world), traced_before, "seed {seed}");
        let left = world.chain();
        let postings: usize = gone.iter().map(|held| held.tables[3].rows.len()).sum();
        assert_eq!((left.archived, left.postings), (postings as u64, chain.postings - postings as u64), "seed {seed}");

        // Work goes on, and some of them come back, in any order.
        let mut rest: Vec<OrderHolding> = Vec::new();
        while let Some(held) = (!gone.is_empty()).then(|| gone.swap_remove(chance.below(gone.len() as u64) as usize)) {
            if chance.below(2) == 0 {
                rest.push(held);
                continue;
            }
            bring_back(&world, &held, 5000).unwrap();
            is_clean(&world, &format!("seed {seed}: {} is back", held.order));
            assert!(!due_orders(&world).contains_key(held.order.as_str()), "it stays for a while");
        }
        assert_eq!(moved(&world), moved_before, "seed {seed}");
        assert_eq!(traced(&world), traced_before, "seed {seed}");
        fold(&world);
        for held in &rest {
            bring_back(&world, held, 200_000).unwrap();
        }
        is_clean(&world, "when all are back");
        assert_eq!(holdings(&world), all, "seed {seed}");
        assert_eq!(world.ledger(), ledger, "seed {seed}");
        assert_eq!(world.balances(), balances, "seed {seed}");
        for _ in 0..30 {
            world.happen(&mut chance);
        }
        is_clean(&world, "afterwards");
    }
}

/// An order for three lamps that was closed eight months ago, and the plant around it.
fn one_old<D: Database>() -> (World<D>, String) {
    let mut world = World::<D>::new();
    let order = world.running(3);
    for operation in [10, 20] {
        world.report(&order, operation, 3, operation == 20).unwrap();
    }
    world.close(&order);
    world.later_days(240);
    world.seal();
    (world, order)
}

/// The same, gone.
fn one_gone<D: Database>() -> (World<D>, OrderHolding) {
    let (world, order) = one_old::<D>();
    let month = due_orders(&world)[&order].clone();
    let batch = opened(&world, &month, "a");
    let held = held(&world, &order).unwrap();
    verify(&world, &batch.id, "a").unwrap();
    take(&world, &batch.id, &held).unwrap();
    (world, held)
}

fn what_has_gone_is_found_and_refuses_with_the_remedy<D: Database>() {
    let (world, held) = one_gone::<D>();
    let order = held.order.as_str();
    let filter = ListFilter { q: Some(order.to_lowercase()), ..ListFilter::default() };
    let found =
        block_on(world.store.list(FIRST_PLANT, kind::ARCHIVED_ORDER, &filter, &PageRequest::first(10))).unwrap();
    assert_eq!(found.items.len(), 1);
    let filter = ListFilter { fields: vec![("lot".into(), "B1".into())], ..ListFilter::default() };
    let by_lot =
        block_on(world.store.list(FIRST_PLANT, kind::ARCHIVED_ORDER, &filter, &PageRequest::first(10))).unwrap();
    assert_eq!(by_lot.items.len(), 1, "by a lot that it used");
    let stays = block_on(find(&world.store, &world.caller(), order)).unwrap().unwrap();
    assert_eq!((stays.reports, stays.counts["20.good"].to_string().as_str()), (2, "3"));
    for report in &world.reports {
        assert_eq!(codes(world.reverse_report(report)), ["archive.gone"]);
        assert_eq!(codes(world.reverse_movement(report)), ["archive.gone"], "its movement");
    }
    assert_eq!(codes(world.act(order, "archive")), ["archive.gone"]);
    assert!(matches!(world.create(Some(order), 1), Err(CommandError::Invalid(_))), "its number is taken");
    assert_ne!(world.create(None, 1).unwrap().body["id"], order);
    assert!(matches!(world.reverse_report("nothing"), Err(CommandError::NotFound(_))));
}

fn what_changed_since_it_was_written_stays<D: Database>() {
    let (world, order) = one_old::<D>();
    let month = due_orders(&world)[&order].clone();
    let batch = opened(&world, &month, "a");
    let held = held(&world, &order).unwrap();
    verify(&world, &batch.id, "a").unwrap();
    world.act(&order, "archive").unwrap();
    assert_eq!(codes(take(&world, &batch.id, &held)), ["archive.changed"]);
    let mut forged = held.clone();
    forged.tables[0].rows[0][1] = "other".into();
    assert_eq!(codes(take(&world, &batch.id, &forged)), ["archive.changed"]);
    assert_eq!(block_on(find(&world.store, &world.caller(), &order)).unwrap(), None);
    is_clean(&world, "nothing has gone");
}

fn what_is_not_ready_stays<D: Database>() {
    let mut world = World::<D>::new();
    let open = world.running(2);
    let young = world.running(2);
    world.later_days(240);
    world.close(&young);
    assert_eq!(due_orders(&world), BTreeMap::new());
    assert_eq!(codes(held(&world, &open)), ["archive.open"]);
    assert_eq!(codes(held(&world, &young)), ["archive.open"]);
    world.later_days(240);
    assert_eq!(due_orders(&world).keys().collect::<Vec<_>>(), [&young]);
    assert_eq!(codes(held(&world, &young)), ["archive.unsealed"]);
    world.seal();
    held(&world, &young).unwrap();
    let given = ArchiveSettings { after_months: 60, ..ArchiveSettings::default() };
    block_on(put_settings(&world.store, &world.caller(), &given)).unwrap();
    assert_eq!(block_on(settings(&world.store, &world.caller())).unwrap(), given);
    assert_eq!(codes(held(&world, &young)), ["archive.open"], "as the plant has set");
}

fn on_schedule_nothing_is_due_but_in_the_hour_that_is_set<D: Database>() {
    let (world, _) = one_old::<D>();
    let zone = jiff::tz::TimeZone::get("Asia/Shanghai").unwrap();
    for (later, expected) in [(0_u8, 1), (1, 0)] {
        let hour = (world.now().to_zoned(zone.clone()).hour() as u8 + later) % 24;
        let given = ArchiveSettings { hour, ..ArchiveSettings::default() };
        block_on(put_settings(&world.store, &world.caller(), &given)).unwrap();
        let due = block_on(due::due(&world.store, &world.caller(), "", true)).unwrap();
        assert_eq!(due.items.len(), expected, "{later}");
    }
}

fn one_run_takes_a_batch_over_from_another<D: Database>() {
    let (world, order) = one_old::<D>();
    let month = due_orders(&world)[&order].clone();
    let first = opened(&world, &month, "a");
    let second = opened(&world, &month, "b");
    assert_eq!((&second.id, second.abandoned.as_slice()), (&first.id, ["a".to_owned()].as_slice()));
    assert!(matches!(open(&world, &month, "a"), Err(CommandError::Invalid(_))), "a folder is used once");
    assert_eq!(codes(verify(&world, &first.id, "a")), ["archive.taken_over"]);
    verify(&world, &second.id, "b").unwrap();
    assert_eq!(codes(verify(&world, &second.id, "b")), ["archive.state"]);
    let third = opened(&world, &month, "c");
    assert_ne!(third.id, first.id, "what is verified is not written anew");
    assert!(matches!(open(&world, "2026-13", "d"), Err(CommandError::Invalid(_))));
    assert!(matches!(open(&world, "2036-01", "d"), Err(CommandError::Invalid(_))), "a month that stays");
    for folder in ["../d", "/d", "d//e", ".d", "d e", ""] {
        assert!(matches!(open(&world, &month, folder), Err(CommandError::Invalid(_))), "{folder}");
    }
}

fn only_what_went_comes_back<D: Database>() {
    let (world, held) = one_gone::<D>();
    let order = held.order.as_str();
    let mut forged = held.clone();
    forged.tables[3].rows[0][17] = 999.into();
    assert_eq!(codes(bring_back(&world, &forged, 1000)), ["archive.damaged"]);
    let missing = block_on(restore::restore(&world.store, &world.caller(), order, &RestoreOrder { parts: 999 }));
    assert!(matches!(missing, Err(CommandError::Invalid(_))));
    is_clean(&world, "nothing came");
    // The pieces of the other try are more, and are replaced or left over.
    bring_back(&world, &held, 4000).unwrap();
    is_clean(&world, "it is back");
    assert!(matches!(bring_back(&world, &held, 4000), Err(CommandError::NotFound(_))), "once");
    world.reverse_report(&world.reports[1].clone()).map(drop).unwrap_or_default();
    is_clean(&world, "and takes part");
}

macro_rules! both {
    ($($test:ident),+ $(,)?) => {
        mod file {
            $(#[test] fn $test() { super::$test::<super::File>(); })+
        }
        mod server {
            $(#[test] fn $test() { super::$test::<super::Server>(); })+
        }
    };
}

both!(
    what_goes_and_comes_leaves_everything_as_it_was,
    what_has_gone_is_found_and_refuses_with_the_remedy,
    what_changed_since_it_was_written_stays,
    what_is_not_ready_stays,
    on_schedule_nothing_is_due_but_in_the_hour_that_is_set,
    what_quality_wrote_goes_and_comes_back_with_its_order,
    one_run_takes_a_batch_over_from_another,
    only_what_went_comes_back,
    what_stock_is_held_for_or_lots_were_made_for_stays,
    what_quality_has_not_closed_stays,
    what_is_taken_back_for_another_order_stays_and_what_takes_it_back,
    what_is_due_was_closed_and_last_written_before_the_month_that_stays,
    all_that_is_due_is_told_page_by_page,
    an_order_is_taken_again_only_by_who_has_read_the_same,
    a_batch_that_ends_folds_what_is_carried_of_all_its_orders,
    files_expire_when_their_batch_is_done_and_their_years_are_over,
    what_was_brought_back_stays_for_ninety_days,
);
