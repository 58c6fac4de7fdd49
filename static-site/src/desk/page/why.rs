//! Why an order waits: its next steps, what is missing, since when, who can act, and the way there.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::permission::{Permission, Role};
use takt_domain::why::{Person, Reason, Wait, Why};

use super::morning;
use crate::frame::names::{COSTS, WHY};
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::route::{Route, desk, encode};
use crate::text::{self, Text};
use crate::ui::{self, icon, scan_input};
use crate::{app, show};

const NEXT: Text = Text::new("现在可以做", "Can be done now");
const LATER: Text = Text::new("还不能做", "Not yet");
const WHO: Text = Text::new("谁来做", "Who");
const GO: Text = Text::new("去处理", "Go there");
const BLOCKED: Text = Text::new("被卡住", "Blocked");
const SINCE: Text = Text::new("已等 {}", "waiting for {}");
const ASK: Text = Text::new("扫描或输入工单号", "Scan or type an order's number");
const HANGING: Text = Text::new("停滞的工单", "Orders that hang");

pub(crate) fn view(rest: &[String]) -> View {
    let Some(order) = rest.first() else { return ask() };
    let read: Read<Why> = Read::new(format!("/api/v1/orders/{}/why", encode(order)));
    read.poll(LIVE_MS);
    let title = format!("{} · {order}", WHY.get());
    ui::shell::page(title, Some(desk("morning")), View::new(), ui::shown(read, draw))
}

/// Which order: by its number, or one of those that hang.
fn ask() -> View {
    let number = scan_input::view(create_signal(String::new()), ASK, |code, _| {
        app::app().go(&Route::Desk(vec!["why".into(), code]).path());
    });
    let hanging = ui::shown(Read::new("/api/v1/morning"), morning::draw);
    let list = view! { h2 { (HANGING) } (hanging) };
    ui::shell::page(WHY.get(), None, View::new(), view! { (number) (list) })
}

fn draw(why: Rc<Why>) -> View {
    let lang = app::lang();
    let headline = why.headline.get(lang).to_owned();
    let (state, age) = (why.label.get(lang).to_owned(), show::age(why.since));
    let order = why.order.to_string();
    let path = format!("/orders/{}", encode(&order));
    let blocked = mark(why.blocked);
    let cost = if app::may(Permission::CostView) {
        let path = format!("/desk/costs/{}", encode(&order));
        ui::link(path, COSTS)
    } else {
        View::new()
    };
    let waits: Vec<_> = why.waits.iter().map(wait).collect();
    view! {
        section(class="card why-head") {
            div(class="chips") { span(class="chip") { (state) } span(class="chip") { (age) } (blocked) }
            p(class="why-headline") { (headline) }
            div(class="inline") { a(class="quiet small", href=path) { (text::ORDER) " " (order) } (cost) }
        }
        (waits)
    }
}

pub(crate) fn mark(blocked: bool) -> View {
    if blocked {
        view! { span(class="chip bad") { (BLOCKED) } }
    } else {
        View::new()
    }
}

fn wait(wait: &Wait) -> View {
    let lang = app::lang();
    let title = wait.label.get(lang).to_owned();
    let kind = if wait.open { NEXT } else { LATER };
    let class = if wait.open { "chip good" } else { "chip" };
    let since = SINCE.with(&show::age(wait.since));
    let who = who(&wait.who, &wait.people);
    let reasons: Vec<_> = wait.reasons.iter().map(reason).collect();
    let go = if wait.open {
        let page = wait.act.page.clone();
        view! { a(class="button", href=page) { (GO) (icon::NEXT) } }
    } else {
        View::new()
    };
    view! {
        section(class="card") {
            div(class="row-main") { div(class="grow") { h2 { (title) } } span(class=class) { (kind) } }
            p(class="note") { (since) " · " (WHO) ": " (who) }
            ul(class="plain") { (reasons) }
            (go)
        }
    }
}

/// Roles, and the people who hold them.
pub(crate) fn who(roles: &[Role], people: &[Person]) -> String {
    let lang = app::lang();
    let others: Vec<_> = roles.iter().filter(|role| **role != Role::Administrator).collect();
    let shown: Vec<_> = if others.is_empty() { roles.iter().collect() } else { others };
    let roles: Vec<_> = shown.iter().map(|role| role.label(lang)).collect();
    let roles = roles.join(lang.pick("、", ", "));
    if people.is_empty() {
        return roles;
    }
    let names: Vec<_> = people.iter().map(|person| person.name.as_str()).collect();
    format!("{roles} ({})", names.join(lang.pick("、", ", ")))
}

fn reason(reason: &Reason) -> View {
    let detail = reason.unmet.detail.clone();
    let remedy = format!("{} · {}", reason.unmet.remedy, who(&reason.unmet.who, &[]));
    let go = match &reason.act {
        Some(act) if reason.opened_by.is_none() => {
            let page = act.page.clone();
            ui::link(page, GO)
        }
        _ => View::new(),
    };
    view! {
        li(class="row") { div(class="row-main") {
            div(class="grow") { strong { (detail) } p(class="note") { (remedy) } }
            (go)
        } }
    }
}
