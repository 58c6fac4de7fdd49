//! What is wrong with an order that nobody has noticed: it has been in its state for too long, it is urgent and nobody sends
//! it to the workshop, or what is known of it does not go together.
//!
//! Each look is a function from [`Looked`] to what it finds; a new one is a line in [`LOOKS`]. A finding says what is so in
//! words that stay the same while it is so: ages are told where they are shown.

mod contradiction;
mod late;
mod settings;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::facts::Facts;
use crate::flow::{Category, Flow, State};
use crate::id::UserId;
use crate::order::Order;
use crate::permission::Role;
use crate::text::Label;
use crate::why::{Why, why};

pub use settings::{LIMIT_MAX_MIN, LIMITS_MAX, SettingsError, StateLimit, WatchSettings};

/// How much a finding matters; the most first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Now.
    Critical,
    /// Today.
    Warning,
    /// When there is time.
    Notice,
}

/// Something that somebody has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// A stable code, for programs.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is so.
    pub detail: Label,
    /// What would mend it.
    pub remedy: Label,
    /// Whom it concerns.
    pub roles: Vec<Role>,
    /// Whom it concerns by name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub users: Vec<UserId>,
    /// Since when it is so.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub since: Timestamp,
}

/// What a look is given.
pub struct Looked<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its flow.
    pub flow: &'a Flow,
    /// What is known beside it.
    pub facts: &'a Facts,
    /// The plant's limits.
    pub settings: &'a WatchSettings,
    /// What it waits for.
    pub why: &'a Why,
    /// Its state.
    pub state: &'a State,
    /// What that means.
    pub category: Category,
}

/// The code of a signature that is overdue: it concerns deputies too.
pub const OVERDUE_SIGNATURE: &str = "approval.overdue";

type Look = fn(&Looked<'_>) -> Vec<Finding>;

/// Every look.
const LOOKS: &[Look] = &[
    late::urgent_not_dispatched,
    late::over_its_limit,
    late::unsigned,
    contradiction::completed_and_still_reported,
    contradiction::done_and_not_completed,
    contradiction::paused_and_made,
    contradiction::more_than_ordered,
    contradiction::more_than_the_operation_before,
    contradiction::held_for_nothing,
    contradiction::signed_without_inspection,
];

/// An order and what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// What it waits for.
    pub why: Why,
    /// What was found, the most severe first.
    pub findings: Vec<Finding>,
    /// How long an order like this may be in its state, in minutes.
    pub limit_min: Option<u32>,
}

/// Looks at an order.
pub fn watch(order: &Order, flow: &Flow, facts: &Facts, settings: &WatchSettings) -> Watched {
    let mut why = why(order, flow, facts);
    let Some(state) = flow.state(&order.state) else {
        let findings = vec![contradiction::unknown_state(order)];
        return Watched { why, findings, limit_min: None };
    };
    why.limit_min = settings.limit_min(state, order.priority);
    let looked = Looked { order, flow, facts, settings, why: &why, state, category: state.category };
    let mut findings: Vec<_> = LOOKS.iter().flat_map(|look| look(&looked)).collect();
    findings.sort_by_key(|finding| finding.severity);
    let limit_min = why.limit_min;
    Watched { why, findings, limit_min }
}

/// What is found of an order whose record, flow or facts cannot be read.
pub fn unreadable(order: &str, now: Timestamp) -> Finding {
    contradiction::unreadable(order, now)
}

fn label(zh: impl Into<String>, en: impl Into<String>) -> Label {
    Label { zh: zh.into(), en: en.into() }
}
