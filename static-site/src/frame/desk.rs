//! The desk's frame: every page that the reader may open at the left, under its heading; on a narrow screen behind a button.

use sycamore::prelude::*;
use takt_domain::permission::Permission;
use takt_domain::refusal::Unmet;

use takt_api::Page as Rows;
use takt_api::watch::Alert;

use super::pages::{Draw, PAGES, Page};
use crate::app;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::route::{MANAGEMENT, Route, desk};
use crate::sign_in;
use crate::text::{self, Text};
use crate::ui::icon::{self, Icon};
use crate::ui::{self, tap};

/// The frame around the pages that a bundle draws.
pub fn view(views: &'static [(&'static str, Draw)]) -> View {
    ui::shell::view("shell desk", navigation(), Box::new(move |route| page(route, views)))
}

fn is_open(page: &Page) -> bool {
    page.needs.iter().any(|permission| app::may(*permission))
}

/// The page of an address; at `/desk` itself the first that is open to the reader.
fn page(route: &Route, views: &[(&'static str, Draw)]) -> View {
    let Route::Desk(segments) = route else { return ui::shell::unknown("/desk") };
    let (page, rest) = match segments.split_first() {
        None => (PAGES.iter().find(|page| is_open(page)), &[][..]),
        Some((first, rest)) => (PAGES.iter().find(|page| page.at == first), rest),
    };
    let Some(page) = page else { return ui::shell::unknown(if segments.is_empty() { "/" } else { "/desk" }) };
    if !is_open(page) {
        return closed(page);
    }
    match views.iter().find(|(at, _)| *at == page.at) {
        Some((_, draw)) => draw(rest),
        // It is their first page, and in another bundle.
        None => {
            app::app().go_instead(&desk(page.at).path());
            View::new()
        }
    }
}

/// A page that is not the reader's to open: which permission it takes, and who has it.
fn closed(page: &Page) -> View {
    let missing: Vec<_> = page.needs.iter().map(|needed| Unmet::permission(*needed, app::lang())).collect();
    let reasons = ui::fault::reasons(&missing);
    let body = view! { section(class="card") { h2 { (text::NOT_NOW) } (reasons) } };
    ui::shell::page(page.name.get(), None, View::new(), body)
}

/// What the floor's own pages show, one load away.
fn floor() -> Vec<(Route, Icon, Text)> {
    let all = [
        (Permission::OrderView, Route::Orders, icon::ORDERS, text::ORDERS),
        (Permission::StockView, Route::Stock, icon::STOCK, text::STOCK),
        (Permission::MasterView, Route::Line, icon::LINE, text::LINE),
        (Permission::StockView, Route::Movements, icon::LEDGER, text::MOVEMENTS),
    ];
    let open = all.into_iter().filter(|(needed, ..)| app::may(*needed));
    open.map(|(_, route, drawing, name)| (route, drawing, name)).collect()
}

fn navigation() -> View {
    let open = create_signal(false);
    let mut parts = Vec::new();
    let mut group = None;
    for page in PAGES.iter().filter(|page| is_open(page)) {
        if group != Some(page.group) {
            group = Some(page.group);
            parts.push(heading(page.group));
        }
        parts.push(link(page, open));
    }
    let charts: Vec<_> = MANAGEMENT.iter().filter(|page| app::may(page.needs)).collect();
    if !charts.is_empty() {
        parts.push(heading(text::MANAGEMENT));
    }
    parts.extend(charts.into_iter().map(|page| {
        let (path, drawing, name) = (desk(page.at).path(), page.icon, page.name);
        view! { a(href=path) { (drawing) span { (name) } } }
    }));
    parts.push(heading(text::FLOOR));
    parts.extend(floor().into_iter().map(|(route, drawing, name)| {
        let path = route.path();
        view! { a(href=path) { (drawing) span { (name) } } }
    }));
    let who = app::session().map_or(String::new(), |session| session.name.clone());
    let (language, sign_out) = (sign_in::language(), sign_in::sign_out());
    let class = move || if open.get() { "side open" } else { "side" };
    let expanded = move || if open.get() { "true" } else { "false" };
    let flip = tap(move || open.set(!open.get_untracked()));
    view! {
        button(r#type="button", class="round menu", aria-label=text::MENU, aria-expanded=expanded, on:click=flip) { (icon::MENU) }
        nav(class=class, aria-label=text::NAVIGATION) {
            span(class="brand") { "Takt" }
            (parts)
            div(class="side-foot") { a(href="/me") { (icon::ME) span { (who) } } (language) (sign_out) }
        }
    }
}

fn heading(name: Text) -> View {
    view! { span(class="side-group") { (name) } }
}

fn link(page: &'static Page, open: Signal<bool>) -> View {
    let path = desk(page.at).path();
    let here = create_memo(move || {
        app::app().route.with(|route| match route {
            Route::Desk(segments) => segments.first().map_or_else(|| is_home(page), |first| first == page.at),
            _ => false,
        })
    });
    let current = move || if here.get() { Some("page") } else { None };
    let (drawing, name) = (page.icon, page.name);
    let badge = if page.at == "alerts" { badge() } else { View::new() };
    // The menu of a narrow screen has done its work.
    view! { a(href=path, aria-current=current, on:click=tap(move || open.set(false))) { (drawing) span { (name) } (badge) } }
}

fn is_home(page: &Page) -> bool {
    PAGES.iter().find(|page| is_open(page)).is_some_and(|home| home.at == page.at)
}

/// How many alerts nobody looks after.
fn badge() -> View {
    let read: Read<Rows<Alert>> = Read::new("/api/v1/alerts?state=open&limit=100");
    read.poll(LIVE_MS);
    ui::live(move || match read.ready() {
        Some(page) if !page.rows.is_empty() => {
            let count = format!("{}{}", page.rows.len(), if page.next.is_some() { "+" } else { "" });
            view! { span(class="chip bad small") { (count) } }
        }
        _ => View::new(),
    })
}
