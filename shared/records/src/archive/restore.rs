//! How an order comes back: its rows are handed in piece by piece, and put where they were by one commit.

use jiff::{SignedDuration, Timestamp};
use takt_api::archive::{ArchivedOrder, KeptPart, OrderHolding, RestoreOrder, RestorePart, RestoredOrder};
use takt_domain::refusal::{Refusal, Unmet};
use takt_store::{Back, Expect, Load, Loaded, RecordWrite, Store};

use super::form;
use crate::caller::Caller;
use crate::command::{Answer, CommandError, Plan, run};
use crate::keep::kind;
use crate::load::answered_before;

/// Pieces of one order.
pub const PARTS_MAX: u32 = 1000;
/// How long an order stays that was brought back.
const STAYS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// A piece of what an order held.
#[derive(serde::Serialize, serde::Deserialize)]
struct Part {
    number: u32,
    text: String,
}

/// Keeps a piece; the same number again replaces it.
pub async fn part<S: Store>(
    store: &S,
    caller: &Caller,
    order: &str,
    number: u32,
    given: &RestorePart,
) -> Result<Answer, CommandError> {
    if !(1..=PARTS_MAX).contains(&number) {
        return Err(CommandError::field("number", format!("expected a number from 1 to {PARTS_MAX}")));
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = vec![(kind::ARCHIVED_ORDER.into(), order.to_owned())];
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let gone = loaded.record(kind::ARCHIVED_ORDER, order);
        let gone = gone.ok_or_else(|| CommandError::NotFound(order.to_owned()))?;
        let id = order.parse().map_err(|_| CommandError::NotFound(order.to_owned()))?;
        let body = serde_json::to_value(KeptPart { order: id, part: number }).unwrap_or_default();
        let mut commit = caller.commit(200, &body);
        commit.expect.push(Expect { kind: gone.kind.clone(), id: gone.id.clone(), version: gone.version });
        let part = serde_json::to_value(Part { number, text: given.text.clone() }).unwrap_or_default();
        commit.records.push(RecordWrite {
            parent: Some(order.to_owned()),
            ..RecordWrite::new(kind::ARCHIVE_PART, format!("{order}/{number:06}"), None, part)
        });
        Ok(Plan { commit, status: 200, body })
    })
    .await
}

/// Puts an order back to where it was.
pub async fn restore<S: Store>(
    store: &S,
    caller: &Caller,
    order: &str,
    given: &RestoreOrder,
) -> Result<Answer, CommandError> {
    run(store, caller, async || plan(store, caller, order, given).await).await
}

async fn plan<S: Store>(store: &S, caller: &Caller, order: &str, given: &RestoreOrder) -> Result<Plan, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    load.records = vec![(kind::ARCHIVED_ORDER.into(), order.to_owned())];
    load.children = vec![(kind::ARCHIVE_PART.into(), order.to_owned())];
    let mut loaded = store.load(&load).await?;
    answered_before(&mut loaded, caller)?;
    let gone = loaded.record(kind::ARCHIVED_ORDER, order);
    let gone = gone.ok_or_else(|| CommandError::NotFound(order.to_owned()))?;
    let index: ArchivedOrder = gone.parse()?;
    let text = joined(&loaded, order, given.parts)?;
    let expect = |record: &takt_store::Record| Expect {
        kind: record.kind.clone(),
        id: record.id.clone(),
        version: record.version,
    };
    let instead = [gone].into_iter().chain(loaded.children(kind::ARCHIVE_PART, order)).map(expect).collect();
    // Each form of it is let go once the next is made: what could go within the memory of a component comes back within it.
    drop(loaded);
    let unread = |error: String| CommandError::field("parts", error);
    let held: OrderHolding = serde_json::from_str(&text).map_err(|error| unread(error.to_string()))?;
    drop(text);
    if form::digest(&held.tables) != index.sha256 {
        return Err(not_the_same(order, &index, caller).into());
    }
    let holding = form::holding(order, held.tables).map_err(unread)?;
    let answer = RestoredOrder { order: index.order, postings: index.postings, reports: index.reports };
    let body = serde_json::to_value(answer).unwrap_or_default();
    let mut commit = caller.commit(200, &body);
    let until: Timestamp = caller.now + STAYS;
    commit.records.push(RecordWrite::new(
        kind::ARCHIVE_STAY,
        order,
        None,
        serde_json::to_value(until).unwrap_or_default(),
    ));
    commit.back = Some(Back { order: order.to_owned(), instead, holding });
    Ok(Plan { commit, status: 200, body })
}

/// What so many pieces say together.
fn joined(loaded: &Loaded, order: &str, parts: u32) -> Result<String, CommandError> {
    let mut text = String::new();
    let mut next = 1;
    for piece in loaded.children(kind::ARCHIVE_PART, order) {
        let Part { number, text: piece } = piece.parse()?;
        // What is left of an earlier try with more pieces is not needed.
        if number == next && number <= parts {
            text.push_str(&piece);
            next += 1;
        }
    }
    if next != parts + 1 {
        return Err(CommandError::field("parts", format!("piece {next} is missing")));
    }
    Ok(text)
}

fn not_the_same(order: &str, index: &ArchivedOrder, caller: &Caller) -> Refusal {
    let detail = match caller.lang {
        takt_domain::text::Lang::Zh => format!("工单 {order} 的内容与归档时的校验和不一致"),
        takt_domain::text::Lang::En => {
            format!("what was handed in of order {order} does not have the hash that it had when it went")
        }
    };
    let remedy = match caller.lang {
        takt_domain::text::Lang::Zh => format!("批次 {} 的文件可能损坏：请从备份中取回", index.batch),
        takt_domain::text::Lang::En => {
            format!("a file of batch {} may be damaged: take it from a backup", index.batch)
        }
    };
    Refusal::one(Unmet::new("archive.damaged", detail, remedy, &[]))
}
