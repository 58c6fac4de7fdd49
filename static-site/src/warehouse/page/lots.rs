//! Lots: which there are, what expires first, and each with where it stands and what is done with it.

use std::rc::Rc;

use jiff::civil::Date;
use sycamore::prelude::*;
use takt_api::lots::{
    LotAct, LotAnswer, LotDetail, LotPlace, LotRow, MergeLots, MergePart, SetLotExpiry, SetLotState, SplitLot,
};
use takt_api::stock::Source;
use takt_domain::lot::LotState;
use takt_domain::permission::Permission;
use takt_domain::time::read_date;

use crate::frame::names::LOTS as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, field, icon, submit_button, toast::Toast};
use crate::{app, text};

const NONE: Text = Text::new("没有批次", "No lots");
const ALL: Text = Text::new("全部", "All");
const STATE: Text = Text::new("状态", "State");
const BEFORE: Text = Text::new("早于此日到期", "Expires before");
const FREE: Text = Text::new("可用", "Free");
const HELD: Text = Text::new("隔离", "Quarantine");
const BLOCKED: Text = Text::new("冻结", "Blocked");
const EXPIRED: Text = Text::new("已过期", "Expired");
const EXPIRES: Text = Text::new("到期", "Expires");
const MADE: Text = Text::new("生产", "Made");
const THEIRS: Text = Text::new("供应商批号", "Supplier's lot");
const PARENTS: Text = Text::new("来自", "Made of");
const CHILDREN: Text = Text::new("拆出或并入", "Became");
const WHERE: Text = Text::new("库存位置", "Where it stands");
const NOWHERE: Text = Text::new("没有库存", "Nothing in stock");
const ACT: Text = Text::new("质量状态", "Quality");
const TO_HOLD: Text = Text::new("隔离", "Keep back");
const TO_RELEASE: Text = Text::new("放行", "Release");
const TO_BLOCK: Text = Text::new("冻结", "Block");
const TO_CORRECT: Text = Text::new("更正到期日", "Correct the last day");
const INSPECTION: Text = Text::new("来料检验", "Incoming inspection");
const SPLIT: Text = Text::new("拆分批次", "Split");
const MERGE: Text = Text::new("并入批次", "Merge into");
const INTO: Text = Text::new("批次号", "Lot");
const WHY: Text = Text::new("请填写原因", "Say why");

pub(crate) fn view(rest: &[String]) -> View {
    match rest {
        [item, lot, ..] => detail(item, lot),
        _ => list(),
    }
}

/// The address of a lot.
fn path(found: &LotRow) -> String {
    format!("{}/{}/{}", desk("lots").path(), encode(found.lot.item.as_str()), encode(&found.lot.number))
}

fn asked(state: &str, before: &str, q: &str) -> String {
    let of = |name: &str, value: &str| {
        let value = value.trim();
        if value.is_empty() { String::new() } else { format!("&{name}={}", encode(value)) }
    };
    format!("/api/v1/lots?limit=50{}{}{}", of("state", state), of("expires_before", before), of("q", q))
}

