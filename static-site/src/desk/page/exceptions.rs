//! Exceptions (andon): what is open first, who has it, and what exceptions have cost.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::exceptions::{
    AcknowledgeException, CloseException, ExceptionAnswer, ExceptionRow, ExceptionSettingsDocument, Pareto,
};
use takt_api::stock::Source;
use takt_domain::exception::ParetoRow;
use takt_domain::permission::Permission;

use crate::frame::names::EXCEPTIONS as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, field, icon, photo, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

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
const COST: Text = Text::new("近 30 天柏拉图:停工时间", "Pareto of 30 days: time lost");
const BAR: Text = Text::new("{} 分钟 · ", "{} min · ");
const TIMES: Text = Text::new("{} 次", "{} time{s}");
const NO_CAUSE: Text = Text::new("未关闭", "still open");
const PICTURE: Text = Text::new("照片", "photo");
const TOLD: Text = Text::new("已通知", "Told");

/// The plant's types, once they are here.
type Settings = Read<ExceptionSettingsDocument>;

/// What people read of a type. Followed: the settings may come after what they name.
fn kind_name(settings: Settings, kind: &str) -> String {
    let lang = app::lang();
    settings.ready().map_or_else(|| kind.to_owned(), |document| document.settings.label(kind, lang).to_owned())
}

pub(crate) fn view(_: &[String]) -> View {
    let state = create_signal("open,acknowledged".to_owned());
    let list: List<ExceptionRow> = List::new(path(&state.get_clone_untracked()));
    list.poll(LIVE_MS);
    create_effect(move || {
        let now = state.get_clone();
        untrack(|| list.turn_to(path(&now)));
    });
    let asked = create_signal(None::<ExceptionRow>);
    let settings: Settings = Read::new("/api/v1/exception-settings");
    let rows = ui::listed(list, "rows card", NONE, move |found: ExceptionRow| row(found, asked, settings));
    let sheet = sheet::view(asked, move |found| {
        let title = format!("{} · {}", found.exception.id, kind_name(settings, &found.exception.kind));
        (title, form(found, asked, list, settings))
    });
    let options = vec![
        ("open,acknowledged".to_owned(), format!("{} + {}", OPEN.get(), HAD.get())),
        ("closed".to_owned(), OVER.get().to_owned()),
        (String::new(), ALL.get().to_owned()),
    ];
    let choose = field::choice(STATE, state, options);
    let cost = if app::may(Permission::InsightView) { cost(list, settings) } else { View::new() };
    let body = view! { (choose) (rows) (cost) (sheet) };
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn path(state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("&state={}", encode(state)) };
    format!("/api/v1/exceptions?limit=100{state}")
}

fn row(found: ExceptionRow, asked: Signal<Option<ExceptionRow>>, settings: Settings) -> View {
    let exception = &found.exception;
    let lang = app::lang();
    let (class, state) = match found.state.as_str() {
        "open" => ("chip bad", OPEN),
        "acknowledged" => ("chip high", HAD),
        _ => ("chip good", OVER),
    };
    let told: Vec<_> = found.told.iter().map(|role| role.label(lang)).collect();
    let told = format!("{}: {}", TOLD.get(), told.join(lang.pick("、", ", ")));
    let order = exception.order.as_ref().map(|order| format!(" · {order}")).unwrap_or_default();
    let (id, kind) = (exception.id.clone(), exception.kind.clone());
    let title = ui::live(move || format!("{id} · {}{order}", kind_name(settings, &kind)).into());
    let line = exception.line.as_ref().map(ToString::to_string).unwrap_or_default();
    let occurred = exception.occurred_at.filter(|at| exception.at.duration_since(*at).as_secs() >= 60);
    let occurred = occurred.map(|at| text::OCCURRED.with(&show::time(at))).unwrap_or_default();
    let parts = [exception.note.clone(), line, show::user(&exception.by), show::time(exception.at), occurred, told];
    let note = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" · ");
    let mut marks = vec![view! { span(class=class) { (state) } }];
    if exception.stops {
        marks.push(view! { span(class="chip bad") { (STOPS) } });
    }
    if exception.photo.is_some() {
        marks.push(view! { span(class="chip") { (PICTURE) } });
    }
    if exception.level > 0 && exception.closed.is_none() {
        let level = LEVEL.with(&exception.level.to_string());
        marks.push(view! { span(class="chip") { (level) } });
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } div(class="chips marks") { (marks) } } (icon::NEXT) }
            }
        }
    }
}

