//! Variables: their sources, templates, and what a component may see.

use crate::app::{App, manifest};
use serde_json::json;

const DECLARED: &str =
    "[variables]\nplain = { default = \"from-default\" }\nneeded = { required = true, secret = true }\n";
const OWN: &str = "variables = { own = \"{{ plain }}/{{needed}}\", fixed = \"x\" }";

fn text() -> String {
    manifest(DECLARED, &[("guest", "\"/...\"", OWN)])
}

#[test]
fn templates_are_filled_from_defaults_and_options() {
    let app = App::with(&text(), |options| options.variables = [("needed".to_owned(), "given".to_owned())].into());
    assert_eq!(app.tell("/variable", "own"), json!({ "value": "from-default/given" }));
    assert_eq!(app.tell("/variable", "fixed"), json!({ "value": "x" }));
}

#[test]
fn a_component_sees_its_own_variables_alone() {
    let app = App::with(&text(), |options| options.variables = [("needed".to_owned(), "given".to_owned())].into());
    for name in ["plain", "needed", "no-name", ""] {
        assert!(app.tell("/variable", name)["error"].is_string(), "{name}");
    }
}

#[test]
fn a_required_variable_that_is_missing_is_named() {
    let error = App::try_with(&text(), |_| {}).err().unwrap().to_string();
    assert!(error.contains("`needed`") && error.contains("SPIN_VARIABLE_NEEDED"), "{error}");
}

#[test]
fn an_unknown_variable_is_refused() {
    let more = [("needed".to_owned(), "x".to_owned()), ("mistyped".to_owned(), "x".to_owned())];
    let error = App::try_with(&text(), |options| options.variables = more.into()).err().unwrap().to_string();
    assert!(error.contains("mistyped"), "{error}");
    let unknown = manifest("", &[("guest", "\"/...\"", "variables = { own = \"{{ absent }}\" }")]);
    let error = App::try_with(&unknown, |_| {}).err().unwrap().to_string();
    assert!(error.contains("`guest`") && error.contains("absent"), "{error}");
}
