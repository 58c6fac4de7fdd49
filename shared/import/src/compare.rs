//! Comparisons: another system's list of stock is staged, held against the balances, and each difference gets its cause.

mod difference;
mod mapping;
mod open;
mod run;
mod stage;

use serde::{Deserialize, Serialize};
use takt_api::comparison::{Comparison, ComparisonState};
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_records::keep::kind;
use takt_store::{Loaded, RecordWrite};

pub use difference::{Compared, compare};
pub use mapping::{mappings, put_mapping};
pub use open::open;
pub use run::run;
pub use stage::stage;

/// The most pieces of a list.
pub const PARTS_MAX: u32 = 200;

/// A piece of a list; empty after it was compared.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Part {
    text: String,
}

/// The record of a comparison, the newest last.
fn record(comparison: &Comparison, expected: u64) -> RecordWrite {
    let state = match comparison.state {
        ComparisonState::Open => "open",
        ComparisonState::Done => "done",
    };
    RecordWrite {
        state: Some(state.into()),
        // Lists are in the order of this text: the later, the smaller.
        sort: Some(format!("{:020}", i64::MAX - comparison.at.as_millisecond())),
        search: Some(comparison.source.clone()),
        ..RecordWrite::new(
            kind::COMPARISON,
            &comparison.id,
            Some(expected),
            serde_json::to_value(comparison).unwrap_or_default(),
        )
    }
}

/// The comparison, as long as it is open, with the version of its record.
fn opened(loaded: &Loaded, id: &str, caller: &Caller) -> Result<(Comparison, u64), CommandError> {
    let record = loaded.record(kind::COMPARISON, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
    let comparison: Comparison = record.parse()?;
    if comparison.state == ComparisonState::Done {
        let detail = caller.lang.pick("此次对账已经完成", "this list has been compared already");
        let remedy = caller.lang.pick("请开始新的对账", "open another comparison");
        return Err(Refusal::one(Unmet::new("comparison.done", detail, remedy, &[])).into());
    }
    Ok((comparison, record.version))
}