/// What was raised: where, what was seen, its photo.
fn about(found: &ExceptionRow) -> View {
    let exception = &found.exception;
    let order = exception.order.as_ref().map(|order| {
        let (path, id) = (Route::Order(order.clone()).path(), order.to_string());
        view! { a(href=path) { (id) } " · " }
    });
    let order = View::from(order);
    let picture = View::from(exception.photo.as_ref().map(photo::shown));
    let (note, by) = (exception.note.clone(), format!("{} · {}", show::user(&exception.by), show::time(exception.at)));
    let had = exception.acknowledged.as_ref().map(|had| {
        let said = format!("{}: {} · {} {}", HAD.get(), show::user(&had.by), show::time(had.at), had.reason);
        view! { p(class="note") { (said) } }
    });
    let had = View::from(had);
    view! { p(class="lead") { (note) } p(class="sub") { (order) (by) } (had) (picture) }
}

fn form(
    found: ExceptionRow,
    asked: Signal<Option<ExceptionRow>>,
    list: List<ExceptionRow>,
    settings: Settings,
) -> View {
    let about = about(&found);
    let path = format!("/api/v1/exceptions/{}", encode(found.exception.id.as_str()));
    let done: Rc<dyn Fn(ExceptionAnswer)> = Rc::new(move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        asked.set(None);
        list.again();
    });
    if let Some(closing) = &found.exception.closed {
        let (cause, action) = (closing.cause.clone(), closing.action.clone());
        let by = format!("{} · {}", show::user(&closing.by), show::time(closing.at));
        let (cause, action) = (ui::pair(CAUSE, cause), ui::pair(ACTION, action));
        return view! { (about) dl { (cause) (action) } p(class="note") { (by) } };
    }
    if !app::may(Permission::ExceptionHandle) {
        return about;
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
    let often = often(settings, &found.exception.kind, cause);
    let (cause, action) = (field::line(CAUSE, cause, CAUSE), field::lines(ACTION, action, ACTION));
    let fields = submit_button::fields(close, view! { (cause) (often) (action) });
    let hint = ui::hint(missing);
    view! { (about) (have_it) (fields) (hint) (button) }
}

/// What exceptions of this type often come from, each a button that fills it in.
fn often(settings: Settings, kind: &str, cause: Signal<String>) -> View {
    let known = untrack(|| settings.ready()).and_then(|document| document.settings.kind(kind).cloned());
    let buttons: Vec<_> = known
        .into_iter()
        .flat_map(|kind| kind.causes)
        .map(|name| {
            let said = name.clone();
            view! { button(r#type="button", class="option", on:click=tap(move || cause.set(said.clone()))) { (name) } }
        })
        .collect();
    if buttons.is_empty() {
        View::new()
    } else {
        view! { div(class="field options") { (buttons) } }
    }
}

/// What cost most first, as bars. It is looked at again when the list has changed.
fn cost(list: List<ExceptionRow>, settings: Settings) -> View {
    let read: Read<Pareto> = Read::new("/api/v1/exception-pareto");
    create_effect(move || {
        list.raw.rows.track();
        untrack(|| read.again());
    });
    let chart = ui::shown(read, move |pareto| ui::live(move || bars(&pareto.rows, settings)));
    ui::section(COST, chart)
}

fn bars(rows: &[ParetoRow], settings: Settings) -> View {
    if rows.is_empty() {
        return ui::empty(NONE);
    }
    // Where nothing has been lost so far, how often it happened tells what to look at.
    let has_lost = rows.iter().any(|row| row.lost_s >= 60);
    let weight = |row: &ParetoRow| if has_lost { row.lost_s.max(0) } else { i64::from(row.count) };
    let most = rows.iter().map(weight).max().unwrap_or(1).max(1);
    let bars: Vec<_> = rows
        .iter()
        .take(12)
        .enumerate()
        .map(|(n, row)| {
            let y = (n * 28).to_string();
            let (name_y, value_y) = ((n * 28 + 16).to_string(), (n * 28 + 16).to_string());
            let width = (weight(row) * 360 / most).max(2).to_string();
            let cause = if row.cause.is_empty() { NO_CAUSE.get() } else { &row.cause };
            let name = format!("{} · {cause}", kind_name(settings, &row.kind));
            let times = TIMES.count(usize::try_from(row.count).unwrap_or_default());
            let value = format!("{}{times}", BAR.with(&(row.lost_s / 60).to_string()));
            view! {
                rect(x="220", y=y, width=width, height="20", class="bar") {}
                text(x="0", y=name_y, class="bar-name") { (name) }
                text(x="590", y=value_y, class="bar-value") { (value) }
            }
        })
        .collect();
    let frame = format!("0 0 700 {}", rows.len().min(12) * 28);
    view! { div(role="img", aria-label=COST) { svg(viewBox=frame, class="pareto") { (bars) } } }
}
