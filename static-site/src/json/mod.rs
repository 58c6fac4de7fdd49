//! JSON as the API speaks it, read and written.
//!
//! A reader of its own, since every first visit loads it: what goes wrong is one value without a size, so nothing that
//! serde generates for a type drags words of explanation into the pages. An answer is readable or it is not.

mod read;
mod write;

use std::fmt;

use serde::Serialize;
use serde::de::{self, DeserializeOwned, Expected, Unexpected};
use serde::ser;

/// The text is not what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable;

/// Reads a value; nothing may follow it.
pub fn read<T: DeserializeOwned>(text: &str) -> Result<T, Unreadable> {
    let mut reader = read::Reader::new(text);
    let value = T::deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Writes a value.
pub fn write(value: &impl Serialize) -> Result<String, Unreadable> {
    let mut text = String::new();
    value.serialize(write::Writer(&mut text))?;
    Ok(text)
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unreadable")
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }

    fn invalid_type(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_value(_: Unexpected<'_>, _: &dyn Expected) -> Self {
        Self
    }

    fn invalid_length(_: usize, _: &dyn Expected) -> Self {
        Self
    }

    fn unknown_variant(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn unknown_field(_: &str, _: &'static [&'static str]) -> Self {
        Self
    }

    fn missing_field(_: &'static str) -> Self {
        Self
    }

    fn duplicate_field(_: &'static str) -> Self {
        Self
    }
}

impl ser::Error for Unreadable {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Deserialize;
    use serde_json::{Value, json};

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        Plain,
        With(u16),
        Named { at: Option<String> },
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        name: String,
        count: u64,
        less: i32,
        yes: bool,
        none: Option<u8>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        list: Vec<Kind>,
        pair: (u8, String),
        map: BTreeMap<String, Option<Kind>>,
        numbered: BTreeMap<u16, u8>,
    }

    fn sample() -> Sample {
        Sample {
            name: "工单 \"1\"\n\\ \u{1} 😀".into(),
            count: u64::MAX,
            less: -7,
            yes: true,
            none: None,
            list: vec![Kind::Plain, Kind::With(3), Kind::Named { at: Some("x".into()) }],
            pair: (1, "b".into()),
            map: BTreeMap::from([("a".into(), None), ("b".into(), Some(Kind::Plain))]),
            numbered: BTreeMap::from([(10, 1), (20, 2)]),
        }
    }

    #[test]
    fn what_is_written_is_what_others_read_and_the_other_way_round() {
        let sample = sample();
        let text = write(&sample).unwrap_or_default();
        assert_eq!(serde_json::from_str::<Value>(&text).ok(), serde_json::to_value(&sample).ok());
        assert_eq!(read::<Sample>(&text).as_ref(), Ok(&sample));
        let pretty = serde_json::to_string_pretty(&sample).unwrap_or_default();
        assert_eq!(read::<Sample>(&pretty).as_ref(), Ok(&sample));
    }

    #[test]
    fn any_value_can_be_held_and_any_can_be_passed_over() {
        let value = json!({"a": [1, -2, {"b": null}], "c": "\u{e9}", "d": true, "e": [], "f": {}});
        assert_eq!(read::<Value>(&value.to_string()), Ok(value.clone()));
        let text = format!(r#"{{"more": {value}, "f": 1.5e3, "at": 4}}"#);
        #[derive(Debug, PartialEq, Deserialize)]
        struct At {
            at: u8,
        }
        assert_eq!(read::<At>(&text), Ok(At { at: 4 }));
        assert_eq!(read::<String>(r#""\u00e9\ud83d\ude00\/""#), Ok("é😀/".into()));
    }

    #[test]
    fn what_is_no_json_of_that_form_is_unreadable() {
        let bad =
            ["", "{", "[1,", "[1 2]", "\"a", "nul", "{\"a\":1}", "1 2", "[1,]", "\"\\x\"", "\"\\ud800\"", "-", "300"];
        for text in bad {
            assert_eq!(read::<Vec<u8>>(text), Err(Unreadable), "{text}");
        }
        assert_eq!(read::<u8>("300"), Err(Unreadable));
        assert_eq!(read::<u8>("\"3\""), Err(Unreadable));
        assert_eq!(read::<u8>("1.5"), Err(Unreadable));
        assert_eq!(read::<Kind>("\"other\""), Err(Unreadable));
        assert_eq!(read::<Kind>("{\"with\":1,\"plain\":2}"), Err(Unreadable));
        assert_eq!(read::<String>("1"), Err(Unreadable));
    }
}
