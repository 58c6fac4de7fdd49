//! What goes into the calls of counts.

use super::{AFTER, Body, LIMIT, Make, refusable};
use crate::{Page, counts};

/// What travels in this call; none where it is not one of these.
pub(super) fn body_of(name: &str, make: &mut Make<'_>) -> Option<Body> {
    const PLACE: &[(&str, &str)] =
        &[("location", "Where."), ("item", "What."), ("lot", "Of which lot; without one where it is left out.")];
    Some(match name {
        "listCounts" => make.read::<Page<counts::CountRow>>(&[
            ("state", "Only in this state; may be repeated."),
            ("q", "Part of a number, a note or who began it."),
            AFTER,
            LIMIT,
        ]),
        "startCount" => refusable(make.write::<counts::StartCount, counts::CountAnswer>(&[201])),
        "getDueCounts" => make.read::<counts::DueList>(&[]),
        "getCount" => make.read::<counts::CountRow>(&[]),
        "getCountSheet" => make.read::<counts::Sheet>(&[("location", "Only what is to be counted here.")]),
        "listCountLines" => make.read::<Page<counts::LineRow>>(&[
            ("state", "Only in this state; may be repeated."),
            ("different", "`true`: only lines that differ from the books."),
            ("q", "Part of a location, an item or a lot."),
            AFTER,
            LIMIT,
        ]),
        "enterCountLine" => refusable(make.write::<counts::EnterLine, counts::LineAnswer>(&[200])),
        "getCountMovements" => Body { required_query: &["location", "item"], ..make.read::<counts::SinceLast>(PLACE) },
        "putCountPart" => refusable(make.write::<counts::PutListPart, counts::ListAnswer>(&[200])),
        "enterCountList" => refusable(make.write::<counts::EnterList, counts::ListAnswer>(&[200])),
        "finishCount" => refusable(make.write::<counts::FinishCount, counts::CountAnswer>(&[200])),
        "reviewCountLine" => refusable(make.write::<counts::ReviewLine, counts::LineAnswer>(&[200])),
        "postCount" => refusable(make.write::<counts::PostCount, counts::CountAnswer>(&[200])),
        "cancelCount" => refusable(make.write::<counts::CancelCount, counts::CountAnswer>(&[200])),
        "getCountSettings" => make.read::<counts::CountSettingsDocument>(&[]),
        "putCountSettings" => {
            refusable(make.write::<counts::CountSettingsDocument, counts::CountSettingsDocument>(&[200]))
        }
        _ => return None,
    })
}
