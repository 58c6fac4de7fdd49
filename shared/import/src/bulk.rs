//! Items and bills of material that come over the API: written down as the rows of a file, so that they are read, checked and
//! told about exactly as an import is.

use std::fmt::Display;

use serde_json::json;
use takt_api::bulk::{BulkBom, BulkItem};
use takt_domain::lot::Tracking;
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError};
use takt_store::Store;

use crate::command::put_rows;
use crate::tables::File;

/// Makes an item, or changes it.
pub async fn put_item<S: Store>(store: &S, caller: &Caller, given: &BulkItem) -> Result<Answer, CommandError> {
    let units: Vec<String> = given.units.iter().map(|unit| format!("{}={}", unit.unit, unit.factor)).collect();
    let mut cells = vec![
        ("id".to_owned(), given.id.to_string()),
        ("name".to_owned(), given.name.clone()),
        ("unit".to_owned(), given.unit.clone()),
        ("scale".to_owned(), given.scale.to_string()),
        ("kind".to_owned(), given.kind.clone()),
        ("barcode".to_owned(), given.barcode.clone()),
        ("tracking".to_owned(), given.tracking.map_or("", Tracking::as_str).to_owned()),
        ("shelf_life_days".to_owned(), or_empty(given.shelf_life_days)),
        ("units".to_owned(), units.join(";")),
        ("minimum".to_owned(), or_empty(given.minimum)),
    ];
    cells.extend(given.custom.iter().map(|(name, value)| (format!("custom.{name}"), value.clone())));
    let header: Vec<String> = cells.iter().map(|(name, _)| name.clone()).collect();
    let row = cells.into_iter().map(|(_, value)| value).collect();
    put(store, caller, "items", given.id.as_str(), &header, &[row]).await
}

/// Gives an item its bill of material, in the place of the one before.
pub async fn put_bom<S: Store>(store: &S, caller: &Caller, given: &BulkBom) -> Result<Answer, CommandError> {
    if given.lines.is_empty() {
        return Err(CommandError::field("lines", "expected at least one line"));
    }
    let header = ["parent", "component", "quantity", "operation", "optional", "phantom", "note"].map(str::to_owned);
    let row = |line: &takt_api::bulk::BulkBomLine| {
        vec![
            given.id.to_string(),
            line.component.to_string(),
            or_empty(line.quantity),
            or_empty(line.operation),
            line.optional.to_string(),
            line.phantom.to_string(),
            line.note.clone(),
        ]
    };
    let rows: Vec<_> = given.lines.iter().map(row).collect();
    put(store, caller, "boms", given.id.as_str(), &header, &rows).await
}

fn or_empty(value: Option<impl Display>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

async fn put<S: Store>(
    store: &S,
    caller: &Caller,
    table: &str,
    id: &str,
    header: &[String],
    rows: &[Vec<String>],
) -> Result<Answer, CommandError> {
    let line = |cells: &[String]| {
        let quoted: Vec<String> = cells.iter().map(|cell| format!("\"{}\"", cell.replace('"', "\"\""))).collect();
        quoted.join(",")
    };
    let lines: Vec<String> = std::iter::once(line(header)).chain(rows.iter().map(|row| line(row))).collect();
    let file = File { name: format!("{table}.csv"), text: lines.join("\n") };
    put_rows(store, caller, &file, &json!({"id": id})).await.map_err(|error| named(error, header))
}

/// Where something is wrong: nobody has seen the file, so its column is named, and of several lines which one.
fn named(error: CommandError, header: &[String]) -> CommandError {
    let CommandError::Invalid(mut errors) = error else { return error };
    for error in &mut errors {
        let place: Vec<usize> = error.at.split(':').skip(1).filter_map(|part| part.parse().ok()).collect();
        let &[line, column] = place.as_slice() else { continue };
        let Some(name) = header.get(column.saturating_sub(1)) else { continue };
        error.at = if header.first().is_some_and(|first| first == "parent") && name != "parent" {
            format!("lines[{}].{name}", line.saturating_sub(2))
        } else {
            name.clone()
        };
    }
    CommandError::Invalid(errors)
}
