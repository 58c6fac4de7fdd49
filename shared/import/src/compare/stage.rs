//! Stages a piece of a list.

use serde_json::json;
use takt_api::comparison::{ListPart, PutListPart};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run};
use takt_records::keep::kind;
use takt_records::load::answered_before;
use takt_store::{Expect, Load, RecordWrite, Store};

use super::{PARTS_MAX, Part, opened};

/// Keeps the piece; the same number again replaces it.
pub async fn stage<S: Store>(
    store: &S,
    caller: &Caller,
    id: &str,
    number: u32,
    given: &PutListPart,
) -> Result<Answer, CommandError> {
    if !(1..=PARTS_MAX).contains(&number) {
        return Err(CommandError::field("part", format!("expected a number from 1 to {PARTS_MAX}")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::COMPARISON.into(), id.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let (_, version) = opened(&loaded, id, caller)?;
        let body = json!(ListPart { part: number });
        let mut commit = caller.commit(200, &body);
        commit.expect.push(Expect { kind: kind::COMPARISON.into(), id: id.to_owned(), version });
        commit.records.push(RecordWrite {
            parent: Some(id.to_owned()),
            ..RecordWrite::new(
                kind::COMPARISON_PART,
                format!("{id}/{number:06}"),
                None,
                json!(Part { text: given.text.clone() }),
            )
        });
        Ok(Plan { commit, status: 200, body })
    })
    .await
}
