//! The sheet that goes with an order through the shop (流转卡), for a printer: `/desk/work-order/ORDER`, or several, a page each.
//!
//! Its QR code holds the order's number, as the order's label does, so every scanner of the pages finds the order by it.

use std::fmt::Write as _;
use std::rc::Rc;

use qrcodegen::{QrCode, QrCodeEcc};
use sycamore::prelude::*;
use sycamore::web::window;
use takt_api::orders::OrderDetail;
use takt_domain::order::Order;
use takt_domain::permission::Permission;

use crate::frame::names::{COSTS, WORK_ORDER as NAME};
use crate::net::read::Read;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, order_parts, scan_input, tap};
use crate::{app, show, text};

const LABEL: Text = Text::new("标签", "Labels");
const WHICH: Text = Text::new("扫描或输入工单号", "Scan or type the number of an order");
const FOR_WHAT: Text = Text::new(
    "流转卡随工单走:每道工序和物料一张纸",
    "The sheet that goes with an order: its operations and its material",
);
const SECONDS: Text = Text::new("{} 秒", "{} s");
const OPERATION: Text = Text::new("工序", "Operation");
const RESOURCE: Text = Text::new("机器 / 模具", "Machine / mould");
const STANDARD: Text = Text::new("标准工时", "Standard time");
const GOOD: Text = Text::new("合格", "Good");
const SCRAP: Text = Text::new("报废", "Scrap");
const SIGNED: Text = Text::new("签名 / 时间", "Signed / time");
const MATERIAL: Text = Text::new("物料", "Material");
const REQUIRED: Text = Text::new("需用量", "Required");
const AT: Text = Text::new("用于工序", "At operation");
const ISSUED: Text = Text::new("实发", "Issued");
const PRINTED: Text = Text::new("打印于 {}", "Printed {}");
/// Light modules around a code (ISO/IEC 18004, 4 modules).
const QUIET: i32 = 4;

pub(crate) fn view(rest: &[String]) -> View {
    if rest.is_empty() {
        let number = scan_input::view(create_signal(String::new()), WHICH, |code, _| {
            app::app().go(&format!("{}/{}", desk("work-order").path(), encode(&code)));
        });
        let nothing = ui::empty(FOR_WHAT);
        return ui::shell::page(NAME.get(), None, View::new(), view! { (number) (nothing) });
    }
    let sheets: Vec<_> = rest
        .iter()
        .map(|order| {
            let read: Read<OrderDetail> = Read::new(format!("/api/v1/orders/{}", encode(order)));
            ui::shown(read, |detail| sheet(&detail))
        })
        .collect();
    let labels = match rest {
        [order] => ui::link(format!("{}?of=order&id={}", desk("labels").path(), encode(order)), LABEL),
        _ => View::new(),
    };
    let costs = match rest {
        [order] if app::may(Permission::CostView) => {
            ui::link(format!("{}/{}", desk("costs").path(), encode(order)), COSTS)
        }
        _ => View::new(),
    };
    let aside = view! {
        (costs)
        (labels)
        button(r#type="button", class="button no-print", on:click=tap(|| drop(window().print()))) { (text::PRINT) }
    };
    ui::shell::page(NAME.get(), None, aside, view! { div(class="sheets") { (sheets) } })
}

/// The code as a drawing; nothing where the number is longer than any code holds, which no number is.
fn code(text: &str) -> View {
    let Ok(code) = QrCode::encode_text(text, QrCodeEcc::Medium) else { return View::new() };
    let size = code.size();
    let mut path = String::new();
    for y in 0..size {
        for x in (0..size).filter(|x| code.get_module(*x, y)) {
            // Writing to a text cannot fail.
            let _ = write!(path, "M{} {}h1v1h-1z", x + QUIET, y + QUIET);
        }
    }
    let whole = size + 2 * QUIET;
    let drawing = format!(
        r##"<svg viewBox="0 0 {whole} {whole}" shape-rendering="crispEdges"><rect width="{whole}" height="{whole}" fill="#fff"/><path d="{path}" fill="#000"/></svg>"##
    );
    let name = text.to_owned();
    view! { span(class="code", role="img", aria-label=name, dangerously_set_inner_html=drawing) }
}

fn sheet(detail: &Rc<OrderDetail>) -> View {
    let order = &detail.order;
    let (number, name) = (order.id.to_string(), order.item_name.clone());
    let quantity = format!("{} {}", order.quantity, order.unit);
    let optional = |name: Text, value: &str| {
        if value.is_empty() { View::new() } else { ui::pair(name, value.to_owned()) }
    };
    let due = order.due.map(|due| due.to_string()).unwrap_or_default();
    let pairs = vec![
        ui::pair(text::ITEM, order.item.to_string()),
        ui::pair(text::QUANTITY, quantity),
        ui::pair(text::LINE, order.line.to_string()),
        optional(text::DUE, &due),
        optional(text::CUSTOMER, &order.customer),
        optional(text::LOT, &order.lot),
        optional(text::NOTE, &order.note),
    ];
    let (code, mark) = (code(order.id.as_str()), order_parts::priority_mark(order.priority));
    let (operations, materials) = (operations(order), materials(order));
    let printed = PRINTED.with(&show::clock(crate::net::device::now().as_millisecond() as f64));
    let plant = app::session().map_or(String::new(), |session| session.plant_name.clone());
    view! {
        section(class="card sheet-page") {
            div(class="sheet-top") {
                div(class="grow") { p(class="note") { (plant) " · " (NAME) } p(class="sheet-number") { (number) " " (mark) } p(class="title") { (name) } }
                (code)
            }
            dl(class="pairs") { (pairs) }
            (operations)
            (materials)
            p(class="note") { (printed) }
        }
    }
}

fn operations(order: &Order) -> View {
    let rows: Vec<_> = order
        .operations
        .iter()
        .map(|operation| {
            let name = format!("{} {}", operation.number, operation.name);
            let resources = [
                operation.equipment.as_ref().map(ToString::to_string),
                operation.mould.as_ref().map(ToString::to_string),
                operation.supplier.clone(),
            ];
            let resources = resources.into_iter().flatten().collect::<Vec<_>>().join(" / ");
            let standard =
                if operation.standard_s == 0 { String::new() } else { SECONDS.with(&operation.standard_s.to_string()) };
            view! { tr { td { (name) } td { (resources) } td(class="short") { (standard) } td {} td {} td {} } }
        })
        .collect();
    view! {
        table(class="grid to-fill") {
            thead { tr { th { (OPERATION) } th { (RESOURCE) } th { (STANDARD) } th { (GOOD) } th { (SCRAP) } th { (SIGNED) } } }
            tbody { (rows) }
        }
    }
}

fn materials(order: &Order) -> View {
    if order.materials.is_empty() {
        return View::new();
    }
    let rows: Vec<_> = order
        .materials
        .iter()
        .map(|material| {
            let (name, item) = (material.name.clone(), material.item.to_string());
            let (required, operation) = (format!("{} {}", material.required, material.unit), material.operation.to_string());
            view! { tr { td { (name) " " span(class="note") { (item) } } td(class="short") { (required) } td { (operation) } td {} } }
        })
        .collect();
    view! {
        table(class="grid to-fill") {
            thead { tr { th { (MATERIAL) } th { (REQUIRED) } th { (AT) } th { (ISSUED) } } }
            tbody { (rows) }
        }
    }
}
