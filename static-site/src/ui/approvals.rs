//! What waits for the reader's signature (会签), and signing it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::flows::{SignApproval, WaitingApproval, WaitingApprovals};
use takt_api::orders::OrderAnswer;
use takt_domain::approval::Decision;

use crate::net::LIVE_MS;
use crate::net::device;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::text::{self, Text};
use crate::ui::{self, field, order_parts, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

pub const WAITING: Text = Text::new("等我签字", "To be signed by me");
const NOTHING: Text = Text::new("没有等您签字的事项。", "Nothing waits for your signature.");
const SIGN: Text = Text::new("同意签字", "Sign");
const REFUSE: Text = Text::new("拒绝", "Refuse");
const SIGNED: Text = Text::new("已签字", "Signed");
const REFUSED: Text = Text::new("已拒绝", "Refused");
const OVERDUE: Text = Text::new("已超期", "Overdue");
const FOR: Text = Text::new("代 {} 签字", "in the stead of {}");
const MORE: Text = Text::new("可能还有更多,签完这些后刷新。", "There may be more: refresh when these are signed.");
const SO_FAR: Text = Text::new("已签 {}", "{} signed");

/// What is to be signed, and how.
type Asked = Signal<Option<(Rc<WaitingApproval>, Decision)>>;

/// The inbox. On a small page it is not there while nothing waits.
pub fn inbox(small: bool) -> View {
    let read: Read<WaitingApprovals> = Read::new("/api/v1/approvals");
    read.poll(LIVE_MS);
    let asked: Asked = create_signal(None);
    let list = ui::shown(read, move |waiting| list(&waiting, small, asked));
    let sheet = sheet::view(asked, move |(what, decision)| {
        let face = if decision == Decision::Sign { SIGN } else { REFUSE };
        (face.get().to_owned(), form(&what, decision, asked, read))
    });
    view! { (list) (sheet) }
}

fn list(waiting: &WaitingApprovals, small: bool, asked: Asked) -> View {
    let rows: Vec<_> = waiting.rows.iter().cloned().map(|row| self::row(Rc::new(row), asked)).collect();
    match (rows.is_empty(), small) {
        (true, true) => View::new(),
        (true, false) => ui::empty(NOTHING),
        (false, _) => {
            let more = if waiting.more {
                view! { p(class="note") { (MORE) } }
            } else {
                View::new()
            };
            ui::section(WAITING, view! { ul(class="rows") { (rows) } (more) })
        }
    }
}

fn row(waiting: Rc<WaitingApproval>, asked: Asked) -> View {
    let lang = app::lang();
    let path = Route::Order(waiting.order.clone()).path();
    let title = format!("{} · {}", waiting.order, waiting.action_label.get(lang));
    let step = &waiting.step;
    let mut notes = vec![step.label.get(lang).to_owned(), format!("{} · {}", waiting.item_name, waiting.line)];
    if !step.signatures.is_empty() {
        let names: Vec<_> = step.signatures.iter().map(|signature| show::user(&signature.by)).collect();
        notes.push(SO_FAR.with(&names.join(", ")));
    }
    notes.extend(waiting.acting_for.as_ref().map(|user| FOR.with(user.as_str())));
    notes.extend(step.since.map(show::age));
    let notes = notes.join(" · ");
    let overdue = if step.is_overdue(device::now()) {
        view! { span(class="chip bad") { (OVERDUE) } }
    } else {
        View::new()
    };
    let mark = order_parts::priority_mark(waiting.priority);
    let ask = move |decision: Decision| {
        let waiting = Rc::clone(&waiting);
        tap(move || asked.set(Some((Rc::clone(&waiting), decision))))
    };
    let (sign, refuse) = (ask(Decision::Sign), ask(Decision::Refuse));
    view! {
        li(class="row") {
            div(class="row-main") { a(class="grow", href=path) { strong { (title) } } (mark) (overdue) }
            p(class="note") { (notes) }
            div(class="actions") {
                button(r#type="button", class="secondary", on:click=sign) { (SIGN) }
                button(r#type="button", class="quiet", on:click=refuse) { (REFUSE) }
            }
        }
    }
}

/// The PIN once more, since a session that was left open must not sign; with a refusal, why.
fn form(what: &Rc<WaitingApproval>, decision: Decision, asked: Asked, read: Read<WaitingApprovals>) -> View {
    let (comment, pin) = (create_signal(String::new()), create_signal(String::new()));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let lead = format!("{} · {}", what.order, what.step.label.get(app::lang()));
    let what = Rc::clone(what);
    let refuses = decision == Decision::Refuse;
    let send = move || {
        let comment = comment.with_untracked(|text| text.trim().to_owned());
        if refuses && comment.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        let typed = pin.replace(String::new());
        if typed.len() < 4 {
            return missing.set(text::PIN_HINT.into());
        }
        missing.set(String::new());
        let body = SignApproval { step: Some(what.step.step.clone()), decision, comment };
        let order = encode(what.order.as_str());
        let path = format!("/api/v1/orders/{order}/approvals/{}", encode(&what.action));
        submit.sign(typed, path, &body, move |_: OrderAnswer| {
            app::app().say(Toast::good(if refuses { REFUSED } else { SIGNED }.get()));
            asked.set(None);
            read.again();
        });
    };
    let words = field::lines(if refuses { text::REASON } else { text::REMARK }, comment, text::REASON_HINT);
    let pin = field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT);
    let fields = submit_button::fields(submit, view! { (words) (pin) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, if refuses { REFUSE } else { SIGN }, send);
    view! { p(class="lead") { (lead) } (fields) (hint) (button) }
}
