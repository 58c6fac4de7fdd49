//! How long orders may be in their states before somebody is told: for each state one limit, and others for single priorities.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::Board;
use takt_api::stock::Source;
use takt_domain::order::Priority;
use takt_domain::watch::{StateLimit, WatchSettings};

use crate::frame::names::LIMITS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, text};

const URGENT: Text =
    Text::new("急单多少分钟未派发就预警", "Minutes until an urgent order that is not dispatched is told of");
const ESCALATE: Text =
    Text::new("预警多少分钟无人处理就通知经理", "Minutes until an alert that nobody looks after is told to managers");
const MINUTES: Text = Text::new("默认", "default");
const ALL: Text = Text::new("全部(分钟)", "All (minutes)");
/// One limit for all, and one for each priority.
const PRIORITIES: [(Option<Priority>, Text); 5] = [
    (None, ALL),
    (Some(Priority::Urgent), text::URGENT),
    (Some(Priority::High), text::HIGH),
    (Some(Priority::Normal), text::NORMAL),
    (Some(Priority::Low), text::LOW),
];
const EXPLAIN: Text = Text::new(
    "工单在某状态超过期限就会预警。默认:开工前 8 小时,生产中 3 天,完工后 1 天;急单为四分之一。空白则用默认值;单独给某优先级的期限先算。",
    "An order that is longer in a state is told of. By default 8 hours before work begins, 3 days of work and 1 day after it; a quarter of that for urgent orders. The default holds where a field is empty; the limit of a priority goes first.",
);
const NUMBER: Text = Text::new("请填写整数分钟", "Please give whole minutes");

pub(crate) fn view(_: &[String]) -> View {
    let settings: Read<WatchSettings> = Read::new("/api/v1/watch");
    let board: Read<Board> = Read::new("/api/v1/board");
    let body = ui::shown(settings, move |settings| ui::shown(board, move |board| form(&settings, &board)));
    ui::shell::page(LIMITS.get(), None, View::new(), body)
}

/// One field of the form.
struct Field {
    state: String,
    priority: Option<Priority>,
    typed: Signal<String>,
}

fn form(settings: &Rc<WatchSettings>, board: &Rc<Board>) -> View {
    let urgent = create_signal(settings.urgent_dispatch_min.to_string());
    let escalate = create_signal(settings.escalate_min.to_string());
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let mut fields = Vec::new();
    let mut cards = Vec::new();
    for column in &board.columns {
        let inputs: Vec<_> = PRIORITIES
            .into_iter()
            .map(|(priority, name)| {
                let same = |limit: &&StateLimit| limit.state == column.state && limit.priority == priority;
                let known = settings.limits.iter().find(same).map_or_else(String::new, |limit| limit.limit_min.to_string());
                let typed = create_signal(known);
                fields.push(Field { state: column.state.clone(), priority, typed });
                let input = view! { input(r#type="text", inputmode="numeric", maxlength="6", placeholder=MINUTES, bind:value=typed) };
                field::labelled(name, input)
            })
            .collect();
        let (state, name) = (column.state.clone(), column.label.get(app::lang()).to_owned());
        cards
            .push(view! { section(class="card", data-state=state) { h2 { (name) } div(class="limits") { (inputs) } } });
    }
    let urgent_field =
        field::labelled(URGENT, view! { input(r#type="text", inputmode="numeric", maxlength="6", bind:value=urgent) });
    let escalate_field = field::labelled(
        ESCALATE,
        view! { input(r#type="text", inputmode="numeric", maxlength="6", bind:value=escalate) },
    );
    // Limits of states that no open flow has any more are not shown, and stay.
    let is_shown = |limit: &&StateLimit| board.columns.iter().any(|column| column.state == limit.state);
    let unseen: Vec<StateLimit> = settings.limits.iter().filter(|limit| !is_shown(limit)).cloned().collect();
    let send = move || {
        let Ok(urgent_dispatch_min) = urgent.with_untracked(|text| text.trim().parse()) else {
            return missing.set(NUMBER.get().to_owned());
        };
        let Ok(escalate_min) = escalate.with_untracked(|text| text.trim().parse()) else {
            return missing.set(NUMBER.get().to_owned());
        };
        let mut limits = unseen.clone();
        for field in &fields {
            let typed = field.typed.with_untracked(|text| text.trim().to_owned());
            if typed.is_empty() {
                continue;
            }
            let Ok(limit_min) = typed.parse() else { return missing.set(NUMBER.get().to_owned()) };
            limits.push(StateLimit { state: field.state.clone(), priority: field.priority, limit_min });
        }
        missing.set(String::new());
        let body = WatchSettings { urgent_dispatch_min, escalate_min, limits };
        submit.send("PUT", "/api/v1/watch".into(), &body, Source::Hand, |_: WatchSettings| {
            app::app().say(Toast::good(text::SAVED.get()));
        });
    };
    let hint = ui::hint(missing);
    let fields = submit_button::fields(
        submit,
        view! { section(class="card") { p(class="note") { (EXPLAIN) } (urgent_field) (escalate_field) } (cards) },
    );
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (hint) (button) }
}
