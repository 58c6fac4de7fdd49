//! `locations.csv`: places that one can walk to. The virtual ones, such as `@supplier`, are there by themselves.

use takt_domain::id::LocationId;
use takt_domain::master::{Location, LocationKind};

use super::NAME_MAX;
use crate::row::Reader;

pub(super) fn read(mut row: Reader<'_>) -> Option<Location> {
    let id = row.id::<LocationId>("id");
    let name = row.name("name", NAME_MAX);
    let kind = match row.row.value("kind") {
        "store" => Some(LocationKind::Store),
        "line" => Some(LocationKind::Line),
        "quarantine" => Some(LocationKind::Quarantine),
        "finished" => Some(LocationKind::Finished),
        "receiving" => Some(LocationKind::Receiving),
        _ => row.expected("kind", "store, line, quarantine, finished or receiving"),
    };
    let line = row.id_or_none("line");
    let id = id?;
    if id.is_virtual() {
        return row.wrong("id", "virtual locations are there by themselves");
    }
    Some(Location { id, name: name?, kind: kind?, line: line? })
}
