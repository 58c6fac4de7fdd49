//! Exceptions (andon): what is open first, who has it, and what exceptions have cost.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::exceptions::{AcknowledgeException, CloseException, ExceptionAnswer, ExceptionRow, Pareto};
use takt_api::stock::Source;
use takt_domain::exception::ParetoRow;
use takt_domain::permission::Permission;

use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

pub(crate) const NAME: Text = Text::new("异常看板", "Exceptions");
const NONE: Text = Text::new("没有异常", "No exceptions");
const OPEN: Text = Text::new("待响应", "Open");
const HAD: Text = Text::new("处理中", "Acknowledged");
const OVER: Text = Text::new("已关闭", "Closed");
const ALL: Text = Text::new("全部", "All");
const STATE: Text = Text::new("状态", "State");
const HAVE_IT: Text = Text::new("我来处理", "I have it");
const CLOSE: Text = Text::new("关闭异常", "Close it");
const CAUSE: Text = Text::new("原因", "Cause");
const ACTION: Text = Text::new("措施", "What was done");
const BOTH: Text = Text::new("请填写原因和措施", "Say what it came from and what was done");
const STOPS: Text = Text::new("停止报工", "stops reporting");
const LEVEL: Text = Text::new("已升级 {} 级", "told to level {}");
const COST: Text = Text::new("30 天柏拉图:停工分钟", "Pareto of 30 days: minutes lost");

const POLL_MS: i32 = 10_000;

pub(crate) fn view(_: &[String]) -> View {
    let state = create_signal("open,acknowledged".to_owned());
    let list: List<ExceptionRow> = List::new(path(&state.get_clone_untracked()));
    list.poll(POLL_MS);
    create_effect(move || {
        let now = state.get_clone();
        untrack(|| list.turn_to(path(&now)));
    });
    let asked = create_signal(None::<ExceptionRow>);
    let rows = ui::listed(list, "rows card", NONE, move |found: ExceptionRow| row(found, asked));
    let sheet = sheet::view(asked, move |found| (found.exception.id.to_string(), form(found, asked, list)));
    let options = vec![
        ("open,acknowledged".to_owned(), format!("{} + {}", OPEN.get(), HAD.get())),
        ("closed".to_owned(), OVER.get().to_owned()),
        (String::new(), ALL.get().to_owned()),
    ];
    let choose = field::choice(STATE, state, options);
    let cost = if app::may(Permission::InsightView) { cost() } else { View::new() };
    let body = view! { (choose) (rows) (cost) (sheet) };
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn path(state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("&state={}", encode(state)) };
    format!("/api/v1/exceptions?limit=100{state}")
}

fn row(found: ExceptionRow, asked: Signal<Option<ExceptionRow>>) -> View {
    let exception = &found.exception;
    let lang = app::lang();
    let (class, state) = match found.state.as_str() {
        "open" => ("chip bad", OPEN),
        "acknowledged" => ("chip high", HAD),
        _ => ("chip good", OVER),
    };
    let told: Vec<_> = found.told.iter().map(|role| role.label(lang)).collect();
    let order = exception.order.as_ref().map(ToString::to_string).unwrap_or_default();
    let line = exception.line.as_ref().map(ToString::to_string).unwrap_or_default();
    let title = format!("{} · {} {order}", exception.id, exception.kind);
    let note = format!("{line} · {} · {} · {}", exception.by, told.join(", "), exception.note);
    let mut marks = vec![view! { span(class=class) { (state) } }];
    if exception.stops {
        marks.push(view! { span(class="chip bad") { (STOPS) } });
    }
    if exception.level > 0 {
        let level = LEVEL.with(&exception.level.to_string());
        marks.push(view! { span(class="chip") { (level) } });
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (marks) (icon::NEXT) }
            }
        }
    }
}

fn form(found: ExceptionRow, asked: Signal<Option<ExceptionRow>>, list: List<ExceptionRow>) -> View {
    let path = format!("/api/v1/exceptions/{}", encode(found.exception.id.as_str()));
    let done: Rc<dyn Fn(ExceptionAnswer)> = Rc::new(move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        asked.set(None);
        list.again();
    });
    if let Some(closing) = &found.exception.closed {
        let (cause, action, by) = (closing.cause.clone(), closing.action.clone(), closing.by.to_string());
        let (cause, action) = (ui::pair(CAUSE, cause), ui::pair(ACTION, action));
        return view! { dl { (cause) (action) } p(class="note") { (by) } };
    }
    if !app::may(Permission::ExceptionHandle) {
        let note = found.exception.note.clone();
        return view! { p(class="lead") { (note) } };
    }
    let (have, close) = (Submit::new(), Submit::new());
    let have_it = if found.exception.acknowledged.is_none() {
        let (path, done) = (format!("{path}/acknowledgement"), Rc::clone(&done));
        submit_button::view(have, HAVE_IT, move || {
            let done = Rc::clone(&done);
            have.send("POST", path.clone(), &AcknowledgeException::default(), Source::Hand, move |answer| done(answer));
        })
    } else {
        View::new()
    };
    let (cause, action) = (create_signal(String::new()), create_signal(String::new()));
    let missing = create_signal(String::new());
    let button = submit_button::view(close, CLOSE, move || {
        let text = |signal: Signal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let body = CloseException { cause: text(cause), action: text(action) };
        if body.cause.is_empty() || body.action.is_empty() {
            return missing.set(BOTH.get().into());
        }
        missing.set(String::new());
        let done = Rc::clone(&done);
        close.send("POST", format!("{path}/closing"), &body, Source::Hand, move |answer| done(answer));
    });
    let (cause, action) = (field::line(CAUSE, cause, CAUSE), field::lines(ACTION, action, ACTION));
    let fields = submit_button::fields(close, view! { (cause) (action) });
    let hint = ui::hint(missing);
    let note = found.exception.note.clone();
    view! { p(class="lead") { (note) } (have_it) (fields) (hint) (button) }
}

/// What cost most first, as bars.
fn cost() -> View {
    let read: Read<Pareto> = Read::new("/api/v1/exception-pareto");
    let chart = ui::shown(read, |pareto| bars(&pareto.rows));
    ui::section(COST, chart)
}

fn bars(rows: &[ParetoRow]) -> View {
    if rows.is_empty() {
        return ui::empty(NONE);
    }
    let most = rows.iter().map(|row| row.lost_s.max(1)).max().unwrap_or(1);
    let bars: Vec<_> = rows
        .iter()
        .take(12)
        .enumerate()
        .map(|(n, row)| {
            let y = (n * 28).to_string();
            let (name_y, value_y) = ((n * 28 + 16).to_string(), (n * 28 + 16).to_string());
            let width = (row.lost_s.max(0) * 400 / most).max(2).to_string();
            let name = format!("{} {}", row.kind, row.cause);
            let value = format!("{} min · {}×", row.lost_s / 60, row.count);
            view! {
                rect(x="180", y=y, width=width, height="20", class="bar") {}
                text(x="0", y=name_y, class="bar-name") { (name) }
                text(x="590", y=value_y, class="bar-value") { (value) }
            }
        })
        .collect();
    let frame = format!("0 0 700 {}", rows.len().min(12) * 28);
    view! { div(role="img", aria-label=COST) { svg(viewBox=frame, class="pareto") { (bars) } } }
}
