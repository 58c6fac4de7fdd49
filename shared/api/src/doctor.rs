//! What `takt doctor` asks a plant: how its servers are, and what to do about what is not well.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::text::Label;

/// How one thing is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Well.
    Ok,
    /// It works, and will not for ever.
    Warn,
    /// Something does not work.
    Bad,
    /// It cannot be seen from here; the remedy says where to look. Nothing is known to be wrong.
    NotSeen,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Check {
    /// What: `store`, `schema`, `rights`, `clock`, `locks`, `transactions`, `connections`, `log`, `queue`, `receipts`,
    /// `dead_letters`, `rollups`, `background`, `memory`, `disk`.
    pub part: String,
    /// How it is.
    pub condition: Condition,
    /// What was found.
    pub found: Label,
    /// What to do, where something is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remedy: Option<Label>,
}

/// `GET /api/v1/doctor`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Doctor {
    /// Nothing that was seen is unwell.
    pub ok: bool,
    /// The clock of the server that answers.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// Everything that was looked at.
    pub checks: Vec<Check>,
}

/// A header that the `takt` host gives this call of how it is itself; nobody outside can.
pub const HOST_STATE_HEADER: &str = "x-host-state";

/// How a host is, as [`HOST_STATE_HEADER`] says it: `name=number`, separated by blanks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HostState {
    /// Memory of its process.
    pub memory_bytes: Option<u64>,
    /// The same when it had warmed up.
    pub memory_before_bytes: Option<u64>,
    /// How long ago that was, in seconds.
    pub memory_since_s: Option<u64>,
    /// Free space of its data folder.
    pub disk_free_bytes: Option<u64>,
    /// All space there.
    pub disk_bytes: Option<u64>,
}

impl HostState {
    fn fields(&mut self) -> [(&'static str, &mut Option<u64>); 5] {
        [
            ("memory", &mut self.memory_bytes),
            ("memory_before", &mut self.memory_before_bytes),
            ("memory_since_s", &mut self.memory_since_s),
            ("disk_free", &mut self.disk_free_bytes),
            ("disk", &mut self.disk_bytes),
        ]
    }

    /// From the value of the header; what is not understood is left out.
    pub fn parse(text: &str) -> Self {
        let mut state = Self::default();
        for (name, number) in text.split(' ').filter_map(|field| field.split_once('=')) {
            for (known, value) in state.fields() {
                if known == name {
                    *value = number.parse().ok();
                }
            }
        }
        state
    }

    /// The value of the header.
    pub fn header(mut self) -> String {
        let known = self.fields().into_iter().filter_map(|(name, value)| Some(format!("{name}={}", (*value)?)));
        known.collect::<Vec<_>>().join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::HostState;

    #[test]
    fn what_a_host_says_is_read_back() {
        let said = HostState { memory_bytes: Some(7), disk_bytes: Some(u64::MAX), ..HostState::default() };
        assert_eq!(HostState::parse(&said.header()), said);
        assert_eq!(HostState::parse("memory=much colour=1 disk"), HostState::default());
    }
}
