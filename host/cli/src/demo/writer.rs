//! Who writes into the demo plant: its own users, each write once.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::Value;

use crate::plant::Plant;

/// Each write has a key of its own that is the same the next time, so what was interrupted goes on.
pub(super) struct Writer<'p> {
    people: &'p BTreeMap<&'static str, Plant>,
    today: Date,
    writes: u32,
}

impl<'p> Writer<'p> {
    /// Days count from `today`.
    pub(super) fn new(people: &'p BTreeMap<&'static str, Plant>, today: Date) -> Self {
        Self { people, today, writes: 0 }
    }

    /// So many days from the day on which the demo was begun.
    pub(super) fn day(&self, days: i64) -> anyhow::Result<Date> {
        Ok(self.today.checked_add(days.days())?)
    }

    pub(super) fn write(&mut self, user: &str, method: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.writes += 1;
        let plant = self.people.get(user).with_context(|| format!("there is no {user}"))?;
        plant.write_once(&format!("demo-{}", self.writes), method, path, body)
    }

    /// The same with the PIN once more.
    pub(super) fn sign(&mut self, user: &str, path: &str, body: &Value) -> anyhow::Result<Value> {
        self.writes += 1;
        let plant = self.people.get(user).with_context(|| format!("there is no {user}"))?;
        plant.sign_once(&format!("demo-{}", self.writes), super::PIN, path, body)
    }
}
