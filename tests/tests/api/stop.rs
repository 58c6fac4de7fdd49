//! Stopping and starting again.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use serde_json::json;
use takt_tests::host::{Fresh, Host, run};
use takt_tests::ledger;
use takt_tests::plant::{People, SMALL};
use takt_tests::wait::until;

#[test]
fn sigterm_finishes_what_is_in_flight_and_ends_well() {
    let Fresh { host, data } = Fresh::small();
    let people = People::at(&host);
    let before = ledger::check(&people.manager).postings.len();
    let (acknowledged, stopping) = (AtomicUsize::new(0), AtomicBool::new(false));
    let base = host.base.clone();
    let status = thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let client = people.storekeeper.at(&base);
                let body = json!({"kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": "1"});
                loop {
                    match client.try_send("POST", "/api/v1/movements", Some(&takt_tests::client::key()), Some(&body)) {
                        Ok(answer) if answer.status == 201 => acknowledged.fetch_add(1, Ordering::SeqCst),
                        Ok(answer) => panic!("an answer is a booked one: {}", answer.text()),
                        Err(_) if stopping.load(Ordering::SeqCst) => return,
                        Err(error) => panic!("before the stop: {error}"),
                    };
                }
            });
        }
        until("writes are under way", || (acknowledged.load(Ordering::SeqCst) > 40).then_some(()));
        stopping.store(true, Ordering::SeqCst);
        host.terminate();
        host.ended()
    });
    assert!(status.success(), "{status}");
    let start = Instant::now();
    let host = Host::start(data.path());
    println!("a second start took {:?}", start.elapsed());
    let ledger = ledger::check(&people.manager.at(&host.base));
    assert_eq!(
        ledger.postings.len() - before,
        acknowledged.into_inner(),
        "each answer was a booking and the other way round"
    );
}

#[test]
fn a_command_over_a_data_folder_says_its_result_and_nothing_else() {
    let Fresh { host, data } = Fresh::small();
    host.kill();
    let folder = data.path().display().to_string();
    for (command, says) in [(["audit", "--data"].as_slice(), "agree"), (&["user", "list", "--data"], "shift_lead")] {
        let output = run(&[command, &[&folder]].concat(), &[]);
        let told = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        assert!(output.status.success() && told(&output.stdout).contains(says), "{}", told(&output.stdout));
        // How far an audit has come is no result.
        let errors = told(&output.stderr);
        let other: Vec<_> =
            errors.lines().filter(|line| !(line.starts_with("audit: ") && line.ends_with(" so far"))).collect();
        assert!(other.is_empty(), "{command:?}: {other:?}");
    }
}

#[test]
fn a_port_in_use_is_said_in_one_line() {
    let host = Fresh::small();
    let address = host.base.trim_start_matches("http://");
    let data = takt_tests::host::Folder::new();
    let output = run(&["serve", "--listen", address, "--data", &data.path().display().to_string()], &[]);
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success());
    assert!(error.contains(address) && error.contains("taken") && error.lines().count() == 1, "{error}");
}
