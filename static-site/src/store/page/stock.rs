//! Stock of all items: scan or type, or read down the list.

use sycamore::prelude::*;
use takt_api::stock::{ItemStock, Source};
use takt_domain::ledger::MovementKind;
use takt_domain::permission::Permission;

use crate::net::Fault;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::scan::{self, page_of};
use crate::route::{Route, encode};
use crate::ui::{self, icon, scan_input, toast::Toast};
use crate::{app, show, text};

pub(crate) fn view() -> View {
    let value = create_signal(String::new());
    let list: List<ItemStock> = List::new(path(""));
    list.poll(LIVE_MS);
    let found = move |code: String, source: Source| {
        app::spawn(async move {
            match scan::scan(&code, source).await {
                Ok(found) => app::app().go(&page_of(&found).path()),
                Err(fault @ Fault::Lost) => app::app().say(Toast::bad(scan::unknown(&code, &fault))),
                // No code that stands for one thing: then it is looked for in the names.
                Err(_) if value.is_alive() => list.turn_to(path(&code)),
                Err(_) => {}
            }
        });
    };
    let scan = scan_input::view(value, text::SCAN_HINT, found);
    let rows = ui::listed(list, "rows card", text::NO_STOCK, |row: ItemStock| self::row(&row));
    let body = view! {
        div(class="filters") { (scan) }
        (rows)
    };
    ui::shell::page(text::STOCK.get(), None, move_button(), body)
}

fn path(q: &str) -> String {
    if q.is_empty() { "/api/v1/stock?limit=50".into() } else { format!("/api/v1/stock?limit=50&q={}", encode(q)) }
}

fn move_button() -> View {
    if !app::may(Permission::StockMove) {
        return View::new();
    }
    let (path, counts) = (Route::Move(MovementKind::Receipt).path(), Route::Desk(vec!["count".into()]).path());
    view! {
        a(class="button quiet", href=counts) { (icon::CHECK) (text::COUNTS) }
        a(class="button", href=path) { (icon::MOVE) (text::BOOK) }
    }
}

fn row(stock: &ItemStock) -> View {
    let path = Route::StockItem(stock.item.clone()).path();
    let (name, item) = (stock.name.clone(), stock.item.to_string());
    let available = format!("{} {}", stock.available, stock.unit);
    let mut notes = vec![item];
    if stock.reserved.is_positive() {
        notes.push(format!("{} {}", text::RESERVED.get(), stock.reserved));
    }
    if stock.quarantine.is_positive() {
        notes.push(format!("{} {}", text::QUARANTINE.get(), stock.quarantine));
    }
    if let Some(pending) = stock.pending.filter(|pending| !pending.is_zero()) {
        notes.push(format!("{} {}", text::PENDING.get(), show::change(pending)));
    }
    if stock.owed.is_positive() {
        notes.push(format!("{} {}", text::OWED.get(), stock.owed));
    }
    let notes = notes.join(" · ");
    let class = if stock.available.is_positive() { "number" } else { "number none" };
    view! {
        li(class="row") { a(href=path) {
            div(class="row-main") { span(class="grow") { (name) } strong(class=class) { (available) } }
            p(class="note") { (notes) }
        } }
    }
}
