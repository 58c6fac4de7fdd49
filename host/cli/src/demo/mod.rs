//! The demo plant: a real product with its parts, three lines, a user for each role, and orders in every state. All of it
//! goes through the plant's own API, by the users whose work it is.

mod orders;

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use anyhow::Context;
use include_dir::{Dir, include_dir};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use takt_api::Page;
use takt_api::identity::User;
use takt_api::import::Mapping;
use takt_api::master::{PutPlant, Shift};

use crate::import::{self, File};
use crate::plant::Plant;

/// The same files that the tests import.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/../../tests/fixtures/lumenpnp");
const MAPPING: &str = "mapping.toml";
/// Says in the data folder how far the demo has come, so that one that was interrupted goes on and no other plant is touched.
const MARK: &str = "demo";
/// With the day, from which the orders' due dates count.
const BEGUN: &str = "begun ";
const DONE: &str = "done";
const PIN: &str = "1234";

/// Fills an empty plant. One that is filled already, or that is somebody's own, stays as it is.
pub(crate) fn fill(takt: &Plant, data: &Path) -> anyhow::Result<()> {
    let mark = data.join(MARK);
    let state = std::fs::read_to_string(&mark).unwrap_or_default();
    let users: Page<User> = takt.get("/api/v1/users?limit=1")?;
    let begun = state.strip_prefix(BEGUN).and_then(|day| day.parse::<Date>().ok());
    if state == DONE || begun.is_none() && !users.rows.is_empty() {
        return Ok(());
    }
    let start = Instant::now();
    let day = begun.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date());
    std::fs::write(&mark, format!("{BEGUN}{day}")).with_context(|| format!("{} cannot be written", mark.display()))?;
    if users.rows.is_empty() {
        eprintln!("takt: demo: importing the LumenPnP, its lines, users and stock ...");
        import_plant(takt)?;
    }
    let mut people = BTreeMap::new();
    for user in ["operator", "planner", "inspector", "storekeeper", "lead", "manager", "admin"] {
        people.insert(user, takt.sign_in(None, user, PIN)?);
    }
    orders::make(&people, day)?;
    std::fs::write(&mark, DONE).with_context(|| format!("{} cannot be written", mark.display()))?;
    eprintln!("takt: demo: ready after {:.1} s", start.elapsed().as_secs_f32());
    Ok(())
}

/// Says who may sign in.
pub(crate) fn say_users() {
    eprintln!("takt: users operator, planner, inspector, storekeeper, lead, manager, admin; PIN {PIN}");
}

/// Master data, users and stock are one import, so they are there as a whole or not at all.
fn import_plant(takt: &Plant) -> anyhow::Result<()> {
    let text = |name: &str| FILES.get_file(name).and_then(|file| file.contents_utf8());
    let mapping: Mapping = toml::from_str(text(MAPPING).context("the demo has no mapping")?)?;
    let files: Vec<_> = FILES
        .files()
        .filter(|file| file.path().extension().is_some_and(|end| end == "csv"))
        .filter_map(|file| {
            let name = file.path().to_string_lossy().into_owned();
            Some(File { text: file.contents_utf8()?.to_owned(), name })
        })
        .collect();
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
    };
    let _named: serde_json::Value = takt.write("PUT", "/api/v1/plant", &plant)?;
    import::send(takt, &files, Some(mapping), |_| {})?;
    Ok(())
}
