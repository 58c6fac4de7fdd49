//! The frame of every page after the sign-in: its bar, its content, and four or five ways on, chosen by role.

use sycamore::prelude::*;
use takt_domain::ledger::MovementKind;
use takt_domain::permission::{Permission, Role};

use crate::route::Route;
use crate::text::{self, Text};
use crate::ui::icon::{self, Icon};
use crate::{app, page, ui};

/// A way on: where to, its drawing, its name.
pub(crate) type Entry = (Route, Icon, Text);

pub(crate) fn view() -> View {
    let app = app::app();
    let (navigation, toast) = (navigation(), ui::toast::view(app.toast));
    let content = ui::live(move || {
        let route = app.route.get_clone();
        untrack(|| page::view(&route))
    });
    view! {
        a(class="skip", href="#main") { (text::SKIP) }
        div(class="shell") {
            (content)
            (navigation)
        }
        (toast)
    }
}

/// Every page that the reader's role may use, the most used first.
pub(crate) fn entries() -> Vec<Entry> {
    let orders = (Route::Orders, icon::ORDERS, text::ORDERS);
    let board = (Route::Board, icon::BOARD, text::BOARD);
    let stock = (Route::Stock, icon::STOCK, text::STOCK);
    let book = (Route::Move(MovementKind::Receipt), icon::MOVE, text::BOOK);
    let line = (Route::Line, icon::LINE, text::LINE);
    let new = (Route::NewOrder, icon::PLUS, text::NEW_ORDER);
    let ledger = (Route::Movements, icon::LEDGER, text::MOVEMENTS);
    let users = (Route::Users, icon::USERS, text::USERS);
    let wanted = if app::is(Role::Storekeeper) {
        [book, stock, ledger, orders, board, line, new, users]
    } else if app::is(Role::Planner) || app::is(Role::Manager) || app::is(Role::Administrator) {
        [board, orders, stock, line, new, book, ledger, users]
    } else {
        [orders, line, stock, board, ledger, new, book, users]
    };
    wanted.into_iter().filter(|(route, ..)| is_open(route)).collect()
}

fn is_open(route: &Route) -> bool {
    let needed = match route {
        Route::Orders | Route::Board => Permission::OrderView,
        Route::Stock | Route::Movements => Permission::StockView,
        Route::Move(_) => Permission::StockMove,
        Route::Line => Permission::MasterView,
        Route::NewOrder => Permission::OrderCreate,
        Route::Users => Permission::UserManage,
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

/// Says that the screen may be old. It stands in the bar, so that nothing moves when it comes.
fn offline() -> View {
    let offline = app::app().offline;
    let said = ui::live(move || {
        if offline.get() {
            view! { span(class="chip bad", title=text::LOST) { (text::OFFLINE) } }
        } else {
            View::new()
        }
    });
    view! { span(role="status") { (said) } }
}

/// One page: its title, where back leads, what stands at the right of the bar, and its body.
pub(crate) fn page(title: impl Into<String>, back: Option<Route>, aside: View, body: View) -> View {
    let title = title.into();
    document().set_title(&format!("{title} · Takt"));
    let back = back.map(|route| {
        let path = route.path();
        view! { a(class="round", href=path, aria-label=text::BACK) { (icon::BACK) } }
    });
    let back = View::from(back);
    let (offline, pending) = (offline(), ui::pending::view());
    view! {
        header(class="bar") { (back) h1 { (title) } (offline) (aside) }
        main(id="main", tabindex="-1") { (pending) (body) }
    }
}
