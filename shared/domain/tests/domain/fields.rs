//! The plant's own fields: what a form takes, and what may be put in its place.

use proptest::prelude::*;
use takt_domain::columns::ListOf;
use takt_domain::field::{Choice, Field, FieldKind, Form, FormOf, Values, Width};
use takt_domain::order::InspectionResult;
use takt_domain::quantity::Quantity;
use takt_domain::text::{Label, Lang};

fn field(id: &str, kind: FieldKind) -> Field {
    let label = Label { zh: format!("字段 {id}"), en: format!("field {id}") };
    Field {
        id: id.into(),
        label,
        kind,
        required: false,
        inspection: false,
        width: Width::Full,
        in_list: false,
        operations: vec![],
        retired: false,
    }
}

fn number(decimals: u8, min: Option<&str>, max: Option<&str>) -> FieldKind {
    let limit = |text: Option<&str>| text.map(|text| text.parse().unwrap());
    FieldKind::Number { decimals, min: limit(min), max: limit(max), unit: "°C".into() }
}

fn choice(ids: &[&str]) -> FieldKind {
    let option =
        |id: &&str| Choice {
            id: (*id).into(), label: Label { zh: "是".into(), en: "it".into() }, fails: *id == "bad"
        };
    FieldKind::Choice { options: ids.iter().map(option).collect() }
}

fn values(pairs: &[(&str, &str)]) -> Values {
    pairs.iter().map(|(id, value)| ((*id).to_owned(), (*value).to_owned())).collect()
}

fn form(fields: Vec<Field>) -> Form {
    Form::empty(FormOf::Report).with_fields(fields, Lang::En).unwrap()
}

fn wrong_at(fields: Vec<Field>) -> Vec<String> {
    let wrong = Form::empty(FormOf::Report).with_fields(fields, Lang::En);
    wrong.err().unwrap_or_default().into_iter().map(|problem| problem.at).collect()
}

#[test]
fn each_kind_takes_what_it_is_for_and_keeps_it_in_one_way() {
    let text = FieldKind::Text { max_chars: 4 };
    let cases = [
        (text.clone(), " 图号A ", Some("图号A")),
        (text.clone(), "12345", None),
        (text, "a\tb", None),
        (number(1, Some("-5"), Some("10")), "5", Some("5.0")),
        (number(1, Some("-5"), Some("10")), "-5.0", Some("-5.0")),
        (number(1, Some("-5"), Some("10")), "10.1", None),
        (number(1, None, None), "1.25", None),
        (number(1, None, None), "1e3", None),
        (FieldKind::YesNo, "yes", Some("yes")),
        (FieldKind::YesNo, "true", None),
        (choice(&["good", "bad"]), "bad", Some("bad")),
        (choice(&["good", "bad"]), "it", None),
        (FieldKind::Date, "2026-02-28", Some("2026-02-28")),
        (FieldKind::Date, "2026-02-30", None),
        (FieldKind::Date, "28.2.2026", None),
        (FieldKind::Date, "2026-02-28T10:00:00", None),
    ];
    for (kind, given, kept) in cases {
        let told = format!("{kind:?} {given:?}");
        let read = form(vec![field("f", kind)]).accept(&values(&[("f", given)]), &Values::new(), Lang::En);
        assert_eq!(read.ok().and_then(|mut read| read.remove("f")).as_deref(), kept, "{told}");
    }
}

#[test]
fn every_wrong_field_is_told_at_once_in_both_languages() {
    let fields = vec![
        Field { required: true, ..field("drawing", FieldKind::Text { max_chars: 10 }) },
        field("temperature", number(0, None, Some("90"))),
    ];
    for lang in [Lang::Zh, Lang::En] {
        let given = values(&[("temperature", "91"), ("colour", "red"), ("drawing", "  ")]);
        let problems = form(fields.clone()).accept(&given, &Values::new(), lang).unwrap_err();
        let at: Vec<_> = problems.iter().map(|problem| problem.at.as_str()).collect();
        assert_eq!(at, ["colour", "drawing", "temperature"]);
        assert!(problems.iter().all(|problem| !problem.detail.is_empty()));
    }
}

