//! Orders go to Parquet files by `takt archive` and come back, while the plant is served: killed in the middle, read by another program,
//! with damaged files, without a folder, on a full disk, in a store that speaks S3, and from the timer.

mod middle;
mod old;
mod s3;
mod timer;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use middle::is_killed_at;
use old::{AGED_MS, Old, age_more, files, rewritten, text};
use serde_json::{Value, json};
use takt_api::Page;
use takt_api::archive::{ArchiveBatch, ArchivedOrder, BatchState};
use takt_tests::client::Client;
use takt_tests::host::{Folder, root, run, run_well, takt};
use takt_tests::ledger;
use takt_tests::plant::PIN;
use takt_tests::proxy::Proxy;
use takt_tests::python::python;

/// Runs a command of `takt archive` and kills it: when it has said this, and then so much later.
fn killed(old: &Old, command: &[&str], archive: &Path, after: &str, later: Duration) {
    let mut child = Command::new(takt())
        .args(old.arguments(command, archive))
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("takt can be run");
    for line in BufReader::new(child.stdout.take().expect("it was asked for")).lines().map_while(Result::ok) {
        if line.contains(after) {
            break;
        }
    }
    std::thread::sleep(later);
    // It may have ended already.
    let _ = child.kill();
    child.wait().expect("the process is ours");
}

/// What pyarrow reads of the files of these batches: rows by table, sums of columns, orders.
fn read_by_python(archive: &Path, batches: &[ArchiveBatch], work: &Path) -> Value {
    let python = python(work, &["pyarrow"]);
    let folders: Vec<String> = batches.iter().map(|batch| batch.folder.clone()).collect();
    let read = Command::new(&python)
        .arg(root().join("tests/fixtures/read_archive.py"))
        .arg(archive)
        .args(folders)
        .output()
        .expect("python can be run");
    assert!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
    serde_json::from_slice(&read.stdout).expect("it prints JSON")
}

#[test]
fn a_run_that_is_killed_at_any_answer_of_the_plant_loses_nothing_and_doubles_nothing() {
    let old = Old::new(3);
    let (archive, network) = (Folder::new(), Proxy::before(&old.host.base));
    let mut reached = BTreeSet::new();
    // Each answer in turn until the files are verified. What goes on then signs in, asks for the batch, and takes the orders.
    let (mut nth, mut is_verified) = (1, false);
    loop {
        if !is_killed_at(&network, nth, &["run"], archive.path()) {
            break;
        }
        let gone = old.is_whole();
        println!("killed at answer {nth}: {gone} of {} have gone", old.orders.len());
        reached.insert(gone);
        let verified = old.batches().iter().any(|batch| batch.state == BatchState::Verified);
        nth = if verified && !is_verified { 3 } else { nth + 1 };
        is_verified = verified;
    }
    assert_eq!(
        reached,
        (0..=old.orders.len()).collect(),
        "it was killed before the first order and after each of them"
    );
    assert_eq!(old.is_whole(), old.orders.len());
    assert_eq!(old.batches().iter().filter(|batch| batch.state == BatchState::Done).count(), 1);
}

