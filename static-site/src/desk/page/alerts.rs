//! The inbox of what the watch has found, for the reader's roles.

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_api::watch::{AcknowledgeAlert, Alert, AlertState};
use takt_domain::watch::Severity;

use crate::frame::names::ALERTS;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const NONE: Text = Text::new("没有预警", "No alerts");
const TAKE: Text = Text::new("我来处理", "I look after it");
const NOW: Text = Text::new("现在", "Now");
const OVER: Text = Text::new("已解除", "Over");
const SHOWN: Text = Text::new("显示", "Show");
const TAKEN_BY: Text = Text::new("{} 在处理", "{} looks after it");
const CRITICAL: Text = Text::new("紧急", "now");
const WARNING: Text = Text::new("今天", "today");
const NOTICE: Text = Text::new("留意", "note");

fn path(over: bool) -> String {
    format!("/api/v1/alerts?limit=50{}", if over { "&state=cleared" } else { "" })
}

pub(crate) fn view(_: &[String]) -> View {
    let over = create_signal(false);
    let list: List<Alert> = List::new(path(false));
    list.poll(LIVE_MS);
    create_effect(on(over, move || list.turn_to(path(over.get_untracked()))));
    let asked = create_signal(None::<Alert>);
    let rows = ui::listed(list, "rows card", NONE, move |alert: Alert| row(alert, asked));
    let sheet = sheet::view(asked, move |alert| (alert.detail.get(app::lang()).to_owned(), form(alert, asked, list)));
    let choice = field::choice(SHOWN, over, vec![(false, NOW.get().to_owned()), (true, OVER.get().to_owned())]);
    ui::shell::page(ALERTS.get(), None, View::new(), view! { (choice) (rows) (sheet) })
}

pub(crate) fn severity(severity: Severity) -> View {
    let (class, name) = match severity {
        Severity::Critical => ("chip bad", CRITICAL),
        Severity::Warning => ("chip high", WARNING),
        Severity::Notice => ("chip", NOTICE),
    };
    view! { span(class=class) { (name) } }
}

fn row(alert: Alert, asked: Signal<Option<Alert>>) -> View {
    let lang = app::lang();
    let detail = alert.detail.get(lang).to_owned();
    let severity = severity(alert.severity);
    let order = alert.order.as_ref().map(|order| {
        let (path, name) = (Route::Desk(vec!["why".into(), order.to_string()]).path(), order.to_string());
        view! { a(class="quiet small", href=path) { (name) } }
    });
    let taken = alert.acknowledged.as_ref().map(|mark| {
        let who = TAKEN_BY.with(&show::user(&mark.by));
        let note = if mark.reason.is_empty() { who } else { format!("{who}: {}", mark.reason) };
        view! { p(class="note") { (note) } }
    });
    let note = format!("{} · {}", show::age(alert.since), alert.remedy.get(lang));
    let take = if alert.state == AlertState::Open {
        let alert = alert.clone();
        view! { button(r#type="button", class="secondary", on:click=tap(move || asked.set(Some(alert.clone())))) { (TAKE) } }
    } else {
        View::new()
    };
    let (order, taken) = (View::from(order), View::from(taken));
    view! {
        li(class="row") { div(class="row-main") {
            (severity)
            div(class="grow") { strong { (detail) } p(class="note") { (note) } (taken) }
            (order)
            (take)
        } }
    }
}

fn form(alert: Alert, asked: Signal<Option<Alert>>, list: List<Alert>) -> View {
    let note = create_signal(String::new());
    let submit = Submit::new();
    let path = format!("/api/v1/alerts/{}/acknowledgement", encode(&alert.id));
    let send = move || {
        let body = AcknowledgeAlert { note: note.with_untracked(|note| note.trim().to_owned()) };
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: Alert| {
            app::app().say(Toast::good(text::SAVED.get()));
            asked.set(None);
            list.again();
        });
    };
    let fields = submit_button::fields(submit, field::lines(text::NOTE, note, text::OPTIONAL));
    let button = submit_button::view(submit, TAKE, send);
    view! { (fields) (button) }
}
