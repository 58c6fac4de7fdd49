//! What the plant has set about its archive.

use takt_domain::archive::ArchiveSettings;
use takt_store::{Load, Loaded, Store};

use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::keep::{self, PLANT_PARENT, kind};
use crate::load::answered_before;

/// What the plant has set, or what holds where nobody has.
pub async fn settings<S: Store>(store: &S, caller: &Caller) -> Result<ArchiveSettings, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![lookup()];
    Ok(stored(&store.load(&load).await?)?.0)
}

pub(super) fn lookup() -> (String, String) {
    (kind::ARCHIVE_SETTINGS.into(), PLANT_PARENT.into())
}

/// The settings and the version of their record.
pub(super) fn stored(loaded: &Loaded) -> Result<(ArchiveSettings, u64), CommandError> {
    match loaded.record(kind::ARCHIVE_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((ArchiveSettings::default(), 0)),
    }
}

/// Sets them.
pub async fn put_settings<S: Store>(
    store: &S,
    caller: &Caller,
    given: &ArchiveSettings,
) -> Result<Answer, CommandError> {
    let faults = given.faults();
    if !faults.is_empty() {
        return Err(CommandError::fields(faults.into_iter().map(|(field, fault)| (field.to_owned(), fault))));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![lookup()];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (_, version) = stored(&loaded)?;
        let body = serde_json::to_value(given).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::few(kind::ARCHIVE_SETTINGS, PLANT_PARENT, given, Some(version)));
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
