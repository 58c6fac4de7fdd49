//! Splitting an order in two, and making one order of several. Nothing is made or lost by it: the quantities add up, and
//! material that was held for one is held for the other.

use crate::decide::{self, Change, DomainEvent};
use crate::facts::Facts;
use crate::flow::{Category, Effect, Flow};
use crate::id::OrderId;
use crate::ledger::{Account, Balance, MovementKind, Posting};
use crate::master::LocationKind;
use crate::order::{HistoryEntry, Mark, Order};
use crate::permission::Permission;
use crate::quantity::{Quantity, QuantityError};
use crate::refusal::{Refusal, Unmet};
use crate::resource;
use crate::text::Lang;

/// The two halves, and what is to be committed: [`Change::order`] is the one that was split.
#[derive(Clone, Debug)]
pub struct Split {
    /// What the commit does beside the new order.
    pub change: Change,
    /// The new order.
    pub new: Order,
}

/// One of several orders that become one.
#[derive(Clone, Copy, Debug)]
pub struct Part<'a> {
    /// The order.
    pub order: &'a Order,
    /// Its facts.
    pub facts: &'a Facts,
}

/// The outcome of a merge.
#[derive(Clone, Debug)]
pub struct Merged {
    /// What the commit does; [`Change::order`] is the order that stays.
    pub change: Change,
    /// The others as they end.
    pub over: Vec<Order>,
}

/// How many pieces have entered production: reported at an operation, there to be done again, or at a supplier.
fn begun(order: &Order, facts: &Facts) -> i64 {
    let scale = order.quantity.scale();
    let at = order.operations.iter().map(|operation| facts.progress_at(operation.number, scale));
    at.map(|at| (at.done().units() + at.redo.units()).max(at.sent.units())).max().unwrap_or(0)
}

fn refuse(code: &str, detail: impl Into<String>, remedy: &str) -> Unmet {
    Unmet::new(code, detail, remedy, Permission::OrderCreate.holders())
}

/// Splits `quantity` off into an order called `id`. What has entered production stays with the old one.
pub fn split(order: &Order, flow: &Flow, id: &OrderId, quantity: Quantity, facts: &Facts) -> Result<Split, Refusal> {
    let (lang, scale) = (facts.lang, order.quantity.scale());
    let mut unmet = Vec::new();
    if !facts.actor.may(Permission::OrderCreate) {
        unmet.push(Unmet::permission(Permission::OrderCreate, lang));
    }
    let category = flow.state(&order.state).map(|state| state.category);
    if !matches!(category, Some(Category::Waiting | Category::Ready | Category::Running)) {
        let detail = lang.pick("工单已完工或结束", "the order is made or over");
        unmet.push(refuse("split.over", detail, lang.pick("另开新单", "create another order")));
    }
    let units = decide::units(order, quantity);
    let rest = order.quantity.units() - units;
    let begun = begun(order, facts);
    let last = order.operations.last().map_or(0, |last| facts.progress_at(last.number, scale).done().units());
    if units <= 0 || rest <= 0 || rest < begun || rest <= last {
        let most = (order.quantity.units() - begun.max(last + 1)).max(0);
        let most = Quantity::from_units(most, scale);
        let detail = match lang {
            Lang::Zh => format!("最多可拆出 {most}:其余已投产"),
            Lang::En => format!("at most {most} can be split off: the rest is in production"),
        };
        let remedy = lang.pick("减少拆分数量", "split off less");
        unmet.push(refuse("split.quantity", detail, remedy));
    }
    if !unmet.is_empty() {
        return Err(Refusal { unmet });
    }
    let mut change = Change::default();
    let (rest, quantity) = (Quantity::from_units(rest, scale), Quantity::from_units(units, scale));
    let mut old = order.clone();
    resize(&mut old, rest).map_err(|error| too_large(error, lang))?;
    let mut new = order.clone();
    new.id = id.clone();
    new.split_from = Some(order.id.clone());
    new.exceptions.clear();
    new.stops.clear();
    resize(&mut new, quantity).map_err(|error| too_large(error, lang))?;
    for operation in &mut new.operations {
        (operation.started, operation.stopped, operation.finished) = (None, None, None);
        (operation.running_since, operation.clock_s, operation.uses) = (None, 0, None);
    }
    if category == Some(Category::Running) {
        resource::take_at_start(&mut new, facts, &mut change);
    }
    change.postings = hand_over(&old, &new, facts);
    remember(&mut old, "split", format!("→ {id}: {quantity}"), facts);
    remember(&mut new, "split", format!("← {}: {quantity}", order.id), facts);
    let by = &facts.actor.user;
    let told = |kind: &str, data| DomainEvent { kind: kind.to_owned(), data };
    change.events.push(told(
        "order.split.v1",
        serde_json::json!({"order": order.id, "new": id, "quantity": quantity, "rest": rest, "line": order.line, "by": by}),
    ));
    change.events.push(told(
        "order.created.v1",
        serde_json::json!({
            "order": id, "item": new.item, "quantity": quantity, "line": new.line, "priority": new.priority,
            "due": new.due, "customer": new.customer, "to": new.state, "split_from": order.id, "by": by,
        }),
    ));
    change.order = Some(old);
    Ok(Split { change, new })
}

