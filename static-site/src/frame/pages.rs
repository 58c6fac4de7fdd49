//! The pages of the desk, a row each, in all of its bundles. To add a page:
//!
//! 1. Choose its bundle by who opens it (`desk` daily, `warehouse`, `setup` now and then) and write `src/BUNDLE/page/NAME.rs`
//!    with `pub(crate) fn view(rest: &[String]) -> View`. It ends with `ui::shell::page(title, back, aside, body)`; `rest`
//!    is what the address says after `/desk/NAME/`.
//! 2. Add its address to that bundle in `takt_api::pages`, `mod NAME;` and its view to `src/BUNDLE/page/mod.rs` (the
//!    compiler says where one of the two is missing), and a row to [`PAGES`]: the navigation and who sees it follow from
//!    that row. Rows of one group stand together; the first row that somebody may open is their home.
//! 3. Read with `Read::new("/api/v1/...")` and `ui::shown`, or `List` and `ui::listed`; `.poll(ms)` keeps it fresh. Write
//!    with `Submit::new()` and `submit_button::view`: keys, retries and refusals are dealt with there.
//! 4. Link to a page here by `desk("NAME").path()`, to the phone's by their `Route`; what is in another bundle is loaded.
//! 5. Texts are `const`s made by `Text::new("中文", "English")` at the head of the page, or stand in `src/text.rs` where
//!    several bundles use them; what the navigation calls a page stands in `names.rs`. Styles stand in `desk.css`; no
//!    inline style, since the page's policy refuses it.

use sycamore::prelude::*;
use takt_api::pages::Bundle;
use takt_domain::permission::Permission;

use super::names;
use crate::text::{self, Text};
use crate::ui;
use crate::ui::icon::{self, Icon};

/// One page of the desk.
pub struct Page {
    /// The first segment of its address after `/desk/`.
    pub at: &'static str,
    /// What the navigation and people call it.
    pub name: Text,
    /// Its drawing in the navigation.
    pub icon: Icon,
    /// Under which heading it stands.
    pub group: Text,
    /// Whoever holds one of these sees it.
    pub needs: &'static [Permission],
}

/// Draws a page, given what follows in the address.
pub type Draw = fn(&[String]) -> View;

impl Page {
    const fn new(at: &'static str, name: Text, icon: Icon, group: Text, needs: &'static [Permission]) -> Self {
        Self { at, name, icon, group, needs }
    }
}

const PRODUCTION: Text = Text::new("生产", "Production");
const STOCK: Text = Text::new("库存", "Stock");
const QUALITY: Text = Text::new("质量", "Quality");
const WAREHOUSE: Text = Text::new("仓库与购销", "Warehouse and trade");
const SET_UP: Text = Text::new("设置", "Set-up");

