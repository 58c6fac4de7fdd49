//! Flows: which there are, and the editor in which a plant draws its own.

mod action_panel;
mod approval_panel;
mod canvas;
mod draft;
mod editor;
mod layout;
mod move_orders;
mod panel;
mod parts;
mod trial;
mod words;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::flows::{DraftDetail, FlowDetail, FlowRow, Flows, PutDraft, PutFlowDefault};
use takt_api::stock::Source;
use takt_domain::flow::{Flow, FlowRef};

use crate::app;
use crate::frame::names::FLOWS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{Route, desk, encode};
use crate::show;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};

const PUBLISHED: Text = Text::new("已发布的版本", "Published versions");
const DRAFTS: Text = Text::new("正在画的流程", "Being drawn");
const NO_DRAFTS: Text = Text::new(
    "还没有自己的流程。从内置流程复制一份开始。",
    "No flow of your own yet. Begin with a copy of the built-in one.",
);
const NEW_FLOW: Text = Text::new("新流程", "New flow");
const SHORT_NAME: Text = Text::new("代号", "Short name");
const SHORT_HINT: Text = Text::new("小写字母、数字、- 和 _", "small letters, digits, - and _");
const NAME_NEEDED: Text =
    Text::new("代号只能用小写字母、数字、- 和 _", "The short name may hold small letters, digits, - and _");
const BUILT_IN: Text = Text::new("内置", "built in");
const USUAL: Text = Text::new("新工单默认使用", "new orders get it");
const MAKE_USUAL: Text = Text::new("设为默认", "Make it the usual one");
const FAULTS: Text = Text::new("{} 处问题", "{} to mend");
const SOUND: Text = Text::new("可以发布", "can be published");
const STATES: Text = Text::new("{} 个状态", "{} state{s}");
const MOVE: Text = Text::new("迁移未完工单", "Move open orders");

/// The page of the flow, or of what follows in the address: `/desk/flows/NAME`, `/desk/flows/NAME/move`.
pub(crate) fn view(rest: &[String]) -> View {
    match rest {
        [] => list(),
        [name] => one(name),
        [name, what] if what == "move" => move_orders::view(name),
        _ => ui::shell::unknown("/desk"),
    }
}

/// The address of a flow's editor.
fn page_of(name: &str) -> Route {
    Route::Desk(vec!["flows".into(), name.into()])
}

fn api_path(name: &str) -> String {
    format!("/api/v1/flows/{}", encode(name))
}

