//! One endpoint: how it goes, its secret, the last attempts, and what it did not take.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::stock::Source;
use takt_api::webhooks::{
    DeadDelivery, DeadState, Delivery, Nothing, ReplayWebhook, Webhook, WebhookSecret, WebhookTest,
};

use super::{chips, form};
use crate::frame::names::WEBHOOKS;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const GONE: Text = Text::new("没有这个 Webhook", "There is no such webhook");
const EDIT: Text = Text::new("修改", "Change");
const TEST: Text = Text::new("发测试消息", "Send a test");
const TEST_OK: Text = Text::new("已收到({} ms)", "It was taken ({} ms)");
const STATE: Text = Text::new("状态", "How it goes");
const DELIVERED: Text = Text::new("已送达", "Taken");
const WAITING: Text = Text::new("最早一条等待自", "The oldest that waits, since");
const NEXT: Text = Text::new("下次重试", "Tried again");
const WHY: Text = Text::new("原因", "Why");
const SECRET: Text = Text::new("签名密钥(Standard Webhooks)", "Signing secret (Standard Webhooks)");
const SHOW: Text = Text::new("显示密钥", "Show it");
const ROTATE: Text = Text::new("换一个新密钥", "Rotate it");
const ROTATED: Text = Text::new("新旧密钥同时有效一天", "Both sign for a day");
const PREVIOUS: Text = Text::new("旧密钥,有效至 {}", "The one before, until {}");
const ATTEMPTS: Text = Text::new("最近的发送", "Last attempts");
const NO_ATTEMPT: Text = Text::new("还没有发送过", "Nothing was sent yet");
const TAKEN: Text = Text::new("送达", "Taken");
const NOT_TAKEN: Text = Text::new("失败", "Failed");
const EVENTS: Text = Text::new("等 {} 条", "and others, {} in all");
const DEAD: Text = Text::new("没有送达的(死信)", "Not taken (dead letters)");
const NO_DEAD: Text = Text::new("没有", "None");
const AGAIN: Text = Text::new("再发一次", "Send again");
const REPLAYING: Text = Text::new("正在重发", "On its way again");
const ALL_AGAIN: Text = Text::new("重发全部历史事件", "Tell the whole journal again");
const ALL_AGAIN_NOTE: Text = Text::new(
    "从第一个事件开始,用原来的编号重新发送;对方按编号去重。",
    "From the first event on, under the same ids, by which the receiver tells what it has already.",
);
const BEGUN: Text = Text::new("已开始重发", "It has begun");
const REMOVE: Text = Text::new("删除这个 Webhook", "Remove this webhook");
const REMOVED: Text = Text::new("已删除", "Removed");

pub(super) fn view(id: String) -> View {
    let read: Read<Page<Webhook>> = Read::new("/api/v1/webhooks");
    read.poll(LIVE_MS);
    let base = Rc::new(format!("/api/v1/webhooks/{}", encode(&id)));
    let asked = create_signal(None::<Rc<Webhook>>);
    let sheet = sheet::view(asked, move |known| {
        let done = move |_| {
            asked.set(None);
            read.again();
        };
        (known.name.clone(), form::view(Some(known), done))
    });
    let (wanted, of) = (id.clone(), Rc::clone(&base));
    let head = ui::shown(read, move |all| match all.rows.iter().find(|one| one.id == wanted) {
        Some(webhook) => draw(Rc::new(webhook.clone()), asked, Rc::clone(&of)),
        None => ui::empty(GONE),
    });
    let (secret, attempts, dead) = (secret(Rc::clone(&base)), attempts(&base), dead_letters(&base));
    let end = end(base);
    let back = Some(desk("webhooks"));
    ui::shell::page(WEBHOOKS.get(), back, View::new(), view! { (head) (attempts) (dead) (secret) (end) (sheet) })
}

