//! Who is present, how long machines are calibrated, when the stencil wears out; and what is planned.

use serde_json::json;

use super::writer::Writer;

/// Machines, and for how many more days each is calibrated. The oven's calibration is over soon, that of the second
/// calibration bench is over already; it is in maintenance.
const CALIBRATED: [(&str, &str, i64); 5] = [
    ("PRINTER-1", "available", 120),
    ("PLACER-1", "available", 210),
    ("OVEN-1", "available", 3),
    ("CAL-1", "available", 45),
    ("CAL-2", "maintenance", -5),
];

/// Orders that are planned, by their place among the demo's: the running ones, and those that are ready.
const PLANNED: [usize; 7] = [5, 7, 8, 11, 12, 13, 14];
/// The order whose first operation a planner has put to a time.
const PINNED: usize = 14;

pub(super) fn make(writer: &mut Writer<'_>) -> anyhow::Result<()> {
    for (user, line) in [("operator", "ASM1"), ("lead", "ASM1"), ("smt-1", "SMT"), ("smt-2", "SMT")] {
        let path = format!("/api/v1/crew/{user}/presence");
        writer.write("lead", "PUT", &path, &json!({"present": true, "line": line}))?;
    }
    for (machine, status, days) in CALIBRATED {
        let body = json!({"status": status, "calibrated_until": writer.day(days)?});
        writer.write("lead", "PUT", &format!("/api/v1/equipment/{machine}/status"), &body)?;
    }
    // Worn by nine tenths when the orders of the demo are reported.
    writer.write("lead", "PUT", "/api/v1/moulds/STENCIL-MOBO/status", &json!({"usable": true, "shots_max": 2100}))?;
    Ok(())
}

/// Plans some of the orders, and puts one operation to tomorrow at half past nine, where the plant is.
pub(super) fn plan(writer: &mut Writer<'_>, orders: &[String]) -> anyhow::Result<()> {
    let which: Vec<&String> = PLANNED.iter().filter_map(|n| orders.get(*n)).collect();
    writer.write("planner", "POST", "/api/v1/schedule", &json!({"direction": "forward", "orders": which}))?;
    let start = format!("{}T01:30:00Z", writer.day(1)?);
    let path = format!("/api/v1/orders/{}/operations/10/plan", orders[PINNED]);
    writer.write("planner", "PUT", &path, &json!({"start": start}))?;
    Ok(())
}