fn list() -> View {
    let read: Read<Flows> = Read::new("/api/v1/flows");
    // The flow that a new one begins as a copy of.
    let asked = create_signal(None::<FlowRef>);
    let body = ui::shown(read, move |flows| overview(&flows, read, asked));
    let sheet = sheet::view(asked, move |from| (NEW_FLOW.get().to_owned(), new_form(&from)));
    let new = tap(move || asked.set(read.ready().map(|flows| flows.default.clone())));
    let new = view! { button(r#type="button", class="button", on:click=new) { (icon::PLUS) (NEW_FLOW) } };
    ui::shell::page(FLOWS.get(), None, new, view! { (body) (sheet) })
}

fn overview(flows: &Rc<Flows>, read: Read<Flows>, asked: Signal<Option<FlowRef>>) -> View {
    let drafts: Vec<_> = flows
        .drafts
        .iter()
        .map(|draft| {
            let (path, name) = (page_of(&draft.name).path(), draft.name.clone());
            let note = format!("{} · {}", show::user(&draft.saved.by), show::time(draft.saved.at));
            let mark = if draft.problems == 0 {
                view! { span(class="chip good") { (SOUND) } }
            } else {
                let said = FAULTS.count(draft.problems);
                view! { span(class="chip bad") { (said) } }
            };
            view! {
                li(class="row") { a(href=path) {
                    div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (mark) (icon::NEXT) }
                } }
            }
        })
        .collect();
    let drafts = if drafts.is_empty() {
        view! { p(class="note") { (NO_DRAFTS) } }
    } else {
        view! { ul(class="rows") { (drafts) } }
    };
    let rows: Vec<_> = flows.published.iter().map(|row| version(row, &flows.default, read, asked)).collect();
    let (drafts, published) =
        (ui::section(DRAFTS, drafts), ui::section(PUBLISHED, view! { ul(class="rows") { (rows) } }));
    view! { div(class="columns") { div(class="column") { (drafts) } div(class="column") { (published) } } }
}

fn version(row: &FlowRow, usual: &FlowRef, read: Read<Flows>, asked: Signal<Option<FlowRef>>) -> View {
    let this = FlowRef { name: row.name.clone(), version: row.version };
    let title = format!("{} · v{}", row.name, row.version);
    let mut notes = vec![STATES.count(row.states)];
    match &row.published {
        None => notes.push(BUILT_IN.get().to_owned()),
        Some(mark) => {
            notes.push(format!("{} · {}", show::user(&mark.by), show::time(mark.at)));
            notes.extend(Some(mark.reason.clone()).filter(|reason| !reason.is_empty()));
        }
    }
    let notes = notes.join(" · ");
    let submit = Submit::new();
    let mark = if this == *usual {
        view! { span(class="chip good") { (USUAL) } }
    } else {
        let flow = this.clone();
        let choose = Rc::new(move || {
            let body = PutFlowDefault { flow: flow.clone() };
            submit.send("PUT", "/api/v1/flow-default".into(), &body, Source::Hand, move |_: PutFlowDefault| {
                app::app().say(Toast::good(text::SAVED.get()));
                read.again();
            });
        });
        submit_button::small(submit, MAKE_USUAL, "quiet small", choose)
    };
    let outcome = submit_button::outcome(submit);
    let move_link = if row.published.is_some() {
        let path = Route::Desk(vec!["flows".into(), row.name.clone(), "move".into()]).path();
        view! { a(class="quiet small", href=path) { (MOVE) } }
    } else {
        View::new()
    };
    let copy = tap(move || asked.set(Some(this.clone())));
    view! {
        li(class="row") {
            div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (notes) } } (mark) }
            div(class="actions") {
                button(r#type="button", class="quiet small", on:click=copy) { (COPY) }
                (move_link)
            }
            (outcome)
        }
    }
}

const COPY: Text = Text::new("复制为新流程", "Begin a flow with a copy");
const COPY_OF: Text = Text::new("以 {} 为起点", "Begins as a copy of {}");

/// Asks for the name of a new flow, and draws a copy.
fn new_form(from: &FlowRef) -> View {
    let (name, missing, submit) = (create_signal(String::new()), create_signal(String::new()), Submit::new());
    let read: Read<FlowDetail> = Read::new(format!("{}?version={}", api_path(&from.name), from.version));
    let said = COPY_OF.with(&format!("{} v{}", from.name, from.version));
    let make = move || {
        let name = name.get_clone_untracked().trim().to_owned();
        let is_name = takt_domain::flow::check::is_name(&name);
        let Some(flow) = read.ready().and_then(|detail| detail.flow.clone()).filter(|_| is_name) else {
            return missing.set(NAME_NEEDED.into());
        };
        missing.set(String::new());
        let body = PutDraft { flow: Flow { name: name.clone(), version: 0, ..flow }, draft_version: 0 };
        let path = format!("{}/draft", api_path(&name));
        submit.send("PUT", path, &body, Source::Hand, move |_: DraftDetail| app::app().go(&page_of(&name).path()));
    };
    let fields = submit_button::fields(submit, field::line(SHORT_NAME, name, SHORT_HINT));
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, NEW_FLOW, make);
    view! { p(class="lead") { (said) } (fields) (hint) (button) }
}

fn one(name: &str) -> View {
    let read: Read<FlowDetail> = Read::new(api_path(name));
    let name = name.to_owned();
    let title = format!("{} {name}", FLOWS.get());
    let body = ui::shown(read, move |detail| editor::view(&name, &detail));
    ui::shell::page(title, Some(desk("flows")), View::new(), body)
}
