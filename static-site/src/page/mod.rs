//! One module for each page.

mod board;
mod line;
mod me;
mod movements;
mod new_order;
mod order;
mod orders;
mod report;
pub(crate) mod sign_in;
pub(crate) mod stock;
mod stock_item;
mod stock_move;
mod users;

use sycamore::prelude::*;

use crate::route::Route;
use crate::text;
use crate::ui::shell;

/// The page of an address.
pub(crate) fn view(route: &Route) -> View {
    match route {
        Route::Home | Route::SignIn => match shell::entries().first() {
            Some((first, ..)) => view(first),
            None => me::view(),
        },
        Route::Orders => orders::view(),
        Route::NewOrder => new_order::view(),
        Route::Order(id) => order::view(id),
        Route::Report(id) => report::view(id),
        Route::Board => board::view(),
        Route::Line => line::view(),
        Route::Stock => stock::view(),
        Route::StockItem(item) => stock_item::view(item),
        Route::Move(kind) => stock_move::view(*kind),
        Route::Movements => movements::view(),
        Route::Users => users::view(),
        Route::Me => me::view(),
        Route::Unknown => {
            let nothing = crate::ui::empty(text::NO_SUCH_PAGE);
            let body = view! { (nothing) a(class="button wide", href="/") { (text::TO_START) } };
            shell::page(text::NO_SUCH_PAGE.get(), None, View::new(), body)
        }
    }
}
