//! What is told of differences: one that is large, and one that comes again on each count day.

use takt_api::watch::{Alert, AlertState};
use takt_domain::count::{CountLine, CountSettings, Place};
use takt_domain::permission::Role;
use takt_domain::text::Label;
use takt_domain::watch::Severity;
use takt_store::{Commit, Loaded, StoreError};

use super::place::LastCount;
use crate::caller::Caller;
use crate::keep::kind;
use crate::watch;

/// A difference above the plant's percentage.
pub const DIFFERENCE: &str = "count.difference";

/// Differences on several count days, one after another.
pub const AGAIN: &str = "count.again";

/// The id of an alert about a place.
pub fn id(code: &str, place: &Place) -> String {
    format!("{code}~{}", place.key())
}

/// What a load asks for, to know whether these were told.
pub fn records(place: &Place) -> [(String, String); 2] {
    [DIFFERENCE, AGAIN].map(|code| (kind::ALERT.to_owned(), id(code, place)))
}

/// Tells of a large difference of a line whose difference is known, or says that it is no more.
pub fn difference(
    line: &CountLine,
    settings: &CountSettings,
    loaded: &Loaded,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<(), StoreError> {
    let Some(entry) = line.last() else { return Ok(()) };
    let found = settings.alerts(entry.difference(), entry.book).then(|| {
        let (Place { location, item, lot }, counted, book) = (&line.place, entry.quantity, entry.book);
        Label {
            zh: format!("{location} 的 {item} {lot} 盘点 {counted},账面 {book}({})", line.count),
            en: format!("{item} {lot} at {location}: {counted} counted, {book} on the books ({})", line.count),
        }
    });
    set(DIFFERENCE, &line.place, found, loaded, caller, commit)
}

/// Tells of differences that come again, or says that they are over.
pub fn again(
    last: &LastCount,
    settings: &CountSettings,
    loaded: &Loaded,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<(), StoreError> {
    let days = u16::from(settings.alert_days);
    let found = (days > 0 && last.streak >= days).then(|| {
        let (Place { location, item, lot }, streak) = (&last.place, last.streak);
        Label {
            zh: format!("{location} 的 {item} {lot} 连续 {streak} 个盘点日有差异"),
            en: format!("{item} {lot} at {location} differed on {streak} count days, one after another"),
        }
    });
    set(AGAIN, &last.place, found, loaded, caller, commit)
}

fn set(
    code: &str,
    place: &Place,
    found: Option<Label>,
    loaded: &Loaded,
    caller: &Caller,
    commit: &mut Commit,
) -> Result<(), StoreError> {
    let id = id(code, place);
    let found = found.map(|detail| fresh(code, id.clone(), detail, caller));
    watch::tell(&id, found, loaded, caller, commit).map(|_| ())
}

fn fresh(code: &str, id: String, detail: Label, caller: &Caller) -> Alert {
    Alert {
        id,
        code: code.to_owned(),
        state: AlertState::Open,
        severity: Severity::Warning,
        order: None,
        line: None,
        detail,
        remedy: Label {
            zh: "查看盘点差异和上次盘点以来的出入库,找到原因".into(),
            en: "look at the difference and what moved since the last count, and find the cause".into(),
        },
        roles: vec![Role::Storekeeper, Role::Manager],
        users: Vec::new(),
        since: caller.now,
        raised_at: caller.now,
        acknowledged: None,
        cleared_at: None,
        escalated_at: None,
        times: 1,
    }
}
