//! Four or five ways on at the edge of the phone's pages, chosen by role.

use sycamore::prelude::*;
use takt_domain::ledger::MovementKind;
use takt_domain::permission::{Permission, Role};

use crate::route::{Route, desk};
use crate::text::Text;
use crate::ui::icon::{self, Icon};
use crate::{app, text, ui};

/// A way on: where to, its drawing, its name.
pub type Entry = (Route, Icon, Text);

pub fn view(page: fn(&Route) -> View) -> View {
    ui::shell::view("shell", navigation(), Box::new(page))
}

/// True for who works sitting.
pub fn is_at_desk() -> bool {
    app::is_any(&[Role::Planner, Role::Manager, Role::Administrator])
}

/// Every page that the reader's role may use, the most used first.
pub fn entries() -> Vec<Entry> {
    let orders = (Route::Orders, icon::ORDERS, text::ORDERS);
    let board = (desk("board"), icon::BOARD, text::BOARD);
    let at_desk = (Route::Desk(Vec::new()), icon::DESK, text::DESK);
    let stock = (Route::Stock, icon::STOCK, text::STOCK);
    let book = (Route::Move(MovementKind::Receipt), icon::MOVE, text::BOOK);
    let line = (Route::Line, icon::LINE, text::LINE);
    let ledger = (Route::Movements, icon::LEDGER, text::MOVEMENTS);
    let wanted = if app::is(Role::Storekeeper) {
        [book, stock, ledger, orders, board, line, at_desk]
    } else if is_at_desk() {
        [orders, at_desk, stock, line, board, book, ledger]
    } else {
        [orders, line, stock, ledger, board, book, at_desk]
    };
    wanted.into_iter().filter(|(route, ..)| is_open(route)).collect()
}

fn is_open(route: &Route) -> bool {
    let needed = match route {
        Route::Desk(rest) if rest.is_empty() => return is_at_desk() || app::is(Role::ShiftLead),
        Route::Orders | Route::Desk(_) => Permission::OrderView,
        Route::Stock | Route::Movements => Permission::StockView,
        Route::Move(_) => Permission::StockMove,
        Route::Line => Permission::MasterView,
        _ => return true,
    };
    app::may(needed)
}

fn navigation() -> View {
    let mut shown: Vec<_> = entries().into_iter().take(4).collect();
    shown.push((Route::Me, icon::ME, text::ME));
    let links: Vec<_> = shown
        .into_iter()
        .map(|(route, drawing, name)| {
            let path = route.path();
            let here = create_memo(move || belongs(&app::app().route.get_clone(), &route));
            let current = move || if here.get() { Some("page") } else { None };
            view! { a(href=path, aria-current=current) { (drawing) span { (name) } } }
        })
        .collect();
    view! { nav(class="nav", aria-label=text::NAVIGATION) { span(class="brand") { "Takt" } (links) } }
}

fn belongs(now: &Route, entry: &Route) -> bool {
    match now {
        Route::Home => entries().first().is_some_and(|(first, ..)| first == entry),
        Route::Order(_) | Route::Report(_) => *entry == Route::Orders,
        Route::StockItem(_) => *entry == Route::Stock,
        Route::Move(_) => matches!(entry, Route::Move(_)),
        _ => now == entry,
    }
}
