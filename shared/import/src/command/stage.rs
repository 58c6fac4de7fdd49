//! Stages a piece of a file.

use takt_api::import::{PutPart, StagedPart};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::kind;
use takt_records::load::answered_before;
use takt_store::{Expect, Load, RecordWrite, Store};

use super::{IMPORT, PARTS_MAX, Part, open_head};

/// The longest name of a file, in characters.
const FILE_MAX: usize = 100;

/// Keeps the piece; the same number again replaces it. The event is the import's own, when it is published.
pub async fn stage<S: Store>(
    store: &S,
    caller: &Caller,
    import: &str,
    number: u32,
    part: &PutPart,
) -> Result<Answer, CommandError> {
    if !(1..=PARTS_MAX).contains(&number) {
        return Err(CommandError::field("part", format!("expected a number from 1 to {PARTS_MAX}")));
    }
    let name = part.file.as_str();
    let plain = !name.contains(['/', '\\', ':']) && !name.chars().any(char::is_control) && name.trim() == name;
    if !plain || name.is_empty() || name.starts_with('.') || name.chars().count() > FILE_MAX {
        return Err(CommandError::field("file", "expected the plain name of a file, such as items.csv"));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(IMPORT.into(), import.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (_, version) = open_head(&loaded, import, caller)?;
        let staged = StagedPart { part: number, file: name.to_owned() };
        let body = serde_json::to_value(&staged).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        commit.expect.push(Expect { kind: IMPORT.into(), id: import.to_owned(), version });
        commit.records.push(write(import, number, &Part { file: part.file.clone(), text: part.text.clone() }));
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// The record of a piece. Pieces load in the order of their ids, which is that of their numbers.
fn write(import: &str, number: u32, part: &Part) -> RecordWrite {
    let body = serde_json::to_value(part).unwrap_or_default();
    RecordWrite {
        parent: Some(import.to_owned()),
        ..RecordWrite::new(kind::IMPORT_PART, format!("{import}/{number:06}"), None, body)
    }
}
