//! The frame of every page after the sign-in: its bar, its content, and the ways on that its bundle offers.

use sycamore::prelude::*;

use crate::route::Route;
use crate::ui::icon;
use crate::{app, show, text, ui};

/// The page of the present address, with the ways on beside it.
pub fn view(class: &'static str, navigation: View, page: Box<dyn Fn(&Route) -> View>) -> View {
    let app = app::app();
    let toast = ui::toast::view(app.toast);
    let content = ui::live(move || {
        let route = app.route.get_clone();
        untrack(|| page(&route))
    });
    view! {
        a(class="skip", href="#main") { (text::SKIP) }
        div(class=class) {
            (content)
            (navigation)
        }
        (toast)
    }
}

/// Says that the screen may be old. It stands in the bar, so that nothing moves when it comes.
fn offline() -> View {
    let offline = app::app().offline;
    let said = ui::live(move || {
        let Some(as_of_ms) = offline.get() else { return View::new() };
        let said = as_of_ms.map_or_else(|| text::OFFLINE.into(), |ms| text::OFFLINE_AS_OF.with(&show::clock(ms)));
        view! { span(class="chip bad", title=text::LOST) { (said) } }
    });
    view! { span(role="status") { (said) } }
}

/// Says that there is no such page, and leads back to the start.
pub fn unknown(start: &'static str) -> View {
    let nothing = ui::empty(text::NO_SUCH_PAGE);
    let body = view! { (nothing) a(class="button wide", href=start) { (text::TO_START) } };
    page(text::NO_SUCH_PAGE.get(), None, View::new(), body)
}

/// One page: its title, where back leads, what stands at the right of the bar, and its body.
pub fn page(title: impl Into<String>, back: Option<Route>, aside: View, body: View) -> View {
    let title = title.into();
    document().set_title(&format!("{title} · Takt"));
    let back = back.map(|route| {
        let path = route.path();
        view! { a(class="round", href=path, aria-label=text::BACK) { (icon::BACK) } }
    });
    let back = View::from(back);
    let (offline, pending) = (offline(), ui::pending::view());
    let (outbox, refused) = (ui::outbox::chip(), ui::outbox::alert());
    view! {
        header(class="bar") { (back) h1 { (title) } (offline) (outbox) (aside) }
        main(id="main", tabindex="-1") { (refused) (pending) (body) }
    }
}
