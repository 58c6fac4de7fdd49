//! The project's own habits, checked by a test and not by memory.

use std::fs;
use std::path::{Path, PathBuf};

use takt_tests::host::root;

/// The most lines of a source file. Most have far fewer.
const LINES_MAX: usize = 500;

/// What is built, fetched or served from elsewhere.
const NOT_OURS: [&str; 8] = ["target", "dist", "node_modules", "screenshots", "coverage", ".git", ".takt", ".ci-cache"];

/// Every file of the project with one of these endings.
fn files(endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("a folder of the project is readable") {
            let path = entry.expect("a folder of the project is readable").path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !NOT_OURS.contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                found.push(path);
            }
        }
    }
    assert!(!found.is_empty(), "there are files with {endings:?}");
    found.sort();
    found
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The classes of calls in spin.toml are those of the table of calls.
#[test]
fn the_manifest_gives_calls_the_priority_that_the_table_says() {
    use takt_api::route::{Priority, ROUTES};
    let manifest = text(&root().join("spin.toml"));
    let manifest: toml::Table = manifest.parse().expect("spin.toml is TOML");
    let classes = &manifest["application"]["tool"]["takt"]["priority"];
    for (name, priority) in [("second", Priority::Board), ("third", Priority::Statistics)] {
        let said =
            classes[name].as_array().expect("a list").iter().map(|call| call.as_str().expect("a call").to_owned());
        let path = |path: &str| path.replace('{', ":").replace('}', "");
        let of_table = ROUTES.iter().filter(|route| route.priority == priority);
        let of_table: std::collections::BTreeSet<_> =
            of_table.map(|route| format!("{} {}", route.method, path(route.path))).collect();
        assert_eq!(said.collect::<std::collections::BTreeSet<_>>(), of_table, "{name}");
    }
}

/// How often somebody may call is the same whether one host counts or all of them do.
#[test]
fn the_manifest_has_one_rate_of_callers() {
    let manifest: toml::Table = text(&root().join("spin.toml")).parse().expect("spin.toml is TOML");
    let host = &manifest["application"]["tool"]["takt"]["rate"];
    let shared = manifest["variables"]["caller_rate"]["default"].as_str();
    assert_eq!(shared, Some(format!("{}/{}", host["requests_per_s"], host["burst"]).as_str()));
}

fn told(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).display().to_string()
}

/// Fails with all that was found.
fn none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn no_source_file_is_too_long_to_read() {
    let mut long = Vec::new();
    for path in files(&[".rs", ".sql", ".css", ".html", ".js", ".toml", ".sh", ".py"]) {
        let lines = text(&path).lines().count();
        if lines > LINES_MAX {
            long.push(format!("{}: {lines} lines", told(&path)));
        }
    }
    none(&format!("more than {LINES_MAX} lines"), &long);
}

#[test]
fn nothing_is_left_undone_or_left_out() {
    // Written in halves, so that this file does not find itself.
    let marks = [["to", "do!"], ["unimpl", "emented!"], ["#[ig", "nore"], ["TO", "DO"], ["FIX", "ME"], ["db", "g!("]];
    let marks = marks.map(|halves| halves.concat());
    let mut undone = Vec::new();
    for path in files(&[".rs", ".sql", ".css", ".html", ".js", ".sh"]) {
        for (n, line) in text(&path).lines().enumerate() {
            if marks.iter().any(|mark| line.contains(mark.as_str())) {
                undone.push(format!("{}:{}: {}", told(&path), n + 1, line.trim()));
            }
        }
    }
    none("undone or left out", &undone);
}

/// The targets of links in a text of Markdown, code left out.
fn links(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut fenced = false;
    for line in markdown.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        }
        if fenced {
            continue;
        }
        let plain: String = line.split('`').step_by(2).collect();
        let mut rest = plain.as_str();
        while let Some((_, after)) = rest.split_once("](") {
            let (target, after) = after.split_once(')').unwrap_or((after, ""));
            found.push(target.split_whitespace().next().unwrap_or_default().to_owned());
            rest = after;
        }
    }
    found
}

/// What a heading is linked as.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().chars().filter(|c| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_'));
    kept.collect::<String>().to_lowercase().replace(' ', "-")
}

fn has_heading(markdown: &str, wanted: &str) -> bool {
    markdown.lines().filter(|line| line.starts_with('#')).any(|line| anchor(line.trim_start_matches('#')) == wanted)
}

#[test]
fn every_relative_link_in_the_docs_leads_somewhere() {
    let mut broken = Vec::new();
    for path in files(&[".md"]) {
        let here = text(&path);
        for link in links(&here) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = if file.is_empty() { path.clone() } else { path.parent().unwrap_or(&path).join(file) };
            let has = |heading: &str| heading.is_empty() || !target.is_file() || has_heading(&text(&target), heading);
            if !target.exists() || !has(heading) {
                broken.push(format!("{}: {link}", told(&path)));
            }
        }
    }
    none("links that lead nowhere", &broken);
}

#[test]
fn links_and_headings_are_read_as_people_write_them() {
    let markdown = "# A b, c!\n[x](one.md#d-e) and ![y](two.png \"title\") `[z](code.md)`\n```\n[q](fenced.md)\n```\n";
    assert_eq!(links(markdown), ["one.md#d-e", "two.png"]);
    assert!(has_heading(markdown, "a-b-c") && !has_heading(markdown, "x"));
}
