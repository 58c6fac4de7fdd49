//! `lines.csv`

use takt_domain::master::Line;

use super::NAME_MAX;
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<Line> {
    let (id, name) = (row.id("id"), row.name("name", NAME_MAX));
    Some(Line { id: id?, name: name? })
}
