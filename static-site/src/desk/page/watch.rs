//! How long orders may be in their states before somebody is told.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::orders::Board;
use takt_api::stock::Source;
use takt_domain::watch::{StateLimit, WatchSettings};

use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, text};

pub(crate) const LIMITS: Text = Text::new("停留期限", "Limits of states");
const URGENT: Text =
    Text::new("急单多少分钟未派发就预警", "Minutes until an urgent order that is not dispatched is told of");
const MINUTES: Text = Text::new("分钟;空白则用默认值", "minutes; the default where it is empty");
const EXPLAIN: Text = Text::new(
    "工单在某状态超过期限就会预警。默认:开工前 8 小时,生产中 3 天,完工后 1 天;急单为四分之一。",
    "An order that is longer in a state is told of. By default 8 hours before work begins, 3 days of work and 1 day after it; a quarter of that for urgent orders.",
);
const NUMBER: Text = Text::new("请填写整数分钟", "Please give whole minutes");

pub(crate) fn view(_: &[String]) -> View {
    let settings: Read<WatchSettings> = Read::new("/api/v1/watch");
    let board: Read<Board> = Read::new("/api/v1/board");
    let body = ui::shown(settings, move |settings| ui::shown(board, move |board| form(&settings, &board)));
    ui::shell::page(LIMITS.get(), None, View::new(), body)
}

fn form(settings: &Rc<WatchSettings>, board: &Rc<Board>) -> View {
    let urgent = create_signal(settings.urgent_dispatch_min.to_string());
    let general = |state: &str| {
        settings
            .limits
            .iter()
            .find(|limit| limit.state == state && limit.priority.is_none())
            .map(|limit| limit.limit_min)
    };
    let states: Vec<(String, String, Signal<String>)> = board
        .columns
        .iter()
        .map(|column| {
            let known = general(&column.state).map_or_else(String::new, |minutes| minutes.to_string());
            (column.state.clone(), column.label.get(app::lang()).to_owned(), create_signal(known))
        })
        .collect();
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let inputs: Vec<_> = states
        .iter()
        .map(|(_, name, value)| {
            let (name, value) = (name.clone(), *value);
            view! { label(class="field") { span { (name) } input(r#type="text", inputmode="numeric", maxlength="6", placeholder=MINUTES, bind:value=value) } }
        })
        .collect();
    let urgent_field =
        field::labelled(URGENT, view! { input(r#type="text", inputmode="numeric", maxlength="6", bind:value=urgent) });
    let before = Rc::clone(settings);
    let send = move || {
        let Ok(urgent_dispatch_min) = urgent.with_untracked(|text| text.trim().parse()) else {
            return missing.set(NUMBER.get().to_owned());
        };
        // Limits of one priority alone are set by the API, and stay.
        let mut limits: Vec<StateLimit> =
            before.limits.iter().filter(|limit| limit.priority.is_some()).cloned().collect();
        for (state, _, value) in &states {
            let typed = value.with_untracked(|text| text.trim().to_owned());
            if typed.is_empty() {
                continue;
            }
            let Ok(limit_min) = typed.parse() else { return missing.set(NUMBER.get().to_owned()) };
            limits.push(StateLimit { state: state.clone(), priority: None, limit_min });
        }
        missing.set(String::new());
        let body = WatchSettings { urgent_dispatch_min, limits };
        submit.send("PUT", "/api/v1/watch".into(), &body, Source::Hand, |_: WatchSettings| {
            app::app().say(Toast::good(text::SAVED.get()));
        });
    };
    let hint = ui::hint(missing);
    let fields = submit_button::fields(
        submit,
        view! { section(class="card") { p(class="note") { (EXPLAIN) } (urgent_field) (inputs) } },
    );
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (hint) (button) }
}
