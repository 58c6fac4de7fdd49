//! The shortage list: what open orders lack over all levels, what comes and when, and which orders wait.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::supply::Shortages;
use takt_domain::shortage::Row;

use crate::frame::names::SHORTAGES as NAME;
use crate::net::download::download;
use crate::net::read::Read;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, tap};

const UNTIL: Text = Text::new("交期不晚于", "Due by");
const ENOUGH: Text = Text::new("不缺料", "Nothing is short");
const NONE: Text = Text::new("没有未完工单的用料", "No open order needs material");
const NEED: Text = Text::new("需求", "Need");
const MAKING: Text = Text::new("在制", "In production");
const TO_MAKE: Text = Text::new("待制", "To make");
const COMING: Text = Text::new("在途", "Coming");
const SHORT: Text = Text::new("缺料", "Short");
const WAITING: Text = Text::new("等料工单", "Orders waiting");
const LATE: Text = Text::new("晚到", "late");
const ONLY_SHORT: Text = Text::new("只看缺料", "Only what is short");
const ALL: Text = Text::new("全部", "All");
const SHOW: Text = Text::new("显示", "Show");

pub(crate) fn view(_: &[String]) -> View {
    let until = create_signal(String::new());
    let short = create_signal(true);
    let query = create_memo(move || {
        let until = until.get_clone();
        if until.is_empty() { String::new() } else { format!("?until={}", encode(&until)) }
    });
    let list = ui::live(move || {
        let query = query.get_clone();
        untrack(|| ui::shown(Read::new(format!("/api/v1/shortages{query}")), move |found| table(found, short)))
    });
    let get = move || download(format!("/api/v1/shortages.csv{}", query.get_clone_untracked()), "shortages.csv");
    let aside = view! { button(r#type="button", class="quiet small", on:click=tap(get)) { "CSV" } };
    let until = field::labelled(UNTIL, view! { input(r#type="date", bind:value=until) });
    let options = vec![(true, ONLY_SHORT.get().to_owned()), (false, ALL.get().to_owned())];
    let which = field::choice(SHOW, short, options);
    ui::shell::page(NAME.get(), None, aside, view! { div(class="card filters") { (until) (which) } (list) })
}

fn table(found: Rc<Shortages>, short: Signal<bool>) -> View {
    ui::live(move || {
        let only = short.get();
        let rows = found.rows.iter().filter(|row| !only || row.short.is_positive() || !row.waiting.is_empty());
        let rows: Vec<_> = rows.map(row).collect();
        if rows.is_empty() {
            return ui::empty(if found.rows.is_empty() { NONE } else { ENOUGH });
        }
        view! {
            div(class="card") { table(class="grid") {
                thead { tr {
                    th { (text::ITEM) } th { (NEED) } th { (text::AVAILABLE) } th { (MAKING) } th { (TO_MAKE) } th { (COMING) }
                    th { (SHORT) } th { (WAITING) }
                } }
                tbody { (rows) }
            } }
        }
    })
}

fn row(row: &Row) -> View {
    let item = format!("{}{} {}", "· ".repeat(usize::from(row.level.saturating_sub(1))), row.item, row.name);
    let coming = row.coming.iter().take(3).map(|one| {
        let due = one.due.map_or_else(String::new, |due| format!(" {due}"));
        format!("{}{due}", one.quantity)
    });
    let coming = coming.collect::<Vec<_>>().join(" · ");
    let waiting = row.waiting.iter().map(|one| {
        let late = if one.late { format!(" ({})", LATE.get()) } else { String::new() };
        format!("{}{late}", one.order)
    });
    let waiting = waiting.collect::<Vec<_>>().join(" · ");
    let short = if row.short.is_positive() {
        let said = format!("{} {}", row.short, row.unit);
        view! { span(class="chip bad") { (said) } }
    } else {
        View::new()
    };
    let amount =
        |amount: takt_domain::quantity::Quantity| if amount.is_zero() { String::new() } else { amount.to_string() };
    let (need, available) = (row.need.to_string(), row.available.to_string());
    let (making, to_make) = (amount(row.making), amount(row.to_make));
    view! {
        tr {
            td { (item) } td { (need) } td { (available) } td { (making) } td { (to_make) } td { (coming) } td { (short) } td { (waiting) }
        }
    }
}
