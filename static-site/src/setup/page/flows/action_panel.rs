//! One action: what it is called, from where to where, who may, under which conditions, and who has to sign first.

use sycamore::prelude::*;
use takt_domain::flow::{Action, Effect};
use takt_domain::permission::Permission;

use super::draft::Draft;
use super::panel::{back, problems_here, states};
use super::parts::{self, button};
use super::{approval_panel, words};
use crate::app;
use crate::text::Text;

const NAME_ZH: Text = Text::new("中文名称", "Name in Chinese");
const NAME_EN: Text = Text::new("英文名称", "Name in English");
const FROM: Text = Text::new("在哪些状态可做", "Open in");
const TO: Text = Text::new("做完后到", "Leads to");
const REACHED: Text = Text::new("报满数量后到", "When the last quantity is reported");
const STAYS: Text = Text::new("(不改变状态)", "(stays where it is)");
const MAY: Text = Text::new("谁可以做(权限)", "Who may (permission)");
const ONLY_IF: Text = Text::new("前提条件", "Only if");
const DOES: Text = Text::new("同时", "It also");
const REASON: Text = Text::new("原因", "A reason");
const NEEDED: Text = Text::new("必须填写", "must be given");
const NOT_NEEDED: Text = Text::new("可不填", "need not be given");
const SIGNED: Text = Text::new("电子签名", "Electronic signature");
const PIN_AGAIN: Text = Text::new("再输一次密码", "the PIN once more");
const NO_PIN: Text = Text::new("不需要", "not needed");
const FIELDS: Text = Text::new("必填的自定义字段(逗号分隔)", "Own fields that must be filled (with commas)");
const REMOVE: Text = Text::new("删除此动作", "Remove this action");

pub(super) fn view(draft: Draft, action: &Action) -> View {
    let name = action.name.clone();
    let edit = move |name: &String| {
        let name = name.clone();
        move |change: Box<dyn FnOnce(&mut Action)>| draft.action(&name, change)
    };
    let set = edit(&name);
    let zh = parts::line(NAME_ZH, &action.label.zh, move |text| set(Box::new(move |action| action.label.zh = text)));
    let set = edit(&name);
    let en = parts::line(NAME_EN, &action.label.en, move |text| set(Box::new(move |action| action.label.en = text)));
    let all = draft.flow.with_untracked(states);
    let set = edit(&name);
    let from =
        parts::several(FROM, action.from.clone(), all, move |from| set(Box::new(move |action| action.from = from)));
    let to = leads_to(draft, action);
    let set = edit(&name);
    let may = parts::select(MAY, action.permission.as_str(), permissions(), move |name| {
        if let Some(found) = Permission::ALL.iter().find(|known| known.as_str() == name) {
            set(Box::new(move |action| action.permission = *found));
        }
    });
    let lang = app::lang();
    let set = edit(&name);
    let guards = words::options(&words::GUARDS, lang);
    let guards = parts::several(ONLY_IF, action.guards.clone(), guards, move |guards| {
        set(Box::new(move |action| action.guards = guards));
    });
    let set = edit(&name);
    let effects = words::options(&words::EFFECTS, lang);
    let effects = parts::several(DOES, action.effects.clone(), effects, move |effects| {
        set(Box::new(move |action| action.effects = effects));
    });
    let set = edit(&name);
    let reasons = vec![(false, NOT_NEEDED.get().to_owned()), (true, NEEDED.get().to_owned())];
    let reason = parts::choice(REASON, action.reason_required, reasons, move |needed| {
        set(Box::new(move |action| action.reason_required = needed));
    });
    let set = edit(&name);
    let fields = parts::line(FIELDS, &action.required.join(", "), move |text| {
        let fields = text.split([',', '\u{ff0c}', '、']).map(str::trim).filter(|field| !field.is_empty());
        let fields: Vec<_> = fields.map(str::to_owned).collect();
        set(Box::new(move |action| action.required = fields));
    });
    let set = edit(&name);
    let signs = vec![(false, NO_PIN.get().to_owned()), (true, PIN_AGAIN.get().to_owned())];
    let signs = parts::choice(SIGNED, action.signature_required, signs, move |needed| {
        set(Box::new(move |action| action.signature_required = needed));
    });
    let approval = approval_panel::view(draft, &name);
    let here = problems_here(draft, format!("actions.{name}"));
    let titled = name.clone();
    let title = move || {
        let label = |action: &Action| action.label.get(app::lang()).to_owned();
        draft.flow.with(|flow| flow.action(&titled).map_or(String::new(), label))
    };
    let remove = button(REMOVE, "quiet danger", move || draft.remove_action(&name));
    let back = back(draft);
    view! {
        section(class="card") {
            (back)
            h2 { (title) }
            (here) (zh) (en) (from) (to) (may) (guards) (effects) (reason) (signs) (fields)
        }
        (approval)
        div(class="actions") { (remove) }
    }
}

/// Where it leads; for a report, where it leads once everything is reported.
fn leads_to(draft: Draft, action: &Action) -> View {
    let name = action.name.clone();
    let mut options = draft.flow.with_untracked(states);
    options.insert(0, (String::new(), STAYS.get().to_owned()));
    let chosen = |to: String| Some(to).filter(|to| !to.is_empty());
    if action.effects.contains(&Effect::BookReport) {
        let now = action.when_quantity_reached.clone().unwrap_or_default();
        return parts::select(REACHED, &now, options, move |to| {
            draft.action(&name, |action| action.when_quantity_reached = chosen(to));
        });
    }
    let now = action.to.clone().unwrap_or_default();
    parts::select(TO, &now, options, move |to| draft.action(&name, |action| action.to = chosen(to)))
}

/// Every permission, with the roles that hold it.
fn permissions() -> Vec<(String, String)> {
    let lang = app::lang();
    let held = |permission: &Permission| {
        let roles: Vec<_> = permission.holders().iter().map(|role| role.label(lang)).collect();
        format!("{} — {}", permission.label(lang), roles.join(lang.pick("、", ", ")))
    };
    Permission::ALL.iter().map(|permission| (permission.as_str().to_owned(), held(permission))).collect()
}
