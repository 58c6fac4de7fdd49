//! What was reported on an order, and taking a report back.

use std::rc::Rc;

use serde::de::IgnoredAny;
use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::orders::OrderDetail;
use takt_api::reports::{Report, Reverse};
use takt_api::stock::Source;
use takt_domain::field::FormOf;
use takt_domain::permission::Permission;

use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::ui::{self, custom, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

pub(super) fn view(detail: &Rc<OrderDetail>, read: Read<OrderDetail>, forms: Read<Forms>) -> View {
    if detail.order.started.is_none() || !app::may(Permission::ReportView) {
        return View::new();
    }
    let order = detail.order.id.clone();
    let list: List<Report> = List::new(format!("/api/v1/reports?limit=20&order={}", encode(order.as_str())));
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
    with_reason(path, text::REVERSE_REPORT, move || {
        asked.set(None);
        read.again();
    })
}

/// Asks why, then takes something booked back.
pub(crate) fn with_reason(path: String, face: text::Text, after: impl Fn() + Clone + 'static) -> View {
    let (reason, submit, missing) = (create_signal(String::new()), Submit::new(), create_signal(String::new()));
    let confirm = move || {
        let body = Reverse { reason: reason.get_clone_untracked().trim().to_owned() };
        if body.reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        let after = after.clone();
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: IgnoredAny| {
            app::app().say(Toast::good(text::REVERSED_BOOKED.get()));
            after();
        });
    };
    let words = submit_button::fields(submit, field::lines(text::REASON, reason, text::REASON_HINT));
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, face, confirm);
    view! { p(class="lead") { (text::REVERSE_HINT) } (words) (hint) (button) }
}
