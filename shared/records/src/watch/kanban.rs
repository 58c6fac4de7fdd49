//! Kanban calls that nobody has answered in time: told of while they wait, and taken back when they are over.

use jiff::Timestamp;
use takt_api::watch::{Alert, AlertState};
use takt_domain::kanban::{Call, CallState};
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::Severity;
use takt_store::{Commit, ListFilter, Load, Loaded, PageRequest, Store, StoreError};

use super::{Looked, alert};
use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;
use crate::supply;

/// A call that waits for longer than its loop allows.
pub const LATE: &str = "kanban.late";

/// Calls of one page, and the most pages of one look: the oldest ones come first.
const PAGE: u32 = 200;
const PAGES_MAX: usize = 5;

/// The record of the alert about a call.
pub fn record(call: &str) -> (String, String) {
    (kind::ALERT.to_owned(), format!("{LATE}~{call}"))
}

/// Takes the alert about a call back, among what was loaded, since the call is over.
pub fn over(call: &str, loaded: &Loaded, caller: &Caller, commit: &mut Commit) -> Result<(), StoreError> {
    alert::tell(&record(call).1, None, loaded, caller, commit).map(|_| ())
}

/// Looks at the calls that wait. Of several hosts that find the same one books it.
pub(super) async fn look<S: Store>(store: &S, caller: &Caller, looked: &mut Looked) -> Result<(), CommandError> {
    let mut request = PageRequest::first(PAGE);
    for _ in 0..PAGES_MAX {
        let filter = ListFilter { state: vec![CallState::Open.as_str().into()], ..ListFilter::default() };
        let found = store.list(caller.plant, kind::KANBAN_CALL, &filter, &request).await?;
        if found.items.is_empty() {
            return Ok(());
        }
        let calls = found.items.iter().map(|record| record.parse::<Call>()).collect::<Result<Vec<_>, _>>()?;
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.records = calls.iter().map(|call| record(&call.id)).collect();
        load.records.push(supply::settings_record());
        let loaded = store.load(&load).await?;
        let minutes = supply::settings(&loaded)?.0.kanban_late_minutes;
        let mut commit = Commit::new(caller.plant, caller.now_ms());
        let mut changes = Looked::default();
        for call in &calls {
            let found = late(call, minutes, caller.now);
            match alert::tell(&record(&call.id).1, found, &loaded, caller, &mut commit)? {
                Some(AlertState::Open) => changes.raised += 1,
                Some(AlertState::Cleared) => changes.cleared += 1,
                _ => {}
            }
        }
        match if commit.records.is_empty() { Ok(()) } else { store.commit(&commit).await.map(|_| ()) } {
            Ok(()) => {
                looked.raised += changes.raised;
                looked.cleared += changes.cleared;
            }
            Err(StoreError::VersionConflict) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
        request.after = found.next;
        if request.after.is_none() {
            break;
        }
    }
    Ok(())
}

fn late(call: &Call, minutes: u32, now: Timestamp) -> Option<Alert> {
    let due = call.due(minutes);
    if due >= now {
        return None;
    }
    let (of, id) = (&call.of, &call.id);
    let allowed = of.late_minutes.unwrap_or(minutes);
    let detail = Label {
        zh: format!("看板 {} 叫料 {id}:{} × {} 送 {},超过 {allowed} 分钟未送达", of.id, of.item, of.per_card, of.to),
        en: format!(
            "kanban {}, call {id}: {} × {} to {} was not brought within {allowed} minutes",
            of.id, of.item, of.per_card, of.to
        ),
    };
    Some(Alert {
        id: record(id).1,
        code: LATE.to_owned(),
        state: AlertState::Open,
        severity: Severity::Warning,
        order: None,
        line: None,
        detail,
        remedy: Label {
            zh: "按看板送料,或取消不再需要的叫料".into(),
            en: "bring it, or cancel the call where it is not needed any more".into(),
        },
        roles: vec![Role::Storekeeper, Role::ShiftLead],
        users: Vec::new(),
        since: due,
        raised_at: now,
        acknowledged: None,
        cleared_at: None,
        escalated_at: None,
        times: 1,
    })
}
