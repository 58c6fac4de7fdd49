//! What was reported on an order, and taking a report back.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::orders::OrderDetail;
use takt_api::reports::Report;
use takt_domain::field::FormOf;
use takt_domain::permission::Permission;

use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::encode;
use crate::ui::{self, custom, reversal, sheet, tap};
use crate::{app, show, text};

pub(super) fn view(detail: &Rc<OrderDetail>, read: Read<OrderDetail>, forms: Read<Forms>) -> View {
    if detail.order.started.is_none() || !app::may(Permission::ReportView) {
        return View::new();
    }
    let order = detail.order.id.clone();
    let list: List<Report> = List::new(format!("/api/v1/reports?limit=20&order={}", encode(order.as_str())));
    list.poll(LIVE_MS);
    let asked = create_signal(None::<String>);
    let detail = Rc::clone(detail);
    let rows = ui::listed(list, "rows", text::NO_REPORTS, move |report| row(&report, &detail, asked, forms));
    let sheet = sheet::view(asked, move |id| (text::REVERSE_REPORT.get().to_owned(), reversal(&id, asked, read)));
    ui::fold(text::REPORTS, String::new(), true, view! { (rows) (sheet) })
}

fn row(report: &Report, detail: &OrderDetail, asked: Signal<Option<String>>, forms: Read<Forms>) -> View {
    let own = own_fields(report, forms);
    let new = &report.report;
    let name = detail.order.operation(new.operation).map_or(String::new(), |operation| operation.name.clone());
    let what = format!("{} {name}", new.operation);
    let mut counts = vec![format!("{} {}", text::GOOD.get(), new.good)];
    counts.extend(new.scrap.iter().map(|scrap| format!("{} {} ({})", text::SCRAP.get(), scrap.quantity, scrap.reason)));
    counts.extend(new.rework.map(|rework| format!("{} {rework}", text::REWORK.get())));
    let counts = counts.join(" · ");
    let note = format!(
        "{} · {}",
        show::user(&report.by),
        report.booked_at.map_or_else(|| text::BEING_BOOKED.get().to_owned(), show::time)
    );
    let back = if report.reversed_by.is_some() {
        view! { span(class="chip") { (text::REVERSED) } }
    } else if app::may(Permission::ReportReverse) {
        let id = report.id.clone();
        view! { button(r#type="button", class="quiet small", on:click=tap(move || asked.set(Some(id.clone())))) { (text::REVERSE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            div(class="row-main") { span(class="grow") { (what) } (back) }
            p(class="counts") { (counts) }
            (own)
            p(class="note") { (note) }
        }
    }
}

/// What was filled in, with what the inspection items said when it was booked.
fn own_fields(report: &Report, forms: Read<Forms>) -> View {
    if report.report.custom.is_empty() {
        return View::new();
    }
    let (values, checks) = (report.report.custom.clone(), report.checks.clone());
    ui::live(move || {
        let pairs = custom::pairs(custom::form(forms, FormOf::Report).as_ref(), &values, &checks);
        view! { dl(class="pairs") { (pairs) } }
    })
}

fn reversal(id: &str, asked: Signal<Option<String>>, read: Read<OrderDetail>) -> View {
    let path = format!("/api/v1/reports/{}/reversal", encode(id));
    reversal::with_reason(path, text::REVERSE_REPORT, move || {
        asked.set(None);
        read.again();
    })
}