#[test]
fn a_run_that_is_killed_anywhere_loses_nothing_and_doubles_nothing() {
    let old = Old::new(12);
    let stock_before: Value = old.people.admin.get("/api/v1/stock?limit=200").ok().json();
    let output_before: Value = old.people.admin.get("/api/v1/insight/requests").ok().json();
    let archive = Folder::new();
    assert_eq!(old.is_whole(), 0);
    let millis = Duration::from_millis;
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    let mut reached = BTreeSet::new();
    for after in ["begins", "begins", "written", "written", "is verified", "10 of", "goes on"] {
        let later = millis(if chance.bool() { 0 } else { chance.u64(..12) });
        killed(&old, &["run"], archive.path(), after, later);
        let gone = old.is_whole();
        println!("killed {later:?} after {after:?}: {gone} of {} have gone", old.orders.len());
        reached.insert(gone);
    }
    assert!(reached.contains(&0), "it was killed before orders: {reached:?}");
    let told = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(told.contains("orders went in"), "{told}");
    assert_eq!(old.is_whole(), old.orders.len());
    let again = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(again.contains("0 orders went in 0 batches"), "{again}");
    assert_eq!(old.people.admin.get("/api/v1/stock?limit=200").ok().json::<Value>(), stock_before);
    assert_eq!(old.people.admin.get("/api/v1/insight/requests").ok().json::<Value>()["rows"], output_before["rows"]);

    // Nothing is there but what batches name, and another program reads it.
    let batches = old.batches();
    assert!(batches.iter().all(|batch| batch.state == BatchState::Done), "{batches:?}");
    for file in files(archive.path()) {
        let known = batches.iter().any(|batch| file.starts_with(&batch.folder));
        assert!(known, "{} is of no batch", file.display());
    }
    let work = Folder::new();
    let read = read_by_python(archive.path(), &batches, work.path());
    let archived = old.archived();
    let orders: BTreeSet<&str> = read["orders"].as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(orders, archived.keys().map(String::as_str).collect());
    let postings: u64 = archived.values().map(|order| order.postings).sum();
    let units: i64 = archived.values().flat_map(|order| &order.totals).map(|total| total.units).sum();
    let reports: u64 = archived.values().map(|order| order.reports).sum();
    assert_eq!(read["movements"], json!({"rows": postings, "units": units}));
    assert_eq!(read["reports"], json!({"rows": reports, "good": 3 * archived.len()}));
    // Without Takt, a folder says itself what is in it.
    for batch in &batches {
        let manifest = std::fs::read(archive.path().join(&batch.folder).join("manifest.json")).expect("it was written");
        let manifest: Value = serde_json::from_slice(&manifest).expect("it is JSON");
        let its = archived.iter().filter(|(_, order)| order.batch == batch.id);
        let hashes: BTreeMap<_, _> = its.map(|(id, order)| (id.clone(), order.sha256.clone())).collect();
        assert_eq!((&manifest["batch"], &manifest["orders"]), (&json!(batch.id), &json!(hashes)));
        assert_eq!(manifest["files"], json!(batch.files));
    }
    let told: i64 = batches.iter().flat_map(|batch| &batch.files).filter_map(|file| file.sums.get("units")).sum();
    assert_eq!(told, units);
}

#[test]
fn an_order_and_a_month_come_back_as_they_were() {
    let old = Old::new(4);
    let admin = &old.people.admin;
    let told = |admin: &Client| {
        let of = |order: &String| {
            let report = format!("/api/v1/reports?order={order}&limit=200");
            let paths =
                [format!("/api/v1/orders/{order}"), report, format!("/api/v1/movements?order={order}&limit=200")];
            paths.map(|path| {
                let mut told: Value = admin.get(&path).ok().json();
                // When it was asked is another matter.
                told.get_mut("facts").and_then(Value::as_object_mut).map(|facts| facts.remove("now"));
                told
            })
        };
        old.orders.iter().map(of).collect::<Vec<_>>()
    };
    let before = told(admin);
    let archive = Folder::new();
    // One that somebody has touched of late stays, and goes with another batch of the same month.
    for (later, expected) in [(1, "3 orders went in 1 batches"), (-1, "1 orders went in 1 batches")] {
        let touched = format!("updated_ms = updated_ms + {later} * {AGED_MS}");
        rewritten(&old.data.path().join("takt.db"), &touched, "order", &old.orders[3]);
        let told = run_well(&old.arguments(&["run"], archive.path()), &[]);
        assert!(told.contains(expected), "{told}");
    }
    assert_eq!(old.is_whole(), 4);
    let months: BTreeSet<_> = old.batches().into_iter().map(|batch| batch.month).collect();
    assert_eq!((old.batches().len(), months.len()), (2, 1));
    for list in ["reports", "movements", "inspections", "nonconformances"] {
        let gone = admin.get(&format!("/api/v1/{list}?order={}", old.orders[2]));
        assert_eq!(gone.unmet(409, "refused"), ["archive.gone"], "{list}");
    }
    let found: Page<ArchivedOrder> = admin.get(&format!("/api/v1/archive/orders?q={}", old.orders[2])).ok().json();
    assert_eq!(found.rows.iter().map(|row| row.order.to_string()).collect::<Vec<_>>(), [old.orders[2].clone()]);
    let status = run_well(&old.arguments(&["status"], archive.path()), &[]);
    assert!(status.contains("4 orders, all files are as they were written"), "{status}");

    run_well(&old.arguments(&["restore", &old.orders[1]], archive.path()), &[]);
    assert_eq!(old.is_whole(), 3);
    let stays = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(stays.contains("0 orders went"), "what was brought back stays: {stays}");
    let month = old.batches()[0].month.clone();
    // Between two orders, and in the middle of one: what is back is back whole.
    for later in [0, 3] {
        killed(&old, &["restore", &month], archive.path(), "is back", Duration::from_millis(later));
        old.is_whole();
    }
    run_well(&old.arguments(&["restore", &month], archive.path()), &[]);
    assert_eq!(old.is_whole(), 0);
    assert_eq!(told(admin), before);
    ledger::check(admin);
}

