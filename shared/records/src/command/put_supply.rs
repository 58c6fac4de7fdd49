//! Puts what the plant has set about purchase, sales, kanban, extra issues and costs.

use serde_json::json;
use takt_api::supply::SupplySettingsDocument;
use takt_domain::decide::DomainEvent;
use takt_store::Store;

use super::{Answer, CommandError, exception};
use crate::caller::Caller;
use crate::keep::kind;

/// Puts the settings, where nobody else did since they were read.
pub async fn put_settings<S: Store>(
    store: &S,
    caller: &Caller,
    given: &SupplySettingsDocument,
) -> Result<Answer, CommandError> {
    let faults = given.settings.faults();
    if !faults.is_empty() {
        return Err(CommandError::fields(faults.into_iter().map(|(at, why)| (format!("settings.{at}"), why))));
    }
    let data = json!({"settings": given.settings, "by": caller.actor.user});
    let event = DomainEvent { kind: "supply.settings.v1".into(), data };
    let answer = json!(SupplySettingsDocument { version: given.version + 1, settings: given.settings.clone() });
    let change = (json!(given.settings), answer, event);
    exception::put_document(store, caller, kind::SUPPLY_SETTINGS, given.version, change).await
}
