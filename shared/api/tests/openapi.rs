//! `docs/openapi.json` is what the table of routes and the types say: `UPDATE_DOCS=1 cargo test -p takt-api` writes it.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use takt_api::openapi::document;
use takt_api::problem::ProblemType;
use takt_api::route::ROUTES;

fn operations(document: &Value) -> Vec<&Value> {
    document["paths"].as_object().unwrap().values().flat_map(|path| path.as_object().unwrap().values()).collect()
}

/// Every value under a key, however deep.
fn all<'d>(value: &'d Value, key: &str, found: &mut Vec<&'d Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == key {
                    found.push(member);
                }
                all(member, key, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| all(value, key, found)),
        _ => {}
    }
}

/// A generator of clients makes a type of each: a number behind a name says that two types have one name.
#[test]
fn each_schema_has_a_name_of_its_own() {
    let document = document();
    let names = document["components"]["schemas"].as_object().unwrap().keys();
    let numbered: Vec<_> = names.filter(|name| name.ends_with(|last: char| last.is_ascii_digit())).collect();
    assert_eq!(numbered, Vec::<&String>::new());
}

#[test]
fn the_document_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/openapi.json");
    let made = document();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, format!("{made:#}\n")).unwrap();
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
    assert!(kept == made, "docs/openapi.json is stale: run UPDATE_DOCS=1 cargo test -p takt-api");
}

#[test]
fn every_route_is_described_with_its_answers() {
    let document = document();
    let names: BTreeSet<_> =
        operations(&document).iter().map(|operation| operation["operationId"].to_string()).collect();
    assert_eq!(names.len(), ROUTES.len());
    for operation in operations(&document) {
        let name = &operation["operationId"];
        let responses = operation["responses"].as_object().unwrap();
        let success = responses.iter().find(|(status, _)| status.starts_with('2'));
        let (_, success) = success.unwrap_or_else(|| panic!("{name} has no success"));
        let content = success["content"].as_object().and_then(|content| content.values().next());
        let schema = &content.unwrap_or_else(|| panic!("{name} answers nothing"))["schema"];
        assert!(schema.is_object() && *schema != serde_json::json!({"type": "null"}), "{name}: {schema}");
        let has_body = operation.get("requestBody").is_some();
        assert!(!has_body || (responses.contains_key("400") && responses.contains_key("422")), "{name}");
    }
}

#[test]
fn every_reference_leads_somewhere() {
    let document = document();
    let mut references = Vec::new();
    all(&document, "$ref", &mut references);
    assert!(references.len() > ROUTES.len());
    for reference in references {
        let pointer = reference.as_str().unwrap().strip_prefix('#').unwrap();
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

#[test]
fn every_problem_type_is_named_where_it_may_come() {
    let document = document();
    let mut named = Vec::new();
    all(&document["components"]["responses"], "enum", &mut named);
    let named: BTreeSet<_> =
        named.into_iter().flat_map(|types| types.as_array().unwrap()).filter_map(Value::as_str).collect();
    for problem in ProblemType::ALL {
        assert!(document["components"]["x-problems"].get(problem.uri()).is_some(), "{problem:?}");
        // This one comes for methods that have no operation.
        assert!(named.contains(problem.uri()) || *problem == ProblemType::MethodNotAllowed, "{problem:?}");
    }
}

#[test]
fn quantities_are_strings_and_requests_take_no_unknown_fields() {
    let document = document();
    let schemas = &document["components"]["schemas"];
    assert_eq!(schemas["Quantity"]["type"], "string");
    assert_eq!(schemas["NewReport"]["additionalProperties"], false);
    assert_eq!(schemas["CreateOrder"]["required"], serde_json::json!(["item", "quantity", "line"]));
    assert_eq!(schemas["ItemId"]["type"], "string");
}
