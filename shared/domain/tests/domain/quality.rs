//! Plans are checked, and samples are judged by them.

use crate::support;
use serde_json::json;
use support::quantity;
use takt_domain::order::InspectionResult;
use takt_domain::quality::{InspectionPlan, Sample};

/// A plan of a length, a look and a photo.
fn plan(measure: serde_json::Value) -> InspectionPlan {
    let label = |text: &str| json!({"zh": text, "en": text});
    serde_json::from_value(json!({
        "id": "P-1", "name": "first", "item": "lamp", "kind": "first_article", "sampling": {"by": "fixed", "count": 1},
        "characteristics": [
            {"id": "length", "label": label("length"), "measure": measure},
            {"id": "look", "label": label("look"), "measure": {"kind": "yes_no"}},
            {"id": "photo", "label": label("photo"), "measure": {"kind": "photo_note"}, "required": false},
        ],
    }))
    .unwrap()
}

fn length() -> serde_json::Value {
    json!({"kind": "number", "lower": "9.9", "upper": "10.1", "unit": "mm", "decimals": 2})
}

fn faults(plan: &InspectionPlan) -> Vec<String> {
    plan.faults().into_iter().map(|(at, _)| at).collect()
}

#[test]
fn a_plan_whose_upper_limit_is_below_its_lower_one_is_refused_and_says_so() {
    assert!(faults(&plan(length())).is_empty());
    let wrong = plan(json!({"kind": "number", "lower": "10.1", "upper": "9.9"}));
    let told = wrong.faults();
    assert_eq!(told[0].0, "characteristics[0].measure.upper");
    assert_eq!(told[0].1, "the upper limit 9.9 is below the lower limit 10.1");
    assert_eq!(faults(&plan(json!({"kind": "number"}))), ["characteristics[0].measure"]);
    let equal = plan(json!({"kind": "number", "lower": "10", "upper": "10.0"}));
    assert!(faults(&equal).is_empty(), "exactly so is a limit too");
}

#[test]
fn a_plan_without_what_it_needs_is_refused() {
    let mut twice = plan(length());
    twice.characteristics[1].id = "length".into();
    twice.name = " ".into();
    assert_eq!(faults(&twice), ["name", "characteristics[1].id"]);
    let mut empty = plan(length());
    empty.characteristics.clear();
    assert_eq!(faults(&empty), ["characteristics"]);
    let mut nothing = plan(length());
    nothing.characteristics.iter_mut().for_each(|characteristic| characteristic.required = false);
    assert_eq!(faults(&nothing), ["characteristics"]);
}

fn sample(values: serde_json::Value) -> Sample {
    serde_json::from_value(json!({"values": values})).unwrap()
}

#[test]
fn what_was_measured_decides_and_the_limits_themselves_are_well() {
    let check = |length_found: &str, look: bool, expected: InspectionResult| {
        let found = sample(json!({"length": {"number": length_found}, "look": {"yes": look}}));
        let judged = plan(length()).judge(&[found], quantity("10")).unwrap();
        assert_eq!(judged.result, expected, "{length_found} {look}");
    };
    for (found, result) in [
        ("9.9", InspectionResult::Pass),
        ("10.10", InspectionResult::Pass),
        ("9.89", InspectionResult::Fail),
        ("10.11", InspectionResult::Fail),
        ("-10", InspectionResult::Fail),
    ] {
        check(found, true, result);
    }
    check("10", false, InspectionResult::Fail);
}

#[test]
fn what_is_missing_or_cannot_be_judged_is_named() {
    let check = |samples: &[Sample], at: &[&str]| {
        let told = plan(length()).judge(samples, quantity("10")).unwrap_err();
        assert_eq!(told.into_iter().map(|(at, _)| at).collect::<Vec<_>>(), at);
    };
    check(&[], &["samples"]);
    let look = json!({"yes": true});
    check(&[sample(json!({"look": look}))], &["samples[0].values.length"]);
    let one = |length: serde_json::Value| sample(json!({"length": length, "look": look}));
    check(&[one(json!({"number": "10.001"}))], &["samples[0].values.length.number"]);
    check(&[one(json!({"yes": true}))], &["samples[0].values.length.yes"]);
    check(&[one(json!({}))], &["samples[0].values.length.number"]);
    let more = json!({"length": {"number": "10"}, "look": look, "colour": {"yes": true}, "photo": {}});
    check(&[sample(more)], &["samples[0].values.colour", "samples[0].values.photo.photo"]);
}

#[test]
fn the_number_of_samples_follows_the_plan() {
    let mut by_quantity = plan(length());
    by_quantity.sampling = serde_json::from_value(json!({"by": "quantity", "per": 4})).unwrap();
    for (pieces, samples) in [("1", 1), ("4", 1), ("5", 2), ("10", 3), ("4.0", 1), ("4.5", 2), ("100000", 50)] {
        assert_eq!(by_quantity.sampling.samples(quantity(pieces)), samples, "{pieces}");
    }
}
