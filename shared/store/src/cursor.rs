//! Cursors: base64url of a JSON array that starts with the name of the list, so that one list's cursor is not another's.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::StoreError;

/// A cursor for the place after this row.
pub(crate) fn encode<T: Serialize>(list: &str, place: &T) -> Result<String, StoreError> {
    let json = serde_json::to_vec(&(list, place)).map_err(|e| StoreError::Malformed(e.to_string()))?;
    Ok(URL_SAFE_NO_PAD.encode(json))
}

/// The place that the cursor means.
pub(crate) fn decode<T: DeserializeOwned>(list: &str, cursor: &str) -> Result<T, StoreError> {
    let json = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| StoreError::BadCursor)?;
    let (name, place): (String, T) = serde_json::from_slice(&json).map_err(|_| StoreError::BadCursor)?;
    if name == list { Ok(place) } else { Err(StoreError::BadCursor) }
}
