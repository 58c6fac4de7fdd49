//! `docs/deployment.md` names what there is.

use std::os::unix::fs::PermissionsExt;

use takt_tests::host::{root, run_well};

use crate::tools::{text, tracked};

/// What stands in backquotes or in a fenced block.
fn code(markdown: &str) -> String {
    let mut fenced = false;
    let mut found = String::new();
    for line in markdown.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        } else if fenced {
            found.push_str(line);
        } else {
            found.extend(line.split('`').skip(1).step_by(2).flat_map(|code| [code, "\n"]));
        }
        found.push('\n');
    }
    found
}

#[test]
fn each_command_and_file_that_the_document_names_is_there() {
    let code = code(&text("docs/deployment.md"));
    let help = run_well(&["--help"], &[]);
    let commands: Vec<_> = help.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next()).collect();
    let mut named = 0;
    for line in code.lines() {
        // What follows `-n` is a namespace.
        let line = line.replace("-n takt ", "");
        let words: Vec<_> = line.split_whitespace().collect();
        let called = |pair: &&[&str]| pair[0] == "takt" || pair[0] == "bin/takt";
        let is_command = |word: &str| word != "takt" && word.chars().all(|c| c.is_ascii_lowercase());
        for pair in words.windows(2).filter(called).filter(|pair| is_command(pair[1])) {
            assert!(commands.contains(&pair[1]), "there is no `takt {}`: {line}", pair[1]);
            named += 1;
        }
        for word in words.iter().filter(|word| word.starts_with("deploy/")) {
            let path = word.trim_end_matches(['/', '.', ',', ';', ':']);
            assert!(root().join(path).exists(), "there is no {path}: {line}");
        }
    }
    assert!(named > 3, "the document names commands");
    for folder in ["box", "systemd", "static", "kubernetes"] {
        assert!(code.contains(&format!("deploy/{folder}")), "the document does not tell of deploy/{folder}");
    }
}

#[test]
fn scripts_can_be_run_and_say_so_when_something_is_missing() {
    for file in tracked("") {
        let Ok(text) = std::fs::read_to_string(&file) else { panic!("{} is no text", file.display()) };
        let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(text.starts_with("#!"), mode & 0o111 != 0, "{}", file.display());
        if text.starts_with("#!") {
            assert!(text.contains("\nset -eu\n"), "{} goes on after an error", file.display());
        }
    }
}