/// Every page, in the order of the navigation.
pub const PAGES: &[Page] = &[
    Page::new("board", text::BOARD, icon::BOARD, PRODUCTION, &[Permission::OrderView]),
    Page::new("orders", names::ORDER_LIST, icon::ORDERS, PRODUCTION, &[Permission::OrderView]),
    Page::new("schedule", names::SCHEDULE, icon::BOARD, PRODUCTION, &[Permission::OrderView]),
    Page::new("resources", names::RESOURCES, icon::LINE, PRODUCTION, &[Permission::ResourceSet]),
    Page::new("approvals", ui::approvals::WAITING, icon::SIGN, PRODUCTION, &[Permission::OrderView]),
    Page::new("deputies", names::DEPUTIES, icon::USERS, PRODUCTION, &[Permission::OrderView]),
    Page::new("morning", names::MORNING, icon::ORDERS, PRODUCTION, &[Permission::OrderView]),
    Page::new("alerts", names::ALERTS, icon::ALERT, PRODUCTION, &[Permission::AlertView]),
    Page::new("why", names::WHY, icon::SEARCH, PRODUCTION, &[Permission::OrderView]),
    Page::new("lifecycle", names::LIFECYCLE, icon::LEDGER, PRODUCTION, &[Permission::InsightView]),
    Page::new("work-order", names::WORK_ORDER, icon::CHECK, PRODUCTION, &[Permission::OrderView]),
    Page::new("new-order", text::NEW_ORDER, icon::PLUS, PRODUCTION, &[Permission::OrderCreate]),
    Page::new("trail", names::TRAIL, icon::LEDGER, STOCK, &[Permission::StockView]),
    Page::new("trace", names::TRACE, icon::FLOW, STOCK, &[Permission::StockView]),
    Page::new("lots", names::LOTS, icon::STOCK, STOCK, &[Permission::StockView]),
    Page::new("receive", names::RECEIVE, icon::MOVE, WAREHOUSE, &[Permission::StockMove]),
    Page::new(
        "put-away",
        names::PUT_AWAY,
        icon::CHECK,
        WAREHOUSE,
        &[Permission::StockMove, Permission::QualityInspect],
    ),
    Page::new("kanban", names::KANBAN, icon::BOARD, WAREHOUSE, &[Permission::KanbanCall]),
    Page::new("ship", names::SHIP, icon::STOCK, WAREHOUSE, &[Permission::StockMove]),
    Page::new("purchase", names::PURCHASE, icon::LEDGER, WAREHOUSE, &[Permission::StockView]),
    Page::new("sales", names::SALES, icon::LEDGER, WAREHOUSE, &[Permission::StockView]),
    Page::new("shortages", names::SHORTAGES, icon::ALERT, WAREHOUSE, &[Permission::OrderView]),
    Page::new("extra", names::EXTRA, icon::SIGN, WAREHOUSE, &[Permission::ExtraApprove, Permission::StockMove]),
    Page::new("costs", names::COSTS, icon::LEDGER, WAREHOUSE, &[Permission::CostView]),
    Page::new("flows", names::FLOWS, icon::FLOW, SET_UP, &[Permission::FlowEdit]),
    Page::new("count", text::COUNTS, icon::CHECK, STOCK, &[Permission::CountDo]),
    Page::new("counts", names::COUNT_PLANS, icon::CHECK, STOCK, &[Permission::CountDo, Permission::CountApprove]),
    Page::new("comparisons", names::COMPARISONS, icon::CHECK, STOCK, &[Permission::StockAudit]),
    Page::new("labels", names::LABELS, icon::MOVE, STOCK, &[Permission::StockView]),
    Page::new("conflicts", text::CONFLICTS, icon::STOCK, STOCK, &[Permission::StockMove]),
    Page::new("exceptions", names::EXCEPTIONS, icon::ALERT, QUALITY, &[Permission::ExceptionHandle]),
    Page::new(
        "nonconformances",
        names::NONCONFORMANCES,
        icon::CROSS,
        QUALITY,
        &[Permission::QualityInspect, Permission::QualityDispose],
    ),
    Page::new(
        "inspections",
        names::INSPECTIONS,
        icon::LEDGER,
        QUALITY,
        &[Permission::QualityInspect, Permission::QualityDispose],
    ),
    Page::new("quality", names::PLANS, icon::CHECK, QUALITY, &[Permission::QualityPlan]),
    Page::new("quality-settings", names::QUALITY_SETTINGS, icon::LOCK, QUALITY, &[Permission::QualityPlan]),
    Page::new("exception-settings", names::EXCEPTION_SETTINGS, icon::USERS, QUALITY, &[Permission::ExceptionSetup]),
    Page::new("watch", names::LIMITS, icon::LOCK, SET_UP, &[Permission::WatchSet]),
    Page::new("fields", names::FIELDS, icon::LEDGER, SET_UP, &[Permission::FormEdit]),
    Page::new("units", names::UNITS, icon::STOCK, SET_UP, &[Permission::ItemFields]),
    Page::new("users", text::USERS, icon::USERS, SET_UP, &[Permission::UserManage]),
    Page::new("design", names::DESIGN, icon::BOARD, SET_UP, &[Permission::FormEdit]),
    Page::new("devices", names::DEVICES, icon::LOCK, SET_UP, &[Permission::UserManage]),
    Page::new("systems", names::SYSTEMS, icon::FLOW, SET_UP, &[Permission::MachineManage]),
    Page::new("webhooks", names::WEBHOOKS, icon::OUTBOX, SET_UP, &[Permission::WebhookManage]),
];

/// Ends the build where a bundle does not draw exactly the pages that `takt_api::pages` gives to it.
pub const fn check(bundle: &Bundle, views: &[(&str, Draw)]) {
    let mut pages = 0;
    let mut n = 0;
    while n < bundle.addresses.len() {
        // The desk's own address is drawn by one of its pages.
        if let Some((b"desk/", at)) = bundle.addresses[n].as_bytes().split_at_checked(5) {
            pages += 1;
            let mut drawn = false;
            let mut i = 0;
            while i < views.len() {
                drawn |= is_same(views[i].0.as_bytes(), at);
                i += 1;
            }
            assert!(drawn, "an address of this bundle has no view");
        }
        n += 1;
    }
    assert!(pages == views.len(), "a view of this bundle has no address in takt_api::pages");
}

const fn is_same(one: &[u8], other: &[u8]) -> bool {
    let mut n = 0;
    while n < one.len() && n < other.len() && one[n] == other[n] {
        n += 1;
    }
    n == one.len() && n == other.len()
}

#[cfg(test)]
mod tests {
    use takt_api::pages::BUNDLES;

    use super::*;
    use crate::route::MANAGEMENT;

    #[test]
    fn every_address_of_the_desk_has_a_row_and_every_row_an_address() {
        let addresses = BUNDLES.iter().flat_map(|bundle| bundle.addresses).filter_map(|at| at.strip_prefix("desk/"));
        // Those with charts have a table of their own.
        let addresses = addresses.filter(|at| MANAGEMENT.iter().all(|page| page.at != *at));
        let (mut addresses, mut rows): (Vec<_>, Vec<_>) =
            (addresses.collect(), PAGES.iter().map(|row| row.at).collect());
        addresses.sort_unstable();
        rows.sort_unstable();
        assert_eq!(addresses, rows);
    }
}
