//! What goes into the calls of purchase, sales and what is between them.

use serde_json::json;
use takt_domain::quality::incoming::IncomingInspection;

use super::{AFTER, Body, LIMIT, Make, Query, refusable};
use crate::{Page, supply};

const LISTED: Query = &[
    ("state", "Only in this state; may be repeated."),
    ("q", "Part of a number, a partner or an item."),
    AFTER,
    LIMIT,
];

const SHORT: Query = &[
    ("orders", "Only these orders, separated by commas; all open ones where none are named."),
    ("until", "Only orders that are due by this day, or name none."),
];

const COSTS: Query = &[
    ("from", "Only orders that were completed on this day of the plant or later."),
    ("to", "Only orders that were completed on this day or earlier."),
    ("state", "Only orders in this state; may be repeated."),
    ("q", "Part of a number, an item or a customer."),
    AFTER,
    LIMIT,
];

/// What travels in this call; none where it is not one of these.
pub(super) fn body_of(name: &str, make: &mut Make<'_>) -> Option<Body> {
    Some(match name {
        "listPurchaseOrders" | "listSalesOrders" => make.read::<Page<supply::DocumentRow>>(LISTED),
        "getPurchaseOrder" | "getSalesOrder" => make.read::<supply::DocumentRow>(&[]),
        "createPurchaseOrder" | "createSalesOrder" => {
            refusable(make.write::<supply::PutDocument, supply::DocumentAnswer>(&[201]))
        }
        "putPurchaseOrder" | "putSalesOrder" => {
            refusable(make.write::<supply::PutDocument, supply::DocumentAnswer>(&[200]))
        }
        "setPurchaseOrderState" | "setSalesOrderState" => {
            refusable(make.write::<supply::SetDocumentState, supply::DocumentAnswer>(&[200]))
        }
        "getPickList" => make.read::<supply::PickList>(&[]),
        "getReceiving" => make.read::<supply::Receiving>(&[]),
        "listIncomingInspections" => make.read::<Page<IncomingInspection>>(LISTED),
        "inspectIncoming" => refusable(make.write::<supply::InspectIncoming, supply::IncomingAnswer>(&[201])),
        "disposeIncoming" => make.write::<supply::DisposeIncoming, supply::IncomingAnswer>(&[200]),
        "getKanban" => make.read::<supply::Loops>(&[]),
        "putKanbanLoop" => make.write::<supply::PutLoop, supply::PutLoop>(&[200, 201]),
        "callKanban" => refusable(make.write::<supply::CallKanban, supply::CallAnswer>(&[201])),
        "listKanbanCalls" => make.read::<Page<supply::CallRow>>(&[
            ("state", "Only in this state; may be repeated."),
            ("loop", "Only of this loop."),
            ("q", "Part of a number, a loop, an item or a place."),
            AFTER,
            LIMIT,
        ]),
        "fulfilKanbanCall" => refusable(make.write::<supply::FulfilCall, supply::CallAnswer>(&[200])),
        "cancelKanbanCall" => refusable(make.write::<supply::EndCall, supply::CallAnswer>(&[200])),
        "listExtraIssues" => make.read::<Page<takt_domain::extra_issue::ExtraIssue>>(&[
            ("state", "Only in this state; may be repeated."),
            ("order", "Only of this order."),
            ("q", "Part of a number, an order, an item or a reason."),
            AFTER,
            LIMIT,
        ]),
        "askExtraIssue" => refusable(make.write::<crate::stock::CreateMovement, supply::ExtraAnswer>(&[201])),
        "decideExtraIssue" => refusable(make.write::<supply::DecideExtra, supply::ExtraAnswer>(&[200])),
        "getShortages" => make.read::<supply::Shortages>(SHORT),
        "getShortagesCsv" => Body { media: "text/csv", response: json!({"type": "string"}), ..make.read::<()>(SHORT) },
        "getCosts" => make.read::<Page<takt_domain::cost::OrderCost>>(COSTS),
        "getCostsCsv" => make.csv(COSTS),
        "getOrderCost" => make.read::<takt_domain::cost::OrderCost>(&[]),
        "getPrice" => make.read::<supply::ItemPrice>(&[]),
        "putPrice" => make.write::<supply::PutPrice, supply::ItemPrice>(&[200]),
        "getSupplySettings" => make.read::<supply::SupplySettingsDocument>(&[]),
        "putSupplySettings" => {
            refusable(make.write::<supply::SupplySettingsDocument, supply::SupplySettingsDocument>(&[200]))
        }
        _ => return None,
    })
}
