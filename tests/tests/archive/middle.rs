//! A run that ends at an answer of the plant, and what happens to its files before the next one.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::json;
use takt_api::archive::BatchState;
use takt_tests::host::{Folder, root, run, run_well, takt};
use takt_tests::plant::PIN;
use takt_tests::proxy::Proxy;
use takt_tests::wait::until;

use crate::old::{Old, age_more, files, text};

/// Runs `takt archive` against the running plant and kills it when it waits for this answer; true when it ended well before.
pub(crate) fn is_killed_at(network: &Proxy, nth: u32, command: &[&str], archive: &Path) -> bool {
    network.hold(nth);
    let mut child = Command::new(takt())
        .arg("archive")
        .args(command)
        .args(["--target", network.base.as_str(), "--user", "admin", "--archive", text(archive)])
        .env("TAKT_PIN", PIN)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .expect("takt can be run");
    let ended = until("an answer is held, or all is done", || {
        let ended = child.try_wait().expect("the process is ours");
        if ended.is_some() || network.is_holding() { Some(ended) } else { None }
    });
    if let Some(status) = ended {
        assert!(status.success());
        return false;
    }
    child.kill().expect("the process is ours");
    child.wait().expect("the process is ours");
    true
}

/// What a command of `takt archive` says that does not end well.
fn refused(old: &Old, command: &[&str], archive: &Path) -> String {
    let output = run(&old.arguments(command, archive), &[]);
    let said = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{command:?}: {said}");
    said.into_owned()
}

#[test]
fn no_order_goes_with_files_that_were_damaged_or_lost_after_they_were_verified() {
    let old = Old::new(1);
    let (archive, network) = (Folder::new(), Proxy::before(&old.host.base));
    let mut nth = 4;
    while old.batches().iter().all(|batch| batch.state == BatchState::Open) {
        assert!(is_killed_at(&network, nth, &["run"], archive.path()), "it ended before its files were verified");
        nth += 1;
    }
    let batch = old.batches().remove(0);
    assert_eq!((batch.state, old.is_whole()), (BatchState::Verified, 0));
    let file = archive.path().join(&batch.folder).join("movements.parquet");
    let whole = std::fs::read(&file).expect("it was written");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&file, damaged).expect("the folder is writable");
    for expected in ["is not the file that was written", "cannot be read"] {
        for command in ["run", "status"] {
            let said = refused(&old, &[command], archive.path());
            assert!(said.contains(expected), "{command}: {said}");
            assert_eq!((old.batches()[0].state, old.is_whole()), (BatchState::Verified, 0));
        }
        // And now it is lost.
        std::fs::remove_file(&file).ok();
    }
    std::fs::write(&file, whole).expect("the folder is writable");
    let told = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(told.contains("1 orders went in 1 batches"), "{told}");
    assert_eq!((old.batches().len(), old.is_whole()), (1, 1));
}

#[test]
fn files_that_expire_are_known_to_do_so_before_they_are_removed_wherever_the_run_is_killed() {
    let old = Old::new(2);
    let both = old.orders.clone();
    let old = old.stopped(&[], |data| both.iter().for_each(|order| age_more(&data.join("takt.db"), order)));
    let archive = Folder::new();
    run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert_eq!((old.is_whole(), old.batches().len()), (2, 1));
    old.people.admin.put("/api/v1/archive/settings", json!({"retention_years": 1})).ok();
    let network = Proxy::before(&old.host.base);
    let mut reached = Vec::new();
    for nth in 1.. {
        let is_killed = is_killed_at(&network, nth, &["run", "--expire"], archive.path());
        let state = old.batches()[0].state;
        let there = !files(archive.path()).is_empty();
        assert!(
            there || state == BatchState::Expired,
            "killed at answer {nth}: its files are gone and it is {state:?}"
        );
        run_well(&old.arguments(&["status"], archive.path()), &[]);
        reached.push((state, there));
        if !is_killed {
            break;
        }
    }
    assert!(reached.contains(&(BatchState::Expired, true)), "it was killed in between: {reached:?}");
    assert_eq!(reached.last(), Some(&(BatchState::Expired, false)), "and the last one ends it: {reached:?}");
    assert_eq!(old.is_whole(), 2);
}
