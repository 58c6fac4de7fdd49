//! Locations that a count keeps still.

use serde::{Deserialize, Serialize};

use crate::id::{CountId, LocationId};
use crate::ledger::Posting;
use crate::permission::Permission;
use crate::refusal::Unmet;
use crate::text::Lang;

/// Whether a location is frozen, and by which count.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Freeze {
    /// Where.
    pub location: LocationId,
    /// By which count; by none where it is free again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<CountId>,
}

/// What is not met for postings that somebody enters: each location that a count keeps still. What only changes for whom
/// stock is held moves nothing.
pub fn frozen_unmet(postings: &[Posting], frozen: &[Freeze], lang: Lang) -> Vec<Unmet> {
    let moving = postings.iter().filter(|posting| !posting.kind.is_reservation());
    let mut places: Vec<&LocationId> =
        moving.flat_map(|posting| [&posting.from.location, &posting.to.location]).collect();
    places.sort();
    places.dedup();
    let held = places.into_iter().filter_map(|place| {
        let freeze = frozen.iter().find(|freeze| freeze.location == *place)?;
        Some((place, freeze.count.as_ref()?))
    });
    held.map(|(place, count)| by_count(place, count, lang)).collect()
}

/// A location that a count keeps still.
pub(crate) fn by_count(location: &LocationId, count: &CountId, lang: Lang) -> Unmet {
    let detail = match lang {
        Lang::Zh => format!("库位 {location} 正在盘点({count}),已冻结"),
        Lang::En => format!("{location} is frozen while it is counted ({count})"),
    };
    let remedy = match lang {
        Lang::Zh => format!("等盘点单 {count} 完成或取消,或换一个库位"),
        Lang::En => format!("wait until the count {count} is finished or cancelled, or take another location"),
    };
    Unmet::new("location.frozen", detail, remedy, Permission::CountDo.holders())
}
