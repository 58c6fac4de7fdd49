//! The demo plant: a real product with its parts, four lines, a user for each role, and orders in every state. All of it
//! goes through the plant's own API, by the users whose work it is.

mod approval;
mod comparison;
mod counts;
mod fields;
mod history;
mod orders;
mod quality;
mod resources;
mod supply;
mod writer;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use takt_api::Page;
use takt_api::identity::User;
use takt_api::import::Mapping;
use takt_api::master::{CalendarDay, DayShift, PutPlant, Shift};

use crate::import::{self, File};
use crate::plant::Plant;
use writer::Writer;

/// The same files that the tests import.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../tests/fixtures/lumenpnp");
const MAPPING: &str = "mapping.toml";
/// Stands in the data folder while the plant is being filled, so that a demo that was interrupted goes on and no other
/// plant is touched. It holds the day from which the orders' due dates count.
const MARK: &str = "demo-begun";
const PIN: &str = "1234";
/// Who works in the demo.
const USERS: [(&str, &str); 7] = [
    ("operator", "操作工 starts, reports, pauses"),
    ("inspector", "质检员 inspects and signs"),
    ("storekeeper", "仓管员 receives, issues, ships"),
    ("planner", "计划员 creates, submits, dispatches"),
    ("lead", "班组长 sets crew and machines, takes reports back"),
    ("manager", "经理 approves and closes"),
    ("admin", "管理员 users and master data"),
];

/// Fills an empty plant. One that is filled already, or that is somebody's own, stays as it is.
pub(crate) fn fill(takt: &Plant, data: &Path) -> anyhow::Result<()> {
    let mark = data.join(MARK);
    let begun = std::fs::read_to_string(&mark).ok().and_then(|day| day.parse::<Date>().ok());
    let users: Page<User> = takt.get("/api/v1/users?limit=1")?;
    if begun.is_none() && !users.rows.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let day = begun.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
    std::fs::write(&mark, day.to_string()).with_context(|| format!("{} cannot be written", mark.display()))?;
    if users.rows.is_empty() {
        eprintln!("takt: demo: importing the LumenPnP, its lines, users and stock ...");
        import_plant(takt, day)?;
    }
    let mut people = BTreeMap::new();
    for (user, _) in USERS {
        people.insert(user, takt.sign_in(None, user, PIN)?.speaking("zh-CN"));
    }
    let mut writer = Writer::new(&people, day);
    resources::make(&mut writer)?;
    fields::make(&mut writer)?;
    quality::set_up(&mut writer)?;
    supply::set_up(&mut writer)?;
    let orders = orders::make(&mut writer)?;
    approval::make(&mut writer)?;
    orders::move_stock(&mut writer)?;
    quality::make(&mut writer, &orders)?;
    resources::plan(&mut writer, &orders)?;
    supply::make(&mut writer, &orders)?;
    counts::make(&mut writer)?;
    history::make(&mut writer)?;
    if let Some(storekeeper) = people.get("storekeeper") {
        comparison::make(storekeeper)?;
    }
    std::fs::remove_file(&mark).with_context(|| format!("{} cannot be removed", mark.display()))?;
    eprintln!("takt: demo: ready after {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// Says who may sign in, where the plant is the demo's.
pub(crate) fn say_users(takt: &Plant) -> anyhow::Result<()> {
    let there: Page<User> = takt.get("/api/v1/users?limit=200")?;
    if USERS.iter().all(|(name, _)| there.rows.iter().any(|user| user.user.as_str() == *name)) {
        eprintln!("takt: users of the demo, all with PIN {PIN}:");
        for (name, role) in USERS {
            eprintln!("takt:   {name:<12} {role}");
        }
    } else {
        eprintln!("takt: this plant has users of its own, and --demo fills only an empty one");
    }
    Ok(())
}

/// The next New Year's Day, on which nobody works, and the Sunday before it, on which somebody does.
fn days(today: Date) -> anyhow::Result<Vec<CalendarDay>> {
    let holiday = today.last_of_year().tomorrow()?;
    let sunday = holiday.yesterday()?.nth_weekday(-1, Weekday::Sunday)?;
    let shifts = vec![DayShift { start: "08:00".into(), end: "17:00".into() }];
    Ok(vec![
        CalendarDay { date: sunday, name: "年底赶工".into(), shifts },
        CalendarDay { date: holiday, name: "元旦".into(), shifts: Vec::new() },
    ])
}

/// Master data, users and stock are one import, so they are there as a whole or not at all.
fn import_plant(takt: &Plant, day: Date) -> anyhow::Result<()> {
    let text = |name: &str| FILES.get_file(name).and_then(|file| file.contents_utf8());
    let mapping: Mapping = toml::from_str(text(MAPPING).context("the demo has no mapping")?)?;
    let mut files: Vec<_> = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|end| end == "csv"))
        .filter_map(|file| {
            let name = file.path().to_string_lossy().into_owned();
            Some(File { text: file.contents_utf8()?.to_owned(), name })
        })
        .collect();
    for (name, rows) in history::MORE {
        match files.iter_mut().find(|file| file.name == name) {
            Some(file) => file.text.push_str(rows),
            None => files.push(File { name: name.into(), text: rows.into() }),
        }
    }
    let shift = |name: &str, start: &str, end: &str| Shift {
        name: name.into(),
        start: start.into(),
        end: end.into(),
        weekdays: vec![1, 2, 3, 4, 5, 6],
    };
    let plant = PutPlant {
        name: "示范工厂".into(),
        time_zone: "Asia/Shanghai".into(),
        shifts: vec![shift("早班", "08:00", "16:00"), shift("中班", "16:00", "00:00"), shift("晚班", "00:00", "08:00")],
        days: Some(days(day)?),
    };
    let _named: serde_json::Value = takt.write("PUT", "/api/v1/plant", &plant)?;
    import::send(takt, &files, Some(mapping), |_| {})?;
    Ok(())
}
