//! `equipment.csv`

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
    Some(EquipmentRow { id: id?, name: name?, line: line?, status: status? })
}
