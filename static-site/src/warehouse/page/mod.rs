//! One module for each page of the warehouse.

mod comparisons;
mod conflicts;
mod count_sheet;
mod counts;
mod labels;
mod lots;
mod supply;
mod trace;
mod trail;

use takt_api::pages::WAREHOUSE;

use crate::frame::pages::{self, Draw};
use crate::ui;

/// What draws each of them.
pub(crate) const VIEWS: &[(&str, Draw)] = &[
    ("trail", trail::view),
    ("trace", trace::view),
    ("lots", lots::view),
    ("receive", supply::receive::view),
    ("put-away", supply::put_away::view),
    ("kanban", supply::calls::view),
    ("ship", supply::ship::view),
    ("purchase", supply::documents::purchase),
    ("sales", supply::documents::sales),
    ("shortages", supply::shortages::view),
    ("extra", ui::extra::view),
    ("costs", supply::costs::view),
    ("count", count_sheet::view),
    ("counts", counts::view),
    ("comparisons", comparisons::view),
    ("labels", labels::view),
    ("conflicts", conflicts::view),
];

const _: () = pages::check(&WAREHOUSE, VIEWS);
