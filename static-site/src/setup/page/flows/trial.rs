//! An imaginary order walks through the draft, before anybody's real order does. What is open and what is refused, and why,
//! is decided by the code that the server decides with; only the circumstances are made up.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::approval::{self, Decision, SignInput};
use takt_domain::decide::{self, ActionView, Change, Input};
use takt_domain::facts::{Actor, Facts, Progress};
use takt_domain::flow::{Action, Effect, Flow};
use takt_domain::order::{InspectionResult, NewOrder, Order};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::report::{self, NewReport};
use takt_domain::signature::Signature;
use takt_domain::text::Lang;

use super::draft::{Chosen, Draft};
use super::parts;
use crate::app;
use crate::json;
use crate::net::device;
use crate::text::{self, Text};
use crate::ui::{self, fault, field, order_parts, tap};

const TITLE: Text = Text::new("试走一张工单", "Try it with an imaginary order");
const HINT: Text = Text::new(
    "一张虚拟工单按画出的流程走,不写入任何数据。",
    "An imaginary order walks through what is drawn. Nothing is written.",
);
const ACTING: Text = Text::new("我扮演", "I act as");
const SO: Text = Text::new("现场情况", "Circumstances");
const AGAIN: Text = Text::new("从头再走", "From the start");
const WALKED: Text = Text::new("走过的路", "The way so far");
const SIGN: Text = Text::new("签字", "Sign");
const REFUSE: Text = Text::new("拒绝", "Refuse");
const NOTHING: Text = Text::new(
    "这个状态没有任何动作:工单走到头了。",
    "Nothing can be done in this state: the order has come to its end.",
);
const UNFIT: Text =
    Text::new("流程还走不了:先补上新工单的状态。", "It cannot be walked yet: say in which state a new order is.");

const QUANTITY: i64 = 10;

/// What can be so or not on the floor.
#[derive(Clone, Copy, PartialEq, Eq)]
enum So {
    Kit,
    Equipment,
    Mould,
    Crew,
    Routing,
}

const ALL: [(So, &str, &str); 5] = [
    (So::Kit, "物料齐套", "Material is there"),
    (So::Equipment, "设备可用", "Equipment works"),
    (So::Mould, "模具可用", "Moulds work"),
    (So::Crew, "人员到位", "The crew is present"),
    (So::Routing, "工艺已发布", "The routing is released"),
];

#[derive(Clone, Copy)]
struct Trial {
    draft: Draft,
    order: Signal<Option<Order>>,
    /// All of it is reported.
    reported: Signal<bool>,
    /// A role, or a person whom the flow names.
    acting: Signal<String>,
    so: Signal<Vec<So>>,
    log: Signal<Vec<String>>,
}

