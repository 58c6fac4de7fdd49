//! `equipment.csv`

use jiff::civil::Date;
use takt_domain::master::EquipmentStatus;

use super::{EquipmentRow, NAME_MAX};
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<EquipmentRow> {
    let id = row.id("id");
    let name = row.name("name", NAME_MAX);
    let line = row.id_or_none("line");
    let status = match row.row.value("status") {
        "" => Some(None),
        "available" => Some(Some(EquipmentStatus::Available)),
        "down" => Some(Some(EquipmentStatus::Down)),
        "maintenance" => Some(Some(EquipmentStatus::Maintenance)),
        _ => row.expected("status", "available, down or maintenance"),
    };
    let exclusive = row.flag("exclusive");
    let calibrated_until = match row.row.value("calibrated_until") {
        "" => Some(None),
        text => match text.parse::<Date>() {
            Ok(day) => Some(Some(day)),
            Err(_) => row.expected("calibrated_until", "a day such as 2027-03-31"),
        },
    };
    Some(EquipmentRow {
        id: id?,
        name: name?,
        line: line?,
        status: status?,
        exclusive: exclusive?,
        calibrated_until: calibrated_until?,
    })
}
