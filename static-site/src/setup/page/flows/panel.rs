//! Beside the sheet: what is chosen, with its fields; and what is wrong, at the place and as a whole.

use sycamore::prelude::*;
use takt_domain::flow::State;
use takt_domain::flow::check::FlowProblem;

use super::draft::{Chosen, Draft};
use super::parts::{self, button};
use super::{action_panel, words};
use crate::app;
use crate::text::Text;
use crate::ui::{self, icon, tap};

const STATES: Text = Text::new("状态", "States");
const ACTIONS: Text = Text::new("动作", "Actions");
const INITIAL: Text = Text::new("新工单的状态", "A new order is");
const ADD_STATE: Text = Text::new("加状态", "Add a state");
const ADD_ACTION: Text = Text::new("加动作", "Add an action");
const NAME_ZH: Text = Text::new("中文名称", "Name in Chinese");
const NAME_EN: Text = Text::new("英文名称", "Name in English");
const MEANS: Text = Text::new("类别", "What it means");
const LIMIT: Text = Text::new("停留上限(分钟)", "Limit in minutes");
const WAYS_OUT: Text = Text::new("从这里出发", "What can be done here");
const DRAW_TO: Text = Text::new("画到", "Draw a way to");
const DRAW: Text = Text::new("画出动作", "Draw it");
const STAYS: Text = Text::new("(留在此状态)", "(stays here)");
const REMOVE: Text = Text::new("删除此状态", "Remove this state");
const WHOLE: Text = Text::new("返回整个流程", "Back to the whole flow");
const SOUND: Text = Text::new("没有问题,可以发布", "Nothing is wrong: it can be published");
const FAULTS: Text = Text::new("还有 {} 处问题", "{} thing{s} to mend");

pub(super) fn view(draft: Draft) -> View {
    let chosen = ui::live(move || {
        let chosen = draft.chosen.get_clone();
        untrack(|| match chosen {
            Chosen::Flow => whole(draft),
            Chosen::State(name) => match draft.flow.with(|flow| flow.state(&name).cloned()) {
                Some(state) => one_state(draft, &state),
                None => whole(draft),
            },
            Chosen::Action(name) => match draft.flow.with(|flow| flow.action(&name).cloned()) {
                Some(action) => action_panel::view(draft, &action),
                None => whole(draft),
            },
        })
    });
    let problems = all_problems(draft);
    view! { div(class="flow-panel") { (problems) (chosen) } }
}

/// Everything that is wrong, each with the way to its place.
fn all_problems(draft: Draft) -> View {
    ui::live(move || {
        let all = draft.problems.get_clone();
        if all.is_empty() {
            return view! { p(class="notice good", role="status") { (SOUND) } };
        }
        let said = FAULTS.count(all.len());
        let rows: Vec<_> = all.iter().map(|problem| problem_row(draft, problem)).collect();
        view! { div(class="notice bad", role="status") { strong { (said) } ul(class="problems") { (rows) } } }
    })
}

