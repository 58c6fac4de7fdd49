//! Open orders come under another version: first it is said what would happen to each, then it is done, with a reason. The
//! server takes a bounded number a call; the page goes on until nothing remains, and says how far it is.

use std::collections::BTreeMap;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::flows::{FlowDetail, Flows, MoveOrders, MovedOrder, MovedOrders};
use takt_api::stock::Source;
use takt_domain::flow::{Flow, FlowRef};

use super::{api_path, page_of};
use crate::app;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::Route;
use crate::text::{self, Text};
use crate::ui::{self, field, submit_button, toast::Toast};

const TITLE: Text = Text::new("迁移未完工单", "Move open orders");
const UNDER: Text = Text::new("现在使用的流程", "They live under");
const TO: Text = Text::new("迁移到 {}", "They come under {}");
const LOOK: Text = Text::new("预览", "See what would happen");
const MOVE: Text = Text::new("迁移 {} 张工单", "Move {} order{s}");
const MOVED: Text = Text::new("已迁移 {} 张工单", "{} order{s} moved");
const NONE: Text = Text::new("没有未完工单使用这个流程。", "No open order lives under it.");
const NOT_PUBLISHED: Text = Text::new("这个流程还没有发布。", "This flow is not published yet.");
const NO_OTHER: Text = Text::new("没有别的流程或版本。", "There is no other flow or version.");
const LOOKED_AT: Text = Text::new("已查看 {} 张工单", "{} order{s} looked at");
const BEHIND: Text = Text::new(",后面至少还有 {} 张", ", at least {} to go");
const STAY: Text = Text::new("{} 张工单不能迁移:", "{} order{s} cannot be moved:");
const CAN: Text = Text::new("{} 张工单可以迁移:", "{} order{s} can be moved:");
const MORE: Text = Text::new("等等(另有 {} 张)", "and {} more");

/// The most orders of either sort that are named.
const NAMED_MAX: usize = 200;
const BECOMES: Text = Text::new("状态“{}”变为", "The state {} becomes");

#[derive(Clone)]
struct Target {
    flow: Rc<Flow>,
    from: FlowRef,
}

pub(super) fn view(name: &str) -> View {
    let detail: Read<FlowDetail> = Read::new(api_path(name));
    let flows: Read<Flows> = Read::new("/api/v1/flows");
    let name = name.to_owned();
    let back = page_of(&name);
    let body = ui::shown(flows, move |flows| {
        let name = name.clone();
        ui::shown(detail, move |detail| match &detail.flow {
            Some(flow) if detail.published.is_some() => choose(&Rc::new(flow.clone()), &flows, &name),
            _ => view! { p(class="notice") { (NOT_PUBLISHED) } },
        })
    });
    ui::shell::page(TITLE.get(), Some(back), View::new(), body)
}

fn choose(flow: &Rc<Flow>, flows: &Flows, name: &str) -> View {
    let this = flow.reference();
    let rows = flows.published.iter().map(|row| FlowRef { name: row.name.clone(), version: row.version });
    let others: Vec<_> = rows.filter(|other| *other != this).collect();
    let usual = others.iter().filter(|other| other.name == name).max_by_key(|other| other.version).or(others.first());
    let Some(first) = usual.map(FlowRef::id) else { return view! { p(class="notice") { (NO_OTHER) } } };
    let from = create_signal(first);
    let options = others.iter().map(|other| (other.id(), format!("{} v{}", other.name, other.version))).collect();
    let choose = field::select(UNDER, from, options);
    let title = TO.with(&format!("{} v{}", this.name, this.version));
    let flow = Rc::clone(flow);
    let steps = ui::live(move || {
        let wanted = from.get_clone();
        let Some(from) = others.iter().find(|other| other.id() == wanted) else { return View::new() };
        let target = Target { flow: Rc::clone(&flow), from: from.clone() };
        untrack(|| look(target))
    });
    view! { section(class="card") { h2 { (title) } (choose) } (steps) }
}

/// What the calls so far have said, one behind the other.
#[derive(Clone)]
struct Told {
    preview: bool,
    orders: Vec<MovedOrder>,
    remaining: usize,
    is_whole: bool,
}

/// One way through all of the orders.
#[derive(Clone)]
struct Pass {
    target: Target,
    states: BTreeMap<String, String>,
    reason: String,
    preview: bool,
    submit: Submit,
    found: Signal<Option<Rc<Told>>>,
}

impl Pass {
    /// Asks for the orders behind those of the last call, until nothing remains.
    fn go_on(self, before: Vec<MovedOrder>, after: Option<String>) {
        let body = MoveOrders {
            to_version: self.target.flow.version,
            from: self.target.from.clone(),
            states: self.states.clone(),
            orders: Vec::new(),
            after,
            reason: self.reason.clone(),
            preview: self.preview,
        };
        let submit = self.submit;
        submit.send("POST", path(&self.target), &body, Source::Hand, move |told: MovedOrders| {
            let mut orders = before.clone();
            orders.extend(told.orders);
            let (preview, remaining, is_whole) = (self.preview, told.remaining, told.next.is_none());
            self.found.set(Some(Rc::new(Told { preview, orders: orders.clone(), remaining, is_whole })));
            if !is_whole {
                return self.clone().go_on(orders, told.next);
            }
            if !self.preview {
                app::app().say(Toast::good(MOVED.count(movable(&orders))));
            }
        });
    }
}