/// Runs `takt archive run` where no file may have more than so many blocks, against the running plant.
fn run_without_room(old: &Old, archive: &Path, blocks: u32) -> Output {
    let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let target = ["--target", &old.host.base, "--user", "admin", "--archive", text(archive)];
    Command::new("sh")
        .args(["-c", &limited])
        .arg(takt())
        .args(["archive", "run"])
        .args(target)
        .env("TAKT_PIN", PIN)
        .current_dir(root())
        .stdin(Stdio::null())
        .output()
        .expect("a shell can be run")
}

#[test]
fn damaged_files_a_full_disk_and_a_folder_that_is_not_there_are_said_and_change_nothing() {
    let old = Old::new(2);
    let archive = Folder::new();
    let file = archive.path().join("file");
    std::fs::write(&file, "x").expect("the folder is writable");
    let nowhere = file.join("archive");
    let refused = run(&old.arguments(&["run"], &nowhere), &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("cannot be made"), "{said}");
    assert_eq!((old.is_whole(), old.batches().len()), (0, 0));
    std::fs::remove_file(&file).expect("it is ours");
    // More and more room, until all of it has some: what a try has left is gone when the next one has ended.
    let (mut left, mut fails) = (BTreeSet::new(), 0);
    for blocks in (1..).step_by(3) {
        let full = run_without_room(&old, archive.path(), blocks);
        let said = String::from_utf8_lossy(&full.stderr).into_owned();
        let now = files(archive.path());
        assert!(left.is_disjoint(&now), "{blocks}: the other tries: {left:?}, {now:?}");
        if full.status.success() {
            break;
        }
        assert!(said.contains("cannot be written"), "{blocks}: {said}");
        assert_eq!(old.is_whole(), 0);
        assert!(now.iter().all(|file| file.extension().is_none_or(|end| end != "part")), "{now:?}");
        (left, fails) = (now, fails + 1);
    }
    assert!(fails >= 2 && !left.is_empty(), "the last one failed behind a file that it had written: {fails}, {left:?}");
    assert_eq!(old.is_whole(), 2);
    let batch = old.batches().remove(0);
    let orders = archive.path().join(&batch.folder).join("orders.parquet");
    let whole = std::fs::read(&orders).expect("it was written");
    let mut damaged = whole.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    std::fs::write(&orders, damaged).expect("the folder is writable");
    for command in [vec!["status"], vec!["restore", old.orders[0].as_str()]] {
        let refused = run(&old.arguments(&command, archive.path()), &[]);
        let said = String::from_utf8_lossy(&refused.stdout) + String::from_utf8_lossy(&refused.stderr);
        assert!(!refused.status.success() && said.contains("is not the file that was written"), "{said}");
    }
    assert_eq!(old.is_whole(), 2);
    std::fs::write(&orders, whole).expect("the folder is writable");
    run_well(&old.arguments(&["restore", &old.orders[0]], archive.path()), &[]);
    assert_eq!(old.is_whole(), 1);
    let other = run(&[&old.arguments(&["run"], archive.path())[..], &["--plant", "7"]].concat(), &[]);
    let said = String::from_utf8_lossy(&other.stderr).into_owned();
    assert!(!other.status.success() && said.contains("there is no plant 7 here, only 1"), "{said}");
    let missing = archive.path().join("nowhere");
    for (command, place, expected) in [
        (["restore", old.orders[0].as_str()].as_slice(), archive.path(), "is not in the archive"),
        (&["restore", "nothing"], archive.path(), "nothing is not in the archive"),
        (&["restore", "2019-01"], archive.path(), "no orders of 2019-01"),
        (&["restore", old.orders[1].as_str()], &missing, "cannot be read"),
        (&["status"], &missing, "cannot be read"),
        (&["status"], Path::new("https://somewhere"), "expected a folder or s3://BUCKET/PREFIX"),
    ] {
        let refused = run(&old.arguments(command, place), &[]);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(expected), "{command:?}: {said}");
        assert!(!missing.exists());
    }
    assert_eq!(old.is_whole(), 1);
    // Files stay for as long as the plant has set.
    run_well(&old.arguments(&["run", "--expire"], archive.path()), &[]);
    assert!(orders.exists());
    old.host.terminate();
    assert!(old.host.ended().success());
}

