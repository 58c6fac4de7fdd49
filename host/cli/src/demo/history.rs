//! A month of work on one line, so that trends, peak hours and reasons of scrap have something to show. Reports say when the
//! work was done, as those from a dead spot do.

use anyhow::Context;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};
use serde_json::json;

use super::writer::Writer;

/// Rows that the files of the import get beside their own: a part that printers make day and night, with nobody beside them.
pub(super) const MORE: [(&str, &str); 6] = [
    ("lines.csv", "FDM,3D 打印线 3D printing\n"),
    ("locations.csv", "FDM-SIDE,打印线边库 Beside the printers,line,FDM\n"),
    (
        "items.csv",
        "feeder-bracket,送料器支架 Feeder bracket,pcs,0,product,\nPLA,PLA 线材 PLA filament,kg,3,material,\n",
    ),
    ("routings.csv", "feeder-bracket,10,打印 Print,yes,0,,,0,1500,\n"),
    ("balances.csv", "PLA,STORE,400,\n"),
    ("boms.csv", "parent,component,quantity,operation\nfeeder-bracket,PLA,0.060,10\n"),
];

/// The last weeks, this one among them.
const WEEKS: i64 = 4;

/// When a printer was emptied: hour and minute. Most at the two times at which everybody reports.
const TIMES: [(i8, i8); 6] = [(9, 5), (9, 40), (11, 15), (14, 5), (14, 35), (16, 50)];

const REASONS: [&str; 4] = ["翘边", "断层", "翘边", "堵头"];

/// What was reported of one visit to a printer.
struct Emptied {
    ended: Timestamp,
    good: u32,
    scrap: u32,
    reason: &'static str,
}

/// An order for each of the last weeks, each due at its end and closed, and one for this week that still runs.
pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    eprintln!("takt: demo: a month of reports ...");
    for week in (0..WEEKS).rev() {
        let (first, last) = (week * 7 + 7, week * 7 + 1);
        let emptied = (last..=first).rev().map(|back| day(writer, back)).collect::<anyhow::Result<Vec<_>>>()?;
        let emptied: Vec<Emptied> = emptied.into_iter().flatten().collect();
        let pieces: u32 = emptied.iter().map(|one| one.good + one.scrap).sum();
        let (quantity, due) = if week == 0 { (pieces + 400, writer.day(2)?) } else { (pieces, writer.day(-last)?) };
        let order = begin(writer, quantity, due)?;
        for one in &emptied {
            report(writer, &order, one)?;
        }
        if week > 0 {
            let act = |name: &str| format!("/api/v1/orders/{order}/actions/{name}");
            writer.write("inspector", "POST", &act("inspect-final"), &json!({"result": "pass"}))?;
            writer.sign("inspector", &act("sign"), &json!({}))?;
            writer.write("planner", "POST", &act("close"), &json!({}))?;
        }
    }
    Ok(())
}

/// The work of a day, so many days back; nobody empties printers on Sundays.
fn day(writer: &Writer<'_>, back: i64) -> anyhow::Result<Vec<Emptied>> {
    let day = writer.day(-back)?;
    if day.weekday() == Weekday::Sunday {
        return Ok(Vec::new());
    }
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    let one = |(n, (hour, minute)): (usize, (i8, i8))| {
        let seed = usize::try_from(back)? * 7 + n * 5;
        let ended = day.at(hour, minute, 0, 0).to_zoned(zone.clone())?.timestamp();
        let scrap = if seed.is_multiple_of(4) { 1 + seed % 3 } else { 0 };
        let reason = REASONS[seed / 4 % REASONS.len()];
        Ok(Emptied { ended, good: u32::try_from(24 + seed % 11)?, scrap: u32::try_from(scrap)?, reason })
    };
    TIMES.into_iter().enumerate().map(one).collect()
}

fn begin(writer: &mut Writer<'_>, quantity: u32, due: Date) -> anyhow::Result<String> {
    let order = json!({
        "item": "feeder-bracket", "quantity": quantity.to_string(), "line": "FDM", "priority": "normal",
        "due": due.to_string(), "customer": "库存",
    });
    let made = writer.write("planner", "POST", "/api/v1/orders", &order)?;
    let order = made["id"].as_str().context("the plant says no number")?.to_owned();
    let act = |name: &str| format!("/api/v1/orders/{order}/actions/{name}");
    for (user, name) in [("planner", "submit"), ("manager", "approve"), ("planner", "dispatch"), ("operator", "start")]
    {
        writer.write(user, "POST", &act(name), &json!({}))?;
    }
    writer.write("inspector", "POST", &act("inspect-first-article"), &json!({"result": "pass"}))?;
    Ok(order)
}

fn report(writer: &mut Writer<'_>, order: &str, one: &Emptied) -> anyhow::Result<()> {
    let scrap = match one.scrap {
        0 => json!([]),
        scrap => json!([{"reason": one.reason, "quantity": scrap.to_string()}]),
    };
    let report = json!({
        "order": order, "operation": 10, "good": one.good.to_string(), "scrap": scrap,
        "started_at": one.ended - 25.minutes(), "ended_at": one.ended,
    });
    writer.write("operator", "POST", "/api/v1/reports", &report)?;
    Ok(())
}