fn movable(orders: &[MovedOrder]) -> usize {
    orders.iter().filter(|order| order.to.is_some()).count()
}

fn look(target: Target) -> View {
    let found = create_signal(None::<Rc<Told>>);
    let states = create_signal(BTreeMap::<String, String>::new());
    // They outlive what is drawn anew after each call.
    let (submit, reason) = (Submit::new(), create_signal(String::new()));
    let pass = move |target: &Target, reason: String, preview: bool| {
        let states = states.get_clone_untracked();
        Pass { target: target.clone(), states, reason, preview, submit, found }.go_on(Vec::new(), None);
    };
    let for_look = target.clone();
    let preview = move || pass(&for_look, String::new(), true);
    let button = submit_button::view(submit, LOOK, preview);
    let mapping = ui::live({
        let target = target.clone();
        move || {
            let told = found.get_clone();
            untrack(|| told.map_or_else(View::new, |told| mapping(&target, &told, states)))
        }
    });
    let result = ui::live(move || {
        let told = found.get_clone();
        untrack(|| told.map_or_else(View::new, |told| confirm(&target, &told, reason, pass)))
    });
    view! { (mapping) (button) (result) }
}

fn path(target: &Target) -> String {
    format!("{}/moves", api_path(&target.flow.name))
}

/// For each state that the orders stand in: which it becomes.
fn mapping(target: &Target, told: &Told, states: Signal<BTreeMap<String, String>>) -> View {
    let lang = app::lang();
    let mut seen: Vec<&str> = told.orders.iter().map(|order| order.from.as_str()).collect();
    seen.sort_unstable();
    seen.dedup();
    let fields: Vec<_> = seen
        .into_iter()
        .map(|from| {
            let same = target.flow.state(from).map_or("", |state| state.name.as_str());
            let now = states.with_untracked(|states| states.get(from).cloned()).unwrap_or_else(|| same.to_owned());
            let mut options: Vec<_> =
                target.flow.states.iter().map(|state| (state.name.clone(), state.label.get(lang).to_owned())).collect();
            options.insert(0, (String::new(), "—".to_owned()));
            let value = create_signal(now);
            let from = from.to_owned();
            let said = BECOMES.with(&from);
            super::parts::follow(value, move |to: String| {
                states.update(|states| match to.is_empty() {
                    true => drop(states.remove(&from)),
                    false => drop(states.insert(from.clone(), to)),
                });
            });
            let options = field::select_options(value, options);
            view! { label(class="field") { span { (said) } select(bind:value=value) { (options) } } }
        })
        .collect();
    if fields.is_empty() {
        View::new()
    } else {
        view! { section(class="card") { (fields) } }
    }
}

fn confirm(
    target: &Target,
    told: &Told,
    reason: Signal<String>,
    pass: impl Fn(&Target, String, bool) + Copy + 'static,
) -> View {
    if told.orders.is_empty() && told.is_whole {
        return view! { p(class="notice") { (NONE) } };
    }
    let list = list(told, &target.flow);
    let movable = movable(&told.orders);
    if movable == 0 || !told.preview || !told.is_whole {
        return list;
    }
    let missing = create_signal(String::new());
    let target = target.clone();
    let send = move || {
        let reason = reason.get_clone_untracked().trim().to_owned();
        if reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        pass(&target, reason, false);
    };
    let words = field::lines(text::REASON, reason, text::REASON_HINT);
    let (hint, face) = (ui::hint(missing), MOVE.count(movable));
    let press = ui::tap(send);
    let button = view! { button(r#type="button", class="primary big", on:click=press) { (face) } };
    view! { (list) section(class="card") { (words) (hint) (button) } }
}

/// How far it is, those that stay with their reasons, then those that move.
fn list(told: &Told, flow: &Flow) -> View {
    let mut progress = LOOKED_AT.count(told.orders.len());
    if told.remaining > 0 {
        progress.push_str(&BEHIND.count(told.remaining));
    }
    let part = |name: Text, is_moved: bool| {
        let orders: Vec<_> = told.orders.iter().filter(|order| order.to.is_some() == is_moved).collect();
        if orders.is_empty() {
            return View::new();
        }
        let rows: Vec<_> = orders.iter().take(NAMED_MAX).map(|order| row(order, flow)).collect();
        let more = orders.len().saturating_sub(NAMED_MAX);
        let more = if more == 0 { String::new() } else { MORE.count(more) };
        let title = name.count(orders.len());
        view! { section(class="card") { h2 { (title) } ul(class="rows") { (rows) } p(class="note") { (more) } } }
    };
    let stay = part(STAY, false);
    let moved = part(if told.preview { CAN } else { MOVED }, true);
    view! { p(class="note", role="status") { (progress) } (stay) (moved) }
}

fn row(order: &MovedOrder, flow: &Flow) -> View {
    let path = Route::Order(order.order.clone()).path();
    let id = order.order.to_string();
    let to = order.to.as_ref().and_then(|to| flow.state(to));
    let (way, mark) = match to {
        Some(state) => (format!("{} → {}", order.from, state.label.get(app::lang())), "chip good"),
        None => (order.why_not.clone(), "chip bad"),
    };
    view! { li(class="row") { div(class="row-main") { a(class="grow", href=path) { (id) } span(class=mark) { (way) } } } }
}
