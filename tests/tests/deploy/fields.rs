//! Judges what no schema here is about by `fields.toml`.

use serde_json::Value;

/// What is wrong with a document, in a line for each; an error where its kind is not known.
pub(crate) fn wrong_with(document: &Value) -> Vec<String> {
    let known: toml::Table = include_str!("fields.toml").parse().expect("fields.toml is TOML");
    let kind = document["kind"].as_str().unwrap_or_default();
    let Some(known) = known.get(kind).filter(|known| known["api"].as_str() == document["apiVersion"].as_str()) else {
        return vec![format!("{kind} of {} is not known", document["apiVersion"])];
    };
    let fields = known["fields"].as_array().expect("fields").iter().filter_map(|field| field.as_str()?.split_once(' '));
    let fields: Vec<_> = fields.collect();
    let mut leaves = Vec::new();
    walk(&document["spec"], String::new(), &mut leaves);
    let mut wrong = Vec::new();
    for (path, value) in &leaves {
        let known = fields.iter().find(|(name, _)| is_at(name.trim_end_matches('!'), path));
        match known {
            None => wrong.push(format!("there is no {path}")),
            Some((_, kind)) if !fits(kind, value) => wrong.push(format!("{path} is no {kind}: {value}")),
            Some(_) => {}
        }
    }
    for needed in fields.iter().filter_map(|(name, _)| name.strip_suffix('!')) {
        if !leaves.iter().any(|(path, _)| path == needed) {
            wrong.push(format!("{needed} is missing"));
        }
    }
    wrong
}

fn walk<'a>(value: &'a Value, path: String, leaves: &mut Vec<(String, &'a Value)>) {
    match value {
        Value::Object(object) => {
            for (name, value) in object {
                // A dot in a name, as labels have, does not part it.
                let name = name.replace('.', "_");
                walk(value, if path.is_empty() { name } else { format!("{path}.{name}") }, leaves);
            }
        }
        Value::Array(list) => list.iter().for_each(|value| walk(value, format!("{path}[]"), leaves)),
        leaf => leaves.push((path, leaf)),
    }
}

fn is_at(pattern: &str, path: &str) -> bool {
    let (mut pattern, mut path) = (pattern.split('.'), path.split('.'));
    loop {
        match (pattern.next(), path.next()) {
            (None, None) => return true,
            (Some(wanted), Some(name)) if wanted == "*" || wanted == name => {}
            _ => return false,
        }
    }
}

fn fits(kind: &str, value: &Value) -> bool {
    let is_quantity = |text: &str| {
        let number = text.trim_end_matches("Mi").trim_end_matches("Gi").trim_end_matches('m');
        number.parse::<f64>().is_ok_and(|number| number > 0.0)
    };
    match kind {
        "text" => value.is_string(),
        "count" => value.is_u64(),
        "flag" => value.is_boolean(),
        "quantity" => value.as_str().is_some_and(is_quantity),
        other => panic!("fields.toml knows a type {other}"),
    }
}

#[test]
fn a_field_that_is_not_there_or_of_another_type_or_missing_is_found() {
    let check = |spec: Value, expected: &[&str]| {
        let document = serde_json::json!({"apiVersion": "postgresql.cnpg.io/v1", "kind": "Cluster", "spec": spec});
        assert_eq!(wrong_with(&document), expected);
    };
    use serde_json::json;
    check(json!({"instances": 3, "storage": {"size": "50Gi"}, "plugins": [{"parameters": {"a": "b"}}]}), &[]);
    check(json!({"instances": "3"}), &["instances is no count: \"3\""]);
    check(json!({"instances": 3, "storage": {"siz": "1Gi"}}), &["there is no storage.siz"]);
    check(json!({"storage": {"size": "much"}}), &["storage.size is no quantity: \"much\"", "instances is missing"]);
}
