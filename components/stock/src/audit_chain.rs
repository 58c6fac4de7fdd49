//! `GET /api/v1/audit/chain?after=`: a piece of the chain of seals, computed anew; `GET /api/v1/audit/heads?days=`: its heads.

use jiff::Timestamp;
use takt_api::audit::{ChainAudit, ChainFault, ChainHead, ChainHeads};
use takt_records::seal::verify;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, json};

pub(crate) async fn audit_chain<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["after"])?;
    let after = call.param("after").map(|cursor| cursor.parse().map_err(|_| Failure::field("after", "not a cursor")));
    let after: u64 = after.transpose()?.unwrap_or(0);
    let slice = verify(store, call.caller()?.plant, after).await?;
    let broken = slice.broken.map(|broken| ChainFault {
        seal: broken.seal,
        detail: broken.detail().get(call.lang).to_owned(),
        day: broken.day,
        posting: broken.posting,
        movement: broken.movement,
    });
    json(
        200,
        &ChainAudit {
            ok: broken.is_none(),
            seals: slice.seals,
            postings: slice.postings,
            archived: slice.archived,
            broken,
            next: slice.next.map(|number| number.to_string()),
        },
    )
}

pub(crate) async fn heads<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&["days"])?;
    let days = call.param("days").map(|days| match days.parse() {
        Ok(days @ 1..=400) => Ok(days),
        _ => Err(Failure::field("days", "expected a number from 1 to 400")),
    });
    let days = days.transpose()?.unwrap_or(7);
    let plant = call.caller()?.plant;
    let heads = store.seal_heads(plant, days).await?;
    let after = heads.first().map(|head| head.to_place.clone()).unwrap_or_default();
    let unsealed = store.unsealed(plant, &after).await?;
    let at = |ms| Timestamp::from_millisecond(ms).unwrap_or_default();
    let heads = heads.into_iter().map(|seal| ChainHead {
        day: seal.day,
        seal: seal.number,
        hash: seal.hash,
        sealed_at: at(seal.sealed_ms),
    });
    json(
        200,
        &ChainHeads { heads: heads.collect(), unsealed: unsealed.count, unsealed_since: unsealed.oldest_ms.map(at) },
    )
}
