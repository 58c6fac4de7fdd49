//! One module for each page.

mod andon;
mod line;
mod me;
mod order;
mod orders;
mod report;

use sycamore::prelude::*;

use crate::route::Route;
use crate::{app, frame::floor, ui};

/// The page of an address.
pub(crate) fn view(route: &Route) -> View {
    match route {
        Route::Home | Route::SignIn => match (start(), floor::entries().first()) {
            (Some(path), _) => leave(&path),
            (None, Some((first, ..))) => view(first),
            (None, None) => me::view(),
        },
        Route::Orders => orders::view(),
        Route::Order(id) => order::view(id),
        Route::Report(id) => report::view(id),
        Route::Line => line::view(),
        Route::Me => me::view(),
        Route::Outbox => ui::outbox::page(),
        _ => ui::shell::unknown("/"),
    }
}

/// True on a screen that has room for the desk.
fn is_wide() -> bool {
    window().match_media("(min-width: 1100px)").ok().flatten().is_some_and(|query| query.matches())
}

/// Where the reader begins, where that is in another bundle.
fn start() -> Option<String> {
    if floor::is_at_desk() && is_wide() {
        return Some("/desk".into());
    }
    let path = floor::entries().first()?.0.path();
    app::is_elsewhere(&path).then_some(path)
}

/// Leaves at once where the reader begins in another bundle. Nothing is drawn before: a touch would be lost.
pub(crate) fn elsewhere() -> Option<View> {
    let here = app::app().route.get_clone_untracked();
    let path = if matches!(here, Route::Home | Route::SignIn) { start()? } else { return None };
    Some(leave(&path))
}

/// Going back leads past this page.
fn leave(path: &str) -> View {
    app::app().go_instead(path);
    View::new()
}
