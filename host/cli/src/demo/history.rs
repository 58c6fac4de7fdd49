//! A month of work on one line, so that trends, peak hours and reasons of scrap have something to show. Reports say when the
//! work was done, as those from a dead spot do.

use anyhow::Context;
use jiff::ToSpan;
use jiff::civil::Weekday;
use jiff::tz::TimeZone;
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

/// Days back from today.
const DAYS: i64 = 27;

/// When a printer was emptied: hour and minute. Most at the two times at which everybody reports.
const TIMES: [(i8, i8); 6] = [(9, 5), (9, 40), (11, 15), (14, 5), (14, 35), (16, 50)];

const REASONS: [&str; 4] = ["翘边", "断层", "翘边", "堵头"];

/// An order that has run for a month, and still does.
pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    eprintln!("takt: demo: a month of reports ...");
    let due = writer.day(5)?.to_string();
    let order = json!({
        "item": "feeder-bracket", "quantity": "6000", "line": "FDM", "priority": "normal", "due": due, "customer": "库存",
    });
    let made = writer.write("planner", "POST", "/api/v1/orders", &order)?;
    let order = made["id"].as_str().context("the plant says no number")?.to_owned();
    let act = |name: &str| format!("/api/v1/orders/{order}/actions/{name}");
    for (user, name) in [("planner", "submit"), ("manager", "approve"), ("planner", "dispatch"), ("operator", "start")]
    {
        writer.write(user, "POST", &act(name), &json!({}))?;
    }
    writer.write("inspector", "POST", &act("inspect-first-article"), &json!({"result": "pass"}))?;
    let zone = TimeZone::fixed(jiff::tz::offset(8));
    for back in (1..=DAYS).rev() {
        let day = writer.day(-back)?;
        if day.weekday() == Weekday::Sunday {
            continue;
        }
        for (n, (hour, minute)) in TIMES.into_iter().enumerate() {
            let seed = usize::try_from(back)? * 7 + n * 5;
            let ended = day.at(hour, minute, 0, 0).to_zoned(zone.clone())?;
            let started = &ended - 25.minutes();
            let scrap = match seed % 4 {
                0 => json!([{"reason": REASONS[seed / 4 % REASONS.len()], "quantity": (1 + seed % 3).to_string()}]),
                _ => json!([]),
            };
            let report = json!({
                "order": order, "operation": 10, "good": (24 + seed % 11).to_string(), "scrap": scrap,
                "started_at": started.timestamp(), "ended_at": ended.timestamp(),
            });
            writer.write("operator", "POST", "/api/v1/reports", &report)?;
        }
    }
    Ok(())
}
