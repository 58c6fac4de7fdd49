//! Who has to sign before an action may be taken (会签): steps in order or side by side, each by roles or persons, all of
//! them or some.

use sycamore::prelude::*;
use takt_domain::approval::{Approval, ApprovalStep, Signer};
use takt_domain::permission::Role;
use takt_domain::text::Label;

use super::draft::Draft;
use super::parts::{self, button};
use crate::app;
use crate::text::Text;
use crate::ui;

const TITLE: Text = Text::new("会签", "Approval");
const NONE: Text = Text::new("不需要会签。", "Nobody has to sign.");
const ADD_STEP: Text = Text::new("加一步会签", "Add a step");
const NAME_ZH: Text = Text::new("这一步(中文)", "Step in Chinese");
const NAME_EN: Text = Text::new("这一步(英文)", "Step in English");
const ROLES: Text = Text::new("由哪些角色签", "Signed by roles");
const PERSONS: Text = Text::new("由哪些人签(用户名,逗号分隔)", "Signed by persons (users, with commas)");
const ENOUGH: Text = Text::new("几人签即可(空:全部)", "How many are enough (empty: all)");
const DEADLINE: Text = Text::new("期限(分钟)", "Deadline in minutes");
const ORDER: Text = Text::new("次序", "Order");
const ONE_BY_ONE: Text = Text::new("依次", "One after the other");
const AT_ONCE: Text = Text::new("同时", "Side by side");
const LAST: Text = Text::new("签完后", "Once signed");
const BY_HAND: Text = Text::new("由人执行", "Somebody takes the action");
const BY_ITSELF: Text = Text::new("自动执行", "It is taken by itself");
const REFUSED: Text = Text::new("被拒绝时执行", "A refusal takes");
const NOTHING: Text = Text::new("(不执行)", "(nothing)");
const REMOVE: Text = Text::new("删除这一步", "Remove this step");

/// Drawn anew only when a step comes or goes.
pub(super) fn view(draft: Draft, name: &str) -> View {
    let name = name.to_owned();
    let for_count = name.clone();
    let count = create_memo(move || {
        draft.flow.with(|flow| {
            let approval = flow.action(&for_count).and_then(|action| action.approval.as_ref());
            approval.map_or(0, |approval| approval.steps.len())
        })
    });
    ui::live(move || {
        count.track();
        let name = name.clone();
        untrack(|| draw(draft, &name))
    })
}

fn change(draft: Draft, name: &str, change: impl FnOnce(&mut Approval)) {
    draft.action(name, |action| {
        if let Some(approval) = &mut action.approval {
            change(approval);
        }
    });
}

fn draw(draft: Draft, name: &str) -> View {
    let approval = draft.flow.with(|flow| flow.action(name).and_then(|action| action.approval.clone()));
    let for_add = name.to_owned();
    let add = button(ADD_STEP, "quiet", move || add_step(draft, &for_add));
    let Some(approval) = approval else {
        return view! { section(class="card") { h2 { (TITLE) } p(class="note") { (NONE) } div(class="actions") { (add) } } };
    };
    let steps: Vec<_> =
        approval.steps.iter().enumerate().map(|(index, step)| one_step(draft, name, index, step)).collect();
    let (order, last, refused) = (name.to_owned(), name.to_owned(), name.to_owned());
    let orders = vec![(false, ONE_BY_ONE.get().to_owned()), (true, AT_ONCE.get().to_owned())];
    let order = parts::choice(ORDER, approval.side_by_side, orders, move |to| {
        change(draft, &order, |approval| approval.side_by_side = to);
    });
    let lasts = vec![(false, BY_HAND.get().to_owned()), (true, BY_ITSELF.get().to_owned())];
    let last = parts::choice(LAST, approval.automatic, lasts, move |to| {
        change(draft, &last, |approval| approval.automatic = to);
    });
    let lang = app::lang();
    let mut actions = vec![(String::new(), NOTHING.get().to_owned())];
    draft.flow.with(|flow| {
        let others = flow.actions.iter().filter(|action| action.name != name);
        actions.extend(others.map(|action| (action.name.clone(), action.label.get(lang).to_owned())));
    });
    let now = approval.on_refusal.clone().unwrap_or_default();
    let refused = parts::select(REFUSED, &now, actions, move |to| {
        change(draft, &refused, |approval| approval.on_refusal = Some(to).filter(|to| !to.is_empty()));
    });
    view! {
        section(class="card") {
            h2 { (TITLE) }
            (steps)
            div(class="actions") { (add) }
            (order) (last) (refused)
        }
    }
}

