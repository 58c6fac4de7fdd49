//! Keeps a photo.

use serde_json::json;
use takt_api::quality::{PHOTO_MAX, PhotoAnswer};
use takt_domain::decide::DomainEvent;
use takt_domain::id::PhotoId;
use takt_store::{Load, Photo, Store};

use super::{Answer, CommandError, Plan, run};
use crate::caller::Caller;
use crate::keep;
use crate::load::answered_before;

/// What a file begins with, by its media type.
fn media_type(bytes: &[u8]) -> Option<&'static str> {
    let is_webp = bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP");
    match bytes {
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        _ if is_webp => Some("image/webp"),
        _ => None,
    }
}

/// Refuses photos that the plant does not have, each with the field that names it.
pub(crate) async fn must_be_there<S: Store>(
    store: &S,
    caller: &Caller,
    named: &[(String, &PhotoId)],
) -> Result<(), CommandError> {
    if named.is_empty() {
        return Ok(());
    }
    let mut ids: Vec<String> = named.iter().map(|(_, id)| id.to_string()).collect();
    ids.sort();
    ids.dedup();
    let there = store.photos_there(caller.plant, &ids).await?;
    let missing = named.iter().filter(|(_, id)| !there.iter().any(|known| known == id.as_str()));
    let faults: Vec<_> = missing.map(|(at, id)| (at.clone(), format!("there is no photo {id}"))).collect();
    if faults.is_empty() { Ok(()) } else { Err(CommandError::fields(faults)) }
}

/// Keeps a file, given as it is and in base64. The photo is there before its key is: whoever sends the same request again
/// finds it, and what nobody names does no harm.
pub async fn add<S: Store>(store: &S, caller: &Caller, bytes: &[u8], data: &str) -> Result<Answer, CommandError> {
    if bytes.len() > PHOTO_MAX {
        return Err(CommandError::field("data", format!("expected at most {PHOTO_MAX} bytes")));
    }
    let media_type =
        media_type(bytes).ok_or_else(|| CommandError::field("data", "expected a JPEG, PNG or WebP file"))?;
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        answered_before(&mut store.load(&load).await?, caller)?;
        let id: PhotoId = caller.derived_id().parse().map_err(|_| CommandError::Damaged("a derived id".into()))?;
        let photo = Photo {
            plant: caller.plant,
            id: id.to_string(),
            media_type: media_type.to_owned(),
            data: data.to_owned(),
            user: caller.actor.user.to_string(),
            at_ms: caller.now_ms(),
        };
        store.put_photo(&photo).await?;
        let body = json!(PhotoAnswer { id: id.clone() });
        let mut commit = caller.commit(201, &body);
        let told = json!({"photo": id, "media_type": media_type, "bytes": bytes.len(), "by": caller.actor.user});
        let event = DomainEvent { kind: "photo.added.v1".into(), data: told };
        commit.events = keep::events(vec![event], &caller.derived_id(), id.as_str(), caller);
        Ok(Plan { commit, status: 201, body })
    })
    .await
}
