//! Connected systems: those that call by themselves with a token, and those that are told by webhooks; how each is connected,
//! when it last exchanged something, and how late it is. `/desk/systems/ID` shows one that calls.

mod detail;
mod form;

use jiff::Timestamp;
use sycamore::prelude::*;
use takt_api::Page;
use takt_api::machines::Machine;
use takt_api::webhooks::Webhook;

use crate::frame::names::SYSTEMS;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, icon, sheet, tap};
use crate::{app, show};

const LEAD: Text = Text::new(
    "ERP、WMS、秤、采集网关等系统和设备,凭令牌自己调用接口;本页看每个系统怎样接入、最近一次往来和滞后多久。",
    "An ERP, a scale or a gateway calls by itself, with a token. Here stands how each system is connected, when it last exchanged something, and how late it is.",
);
const REFERENCE: Text = Text::new("接口文档", "API reference");
const NEW: Text = Text::new("接入新系统", "Connect a system");
const CALLS: Text = Text::new("调用本厂接口的系统", "Systems that call");
const TOLD: Text = Text::new("接收通知的系统(Webhook)", "Systems that are told (webhooks)");
const NONE: Text = Text::new("还没有接入系统", "No system is connected yet");
const NONE_TOLD: Text = Text::new("还没有 Webhook", "There is no webhook yet");
const OFF: Text = Text::new("已停用", "Off");
const NO_TOKEN: Text = Text::new("没有有效令牌", "No token that works");
const LATE: Text = Text::new("成批迟到", "Late batches");
const WELL: Text = Text::new("正常", "Well");
const NEVER: Text = Text::new("还没有往来", "Nothing was exchanged yet");
const LAST: Text = Text::new("最近往来 {}", "Last exchange {}");
const LAG: Text = Text::new("滞后 {}", "{} late");
const FAILING: Text = Text::new("重试中", "Trying again");

pub(crate) fn view(rest: &[String]) -> View {
    match rest {
        [id, ..] => detail::view(id.clone()),
        [] => list(),
    }
}

fn list() -> View {
    let calling: Read<Page<Machine>> = Read::new("/api/v1/machines");
    let told: Read<Page<Webhook>> = Read::new("/api/v1/webhooks");
    calling.poll(LIVE_MS);
    told.poll(LIVE_MS);
    let asked = create_signal(None::<()>);
    let sheet = sheet::view(asked, move |()| {
        let done = move |made: Machine| {
            asked.set(None);
            app::app().go(&path(made.machine.as_str()));
        };
        (NEW.get().to_owned(), form::view(None, done))
    });
    let calling = ui::shown(calling, |all| rows(all.rows.iter().map(calls).collect(), NONE));
    let told = ui::shown(told, |all| rows(all.rows.iter().map(is_told).collect(), NONE_TOLD));
    let new = view! {
        button(r#type="button", class="button", on:click=tap(move || asked.set(Some(())))) { (icon::PLUS) (NEW) }
    };
    let (calling, told) = (ui::section(CALLS, calling), ui::section(TOLD, told));
    ui::shell::page(
        SYSTEMS.get(),
        None,
        new,
        view! {
            p(class="lead") { (LEAD) }
            // Not an address of the app, which would stay where it is: a page of its own.
            p { a(class="quiet small", href="../reference.html", target="_blank") { (REFERENCE) } }
            (calling) (told) (sheet)
        },
    )
}

fn rows(rows: Vec<View>, none: Text) -> View {
    if rows.is_empty() {
        return ui::empty(none);
    }
    view! { ul(class="rows") { (rows) } }
}

fn path(id: &str) -> String {
    format!("{}/{}", desk("systems").path(), encode(id))
}

/// When a machine last exchanged something: a call, or what it booked.
fn last(machine: &Machine) -> Option<Timestamp> {
    machine.exchange.called_at.max(machine.exchange.booked_at)
}

fn exchanged(last: Option<Timestamp>) -> String {
    last.map_or(NEVER.get().to_owned(), |at| LAST.with(&show::time(at)))
}

fn calls(machine: &Machine) -> View {
    let (name, chip, path) = (machine.name.clone(), chip(machine), path(machine.machine.as_str()));
    let mut parts = vec![machine.machine.to_string(), exchanged(last(machine))];
    parts.extend(machine.exchange.lag_s.map(|lag| LAG.with(&lag_text(lag))));
    row(name, parts.join(" · "), chip, path)
}

fn lag_text(seconds: u64) -> String {
    show::span(i64::try_from(seconds).unwrap_or(i64::MAX))
}

/// How it goes, at a glance.
fn chip(machine: &Machine) -> View {
    let (class, said) = match machine {
        machine if !machine.active => ("chip", OFF),
        machine if machine.tokens.is_empty() => ("chip review", NO_TOKEN),
        machine if machine.exchange.late => ("chip bad", LATE),
        _ => ("chip good", WELL),
    };
    view! { span(class=class) { (said) } }
}

fn is_told(webhook: &Webhook) -> View {
    let (class, said) = match (webhook.enabled, webhook.state.attempts) {
        (false, _) => ("chip", OFF),
        (true, 0) => ("chip good", WELL),
        (true, _) => ("chip bad", FAILING),
    };
    let mut parts = vec![webhook.channel.label(app::lang()).to_owned(), exchanged(webhook.state.last_ok_at)];
    parts.extend(webhook.state.waiting_since.map(|since| LAG.with(&show::age(since))));
    let path = format!("{}/{}", desk("webhooks").path(), encode(&webhook.id));
    row(webhook.name.clone(), parts.join(" · "), view! { span(class=class) { (said) } }, path)
}

fn row(name: String, note: String, chip: View, path: String) -> View {
    view! {
        li(class="row") {
            a(class="plain-row", href=path) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (chip) (icon::NEXT) }
            }
        }
    }
}
