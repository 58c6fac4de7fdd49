//! Who is signed in, the other pages, the language, and the way out.

use sycamore::prelude::*;
use takt_domain::permission::Permission;

use crate::ui::{self, icon};
use crate::{app, frame::floor, show, sign_in, text};

pub(crate) fn view() -> View {
    let Some(session) = app::session() else { return View::new() };
    let lang = app::lang();
    let roles: Vec<_> = session
        .roles
        .iter()
        .map(|role| {
            let label = role.label(lang);
            view! { span(class="chip") { (label) } }
        })
        .collect();
    let (name, user) = (session.name.clone(), session.user.to_string());
    let plant = format!("{} ({})", session.plant_name, session.plant);
    let plant = ui::pair(text::PLANT, plant);
    let until = text::VALID_UNTIL.with(&show::time(session.expires_at));
    let line = session.line.as_ref().map(|line| ui::pair(text::LINE, line.to_string()));
    let line = View::from(line);
    let links: Vec<_> = floor::entries()
        .into_iter()
        .map(|(route, drawing, name)| {
            let path = route.path();
            view! { li { a(class="entry", href=path) { (drawing) span(class="grow") { (name) } (icon::NEXT) } } }
        })
        .collect();
    let waiting = ui::approvals::inbox(true);
    let (presence, language, sign_out) = (presence(), sign_in::language(), sign_in::sign_out());
    let body = view! {
        section(class="card") {
            p(class="title") { (name) }
            p(class="sub") { (user) }
            div(class="chips") { (roles) }
            dl(class="pairs") { (plant) (line) }
            p(class="note") { (until) }
        }
        (waiting)
        (presence)
        ul(class="entries card") { (links) }
        section(class="card") { h2 { (text::LANGUAGE) } (language) }
        (sign_out)
    };
    ui::shell::page(text::ME.get(), None, View::new(), body)
}

/// Operators say that they are here from their own page.
fn presence() -> View {
    if !app::may(Permission::PresenceSelf) || !app::may(Permission::MasterView) {
        return View::new();
    }
    super::line::mine()
}
