//! Inspections by plans, and what becomes of pieces that are not as they should be.

use futures::executor::block_on;
use serde_json::{Value, json};
use takt_api::quality::{
    CloseNonconformance, Dispose, Inspect, InspectionAnswer, PlanDocument, QualitySettingsDocument, RaiseNonconformance,
};
use takt_domain::id::{NonconformanceId, OrderId};
use takt_domain::order::InspectionResult;
use takt_domain::permission::Role;
use takt_domain::quality::QualitySettings;
use takt_domain::quality::nonconformance::{Nonconformance, Verdict};
use takt_domain::signature::Signature;
use takt_records::caller::Caller;
use takt_records::command::inspect::{inspect, put_plan, put_settings};
use takt_records::command::nonconformance::{close, dispose, raise};
use takt_records::command::{Answer, CommandError};
use takt_records::keep::kind;

use crate::quality::world::{World, codes, fields};

fn put(world: &World, id: &str, plan_kind: &str, version: u64) -> Result<Answer, CommandError> {
    let label = json!({"zh": "长度", "en": "length"});
    let measure = json!({"kind": "number", "lower": "9.9", "upper": "10.1", "decimals": 1});
    let given: PlanDocument = serde_json::from_value(json!({"version": version, "plan": {
        "id": id, "name": id, "item": "lamp", "kind": plan_kind, "sampling": {"by": "fixed", "count": 2},
        "characteristics": [{"id": "length", "label": label, "measure": measure}],
    }}))
    .unwrap();
    block_on(put_plan(&world.store, &world.caller(Role::Inspector), &id.parse().unwrap(), &given))
}

fn measured(world: &World, order: &OrderId, plan: &str, lengths: &[&str]) -> Result<InspectionAnswer, CommandError> {
    let samples: Vec<Value> = lengths.iter().map(|length| json!({"values": {"length": {"number": length}}})).collect();
    let given: Inspect = serde_json::from_value(json!({"order": order, "plan": plan, "samples": samples})).unwrap();
    let answer = block_on(inspect(&world.store, &world.caller(Role::Inspector), &given))?;
    Ok(serde_json::from_value(answer.body).unwrap())
}

#[test]
fn where_there_is_a_plan_what_was_measured_opens_the_next_step_and_nobodys_word_does() {
    let world = World::new();
    put(&world, "final", "final", 0).unwrap();
    assert_eq!(codes(put(&world, "final", "final", 0)), ["version.stale"]);
    let order = world.made();
    assert_eq!(codes(world.act(&world.caller(Role::Inspector), &order, "inspect-final")), ["inspection.plan"]);
    let wrong = measured(&world, &order, "final", &["10.0"]).unwrap_err();
    assert!(matches!(wrong, CommandError::Invalid(errors) if errors[0].at == "samples"));
    assert_eq!(measured(&world, &order, "final", &["10.0", "10.2"]).unwrap().result, InspectionResult::Fail);
    assert_eq!(codes(world.act(&world.signing(Role::Inspector), &order, "sign")), ["inspection.final"]);
    let passed = measured(&world, &order, "final", &["10.0", "10.1"]).unwrap();
    assert_eq!((passed.result, passed.nonconformance), (InspectionResult::Pass, None));
    world.act(&world.signing(Role::Inspector), &order, "sign").unwrap();
    assert_eq!(world.order(&order).inspections.len(), 3, "first article, failed, passed");
    assert_eq!(world.events("inspection.recorded.v1").len(), 2);
}

#[test]
fn a_failure_in_process_leaves_the_order_as_it_is_and_raises_a_nonconformance() {
    let world = World::new();
    put(&world, "patrol", "in_process", 0).unwrap();
    let order = world.running();
    let told = measured(&world, &order, "patrol", &["10.0", "11.0"]).unwrap();
    let raised: Nonconformance =
        world.record(kind::NONCONFORMANCE, told.nonconformance.as_ref().unwrap().as_str()).unwrap();
    assert_eq!((raised.quantity.to_string().as_str(), raised.what.as_str()), ("1", "length"));
    assert_eq!(raised.inspection, Some(told.id));
    world.report(&order, 10, 1).unwrap();
    assert_eq!(measured(&world, &order, "patrol", &["10.0", "9.9"]).unwrap().nonconformance, None);
    assert_eq!(world.order(&order).nonconformances.len(), 1);
}

#[test]
fn a_first_article_that_fails_later_closes_reporting_only_where_the_plant_has_chosen_so() {
    let world = World::new();
    let order = world.running();
    put(&world, "first", "first_article", 0).unwrap();
    measured(&world, &order, "first", &["12.0", "10.0"]).unwrap();
    world.report(&order, 10, 1).unwrap();
    let settings = QualitySettings { first_article_failure_closes: true };
    let given = QualitySettingsDocument { version: 0, settings };
    block_on(put_settings(&world.store, &world.caller(Role::Manager), &given)).unwrap();
    assert_eq!(codes(world.report(&order, 10, 1)), ["inspection.first_article"]);
    measured(&world, &order, "first", &["10.0", "10.0"]).unwrap();
    world.report(&order, 10, 1).unwrap();
}

