//! Systems and devices that call by themselves: as they are set, their tokens, and what they have booked.
//!
//! A token is a session of its own, which stays open for as long as the token works. What a machine books is counted from the
//! journal, behind a cursor, by whoever delivers webhooks: so each event counts once, and no call has to wait for it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use takt_api::machines::{Exchange, Machine, MachineToken};
use takt_domain::id::UserId;
use takt_domain::permission::Permission;
use takt_store::{Commit, Event, Load, Loaded, PlantNumber, Record, RecordWrite, Store, StoreError};

use crate::keep::{PLANT_PARENT, kind};

/// The most machines of a plant.
pub const MACHINES_MAX: usize = 100;

/// The most tokens of one machine that work at once.
pub const TOKENS_MAX: usize = 20;

/// The one record of what machines have booked.
const ALL: &str = "all";

/// How many of the last entries say whether somebody delivers late.
const LAST: usize = 50;

/// Fewer say nothing.
const FEW: usize = 5;

/// How long one call reads the journal, in milliseconds.
const READ_MS: i64 = 2_000;

/// Events that are read at once.
const PAGE: u32 = 200;

/// A machine as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredMachine {
    /// Under which name it books.
    pub machine: UserId,
    /// What people call it.
    pub name: String,
    /// What its tokens allow.
    pub scopes: Vec<Permission>,
    /// Whether it may call.
    pub active: bool,
    /// What comes later than this is late, in minutes.
    pub late_after_min: u32,
}

/// A token as it is kept: all but the token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredToken {
    /// What people see.
    #[serde(flatten)]
    pub shown: MachineToken,
    /// Somebody has ended it.
    #[serde(default)]
    pub ended: bool,
}

/// When a machine called last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// When.
    pub called_at: Timestamp,
}

/// What one machine has booked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Booked {
    booked: u64,
    last_ms: i64,
    /// How late the last entries were, in seconds, the newest last.
    lags_s: Vec<u64>,
}

/// What all of them have booked, up to a place in the journal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Exchanges {
    #[serde(default)]
    cursor: Option<String>,
    machines: BTreeMap<String, Booked>,
}

impl Booked {
    fn add(&mut self, event: &Event) {
        self.booked += 1;
        self.last_ms = event.time_ms;
        let Some(lag_s) = lag_s(event) else { return };
        self.lags_s.push(lag_s);
        let over = self.lags_s.len().saturating_sub(LAST);
        self.lags_s.drain(..over);
    }

    fn lag_s(&self) -> Option<u64> {
        let mut lags = self.lags_s.clone();
        lags.sort_unstable();
        lags.get(lags.len() / 2).copied()
    }

    fn is_late(&self, after_min: u32) -> bool {
        let late = self.lags_s.iter().filter(|lag| **lag > u64::from(after_min) * 60).count();
        self.lags_s.len() >= FEW && late * 2 > self.lags_s.len()
    }
}

/// How long after it happened an event was booked; none where it does not say when it happened.
fn lag_s(event: &Event) -> Option<u64> {
    let happened =
        ["occurred_at", "ended_at"].into_iter().find_map(|name| event.data.get(name).and_then(Value::as_str));
    let happened: Timestamp = happened?.parse().ok()?;
    u64::try_from((event.time_ms - happened.as_millisecond()).max(0) / 1_000).ok()
}

impl StoredMachine {
    /// The record of it.
    pub fn record(&self, expected: u64) -> RecordWrite {
        RecordWrite {
            parent: Some(PLANT_PARENT.to_owned()),
            sort: Some(self.name.clone()),
            ..RecordWrite::new(kind::MACHINE, self.machine.as_str(), Some(expected), value(self))
        }
    }

    /// As people see it. `loaded` holds what [`lookups`] names.
    pub fn shown(&self, loaded: &Loaded, now: Timestamp) -> Result<Machine, StoreError> {
        let id = self.machine.as_str();
        let mut tokens = Vec::new();
        for record in loaded.children(kind::MACHINE_TOKEN, id) {
            let token: StoredToken = record.parse()?;
            if !token.ended && token.shown.expires_at > now {
                tokens.push(token.shown);
            }
        }
        tokens.sort_by_key(|token| std::cmp::Reverse(token.made_at));
        let seen = loaded.record(kind::MACHINE_SEEN, id).map(Record::parse::<Seen>).transpose()?;
        let all = exchanges(loaded)?.0;
        let booked = all.machines.get(id).cloned().unwrap_or_default();
        Ok(Machine {
            machine: self.machine.clone(),
            name: self.name.clone(),
            scopes: self.scopes.clone(),
            active: self.active,
            late_after_min: self.late_after_min,
            tokens,
            exchange: Exchange {
                called_at: seen.map(|seen| seen.called_at),
                booked_at: Timestamp::from_millisecond(booked.last_ms).ok().filter(|_| booked.booked > 0),
                booked: booked.booked,
                lag_s: booked.lag_s(),
                late: booked.is_late(self.late_after_min),
            },
        })
    }
}

