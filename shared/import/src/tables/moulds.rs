//! `moulds.csv`

use super::{MouldRow, NAME_MAX};
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<MouldRow> {
    let id = row.id("id");
    let name = row.name("name", NAME_MAX);
    let usable = row.flag("usable");
    let shots = row.number("shots", 0..=u32::MAX);
    let shots_max = row.number("shots_max", 1..=u32::MAX);
    let cavities = row.number("cavities", 1..=u16::MAX);
    Some(MouldRow { id: id?, name: name?, usable: usable?, shots: shots?, shots_max: shots_max?, cavities: cavities? })
}
