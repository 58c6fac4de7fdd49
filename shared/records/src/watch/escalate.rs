//! An alert that nobody looks after is told once more, to those who answer for all.

use jiff::Timestamp;
use serde_json::json;
use takt_api::watch::{Alert, AlertState};
use takt_domain::decide::DomainEvent;
use takt_domain::permission::Role;
use takt_domain::watch::Severity;
use takt_store::{Commit, ListFilter, PageRequest, PlantNumber, Store, StoreError};

use super::{background, record, settings};
use crate::command::CommandError;
use crate::keep::{self, kind};

/// Alerts of one look, the most severe first; the next look has the next ones.
const PAGE: u32 = 200;

/// Tells of what has been open for too long; says of how many. Each alert is told once, whoever else looks at the same time. What
/// only has to be known some time is nobody's emergency.
pub async fn escalate<S: Store>(store: &S, plant: PlantNumber, now: Timestamp) -> Result<u64, CommandError> {
    let caller = background(plant, now)?;
    let (settings, _) = settings(store, &caller).await?;
    let allowed_s = i64::from(settings.escalate_min) * 60;
    let filter = ListFilter { state: vec![AlertState::Open.as_str().to_owned()], ..ListFilter::default() };
    let mut page = PageRequest::first(PAGE);
    let mut told = 0;
    loop {
        let found = store.list(plant, kind::ALERT, &filter, &page).await?;
        for kept in &found.items {
            let before: Alert = kept.parse()?;
            let is_due = now.duration_since(before.raised_at).as_secs() >= allowed_s;
            if before.severity == Severity::Notice || before.escalated_at.is_some() || !is_due {
                continue;
            }
            let after = Alert { escalated_at: Some(now), ..before };
            let mut commit = Commit::new(plant, caller.now_ms());
            commit.records.push(record(&after, kept.version));
            let data = json!({
                "alert": after.id, "code": after.code, "severity": after.severity, "order": after.order,
                "line": after.line, "detail": after.detail, "roles": [Role::Manager, Role::Administrator],
                "since": after.since, "raised_at": after.raised_at,
            });
            let event = DomainEvent { kind: "alert.escalated.v1".into(), data };
            let id = format!("{}~{}~escalated", after.id, after.raised_at.as_millisecond());
            commit.events = keep::events(vec![event], &id, &after.id, &caller);
            match store.commit(&commit).await {
                Ok(_) => told += 1,
                // Somebody has taken it up, or another look was faster.
                Err(StoreError::VersionConflict) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let Some(next) = found.next else { return Ok(told) };
        page.after = Some(next);
    }
}