fn problem_row(draft: Draft, problem: &FlowProblem) -> View {
    let mut at = problem.at.split('.');
    let place = match (at.next(), at.next()) {
        (Some("states"), Some(name)) => Chosen::State(name.to_owned()),
        (Some("actions"), Some(name)) => Chosen::Action(name.to_owned()),
        _ => Chosen::Flow,
    };
    let detail = problem.detail.get(app::lang()).to_owned();
    view! { li { button(r#type="button", class="link", on:click=tap(move || draft.chosen.set(place.clone()))) { (detail) } } }
}

/// What is wrong with one part, said where it is mended.
pub(super) fn problems_here(draft: Draft, part: String) -> View {
    ui::live(move || {
        draft.problems.track();
        let found = draft.problems_at(&part);
        let rows: Vec<_> = found
            .iter()
            .map(|problem| {
                let detail = problem.detail.get(app::lang()).to_owned();
                view! { li { (icon::ALERT) (detail) } }
            })
            .collect();
        if rows.is_empty() {
            View::new()
        } else {
            view! { ul(class="problems here") { (rows) } }
        }
    })
}

fn whole(draft: Draft) -> View {
    let lang = app::lang();
    let (initial, options) = draft.flow.with(|flow| (flow.initial.clone(), states(flow)));
    let initial = parts::select(INITIAL, &initial, options, move |name| draft.edit(|flow| flow.initial = name));
    let list = ui::live(move || {
        let (states, actions): (Vec<_>, Vec<_>) = draft.flow.with(|flow| {
            let label = |label: &takt_domain::text::Label| label.get(lang).to_owned();
            let states = flow.states.iter().map(|state| (Chosen::State(state.name.clone()), label(&state.label)));
            let actions = flow.actions.iter().map(|action| (Chosen::Action(action.name.clone()), label(&action.label)));
            (states.collect(), actions.collect())
        });
        let (states, actions) = (links(draft, states), links(draft, actions));
        view! { h3 { (STATES) } div(class="options") { (states) } h3 { (ACTIONS) } div(class="options") { (actions) } }
    });
    let add = button(ADD_STATE, "quiet", move || draft.add_state());
    let act = button(ADD_ACTION, "quiet", move || {
        let first = draft.flow.with_untracked(|flow| flow.initial.clone());
        draft.add_action(&first, None);
    });
    let here = problems_here(draft, "initial".into());
    view! {
        section(class="card") { div(class="actions") { (add) (act) } (initial) (here) (list) }
    }
}

fn links(draft: Draft, all: Vec<(Chosen, String)>) -> View {
    let one = |(what, name): (Chosen, String)| {
        view! { button(r#type="button", class="option small", on:click=tap(move || draft.chosen.set(what.clone()))) { (name) } }
    };
    View::from(all.into_iter().map(one).collect::<Vec<_>>())
}

/// Every state, as a select has it.
pub(super) fn states(flow: &takt_domain::flow::Flow) -> Vec<(String, String)> {
    let lang = app::lang();
    flow.states.iter().map(|state| (state.name.clone(), state.label.get(lang).to_owned())).collect()
}

/// The way back from a part to the whole.
pub(super) fn back(draft: Draft) -> View {
    view! {
        button(r#type="button", class="link back-link", on:click=tap(move || draft.chosen.set(Chosen::Flow))) { (icon::BACK) (WHOLE) }
    }
}

fn one_state(draft: Draft, state: &State) -> View {
    let name = state.name.clone();
    let of = move |name: &str| name.to_owned();
    let (zh, en, category, limit, gone) = (of(&name), of(&name), of(&name), of(&name), of(&name));
    let zh = parts::line(NAME_ZH, &state.label.zh, move |text| draft.state(&zh, |state| state.label.zh = text));
    let en = parts::line(NAME_EN, &state.label.en, move |text| draft.state(&en, |state| state.label.en = text));
    let means = words::options(&words::CATEGORIES, app::lang());
    let category =
        parts::choice(MEANS, state.category, means, move |to| draft.state(&category, |state| state.category = to));
    let limit =
        parts::number(LIMIT, state.limit_minutes, move |to| draft.state(&limit, |state| state.limit_minutes = to));
    let (title, here) = (title(draft, &name), problems_here(draft, format!("states.{name}")));
    let (ways, draw) = (ways_out(draft, &name), draw_to(draft, &name));
    let remove = button(REMOVE, "quiet danger", move || draft.remove_state(&gone));
    let back = back(draft);
    view! {
        section(class="card") {
            (back)
            (title)
            (here) (zh) (en) (category) (limit)
            h3 { (WAYS_OUT) } (ways) (draw)
            div(class="actions") { (remove) }
        }
    }
}

fn title(draft: Draft, name: &str) -> View {
    let name = name.to_owned();
    let label = move || {
        draft.flow.with(|flow| flow.state(&name).map_or(String::new(), |state| state.label.get(app::lang()).to_owned()))
    };
    view! { h2 { (label) } }
}

fn ways_out(draft: Draft, name: &str) -> View {
    let name = name.to_owned();
    ui::live(move || {
        let lang = app::lang();
        let ways = draft.flow.with(|flow| {
            let here = flow.actions.iter().filter(|action| action.from.contains(&name));
            let way = |action: &takt_domain::flow::Action| {
                let to = action.to.as_ref().or(action.when_quantity_reached.as_ref()).and_then(|to| flow.state(to));
                let to = to.map_or(String::new(), |state| format!(" → {}", state.label.get(lang)));
                (Chosen::Action(action.name.clone()), format!("{}{to}", action.label.get(lang)))
            };
            here.map(way).collect::<Vec<_>>()
        });
        let ways = links(draft, ways);
        view! { div(class="options") { (ways) } }
    })
}

/// Draws a way without a pointer.
fn draw_to(draft: Draft, name: &str) -> View {
    let mut options = draft.flow.with(states);
    options.retain(|(other, _)| other != name);
    options.insert(0, (String::new(), STAYS.get().to_owned()));
    let target = create_signal(String::new());
    let name = name.to_owned();
    let choose = ui::field::select(DRAW_TO, target, options);
    let draw = button(DRAW, "quiet", move || {
        let to = target.get_clone_untracked();
        draft.add_action(&name, Some(to.as_str()).filter(|to| !to.is_empty()));
    });
    view! { div(class="draw-to") { (choose) (draw) } }
}
