//! The audit in slices, the chain of seals, and when the plant audits itself.

use serde_json::json;
use takt_api::audit::{AuditSchedule, AuditState, ChainAudit, ChainHeads};
use takt_api::stock::Audit;
use takt_tests::client::Client;
use takt_tests::host::Fresh;
use takt_tests::ledger::audited;
use takt_tests::plant::{People, SMALL, good};
use takt_tests::wait::until;

fn audit(client: &Client) -> Audit {
    audited(|path| client.get(path).ok().json())
}

#[test]
fn an_audit_compares_balances_orders_and_receipts() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let order = people.running(SMALL.product, "10", SMALL.line);
    for pieces in [1, 2] {
        people.operator.post("/api/v1/reports", good(&order, SMALL.operation, pieces)).ok();
    }
    let found = until("what was reported is booked", || {
        let found = audit(&people.manager);
        (found.counters >= 2 && found.waiting == 0).then_some(found)
    });
    assert!(found.ok && found.count == 0 && found.differences.is_empty(), "{found:?}");
    assert!(found.postings > 0 && found.balances > 0);
    let first: Audit = people.manager.get("/api/v1/audit").ok().json();
    assert_eq!(first.next.as_deref(), Some("orders:"), "the ledger of a small plant is one slice");
    for forged in ["nonsense", "ledgers:", "%00"] {
        people.manager.get(&format!("/api/v1/audit?after={forged}")).expect_problem(422, "invalid");
    }
    people.operator.get("/api/v1/audit").expect_problem(403, "forbidden");
}

#[test]
fn the_chain_says_what_is_not_sealed_yet() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let chain: ChainAudit = people.manager.get("/api/v1/audit/chain").ok().json();
    assert!(chain.ok && chain.broken.is_none() && chain.next.is_none(), "{chain:?}");
    let heads: ChainHeads = people.manager.get("/api/v1/audit/heads").ok().json();
    assert!(heads.unsealed > 0 && heads.unsealed_since.is_some(), "what is young is not sealed: {heads:?}");
    people.manager.get("/api/v1/audit/chain?after=x").expect_problem(422, "invalid");
    // A seal that is not there is where the chain is broken.
    let chain: ChainAudit = people.manager.get("/api/v1/audit/chain?after=9").ok().json();
    assert_eq!(chain.broken.map(|broken| broken.seal), Some(9));
    people.manager.get("/api/v1/audit/heads?days=0").expect_problem(422, "invalid");
}

#[test]
fn the_plant_audits_itself_in_the_hour_that_is_set() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let state = || -> AuditState { people.manager.get("/api/v1/audit/schedule").ok().json() };
    assert_eq!(state().schedule, AuditSchedule { enabled: true, hour: 3 });
    people.manager.put("/api/v1/audit/schedule", json!({"enabled": true, "hour": 24})).expect_problem(422, "invalid");
    // Of all hours this one, and in case it ends at this moment the next one too.
    let run = until("the plant has audited itself", || {
        // That of Asia/Shanghai.
        let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
        let hour = jiff::Timestamp::now().to_zoned(zone).hour();
        people.manager.put("/api/v1/audit/schedule", json!({"enabled": true, "hour": hour})).ok();
        std::thread::sleep(std::time::Duration::from_millis(500));
        state().run.filter(|run| run.ended_at.is_some())
    });
    assert_eq!((run.count, run.differences), (0, Vec::new()));
    assert!(run.postings > 0 && run.balances > 0);
    people
        .operator
        .put("/api/v1/audit/schedule", json!({"enabled": false, "hour": 1}))
        .expect_problem(403, "forbidden");
}
