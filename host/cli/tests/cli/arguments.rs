//! Wrong arguments: what is wrong is said, and the exit status is not 0.

use crate::support::{Folder, Serving, fails, well};

#[test]
fn unknown_commands_and_options_are_explained() {
    fails(&["frobnicate"], 2, &["unrecognized subcommand 'frobnicate'"]);
    fails(&["serve", "--port", "3000"], 2, &["unexpected argument '--port'"]);
    fails(&["import"], 2, &["<DIR>"]);
    fails(&["user", "add", "x", "--name", "X"], 2, &["--role"]);
    fails(&["user", "add", "x", "--name", "X", "--role", "king"], 2, &["expected one of operator, inspector"]);
    fails(&["user", "add", "@x", "--name", "X", "--role", "planner"], 2, &["leading @"]);
    fails(&["load"], 2, &["<PROFILE>"]);
    fails(&["load", "noon"], 2, &["peak-9, peak-14, report, query, soak"]);
    fails(&["load", "--bench", "--duration", "0"], 2, &["--duration", "0.1 s"]);
    fails(&["audit", "--data", "x", "--target", "http://127.0.0.1:1", "--user", "admin"], 2, &["cannot be used with"]);
    fails(&["audit", "--target", "http://127.0.0.1:1"], 2, &["--user"]);
}

#[test]
fn every_command_explains_itself() {
    for command in
        ["up", "serve", "build", "user", "import", "audit", "rollup", "queue", "degrade", "migrate", "load", "test"]
    {
        assert!(well(&[command, "--help"]).contains("Usage: takt"), "{command}");
    }
    assert!(well(&["--version"]).starts_with("takt "));
}

#[test]
fn a_plant_that_is_not_there_is_no_empty_plant() {
    let folder = Folder::new();
    let says = ["error: there is no plant in", "`takt serve`, `takt user add` or `takt import` makes one"];
    fails(&["audit", "--data", folder.text()], 1, &says);
    fails(&["user", "list", "--data", folder.text()], 1, &says);
    assert!(!folder.path().join("takt.db").exists());
}

#[test]
fn a_pin_comes_from_no_argument_and_is_missed_where_nobody_can_be_asked() {
    let folder = Folder::new();
    let arguments = ["user", "add", "x", "--name", "X", "--role", "planner", "--data", folder.text()];
    fails(&arguments, 1, &["put it into TAKT_PIN"]);
}

#[test]
fn addresses_that_cannot_be_used_are_said_at_once() {
    let data = Folder::data();
    let mut serving = Serving::start(&data, &[]);
    let url = serving.url();
    let taken = url.trim_start_matches("http://");
    fails(&["serve", "--data", data.text(), "--listen", taken], 1, &[taken, "is taken by another program", "--listen"]);
    let metrics = ["serve", "--data", data.text(), "--listen", "127.0.0.1:0", "--metrics", taken];
    fails(&metrics, 1, &[taken, "is taken by another program", "--metrics"]);
    fails(&["serve", "--data", data.text(), "--listen", "nowhere"], 1, &["cannot listen at nowhere"]);
    assert_eq!(serving.interrupt(), Some(0));
}