fn raised(world: &World, order: &OrderId, quantity: &str) -> Result<NonconformanceId, CommandError> {
    let text = json!({"order": order, "quantity": quantity, "what": "scratched"});
    let given: RaiseNonconformance = serde_json::from_value(text).unwrap();
    let answer = block_on(raise(&world.store, &world.caller(Role::Inspector), &given))?;
    Ok(answer.body["id"].as_str().unwrap().parse().unwrap())
}

fn decided(world: &World, caller: &Caller, id: &NonconformanceId, verdict: Verdict) -> Result<Answer, CommandError> {
    block_on(dispose(&world.store, caller, id, &Dispose { verdict, reason: "seen by two".into() }))
}

#[test]
fn quality_does_not_sign_while_a_nonconformance_is_open_and_scrap_leaves_quarantine() {
    let world = World::new();
    let order = world.made();
    world.act(&world.caller(Role::Inspector), &order, "inspect-final").unwrap();
    let (scrap, rework) = (raised(&world, &order, "2").unwrap(), raised(&world, &order, "1").unwrap());
    let sign = || codes(world.act(&world.signing(Role::Inspector), &order, "sign"));
    assert_eq!(sign(), ["nonconformance.open", "nonconformance.open"]);
    let inspector = || world.caller(Role::Inspector);
    assert_eq!(codes(decided(&world, &world.caller(Role::Operator), &scrap, Verdict::Scrap)), ["permission.missing"]);
    decided(&world, &inspector(), &scrap, Verdict::Scrap).unwrap();
    assert_eq!((world.stock("check"), world.stock("@scrap")), (8, 2));
    assert_eq!(codes(decided(&world, &inspector(), &scrap, Verdict::Rework)), ["nonconformance.decided"]);
    decided(&world, &inspector(), &rework, Verdict::Rework).unwrap();
    assert_eq!(sign(), ["nonconformance.open"]);
    let done = CloseNonconformance { note: "polished".into() };
    block_on(close(&world.store, &inspector(), &rework, &done)).unwrap();
    assert_eq!(codes(block_on(close(&world.store, &inspector(), &rework, &done))), ["nonconformance.closed"]);
    world.act(&world.signing(Role::Inspector), &order, "sign").unwrap();
    assert_eq!((world.stock("check"), world.stock("goods"), world.stock("@scrap")), (0, 8, 2));
}

#[test]
fn pieces_are_taken_as_they_are_only_by_a_managers_signature() {
    let world = World::new();
    let order = world.made();
    let id = raised(&world, &order, "3").unwrap();
    let by = |caller: &Caller| decided(&world, caller, &id, Verdict::Accept);
    assert_eq!(codes(by(&world.signing(Role::Inspector))), ["permission.missing"]);
    assert_eq!(codes(by(&world.caller(Role::Manager))), ["signature.missing"]);
    let signing = world.signing(Role::Manager);
    by(&signing).unwrap();
    let kept: Nonconformance = world.record(kind::NONCONFORMANCE, id.as_str()).unwrap();
    let Signature::Given(ticket) = &signing.signature else { panic!("it is given") };
    assert_eq!(kept.disposition.unwrap().signature.as_ref(), Some(ticket));
    let other = raised(&world, &order, "1").unwrap();
    let replay = Caller { signature: signing.signature.clone(), ..world.caller(Role::Manager) };
    assert_eq!(codes(decided(&world, &replay, &other, Verdict::Accept)), ["signature.used"]);
    assert_eq!(world.order(&order).nonconformances.len(), 1);
}

#[test]
fn more_than_there_can_be_is_refused() {
    let world = World::new();
    let order = world.running();
    let refused = |quantity: &str| {
        let text = json!({"order": order, "quantity": quantity, "what": "bent"});
        let given: RaiseNonconformance = serde_json::from_value(text).unwrap();
        fields(block_on(raise(&world.store, &world.caller(Role::Inspector), &given)))
    };
    assert_eq!(refused("11"), ["quantity"]);
    assert_eq!(refused("0"), ["quantity"]);
    assert_eq!(refused("0.5"), ["quantity"]);
    raised(&world, &order, "8").unwrap();
    assert_eq!(refused("3"), ["quantity"], "eight of ten are open already");
    for operation in [10, 20] {
        world.report(&order, operation, 5).unwrap();
    }
    let eight = "NC-000001".parse().unwrap();
    let told = codes(decided(&world, &world.caller(Role::Inspector), &eight, Verdict::Scrap));
    assert_eq!(told, ["nonconformance.quantity"], "five are in quarantine");
}
