//! What the manifest may say, and what is refused with its line.

use takt_runtime::{LoadError, Manifest};

const GOOD: &str = "spin_manifest_version = 2
[application]
name = \"x\"
[[trigger.http]]
route = \"/...\"
component = \"a\"
[component.a]
source = \"a.wasm\"
";

fn check(text: &str, line: usize, part: &str) {
    match Manifest::parse("spin.toml".as_ref(), text) {
        Err(error @ LoadError::Manifest { line: found, .. }) => {
            assert_eq!(found, line, "{error}");
            let shown = error.to_string();
            assert!(shown.starts_with(&format!("spin.toml:{line}: ")) && shown.contains(part), "{shown}");
        }
        Err(error) => panic!("{part}: {error}"),
        Ok(_) => panic!("{part}: accepted"),
    }
}

fn and(more: &str) -> String {
    format!("{GOOD}{more}")
}

#[test]
fn the_projects_own_manifest_is_understood() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spin.toml");
    let manifest = Manifest::read(&path).unwrap();
    assert_eq!(manifest.application.name, "takt");
    assert!(manifest.components.contains_key("site"));
}

#[test]
fn a_key_that_is_not_supported_is_an_error_with_its_line() {
    check(&and("unheard_of = 1\n"), 9, "unheard_of");
    check(&and("files = [\"a\"]\n"), 9, "files");
    check(&and("key_value_stores = [\"default\"]\n"), 9, "key_value_stores");
    check(&and("ai_models = [\"x\"]\n"), 9, "ai_models");
    check(&and("\n[component.a.dependencies]\n\"x:y\" = \"1\"\n"), 10, "dependencies");
    check(&and("[[trigger.redis]]\nchannel = \"x\"\ncomponent = \"a\"\n"), 9, "redis");
    check(&and("[outputs]\n"), 9, "outputs");
    check(&GOOD.replace("route = ", "base = \"/\"\nroute = "), 5, "base");
    check(&GOOD.replace("name = ", "trigger = \"http\"\nname = "), 3, "trigger");
    check(&and("[application.tool.takt.limits]\nrun_time_s = 1\n"), 10, "run_time_s");
}

#[test]
fn what_cannot_be_meant_is_an_error_with_its_line() {
    check(&GOOD.replace("= 2", "= 1"), 1, "spin_manifest_version");
    check(&GOOD.replace("name = \"x\"", "name = \"x"), 3, "");
    check(&GOOD.replace("\"/...\"", "\"...\""), 5, "must start with");
    check(&GOOD.replace("\"/...\"", "{ private = false }"), 5, "private");
    check(&GOOD.replace("component = \"a\"", "component = \"b\""), 6, "[component.b]");
    check(&GOOD.replace("source = \"a.wasm\"", "source = { url = \"x\", digest = \"y\" }"), 8, "source");
    check(&GOOD.replace("source = \"a.wasm\"", ""), 7, "source");
    check(&and("sqlite_databases = [\"../x\"]\n"), 9, "../x");
    check(&and("variables = { Upper = \"x\" }\n"), 9, "Upper");
    check(&and("[variables]\na = {}\n"), 10, "needs a default");
    check(&and("[variables]\na = { default = \"x\", required = true }\n"), 10, "take one");
    check(&and("[variables]\nA = { default = \"x\" }\n"), 10, "lower-case");
    check(&and("[application.tool.takt.component.b]\nidle_ms = 1\n"), 2, "no such component");
}

#[test]
fn tables_of_other_tools_are_left_alone() {
    let manifest = Manifest::parse("spin.toml".as_ref(), &and("[application.tool.other]\nx = 1\n")).unwrap();
    assert!(manifest.application.tools.contains_key("other"));
}
