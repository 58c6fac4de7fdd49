//! What a host says of itself, watched: an alert where it is at its limit for a while, and its end when that is over.

use jiff::Timestamp;
use takt_api::host::{HostFigures, HostSample};
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::{Finding, Severity};
use takt_store::{Commit, Load, PlantNumber, Record, Store, StoreError};

use super::alert::{Known, alert_id, reconcile};
use super::background;
use crate::command::CommandError;
use crate::keep::kind;

/// The codes of what is found here.
const CODES: [&str; 4] = ["host.processor", "host.errors", "host.slow", "queue.lag"];

/// So many thousandths of the processors, for [`BUSY_SAMPLES`], are too many: 90 % for five minutes.
const BUSY_PERMILLE: u32 = 900;
const BUSY_SAMPLES: usize = 60;

/// Requests that fail: more than one in a hundred, and at least so many, within five minutes.
const FAILED_MIN: u64 = 5;
const FAILED_ONE_IN: u64 = 100;

/// The slowest hundredth of the floor's calls takes longer than this in most samples of a minute.
const SLOW_US: u64 = 2_000_000;
const SLOW_SAMPLES: usize = 12;

/// A report has waited so long in the queue, in all samples of a quarter of a minute.
const LAG_MS: u64 = 60_000;
const LAG_SAMPLES: usize = 3;

/// What is so by these figures.
pub fn findings(figures: &HostFigures, now: Timestamp) -> Vec<Finding> {
    let last = |count: usize| {
        let from = figures.fine.len().checked_sub(count)?;
        figures.fine.get(from..)
    };
    let mut found = Vec::new();
    let mut add = |code: &str, severity, zh: String, en: String, (remedy_zh, remedy_en): (&str, &str)| {
        found.push(Finding {
            code: code.to_owned(),
            severity,
            detail: Label { zh, en },
            remedy: Label { zh: remedy_zh.to_owned(), en: remedy_en.to_owned() },
            roles: vec![Role::Administrator],
            users: Vec::new(),
            since: now,
        });
    };
    if let Some(samples) = last(BUSY_SAMPLES)
        && samples.iter().all(|sample| sample.machine_cpu_permille >= BUSY_PERMILLE)
    {
        add(
            "host.processor",
            Severity::Critical,
            "处理器占用已连续 5 分钟超过 90%".into(),
            "the processor has been above 90 % for 5 minutes".into(),
            ("在运维页查看是什么在占用;必要时降级或扩容", "see the operations page; degrade, or give it more power"),
        );
    }
    let recent = &figures.fine[figures.fine.len().saturating_sub(BUSY_SAMPLES)..];
    let sum = |of: fn(&HostSample) -> u64| recent.iter().map(of).sum::<u64>();
    let failed = sum(|sample| sample.classes.iter().map(|class| class.failed).sum());
    let requests = sum(|sample| sample.classes.iter().map(|class| class.requests).sum());
    if failed >= FAILED_MIN && failed * FAILED_ONE_IN > requests {
        add(
            "host.errors",
            Severity::Critical,
            format!("5 分钟内 {requests} 个请求中有 {failed} 个出错或超时"),
            format!("{failed} of {requests} requests failed or timed out within 5 minutes"),
            ("运行 takt doctor,并查看主机日志", "run takt doctor, and look into the log of the host"),
        );
    }
    if let Some(samples) = last(SLOW_SAMPLES)
        && samples.iter().filter(|sample| sample.classes[0].p99_us > SLOW_US).count() * 2 > SLOW_SAMPLES
    {
        add(
            "host.slow",
            Severity::Warning,
            "最慢的 1% 现场请求超过 2 秒".into(),
            "the slowest hundredth of the floor's calls takes more than 2 s".into(),
            ("在运维页查看数据库与处理器", "see the database and the processor on the operations page"),
        );
    }
    if let Some(samples) = last(LAG_SAMPLES)
        && let Some(least_ms) = samples.iter().map(|sample| sample.lag_ms).min().filter(|lag| *lag > LAG_MS)
    {
        let seconds = least_ms / 1_000;
        add(
            "queue.lag",
            Severity::Critical,
            format!("报工队列已积压 {seconds} 秒"),
            format!("reports have waited {seconds} s in the queue"),
            (
                "检查 Redis 与数据库;队列中的报工不会丢失",
                "check Redis and the database; reports in the queue are not lost",
            ),
        );
    }
    found
}

/// Raises and clears the alerts of a plant by what its host says. Another host that says something else at the same moment is
/// overtaken, or overtakes.
pub async fn look<S: Store>(
    store: &S,
    plant: PlantNumber,
    figures: &HostFigures,
    now: Timestamp,
) -> Result<(), CommandError> {
    let caller = background(plant, now)?;
    let mut load = Load::new(plant, caller.now_ms());
    load.records = CODES.map(|code| (kind::ALERT.to_owned(), alert_id(code, None))).to_vec();
    let loaded = store.load(&load).await?;
    let read = |record: &Record| Some(Known { alert: record.parse().ok()?, version: record.version });
    let known: Vec<Known> = loaded.records.iter().filter_map(read).collect();
    let changes = reconcile(&known, &findings(figures, now), None, None, now);
    if changes.is_empty() {
        return Ok(());
    }
    let mut commit = Commit::new(plant, caller.now_ms());
    for change in changes {
        change.write(&caller, &mut commit);
    }
    match store.commit(&commit).await {
        Ok(_) | Err(StoreError::VersionConflict) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use takt_api::host::ClassFigures;

    use super::*;

    fn sample() -> HostSample {
        HostSample {
            at: Timestamp::UNIX_EPOCH,
            span_s: 5,
            cpu_permille: 100,
            machine_cpu_permille: 200,
            memory_kib: 1,
            machine_free_kib: 1,
            lag_ms: 0,
            database_p95_us: 0,
            classes: [ClassFigures { requests: 100, ..ClassFigures::default() }; 3],
        }
    }

    fn check(samples: Vec<HostSample>, expected: &[&str]) {
        let figures = HostFigures { fine: samples, ..HostFigures::default() };
        let found: Vec<_> = findings(&figures, Timestamp::UNIX_EPOCH).into_iter().map(|one| one.code).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_processor_is_told_of_after_five_minutes_and_not_before() {
        let busy = HostSample { machine_cpu_permille: 950, ..sample() };
        check(vec![busy; 59], &[]);
        check(vec![busy; 60], &["host.processor"]);
        let mut rested = vec![busy; 60];
        rested[30] = sample();
        check(rested, &[]);
    }

    #[test]
    fn requests_that_fail_are_told_of_where_they_are_many() {
        let mut failing = sample();
        failing.classes[0].failed = 2;
        check(vec![failing; 2], &[]);
        check(vec![failing; 4], &[]);
        failing.classes[0].failed = 4;
        check(vec![failing; 4], &["host.errors"]);
    }

    #[test]
    fn slow_calls_and_a_queue_that_waits_are_told_of() {
        let mut slow = sample();
        slow.classes[0].p99_us = 3_000_000;
        let mut minute = vec![sample(); 12];
        minute[..6].fill(slow);
        check(minute.clone(), &[]);
        minute[6] = slow;
        check(minute, &["host.slow"]);
        check(vec![HostSample { lag_ms: 61_000, ..sample() }; 3], &["queue.lag"]);
        check(vec![HostSample { lag_ms: 59_000, ..sample() }; 3], &[]);
    }
}
