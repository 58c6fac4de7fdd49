//! How exceptions are kept.

use takt_domain::exception::{Exception, ExceptionSettings};
use takt_store::{Loaded, RecordWrite};

use crate::command::CommandError;
use crate::keep::{PLANT_PARENT, kind};

/// Lists show the newest first: the number is what is left of a time far away.
pub fn newest_first(at_ms: i64) -> String {
    format!("{:020}", 10_i64.pow(16).saturating_sub(at_ms))
}

/// An exception.
pub fn exception(exception: &Exception, expected: u64) -> RecordWrite {
    let order = exception.order.as_ref().map(ToString::to_string);
    RecordWrite {
        state: Some(exception.state().as_str().to_owned()),
        line: exception.line.as_ref().map(ToString::to_string),
        sort: Some(newest_first(exception.at.as_millisecond())),
        search: Some(format!(
            "{} {} {} {}",
            exception.id,
            exception.kind,
            order.as_deref().unwrap_or_default(),
            exception.note
        )),
        parent: order,
        ..RecordWrite::new(
            kind::EXCEPTION,
            exception.id.as_str(),
            Some(expected),
            serde_json::to_value(exception).unwrap_or_default(),
        )
    }
}

/// What a load asks for, to know the plant's settings.
pub fn settings_record() -> (String, String) {
    (kind::EXCEPTION_SETTINGS.into(), PLANT_PARENT.into())
}

/// The plant's settings with their version; the built-in ones where it has none.
pub fn settings(loaded: &Loaded) -> Result<(ExceptionSettings, u64), CommandError> {
    match loaded.record(kind::EXCEPTION_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((ExceptionSettings::default(), 0)),
    }
}