#[test]
fn an_inspection_item_keeps_what_fails_and_says_so() {
    let inspected = |kind| Field { inspection: true, ..field("f", kind) };
    let cases = [
        (number(1, Some("80"), Some("90")), "80.0", InspectionResult::Pass),
        (number(1, Some("80"), Some("90")), "90.1", InspectionResult::Fail),
        (number(1, Some("80"), Some("90")), "79.9", InspectionResult::Fail),
        (FieldKind::YesNo, "no", InspectionResult::Fail),
        (choice(&["good", "bad"]), "bad", InspectionResult::Fail),
        (choice(&["good", "bad"]), "good", InspectionResult::Pass),
    ];
    for (kind, given, result) in cases {
        let form = form(vec![inspected(kind)]);
        let kept = form.accept(&values(&[("f", given)]), &Values::new(), Lang::En).unwrap();
        assert_eq!(kept["f"], given);
        assert_eq!(form.judge(&kept).get("f"), Some(&result), "{form:?} {given}");
    }
}

#[test]
fn a_form_that_cannot_be_used_is_refused_with_the_place() {
    let label = |zh: &str, en: &str| Label { zh: zh.into(), en: en.into() };
    let text = || FieldKind::Text { max_chars: 10 };
    let cases: Vec<(Vec<Field>, &str)> = vec![
        (vec![field("Größe", text())], "fields[0].id"),
        (vec![field("", text())], "fields[0].id"),
        (vec![field("a", text()), field("a", text())], "fields[1].id"),
        (vec![Field { label: label("", "a"), ..field("a", text()) }], "fields[0].label"),
        (vec![Field { label: label("甲", " "), ..field("a", text()) }], "fields[0].label"),
        (vec![field("a", FieldKind::Text { max_chars: 0 })], "fields[0].kind.max_chars"),
        (vec![field("a", number(1, Some("9"), Some("8")))], "fields[0].kind.max"),
        (vec![field("a", number(0, Some("0.5"), None))], "fields[0].kind.min"),
        (vec![field("a", number(10, None, None))], "fields[0].kind.decimals"),
        (vec![field("a", choice(&[]))], "fields[0].kind.options"),
        (vec![field("a", choice(&["x", "x"]))], "fields[0].kind.options[1].id"),
        (vec![Field { inspection: true, ..field("a", text()) }], "fields[0].inspection"),
        ((0..51).map(|n| field(&format!("f{n}"), text())).collect(), "fields"),
    ];
    for (fields, at) in cases {
        assert_eq!(wrong_at(fields), [at]);
    }
}

#[test]
fn a_field_that_is_taken_away_is_retired_and_its_values_stay() {
    let before = form(vec![field("old", FieldKind::YesNo), field("kept", FieldKind::YesNo)]);
    let after = before.with_fields(vec![field("kept", FieldKind::YesNo)], Lang::En).unwrap();
    assert!(after.field("old").unwrap().retired);
    let stored = values(&[("old", "yes"), ("kept", "no")]);
    let kept = after.accept(&values(&[("kept", "yes")]), &stored, Lang::En).unwrap();
    assert_eq!(kept, values(&[("old", "yes"), ("kept", "yes")]));
    assert!(after.accept(&values(&[("old", "no")]), &stored, Lang::En).is_err(), "nobody fills it in any more");
    let other = before.with_fields(vec![field("old", FieldKind::Date)], Lang::En).unwrap_err();
    assert_eq!(other[0].at, "fields[0].kind", "old values could not be read any more");
}

