//! One module for each page.

mod movements;
mod stock;
mod stock_item;
mod stock_move;

use sycamore::prelude::*;

use crate::route::Route;
use crate::ui;

/// The page of an address.
pub(crate) fn view(route: &Route) -> View {
    match route {
        Route::Stock => stock::view(),
        Route::StockItem(item) => stock_item::view(item),
        Route::Move(kind) => stock_move::view(*kind),
        Route::Movements => movements::view(),
        _ => ui::shell::unknown("/"),
    }
}
