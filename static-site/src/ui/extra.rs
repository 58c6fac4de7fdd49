//! Material beyond the bill of material (补料): requests that wait, and who agrees to them with a signature.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_api::supply::{DecideExtra, ExtraAnswer};
use takt_domain::extra_issue::{ExtraIssue, ExtraState};
use takt_domain::permission::Permission;

use crate::frame::names::EXTRA as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

const NONE: Text = Text::new("没有补料申请", "No requests");
const WAITING: Text = Text::new("待审批", "Waiting");
const BOOKED: Text = Text::new("已出库", "Booked");
const REFUSED: Text = Text::new("已拒绝", "Refused");
const ALL: Text = Text::new("全部", "All");
const STATE: Text = Text::new("状态", "State");
const AGREE: Text = Text::new("同意并出库", "Agree and book");
const REFUSE: Text = Text::new("拒绝", "Refuse");
const NEEDS: Text = Text::new("BOM 需求", "needed");
const HAD: Text = Text::new("已领", "had");
const BEYOND: Text = Text::new("超出", "beyond");
const WHY: Text = Text::new("拒绝时请填写原因", "A refusal needs a reason");

pub fn view(_: &[String]) -> View {
    let state = create_signal("waiting".to_owned());
    let list: List<ExtraIssue> = List::new(path("waiting"));
    create_effect(move || {
        let now = state.get_clone();
        untrack(|| list.turn_to(path(&now)));
    });
    let (asked, sheet) = decisions(list);
    let rows = ui::listed(list, "rows card", NONE, move |found: ExtraIssue| row(found, asked));
    let options = vec![("waiting".to_owned(), WAITING.get().to_owned()), (String::new(), ALL.get().to_owned())];
    let choose = field::choice(STATE, state, options);
    ui::shell::page(NAME.get(), None, View::new(), view! { (choose) (rows) (sheet) })
}

/// Those that wait, for the inbox of whoever agrees to them.
pub fn waiting() -> View {
    let list: List<ExtraIssue> = List::new(path("waiting"));
    list.poll(LIVE_MS);
    let (asked, sheet) = decisions(list);
    let rows = ui::section(NAME, ui::listed(list, "rows", NONE, move |found: ExtraIssue| row(found, asked)));
    view! { (rows) (sheet) }
}

/// Which request is looked at, and the sheet in which one decides on it.
fn decisions(list: List<ExtraIssue>) -> (Signal<Option<ExtraIssue>>, View) {
    let asked = create_signal(None::<ExtraIssue>);
    let sheet = sheet::view(asked, move |found| {
        let done = Rc::new(move || {
            asked.set(None);
            list.again();
        });
        (found.id.clone(), form(&found, done))
    });
    (asked, sheet)
}

fn path(state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("&state={state}") };
    format!("/api/v1/extra-issues?limit=50{state}")
}

fn said(found: &ExtraIssue) -> String {
    let need = &found.need;
    format!("{} {} · {} {} · {} {}", NEEDS.get(), need.required, HAD.get(), need.had, BEYOND.get(), need.extra)
}

fn row(found: ExtraIssue, asked: Signal<Option<ExtraIssue>>) -> View {
    let order = found.movement.order.as_ref().map_or_else(String::new, ToString::to_string);
    let title = format!("{} · {order} · {} × {}", found.id, found.movement.item, found.movement.quantity);
    let note = format!("{} · {}: {}", said(&found), show::user(&found.asked.by), found.asked.reason);
    let (class, state) = match found.state {
        ExtraState::Waiting => ("chip high", WAITING),
        ExtraState::Booked => ("chip good", BOOKED),
        ExtraState::Refused => ("chip", REFUSED),
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } span(class=class) { (state) } (icon::NEXT) }
            }
        }
    }
}

fn form(found: &ExtraIssue, done: Rc<dyn Fn()>) -> View {
    let (lead, reason) = (said(found), found.asked.reason.clone());
    let mine = found.state == ExtraState::Waiting && app::may(Permission::ExtraApprove);
    let rest = if mine { decision(&found.id, done) } else { View::new() };
    view! { p(class="lead") { (lead) } p(class="note") { (reason) } (rest) }
}

fn decision(id: &str, done: Rc<dyn Fn()>) -> View {
    let (comment, pin) = (create_signal(String::new()), create_signal(String::new()));
    let missing = create_signal(String::new());
    let path = format!("/api/v1/extra-issues/{}/decision", encode(id));
    let submit = Submit::new();
    let heard = move |done: &Rc<dyn Fn()>| {
        let done = Rc::clone(done);
        move |_: ExtraAnswer| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        }
    };
    let words = move || comment.with_untracked(|text| text.trim().to_owned());
    let (to, finished) = (path.clone(), Rc::clone(&done));
    let agree = move || {
        let typed = pin.get_clone_untracked();
        if typed.len() < 4 {
            return missing.set(text::PIN_HINT.get().into());
        }
        missing.set(String::new());
        pin.set(String::new());
        submit.sign(typed, to.clone(), &DecideExtra { agree: true, comment: words() }, heard(&finished));
    };
    let refuse: Rc<dyn Fn()> = Rc::new(move || {
        if words().is_empty() {
            return missing.set(WHY.get().into());
        }
        missing.set(String::new());
        submit.send("POST", path.clone(), &DecideExtra { agree: false, comment: words() }, Source::Hand, heard(&done));
    });
    let comment = field::line(text::REMARK, comment, text::OPTIONAL);
    let pin = field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT);
    let fields = submit_button::fields(submit, view! { (comment) (pin) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, AGREE, agree);
    let refuse = submit_button::small(submit, REFUSE, "quiet", refuse);
    view! { (fields) (hint) (button) (refuse) }
}
