//! axe-core, which judges pages by the rules of WCAG: taken from PyPI, where it comes in one file, and kept under `target`.

use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::root;

/// The package that carries `axe.min.js`; only that file of it is used. Bumped together with what it finds.
const PACKAGE: &str = "axe-playwright-python==0.1.8";
/// WCAG 2.2 at level AA, and what that rests on.
const TAGS: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

fn script() -> &'static str {
    static SCRIPT: OnceLock<String> = OnceLock::new();
    SCRIPT.get_or_init(|| {
        let folder = root().join("target/axe");
        let file = folder.join("axe_playwright_python/axe.min.js");
        if !file.exists() {
            install(&folder);
        }
        std::fs::read_to_string(&file).expect("the package carries axe.min.js")
    })
}

fn install(folder: &PathBuf) {
    let venv = folder.join("venv");
    std::fs::create_dir_all(folder).expect("target is writable");
    let made = Command::new("python3").args(["-m", "venv"]).arg(&venv).status();
    assert!(made.is_ok_and(|made| made.success()), "python3 with its module venv is needed");
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target"]).arg(folder).arg(PACKAGE);
    assert!(pip.status().is_ok_and(|installed| installed.success()), "{PACKAGE} is needed, from PyPI");
}

impl Browser {
    /// What axe finds wrong with the page as it stands, a line for each rule and place; with `rules`, by these alone.
    pub fn axe(&mut self, rules: &[&str]) -> Vec<String> {
        if self.eval("typeof axe") != json!("object") {
            // Not a part of the page, so its content security policy does not concern it.
            self.eval(&format!("{}; 0", script()));
        }
        let only = if rules.is_empty() {
            json!({"type": "tag", "values": TAGS})
        } else {
            json!({"type": "rule", "values": rules})
        };
        let options = json!({"runOnly": only, "resultTypes": ["violations"]});
        let found = self.eval(&format!(
            "axe.run(document, {options}).then(result => result.violations.flatMap(rule => rule.nodes.map(node => \
             `${{rule.id}} (${{rule.impact}}): ${{node.target.join(' ')}} ${{node.html.slice(0, 160)}} | ${{node.failureSummary}}`)))"
        ));
        let Value::Array(found) = found else { panic!("axe answered {found}") };
        found.iter().filter_map(Value::as_str).map(|line| line.replace('\n', " ")).collect()
    }

    /// Has the page drawn as the reader's system asks for: `prefers-color-scheme`, `prefers-contrast` and the like.
    pub fn prefer(&mut self, features: &[(&str, &str)]) {
        let features: Vec<_> = features.iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
        self.call("Emulation.setEmulatedMedia", json!({"features": features}));
    }
}
