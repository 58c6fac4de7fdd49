//! The plant audits itself: once a day in its quiet hour, slice by slice from the tick, with an alert where it finds something.
//!
//! The record `audit`/`run` says how far the run is, and must still be at the version that was read: of several hosts one
//! wins each step. A run starts in the hour that is set; where the last one is over [`LATE_H`] hours old, since nobody was at
//! work in that hour, it starts at once.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use takt_api::audit::{AuditRun, AuditSchedule};
use takt_api::stock::AuditDifference;
use takt_domain::decide::DomainEvent;
use takt_domain::permission::Role;
use takt_domain::text::{Label, Lang};
use takt_domain::watch::{Finding, Severity};
use takt_store::{Commit, Load, Loaded, Plant, PlantNumber, RecordWrite, Store, StoreError};

use super::{Difference, Place, Slice, slice};
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::keep::{self, kind};
use crate::load::answered_before;
use crate::seal::{ChainSlice, verify};
use crate::watch::{Known, alert_id, background, reconcile};

const SETTINGS: &str = "settings";
const RUN: &str = "run";

/// After so many hours without a run one is overdue.
const LATE_H: i64 = 36;

/// How long one call works, in milliseconds.
const STEP_MS: i64 = 3_000;

/// How many differences a run keeps.
const DIFFERENCES: usize = 20;

/// The codes of its alerts.
const CODES: [&str; 2] = ["audit.difference", "audit.chain"];

/// What is left to do.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum At {
    Audit(Place),
    Chain(u64),
}

/// A run as it is kept.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Run {
    day: Date,
    started_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended_at: Option<Timestamp>,
    /// Nothing is left where it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    at: Option<At>,
    #[serde(default)]
    postings: u64,
    #[serde(default)]
    balances: u64,
    #[serde(default)]
    counters: u64,
    #[serde(default)]
    receipts: u64,
    #[serde(default)]
    seals: u64,
    #[serde(default)]
    count: u64,
    #[serde(default)]
    differences: Vec<Difference>,
}

impl Run {
    fn new(day: Date, now: Timestamp) -> Self {
        Self {
            day,
            started_at: now,
            ended_at: None,
            at: Some(At::Audit(Place::default())),
            postings: 0,
            balances: 0,
            counters: 0,
            receipts: 0,
            seals: 0,
            count: 0,
            differences: Vec::new(),
        }
    }

    fn audited(&mut self, slice: Slice) {
        self.postings += slice.postings;
        self.balances += slice.balances;
        self.counters += slice.counters;
        self.receipts += slice.receipts;
        self.found(slice.count, slice.differences);
        self.at = Some(slice.next.map_or(At::Chain(0), At::Audit));
    }

    fn verified(&mut self, slice: ChainSlice) {
        self.seals += slice.seals;
        if let Some(broken) = slice.broken {
            self.found(1, vec![Difference { check: "chain".to_owned(), detail: broken.detail() }]);
        }
        self.at = slice.next.map(At::Chain);
    }

    fn found(&mut self, count: u64, differences: Vec<Difference>) {
        self.count += count;
        // What breaks the chain is told, however much else there is.
        let room = |found: &Difference| if found.check == "chain" { DIFFERENCES + 1 } else { DIFFERENCES };
        for found in differences {
            if self.differences.len() < room(&found) {
                self.differences.push(found);
            }
        }
    }

    /// What the run found, as alerts.
    fn findings(&self) -> Vec<Finding> {
        let finding = |code: &str, count: u64, first: &Difference, remedy: Label| Finding {
            code: code.to_owned(),
            severity: Severity::Critical,
            detail: Label {
                zh: format!("每日核对发现 {count} 处差异，首处：{}", first.detail.zh),
                en: format!("the daily audit found {count} differences, the first: {}", first.detail.en),
            },
            remedy,
            roles: vec![Role::Storekeeper, Role::Manager],
            users: Vec::new(),
            since: self.started_at,
        };
        let chain = self.differences.iter().find(|found| found.check == "chain");
        let other = self.differences.iter().find(|found| found.check != "chain");
        let others = self.count - u64::from(chain.is_some());
        let look =
            Label { zh: "运行 takt audit 查看全部差异".into(), en: "run `takt audit` to see them all".into() };
        let tampered = Label {
            zh: "数据库可能被直接改动：运行 takt audit --chain，并与备份比对".into(),
            en: "somebody may have changed the database itself: run `takt audit --chain`, and compare with a backup"
                .into(),
        };
        let other = other.map(|first| finding(CODES[0], others, first, look));
        other.into_iter().chain(chain.map(|first| finding(CODES[1], 1, first, tampered))).collect()
    }

