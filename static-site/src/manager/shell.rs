//! The frame of the pages with charts: each other, and the way back to the desk.

use sycamore::prelude::*;
use takt_domain::refusal::Unmet;

use crate::app;
use crate::page;
use crate::route::{MANAGEMENT, ManagementPage, Route, desk};
use crate::sign_in;
use crate::text;
use crate::ui::icon;
use crate::ui::{self, tap};

/// In the order of [`MANAGEMENT`].
const VIEWS: [fn() -> View; MANAGEMENT.len()] = [page::manager::view, page::operations::view];

pub(crate) fn view() -> View {
    ui::shell::view("shell desk", navigation(), Box::new(page))
}

fn page(route: &Route) -> View {
    let Route::Desk(segments) = route else { return ui::shell::unknown("/desk") };
    let at = segments.first().map_or("", String::as_str);
    match MANAGEMENT.iter().zip(VIEWS).find(|(page, _)| page.at == at) {
        Some((page, view)) if app::may(page.needs) => view(),
        Some((page, _)) => closed(page),
        None => ui::shell::unknown("/desk"),
    }
}

/// A page that is not the reader's to open: which permission it takes, and who has it.
fn closed(page: &ManagementPage) -> View {
    let reasons = ui::fault::reasons(&[Unmet::permission(page.needs, app::lang())]);
    let body = view! { section(class="card") { h2 { (text::NOT_NOW) } (reasons) } };
    ui::shell::page(page.name.get(), None, View::new(), body)
}

fn navigation() -> View {
    let open = create_signal(false);
    let links: Vec<_> = MANAGEMENT
        .iter()
        .filter(|page| app::may(page.needs))
        .map(|page| {
            let (path, drawing, name, at) = (desk(page.at).path(), page.icon, page.name, page.at);
            let here = create_memo(move || {
                app::app().route.with(|route| matches!(route, Route::Desk(parts) if parts.first().is_some_and(|first| first == at)))
            });
            let current = move || if here.get() { Some("page") } else { None };
            view! { a(href=path, aria-current=current, on:click=tap(move || open.set(false))) { (drawing) span { (name) } } }
        })
        .collect();
    let who = app::session().map_or(String::new(), |session| session.name.clone());
    let (language, sign_out) = (sign_in::language(), sign_in::sign_out());
    let class = move || if open.get() { "side open" } else { "side" };
    let expanded = move || if open.get() { "true" } else { "false" };
    let flip = tap(move || open.set(!open.get_untracked()));
    view! {
        button(r#type="button", class="round menu", aria-label=text::MENU, aria-expanded=expanded, on:click=flip) { (icon::MENU) }
        nav(class=class, aria-label=text::NAVIGATION) {
            span(class="brand") { "Takt" }
            span(class="side-group") { (text::MANAGEMENT) }
            (links)
            span(class="side-group") { (text::ELSEWHERE) }
            a(href="/desk") { (icon::DESK) span { (text::DESK) } }
            a(href="/") { (icon::ORDERS) span { (text::FLOOR) } }
            div(class="side-foot") { a(href="/me") { (icon::ME) span { (who) } } (language) (sign_out) }
        }
    }
}
