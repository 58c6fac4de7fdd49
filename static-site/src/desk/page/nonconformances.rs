//! Nonconformances: what waits for a decision, what is being reworked, and what was decided by whom.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::quality::{CloseNonconformance, Dispose, NonconformanceAnswer, NonconformanceRow};
use takt_api::stock::Source;
use takt_domain::permission::Permission;
use takt_domain::quality::nonconformance::Verdict;

use crate::frame::names::NONCONFORMANCES as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, failed_delivery, field, icon, photo, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const NONE: Text = Text::new("没有不合格品", "No nonconformances");
const OPEN: Text = Text::new("待处置", "Open");
const DECIDED: Text = Text::new("处理中", "Decided");
const OVER: Text = Text::new("已关闭", "Closed");
const ALL: Text = Text::new("全部", "All");
const STATE: Text = Text::new("状态", "State");
const VERDICT: Text = Text::new("处置", "Disposition");
const REWORK: Text = Text::new("返工", "Rework");
const SCRAP: Text = Text::new("报废", "Scrap");
const ACCEPT: Text = Text::new("让步接收", "Accept");
const DECIDE: Text = Text::new("处置", "Decide");
const DONE: Text = Text::new("返工完成", "The rework is done");
const WHY: Text = Text::new("请填写理由", "Say why");

pub(crate) fn view(_: &[String]) -> View {
    let state = create_signal("open,decided".to_owned());
    let list: List<NonconformanceRow> = List::new(path(&state.get_clone_untracked()));
    list.poll(LIVE_MS);
    create_effect(move || {
        let now = state.get_clone();
        untrack(|| list.turn_to(path(&now)));
    });
    let asked = create_signal(None::<NonconformanceRow>);
    let rows = ui::listed(list, "rows card", NONE, move |found: NonconformanceRow| row(found, asked));
    let sheet = sheet::view(asked, move |found| (found.nonconformance.id.to_string(), form(found, asked, list)));
    let options = vec![
        ("open,decided".to_owned(), format!("{} + {}", OPEN.get(), DECIDED.get())),
        ("closed".to_owned(), OVER.get().to_owned()),
        (String::new(), ALL.get().to_owned()),
    ];
    let choose = field::choice(STATE, state, options);
    // What failed before it became stock: its pieces are of no order.
    let delivered = failed_delivery::failures(create_signal(0), Rc::new(|| {}));
    ui::shell::page(NAME.get(), None, View::new(), view! { (delivered) (choose) (rows) (sheet) })
}

fn path(state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("&state={}", encode(state)) };
    format!("/api/v1/nonconformances?limit=100{state}")
}

fn name(verdict: Verdict) -> Text {
    match verdict {
        Verdict::Rework => REWORK,
        Verdict::Scrap => SCRAP,
        Verdict::Accept => ACCEPT,
    }
}

fn row(found: NonconformanceRow, asked: Signal<Option<NonconformanceRow>>) -> View {
    let about = &found.nonconformance;
    let (class, state) = match found.state.as_str() {
        "open" => ("chip bad", OPEN),
        "decided" => ("chip high", DECIDED),
        _ => ("chip good", OVER),
    };
    let title = format!("{} · {} · {}", about.id, about.order, about.item);
    let decided = about.disposition.as_ref().map_or(String::new(), |disposition| {
        format!(" · {} {}: {}", name(disposition.verdict).get(), show::user(&disposition.by), disposition.reason)
    });
    let note = format!("{} × {}{decided}", about.quantity, about.what);
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") {
                    div(class="grow") { strong { (title) } p(class="note") { (note) } }
                    span(class=class) { (state) }
                    (icon::NEXT)
                }
            }
        }
    }
}

fn form(found: NonconformanceRow, asked: Signal<Option<NonconformanceRow>>, list: List<NonconformanceRow>) -> View {
    let what = format!("{} × {}", found.nonconformance.quantity, found.nonconformance.what);
    let path = format!("/api/v1/nonconformances/{}", encode(found.nonconformance.id.as_str()));
    let done: Rc<dyn Fn(NonconformanceAnswer)> = Rc::new(move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        asked.set(None);
        list.again();
    });
    let rest = match found.state.as_str() {
        "open" if app::may(Permission::QualityDispose) => decide(path, done),
        "decided" if app::may(Permission::QualityInspect) => finish(path, done),
        _ => View::new(),
    };
    let picture = View::from(found.nonconformance.photo.as_ref().map(photo::shown));
    let order = found.nonconformance.order.to_string();
    let path = Route::Order(found.nonconformance.order.clone()).path();
    let item = found.nonconformance.item.to_string();
    view! {
        p(class="lead") { (what) }
        p(class="sub") { a(href=path) { (order) } " · " (item) }
        (picture)
        (rest)
    }
}

fn decide(path: String, done: Rc<dyn Fn(NonconformanceAnswer)>) -> View {
    let (verdict, reason) = (create_signal(Verdict::Rework), create_signal(String::new()));
    let (pin, missing) = (create_signal(String::new()), create_signal(String::new()));
    let submit = Submit::new();
    let button = submit_button::view(submit, DECIDE, move || {
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        if reason.is_empty() {
            return missing.set(WHY.get().into());
        }
        let body = Dispose { verdict: verdict.get_untracked(), reason };
        let (path, done) = (format!("{path}/disposition"), Rc::clone(&done));
        if body.verdict != Verdict::Accept {
            missing.set(String::new());
            return submit.send("POST", path, &body, Source::Hand, move |answer| done(answer));
        }
        let typed = pin.get_clone_untracked();
        if typed.len() < 4 {
            return missing.set(text::PIN_HINT.get().into());
        }
        missing.set(String::new());
        pin.set(String::new());
        submit.sign(typed, path, &body, move |answer| done(answer));
    });
    let mut options = vec![(Verdict::Rework, REWORK.get().to_owned()), (Verdict::Scrap, SCRAP.get().to_owned())];
    if app::may(Permission::QualityConcede) {
        options.push((Verdict::Accept, ACCEPT.get().to_owned()));
    }
    let choice = field::choice(VERDICT, verdict, options);
    let words = field::lines(text::REASON, reason, text::REASON_HINT);
    let pin = ui::live(move || match verdict.get() {
        Verdict::Accept => field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT),
        _ => View::new(),
    });
    let fields = submit_button::fields(submit, view! { (choice) (words) (pin) });
    let hint = ui::hint(missing);
    view! { (fields) (hint) (button) }
}

fn finish(path: String, done: Rc<dyn Fn(NonconformanceAnswer)>) -> View {
    let (note, missing) = (create_signal(String::new()), create_signal(String::new()));
    let submit = Submit::new();
    let button = submit_button::view(submit, DONE, move || {
        let note = note.with_untracked(|note| note.trim().to_owned());
        if note.is_empty() {
            return missing.set(WHY.get().into());
        }
        missing.set(String::new());
        let done = Rc::clone(&done);
        let path = format!("{path}/closing");
        submit.send("POST", path, &CloseNonconformance { note }, Source::Hand, move |answer| done(answer));
    });
    let fields = submit_button::fields(submit, field::lines(text::REMARK, note, text::REASON_HINT));
    let hint = ui::hint(missing);
    view! { (fields) (hint) (button) }
}
