//! The sheet for the morning meeting: the orders that hang, with reason, age and who moves them. It prints on one page of A4.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::audit::{ChainHead, ChainHeads};
use takt_api::watch::{Morning, MorningRow};
use takt_domain::order::Priority;
use takt_domain::permission::Permission;

use super::{alerts, why};
use crate::frame::names::MORNING;
use crate::net::read::Read;
use crate::route::Route;
use crate::text::{self, Text};
use crate::ui::{self, tap};
use crate::{app, show};

const NONE: Text = Text::new("没有停滞的工单", "No order hangs");
const HANGING: Text = Text::new("停滞 {}", "{} hang");
const CUT: Text = Text::new(
    "仅列出最严重的 {} 张,其余见工单列表",
    "Only the {} worst are listed; see the list of orders for the others",
);
const MORE: Text =
    Text::new("未完工单过多,只检查了其中 {} 张", "There are more open orders than the {} that were looked at");
const OPEN: Text = Text::new("未完 {}", "of {} open");
const REASON: Text = Text::new("原因", "Reason");
const AGE: Text = Text::new("停留", "Age");
const WHO: Text = Text::new("谁来推动", "Who moves it");
/// On paper it can be held against what `takt audit --chain` says later.
const SEAL: Text = Text::new("账本封条", "Seal of the ledger");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<Morning> = Read::new("/api/v1/morning");
    let print = view! { button(r#type="button", class="button no-print", on:click=tap(|| drop(window().print()))) { (text::PRINT) } };
    let seals = if app::may(Permission::StockAudit) { seals() } else { View::new() };
    ui::shell::page(MORNING.get(), None, print, view! { (ui::shown(read, draw)) (seals) })
}

/// The heads of the last two days.
fn seals() -> View {
    let read: Read<ChainHeads> = Read::new("/api/v1/audit/heads?days=2");
    ui::live(move || {
        let heads = read.ready();
        let line = |head: &ChainHead| {
            let said = format!("{} {}: {}", SEAL.get(), head.day, head.hash);
            view! { p(class="note seal") { (said) } }
        };
        View::from(heads.iter().flat_map(|found| &found.heads).map(line).collect::<Vec<_>>())
    })
}

pub(super) fn draw(morning: Rc<Morning>) -> View {
    if morning.rows.is_empty() {
        return ui::empty(NONE);
    }
    let at = show::time(morning.at);
    let hanging = HANGING.with(&morning.hanging.to_string());
    let open = OPEN.with(&format!("{}{}", morning.open, if morning.more { "+" } else { "" }));
    let rows: Vec<_> = morning.rows.iter().map(row).collect();
    let mut left_out = Vec::new();
    if morning.more {
        left_out.push(MORE.with(&morning.open.to_string()));
    }
    if morning.hanging > morning.rows.len() {
        left_out.push(CUT.with(&morning.rows.len().to_string()));
    }
    let left_out: Vec<_> =
        left_out.into_iter().map(|said| view! { p(class="notice", role="status") { (said) } }).collect();
    view! {
        (left_out)
        div(class="card morning") {
            p(class="note") { (at) " · " (hanging) " · " (open) }
            table(class="grid") {
                thead { tr { th { span(class="sr") { (text::PRIORITY) } } th { (text::ORDER) } th { (text::LINE) } th { (text::STATE) } th { (AGE) } th { (REASON) } th { (WHO) } } }
                tbody { (rows) }
            }
        }
    }
}

fn row(row: &MorningRow) -> View {
    let lang = app::lang();
    let severity = alerts::severity(row.severity);
    let (id, path) = (row.id.to_string(), Route::Desk(vec!["why".into(), row.id.to_string()]).path());
    let urgent = if row.priority == Priority::Urgent {
        view! { span(class="chip urgent small") { (text::URGENT) } }
    } else {
        View::new()
    };
    let item = format!("{} × {} {}", row.item_name, row.quantity, row.unit);
    let due = row.due.map_or_else(String::new, show::due);
    let (line, state) = (row.line.to_string(), row.label.get(lang).to_owned());
    let age = show::span(row.age_s);
    let mut reasons = vec![row.reason.get(lang).to_owned()];
    reasons.extend(row.findings.iter().map(|finding| finding.get(lang).to_owned()));
    // What is over its limit says the reason again, and once is enough.
    let first = reasons[0].clone();
    reasons.retain({
        let mut is_first = true;
        move |reason| std::mem::take(&mut is_first) || !reason.ends_with(&first)
    });
    let reasons: Vec<_> = reasons.into_iter().map(|reason| view! { p { (reason) } }).collect();
    let who = why::who(&row.who, &row.people);
    view! {
        tr {
            td { (severity) }
            td { a(href=path) { strong { (id) } } " " (urgent) p(class="note") { (item) " " (due) } }
            td(class="short") { (line) }
            td(class="short") { (state) }
            td(class="short") { (age) }
            td { (reasons) }
            td { (who) }
        }
    }
}
