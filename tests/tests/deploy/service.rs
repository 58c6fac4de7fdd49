//! The unit of systemd, as systemd itself reads it.

use std::process::Command;

use takt_tests::host::{Folder, takt};

use crate::tools::{drain_s, seconds, text};

/// A service that shows more than 2.0 of 10 is more open than this one needs to be.
const EXPOSURE_MAX: &str = "20";

/// The unit with the program where it is here.
fn unit() -> (Folder, String) {
    let folder = Folder::new();
    let file = folder.path().join("takt.service");
    let program = takt().display().to_string();
    let here = text("deploy/systemd/takt.service").replace("/opt/takt/bin/takt", &program);
    std::fs::write(&file, here).expect("a temporary folder is writable");
    (folder, file.display().to_string())
}

fn analyze(arguments: &[&str]) {
    let output = Command::new("systemd-analyze").args(arguments).output().expect("systemd-analyze can be run");
    let said = [output.stdout, output.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(output.status.success(), "systemd-analyze {arguments:?}: {said}");
}

#[test]
fn systemd_reads_the_unit_and_finds_it_closed() {
    let (_folder, file) = unit();
    analyze(&["verify", "--recursive-errors=no", &file]);
    analyze(&["security", "--offline=true", &format!("--threshold={EXPOSURE_MAX}"), &file]);
}

#[test]
fn the_unit_ends_after_the_host_has_finished_and_keeps_secrets_elsewhere() {
    let unit = text("deploy/systemd/takt.service");
    let value = |key: &str| unit.lines().find_map(|line| line.strip_prefix(&format!("{key}="))).unwrap_or_default();
    assert!(seconds(&format!("{}s", value("TimeoutStopSec"))) > drain_s());
    assert_eq!(value("EnvironmentFile"), "-/etc/takt/takt.env");
    assert!(!unit.contains("Environment="), "what is secret would stand here");
    let user = value("User");
    assert!(text("deploy/systemd/takt.sysusers").contains(&format!("u {user} ")), "nobody makes the user {user}");
    // Each option is one of the command's.
    let help = takt_tests::host::run_well(&["serve", "--help"], &[]);
    let called = value("ExecStart").split_once(" serve ").expect("it serves").1;
    for option in called.split(' ').filter(|word| word.starts_with("--")) {
        assert!(help.contains(option), "`takt serve` knows no {option}");
    }
    assert!(value("SystemCallFilter").contains("@system-service"));
}
