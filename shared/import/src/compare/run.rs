//! Compares: reads the list, loads what is held, and keeps what differs.

use serde_json::json;
use takt_api::comparison::{Comparison, ComparisonState};
use takt_domain::compare::Cause;
use takt_domain::decide::DomainEvent;
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::{Finding, Severity};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run as run_command};
use takt_records::keep::{self, kind};
use takt_records::load::answered_before;
use takt_records::watch::{Known, alert_id, reconcile};
use takt_store::{Commit, Load, RecordWrite, Store};

use super::{Part, compare, opened, record};
use crate::error::Errors;
use crate::list;

/// The most text of a list, in bytes.
const TEXT_MAX: usize = 16 * 1024 * 1024;

/// The most rows that differ which are kept one by one; the others are counted.
const KEPT_MAX: usize = 5_000;

/// Compares what was staged.
pub async fn run<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<Answer, CommandError> {
    run_command(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::COMPARISON.into(), id.to_owned())];
        load.children = vec![(kind::COMPARISON_PART.into(), id.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (comparison, version) = opened(&loaded, id, caller)?;
        let mut text = String::new();
        for part in loaded.children(kind::COMPARISON_PART, id) {
            text.push_str(&part.parse::<Part>()?.text);
            if text.len() > TEXT_MAX {
                return Err(CommandError::field("parts", format!("expected at most {TEXT_MAX} bytes in all")));
            }
        }
        let mut plan = compared(store, caller, comparison, version, &text, 200).await?;
        let emptied = |part: &takt_store::Record| RecordWrite {
            parent: Some(id.to_owned()),
            ..RecordWrite::new(kind::COMPARISON_PART, &part.id, Some(part.version), json!(Part::default()))
        };
        plan.commit.records.extend(loaded.children(kind::COMPARISON_PART, id).map(emptied));
        Ok(plan)
    })
    .await
}

/// The plan that compares a list.
pub(super) async fn compared<S: Store>(
    store: &S,
    caller: &Caller,
    comparison: Comparison,
    version: u64,
    text: &str,
    status: u16,
) -> Result<Plan, CommandError> {
    let mut errors = Errors::told_in(caller.lang);
    let list = list::read(text, &comparison.mapping, &mut errors);
    let found = compare(store, caller, &list, comparison.as_of, &mut errors).await?;
    if !errors.is_empty() {
        return Err(CommandError::Invalid(errors.into_fields()));
    }
    let mut done = Comparison { state: ComparisonState::Done, at: caller.now, rows: found.rows, ..comparison };
    for row in &found.differences {
        *done.differences.entry(row.cause).or_default() += 1;
    }
    let body = json!(done);
    let mut commit = caller.commit(status, &body);
    commit.records.push(record(&done, version));
    for (n, row) in found.differences.iter().take(KEPT_MAX).enumerate() {
        commit.records.push(RecordWrite {
            parent: Some(done.id.clone()),
            state: Some(row.cause.as_str().into()),
            sort: Some(format!("{n:06}")),
            ..RecordWrite::new(kind::COMPARISON_ROW, format!("{}/{n:06}", done.id), Some(0), json!(row))
        });
    }
    let data = json!({
        "comparison": done.id, "source": done.source, "mapping": done.mapping_name, "as_of": done.as_of,
        "rows": done.rows, "differences": done.differences, "by": done.by,
    });
    let told = DomainEvent { kind: "comparison.done.v1".into(), data };
    commit.events = keep::events(vec![told], &caller.derived_id(), &done.id, caller);
    if let Some(name) = &done.mapping_name {
        tell(store, caller, &done, name, &mut commit).await?;
    }
    Ok(Plan { commit, status, body })
}

/// Raises or clears the alert of a mapping.
async fn tell<S: Store>(
    store: &S,
    caller: &Caller,
    done: &Comparison,
    name: &str,
    commit: &mut Commit,
) -> Result<(), CommandError> {
    let code = format!("comparison.{name}");
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ALERT.into(), alert_id(&code, None))];
    let loaded = store.load(&load).await?;
    let read = |record: &takt_store::Record| Some(Known { alert: record.parse().ok()?, version: record.version });
    let known: Vec<Known> = loaded.records.iter().filter_map(read).collect();
    let unexplained = |(cause, rows): (&Cause, &u32)| if *cause == Cause::Timing { 0 } else { u64::from(*rows) };
    let differ: u64 = done.differences.iter().map(unexplained).sum();
    let limit = done.mapping.alert_over_percent;
    let is_over = limit.is_some_and(|percent| differ * 100 > u64::from(percent) * u64::from(done.rows));
    let (rows, percent) = (done.rows, limit.unwrap_or(0));
    let finding = Finding {
        code,
        severity: Severity::Warning,
        detail: Label {
            zh: format!("与“{}”对账：{rows} 行中 {differ} 行不符且无移动可解释，超过 {percent}%", done.source),
            en: format!(
                "compared with {}: {differ} of {rows} rows differ and no movement explains it, over {percent} %",
                done.source
            ),
        },
        remedy: Label {
            zh: "打开对账结果逐行处理".into(), en: "open the comparison and settle its rows".into()
        },
        roles: vec![Role::Storekeeper, Role::Manager],
        users: Vec::new(),
        since: caller.now,
    };
    let findings = if is_over { vec![finding] } else { Vec::new() };
    for change in reconcile(&known, &findings, None, None, caller.now) {
        change.write(caller, commit);
    }
    Ok(())
}
