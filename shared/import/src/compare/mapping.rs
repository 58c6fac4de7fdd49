//! Mappings that are kept under a name, for lists that come again and again.

use serde_json::json;
use takt_api::comparison::{ListMapping, NamedMapping};
use takt_domain::decide::DomainEvent;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run, text_at};
use takt_records::keep::{self, PLANT_PARENT, kind};
use takt_records::load::answered_before;
use takt_store::{Load, RecordWrite, Store};

use crate::list::COLUMNS;

/// The longest name of a column, in characters.
const COLUMN_MAX: usize = 100;

/// Every mapping by name.
pub async fn mappings<S: Store>(store: &S, caller: &Caller) -> Result<Vec<NamedMapping>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.children = vec![(kind::COMPARISON_MAPPING.into(), PLANT_PARENT.into())];
    let loaded = store.load(&load).await?;
    let read = |record: &takt_store::Record| Ok(NamedMapping { name: record.id.clone(), mapping: record.parse()? });
    loaded.records.iter().map(read).collect()
}

/// Keeps a mapping under a name, which is part of the code of its alert.
pub async fn put_mapping<S: Store>(
    store: &S,
    caller: &Caller,
    name: &str,
    given: &ListMapping,
) -> Result<Answer, CommandError> {
    check(given, "")?;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() || name.len() > 40 || !name.chars().all(plain) {
        return Err(CommandError::field(
            "name",
            "expected at most 40 small letters, digits and hyphens, such as erp-nightly",
        ));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let body = json!(NamedMapping { name: name.to_owned(), mapping: given.clone() });
        let mut commit = caller.commit(200, &body);
        commit.records.push(RecordWrite {
            parent: Some(PLANT_PARENT.into()),
            ..RecordWrite::new(kind::COMPARISON_MAPPING, name, None, json!(given))
        });
        let told = DomainEvent {
            kind: "comparison.mapping_changed.v1".into(),
            data: json!({"name": name, "by": caller.actor.user}),
        };
        commit.events = keep::events(vec![told], &caller.derived_id(), name, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// What can be said of a mapping by itself. `at` is where it stands in the request.
pub(super) fn check(given: &ListMapping, at: &str) -> Result<(), CommandError> {
    for (ours, theirs) in &given.columns {
        if !COLUMNS.contains(&ours.as_str()) {
            return Err(CommandError::field(
                &format!("{at}columns"),
                format!("there is no column {ours}; expected {}", COLUMNS.join(", ")),
            ));
        }
        text_at(&format!("{at}columns.{ours}"), theirs, COLUMN_MAX)?;
    }
    if given.alert_over_percent.is_some_and(|percent| percent > 100) {
        return Err(CommandError::field(&format!("{at}alert_over_percent"), "expected a percentage from 0 to 100"));
    }
    Ok(())
}