fn list() -> View {
    let (state, before, q) = (create_signal(String::new()), create_signal(String::new()), create_signal(String::new()));
    let list: List<LotRow> = List::new(asked("", "", ""));
    list.poll(LIVE_MS);
    create_effect(move || {
        let now = asked(&state.get_clone(), &before.get_clone(), &q.get_clone());
        untrack(|| list.turn_to(now));
    });
    let rows = ui::listed(list, "rows card", NONE, |found: LotRow| row(&found));
    let options = vec![
        (String::new(), ALL.get().to_owned()),
        ("free".to_owned(), FREE.get().to_owned()),
        ("quarantine".to_owned(), HELD.get().to_owned()),
        ("blocked".to_owned(), BLOCKED.get().to_owned()),
    ];
    let state = field::choice(STATE, state, options);
    let before = field::labelled(BEFORE, view! { input(r#type="date", bind:value=before) });
    let search = field::line(text::ITEM, q, text::OPTIONAL);
    let filters = view! { div(class="card filters") { (search) (state) (before) } };
    ui::shell::page(NAME.get(), None, View::new(), view! { (filters) (rows) })
}

fn chip(found: &LotRow) -> (&'static str, Text) {
    match found.lot.state {
        LotState::Blocked => ("chip bad", BLOCKED),
        LotState::Quarantine => ("chip high", HELD),
        LotState::Free if found.expired => ("chip bad", EXPIRED),
        LotState::Free => ("chip good", FREE),
    }
}

fn row(found: &LotRow) -> View {
    let (class, state) = chip(found);
    let title = format!("{} · {}", found.lot.item, found.lot.number);
    let expires = found.lot.expires.map_or_else(String::new, |day| format!(" · {} {day}", EXPIRES.get()));
    let note = format!("{} · {} {}{expires}", found.name, found.on_hand, found.unit);
    let path = path(found);
    view! {
        li(class="row") {
            a(href=path, class="plain-row") {
                div(class="row-main") {
                    div(class="grow") { strong { (title) } p(class="note") { (note) } }
                    span(class=class) { (state) }
                    (icon::NEXT)
                }
            }
        }
    }
}

fn detail(item: &str, lot: &str) -> View {
    let read: Read<LotDetail> = Read::new(format!("/api/v1/lots/{}/{}", encode(item), encode(lot)));
    let body = ui::shown(read, move |found| shown(&found, read));
    ui::shell::page(lot, Some(desk("lots")), View::new(), body)
}

fn shown(found: &LotDetail, read: Read<LotDetail>) -> View {
    let row = &found.row;
    let (class, state) = chip(row);
    let lead = format!("{} {} · {} {}", row.lot.item, row.name, row.on_hand, row.unit);
    let day = |day: Option<Date>| day.map(|day| day.to_string()).unwrap_or_default();
    let facts = [
        (EXPIRES, day(row.lot.expires)),
        (MADE, day(row.lot.made)),
        (THEIRS, row.lot.supplier_lot.clone()),
        (PARENTS, row.lot.parents.join(", ")),
        (CHILDREN, found.children.join(", ")),
        (text::REASON, row.lot.reason.clone()),
        (INSPECTION, row.lot.inspection.as_ref().map(super::trace::inspection).unwrap_or_default()),
    ];
    let facts = facts.into_iter().filter(|(_, value)| !value.is_empty());
    let facts: Vec<String> = facts.map(|(name, value)| format!("{}: {value}", name.get())).collect();
    let facts = facts.join(" · ");
    let unit = row.unit.clone();
    let places: Vec<View> = found
        .places
        .iter()
        .map(|place| {
            let held = place.order.as_ref().map_or_else(String::new, |order| order.to_string());
            let (at, quantity) = (place.location.to_string(), format!("{} {unit}", place.quantity));
            view! { tr { td { (at) } td { (quantity) } td { (held) } } }
        })
        .collect();
    let places = if places.is_empty() {
        view! { p(class="note") { (NOWHERE) } }
    } else {
        view! { div(class="card") { table(class="grid") { tbody { (places) } } } }
    };
    let places = ui::section(WHERE, places);
    let done: Rc<dyn Fn(LotAnswer)> = Rc::new(move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        read.again();
    });
    let may_move = app::may(Permission::StockMove);
    let quality = if may_move || app::may(Permission::QualityInspect) || app::may(Permission::QualityDispose) {
        ui::section(ACT, act(found, Rc::clone(&done)))
    } else {
        View::new()
    };
    let free: Vec<LotPlace> = found.places.iter().filter(|place| place.order.is_none()).cloned().collect();
    let rename = if may_move && !free.is_empty() {
        let split = renamed(SPLIT, row, &free, true, Rc::clone(&done));
        let merge = renamed(MERGE, row, &free, false, done);
        view! { (split) (merge) }
    } else {
        View::new()
    };
    view! {
        p(class="lead") { (lead) " " span(class=class) { (state) } }
        p(class="sub") { (facts) }
        (places) (quality) (rename)
    }
}

/// Keeps it back; releases or blocks it with the PIN once more.
fn act(found: &LotDetail, done: Rc<dyn Fn(LotAnswer)>) -> View {
    let lot = &found.row.lot;
    let mut options = Vec::new();
    if lot.state == LotState::Free {
        options.push((Some(LotAct::Quarantine), TO_HOLD.get().to_owned()));
    }
    if app::may(Permission::QualityDispose) {
        if lot.state != LotState::Free {
            options.push((Some(LotAct::Release), TO_RELEASE.get().to_owned()));
        }
        if lot.state != LotState::Blocked {
            options.push((Some(LotAct::Block), TO_BLOCK.get().to_owned()));
        }
        if found.row.on_hand.is_positive() {
            options.push((None, TO_CORRECT.get().to_owned()));
        }
    }
    let Some((first, _)) = options.first() else { return View::new() };
    let (chosen, reason) = (create_signal(*first), create_signal(String::new()));
    let (pin, missing) = (create_signal(String::new()), create_signal(String::new()));
    let path = format!("/api/v1/lots/{}/{}/", encode(lot.item.as_str()), encode(&lot.number));
    let day = create_signal(lot.expires.map(|day| day.to_string()).unwrap_or_default());
    let submit = Submit::new();
    let button = submit_button::view(submit, text::SAVE, move || {
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        if reason.is_empty() {
            return missing.set(WHY.get().into());
        }
        let (done, typed) = (Rc::clone(&done), pin.get_clone_untracked());
        let act = chosen.get_untracked();
        let is_signed = act.is_none_or(LotAct::is_signed);
        if is_signed && typed.len() < 4 {
            return missing.set(text::PIN_HINT.get().into());
        }
        let state = path.clone() + "state";
        match act {
            None => {
                let Some(expires) = day.with_untracked(|day| read_date(day)) else {
                    return missing.set(text::FILL_IN.with(EXPIRES.get()));
                };
                let body = SetLotExpiry { expires, reason };
                submit.sign(typed, path.clone() + "expiry", &body, move |answer| done(answer));
            }
            Some(act) if is_signed => {
                submit.sign(typed, state, &SetLotState { act, reason }, move |answer| done(answer));
            }
            Some(act) => {
                let body = SetLotState { act, reason };
                submit.send("POST", state, &body, Source::Hand, move |answer| done(answer));
            }
        }
        missing.set(String::new());
        pin.set(String::new());
    });
    let choice = field::choice(STATE, chosen, options);
    let words = field::lines(text::REASON, reason, text::REASON_HINT);
    let more = ui::live(move || {
        let act = chosen.get();
        let day = match act {
            None => field::labelled(EXPIRES, view! { input(r#type="date", bind:value=day) }),
            Some(_) => View::new(),
        };
        let pin = match act.is_none_or(LotAct::is_signed) {
            true => field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT),
            false => View::new(),
        };
        view! { (day) (pin) }
    });
    let fields = submit_button::fields(submit, view! { (choice) (words) (more) });
    let hint = ui::hint(missing);
    view! { (fields) (hint) (button) }
}

/// A part of it becomes another lot: a new one, or one that is there.
fn renamed(name: Text, row: &LotRow, free: &[LotPlace], splits: bool, done: Rc<dyn Fn(LotAnswer)>) -> View {
    let (item, lot) = (row.lot.item.clone(), row.lot.number.clone());
    let options =
        free.iter().map(|place| (place.location.to_string(), format!("{} · {}", place.location, place.quantity)));
    let options: Vec<_> = options.collect();
    let at = create_signal(options.first().map(|(id, _)| id.clone()).unwrap_or_default());
    let (quantity, into, missing) =
        (create_signal(String::new()), create_signal(String::new()), create_signal(String::new()));
    let submit = Submit::new();
    let button = submit_button::view(submit, name, move || {
        let words = |text: Signal<String>| text.with_untracked(|text| text.trim().to_owned());
        let Ok(location) = words(at).parse() else { return };
        let into = words(into);
        if into.is_empty() {
            return missing.set(text::FILL_IN.with(INTO.get()));
        }
        let Ok(quantity) = words(quantity).parse() else {
            return missing.set(text::FILL_IN.with(text::QUANTITY.get()));
        };
        missing.set(String::new());
        let (item, lot, done) = (item.clone(), lot.clone(), Rc::clone(&done));
        let reason = String::new();
        if splits {
            let body = SplitLot { item, lot, location, quantity, into, expires: None, reason };
            submit.send("POST", "/api/v1/lots/split".into(), &body, Source::Hand, move |answer| done(answer));
        } else {
            let body =
                MergeLots { item, parts: vec![MergePart { lot, location, quantity: Some(quantity) }], into, reason };
            submit.send("POST", "/api/v1/lots/merge".into(), &body, Source::Hand, move |answer| done(answer));
        }
    });
    let choice = field::choice(text::LOCATION, at, options);
    let quantity =
        view! { input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=quantity) };
    let quantity = field::labelled(text::QUANTITY, quantity);
    let into = field::line(INTO, into, INTO);
    let fields = submit_button::fields(submit, view! { (choice) (quantity) (into) });
    let hint = ui::hint(missing);
    ui::fold(name, String::new(), false, view! { (fields) (hint) (button) })
}
