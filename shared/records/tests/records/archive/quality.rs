//! Inspections, nonconformances, photos and signatures go with their order.

use futures::executor::block_on;
use serde_json::json;
use takt_api::quality::{Dispose, Inspect, PlanDocument, RaiseNonconformance};
use takt_domain::id::NonconformanceId;
use takt_records::archive::{batch, find, refuse_gone, refuse_gone_photo};
use takt_records::command::{Answer, CommandError, FIRST_PLANT, inspect, nonconformance, photo};
use takt_records::keep::kind;
use takt_store::{ListFilter, PageRequest, Store};

use crate::archive::database::Database;
use crate::archive::world::{World, codes};
use crate::archive::{bring_back, due_orders, held, holdings, is_clean, opened, take, verify};

fn id(answer: &Answer) -> String {
    answer.body["id"].as_str().unwrap().to_owned()
}

fn read<T: serde::de::DeserializeOwned>(value: serde_json::Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn photo<D: Database>(world: &World<D>, more: &[u8]) -> String {
    let bytes = [&[0xff, 0xd8, 0xff, 0xe0], more].concat();
    id(&block_on(photo::add(&world.store, &world.caller(), &bytes, "/9j/4A==")).unwrap())
}

/// An order with an inspection that has a photo, and a nonconformance with another one, taken as it is by a signature.
fn inspected<D: Database>(world: &mut World<D>) -> (String, String, [String; 2]) {
    let order = world.running(3);
    for operation in [10, 20] {
        world.report(&order, operation, 3, false).unwrap();
    }
    let photos = [photo(world, b"a"), photo(world, b"b")];
    let plan: PlanDocument = read(json!({
        "version": 0, "plan": {
            "id": "look", "name": "look", "item": "lamp", "kind": "in_process", "sampling": {"by": "fixed", "count": 1},
            "characteristics": [{"id": "seen", "label": {"zh": "看", "en": "seen"}, "measure": {"kind": "photo_note"}}],
        },
    }));
    block_on(inspect::put_plan(&world.store, &world.caller(), &plan.plan.id.clone(), &plan)).unwrap();
    let given: Inspect = read(json!({
        "order": order, "plan": "look", "operation": 20, "samples": [{"values": {"seen": {"photo": photos[0]}}}],
    }));
    block_on(inspect::inspect(&world.store, &world.caller(), &given)).unwrap();
    let given: RaiseNonconformance =
        read(json!({"order": order, "operation": 20, "quantity": "1", "what": "a scratch", "photo": photos[1]}));
    let raised = id(&block_on(nonconformance::raise(&world.store, &world.caller(), &given)).unwrap());
    let number: NonconformanceId = raised.parse().unwrap();
    let given: Dispose = read(json!({"verdict": "accept", "reason": "nobody sees it"}));
    block_on(nonconformance::dispose(&world.store, &world.caller(), &number, &given)).unwrap();
    (order, raised, photos)
}

fn listed<D: Database>(world: &World<D>, kind: &str, filter: &ListFilter) -> usize {
    block_on(world.store.list(FIRST_PLANT, kind, filter, &PageRequest::first(100))).unwrap().items.len()
}

/// How many records of each kind of quality there are, and how many of these photos.
fn there<D: Database>(world: &World<D>, photos: &[String]) -> [usize; 4] {
    let count = |kind: &str| listed(world, kind, &ListFilter::default());
    let photos = block_on(world.store.photos_there(FIRST_PLANT, photos)).unwrap().len();
    [count(kind::INSPECTION), count(kind::NONCONFORMANCE), count(kind::SIGNATURE), photos]
}

pub(crate) fn what_quality_wrote_goes_and_comes_back_with_its_order<D: Database>() {
    let mut world = World::<D>::new();
    let (order, raised, photos) = inspected(&mut world);
    world.close(&order);
    world.later_days(240);
    world.seal();
    let (before, kept) = (holdings(&world), there(&world, &photos));
    assert_eq!((kept[0], kept[1], kept[3]), (1, 1, 2));
    let kept_photo = block_on(world.store.photo(FIRST_PLANT, &photos[1])).unwrap();
    let month = due_orders(&world)[&order].clone();
    let batch = opened(&world, &month, "a");
    let held = held(&world, &order).unwrap();
    let rows = |name: &str| held.tables.iter().find(|table| table.name == name).map(|table| table.rows.len());
    let written = ["inspections", "nonconformances", "signatures", "photos"].map(|name| rows(name).unwrap());
    assert_eq!(written, kept, "all of it is in the files");
    verify(&world, &batch.id, "a").unwrap();
    take(&world, &batch.id, &held).unwrap();
    block_on(batch::end(&world.store, &world.caller(), &batch.id)).unwrap();
    assert_eq!(there(&world, &photos), [0; 4], "and no longer here");
    is_clean(&world, "without it");

    let index = block_on(find(&world.store, &world.caller(), &order)).unwrap().unwrap();
    assert_eq!(
        (index.inspections, index.nonconformances.as_slice(), index.photos),
        (1, [raised.clone()].as_slice(), 2)
    );
    let filter = ListFilter { q: Some(raised.to_lowercase()), ..ListFilter::default() };
    assert_eq!(listed(&world, kind::ARCHIVED_ORDER, &filter), 1, "by the number of its nonconformance");
    let caller = world.caller();
    let gone = block_on(refuse_gone_photo(&world.store, &caller, &photos[0]));
    assert_eq!(codes(gone), ["archive.gone"]);
    assert_eq!(codes(block_on(refuse_gone(&world.store, &caller, kind::NONCONFORMANCE, &raised))), ["archive.gone"]);
    let given: Dispose = read(json!({"verdict": "rework", "reason": "after all"}));
    let number: NonconformanceId = raised.parse().unwrap();
    let again: Result<Answer, CommandError> =
        block_on(nonconformance::dispose(&world.store, &world.caller(), &number, &given));
    assert_eq!(codes(again), ["archive.gone"]);

    bring_back(&world, &held, 3000).unwrap();
    assert_eq!((holdings(&world), there(&world, &photos)), (before, kept));
    assert_eq!(block_on(world.store.photo(FIRST_PLANT, &photos[1])).unwrap(), kept_photo);
    is_clean(&world, "with it");
}
