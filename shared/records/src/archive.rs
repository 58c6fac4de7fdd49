//! The archive: what orders hold that were closed long ago goes to files elsewhere, and what stays is enough to find it again.
//!
//! # The way out
//! Somebody who can write files (`takt archive run`) asks which orders are [due](due), opens a [batch](batch) for those of a month, and asks
//! for what each of them [holds](go::holding), as tables. The hash over these rows goes with them. When the files are written and
//! read back, the batch becomes verified; from then on nobody writes those files anew. Then each order [goes](go::take) by one commit, to
//! which he says the hash of what he has read back: the component reads the order once more, computes the hash itself, and the commit is
//! refused if anything has changed since. So an order is in the ledger or in a verified file, at each moment; whoever is
//! killed between two steps begins where the batch says, and what was done does not happen again.
//!
//! # What stays
//! A record with the order's number, what moved for it in sums, and its hash. In the ledger each posting that went leaves behind what
//! it did to its accounts, see [`takt_store::Away`]; its seal keeps its hash. Events stay, so statistics can be
//! made anew from the start.
//!
//! # The way back
//! What was read from the file is handed in again in [pieces](restore), and one commit puts all of it to where it was, if its hash is the one
//! that was kept.

pub mod batch;
pub mod due;
mod form;
pub mod go;
mod quality;
pub mod restore;
mod settings;

use takt_api::archive::ArchivedOrder;
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::text::Lang;
use takt_store::{Load, MOVEMENT, PHOTO, Store};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::kind;

pub use form::digest;
pub use settings::{put_settings, settings};

/// What an order that has gone says of itself; none where there is no such one.
pub async fn find<S: Store>(store: &S, caller: &Caller, order: &str) -> Result<Option<ArchivedOrder>, CommandError> {
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.records = vec![(kind::ARCHIVED_ORDER.into(), order.to_owned())];
    let loaded = store.load(&load).await?;
    let record = loaded.record(kind::ARCHIVED_ORDER, order);
    Ok(record.map(|record| record.parse()).transpose()?)
}

/// Refuses what needs an order that has gone; says nothing when it has not.
pub async fn refuse_gone_order<S: Store>(store: &S, caller: &Caller, order: &str) -> Result<(), CommandError> {
    match find(store, caller, order).await? {
        Some(gone) => Err(gone_refusal(order, &gone, caller.lang).into()),
        None => Ok(()),
    }
}

/// Refuses to take back what has gone, or a part of it; says nothing when none of it has. `what` is a record's kind or a movement.
pub async fn refuse_gone<S: Store>(store: &S, caller: &Caller, what: &str, id: &str) -> Result<(), CommandError> {
    let gone = store.archived(caller.plant, &[(what.to_owned(), id.to_owned())]).await?;
    match gone.first() {
        Some(gone) => refuse_gone_order(store, caller, &gone.order).await,
        None => Ok(()),
    }
}

/// Refuses a photo that has gone.
pub async fn refuse_gone_photo<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<(), CommandError> {
    refuse_gone(store, caller, PHOTO, id).await
}

/// Refuses to take back a movement of which anything has gone.
pub async fn refuse_gone_movement<S: Store>(store: &S, caller: &Caller, id: &str) -> Result<(), CommandError> {
    refuse_gone(store, caller, MOVEMENT, id).await
}

fn gone_refusal(order: &str, gone: &ArchivedOrder, lang: Lang) -> Refusal {
    let batch = &gone.batch;
    let detail = match lang {
        Lang::Zh => format!("工单 {order} 已移入归档（批次 {batch}）"),
        Lang::En => format!("order {order} has gone to the archive, with batch {batch}"),
    };
    let remedy = match lang {
        Lang::Zh => format!("请管理员运行 takt archive restore {order} 取回后再操作"),
        Lang::En => format!("an administrator brings it back with `takt archive restore {order}`"),
    };
    Refusal::one(Unmet::new("archive.gone", detail, remedy, Permission::PlantOperate.holders()))
}
