//! One system that calls: how it goes, and its tokens.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::machines::{Machine, MachineToken, MadeMachineToken, NewMachineToken};
use takt_api::stock::Source;
use takt_api::webhooks::Nothing;

use super::{chip, form, lag_text};
use crate::frame::names::SYSTEMS;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

const GONE: Text = Text::new("没有这个系统", "There is no such system");
const EDIT: Text = Text::new("修改", "Change");
const STATE: Text = Text::new("状态", "How it goes");
const HOW: Text = Text::new("接入方式", "Connected by");
const BY_TOKEN: Text = Text::new("凭令牌调用接口", "a token, over the API");
const CALLED: Text = Text::new("最近一次调用", "Last call");
const BOOKED_AT: Text = Text::new("最近一次入账", "Last booked");
const BOOKED: Text = Text::new("累计入账", "Booked in all");
const LAG: Text = Text::new("滞后(中位数)", "Late by (median)");
const LATE: Text = Text::new(
    "最近五十笔里多半在发生 {} 分钟以后才到:对方在攒批,请让它随时发送。",
    "Most of the last fifty came more than {} minutes after they happened: it saves them up. Have it send at once.",
);
const MAY: Text = Text::new("允许", "It may");
const TOKENS: Text = Text::new("令牌", "Tokens");
const NO_TOKENS: Text = Text::new("没有有效令牌,新建一个给对方", "No token works; make one for it");
const NEW_TOKEN: Text = Text::new("新建令牌", "Make a token");
const DAYS: Text = Text::new("有效期", "Works for");
const DAYS_COUNT: Text = Text::new("{} 天", "{} days");
const UNTIL: Text = Text::new("有效至 {}", "Until {}");
const MADE_BY: Text = Text::new("{} 新建", "made by {}");
const END: Text = Text::new("作废", "End it");
const ENDED: Text = Text::new("已作废", "It has ended");
const ONCE: Text = Text::new(
    "令牌只显示这一次,请立即复制交给对方。放在请求头 Authorization: Bearer 之后。",
    "The token is shown this once: copy it now. It goes behind Authorization: Bearer in the header of each request.",
);

pub(super) fn view(id: String) -> View {
    let read: Read<Page<Machine>> = Read::new("/api/v1/machines");
    read.poll(LIVE_MS);
    let asked = create_signal(None::<Rc<Machine>>);
    let sheet = sheet::view(asked, move |known| {
        let done = move |_| {
            asked.set(None);
            read.again();
        };
        (known.name.clone(), form::view(Some(known), done))
    });
    let base = Rc::new(format!("/api/v1/machines/{}/tokens", encode(&id)));
    let of = Rc::clone(&base);
    let body = ui::shown(read, move |all| match all.rows.iter().find(|one| one.machine.as_str() == id) {
        Some(machine) => draw(Rc::new(machine.clone()), asked, &of, read),
        None => ui::empty(GONE),
    });
    let new = new_token(base, read);
    ui::shell::page(SYSTEMS.get(), Some(desk("systems")), View::new(), view! { (body) (new) (sheet) })
}

fn draw(
    machine: Rc<Machine>,
    asked: Signal<Option<Rc<Machine>>>,
    base: &Rc<String>,
    read: Read<Page<Machine>>,
) -> View {
    let (name, id, chip) = (machine.name.clone(), machine.machine.to_string(), chip(&machine));
    let lang = app::lang();
    let may: Vec<_> = machine.scopes.iter().map(|one| one.label(lang)).collect();
    let may = may.join(if lang == takt_domain::text::Lang::Zh { "、" } else { ", " });
    let exchange = &machine.exchange;
    let pair = |name: Text, value: Option<String>| value.map(|value| ui::pair(name, value));
    let pairs: Vec<_> = [
        pair(HOW, Some(BY_TOKEN.get().to_owned())),
        pair(CALLED, exchange.called_at.map(show::time)),
        pair(BOOKED_AT, exchange.booked_at.map(show::time)),
        pair(BOOKED, Some(exchange.booked.to_string())),
        pair(LAG, exchange.lag_s.map(lag_text)),
        pair(MAY, Some(may)),
    ]
    .into_iter()
    .flatten()
    .collect();
    let late = exchange.late.then(|| LATE.with(&machine.late_after_min.to_string()));
    let late = View::from(late.map(|said| view! { p(class="notice") { (said) } }));
    let tokens: Vec<_> = machine.tokens.iter().map(|token| token_row(token, base, read)).collect();
    let tokens = if tokens.is_empty() {
        ui::empty(NO_TOKENS)
    } else {
        view! { ul(class="rows") { (tokens) } }
    };
    let tokens = ui::section(TOKENS, tokens);
    let heading = STATE.get();
    let edit = tap(move || asked.set(Some(Rc::clone(&machine))));
    view! {
        section(class="card", aria-label=heading) {
            div(class="row-main") { strong(class="grow") { (name) " · " (id) } (chip) }
            (late)
            dl(class="pairs") { (pairs) }
            div(class="actions") { button(r#type="button", class="quiet", on:click=edit) { (EDIT) } }
        }
        (tokens)
    }
}

fn token_row(token: &MachineToken, base: &Rc<String>, read: Read<Page<Machine>>) -> View {
    let until = UNTIL.with(&show::date(token.expires_at));
    let note = format!("{} · {}", MADE_BY.with(&show::user(&token.by)), show::time(token.made_at));
    let submit = Submit::new();
    let path = format!("{base}/{}", encode(&token.id));
    let send = move || {
        submit.send("DELETE", path.clone(), &Nothing {}, Source::Hand, move |_: Nothing| {
            app::app().say(Toast::good(ENDED.get()));
            read.again();
        });
    };
    let end = submit_button::small(submit, END, "quiet danger", Rc::new(send));
    let outcome = submit_button::outcome(submit);
    view! { li(class="row") { div(class="row-main") { div(class="grow") { strong { (until) } p(class="note") { (note) } } (end) } (outcome) } }
}

/// Makes a token and shows it, on this page and until it is left.
fn new_token(base: Rc<String>, read: Read<Page<Machine>>) -> View {
    let days = create_signal(365_u16);
    let made = create_signal(None::<String>);
    let submit = Submit::new();
    let lengths = [30, 90, 365, 730].map(|days| (days, DAYS_COUNT.with(&days.to_string())));
    let days_choice = field::choice(DAYS, days, lengths.to_vec());
    let send = move || {
        let body = NewMachineToken { days: days.get_untracked() };
        submit.send("POST", (*base).clone(), &body, Source::Hand, move |token: MadeMachineToken| {
            made.set(Some(token.token));
            read.again();
        });
    };
    let button = submit_button::small(submit, NEW_TOKEN, "button", Rc::new(send));
    let outcome = submit_button::outcome(submit);
    let shown = ui::live(move || match made.get_clone() {
        None => View::new(),
        Some(token) => view! {
            p(class="notice") { (ONCE) }
            p(class="code-line", data-token="") { (token) }
        },
    });
    ui::section(NEW_TOKEN, view! { (days_choice) (button) (outcome) (shown) })
}
