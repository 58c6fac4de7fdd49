//! One module for each page.

mod andon;
mod line;
mod me;
mod movements;
mod order;
mod orders;
mod report;
mod stock;
mod stock_item;
mod stock_move;

use sycamore::prelude::*;

use crate::route::Route;
use crate::{app, shell, ui};

/// The page of an address.
pub(crate) fn view(route: &Route) -> View {
    match route {
        Route::Home | Route::SignIn if shell::is_at_desk() && is_wide() => {
            app::app().go("/desk");
            View::new()
        }
        Route::Home | Route::SignIn => match shell::entries().first() {
            Some((first, ..)) => view(first),
            None => me::view(),
        },
        Route::Orders => orders::view(),
        Route::Order(id) => order::view(id),
        Route::Report(id) => report::view(id),
        Route::Line => line::view(),
        Route::Stock => stock::view(),
        Route::StockItem(item) => stock_item::view(item),
        Route::Move(kind) => stock_move::view(*kind),
        Route::Movements => movements::view(),
        Route::Me => me::view(),
        Route::Desk(_) | Route::Unknown => ui::shell::unknown("/"),
    }
}

/// True on a screen that has room for the desk.
fn is_wide() -> bool {
    window().match_media("(min-width: 1100px)").ok().flatten().is_some_and(|query| query.matches())
}
