//! Webhooks: which systems and chats are told of events, and how it goes with each. `/desk/webhooks/ID` shows one of them.

mod detail;
mod form;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::webhooks::{Webhook, WebhookState};

use crate::frame::names::WEBHOOKS;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, icon, sheet, tap};
use crate::{app, show, text};

const LEAD: Text = Text::new(
    "工单、库存、预警、异常发生变化时,通知 ERP 等系统,或发到企业微信、钉钉、飞书群。对方暂时不通会自动重试三天,不丢不乱。",
    "When orders, stock, alerts or exceptions change, an ERP is told, or a group in WeCom, DingTalk or Feishu. One that does not answer is tried again for three days; nothing is lost or out of order.",
);
const NEW: Text = Text::new("新建 Webhook", "New webhook");
const NONE: Text = Text::new("还没有 Webhook", "There is no webhook yet");
const GOES_WELL: Text = Text::new("正常", "Well");
const FAILING: Text = Text::new("重试中", "Trying again");
const OFF: Text = Text::new("已停用", "Off");
const LAST: Text = Text::new("最近送达 {}", "Last taken {}");
const NEVER: Text = Text::new("还没有送达过", "Nothing was taken yet");
const DEAD: Text = Text::new("死信 {}", "{} dead letters");

pub(crate) fn view(rest: &[String]) -> View {
    match rest {
        [id, ..] => detail::view(id.clone()),
        [] => list(),
    }
}

fn list() -> View {
    let read: Read<Page<Webhook>> = Read::new("/api/v1/webhooks");
    read.poll(LIVE_MS);
    let asked = create_signal(None::<()>);
    let sheet = sheet::view(asked, move |()| {
        let done = move |made: Webhook| {
            asked.set(None);
            app::app().go(&path(&made.id));
        };
        (NEW.get().to_owned(), form::view(None, done))
    });
    let rows = ui::shown(read, |all| {
        if all.rows.is_empty() {
            return ui::empty(NONE);
        }
        let rows: Vec<_> = all.rows.iter().map(row).collect();
        view! { ul(class="rows card") { (rows) } }
    });
    let new = view! {
        button(r#type="button", class="button", on:click=tap(move || asked.set(Some(())))) { (NEW) }
    };
    ui::shell::page(WEBHOOKS.get(), None, new, view! { p(class="lead") { (LEAD) } (rows) (sheet) })
}

fn path(id: &str) -> String {
    format!("{}/{}", desk("webhooks").path(), encode(id))
}

fn row(webhook: &Webhook) -> View {
    let (name, state, path) = (webhook.name.clone(), chips(webhook), path(&webhook.id));
    let last = webhook.state.last_ok_at.map_or(NEVER.get().to_owned(), |at| LAST.with(&show::time(at)));
    let note = format!("{} · {} · {last}", webhook.channel.label(app::lang()), webhook.url);
    view! {
        li(class="row") {
            a(class="plain-row", href=path) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (state) (icon::NEXT) }
            }
        }
    }
}

/// How it goes, at a glance.
fn chips(webhook: &Webhook) -> View {
    let WebhookState { attempts, dead, .. } = webhook.state;
    let (class, said) = match (webhook.enabled, attempts) {
        (false, _) => ("chip", OFF),
        (true, 0) => ("chip good", GOES_WELL),
        (true, _) => ("chip bad", FAILING),
    };
    let dead = if dead > 0 {
        let said = DEAD.count(usize::try_from(dead).unwrap_or(usize::MAX));
        view! { span(class="chip bad") { (said) } }
    } else {
        View::new()
    };
    view! { (dead) span(class=class) { (said) } }
}

/// What several of these pages say.
const SAVED: Text = text::SAVED;