#[test]
fn files_go_when_their_years_are_over_and_what_is_known_of_their_orders_stays() {
    let old = Old::new(2);
    let first = old.orders[0].clone();
    let old = old.stopped(&[], |data| age_more(&data.join("takt.db"), &first));
    let admin = &old.people.admin;
    admin.put("/api/v1/archive/settings", json!({"retention_years": 1})).ok();
    let stock: Value = admin.get("/api/v1/stock?limit=200").ok().json();
    let archive = Folder::new();
    let told = run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(told.contains("2 orders went in 2 batches"), "{told}");
    let folder = |order: &str| {
        let batch = old.archived().remove(order).expect("it has gone").batch;
        let batch = old.batches().into_iter().find(|known| known.id == batch).expect("it has a batch");
        archive.path().join(batch.folder)
    };
    let (over, younger) = (folder(&first), folder(&old.orders[1]));
    let status = run_well(&old.arguments(&["status"], archive.path()), &[]);
    assert_eq!(status.matches("may be removed with --expire").count(), 1, "{status}");
    run_well(&old.arguments(&["run"], archive.path()), &[]);
    assert!(over.exists(), "nothing is removed unasked");
    let told = run_well(&old.arguments(&["run", "--expire"], archive.path()), &[]);
    assert!(told.contains("the files of 1 batches were removed"), "{told}");
    assert_eq!((over.exists(), younger.exists()), (false, true));
    assert_eq!(old.is_whole(), 2, "both are known, and all adds up");
    let kept = old.archived().remove(&first).expect("it is known");
    assert_eq!((kept.reports, kept.totals.is_empty()), (2, false));
    assert_eq!(admin.get("/api/v1/stock?limit=200").ok().json::<Value>(), stock);
    let refused = run(&old.arguments(&["restore", &first], archive.path()), &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("were kept for as long as the plant has set"), "{said}");
    run_well(&old.arguments(&["status"], archive.path()), &[]);
    run_well(&old.arguments(&["restore", &old.orders[1]], archive.path()), &[]);
    assert_eq!(old.is_whole(), 1);
}
