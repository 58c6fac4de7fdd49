//! `crew.csv`

use super::{CrewRow, NAME_MAX};
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<CrewRow> {
    let user = row.id("user");
    let name = row.name("name", NAME_MAX);
    let line = row.id_or_none("line");
    let present = row.flag("present");
    let badge = row.text("badge", 64);
    let qualifications = row.text("qualifications", 1_000);
    let listed =
        |text: String| text.split(';').map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect();
    Some(CrewRow {
        user: user?,
        name: name?,
        line: line?,
        present: present?,
        badge: Some(badge?).filter(|badge| !badge.is_empty()),
        qualifications: Some(qualifications?).filter(|text| !text.is_empty()).map(listed),
    })
}
