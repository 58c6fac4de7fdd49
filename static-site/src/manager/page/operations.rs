//! The panel of operations: how the host is, how fast it answers, what waits, what is missing, and the switch that refuses
//! what can wait.

mod draw;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::doctor::{Check, Condition, Doctor};
use takt_api::host::Host;
use takt_api::operations::{Degradation, DegradeMode, QueueState};
use takt_api::stock::Source;

use crate::app;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::{self, Text};
use crate::ui::{self, submit_button, tap};

const MEASURED: Text = Text::new("本机实测", "Measured by this host");
const NOT_HERE: Text = Text::new(
    "本服务不是由 takt 主机运行(例如 Spin 或集群),处理器、内存、请求与延迟请看集群的监控指标。",
    "No takt host serves this plant (Spin or a cluster does): see the cluster's metrics for processor, memory, requests and latencies.",
);
const QUEUE: Text = Text::new("报工队列", "Queue of reports");
const NO_QUEUE: Text = Text::new("没有队列:报工直接入账", "There is no queue: reports are booked at once");
const WAITING: Text = Text::new("等待入账", "Waiting");
const OLDEST: Text = Text::new("最久等待", "Oldest");
const DEAD: Text = Text::new("死信", "Dead letters");
const FINDINGS: Text = Text::new("缺什么,怎么办", "What is missing, and what to do");
const ALL_WELL: Text = Text::new("检查过的都正常", "All that was looked at is well");
const SWITCH: Text = Text::new("降级开关", "What is refused under load");
const SWITCH_EXPLAIN: Text = Text::new(
    "忙时先停统计,再停看板和列表;报工、出入库和工单流转始终可用。「自动」由积压和数据库快慢决定。",
    "Statistics are refused first, then boards and lists; reports, movements and transitions never. “By itself” goes by what waits and by how fast the database is.",
);
const AUTO: Text = Text::new("自动", "By itself");
const ON: Text = Text::new("立即降级", "Refuse now");
const OFF: Text = Text::new("从不降级", "Refuse nothing");
const NOW: Text = Text::new("现在", "Now");
const LEVELS: [Text; 3] = [
    Text::new("全部可用", "everything is answered"),
    Text::new("暂停统计", "statistics are refused"),
    Text::new("暂停统计、看板和列表", "statistics, boards and lists are refused"),
];

/// Figures come every five seconds, findings change seldom; in milliseconds.
const FIGURES_MS: i32 = crate::net::LIVE_MS;
const FINDINGS_MS: i32 = 20_000;

pub(crate) fn view() -> View {
    let (host, queue) = (Read::<Host>::new("/api/v1/host"), Read::<QueueState>::new("/api/v1/queue"));
    let (doctor, mode) = (Read::<Doctor>::new("/api/v1/doctor"), Read::<Degradation>::new("/api/v1/degradation"));
    host.poll(FIGURES_MS);
    queue.poll(FIGURES_MS);
    mode.poll(FIGURES_MS);
    doctor.poll(FINDINGS_MS);
    let level = ui::live(move || host.ready().map_or_else(View::new, |host| level(&host)));
    let switch = ui::shown(mode, move |chosen| switch(chosen.mode, mode));
    let queue = ui::shown(queue, |state| waiting(&state));
    let findings = ui::shown(doctor, |doctor| findings(&doctor));
    let figures = ui::shown(host, |host| figures(&host));
    let body = view! {
        div(class="charts") {
            section(class="card", data-switch="") { h2 { (SWITCH) } (level) p(class="note") { (SWITCH_EXPLAIN) } (switch) }
            section(class="card", data-queue="") { h2 { (QUEUE) } (queue) }
        }
        section(class="card", data-findings="") { h2 { (FINDINGS) } (findings) }
        h2 { (MEASURED) }
        (figures)
    };
    ui::shell::page(text::HOST_OPERATIONS.get(), None, View::new(), body)
}

fn level(host: &Rc<Host>) -> View {
    let said = LEVELS.get(usize::from(host.level)).copied().unwrap_or(LEVELS[2]);
    let class = if host.level == 0 { "chip good" } else { "chip bad" };
    view! { p(data-level="") { (NOW) " " span(class=class) { (said) } } }
}

fn switch(chosen: DegradeMode, mode: Read<Degradation>) -> View {
    let submit = Submit::new();
    let choices = [(DegradeMode::Auto, AUTO), (DegradeMode::On, ON), (DegradeMode::Off, OFF)];
    let buttons: Vec<_> = choices
        .into_iter()
        .map(|(choice, face)| {
            let pressed = if choice == chosen { "true" } else { "false" };
            let send = move || {
                let body = Degradation { mode: choice };
                let done = move |_: Degradation| mode.again();
                submit.send("PUT", "/api/v1/degradation".into(), &body, Source::Hand, done);
            };
            view! {
                button(r#type="button", class="option", aria-pressed=pressed, disabled=move || submit.is_held(), on:click=tap(send)) { (face) }
            }
        })
        .collect();
    let outcome = submit_button::outcome(submit);
    let name = SWITCH.get();
    view! { (outcome) div(class="options", role="group", aria-label=name) { (buttons) } }
}

fn waiting(state: &QueueState) -> View {
    if !state.exists {
        return view! { p(class="note") { (NO_QUEUE) } };
    }
    let oldest = draw::seconds(state.oldest_ms);
    let (waiting, dead) = (state.waiting.to_string(), state.dead.to_string());
    let class = if state.dead > 0 { "late" } else { "" };
    let dead = view! { span(class=class) { (dead) } };
    let pairs = vec![ui::pair(WAITING, waiting), ui::pair(OLDEST, oldest), ui::pair(DEAD, dead)];
    view! { dl(class="pairs") { (pairs) } }
}

fn findings(doctor: &Doctor) -> View {
    let lang = app::lang();
    let unwell: Vec<&Check> = doctor.checks.iter().filter(|check| check.condition != Condition::Ok).collect();
    let row = |check: &&Check| {
        let class = match check.condition {
            Condition::Ok => "chip good",
            Condition::NotSeen => "chip",
            Condition::Warn => "chip paused",
            Condition::Bad => "chip bad",
        };
        let (part, found) = (check.part.clone(), check.found.get(lang).to_owned());
        let remedy = check.remedy.as_ref().map(|remedy| remedy.get(lang).to_owned()).unwrap_or_default();
        view! { li(class="row") { span(class=class) { (part) } " " (found) p(class="note") { (remedy) } } }
    };
    if unwell.is_empty() {
        return view! { p { span(class="chip good") { (ALL_WELL) } } };
    }
    let rows: Vec<_> = unwell.iter().map(row).collect();
    view! { ul(class="rows") { (rows) } }
}

fn figures(host: &Rc<Host>) -> View {
    match &host.figures {
        None => view! { p(class="notice", data-no-figures="") { (NOT_HERE) } },
        Some(figures) => draw::figures(figures),
    }
}
