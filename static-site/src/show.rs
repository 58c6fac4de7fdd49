//! Times, ages and names as people read them.

use std::cell::RefCell;
use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use sycamore::web::wasm_bindgen::JsValue;
use takt_domain::id::{LocationId, UserId};
use takt_domain::ledger::Account;
use takt_domain::master::EquipmentStatus;
use takt_domain::quality::PlanKind;
use takt_domain::text::Lang;

use crate::net::device;
use crate::{app, text};

fn local(at: Timestamp) -> js_sys::Date {
    js_sys::Date::new(&JsValue::from_f64(at.as_millisecond() as f64))
}

/// `11-23 09:47`, on this device's clock.
pub fn time(at: Timestamp) -> String {
    let date = local(at);
    let (month, day) = (date.get_month() + 1, date.get_date());
    format!("{month:02}-{day:02} {:02}:{:02}", date.get_hours(), date.get_minutes())
}

/// `2026-11-23`, on this device's clock: for what is far enough away that its year must be said.
pub fn date(at: Timestamp) -> String {
    let date = local(at);
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// `09:47`, on this device's clock, with the day where that is not today.
pub fn clock(ms: f64) -> String {
    let date = js_sys::Date::new(&JsValue::from_f64(ms));
    let time = format!("{:02}:{:02}", date.get_hours(), date.get_minutes());
    let is_today = date.to_date_string() == js_sys::Date::new_0().to_date_string();
    if is_today { time } else { format!("{:02}-{:02} {time}", date.get_month() + 1, date.get_date()) }
}

/// Today, on this device's clock, as `2026-11-23`.
fn today() -> String {
    day_ahead(0)
}

/// The day so many days after today, on this device's clock, as `2026-11-23`.
fn day_ahead(days: i32) -> String {
    let date = local(device::now());
    // The browser turns day 35 of a month into the right day of the next one.
    date.set_date((date.get_date() as i32 + days) as u32);
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// The day so many days before today, on this device's clock, as `2026-11-23`.
pub fn day_ago(days: u32) -> String {
    let date = local(device::now());
    date.set_time(date.get_time() - f64::from(days) * 86_400_000.0);
    format!("{:04}-{:02}-{:02}", date.get_full_year(), date.get_month() + 1, date.get_date())
}

/// True after the day it was due.
pub fn is_late(due: Date) -> bool {
    due.to_string() < today()
}

/// True for a day that is at most so many days ahead, or past.
pub fn is_within(day: Date, days: i32) -> bool {
    day.to_string() <= day_ahead(days)
}

/// When it is due; the year only where it is another one.
pub fn due(due: Date) -> String {
    let (full, today) = (due.to_string(), today());
    let short = full.strip_prefix(&today[..5]).unwrap_or(&full);
    app::lang().pick("交期 {}", "due {}").replace("{}", short)
}

/// A name as it stands alone: on a button, in a list to choose from. Inside of a sentence it stays small.
pub fn alone(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    name
}

/// How long ago, in the largest unit that is full.
pub fn age(since: Timestamp) -> String {
    let minutes = device::now().duration_since(since).as_secs().max(0) / 60;
    let (count, zh, en) = match minutes {
        0 => return text::JUST_NOW.get().to_owned(),
        1..60 => (minutes, "分钟", "min"),
        60..1440 => (minutes / 60, "小时", "h"),
        _ => (minutes / 1440, "天", "d"),
    };
    match app::lang() {
        Lang::Zh => format!("{count} {zh}"),
        Lang::En => format!("{count} {en}"),
    }
}

/// How long, in the largest unit that is full.
pub fn span(seconds: i64) -> String {
    let (count, zh, en) = match seconds.max(0) {
        seconds @ 0..60 => (seconds, "秒", "s"),
        seconds @ 60..3_600 => (seconds / 60, "分钟", "min"),
        seconds @ 3_600..86_400 => (seconds / 3_600, "小时", "h"),
        seconds => (seconds / 86_400, "天", "d"),
    };
    format!("{count} {}", app::lang().pick(zh, en))
}

/// A place, virtual ones by their name.
pub fn place(location: &LocationId) -> String {
    let name = match location.as_str() {
        "@supplier" => text::AT_SUPPLIER,
        "@customer" => text::AT_CUSTOMER,
        "@production" => text::AT_PRODUCTION,
        "@scrap" => text::AT_SCRAP,
        "@adjustment" => text::AT_ADJUSTMENT,
        "@shortage" => text::AT_SHORTAGE,
        other => return other.to_owned(),
    };
    name.get().to_owned()
}

/// One side of a posting: the place, and for which order it is held.
pub fn account(account: &Account) -> String {
    match &account.order {
        Some(order) => format!("{} ({order})", place(&account.location)),
        None => place(&account.location),
    }
}

pub fn equipment_status(status: EquipmentStatus) -> &'static str {
    match status {
        EquipmentStatus::Available => text::EQUIPMENT_AVAILABLE,
        EquipmentStatus::Down => text::EQUIPMENT_DOWN,
        EquipmentStatus::Maintenance => text::EQUIPMENT_MAINTENANCE,
    }
    .get()
}

/// What a plan of inspections is for.
pub fn plan_kind(kind: PlanKind) -> &'static str {
    let (zh, en) = match kind {
        PlanKind::FirstArticle => ("首检", "First article"),
        PlanKind::InProcess => ("巡检", "In process"),
        PlanKind::Final => ("终检", "Final inspection"),
        PlanKind::Incoming => ("来料检验", "Incoming inspection"),
    };
    app::lang().pick(zh, en)
}

thread_local! {
    /// What people are called, where the bundle has asked (`frame::people`).
    static NAMES: RefCell<BTreeMap<UserId, String>> = const { RefCell::new(BTreeMap::new()) };
}

/// Keeps what people are called. Of several with one name each is told apart by how they sign in.
pub fn call_people(names: &BTreeMap<UserId, String>) {
    let mut times = BTreeMap::<&String, usize>::new();
    names.values().for_each(|name| *times.entry(name).or_default() += 1);
    let told = |(user, name): (&UserId, &String)| {
        let name =
            if times.get(name).is_some_and(|times| *times > 1) { format!("{name} {user}") } else { name.clone() };
        (user.clone(), name)
    };
    NAMES.set(names.iter().map(told).collect());
}

/// Who did it, by name where that is known; oneself as such.
pub fn user(user: &UserId) -> String {
    let mine = app::session().is_some_and(|session| session.user == *user);
    let name = NAMES.with_borrow(|names| names.get(user).cloned()).unwrap_or_else(|| user.to_string());
    if mine { format!("{name} ({})", text::MYSELF.get()) } else { name }
}

/// `+12` or `-3`.
pub fn change(quantity: takt_domain::quantity::Quantity) -> String {
    if quantity.is_positive() { format!("+{quantity}") } else { quantity.to_string() }
}
