//! The pages of the desk, a row each. To add a page:
//!
//! 1. Write `page/NAME.rs` with `pub(crate) fn view(rest: &[String]) -> View`. It ends with
//!    `ui::shell::page(title, back, aside, body)`; `rest` is what the address says after `/desk/NAME/`.
//! 2. Add `pub(crate) mod NAME;` to `page/mod.rs` and a row to [`PAGES`]: the navigation, the address and who sees it
//!    follow from that row. Rows of one group stand together; the first row that somebody may open is their home.
//! 3. Read with `Read::new("/api/v1/...")` and `ui::shown`, or `List` and `ui::listed`; `.poll(ms)` keeps it fresh. Write
//!    with `Submit::new()` and `submit_button::view`: keys, retries and refusals are dealt with there.
//! 4. Link to a page here by `desk("NAME").path()`, to the phone's by their `Route`; what is in the other bundle is loaded.
//! 5. Texts are `const`s made by `Text::new("中文", "English")` at the head of the page, or stand in `src/text.rs` where
//!    both bundles use them. Styles stand in `desk.css`; no inline style, since the page's policy refuses it.

use sycamore::prelude::*;
use takt_domain::permission::Permission;

// What both bundles share; `app::` means both in the pages of the desk.
pub(crate) use takt_site_app::app::*;

use crate::page;
use crate::text::{self, Text};
use crate::ui;
use crate::ui::icon::{self, Icon};

/// One page of the desk.
pub(crate) struct Page {
    /// The first segment of its address after `/desk/`.
    pub(crate) at: &'static str,
    /// What the navigation and people call it.
    pub(crate) name: Text,
    /// Its drawing in the navigation.
    pub(crate) icon: Icon,
    /// Under which heading it stands.
    pub(crate) group: Text,
    /// Whoever holds one of these sees it.
    pub(crate) needs: &'static [Permission],
    /// Draws it, given what follows in the address.
    pub(crate) view: fn(&[String]) -> View,
}

const PRODUCTION: Text = Text::new("生产", "Production");
const STOCK: Text = Text::new("库存", "Stock");
const QUALITY: Text = Text::new("质量", "Quality");
const WAREHOUSE: Text = Text::new("仓库与购销", "Warehouse and trade");
const SET_UP: Text = Text::new("设置", "Set-up");