fn add_step(draft: Draft, name: &str) {
    draft.action(name, |action| {
        let approval = action.approval.get_or_insert_with(|| Approval {
            steps: Vec::new(),
            side_by_side: false,
            automatic: false,
            on_refusal: None,
        });
        let number = (1..).find(|number| {
            let name = format!("step-{number}");
            approval.steps.iter().all(|step| step.name != name)
        });
        let number = number.unwrap_or(1);
        approval.steps.push(ApprovalStep {
            name: format!("step-{number}"),
            label: Label { zh: format!("第 {number} 步"), en: format!("Step {number}") },
            by: vec![Signer::Role(Role::Manager)],
            needed: None,
            deadline_minutes: None,
        });
    });
}

fn one_step(draft: Draft, name: &str, index: usize, step: &ApprovalStep) -> View {
    let of_step = |name: &str| {
        let name = name.to_owned();
        move |to: Box<dyn FnOnce(&mut ApprovalStep)>| {
            change(draft, &name, |approval| {
                if let Some(step) = approval.steps.get_mut(index) {
                    to(step);
                }
            });
        }
    };
    let set = of_step(name);
    let zh = parts::line(NAME_ZH, &step.label.zh, move |text| set(Box::new(move |step| step.label.zh = text)));
    let set = of_step(name);
    let en = parts::line(NAME_EN, &step.label.en, move |text| set(Box::new(move |step| step.label.en = text)));
    let lang = app::lang();
    let roles = Role::ALL.into_iter().map(|role| (role, role.label(lang).to_owned())).collect();
    let held = step.by.iter().filter_map(|signer| if let Signer::Role(role) = signer { Some(*role) } else { None });
    let set = of_step(name);
    let roles = parts::several(ROLES, held.collect(), roles, move |roles: Vec<Role>| {
        set(Box::new(move |step| {
            step.by.retain(|signer| matches!(signer, Signer::User(_)));
            step.by.splice(0..0, roles.into_iter().map(Signer::Role));
        }));
    });
    let persons: Vec<_> = step
        .by
        .iter()
        .filter_map(|signer| if let Signer::User(user) = signer { Some(user.as_str()) } else { None })
        .collect();
    let set = of_step(name);
    let persons = parts::line(PERSONS, &persons.join(", "), move |text| {
        let users: Vec<_> = text.split([',', '\u{ff0c}', '、']).filter_map(|user| user.trim().parse().ok()).collect();
        set(Box::new(move |step| {
            step.by.retain(|signer| matches!(signer, Signer::Role(_)));
            step.by.extend(users.into_iter().map(Signer::User));
        }));
    });
    let set = of_step(name);
    let enough = parts::number(ENOUGH, step.needed.map(u32::from), move |number| {
        let needed = number.and_then(|number| u8::try_from(number).ok());
        set(Box::new(move |step| step.needed = needed));
    });
    let set = of_step(name);
    let deadline = parts::number(DEADLINE, step.deadline_minutes, move |minutes| {
        set(Box::new(move |step| step.deadline_minutes = minutes));
    });
    let name = name.to_owned();
    let remove = button(REMOVE, "link", move || {
        draft.action(&name, |action| {
            if let Some(approval) = &mut action.approval {
                approval.steps.remove(index);
            }
            action.approval.take_if(|approval| approval.steps.is_empty());
        });
    });
    view! { div(class="step-card") { (zh) (en) (roles) (persons) (enough) (deadline) (remove) } }
}
