//! Users: who may sign in, and as what.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::identity::{PutUser, User};
use takt_api::master::PlantDetail;
use takt_api::stock::Source;
use takt_api::webhooks::{Contact, PutContact};
use takt_domain::id::UserId;
use takt_domain::permission::Role;

use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const PHONE: Text = Text::new("电话(群里 @、短信通知)", "Telephone (for mentions in chats and short messages)");
const PHONE_HINT: Text = Text::new("例如 13800000000,可不填", "such as 13800000000, may be empty");
const SAVE_PHONE: Text = Text::new("保存电话", "Save the number");

pub(crate) fn view(_: &[String]) -> View {
    let list: List<User> = List::new("/api/v1/users?limit=100".into());
    // `Some(None)` is a user to be made.
    let asked = create_signal(None::<Option<User>>);
    let rows = ui::listed(list, "rows card", text::NO_USERS, move |user: User| row(user, asked));
    let sheet = sheet::view(asked, move |user| {
        let title = user.as_ref().map_or(text::MAY_MAKE_USERS.get().to_owned(), |user| user.user.to_string());
        (title, form(user, asked, list))
    });
    let new = view! { button(r#type="button", class="button", on:click=tap(move || asked.set(Some(None)))) { (icon::PLUS) (text::MAY_MAKE_USERS) } };
    ui::shell::page(text::USERS.get(), None, new, view! { (rows) (sheet) })
}

fn row(user: User, asked: Signal<Option<Option<User>>>) -> View {
    let lang = app::lang();
    let roles: Vec<_> = user.roles.iter().map(|role| role.label(lang)).collect();
    let line = user.line.as_ref().map_or(String::new(), |line| format!(" · {line}"));
    let note = format!("{} · {}{line}", user.user, roles.join(", "));
    let name = user.name.clone();
    let mark = if user.active {
        View::new()
    } else {
        view! { span(class="chip bad") { (text::ENDED) } }
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(Some(user.clone()))))) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (mark) (icon::NEXT) }
            }
        }
    }
}