    fn told(&self, lang: Lang) -> AuditRun {
        let told = |found: &Difference| AuditDifference {
            check: found.check.clone(),
            detail: found.detail.get(lang).to_owned(),
        };
        AuditRun {
            day: self.day,
            started_at: self.started_at,
            ended_at: self.ended_at,
            postings: self.postings,
            balances: self.balances,
            counters: self.counters,
            receipts: self.receipts,
            seals: self.seals,
            count: self.count,
            differences: self.differences.iter().map(told).collect(),
        }
    }
}

async fn kept<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<Loaded, StoreError> {
    let mut load = Load::new(plant, now_ms);
    load.records = [SETTINGS, RUN].map(|id| (kind::AUDIT.to_owned(), id.to_owned())).to_vec();
    store.load(&load).await
}

fn schedule(loaded: &Loaded) -> Result<(AuditSchedule, u64), StoreError> {
    match loaded.record(kind::AUDIT, SETTINGS) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((AuditSchedule::default(), 0)),
    }
}

/// When the plant audits itself.
pub async fn settings<S: Store>(store: &S, caller: &Caller) -> Result<AuditSchedule, CommandError> {
    Ok(schedule(&kept(store, caller.plant, caller.now_ms()).await?)?.0)
}

/// The last run, or the one that is under way.
pub async fn run_of<S: Store>(store: &S, caller: &Caller) -> Result<Option<AuditRun>, CommandError> {
    let loaded = kept(store, caller.plant, caller.now_ms()).await?;
    let run: Option<Run> = loaded.record(kind::AUDIT, RUN).map(takt_store::Record::parse).transpose()?;
    Ok(run.map(|run| run.told(caller.lang)))
}