/// Every page, in the order of the navigation.
pub(crate) const PAGES: &[Page] = &[
    Page {
        at: "board",
        name: text::BOARD,
        icon: icon::BOARD,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::board::view,
    },
    Page {
        at: "schedule",
        name: page::schedule::SCHEDULE,
        icon: icon::BOARD,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::schedule::view,
    },
    Page {
        at: "resources",
        name: page::resources::RESOURCES,
        icon: icon::LINE,
        group: PRODUCTION,
        needs: &[Permission::ResourceSet],
        view: page::resources::view,
    },
    Page {
        at: "approvals",
        name: ui::approvals::WAITING,
        icon: icon::SIGN,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::approvals::view,
    },
    Page {
        at: "deputies",
        name: page::deputies::DEPUTIES,
        icon: icon::USERS,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::deputies::view,
    },
    Page {
        at: "morning",
        name: page::morning::MORNING,
        icon: icon::ORDERS,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::morning::view,
    },
    Page {
        at: "alerts",
        name: page::alerts::ALERTS,
        icon: icon::ALERT,
        group: PRODUCTION,
        needs: &[Permission::AlertView],
        view: page::alerts::view,
    },
    Page {
        at: "why",
        name: page::why::WHY,
        icon: icon::SEARCH,
        group: PRODUCTION,
        needs: &[Permission::OrderView],
        view: page::why::view,
    },
    Page {
        at: "lifecycle",
        name: page::lifecycle::LIFECYCLE,
        icon: icon::LEDGER,
        group: PRODUCTION,
        needs: &[Permission::InsightView],
        view: page::lifecycle::view,
    },
    Page {
        at: "new-order",
        name: text::NEW_ORDER,
        icon: icon::PLUS,
        group: PRODUCTION,
        needs: &[Permission::OrderCreate],
        view: page::new_order::view,
    },
    Page {
        at: "trail",
        name: page::trail::NAME,
        icon: icon::LEDGER,
        group: STOCK,
        needs: &[Permission::StockView],
        view: page::trail::view,
    },
    Page {
        at: "trace",
        name: page::trace::NAME,
        icon: icon::FLOW,
        group: STOCK,
        needs: &[Permission::StockView],
        view: page::trace::view,
    },
    Page {
        at: "lots",
        name: page::lots::NAME,
        icon: icon::STOCK,
        group: STOCK,
        needs: &[Permission::StockView],
        view: page::lots::view,
    },
    Page {
        at: "receive",
        name: page::supply::receive::NAME,
        icon: icon::MOVE,
        group: WAREHOUSE,
        needs: &[Permission::StockMove],
        view: page::supply::receive::view,
    },
    Page {
        at: "put-away",
        name: page::supply::put_away::NAME,
        icon: icon::CHECK,
        group: WAREHOUSE,
        needs: &[Permission::StockMove, Permission::QualityInspect],
        view: page::supply::put_away::view,
    },
    Page {
        at: "kanban",
        name: page::supply::calls::NAME,
        icon: icon::BOARD,
        group: WAREHOUSE,
        needs: &[Permission::KanbanCall],
        view: page::supply::calls::view,
    },
    Page {
        at: "ship",
        name: page::supply::ship::NAME,
        icon: icon::STOCK,
        group: WAREHOUSE,
        needs: &[Permission::StockMove],
        view: page::supply::ship::view,
    },
    Page {
        at: "purchase",
        name: page::supply::documents::PURCHASE,
        icon: icon::LEDGER,
        group: WAREHOUSE,
        needs: &[Permission::StockView],
        view: page::supply::documents::purchase,
    },
    Page {
        at: "sales",
        name: page::supply::documents::SALES,
        icon: icon::LEDGER,
        group: WAREHOUSE,
        needs: &[Permission::StockView],
        view: page::supply::documents::sales,
    },
    Page {
        at: "shortages",
        name: page::supply::shortages::NAME,
        icon: icon::ALERT,
        group: WAREHOUSE,
        needs: &[Permission::OrderView],
        view: page::supply::shortages::view,
    },
    Page {
        at: "extra",
        name: page::supply::extra::NAME,
        icon: icon::SIGN,
        group: WAREHOUSE,
        needs: &[Permission::ExtraApprove, Permission::StockMove],
        view: page::supply::extra::view,
    },
    Page {
        at: "costs",
        name: page::supply::costs::NAME,
        icon: icon::LEDGER,
        group: WAREHOUSE,
        needs: &[Permission::CostView],
        view: page::supply::costs::view,
    },
    Page {
        at: "flows",
        name: page::flows::FLOWS,
        icon: icon::FLOW,
        group: SET_UP,
        needs: &[Permission::FlowEdit],
        view: page::flows::view,
    },
    Page {
        at: "count",
        name: page::count_sheet::NAME,
        icon: icon::CHECK,
        group: STOCK,
        needs: &[Permission::CountDo],
        view: page::count_sheet::view,
    },
    Page {
        at: "counts",
        name: page::counts::NAME,
        icon: icon::CHECK,
        group: STOCK,
        needs: &[Permission::CountDo, Permission::CountApprove],
        view: page::counts::view,
    },
    Page {
        at: "comparisons",
        name: page::comparisons::NAME,
        icon: icon::CHECK,
        group: STOCK,
        needs: &[Permission::StockAudit],
        view: page::comparisons::view,
    },
    Page {
        at: "labels",
        name: page::labels::LABELS,
        icon: icon::MOVE,
        group: STOCK,
        needs: &[Permission::StockView],
        view: page::labels::view,
    },
    Page {
        at: "conflicts",
        name: text::CONFLICTS,
        icon: icon::STOCK,
        group: STOCK,
        needs: &[Permission::StockMove],
        view: page::conflicts::view,
    },
    Page {
        at: "exceptions",
        name: page::exceptions::NAME,
        icon: icon::ALERT,
        group: QUALITY,
        needs: &[Permission::ExceptionHandle],
        view: page::exceptions::view,
    },
    Page {
        at: "nonconformances",
        name: page::nonconformances::NAME,
        icon: icon::CROSS,
        group: QUALITY,
        needs: &[Permission::QualityInspect, Permission::QualityDispose],
        view: page::nonconformances::view,
    },
    Page {
        at: "inspections",
        name: page::inspections::NAME,
        icon: icon::LEDGER,
        group: QUALITY,
        needs: &[Permission::QualityInspect, Permission::QualityDispose],
        view: page::inspections::view,
    },
    Page {
        at: "quality",
        name: page::plans::NAME,
        icon: icon::CHECK,
        group: QUALITY,
        needs: &[Permission::QualityPlan],
        view: page::plans::view,
    },
    Page {
        at: "quality-settings",
        name: page::quality_settings::NAME,
        icon: icon::LOCK,
        group: QUALITY,
        needs: &[Permission::QualityPlan],
        view: page::quality_settings::view,
    },
    Page {
        at: "exception-settings",
        name: page::exception_settings::NAME,
        icon: icon::USERS,
        group: QUALITY,
        needs: &[Permission::ExceptionSetup],
        view: page::exception_settings::view,
    },
    Page {
        at: "watch",
        name: page::watch::LIMITS,
        icon: icon::LOCK,
        group: SET_UP,
        needs: &[Permission::WatchSet],
        view: page::watch::view,
    },
    Page {
        at: "fields",
        name: page::fields::FIELDS,
        icon: icon::LEDGER,
        group: SET_UP,
        needs: &[Permission::FormEdit],
        view: page::fields::view,
    },
    Page {
        at: "units",
        name: page::units::NAME,
        icon: icon::STOCK,
        group: SET_UP,
        needs: &[Permission::ItemFields],
        view: page::units::view,
    },
    Page {
        at: "users",
        name: text::USERS,
        icon: icon::USERS,
        group: SET_UP,
        needs: &[Permission::UserManage],
        view: page::users::view,
    },
];
