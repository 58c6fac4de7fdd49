//! `GET /api/v1/audit`: the ledger added up anew and held against every balance.

use takt_api::PAGE_MAX;
use takt_api::stock::{Audit, AuditDifference};
use takt_store::{AuditReport, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json};

pub(crate) async fn audit<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let report = store.audit(call.caller()?.plant).await?;
    let ok = report.is_clean();
    json(200, &Audit { ok, postings: report.postings, balances: report.balances, differences: differences(&report) })
}

fn differences(report: &AuditReport) -> Vec<AuditDifference> {
    let found = |check: &str, detail: String| AuditDifference { check: check.to_owned(), detail };
    let mut all = Vec::new();
    for m in &report.mismatches {
        let balance = m.balance.map_or_else(|| "none".to_owned(), |units| units.to_string());
        let at = format!("{} at {} lot {:?} order {:?}", m.item, m.location, m.lot, m.order);
        all.push(found("balance", format!("{at}: the balance is {balance}, its postings add up to {}", m.postings)));
    }
    for u in &report.unconserved {
        all.push(found("conservation", format!("{}: all accounts together hold {} instead of 0", u.item, u.sum)));
    }
    for n in &report.negatives {
        all.push(found("negative", format!("{} at {} holds {}", n.item, n.location, n.quantity)));
    }
    for seq in &report.broken {
        all.push(found("sequence", format!("posting {seq}: its balances do not follow from those before it")));
    }
    all.truncate(PAGE_MAX);
    all
}
