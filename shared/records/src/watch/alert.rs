//! Alerts as they are kept, and what changes of them when something is found.

use jiff::Timestamp;
use serde_json::json;
use takt_api::watch::{Alert, AlertState};
use takt_domain::decide::DomainEvent;
use takt_domain::id::{LineId, OrderId};
use takt_domain::watch::{Finding, Severity};
use takt_store::{Commit, Loaded, RecordWrite, StoreError};

use crate::caller::Caller;
use crate::keep::{self, PLANT_PARENT, kind};

/// An alert and the version of its record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// The alert.
    pub alert: Alert,
    /// The version.
    pub version: u64,
}

/// An alert as it is to be kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The alert afterwards.
    pub alert: Alert,
    /// The version before.
    version: u64,
    /// What is told of it; nothing where only its words change.
    event: Option<&'static str>,
}

/// The states of an alert that is so.
pub(super) fn standing() -> Vec<String> {
    [AlertState::Open, AlertState::Acknowledged].map(|state| state.as_str().to_owned()).to_vec()
}

/// The id of the alert about an order, or about the plant.
pub fn alert_id(code: &str, order: Option<&OrderId>) -> String {
    match order {
        Some(order) => format!("{code}~{order}"),
        None => code.to_owned(),
    }
}

/// How an alert is kept: under its order, listed by severity and then by age.
pub fn record(alert: &Alert, expected: u64) -> RecordWrite {
    let severity = match alert.severity {
        Severity::Critical => 0,
        Severity::Warning => 1,
        Severity::Notice => 2,
    };
    let order = alert.order.as_ref().map(ToString::to_string);
    RecordWrite {
        state: Some(alert.state.as_str().to_owned()),
        line: alert.line.as_ref().map(ToString::to_string),
        parent: Some(order.clone().unwrap_or_else(|| PLANT_PARENT.to_owned())),
        sort: Some(format!("{severity}|{}", alert.raised_at)),
        search: Some(format!("{} {}", alert.code, order.unwrap_or_default())),
        ..RecordWrite::new(kind::ALERT, &alert.id, Some(expected), serde_json::to_value(alert).unwrap_or_default())
    }
}

/// What changes when exactly these things are found about an order (or the plant) of which these alerts are known.
pub fn reconcile(
    known: &[Known],
    found: &[Finding],
    order: Option<&OrderId>,
    line: Option<&LineId>,
    now: Timestamp,
) -> Vec<Change> {
    let mut changes = Vec::new();
    for finding in found {
        let id = alert_id(&finding.code, order);
        let before = known.iter().find(|known| known.alert.id == id);
        changes.extend(raised(finding, id, before, order, line, now));
    }
    for Known { alert, version } in known {
        let is_so = found.iter().any(|finding| finding.code == alert.code);
        if !is_so && alert.state != AlertState::Cleared {
            let alert = Alert { state: AlertState::Cleared, cleared_at: Some(now), ..alert.clone() };
            changes.push(Change { alert, version: *version, event: Some("alert.cleared.v1") });
        }
    }
    changes
}

fn raised(
    finding: &Finding,
    id: String,
    before: Option<&Known>,
    order: Option<&OrderId>,
    line: Option<&LineId>,
    now: Timestamp,
) -> Option<Change> {
    let fresh = Alert {
        id,
        code: finding.code.clone(),
        state: AlertState::Open,
        severity: finding.severity,
        order: order.cloned(),
        line: line.cloned(),
        detail: finding.detail.clone(),
        remedy: finding.remedy.clone(),
        roles: finding.roles.clone(),
        users: finding.users.clone(),
        since: finding.since,
        raised_at: now,
        acknowledged: None,
        cleared_at: None,
        escalated_at: None,
        times: 1,
    };
    let Some(Known { alert, version }) = before else {
        return Some(Change { alert: fresh, version: 0, event: Some("alert.raised.v1") });
    };
    if alert.state == AlertState::Cleared {
        let alert = Alert { times: alert.times.saturating_add(1), ..fresh };
        return Some(Change { alert, version: *version, event: Some("alert.raised.v1") });
    }
    let worse = finding.severity < alert.severity;
    let after = Alert {
        // What has become worse is told of again, also to whoever looked after it when it was less.
        state: if worse { AlertState::Open } else { alert.state },
        acknowledged: alert.acknowledged.clone().filter(|_| !worse),
        escalated_at: alert.escalated_at.filter(|_| !worse),
        raised_at: alert.raised_at,
        times: alert.times,
        line: line.cloned().or_else(|| alert.line.clone()),
        ..fresh
    };
    let same = Alert { since: alert.since, ..after.clone() } == *alert;
    (!same).then_some(Change { alert: after, version: *version, event: worse.then_some("alert.raised.v1") })
}

impl Change {
    /// It tells of something that was not told of before.
    pub fn is_raised(&self) -> bool {
        self.event == Some("alert.raised.v1")
    }

    /// Adds it to a commit.
    pub fn write(self, caller: &Caller, commit: &mut Commit) {
        put(&self.alert, self.version, self.event, caller, commit);
    }
}

/// What changes of an alert that is not about an order, when this is found: told anew, or taken back. `loaded` has its record.
/// Answers the state that is told of; none where nobody has to hear of it.
pub(crate) fn tell(
    id: &str,
    found: Option<Alert>,
    loaded: &Loaded,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<Option<AlertState>, StoreError> {
    let record = loaded.record(kind::ALERT, id);
    let before = record.map(|record| Ok::<_, StoreError>((record.parse::<Alert>()?, record.version))).transpose()?;
    let (known, version) = match before {
        Some((alert, version)) => (Some(alert), version),
        None => (None, 0),
    };
    let stands = known.as_ref().is_some_and(|alert| alert.state != AlertState::Cleared);
    let (after, told) = match (found, known) {
        (None, Some(known)) if stands => {
            let over = Alert { state: AlertState::Cleared, cleared_at: Some(caller.now), ..known };
            (over, Some(("alert.cleared.v1", AlertState::Cleared)))
        }
        (None, _) => return Ok(None),
        (Some(found), Some(known)) if stands => {
            if found.detail == known.detail {
                return Ok(None);
            }
            (Alert { detail: found.detail, ..known }, None)
        }
        (Some(found), known) => {
            let times = known.map_or(1, |known| known.times.saturating_add(1));
            (Alert { times, ..found }, Some(("alert.raised.v1", AlertState::Open)))
        }
    };
    put(&after, version, told.map(|(event, _)| event), caller, commit);
    Ok(told.map(|(_, state)| state))
}

/// Adds an alert to a commit, over the version that is there, with what is told of it.
pub(crate) fn put(alert: &Alert, version: u64, event: Option<&str>, caller: &Caller, commit: &mut Commit) {
    commit.records.push(record(alert, version));
    let Some(event) = event else { return };
    let data = json!({
        "alert": alert.id, "code": alert.code, "severity": alert.severity, "order": alert.order, "line": alert.line,
        "detail": alert.detail, "roles": alert.roles, "users": alert.users, "since": alert.since, "state": alert.state,
    });
    let told = DomainEvent { kind: event.to_owned(), data };
    let id = format!("{}~{}", alert.id, caller.now_ms());
    commit.events.extend(keep::events(vec![told], &id, &alert.id, caller));
}
