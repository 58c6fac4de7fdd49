//! How long an order may be in a state.

use serde::{Deserialize, Serialize};

use crate::flow::{Category, State};
use crate::order::Priority;

/// The longest limit, in minutes: a year.
pub const LIMIT_MAX_MIN: u32 = 366 * 24 * 60;

/// The most limits that a plant may set.
pub const LIMITS_MAX: usize = 200;

/// How long orders may be in one state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct StateLimit {
    /// The state, by its name in the data.
    pub state: String,
    /// Only orders of this priority; all others when it is left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// How long, in minutes.
    pub limit_min: u32,
}

/// What a plant wants to be told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct WatchSettings {
    /// An urgent order that is not in the workshop so many minutes after it was created is told of.
    pub urgent_dispatch_min: u32,
    /// An alert that nobody looks after so many minutes after it was raised is told to managers and administrators.
    #[serde(default = "escalate_min")]
    pub escalate_min: u32,
    /// Limits of states. One for a priority goes before the limit that the flow gives its state, and that before one for all
    /// priorities; where there is none, what the state means decides: 8 hours before work begins, 3 days of work, 1 day
    /// after it, and a quarter of that for urgent orders.
    #[serde(default)]
    pub limits: Vec<StateLimit>,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self { urgent_dispatch_min: 30, escalate_min: escalate_min(), limits: Vec::new() }
    }
}

/// Half an hour.
const fn escalate_min() -> u32 {
    30
}

/// What is wrong with settings, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingsError {
    /// The field.
    pub at: String,
    /// What is wrong.
    pub detail: String,
}

impl WatchSettings {
    /// How long an order may be in a state of its flow, in minutes; none where it may for ever.
    pub fn limit_min(&self, state: &State, priority: Priority) -> Option<u32> {
        let set = |wanted: Option<Priority>| {
            let found = self.limits.iter().find(|limit| limit.state == state.name && limit.priority == wanted);
            found.map(|limit| limit.limit_min)
        };
        set(Some(priority)).or(state.limit_minutes).or_else(|| set(None)).or_else(|| {
            let minutes = match state.category {
                Category::Waiting | Category::Ready => 8 * 60,
                Category::Running => 3 * 24 * 60,
                Category::Done => 24 * 60,
                Category::Closed => return None,
            };
            Some(if priority == Priority::Urgent { minutes / 4 } else { minutes })
        })
    }

    /// Everything that is wrong with them; `known` says whether a state exists.
    pub fn errors(&self, known: impl Fn(&str) -> bool) -> Vec<SettingsError> {
        let mut errors = Vec::new();
        let mut wrong = |at: String, detail: String| errors.push(SettingsError { at, detail });
        if self.urgent_dispatch_min > LIMIT_MAX_MIN {
            wrong("urgent_dispatch_min".into(), format!("expected at most {LIMIT_MAX_MIN} minutes"));
        }
        if self.limits.len() > LIMITS_MAX {
            wrong("limits".into(), format!("expected at most {LIMITS_MAX} limits"));
        }
        for (n, limit) in self.limits.iter().enumerate() {
            if !known(&limit.state) {
                wrong(format!("limits.{n}.state"), format!("there is no state {}", limit.state));
            }
            if limit.limit_min > LIMIT_MAX_MIN {
                wrong(format!("limits.{n}.limit_min"), format!("expected at most {LIMIT_MAX_MIN} minutes"));
            }
            let same = |other: &StateLimit| other.state == limit.state && other.priority == limit.priority;
            if self.limits[..n].iter().any(same) {
                wrong(format!("limits.{n}"), "this state and priority has a limit already".into());
            }
        }
        errors
    }
}
