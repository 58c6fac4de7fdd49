//! What is set of a system that calls.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::machines::{Machine, PutMachine};
use takt_api::stock::Source;
use takt_domain::permission::Permission::{self, *};

use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, submit_button, tap, toast::Toast};
use crate::{app, text};

const ID: Text = Text::new("编号(小写字母、数字、横线)", "Id (small letters, digits, dashes)");
const ID_HINT: Text = Text::new("例如 erp、scale-3", "such as erp, scale-3");
const NAME: Text = Text::new("名称", "Name");
const NAME_HINT: Text = Text::new("例如 用友 ERP", "such as ERP of the group");
const FOR: Text = Text::new("用途", "What for");
const SCOPES: Text = Text::new("允许", "It may");
const ALL: Text = Text::new("逐项选择", "Choose one by one");
const NOTHING: Text = Text::new("至少选择一项允许的操作", "choose at least one thing that it may do");
const LATE_AFTER: Text = Text::new("迟到超过(分钟)", "Late after (minutes)");
const LATE_HINT: Text = Text::new("发生后多久入账算迟到", "how long after it happened an entry counts as late");
const CHANGES: Text = Text::new(
    "改了允许的操作或停用后,原有令牌立即失效。",
    "Where what it may do changes, or it is switched off, its tokens end at once.",
);
const ON: Text = Text::new("启用", "On");
const OFF: Text = Text::new("停用", "Off");

/// What systems of a sort mostly need.
const PRESETS: [(Text, &[Permission]); 4] = [
    (
        Text::new("ERP 对接", "ERP exchange"),
        &[MasterView, MasterImport, OrderView, OrderCreate, StockView, StockMove, PurchaseEdit, SalesEdit],
    ),
    (Text::new("报工设备", "Reporting device"), &[OrderView, ReportCreate]),
    (Text::new("秤、立库、WMS", "Scale, WMS"), &[MasterView, StockView, StockMove]),
    (Text::new("只读(看板、BI)", "Reading only (BI)"), &[MasterView, OrderView, StockView, InsightView]),
];

/// What tokens are never given.
const PEOPLE_ALONE: [Permission; 2] = [UserManage, MachineManage];

/// The form of a machine that is there, or of a new one.
pub(super) fn view(known: Option<Rc<Machine>>, done: impl Fn(Machine) + Copy + 'static) -> View {
    let id = create_signal(String::new());
    let name = create_signal(known.as_ref().map_or(String::new(), |known| known.name.clone()));
    let scopes = create_signal(known.as_ref().map_or_else(|| PRESETS[0].1.to_vec(), |known| known.scopes.clone()));
    let late = create_signal(known.as_ref().map_or(15, |known| known.late_after_min).to_string());
    let active = create_signal(known.as_ref().is_none_or(|known| known.active));
    let missing = create_signal(String::new());
    let submit = Submit::new();
    let who = if known.is_some() { View::new() } else { field::line(ID, id, ID_HINT) };
    let note = if known.is_some() {
        view! { p(class="note") { (CHANGES) } }
    } else {
        View::new()
    };
    let (name_line, late_line) = (field::line(NAME, name, NAME_HINT), field::line(LATE_AFTER, late, LATE_HINT));
    let states = vec![(true, ON.get().to_owned()), (false, OFF.get().to_owned())];
    let states = field::choice(text::STATUS, active, states);
    let (presets, each) = (presets(scopes), each(scopes));
    let fields =
        submit_button::fields(submit, view! { (who) (name_line) (presets) (each) (late_line) (states) (note) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, text::SAVE, move || {
        if scopes.with_untracked(Vec::is_empty) {
            return missing.set(NOTHING.get().to_owned());
        }
        let Ok(late_after_min) = late.with_untracked(|late| late.trim().parse()) else {
            return missing.set(text::FILL_IN.with(LATE_AFTER.get()));
        };
        missing.set(String::new());
        let machine = match &known {
            Some(known) => known.machine.to_string(),
            None => id.with_untracked(|id| id.trim().to_owned()),
        };
        if machine.is_empty() {
            return missing.set(text::FILL_IN.with(ID.get()));
        }
        let body = PutMachine {
            name: name.with_untracked(|name| name.trim().to_owned()),
            scopes: scopes.get_clone_untracked(),
            active: active.get_untracked(),
            late_after_min,
        };
        let path = format!("/api/v1/machines/{}", encode(&machine));
        submit.send("PUT", path, &body, Source::Hand, move |made: Machine| {
            app::app().say(Toast::good(text::SAVED.get()));
            done(made);
        });
    });
    view! { (fields) (hint) (button) }
}

fn presets(scopes: Signal<Vec<Permission>>) -> View {
    let buttons: Vec<_> = PRESETS
        .iter()
        .map(|(name, preset)| {
            let same = move || {
                scopes.with(|scopes| scopes.len() == preset.len() && preset.iter().all(|one| scopes.contains(one)))
            };
            let pressed = move || if same() { "true" } else { "false" };
            let choose = tap(move || scopes.set(preset.to_vec()));
            view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=choose) { (*name) } }
        })
        .collect();
    let label = FOR.get();
    view! { div(class="field", role="group", aria-label=label) { span { (FOR) } div(class="options") { (buttons) } } }
}

/// All of them, folded away: whoever knows what they want opens it.
fn each(scopes: Signal<Vec<Permission>>) -> View {
    let lang = app::lang();
    let chosen = move || {
        let names: Vec<_> = scopes.with(|scopes| scopes.iter().map(|one| one.label(lang).to_owned()).collect());
        names.join(if lang == takt_domain::text::Lang::Zh { "、" } else { ", " })
    };
    let buttons: Vec<_> = Permission::ALL
        .iter()
        .filter(|permission| !PEOPLE_ALONE.contains(permission))
        .map(|permission| {
            let pressed = move || if scopes.with(|scopes| scopes.contains(permission)) { "true" } else { "false" };
            let flip = tap(move || {
                scopes.update(|scopes| match scopes.iter().position(|one| one == permission) {
                    Some(at) => drop(scopes.remove(at)),
                    None => scopes.push(*permission),
                });
            });
            let name = permission.label(lang);
            view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=flip) { (name) } }
        })
        .collect();
    let label = SCOPES.get();
    view! {
        div(class="field") {
            span { (SCOPES) }
            p(class="note") { (chosen) }
            details { summary { (ALL) } div(class="options", role="group", aria-label=label) { (buttons) } }
        }
    }
}
