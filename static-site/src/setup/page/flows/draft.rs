//! What somebody is drawing: the flow, what is chosen in it, the way back, and what the domain says is wrong with it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::flow::check::{FlowProblem, problems};
use takt_domain::flow::{Action, Flow, State};

use super::layout::{self, Point};
use crate::json;

/// How many steps can be taken back.
const PAST_MAX: usize = 50;

/// What the panel beside the sheet shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum Chosen {
    /// The flow as a whole.
    #[default]
    Flow,
    State(String),
    Action(String),
}

/// Copied freely: each part is a handle.
#[derive(Clone, Copy)]
pub(super) struct Draft {
    pub(super) flow: Signal<Flow>,
    pub(super) chosen: Signal<Chosen>,
    /// The draft's record on the server; 0 before it was ever saved.
    pub(super) version: Signal<u64>,
    /// Drawn and not saved.
    pub(super) changed: Signal<bool>,
    pub(super) problems: ReadSignal<Rc<Vec<FlowProblem>>>,
    past: Signal<Vec<Flow>>,
}

impl Draft {
    pub(super) fn new(mut flow: Flow, version: u64) -> Self {
        layout::settle(&mut flow);
        let flow = create_signal(flow);
        let problems = create_memo(move || Rc::new(flow.with(problems)));
        Self {
            flow,
            chosen: create_signal(Chosen::Flow),
            version: create_signal(version),
            changed: create_signal(false),
            problems,
            past: create_signal(Vec::new()),
        }
    }

    /// Changes the flow, and keeps how it was.
    pub(super) fn edit(self, change: impl FnOnce(&mut Flow)) {
        let before = self.flow.get_clone_untracked();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return;
        }
        self.past.update(|past| {
            past.push(before);
            let surplus = past.len().saturating_sub(PAST_MAX);
            past.drain(..surplus);
        });
        self.changed.set(true);
        self.flow.set(after);
    }

    /// Changes it as part of a movement that [`Draft::edit`] has begun.
    pub(super) fn carry_on(self, change: impl FnOnce(&mut Flow)) {
        self.changed.set(true);
        self.flow.update(change);
    }

    pub(super) fn can_undo(self) -> bool {
        self.past.with(|past| !past.is_empty())
    }

    pub(super) fn undo(self) {
        if let Some(before) = self.past.update(Vec::pop) {
            let gone = match self.chosen.get_clone_untracked() {
                Chosen::Flow => false,
                Chosen::State(name) => before.state(&name).is_none(),
                Chosen::Action(name) => before.action(&name).is_none(),
            };
            self.flow.set(before);
            self.changed.set(true);
            // What is chosen is drawn anew, with the values of before.
            let chosen = self.chosen.get_clone_untracked();
            self.chosen.set(if gone { Chosen::Flow } else { chosen });
        }
    }

    /// What is wrong with a part, for instance `states.waiting`.
    pub(super) fn problems_at(self, part: &str) -> Vec<FlowProblem> {
        let of_part = |problem: &&FlowProblem| {
            problem.at == part || problem.at.strip_prefix(part).is_some_and(|rest| rest.starts_with('.'))
        };
        self.problems.with(|all| all.iter().filter(of_part).cloned().collect())
    }

    /// Changes one state.
    pub(super) fn state(self, name: &str, change: impl FnOnce(&mut State)) {
        self.edit(|flow| {
            if let Some(state) = flow.states.iter_mut().find(|state| state.name == name) {
                change(state);
            }
        });
    }

    /// Changes one action.
    pub(super) fn action(self, name: &str, change: impl FnOnce(&mut Action)) {
        self.edit(|flow| {
            if let Some(action) = flow.actions.iter_mut().find(|action| action.name == name) {
                change(action);
            }
        });
    }

    /// Draws a new state and chooses it.
    pub(super) fn add_state(self) {
        let mut made = String::new();
        self.edit(|flow| {
            let number = free(1, |number| flow.state(&format!("state-{number}")).is_some());
            let name = format!("state-{number}");
            let at = free_place(flow);
            // As data, so that what a state may carry beside this needs no word here.
            let (place, zh, en) = (layout::position(at), format!("新状态 {number}"), format!("New state {number}"));
            let text = format!(
                r#"{{"name":"{name}","category":"running","label":{{"zh":"{zh}","en":"{en}"}},"position":{{"x":{},"y":{}}}}}"#,
                place.x, place.y
            );
            flow.states.extend(json::read::<State>(&text));
            made = name;
        });
        self.chosen.set(Chosen::State(made));
    }

    /// Draws a new action from a state; to another, or within it.
    pub(super) fn add_action(self, from: &str, to: Option<&str>) {
        let mut made = String::new();
        self.edit(|flow| {
            let number = free(1, |number| flow.action(&format!("action-{number}")).is_some());
            let name = format!("action-{number}");
            let (zh, en) = (format!("新动作 {number}"), format!("New action {number}"));
            let text = format!(
                r#"{{"name":"{name}","event":"order.{name}.v1","from":[],"permission":"order.dispatch","label":{{"zh":"{zh}","en":"{en}"}}}}"#
            );
            let action = json::read::<Action>(&text);
            flow.actions.extend(action.map(|action| Action { from: vec![from.to_owned()], to: to.map(str::to_owned), ..action }));
            made = name;
        });
        self.chosen.set(Chosen::Action(made));
    }

    /// Takes a state away, with the ways to and from it.
    pub(super) fn remove_state(self, name: &str) {
        self.edit(|flow| {
            flow.states.retain(|state| state.name != name);
            for action in &mut flow.actions {
                action.from.retain(|from| from != name);
                for to in [&mut action.to, &mut action.when_quantity_reached] {
                    to.take_if(|to| to == name);
                }
            }
            flow.actions.retain(|action| !action.from.is_empty());
        });
        self.chosen.set(Chosen::Flow);
    }

    pub(super) fn remove_action(self, name: &str) {
        self.edit(|flow| flow.actions.retain(|action| action.name != name));
        self.chosen.set(Chosen::Flow);
    }
}

fn free(first: usize, is_taken: impl Fn(usize) -> bool) -> usize {
    (first..).find(|number| !is_taken(*number)).unwrap_or(first)
}

/// A place that no other state covers.
fn free_place(flow: &Flow) -> Point {
    let taken: Vec<_> = layout::places(flow).into_values().collect();
    let is_free = |at: &Point| {
        taken.iter().all(|other| (other.0 - at.0).abs() > layout::WIDTH || (other.1 - at.1).abs() > layout::HEIGHT)
    };
    // Near the upper left corner, where the sheet opens.
    let mut all = (0..20).flat_map(|row| (0..3).map(move |column| (40 + column * 250, 40 + row * 120)));
    all.find(is_free).unwrap_or((40, 40))
}
