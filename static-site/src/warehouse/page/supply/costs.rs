//! What orders cost: standard against actual, by material, people and machines.

use sycamore::prelude::*;
use takt_domain::cost::{Compared, MaterialCost, OperationCost, OrderCost};
use takt_domain::id::OrderId;
use takt_domain::quantity::Quantity;

use crate::app;
use crate::frame::names::COSTS as NAME;
use crate::net::download::download;
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, field, icon, tap};

const NONE: Text = Text::new("这段时间没有完工的工单", "No order was completed in this time");
const FROM: Text = Text::new("完工从", "Completed from");
const TO: Text = Text::new("到", "To");
const STANDARD: Text = Text::new("标准", "Standard");
const ACTUAL: Text = Text::new("实际", "Actual");
const MATERIAL: Text = Text::new("材料", "Material");
const LABOUR: Text = Text::new("人工", "Labour");
const MACHINE: Text = Text::new("机器", "Machines");
const TOTAL: Text = Text::new("合计", "Total");
const PRICE: Text = Text::new("单价", "Price");
const HELD: Text = Text::new("未用", "Still held");
const TIME: Text = Text::new("工时", "Time");
const UNKNOWN: Text = Text::new("未定价", "no price");

pub(crate) fn view(rest: &[String]) -> View {
    match rest.first().and_then(|id| id.parse::<OrderId>().ok()) {
        Some(id) => one(&id),
        None => list(),
    }
}

fn list() -> View {
    let (from, to) = (create_signal(String::new()), create_signal(String::new()));
    let query = create_memo(move || {
        let mut query = String::from("?limit=20");
        for (name, value) in [("from", from.get_clone()), ("to", to.get_clone())] {
            if !value.is_empty() {
                query.push_str(&format!("&{name}={}", encode(&value)));
            }
        }
        query
    });
    let list: List<OrderCost> = List::new("/api/v1/costs?limit=20".into());
    create_effect(move || {
        let query = query.get_clone();
        untrack(|| list.turn_to(format!("/api/v1/costs{query}")));
    });
    let rows = ui::listed(list, "rows card", NONE, |cost: OrderCost| row(&cost));
    let get = move || download(format!("/api/v1/costs.csv{}", query.get_clone_untracked()), "costs.csv");
    let aside = view! { button(r#type="button", class="quiet small", on:click=tap(get)) { "CSV" } };
    let from = field::labelled(FROM, view! { input(r#type="date", bind:value=from) });
    let to = field::labelled(TO, view! { input(r#type="date", bind:value=to) });
    ui::shell::page(NAME.get(), None, aside, view! { div(class="card filters") { (from) (to) } (rows) })
}

fn amount(amount: Option<Quantity>) -> String {
    amount.map_or_else(|| UNKNOWN.get().to_owned(), |amount| amount.to_string())
}

fn row(cost: &OrderCost) -> View {
    let title = format!("{} · {} × {}", cost.order, cost.name, cost.good);
    let (standard, actual) = sums(&cost.total, &cost.currency);
    let note = format!("{} {standard} · {} {actual}", STANDARD.get(), ACTUAL.get());
    let href = Route::Desk(vec!["costs".into(), cost.order.to_string()]).path();
    view! {
        li(class="row") { a(href=href) { div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (icon::NEXT) } } }
    }
}

fn one(id: &OrderId) -> View {
    let read: Read<OrderCost> = Read::new(format!("/api/v1/orders/{}/cost", encode(id.as_str())));
    let body = ui::shown(read, |cost| detail(&cost));
    let title = format!("{} {id}", NAME.get());
    ui::shell::page(&title, Some(Route::Desk(vec!["costs".into()])), View::new(), body)
}

fn detail(cost: &OrderCost) -> View {
    let lead = format!("{} {} × {}", cost.item, cost.name, cost.good);
    let parts = [(MATERIAL, &cost.material), (LABOUR, &cost.labour), (MACHINE, &cost.machine), (TOTAL, &cost.total)];
    let sums: Vec<_> = parts.map(|(name, sum)| compared(name, sum, &cost.currency)).into();
    let materials: Vec<_> = cost.materials.iter().map(material).collect();
    let operations: Vec<_> = cost.operations.iter().map(operation).collect();
    view! {
        p(class="lead") { (lead) }
        div(class="card") { table(class="grid") {
            thead { tr { th { (crate::text::KIND) } th { (STANDARD) } th { (ACTUAL) } } }
            tbody { (sums) }
        } }
        div(class="card") { table(class="grid") {
            thead { tr { th { (MATERIAL) } th { (STANDARD) } th { (ACTUAL) } th { (HELD) } th { (PRICE) } } }
            tbody { (materials) }
        } }
        div(class="card") { table(class="grid") {
            thead { tr { th { (TIME) } th { (STANDARD) } th { (LABOUR) } th { (MACHINE) } } }
            tbody { (operations) }
        } }
    }
}

/// Both sums, with the currency where there is one.
fn sums(sum: &Compared, currency: &str) -> (String, String) {
    let with = |known: Option<Quantity>| match known {
        Some(known) => format!("{known} {currency}"),
        None => amount(None),
    };
    (with(sum.standard), with(sum.actual))
}

fn compared(name: Text, sum: &Compared, currency: &str) -> View {
    let (standard, actual) = sums(sum, currency);
    view! { tr { td { (name) } td { (standard) } td { (actual) } } }
}

fn material(row: &MaterialCost) -> View {
    let item = format!("{} {}", row.item, row.name);
    let (standard, actual) = (format!("{} {}", row.standard, row.unit), format!("{} {}", row.actual, row.unit));
    let (held, price) = (row.held.to_string(), amount(row.price));
    view! { tr { td { (item) } td { (standard) } td { (actual) } td { (held) } td { (price) } } }
}

fn operation(row: &OperationCost) -> View {
    let name = format!("{} {}", row.operation, row.name);
    let minutes = |seconds: i64| match app::lang() {
        takt_domain::text::Lang::Zh => format!("{} 分 {} 秒", seconds / 60, seconds % 60),
        takt_domain::text::Lang::En => format!("{} min {} s", seconds / 60, seconds % 60),
    };
    let (standard, labour, machine) = (minutes(row.standard_s), minutes(row.labour_s), minutes(row.machine_s));
    view! { tr { td { (name) } td { (standard) } td { (labour) } td { (machine) } } }
}