#[test]
fn columns_are_those_that_are_built_in_and_the_fields_each_once() {
    let forms = [form(vec![Field { inspection: true, ..field("temperature", number(1, None, None)) }])];
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let wrong = |list: ListOf, columns: &[&str]| {
        let problems = list.check(&names(columns), &forms, Lang::En);
        problems.into_iter().map(|problem| problem.at).collect::<Vec<_>>()
    };
    assert!(wrong(ListOf::Reports, &["order", "custom.temperature", "check.temperature"]).is_empty());
    assert_eq!(wrong(ListOf::Reports, &["order", "order", "custom.gone"]), ["columns[1]", "columns[2]"]);
    assert_eq!(wrong(ListOf::Orders, &["custom.temperature"]), ["columns[0]"]);
    for list in ListOf::ALL {
        let all = list.all(&forms, Lang::Zh);
        let chosen = names(&all.iter().map(|column| column.name.as_str()).collect::<Vec<_>>());
        assert!(list.check(&chosen, &forms, Lang::Zh).is_empty());
    }
}

proptest! {
    /// What was accepted once is accepted again as it is, with the same verdict; what is beyond the limits is refused
    /// without an inspection, and fails with one.
    #[test]
    fn what_a_form_keeps_it_takes_again(units in -2_000_i64..2_000, scale in 0_u8..4, decimals in 0_u8..4, low in -500_i64..0, high in 0_i64..500, inspection: bool) {
        let limits = (Quantity::from_units(low, 0), Quantity::from_units(high, 0));
        let kind = FieldKind::Number { decimals, min: Some(limits.0), max: Some(limits.1), unit: String::new() };
        let form = form(vec![Field { inspection, ..field("f", kind) }]);
        let given = Quantity::from_units(units, scale);
        let fits = given.at_scale(decimals).is_ok();
        let inside = given >= limits.0 && given <= limits.1;
        match form.accept(&values(&[("f", &given.to_string())]), &Values::new(), Lang::En) {
            Ok(kept) => {
                prop_assert!(fits && (inside || inspection));
                prop_assert_eq!(kept["f"].parse::<Quantity>().unwrap(), given);
                prop_assert_eq!(form.accept(&kept, &kept, Lang::Zh), Ok(kept.clone()));
                let verdict = if inside { InspectionResult::Pass } else { InspectionResult::Fail };
                prop_assert_eq!(form.judge(&kept).get("f").copied(), inspection.then_some(verdict));
            }
            Err(_) => prop_assert!(!fits || !(inside || inspection)),
        }
    }

    /// Whatever text comes in, nothing breaks, and what is kept is read again as the same.
    #[test]
    fn any_text_is_kept_or_refused(text in "\\PC{0,12}", which in 0_usize..5) {
        let kinds = [FieldKind::Text { max_chars: 8 }, number(2, None, None), FieldKind::YesNo, choice(&["a"]), FieldKind::Date];
        let form = form(vec![field("f", kinds[which].clone())]);
        if let Ok(kept) = form.accept(&values(&[("f", &text)]), &Values::new(), Lang::En) {
            prop_assert_eq!(form.accept(&kept, &Values::new(), Lang::En), Ok(kept));
        }
    }
}

#[test]
fn a_field_of_certain_operations_is_asked_for_at_these_alone() {
    let limited = |operations: &[u16]| Field {
        operations: operations.to_vec(),
        required: true,
        ..field("torque", number(1, None, None))
    };
    let report = Form::empty(FormOf::Report).with_fields(vec![limited(&[20, 30])], Lang::En).unwrap();
    let given = values(&[("torque", "5")]);
    assert!(report.clone().at(10).accept(&Values::new(), &Values::new(), Lang::En).is_ok(), "10 does not ask for it");
    let told = report.clone().at(10).accept(&given, &Values::new(), Lang::En).unwrap_err();
    assert_eq!(told[0].at, "torque", "nor does it take it");
    assert!(report.clone().at(20).accept(&Values::new(), &Values::new(), Lang::En).is_err(), "20 wants it");
    assert_eq!(report.at(30).accept(&given, &Values::new(), Lang::En).unwrap(), values(&[("torque", "5.0")]));
    for (of, operations) in [(FormOf::Order, vec![10]), (FormOf::Report, vec![0]), (FormOf::Report, vec![1; 51])] {
        let told = Form::empty(of).with_fields(vec![limited(&operations)], Lang::En).unwrap_err();
        assert_eq!(told[0].at, "fields[0].operations", "{of:?} {operations:?}");
    }
}
