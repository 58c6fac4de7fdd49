//! What goes into the calls of the archive.

use takt_domain::archive::ArchiveSettings;

use super::{AFTER, Body, LIMIT, Make, refusable};
use crate::{Page, archive};

/// What travels in this call; none where it is not one of these.
pub(super) fn body_of(name: &str, make: &mut Make<'_>) -> Option<Body> {
    Some(match name {
        "getArchiveSettings" => make.read::<ArchiveSettings>(&[]),
        "putArchiveSettings" => make.write::<ArchiveSettings, ArchiveSettings>(&[200]),
        "getDueOrders" => make.read::<archive::DueOrders>(&[
            ("after", "The order that the answer before gave as `next`."),
            ("scheduled", "`true`: none but in the hour that the plant has set."),
        ]),
        "listArchiveBatches" => make.read::<Page<archive::ArchiveBatch>>(&[
            ("state", "Only in this state: `open`, `verified`, `done` or `expired`."),
            AFTER,
            LIMIT,
        ]),
        "openArchiveBatch" => make.write::<archive::OpenBatch, archive::ArchiveBatch>(&[200, 201]),
        "verifyArchiveBatch" => refusable(make.write::<archive::VerifiedFiles, archive::ArchiveBatch>(&[200])),
        "archiveOrder" => refusable(make.write::<archive::TakeOrder, archive::ArchivedOrder>(&[200])),
        "endArchiveBatch" | "expireArchiveBatch" => {
            refusable(make.write::<archive::BatchStep, archive::ArchiveBatch>(&[200]))
        }
        "listArchivedOrders" => make.read::<Page<archive::ArchivedOrder>>(&[
            ("q", "Part of a number, an item or a customer."),
            ("batch", "Only of this batch."),
            ("item", "Only where this item moved."),
            ("lot", "Only where this lot moved."),
            AFTER,
            LIMIT,
        ]),
        "getArchivedOrder" => make.read::<archive::ArchivedOrder>(&[]),
        "getOrderHolding" => refusable(make.read::<archive::OrderHolding>(&[])),
        "putRestorePart" => make.write::<archive::RestorePart, archive::KeptPart>(&[200]),
        "restoreOrder" => refusable(make.write::<archive::RestoreOrder, archive::RestoredOrder>(&[200])),
        _ => return None,
    })
}