fn draw(webhook: Rc<Webhook>, asked: Signal<Option<Rc<Webhook>>>, base: Rc<String>) -> View {
    let (name, chips) = (webhook.name.clone(), chips(&webhook));
    let (channel, url) = (webhook.channel.label(app::lang()), webhook.url.clone());
    let events = webhook.events.join(", ");
    let state = &webhook.state;
    let pair = |name: Text, value: Option<String>| value.map(|value| ui::pair(name, value));
    let pairs: Vec<_> = [
        pair(DELIVERED, Some(state.delivered.to_string())),
        pair(WAITING, state.waiting_since.map(show::time)),
        pair(NEXT, state.next_at.map(show::time)),
        pair(WHY, Some(state.last_error.clone()).filter(|why| !why.is_empty())),
    ]
    .into_iter()
    .flatten()
    .collect();
    let test = test(base);
    let edit = tap(move || asked.set(Some(Rc::clone(&webhook))));
    let heading = STATE.get();
    view! {
        section(class="card", aria-label=heading) {
            div(class="row-main") { strong(class="grow") { (name) } (chips) }
            p(class="note") { (channel) " · " (url) }
            p(class="note") { (events) }
            dl(class="pairs") { (pairs) }
            div(class="actions") { (test) button(r#type="button", class="quiet", on:click=edit) { (EDIT) } }
        }
    }
}

fn test(base: Rc<String>) -> View {
    let submit = Submit::new();
    let send = move || {
        submit.send("POST", format!("{base}/test"), &Nothing {}, Source::Hand, |came: WebhookTest| {
            let toast = match came.ok {
                true => Toast::good(TEST_OK.with(&came.took_ms.to_string())),
                false => Toast::bad(came.detail),
            };
            app::app().say(toast);
        });
    };
    submit_button::small(submit, TEST, "button", Rc::new(send))
}

fn attempts(base: &Rc<String>) -> View {
    let list: List<Delivery> = List::new(format!("{base}/deliveries?limit=20"));
    list.poll(LIVE_MS);
    let rows = ui::listed(list, "rows", NO_ATTEMPT, |one: Delivery| {
        let (class, said) = if one.ok { ("chip good", TAKEN) } else { ("chip bad", NOT_TAKEN) };
        let what = if one.events > 1 {
            format!("{} {}", one.event_type, EVENTS.with(&one.events.to_string()))
        } else {
            one.event_type
        };
        let status = one.status.map(|status| format!("HTTP {status}")).unwrap_or_default();
        let parts = [show::time(one.at), one.subject, format!("{} ms", one.took_ms), status, one.detail];
        let note = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
        view! { li(class="row") { div(class="row-main") { div(class="grow") { strong { (what) } p(class="note") { (note) } } span(class=class) { (said) } } } }
    });
    ui::section(ATTEMPTS, rows)
}

fn dead_letters(base: &Rc<String>) -> View {
    let list: List<DeadDelivery> = List::new(format!("{base}/dead-letters?limit=50"));
    list.poll(LIVE_MS);
    let base = Rc::clone(base);
    let rows = ui::listed(list, "rows", NO_DEAD, move |one: DeadDelivery| {
        let note = format!("{} · {} · {}", show::time(one.time), one.subject, one.error);
        let what = one.event_type.clone();
        let act = match one.state {
            DeadState::Open => {
                let submit = Submit::new();
                let path = format!("{base}/dead-letters/{}/replay", encode(&one.id));
                let send = move || {
                    submit.send("POST", path.clone(), &Nothing {}, Source::Hand, move |_: DeadDelivery| list.again());
                };
                submit_button::small(submit, AGAIN, "quiet", Rc::new(send))
            }
            DeadState::Replaying => view! { span(class="chip") { (REPLAYING) } },
            DeadState::Delivered => view! { span(class="chip good") { (TAKEN) } },
        };
        view! { li(class="row") { div(class="row-main") { div(class="grow") { strong { (what) } p(class="note") { (note) } } (act) } } }
    });
    ui::section(DEAD, rows)
}

/// The secret is read when somebody asks for it, and shown on this page alone.
fn secret(base: Rc<String>) -> View {
    let shown = create_signal(false);
    let body = ui::live(move || {
        if !shown.get() {
            let show = tap(move || shown.set(true));
            return view! { button(r#type="button", class="quiet", on:click=show) { (SHOW) } };
        }
        let path = format!("{base}/secret");
        untrack(move || {
            let read: Read<WebhookSecret> = Read::new(path.clone());
            let submit = Submit::new();
            let rotate = move || {
                submit.send("POST", path.clone(), &Nothing {}, Source::Hand, move |_: Nothing| {
                    app::app().say(Toast::good(ROTATED.get()));
                    read.again();
                });
            };
            let rotate = submit_button::small(submit, ROTATE, "quiet", Rc::new(rotate));
            let words = ui::shown(read, |secret| {
                let now = secret.secret.clone();
                let before = secret.previous.clone().zip(secret.previous_until).map(|(before, until)| {
                    let until = PREVIOUS.with(&show::time(until));
                    view! { p(class="note") { (until) } p(class="code-line") { (before) } }
                });
                let before = View::from(before);
                view! { p(class="code-line") { (now) } (before) }
            });
            view! { (words) (rotate) }
        })
    });
    ui::section(SECRET, body)
}

fn end(base: Rc<String>) -> View {
    let (again, remove) = (Submit::new(), Submit::new());
    let path = format!("{base}/replay");
    let replay = move || {
        let body = ReplayWebhook { since: None };
        again.send("POST", path.clone(), &body, Source::Hand, |_: Webhook| {
            app::app().say(Toast::good(BEGUN.get()));
        });
    };
    let gone = move || {
        remove.send("DELETE", (*base).clone(), &Nothing {}, Source::Hand, |_: Nothing| {
            app::app().say(Toast::good(REMOVED.get()));
            app::app().go(&desk("webhooks").path());
        });
    };
    let replay = submit_button::small(again, ALL_AGAIN, "quiet", Rc::new(replay));
    let remove = submit_button::small(remove, REMOVE, "quiet danger", Rc::new(gone));
    ui::section(text::MORE, view! { p(class="note") { (ALL_AGAIN_NOTE) } div(class="actions") { (replay) (remove) } })
}
