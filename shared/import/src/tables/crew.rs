//! `crew.csv`

use super::{CrewRow, NAME_MAX};
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<CrewRow> {
    let user = row.id("user");
    let name = row.name("name", NAME_MAX);
    let line = row.id_or_none("line");
    let present = row.flag("present");
    Some(CrewRow { user: user?, name: name?, line: line?, present: present? })
}