/// Sets when the plant audits itself.
pub async fn put_schedule<S: Store>(store: &S, caller: &Caller, given: AuditSchedule) -> Result<Answer, CommandError> {
    if given.hour > 23 {
        return Err(CommandError::field("hour", "expected an hour from 0 to 23"));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::AUDIT.to_owned(), SETTINGS.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (before, version) = schedule(&loaded)?;
        let body = json!(given);
        let mut commit = caller.commit(200, &body);
        commit.records.push(RecordWrite::new(kind::AUDIT, SETTINGS, Some(version), body.clone()));
        let data = json!({"before": before, "after": given, "by": caller.actor.user});
        let told = DomainEvent { kind: "audit.scheduled.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), "audit", caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// True when a run is to start.
fn is_due(schedule: AuditSchedule, last: Option<&Run>, now: Timestamp, zone: &TimeZone) -> bool {
    let here = now.to_zoned(zone.clone());
    let today = here.date();
    let is_its_hour = u8::try_from(here.hour()).is_ok_and(|hour| hour == schedule.hour);
    let is_late = last.is_some_and(|run| now.duration_since(run.started_at) > SignedDuration::from_hours(LATE_H));
    schedule.enabled && last.is_none_or(|run| run.day < today) && (is_its_hour || is_late)
}

/// Goes on with the run that is under way, or starts the one that is due; says whether there was anything to do.
pub async fn advance<S: Store>(store: &S, plant: &Plant, now: impl Fn() -> Timestamp) -> Result<bool, CommandError> {
    let began = now();
    let loaded = kept(store, plant.number, began.as_millisecond()).await?;
    let (schedule, _) = schedule(&loaded)?;
    let record = loaded.record(kind::AUDIT, RUN);
    let version = record.map_or(0, |record| record.version);
    // A run that an older build has kept in another form starts anew.
    let last: Option<Run> = record.and_then(|record| record.parse().ok());
    let zone = TimeZone::get(&plant.time_zone).unwrap_or(TimeZone::UTC);
    let mut run = match last {
        Some(run) if run.at.is_some() => run,
        last if is_due(schedule, last.as_ref(), began, &zone) => Run::new(began.to_zoned(zone).date(), began),
        _ => return Ok(false),
    };
    while let Some(at) = run.at.clone() {
        match at {
            At::Audit(place) => run.audited(slice(store, plant.number, &place).await?),
            At::Chain(after) => run.verified(verify(store, plant.number, after).await?),
        }
        if (now().as_millisecond() - began.as_millisecond()) > STEP_MS {
            break;
        }
    }
    let caller = background(plant.number, now())?;
    let mut commit = Commit::new(plant.number, caller.now_ms());
    if run.at.is_none() {
        run.ended_at = Some(caller.now);
        tell(store, &caller, &run, &mut commit).await?;
    }
    commit.records.push(RecordWrite::new(kind::AUDIT, RUN, Some(version), json!(run)));
    match store.commit(&commit).await {
        // Another host was faster.
        Ok(_) | Err(StoreError::VersionConflict) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

/// Raises and clears the alerts of the audit.
async fn tell<S: Store>(store: &S, caller: &Caller, run: &Run, commit: &mut Commit) -> Result<(), CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = CODES.map(|code| (kind::ALERT.to_owned(), alert_id(code, None))).to_vec();
    let loaded = store.load(&load).await?;
    let read = |record: &takt_store::Record| Some(Known { alert: record.parse().ok()?, version: record.version });
    let known: Vec<Known> = loaded.records.iter().filter_map(read).collect();
    for change in reconcile(&known, &run.findings(), None, None, caller.now) {
        change.write(caller, commit);
    }
    let data = json!({
        "day": run.day, "postings": run.postings, "balances": run.balances, "counters": run.counters,
        "receipts": run.receipts, "seals": run.seals, "differences": run.count,
    });
    let told = DomainEvent { kind: "audit.ended.v1".into(), data };
    let id = format!("audit-{}-{}", caller.plant, run.started_at.as_millisecond());
    commit.events.extend(keep::events(vec![told], &id, "audit", caller));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap_or_default()
    }

    fn check(last: Option<(&str, &str)>, now: &str, expected: bool) {
        let schedule = AuditSchedule { enabled: true, hour: 3 };
        let last = last.map(|(day, started)| Run::new(day.parse().unwrap_or_default(), at(started)));
        let zone = TimeZone::fixed(jiff::tz::offset(8));
        assert_eq!(is_due(schedule, last.as_ref(), at(now), &zone), expected, "{now}");
        assert!(!is_due(AuditSchedule { enabled: false, ..schedule }, last.as_ref(), at(now), &zone));
    }

    #[test]
    fn a_run_starts_once_a_day_in_its_hour_or_when_it_is_late() {
        // Three in the morning there is seven in the evening before.
        check(None, "2026-11-27T19:30:00Z", true);
        check(None, "2026-11-27T20:30:00Z", false);
        let last = Some(("2026-11-28", "2026-11-27T19:00:00Z"));
        check(last, "2026-11-27T19:30:00Z", false);
        check(last, "2026-11-28T19:00:00Z", true);
        check(last, "2026-11-28T23:00:00Z", false);
        check(last, "2026-11-29T07:00:00Z", false);
        check(last, "2026-11-29T07:00:01Z", true);
    }

    #[test]
    fn a_run_goes_on_to_the_chain_and_tells_how_much_it_found() {
        let found = |check: &str| super::super::difference(check, String::new(), String::new());
        let mut run = Run::new(Date::MIN, Timestamp::UNIX_EPOCH);
        run.audited(Slice { count: 70, differences: vec![found("balance"); 30], ..Slice::default() });
        assert!(matches!(run.at, Some(At::Chain(0))), "the ledger is done, and its seals come next");
        run.found(1, vec![found("chain")]);
        assert_eq!((run.count, run.differences.len()), (71, DIFFERENCES + 1));
        let told = run.findings();
        let codes: Vec<_> = told.iter().map(|finding| finding.code.as_str()).collect();
        assert_eq!(codes, CODES);
        assert!(told[0].detail.en.contains("70"), "{:?}", told[0]);
        assert!(Run::new(Date::MIN, Timestamp::UNIX_EPOCH).findings().is_empty());
    }
}
