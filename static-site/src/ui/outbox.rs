//! What waits on this device, what became of it, and what somebody has to see to.

use jiff::Timestamp;
use sycamore::prelude::*;

use crate::net::outbox::{Entry, State};
use crate::route::Route;
use crate::text::Text;
use crate::ui::{self, fault, icon, live, tap};
use crate::{app, show, text};

const TITLE: Text = Text::new("本机待发", "Outbox");
const NOTHING: Text = Text::new("没有待发的记录", "Nothing waits on this device");
const TO_SEND: Text = Text::new("待发 {}", "{} to send");
const NOT_BOOKED: Text = Text::new("未记账 {}", "{} not booked");
const REFUSED: Text = Text::new("没有入账", "Not booked");
const WAITING: Text = Text::new("待发", "Waiting");
const ACCEPTED: Text = Text::new("正在入账", "Being booked");
const FORGET: Text = Text::new("不要了", "Remove");
const HINT: Text = Text::new(
    "有网络时按顺序自动发送,每笔只记一次。关闭浏览器也不会丢。",
    "Sent in order as soon as there is a network; each is booked once. Closing the browser loses nothing.",
);
const OTHERS: Text = Text::new(
    "本机还有 {} 的待发记录,本人登录后自动发送。",
    "This device still keeps records of {}; they are sent when that person signs in.",
);

/// The reader's own, as they are drawn.
fn mine() -> Vec<Entry> {
    app::app().outbox.with(|all| all.iter().filter(|entry| entry.is_mine()).cloned().collect())
}

/// In the bar: how many wait, or were refused; a way to them.
pub fn chip() -> View {
    live(|| {
        let open: Vec<_> = mine().into_iter().filter(Entry::is_open).collect();
        let refused = open.iter().filter(|entry| entry.state == State::Refused).count();
        let (class, said) = match (refused, open.len()) {
            (0, 0) => return View::new(),
            (0, waiting) => ("chip outbox", TO_SEND.count(waiting)),
            (refused, _) => ("chip outbox bad", NOT_BOOKED.count(refused)),
        };
        let path = Route::Outbox.path();
        view! { a(class=class, href=path) { (icon::OUTBOX) (said) } }
    })
}

/// On every page: the first that was refused. The others are one tap away.
pub fn alert() -> View {
    live(|| {
        let refused = mine().into_iter().find(|entry| entry.state == State::Refused && entry.is_open());
        refused.map_or_else(View::new, |entry| card(&entry))
    })
}

/// At the sign-in: whose records this device keeps.
pub fn owners() -> View {
    live(|| {
        let mut users: Vec<String> = Vec::new();
        for entry in app::app().outbox.get_clone() {
            if entry.state != State::Booked && !users.iter().any(|known| *known == entry.user.as_str()) {
                users.push(entry.user.to_string());
            }
        }
        if users.is_empty() {
            return View::new();
        }
        let said = OTHERS.with(&users.join(app::lang().pick("、", ", ")));
        view! { p(class="notice") { (said) } }
    })
}

/// The page of them: what was refused first, then what waits in its order, then what is booked.
pub fn page() -> View {
    let body = live(|| {
        let entries = mine();
        if entries.is_empty() {
            return ui::empty(NOTHING);
        }
        let mut rows = Vec::with_capacity(entries.len());
        for state in [State::Refused, State::Waiting, State::Accepted, State::Booked] {
            rows.extend(entries.iter().filter(|entry| entry.state == state).map(row));
        }
        view! { p(class="lead") { (HINT) } ul(class="rows card") { (rows) } }
    });
    ui::shell::page(TITLE.get(), None, View::new(), body)
}

fn row(entry: &Entry) -> View {
    if entry.state == State::Refused {
        let card = card(entry);
        return view! { li(class="row") { (card) } };
    }
    let (class, state) = match entry.state {
        State::Booked => ("chip good", text::BOOKED),
        State::Accepted => ("chip", ACCEPTED),
        State::Waiting | State::Refused => ("chip", WAITING),
    };
    let (what, made) = (entry.what.clone(), made(entry));
    view! {
        li(class="row") {
            div(class="row-main") { span(class="grow") { (what) } span(class=class) { (state) } }
            p(class="note") { (made) }
        }
    }
}

fn made(entry: &Entry) -> String {
    Timestamp::from_millisecond(entry.made_ms).map(show::time).unwrap_or_default()
}

/// One that was refused: why, what mends it, who can; send it again when it is mended, or let it go.
fn card(entry: &Entry) -> View {
    let (what, made) = (entry.what.clone(), made(entry));
    let unmet = entry.unmet();
    let why = if unmet.is_empty() { fault::view(&entry.fault(), None) } else { fault::reasons(&unmet) };
    let (again, forget) = (entry.clone(), entry.clone());
    view! {
        div(class="fault", role="alert") {
            div(class="fault-title") { (icon::ALERT) strong { (REFUSED) ": " (what) } }
            p(class="note") { (made) }
            (why)
            div(class="actions") {
                button(r#type="button", class="secondary", on:click=tap(move || again.again())) { (text::SEND_AGAIN) }
                button(r#type="button", class="quiet", on:click=tap(move || forget.forget())) { (FORGET) }
            }
        }
    }
}
