//! Counts: begun, counted, finished, reviewed, booked.

mod cancel;
mod enter;
mod finish;
mod post;
mod review;
mod settings;
mod start;

use serde_json::{Value, json};
use takt_api::counts::CountAnswer;
use takt_domain::count::{Count, Freeze};
use takt_domain::decide::DomainEvent;
use takt_domain::id::CountId;
use takt_domain::master::Location;
use takt_store::{Commit, Load, Loaded, Store};

use super::CommandError;
use crate::caller::Caller;
use crate::keep::{self, kind};
use crate::{count, load};

pub use cancel::cancel;
pub use enter::enter;
pub use finish::finish;
pub use post::{post, post_lines, resume};
pub use review::review;
pub use settings::put_settings;
pub use start::start;

/// A count and the version of its record, with what was loaded beside it.
pub(super) struct Found {
    pub(super) count: Count,
    pub(super) version: u64,
    pub(super) loaded: Loaded,
}

/// Loads a count and whatever else is asked for; a key that was used answers for itself.
pub(super) async fn found<S: Store>(
    store: &S,
    caller: &Caller,
    id: &CountId,
    also: Load,
) -> Result<Found, CommandError> {
    let mut load = also;
    load.key = caller.key_lookup();
    load.records.push((kind::COUNT.into(), id.to_string()));
    let mut loaded = store.load(&load).await?;
    load::answered_before(&mut loaded, caller)?;
    let (count, version) = of(&loaded, id)?;
    Ok(Found { count, version, loaded })
}

/// A count among what was loaded.
pub fn of(loaded: &Loaded, id: &CountId) -> Result<(Count, u64), CommandError> {
    let record = loaded.record(kind::COUNT, id.as_str());
    let record = record.ok_or_else(|| CommandError::NotFound(id.to_string()))?;
    Ok((record.parse()?, record.version))
}

/// The answer to what changes a count.
pub(super) fn answer(count: &Count) -> Value {
    json!(CountAnswer { id: count.id.clone(), state: count.state.as_str().to_owned() })
}

/// What the journal tells of one.
pub(super) fn told(event: &str, count: &Count) -> DomainEvent {
    let data = json!({
        "count": count.id, "state": count.state, "mode": count.mode, "scope": count.scope, "note": count.note,
        "by": count.by, "finished": count.finished, "approved": count.approved, "cancelled": count.cancelled,
        "summary": count.summary,
    });
    DomainEvent { kind: event.to_owned(), data }
}

/// Lets go of the locations that a count has kept still.
pub(super) fn thaw(found: &Found, commit: &mut Commit) -> Result<(), CommandError> {
    if !found.count.freezes() {
        return Ok(());
    }
    for record in found.loaded.children(kind::FREEZE, keep::PLANT_PARENT) {
        let known: Freeze = record.parse()?;
        if known.count.as_ref() == Some(&found.count.id) {
            commit.records.push(count::freeze(&Freeze { count: None, ..known }, record.version));
        }
    }
    Ok(())
}

/// Keeps locations still. Each location's record is written again as it is, so that a movement that has read it before
/// is not booked after this.
pub(super) fn freeze(id: &CountId, locations: &[(&Location, u64)], loaded: &Loaded, commit: &mut Commit) {
    for (location, version) in locations {
        let known = loaded.record(kind::FREEZE, location.id.as_str()).map_or(0, |record| record.version);
        let freeze = Freeze { location: location.id.clone(), count: Some(id.clone()) };
        commit.records.push(count::freeze(&freeze, known));
        commit.records.push(keep::location(location, Some(*version)));
    }
}
