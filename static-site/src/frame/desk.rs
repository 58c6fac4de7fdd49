//! The desk's frame: every page that the reader may open at the left, under its heading; on a narrow screen behind a button.

use sycamore::prelude::*;
use takt_domain::permission::Permission;
use takt_domain::refusal::Unmet;

use takt_api::Page as Rows;
use takt_api::watch::Alert;

use super::pages::{Draw, PAGES, Page};
use super::people;
use crate::app;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::route::{MANAGEMENT, ManagementPage, Route, desk};
use crate::sign_in;
use crate::text::{self, Text};
use crate::ui::icon::{self, Icon};
use crate::ui::{self, tap};
use wasm_bindgen::JsCast;

/// The pages with charts: they have a table of their own, as they have a heading of their own.
static CHARTS: [ManagementPage; MANAGEMENT.len()] = MANAGEMENT;

/// The frame around the pages that a bundle draws.
pub fn view(views: &'static [(&'static str, Draw)]) -> View {
    let known = people::known();
    let draw = move |route: &Route| {
        let route = route.clone();
        ui::live(move || if known.get() { untrack(|| page(&route, views)) } else { ui::loading() })
    };
    ui::shell::view("shell desk", navigation(), Box::new(draw))
}

fn is_open(page: &Page) -> bool {
    page.needs.iter().any(|permission| app::may(*permission))
}

/// What a page is called, and what opens it.
fn known(at: &str) -> Option<(Text, &'static [Permission])> {
    let charts = CHARTS.iter().find(|page| page.at == at).map(|page| (page.name, std::slice::from_ref(&page.needs)));
    charts.or_else(|| PAGES.iter().find(|page| page.at == at).map(|page| (page.name, page.needs)))
}

/// The page of an address; at `/desk` itself the first that is open to the reader.
fn page(route: &Route, views: &[(&'static str, Draw)]) -> View {
    let Route::Desk(segments) = route else { return ui::shell::unknown("/desk") };
    let (at, rest) = match segments.split_first() {
        None => (PAGES.iter().find(|page| is_open(page)).map_or("", |page| page.at), &[][..]),
        Some((first, rest)) => (first.as_str(), rest),
    };
    let Some((name, needs)) = known(at) else {
        return ui::shell::unknown(if segments.is_empty() { "/" } else { "/desk" });
    };
    if !needs.iter().any(|permission| app::may(*permission)) {
        return closed(name, needs);
    }
    match views.iter().find(|(drawn, _)| *drawn == at) {
        Some((_, draw)) => draw(rest),
        // It is their first page, and in another bundle.
        None => {
            app::app().go_instead(&desk(at).path());
            View::new()
        }
    }
}

/// A page that is not the reader's to open: which permission it takes, and who has it.
fn closed(name: Text, needs: &[Permission]) -> View {
    let missing: Vec<_> = needs.iter().map(|needed| Unmet::permission(*needed, app::lang())).collect();
    let reasons = ui::fault::reasons(&missing);
    let body = view! { section(class="card") { h2 { (text::NOT_NOW) } (reasons) } };
    ui::shell::page(name.get(), None, View::new(), body)
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
        parts.push(link(page.at, page.icon, page.name, open));
    }
    let charts: Vec<_> = CHARTS.iter().filter(|page| app::may(page.needs)).collect();
    if !charts.is_empty() {
        parts.push(heading(text::MANAGEMENT));
    }
    parts.extend(charts.into_iter().map(|page| link(page.at, page.icon, page.name, open)));
    parts.push(heading(text::FLOOR));
    parts.extend(floor().into_iter().map(|(route, drawing, name)| {
        let path = route.path();
        view! { a(href=path) { (drawing) span { (name) } } }
    }));
    let who = app::session().map_or(String::new(), |session| session.name.clone());
    let (language, sign_out) = (sign_in::language(), sign_in::sign_out());
    let class = move || if open.get() { "side open" } else { "side" };
    let expanded = move || if open.get() { "true" } else { "false" };
    let side = create_node_ref();
    let flip = tap(move || {
        open.set(!open.get_untracked());
        show_current(side);
    });
    on_mount(move || show_current(side));
    view! {
        button(r#type="button", class="round menu", aria-label=text::MENU, aria-expanded=expanded, on:click=flip) { (icon::MENU) }
        nav(r#ref=side, class=class, aria-label=text::NAVIGATION) {
            span(class="brand") { "Takt" }
            (parts)
            div(class="side-foot") { a(href="/me") { (icon::ME) span { (who) } } (language) (sign_out) }
        }
    }
}

/// Brings the entry of the page that is open into view: there are more than a screen is high.
fn show_current(side: NodeRef) {
    let Some(side) = side.try_get().and_then(|node| node.dyn_into::<web_sys::Element>().ok()) else { return };
    let current = side.query_selector("[aria-current]").ok().flatten();
    if let Some(current) = current.and_then(|entry| entry.dyn_into::<web_sys::HtmlElement>().ok()) {
        side.set_scroll_top(current.offset_top() - side.client_height() / 2);
    }
}

fn heading(name: Text) -> View {
    view! { span(class="side-group") { (name) } }
}

fn link(at: &'static str, drawing: Icon, name: Text, open: Signal<bool>) -> View {
    let path = desk(at).path();
    let here = create_memo(move || {
        app::app().route.with(|route| match route {
            Route::Desk(segments) => segments.first().map_or_else(|| is_home(at), |first| first == at),
            _ => false,
        })
    });
    let current = move || if here.get() { Some("page") } else { None };
    let badge = if at == "alerts" { badge() } else { View::new() };
    // The menu of a narrow screen has done its work.
    view! { a(href=path, aria-current=current, on:click=tap(move || open.set(false))) { (drawing) span { (name) } (badge) } }
}

fn is_home(at: &str) -> bool {
    PAGES.iter().find(|page| is_open(page)).is_some_and(|home| home.at == at)
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
