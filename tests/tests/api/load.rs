//! `takt load` against a real host: what it says is so, and it goes nowhere that it should not.

use takt_tests::host::{Folder, Fresh, run};
use takt_tests::ledger;
use takt_tests::plant::People;

fn load(arguments: &[&str]) -> (bool, String) {
    let output = run(&[&["load"], arguments].concat(), &[]);
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    (output.status.success(), text.into_owned())
}

#[test]
fn a_morning_is_offered_and_every_acknowledged_write_is_in_the_ledger() {
    let host = Fresh::small();
    let folder = Folder::new();
    let report = folder.path().join("morning.html");
    let file = report.display().to_string();
    let (good, text) =
        load(&["peak-9", "--target", &host.base, "--duration", "3s", "--rate", "60", "--seed", "7", "--report", &file]);
    assert!(good, "{text}");
    assert!(text.contains("lost 0, doubled 0, wrong 0; 0 refused on the way"), "{text}");
    let page = std::fs::read_to_string(&report).expect("the report is written");
    for part in ["压测报告", "报工", "补料", "检验", "入库扫码", "查库存", "工单状态", "看板", "<svg"]
    {
        assert!(page.contains(part), "{part} is in the report");
    }
    assert!(!page.contains("http://") || page.matches("http://").count() == 1, "nothing but the target is named");
    let people = People::at(&host);
    let booked = ledger::check(&people.manager);
    let scanned = booked.postings.iter().any(|posting| posting.source == takt_api::stock::Source::Scan);
    assert!(scanned, "receipts were scanned");
    assert!(booked.postings.len() > 100, "reports were booked: {}", booked.postings.len());
}

#[test]
fn another_machine_is_no_target_unless_it_is_ours() {
    let (good, text) = load(&["query", "--target", "http://192.0.2.1:3000"]);
    assert!(!good && text.contains("--i-own-this-target"), "{text}");
    let (good, text) = load(&["noon"]);
    assert!(!good && text.contains("peak-9"), "{text}");
    let (good, text) = load(&["query", "--target", "http://127.0.0.1:9", "--duration", "1s"]);
    assert!(!good && text.contains("127.0.0.1:9 does not answer"), "{text}");
}
