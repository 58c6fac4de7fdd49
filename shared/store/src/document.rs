//! Values on their way into a statement.

use serde::Serialize;

use crate::driver::Value;
use crate::error::StoreError;

pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Value, StoreError> {
    serde_json::to_string(value).map(Value::Text).map_err(|e| StoreError::Malformed(e.to_string()))
}

/// The value as JSON, if the database can hold it: SQLite cuts text at a NUL in some places, Postgres refuses it.
pub(crate) fn document<T: Serialize + ?Sized>(value: &T) -> Result<Value, StoreError> {
    let doc = json(value)?;
    match &doc {
        Value::Text(text) if has_nul(text) => Err(StoreError::Malformed("text with a NUL character".to_owned())),
        _ => Ok(doc),
    }
}

/// True when a string of this JSON has `\u0000`, and not just a backslash before `u0000`.
fn has_nul(json: &str) -> bool {
    json.match_indices("\\u0000").any(|(at, _)| {
        let backslashes_before = json[..at].bytes().rev().take_while(|byte| *byte == b'\\').count();
        backslashes_before % 2 == 0
    })
}

#[cfg(test)]
mod tests {
    use super::has_nul;

    #[test]
    fn a_nul_is_told_from_a_backslash_before_u0000() {
        assert!(has_nul(r#""a\u0000""#));
        assert!(has_nul(r#""\\\u0000""#));
        assert!(!has_nul(r#""C:\\u0000""#));
    }
}
