//! One operation of an order, with the plan for it and what became of that.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Mark;
use crate::id::{EquipmentId, ItemId, LocationId, MouldId, UserId};
use crate::master::{RoutingOperation, Way};

/// One operation of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OrderOperation {
    /// Its number in the sequence.
    pub number: u16,
    /// Its name.
    pub name: String,
    /// How much more than the order's quantity may be reported, in percent.
    pub tolerance_percent: u8,
    /// The machine that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// The mould that it needs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mould: Option<MouldId>,
    /// How many people must be present.
    pub crew_min: u8,
    /// Standard time for one unit, in seconds.
    pub standard_s: u32,
    /// Paused with its order.
    #[serde(default)]
    pub paused: bool,
    /// Whether it may run beside the one before it.
    #[serde(default, skip_serializing_if = "Way::is_default")]
    pub way: Way,
    /// What people must be qualified for to work here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub qualification: Option<String>,
    /// The supplier that does it outside the plant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supplier: Option<String>,
    /// The item that it makes for the operation after it, one for each piece: stock of its own, until that uses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub makes: Option<ItemId>,
    /// Where it is done, and what it makes is put; beside the line of the order where none is named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workshop: Option<LocationId>,
    /// Who is planned to work here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub crew: Vec<UserId>,
    /// Somebody has started it. One that is only reported on was never started by hand.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started: Option<Mark>,
    /// Somebody has paused it alone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Mark>,
    /// Somebody has said that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finished: Option<Mark>,
    /// Since when its clock runs.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub running_since: Option<Timestamp>,
    /// What its clock has counted before that, in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub clock_s: i64,
    /// The machine that it has now: the plan became use when it was started.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<EquipmentId>,
    /// The plant's own fields.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub custom: BTreeMap<String, String>,
}

fn is_zero(seconds: &i64) -> bool {
    *seconds == 0
}

impl OrderOperation {
    /// What its clock shows, in seconds.
    pub fn clock_at(&self, now: Timestamp) -> i64 {
        let running = self.running_since.map_or(0, |since| now.duration_since(since).as_secs().max(0));
        self.clock_s.saturating_add(running)
    }

    /// Its clock stands still from now on.
    pub(crate) fn stop_clock(&mut self, now: Timestamp) {
        self.clock_s = self.clock_at(now);
        self.running_since = None;
    }

    /// Its clock runs where it was started, and is neither paused nor finished.
    pub(crate) fn set_clock(&mut self, now: Timestamp) {
        let runs = self.started.is_some() && self.stopped.is_none() && self.finished.is_none() && !self.paused;
        match (runs, self.running_since) {
            (true, None) => self.running_since = Some(now),
            (false, Some(_)) => self.stop_clock(now),
            _ => {}
        }
    }
}

impl From<RoutingOperation> for OrderOperation {
    fn from(operation: RoutingOperation) -> Self {
        Self {
            number: operation.number,
            name: operation.name,
            tolerance_percent: operation.tolerance_percent,
            equipment: operation.equipment,
            mould: operation.mould,
            crew_min: operation.crew_min,
            standard_s: operation.standard_s,
            paused: false,
            way: operation.way,
            qualification: operation.qualification,
            supplier: operation.supplier,
            makes: operation.makes,
            workshop: operation.workshop,
            crew: Vec::new(),
            started: None,
            stopped: None,
            finished: None,
            running_since: None,
            clock_s: 0,
            uses: None,
            custom: BTreeMap::new(),
        }
    }
}
