//! `takt doctor` on a plant over real servers: well, and with somebody who holds a lock.

use takt_tests::host::{run, run_well};
use takt_tests::plant::PIN;
use takt_tests::wait::until;

use crate::site::Site;

#[test]
fn who_holds_a_lock_is_named_with_what_ends_it() {
    let site = Site::new(1);
    let target = ["doctor", "--target", &site.host.base, "--user", "admin"];
    let pin = [("TAKT_PIN", PIN)];
    // It takes a moment until the background of a new host has looked round.
    let well = until("the plant is well", || {
        let told = run(&target, &pin);
        let said = String::from_utf8_lossy(&told.stdout).into_owned();
        (told.status.success() && said.contains("memory: ")).then_some(said)
    });
    for part in
        ["store", "rights", "clock", "locks", "transactions", "queue", "receipts", "rollups", "background", "memory"]
    {
        assert!(well.lines().any(|line| line.starts_with(&format!("ok   {part}: "))), "{part}: {well}");
    }
    assert!(well.trim_end().ends_with("checks are well"), "{well}");

    let url = site.postgres.url("postgres");
    let mut holder = postgres::Client::connect(&url, postgres::NoTls).expect("the server answers");
    let pid: i32 = holder.query_one("SELECT pg_backend_pid()", &[]).expect("a number").get(0);
    holder.batch_execute("BEGIN; SELECT version FROM record WHERE kind = 'watch' FOR UPDATE").expect("the lock");
    let ended = format!("pg_terminate_backend({pid})");
    // The background comes by, and waits for the record.
    let told = until("the holder is named", || {
        let told = String::from_utf8_lossy(&run(&target, &pin).stdout).into_owned();
        (told.contains("bad  locks: ") && told.contains(&ended)).then_some(told)
    });
    assert!(told.contains("idle in transaction"), "{told}");
    holder.batch_execute("ROLLBACK").expect("the lock is given back");
    until("the plant is well again", || run(&target, &pin).status.success().then_some(()));
    let data = site.data.path().display().to_string();
    // Where no host tells how it is, what was not seen is said, with where to look for it; it is no fault of the plant.
    let told = run_well(&["doctor", "--data", &data, "--postgres", &url], &[]);
    assert!(told.contains("checks are well"), "{told}");
    assert!(told.lines().any(|line| line.starts_with("?    memory: ")) && told.contains("kubectl top pod"), "{told}");
}