impl StoredToken {
    /// The record of it.
    pub fn record(&self, machine: &UserId, expected: u64) -> RecordWrite {
        RecordWrite {
            parent: Some(machine.to_string()),
            ..RecordWrite::new(kind::MACHINE_TOKEN, &self.shown.id, Some(expected), value(self))
        }
    }
}

fn value(content: &impl Serialize) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

/// Adds to a load what showing a machine needs.
pub fn look_up(load: &mut Load, machine: &str) {
    load.records.push((kind::MACHINE.to_owned(), machine.to_owned()));
    load.records.push((kind::MACHINE_SEEN.to_owned(), machine.to_owned()));
    load.records.push((kind::MACHINE_EXCHANGE.to_owned(), ALL.to_owned()));
    load.children.push((kind::MACHINE_TOKEN.to_owned(), machine.to_owned()));
}

/// That a machine has called.
pub fn seen(machine: &UserId, now: Timestamp) -> RecordWrite {
    RecordWrite::new(kind::MACHINE_SEEN, machine.as_str(), None, value(&Seen { called_at: now }))
}

fn exchanges(loaded: &Loaded) -> Result<(Exchanges, u64), StoreError> {
    match loaded.record(kind::MACHINE_EXCHANGE, ALL) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((Exchanges::default(), 0)),
    }
}

/// Counts what the machines of a plant have booked since it was counted last. Of several who do so at once one is heard.
pub async fn follow<S: Store>(store: &S, plant: PlantNumber, now: impl Fn() -> i64) -> Result<(), StoreError> {
    let mut load = Load::new(plant, now());
    load.children = vec![(kind::MACHINE.to_owned(), PLANT_PARENT.to_owned())];
    load.records = vec![(kind::MACHINE_EXCHANGE.to_owned(), ALL.to_owned())];
    let loaded = store.load(&load).await?;
    let names: Vec<&str> = loaded.children(kind::MACHINE, PLANT_PARENT).map(|record| record.id.as_str()).collect();
    if names.is_empty() {
        return Ok(());
    }
    let (mut all, version) = exchanges(&loaded)?;
    let until_ms = now() + READ_MS;
    let mut read = 0;
    loop {
        let page = store.journal(plant, all.cursor.as_deref(), PAGE).await?;
        for stored in &page.events {
            let by = stored.event.data.get("by").and_then(Value::as_str);
            if let Some(by) = by.filter(|by| names.contains(by)) {
                all.machines.entry(by.to_owned()).or_default().add(&stored.event);
            }
        }
        read += page.events.len();
        all.cursor = Some(page.cursor);
        if page.events.is_empty() || now() >= until_ms {
            break;
        }
    }
    if read == 0 {
        return Ok(());
    }
    let mut commit = Commit::new(plant, now());
    commit.records.push(RecordWrite::new(kind::MACHINE_EXCHANGE, ALL, Some(version), value(&all)));
    match store.commit(&commit).await {
        Ok(_) | Err(StoreError::VersionConflict) => Ok(()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(data: Value) -> Event {
        Event {
            id: "1".into(),
            event_type: "stock.moved.v1".into(),
            source: "/stock".into(),
            subject: "M-1".into(),
            time_ms: 1_700_000_000_000,
            data,
        }
    }

    fn after(minutes: i64) -> Event {
        let happened = Timestamp::from_millisecond(1_700_000_000_000 - minutes * 60_000).map(|at| at.to_string());
        event(json!({"by": "erp", "occurred_at": happened.unwrap_or_default()}))
    }

    #[test]
    fn most_of_the_last_fifty_decide_whether_batches_are_late() {
        let mut booked = Booked::default();
        (0..4).for_each(|_| booked.add(&after(60)));
        assert!(!booked.is_late(15), "four say nothing");
        booked.add(&after(60));
        assert!(booked.is_late(15) && !booked.is_late(60));
        assert_eq!(booked.lag_s(), Some(3_600));
        (0..5).for_each(|_| booked.add(&after(1)));
        assert!(!booked.is_late(15), "half of them is not most");
        (0..50).for_each(|_| booked.add(&after(2)));
        assert_eq!((booked.booked, booked.lags_s.len(), booked.lag_s()), (60, 50, Some(120)));
    }

    #[test]
    fn what_does_not_say_when_it_happened_counts_and_has_no_lag() {
        let mut booked = Booked::default();
        booked.add(&event(json!({"by": "erp"})));
        booked.add(&event(json!({"by": "erp", "occurred_at": null})));
        assert_eq!((booked.booked, booked.lag_s()), (2, None));
        let ahead = Timestamp::from_millisecond(1_700_000_100_000).map(|at| at.to_string()).unwrap_or_default();
        booked.add(&event(json!({"ended_at": ahead})));
        assert_eq!(booked.lag_s(), Some(0));
    }
}