fn form(user: Option<User>, asked: Signal<Option<Option<User>>>, list: List<User>) -> View {
    let is_new = user.is_none();
    let known = user.as_ref();
    let id = create_signal(known.map_or(String::new(), |user| user.user.to_string()));
    let name = create_signal(known.map_or(String::new(), |user| user.name.clone()));
    let line = create_signal(known.and_then(|user| user.line.as_ref()).map_or(String::new(), ToString::to_string));
    let roles = create_signal(known.map_or_else(Vec::new, |user| user.roles.clone()));
    let active = create_signal(known.is_none_or(|user| user.active));
    let pin = create_signal(String::new());
    let missing = create_signal(String::new());
    let submit = Submit::new();
    let send = move || {
        let fill_in = |name: text::Text| missing.set(text::FILL_IN.with(name.get()));
        let Ok(user) = id.with_untracked(|id| id.trim().parse::<UserId>()) else { return fill_in(text::USER) };
        let said = name.with_untracked(|name| name.trim().to_owned());
        if said.is_empty() {
            return fill_in(text::NAME);
        }
        if roles.with_untracked(Vec::is_empty) {
            return fill_in(text::ROLES);
        }
        let typed = pin.get_clone_untracked();
        if is_new && typed.is_empty() {
            return fill_in(text::PIN);
        }
        let line_typed = line.with_untracked(|line| line.trim().to_owned());
        let line = match line_typed.as_str() {
            "" => None,
            typed => match typed.parse() {
                Ok(line) => Some(line),
                Err(_) => return fill_in(text::LINE),
            },
        };
        missing.set(String::new());
        let pin = Some(typed).filter(|typed| !typed.is_empty());
        let body =
            PutUser { name: said, roles: roles.get_clone_untracked(), line, active: active.get_untracked(), pin };
        let path = format!("/api/v1/users/{}", encode(user.as_str()));
        submit.send("PUT", path, &body, Source::Hand, move |_: User| {
            app::app().say(Toast::good(text::SAVED.get()));
            asked.set(None);
            list.again();
        });
    };
    let hint = ui::hint(missing);
    let name = field::line(text::NAME, name, text::NAME);
    let who = if is_new {
        field::labelled(
            text::USER,
            view! { input(r#type="text", autocapitalize="off", autocomplete="off", "spellcheck"="false", maxlength="96", bind:value=id) },
        )
    } else {
        View::new()
    };
    let pin_hint = if is_new { text::PIN_HINT } else { text::PIN_KEEP };
    let pin = field::labelled(
        text::PIN,
        view! {
            input(r#type="password", inputmode="numeric", autocomplete="new-password", maxlength="12", placeholder=pin_hint, bind:value=pin)
        },
    );
    let states = vec![(true, text::ACTIVE.get().to_owned()), (false, text::ENDED.get().to_owned())];
    let states = field::choice(text::STATUS, active, states);
    let (roles, line) = (role_choice(roles), line_choice(line));
    let fields = submit_button::fields(
        submit,
        view! {
            (who)
            (name)
            (roles)
            (line)
            (pin)
            (states)
        },
    );
    let button = submit_button::view(submit, text::SAVE, send);
    let phone = user.map_or(View::new(), |user| phone(user.user));
    view! { (fields) (hint) (button) (phone) }
}

/// By which number somebody is called in a chat or by a short message: of interest to few, and a write of its own.
fn phone(user: UserId) -> View {
    let submit = Submit::new();
    let read: Read<Page<Contact>> = Read::new("/api/v1/contacts");
    let path = Rc::new(format!("/api/v1/contacts/{}", encode(user.as_str())));
    ui::shown(read, move |all| {
        let known = all.rows.iter().find(|contact| contact.user == user);
        let phone = create_signal(known.map_or(String::new(), |contact| contact.phone.clone()));
        let path = Rc::clone(&path);
        let send = move || {
            let body = PutContact { phone: phone.with_untracked(|phone| phone.trim().to_owned()) };
            submit.send("PUT", (*path).clone(), &body, Source::Hand, move |_: Contact| {
                app::app().say(Toast::good(text::SAVED.get()));
            });
        };
        let line = field::labelled(
            PHONE,
            view! { input(r#type="tel", inputmode="tel", autocomplete="off", maxlength="16", placeholder=PHONE_HINT, bind:value=phone) },
        );
        let button = submit_button::small(submit, SAVE_PHONE, "quiet", Rc::new(send));
        let outcome = submit_button::outcome(submit);
        view! { (line) (outcome) (button) }
    })
}

/// The line that a user belongs to; typed where the lines cannot be read.
fn line_choice(line: Signal<String>) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    ui::live(move || match read.ready() {
        Some(plant) => {
            let mut lines = vec![(String::new(), "—".to_owned())];
            lines.extend(plant.lines.iter().map(|line| (line.id.to_string(), format!("{} {}", line.id, line.name))));
            field::select(text::LINE, line, lines)
        }
        None => field::line(text::LINE, line, text::OPTIONAL),
    })
}

/// Any number of roles.
fn role_choice(roles: Signal<Vec<Role>>) -> View {
    let lang = app::lang();
    let buttons: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| {
            let held = move || if roles.with(|roles| roles.contains(&role)) { "true" } else { "false" };
            let flip = Rc::new(move || {
                roles.update(|roles| {
                    if roles.contains(&role) { roles.retain(|other| *other != role) } else { roles.push(role) }
                });
            });
            let name = role.label(lang);
            view! { button(r#type="button", class="option", aria-pressed=held, on:click=tap(move || flip())) { (name) } }
        })
        .collect();
    let name = text::ROLES.get();
    view! { div(class="field", role="group", aria-label=name) { span { (text::ROLES) } div(class="options") { (buttons) } } }
}