pub(super) fn view(draft: Draft) -> View {
    let trial = Trial {
        draft,
        order: create_signal(draft.flow.with_untracked(new_order)),
        reported: create_signal(false),
        acting: create_signal(Role::Planner.as_str().to_owned()),
        so: create_signal(ALL.iter().map(|(so, ..)| *so).collect()),
        log: create_signal(Vec::new()),
    };
    show_place(trial);
    let acting = field::select(ACTING, trial.acting, who(&draft.flow.get_clone_untracked()));
    let so = parts::several(SO, trial.so.get_clone_untracked(), super::words::options(&ALL, app::lang()), move |so| {
        trial.so.set(so);
    });
    let actions = ui::live(move || {
        let flow = draft.flow.get_clone();
        let (Some(order), Some(facts)) = (trial.order.get_clone(), trial.facts()) else {
            return view! { p(class="notice bad") { (UNFIT) } };
        };
        untrack(|| trial.actions(&order, &flow, &facts))
    });
    let log = ui::live(move || {
        let steps: Vec<_> =
            trial.log.with(|log| log.iter().rev().cloned().map(|step| view! { li { (step) } }).collect());
        if steps.is_empty() {
            View::new()
        } else {
            view! { h3 { (WALKED) } ol(class="walked", reversed=true) { (steps) } }
        }
    });
    let again = tap(move || {
        trial.reported.set(false);
        trial.log.set(Vec::new());
        trial.order.set(draft.flow.with_untracked(new_order));
        show_place(trial);
    });
    view! {
        section(class="card trial") {
            h2 { (TITLE) }
            p(class="note") { (HINT) }
            (acting) (so) (actions)
            div(class="actions") { button(r#type="button", class="quiet", on:click=again) { (AGAIN) } }
            (log)
        }
    }
}

/// The sheet shows where the order stands.
fn show_place(trial: Trial) {
    if let Some(state) = trial.order.with_untracked(|order| order.as_ref().map(|order| order.state.clone())) {
        trial.draft.chosen.set(Chosen::State(state));
    }
}

/// The PIN of nobody: in a trial whoever should sign has signed.
fn signature() -> Signature {
    Signature::Given("trial".to_owned())
}

/// Every role, and every person who is to sign something.
fn who(flow: &Flow) -> Vec<(String, String)> {
    let lang = app::lang();
    let mut all: Vec<_> =
        Role::ALL.iter().map(|role| (role.as_str().to_owned(), role.label(lang).to_owned())).collect();
    let steps = flow.actions.iter().flat_map(|action| &action.approval).flat_map(|approval| &approval.steps);
    for signer in steps.flat_map(|step| &step.by) {
        if let approval::Signer::User(user) = signer {
            let key = format!("@{user}");
            if all.iter().all(|(known, _)| *known != key) {
                all.push((key, user.to_string()));
            }
        }
    }
    all
}

fn new_order(flow: &Flow) -> Option<Order> {
    flow.state(&flow.initial)?;
    let item =
        |id: &str, name: &str| json::read(&format!(r#"{{"id":"{id}","name":"{name}","unit":"pcs","scale":0}}"#)).ok();
    let operation = r#"{"number":10,"name":"10","equipment":"EQ-1","mould":"M-1","crew_min":1,"standard_s":0}"#;
    let component: takt_domain::master::Item = item("MATERIAL", app::lang().pick("物料", "Material"))?;
    let need =
        takt_domain::master::Need { component: component.id.clone(), per: Quantity::from_units(1, 0), operation: None };
    let new = NewOrder {
        id: "TRY-1".parse().ok()?,
        item: item("PRODUCT", app::lang().pick("产品", "Product"))?,
        quantity: Quantity::from_units(QUANTITY, 0),
        line: "LINE".parse().ok()?,
        priority: Default::default(),
        due: None,
        customer: String::new(),
        note: String::new(),
        custom: Default::default(),
        operations: vec![json::read(operation).ok()?],
        needs: vec![(need, component)],
    };
    Order::new(new, flow, &"trial".parse().ok()?, device::now()).ok()
}

impl Trial {
    fn facts(self) -> Option<Facts> {
        let acting = self.acting.get_clone();
        let (user, roles) = match acting.strip_prefix('@') {
            Some(user) => (user.to_owned(), Vec::new()),
            None => (format!("trial-{acting}"), Role::from_name(&acting).into_iter().collect()),
        };
        let so = self.so.get_clone();
        let is = |what: So| so.contains(&what);
        let actor = Actor::new(user.parse().ok()?, roles);
        let mut facts = Facts::bare(device::now(), actor, app::lang());
        facts.routing_released = is(So::Routing);
        let free = if is(So::Kit) { QUANTITY } else { 0 };
        let balance = format!(r#"{{"item":"MATERIAL","location":"STORE","quantity":"{free}"}}"#);
        facts.balances.extend(json::read(&balance));
        for (kind, id) in [("store", "STORE"), ("quarantine", "Q"), ("finished", "F")] {
            facts.locations.extend(json::read(&format!(r#"{{"id":"{id}","name":"{id}","kind":"{kind}"}}"#)));
        }
        let status = if is(So::Equipment) { "available" } else { "down" };
        facts.equipment.extend(json::read(&format!(r#"{{"id":"EQ-1","name":"EQ-1","status":"{status}"}}"#)));
        let usable = is(So::Mould);
        facts.moulds.extend(json::read(&format!(r#"{{"id":"M-1","name":"M-1","usable":{usable}}}"#)));
        let present = is(So::Crew);
        let member = format!(r#"{{"user":"crew","name":"crew","line":"LINE","present":{present}}}"#);
        facts.crew.extend(json::read(&member));
        if self.reported.get() {
            let good = Quantity::from_units(QUANTITY, 0);
            facts.progress.insert(10, Progress { good, ..Progress::none(0) });
        }
        Some(facts)
    }

    fn actions(self, order: &Order, flow: &Flow, facts: &Facts) -> View {
        let here = order_parts::state_chip(Some(flow), &order.state);
        let rows: Vec<_> = decide::actions(order, flow, facts)
            .into_iter()
            .filter_map(|view| flow.action(&view.action).map(|action| self.action(action, &view, order, flow, facts)))
            .collect();
        let rows = if rows.is_empty() {
            view! { p(class="note") { (NOTHING) } }
        } else {
            view! { ul(class="rows") { (rows) } }
        };
        view! { p(class="trial-state") { (here) } (rows) }
    }

    fn action(self, action: &Action, view: &ActionView, order: &Order, flow: &Flow, facts: &Facts) -> View {
        let lang = facts.lang;
        let label = action.label.get(lang).to_owned();
        let to = action.to.as_ref().or(action.when_quantity_reached.as_ref()).and_then(|to| flow.state(to));
        let to = to.map_or(String::new(), |state| format!("→ {}", state.label.get(lang)));
        let reasons = if view.allowed { View::new() } else { fault::reasons(&view.unmet) };
        let inspects = action
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::RecordFirstArticle | Effect::RecordFinalInspection));
        let mut buttons = Vec::new();
        let name = Rc::new(action.name.clone());
        let mut press = |face: String, class: &'static str, result: Option<InspectionResult>| {
            let name = Rc::clone(&name);
            let hit = tap(move || self.take(&name, result));
            buttons.push(view! { button(r#type="button", class=class, on:click=hit) { (face) } });
        };
        match (view.allowed, inspects) {
            (false, _) => {}
            (true, true) => {
                press(format!("▸ {label}: {}", text::PASS.get()), "secondary", Some(InspectionResult::Pass));
                press(format!("▸ {label}: {}", text::FAIL.get()), "secondary", Some(InspectionResult::Fail));
            }
            (true, false) => press(format!("▸ {label}"), "secondary", None),
        }
        let can_sign = approval::signable(order, flow, facts).iter().any(|(open, _)| open.name == action.name);
        if can_sign {
            for (face, decision) in [(SIGN, Decision::Sign), (REFUSE, Decision::Refuse)] {
                let name = Rc::clone(&name);
                let (said, hit) = (format!("▸ {} {label}", face.get()), tap(move || self.sign(&name, decision)));
                buttons.push(view! { button(r#type="button", class="secondary", on:click=hit) { (said) } });
            }
        }
        view! {
            li(class="row") {
                div(class="row-main") { strong(class="grow") { (label) } span(class="note") { (to) } }
                (reasons)
                div(class="actions") { (buttons) }
            }
        }
    }

    /// Takes an action with everything filled in that it asks for.
    fn take(self, name: &str, result: Option<InspectionResult>) {
        let flow = self.draft.flow.get_clone_untracked();
        let Some(order) = self.order.get_clone_untracked() else { return };
        let Some(action) = flow.action(name) else { return };
        let Some(facts) = untrack(|| self.facts()) else { return };
        let reports = action.effects.contains(&Effect::BookReport);
        let outcome = if reports {
            let report = NewReport {
                order: order.id.clone(),
                operation: 10,
                good: Quantity::from_units(QUANTITY, 0),
                scrap: Vec::new(),
                rework: None,
                started_at: None,
                ended_at: None,
                equipment: None,
                lot: String::new(),
                note: String::new(),
                custom: Default::default(),
                rework_to: None,
            };
            report::decide(&order, &flow, &report, &facts)
        } else {
            let fields = action.required.iter().map(|field| (field.clone(), "1".to_owned())).collect();
            let reason = facts.lang.pick("试走", "a trial").to_owned();
            decide::decide(&order, &flow, name, &Input { reason, result, fields, signature: signature() }, &facts)
        };
        if reports && outcome.is_ok() {
            self.reported.set(true);
        }
        self.settle(action.label.get(facts.lang), &flow, outcome, facts.lang);
    }

    fn sign(self, name: &str, decision: Decision) {
        let flow = self.draft.flow.get_clone_untracked();
        let Some(order) = self.order.get_clone_untracked() else { return };
        let Some(facts) = untrack(|| self.facts()) else { return };
        let comment = facts.lang.pick("试走", "a trial").to_owned();
        let input = SignInput { step: None, decision, comment, device: String::new(), signature: signature() };
        let outcome = approval::sign(&order, &flow, name, &input, &facts);
        let label = flow.action(name).map_or(name, |action| action.label.get(facts.lang));
        let face = if decision == Decision::Sign { SIGN } else { REFUSE };
        self.settle(&format!("{}: {label}", face.get()), &flow, outcome, facts.lang);
    }

    fn settle(self, what: &str, flow: &Flow, outcome: Result<Change, Refusal>, lang: Lang) {
        let who = self.acting.get_clone_untracked();
        let who = Role::from_name(&who).map_or(who.clone(), |role| role.label(lang).to_owned());
        let said = match outcome {
            Ok(change) => {
                if let Some(after) = change.order {
                    self.order.set(Some(after));
                }
                let now = self.order.with_untracked(|order| order.as_ref().map(|order| order.state.clone()));
                let now = now.and_then(|now| flow.state(&now).map(|state| state.label.get(lang).to_owned()));
                format!("{who}: {what} → {}", now.unwrap_or_default())
            }
            Err(refusal) => {
                let why: Vec<_> = refusal.unmet.into_iter().map(|unmet: Unmet| unmet.detail).collect();
                format!("{who}: {what} ✗ {}", why.join("; "))
            }
        };
        self.log.update(|log| log.push(said));
        show_place(self);
    }
}