fn too_large(error: QuantityError, lang: Lang) -> Refusal {
    Refusal::one(refuse("quantity.too_large", error.to_string(), lang.pick("核对数量", "check the quantity")))
}

/// Another quantity, and so other needs.
fn resize(order: &mut Order, quantity: Quantity) -> Result<(), QuantityError> {
    order.quantity = quantity;
    for material in &mut order.materials {
        material.required = quantity.times_rounded_up(material.per, material.required.scale())?;
    }
    Ok(())
}

fn remember(order: &mut Order, action: &str, reason: String, facts: &Facts) {
    order.history.push(HistoryEntry {
        action: action.to_owned(),
        state: order.state.clone(),
        by: facts.actor.user.clone(),
        at: facts.now,
        reason,
    });
}

/// Material that is held for the order, wherever it stands; its goods in quarantine are not.
fn held<'f>(order: &'f Order, facts: &'f Facts) -> impl Iterator<Item = &'f Balance> {
    let waits = |balance: &Balance| {
        let place = facts.locations.iter().find(|location| location.id == balance.location);
        place.is_some_and(|location| location.kind == LocationKind::Quarantine)
    };
    facts.balances.iter().filter(move |balance| {
        balance.order.as_ref() == Some(&order.id)
            && balance.quantity.is_positive()
            && !balance.location.is_virtual()
            && !waits(balance)
    })
}

fn to_holder(balance: &Balance, holder: &OrderId, units: i64) -> Posting {
    Posting {
        kind: MovementKind::Reserve,
        item: balance.item.clone(),
        lot: balance.lot.clone(),
        from: balance.account(),
        to: Account::held(balance.location.clone(), holder),
        quantity: Quantity::from_units(units, balance.quantity.scale()),
        reverses: None,
    }
}

/// What the old order does not need any more goes to the new one, as far as that needs it.
fn hand_over(old: &Order, new: &Order, facts: &Facts) -> Vec<Posting> {
    let mut postings = Vec::new();
    let mut items: Vec<_> = old.materials.iter().map(|material| &material.item).collect();
    items.sort();
    items.dedup();
    for item in items {
        let needs = old.materials.iter().filter(|material| material.item == *item).map(|material| {
            let at = facts.progress_at(material.operation, old.quantity.scale());
            let left = (old.quantity.units() - at.done().units() - at.redo.units()).max(0);
            let left = Quantity::from_units(left, old.quantity.scale());
            left.times_rounded_up(material.per, material.required.scale()).map_or(0, Quantity::units)
        });
        let kept: i64 = needs.sum();
        let there: i64 = held(old, facts).filter(|one| one.item == *item).map(|one| one.quantity.units()).sum();
        let wanted = new.materials.iter().filter(|material| material.item == *item);
        let wanted: i64 = wanted.map(|material| material.required.units()).sum();
        let mut left = (there - kept).clamp(0, wanted);
        for balance in held(old, facts).filter(|one| one.item == *item) {
            let units = left.min(balance.quantity.units());
            left -= units;
            if units > 0 {
                postings.push(to_holder(balance, &new.id, units));
            }
        }
    }
    postings
}

