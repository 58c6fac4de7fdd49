//! Who signs for whom while somebody is away. One names a deputy for oneself; who manages users does so for anybody.

use std::rc::Rc;

use jiff::Timestamp;
use sycamore::prelude::*;
use takt_api::Page;
use takt_api::flows::{Delegations, PutDelegation};
use takt_api::identity::User;
use takt_api::stock::Source;
use takt_domain::approval::Delegation;
use takt_domain::id::UserId;
use takt_domain::permission::Permission;
use wasm_bindgen::JsValue;

use crate::frame::names::DEPUTIES;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

const NAME_ONE: Text = Text::new("指定代理人", "Name a deputy");
const NONE: Text = Text::new("现在没有人由别人代签", "Nobody has a deputy now");
const EXPLAIN: Text = Text::new(
    "外出期间,代理人可以代为签字;签字记录里写明代谁签的。每人同时只有一位代理人,再指定就换人。",
    "A deputy signs in your stead while you are away, and the record says for whom. One deputy at a time: naming another replaces the first.",
);
const AWAY: Text = Text::new("谁外出(账号)", "Who is away (user name)");
const DEPUTY: Text = Text::new("由谁代理(账号)", "Who signs instead (user name)");
const FROM: Text = Text::new("从(空白则现在起)", "From (now where it is empty)");
const UNTIL: Text = Text::new("到", "Until");
const END: Text = Text::new("结束代理", "End it");
const ENDED: Text = Text::new("代理已结束", "It has ended");
const NOW: Text = Text::new("代理中", "signs now");
const LATER: Text = Text::new("未开始", "not yet");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<Delegations> = Read::new("/api/v1/delegations");
    let asked = create_signal(None::<()>);
    let rows = ui::shown(read, move |found| {
        if found.rows.is_empty() {
            return ui::empty(NONE);
        }
        let rows: Vec<_> = found.rows.iter().map(|each| row(each, read)).collect();
        view! { ul(class="rows card") { (rows) } }
    });
    let sheet = sheet::view(asked, move |()| (NAME_ONE.get().to_owned(), form(asked, read)));
    let new =
        view! { button(r#type="button", class="button", on:click=tap(move || asked.set(Some(())))) { (NAME_ONE) } };
    ui::shell::page(DEPUTIES.get(), None, new, view! { p(class="note") { (EXPLAIN) } (rows) (sheet) })
}

fn own() -> Option<UserId> {
    app::session().map(|session| session.user.clone())
}

fn row(delegation: &Delegation, read: Read<Delegations>) -> View {
    let from = delegation.from.clone();
    let who = format!("{} → {}", show::user(&delegation.from), show::user(&delegation.to));
    let (starts, ends) = (show::time(delegation.starts_at), show::time(delegation.ends_at));
    let mut note = format!("{starts} – {ends}");
    if !delegation.reason.is_empty() {
        note.push_str(&format!(" · {}", delegation.reason));
    }
    let (mark, class) =
        if delegation.is_active(crate::net::device::now()) { (NOW, "chip good") } else { (LATER, "chip") };
    let may = own().as_ref() == Some(&from) || app::may(Permission::UserManage);
    let end = if may {
        let submit = Submit::new();
        let press = move || {
            let path = format!("/api/v1/delegations/{}", encode(from.as_str()));
            submit.send("DELETE", path, &(), Source::Hand, move |_: Delegation| {
                app::app().say(Toast::good(ENDED.get()));
                read.again();
            });
        };
        let button = submit_button::small(submit, END, "quiet small", Rc::new(press));
        let outcome = submit_button::outcome(submit);
        view! { (button) (outcome) }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            div(class="row-main") {
                div(class="grow") { strong { (who) } p(class="note") { (note) } }
                span(class=class) { (mark) }
                (end)
            }
        }
    }
}

/// A moment as the reader's clock has it, such as `2026-11-27T08:00`.
fn moment(typed: &str) -> Option<Timestamp> {
    let at = js_sys::Date::new(&JsValue::from_str(typed)).get_time();
    if at.is_finite() { Timestamp::from_millisecond(at as i64).ok() } else { None }
}

fn form(asked: Signal<Option<()>>, read: Read<Delegations>) -> View {
    let away = create_signal(own().map_or_else(String::new, |user| user.to_string()));
    let (deputy, reason) = (create_signal(String::new()), create_signal(String::new()));
    let (from, until) = (create_signal(String::new()), create_signal(String::new()));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let send = move || {
        let fill_in = |name: Text| missing.set(text::FILL_IN.with(name.get()));
        let user = |typed: Signal<String>| typed.with_untracked(|typed| typed.trim().parse::<UserId>().ok());
        let Some(who) = user(away) else { return fill_in(AWAY) };
        let Some(to) = user(deputy) else { return fill_in(DEPUTY) };
        let typed = from.get_clone_untracked();
        let starts_at = if typed.is_empty() { None } else { moment(&typed) };
        if starts_at.is_none() && !typed.is_empty() {
            return fill_in(FROM);
        }
        let Some(ends_at) = until.with_untracked(|typed| moment(typed)) else { return fill_in(UNTIL) };
        missing.set(String::new());
        let reason = reason.with_untracked(|text| text.trim().to_owned());
        let path = format!("/api/v1/delegations/{}", encode(who.as_str()));
        let body = PutDelegation { to, starts_at, ends_at, reason };
        submit.send("PUT", path, &body, Source::Hand, move |_: Delegation| {
            app::app().say(Toast::good(text::SAVED.get()));
            asked.set(None);
            read.again();
        });
    };
    let (all, names) = if app::may(Permission::UserManage) {
        (user_field(AWAY, away, "deputy-users"), names())
    } else {
        (View::new(), View::new())
    };
    let deputy = user_field(DEPUTY, deputy, "deputy-users");
    let from = field::labelled(FROM, view! { input(r#type="datetime-local", bind:value=from) });
    let until = field::labelled(UNTIL, view! { input(r#type="datetime-local", bind:value=until) });
    let reason = field::line(text::REASON, reason, text::OPTIONAL);
    let hint = ui::hint(missing);
    let fields = submit_button::fields(submit, view! { (all) (deputy) (from) (until) (reason) (names) });
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (hint) (button) }
}

fn user_field(label: Text, value: Signal<String>, names: &'static str) -> View {
    let input = view! {
        input(
            r#type="text", autocapitalize="off", autocomplete="off", "spellcheck"="false", maxlength="96", list=names,
            bind:value=value
        )
    };
    field::labelled(label, input)
}

/// Those who may see the users are offered them.
fn names() -> View {
    let users: Read<Page<User>> = Read::new("/api/v1/users?limit=200");
    ui::live(move || {
        let users = users.ready();
        let one = |user: &User| {
            let (id, name) = (user.user.to_string(), user.name.clone());
            view! { option(value=id) { (name) } }
        };
        let options: Vec<_> = users.iter().flat_map(|page| &page.rows).filter(|user| user.active).map(one).collect();
        view! { datalist(id="deputy-users") { (options) } }
    })
}
