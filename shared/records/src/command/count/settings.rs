//! Sets what the plant has chosen about counts.

use serde_json::json;
use takt_api::counts::CountSettingsDocument;
use takt_domain::decide::DomainEvent;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Load, Store};

use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::keep::{self, PLANT_PARENT, kind};
use crate::{count, load};

/// Decides and books them.
pub async fn put_settings<S: Store>(
    store: &S,
    caller: &Caller,
    given: &CountSettingsDocument,
) -> Result<Answer, CommandError> {
    let faults = given.settings.faults();
    if !faults.is_empty() {
        return Err(CommandError::fields(faults.into_iter().map(|(at, what)| (format!("settings.{at}"), what))));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![count::settings_record()];
        let mut loaded = store.load(&load).await?;
        load::answered_before(&mut loaded, caller)?;
        let (before, version) = count::settings(&loaded)?;
        if version != given.version {
            return Err(Refusal::one(stale(caller.lang)).into());
        }
        let after = CountSettingsDocument { version: version + 1, settings: given.settings.clone() };
        let body = json!(after);
        let mut commit = caller.commit(200, &body);
        commit.records.push(keep::few(kind::COUNT_SETTINGS, PLANT_PARENT, &after.settings, Some(version)));
        let data = json!({"before": before, "after": after.settings, "by": caller.actor.user});
        let told = DomainEvent { kind: "count.settings_changed.v1".into(), data };
        commit.events = keep::events(vec![told], &caller.derived_id(), kind::COUNT_SETTINGS, caller);
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

fn stale(lang: Lang) -> Unmet {
    let detail = lang.pick("设置已被他人修改", "somebody else has changed the settings");
    Unmet::new("version.stale", detail, lang.pick("重新打开后再修改", "open them again, then change them"), &[])
}