/// Makes one order of several that are alike and not begun: the first stays.
pub fn merge(into: Part<'_>, others: &[Part<'_>], flow: &Flow, reason: &str) -> Result<Merged, Refusal> {
    let (order, facts) = (into.order, into.facts);
    let lang = facts.lang;
    let mut unmet = Vec::new();
    if !facts.actor.may(Permission::OrderCreate) {
        unmet.push(Unmet::permission(Permission::OrderCreate, lang));
    }
    for part in others.iter().chain([&into]) {
        let category = flow.state(&part.order.state).map(|state| state.category);
        if !matches!(category, Some(Category::Waiting | Category::Ready)) || begun(part.order, part.facts) > 0 {
            let detail = match lang {
                Lang::Zh => format!("工单 {} 已开工或结束", part.order.id),
                Lang::En => format!("order {} is started or over", part.order.id),
            };
            unmet.push(refuse(
                "merge.begun",
                detail,
                lang.pick("只合并未开工的工单", "merge orders that are not started"),
            ));
        }
    }
    for part in others {
        if let Some(what) = differs(order, part.order, lang) {
            let other = &part.order.id;
            let detail = match lang {
                Lang::Zh => format!("工单 {other} 的{what}不同"),
                Lang::En => format!("order {other} has another {what}"),
            };
            unmet.push(refuse("merge.different", detail, lang.pick("只合并相同的工单", "merge orders that are alike")));
        }
    }
    let over = flow.action_with(Effect::MarkCancelled).and_then(|action| action.to.as_deref());
    let Some(over) = over.filter(|_| unmet.is_empty()) else {
        if unmet.is_empty() {
            let detail = lang.pick("流程没有取消工单的操作", "the flow has no way to end an order that is not begun");
            unmet.push(refuse("merge.no_end", detail, lang.pick("在流程中加入取消", "give the flow one")));
        }
        return Err(Refusal { unmet });
    };
    let mut change = Change::default();
    let mut after = order.clone();
    let mut ended = Vec::new();
    let mut total = order.quantity;
    for part in others {
        total = total.plus(part.order.quantity).map_err(|error| too_large(error, lang))?;
        after.priority = after.priority.min(part.order.priority);
        after.due = after.due.into_iter().chain(part.order.due).min();
        let stock = held(part.order, part.facts);
        change.postings.extend(stock.map(|balance| to_holder(balance, &order.id, balance.quantity.units())));
        let mut other = part.order.clone();
        other.cancelled =
            Some(Mark { by: facts.actor.user.clone(), at: facts.now, reason: format!("→ {}", order.id) });
        other.merged_into = Some(order.id.clone());
        resource::release(&mut other, part.facts, &mut change);
        decide::enter(&mut other, over, facts);
        remember(&mut other, "merge", format!("→ {}: {}", order.id, part.order.quantity), facts);
        remember(&mut after, "merge", format!("← {}: {}", part.order.id, part.order.quantity), facts);
        change.events.push(decide::event("order.merged.v1", part.order, &other, reason, facts));
        ended.push(other);
    }
    resize(&mut after, total).map_err(|error| too_large(error, lang))?;
    let merged: Vec<_> = others.iter().map(|part| &part.order.id).collect();
    change.events.push(DomainEvent {
        kind: "order.enlarged.v1".into(),
        data: serde_json::json!({
            "order": order.id, "item": order.item, "merged": merged, "quantity": total, "line": order.line,
            "plan": {"before": decide::planned(order), "after": decide::planned(&after)}, "reason": reason,
            "by": facts.actor.user,
        }),
    });
    change.order = Some(after);
    Ok(Merged { change, over: ended })
}

/// What keeps two orders from being one.
fn differs(a: &Order, b: &Order, lang: Lang) -> Option<&'static str> {
    let steps = |order: &Order| -> Vec<_> {
        order
            .operations
            .iter()
            .map(|one| {
                let made = (one.makes.clone(), one.workshop.clone());
                (one.number, one.name.clone(), one.standard_s, one.tolerance_percent, made)
            })
            .collect()
    };
    let needs = |order: &Order| -> Vec<_> {
        order.materials.iter().map(|one| (one.item.clone(), one.operation, one.per)).collect()
    };
    if a.id == b.id {
        Some(lang.pick("编号(同一工单)", "number, being the same one,"))
    } else if a.item != b.item || a.quantity.scale() != b.quantity.scale() {
        Some(lang.pick("产品", "product"))
    } else if a.lot != b.lot {
        Some(lang.pick("成品批次", "lot of its goods"))
    } else if a.line != b.line {
        Some(lang.pick("产线", "line"))
    } else if a.flow != b.flow {
        Some(lang.pick("流程", "flow"))
    } else if a.state != b.state || a.review.is_some() != b.review.is_some() {
        Some(lang.pick("状态", "state"))
    } else if steps(a) != steps(b) {
        Some(lang.pick("工序", "routing"))
    } else if needs(a) != needs(b) {
        Some(lang.pick("物料", "bill of material"))
    } else {
        None
    }
}
