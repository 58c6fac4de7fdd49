//! Commands against a data folder and against a running plant.

use std::process::Command;

use crate::support::{Folder, Serving, err, fails, out, root, run, run_with, well};

fn small() -> Folder {
    let data = Folder::data();
    let files = root().join("tests/fixtures/small");
    well(&["import", files.to_str().unwrap(), "--data", data.text()]);
    data
}

#[test]
fn a_running_plant_is_reached_as_its_users_are() {
    let data = small();
    let mut serving = Serving::start(&data, &[]);
    let url = serving.url();
    let pin = [("TAKT_PIN", "1234")];
    let audit = run_with(&["audit", "--target", &url, "--user", "manager"], &pin);
    assert!(audit.status.success() && out(&audit).contains("agree"), "{}", err(&audit));
    // The same permissions hold as on the pages.
    let refused = run_with(&["audit", "--target", &url, "--user", "operator"], &pin);
    assert_eq!(refused.status.code(), Some(1));
    assert!(err(&refused).contains("the permission is missing"), "{}", err(&refused));
    let wrong = run_with(&["audit", "--target", &url, "--user", "manager"], &[("TAKT_PIN", "9999")]);
    assert!(wrong.status.code() == Some(1) && err(&wrong).contains("user or PIN is wrong"), "{}", err(&wrong));
    let add = ["user", "add", "new", "--name", "New", "--role", "operator", "--target", &url, "--user", "admin"];
    let added = run_with(&add, &[("TAKT_PIN", "1234"), ("TAKT_USER_PIN", "5678")]);
    assert!(added.status.success(), "{}", err(&added));
    let list = run_with(&["user", "list", "--target", &url, "--user", "admin"], &pin);
    assert!(out(&list).contains("new\tNew\toperator"), "{}", out(&list));
}

#[test]
fn an_audit_finds_a_balance_that_is_not_the_sum_of_its_postings() {
    let data = small();
    assert!(well(&["audit", "--data", data.text()]).contains("agree"));
    let database = data.path().join("takt.db");
    let driver = takt_store::NativeDriver::open(&database).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let tampered = "UPDATE balance SET quantity = quantity + 1 WHERE item = 'M' AND location = 'S1'";
    runtime.block_on(takt_store::Driver::query(&driver, tampered, Vec::new())).unwrap();
    drop(driver);
    let audit = run(&["audit", "--data", data.text()]);
    assert_eq!(audit.status.code(), Some(1));
    assert!(out(&audit).contains("M") && err(&audit).contains("differences in"), "{}{}", out(&audit), err(&audit));
}

#[test]
fn a_doctor_says_that_all_is_well_where_it_is_and_names_what_is_not() {
    let data = small();
    // Nobody serves it: its background does what is left to do, and then all is well.
    let told = well(&["doctor", "--data", data.text()]);
    for part in ["store", "schema", "rights", "clock", "log", "rollups", "background"] {
        assert!(told.lines().any(|line| line.starts_with(&format!("ok   {part}: "))), "{part}: {told}");
    }
    let mut serving = Serving::start(&data, &[]);
    let url = serving.url();
    let told = run_with(&["doctor", "--target", &url, "--user", "admin"], &[("TAKT_PIN", "1234")]);
    assert!(told.status.success() && out(&told).contains("ok   memory: "), "{}{}", out(&told), err(&told));
    let refused = run_with(&["doctor", "--target", &url, "--user", "manager"], &[("TAKT_PIN", "1234")]);
    assert!(
        refused.status.code() == Some(1) && err(&refused).contains("the permission is missing"),
        "{}",
        err(&refused)
    );
    drop(serving);
    // An event that happened long ago waits to be read.
    let driver = takt_store::NativeDriver::open(data.path().join("takt.db")).unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let old = "INSERT INTO event (plant, id, type, source, subject, time_ms, data) VALUES (1, 'x', 'x.v1', '/', 'x', 1, '{}')";
    runtime.block_on(takt_store::Driver::query(&driver, old, Vec::new())).unwrap();
    drop(driver);
    let told = run(&["doctor", "--data", data.text()]);
    assert!(told.status.code() == Some(1) && err(&told).contains("checks found something"), "{}", err(&told));
    assert!(
        out(&told).contains("bad  rollups: ") && out(&told).contains("do: see that takt serve runs"),
        "{}",
        out(&told)
    );
}

#[test]
fn a_database_is_migrated_once_and_says_so() {
    let data = Folder::new();
    let first = well(&["migrate", "--data", data.text()]);
    assert!(first.starts_with("migrate: ") && first.contains("(was 0)"), "{first}");
    let second = well(&["migrate", "--data", data.text()]);
    assert!(second.contains(&format!("(was {})", takt_store::SCHEMA_VERSION)), "{second}");
    data.write("takt.db", "this is no database, and long enough to be looked at as if it were one of SQLite's own");
    fails(&["migrate", "--data", data.text()], 1, &["error: "]);
}

#[test]
fn components_that_are_not_built_are_named() {
    let project = Folder::new();
    let manifest = std::fs::read_to_string(root().join("spin.toml")).unwrap();
    project.write("spin.toml", manifest);
    let data = Folder::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_takt"));
    let output = command.args(["serve", "--data", data.text()]).current_dir(project.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(err(&output).contains("is not built") && err(&output).contains("cargo takt build"), "{}", err(&output));
}
