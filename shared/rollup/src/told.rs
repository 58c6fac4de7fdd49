//! What events of the journal say, as far as rollups go. Events are known by what they carry rather than by their type
//! where the flow of an order names the type.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use serde_json::Value;
use takt_domain::quantity::Quantity;
use takt_domain::report::Scrap;

use crate::calendar::Shift;

/// A report, or the report that is taken back.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldReport {
    pub(crate) item: String,
    pub(crate) line: String,
    pub(crate) operation: u16,
    pub(crate) last: bool,
    pub(crate) good: Quantity,
    #[serde(default)]
    pub(crate) scrap: Vec<Scrap>,
    pub(crate) rework: Option<Quantity>,
    pub(crate) run_s: Option<i64>,
    pub(crate) ended_at: Timestamp,
    pub(crate) by: String,
}

/// A new order.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldCreation {
    pub(crate) line: String,
    pub(crate) to: String,
    pub(crate) item: String,
    pub(crate) quantity: Quantity,
    pub(crate) due: Option<Date>,
    /// It is part of an order that was there: of the plan it takes from that one what it adds.
    #[serde(default)]
    pub(crate) split_from: Option<String>,
}

/// What the plan of a day has of an order.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldPart {
    pub(crate) due: Date,
    pub(crate) quantity: Quantity,
}

/// Another plan of an order.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct ToldPlan {
    #[serde(default)]
    pub(crate) before: Option<ToldPart>,
    #[serde(default)]
    pub(crate) after: Option<ToldPart>,
}

/// An order that took others in.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldEnlarged {
    pub(crate) line: String,
    pub(crate) item: String,
    pub(crate) plan: ToldPlan,
}

/// Something that was done with an order, whether it changed the state or not.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldAction {
    pub(crate) order: String,
    pub(crate) item: String,
    pub(crate) line: String,
    pub(crate) from: String,
    pub(crate) to: String,
    pub(crate) in_state_s: i64,
    /// Production has ended.
    pub(crate) completed: Option<ToldCompletion>,
    /// Production had ended, and goes on.
    pub(crate) reopened: Option<ToldCompletion>,
    /// The report that was taken back.
    pub(crate) report: Option<ToldReport>,
    /// It is planned otherwise, or not any more.
    pub(crate) plan: Option<ToldPlan>,
}

/// The end of production.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldCompletion {
    pub(crate) at: Timestamp,
    pub(crate) lead_s: Option<i64>,
    pub(crate) cycle_s: Option<i64>,
}

/// Another calendar.
#[derive(Debug, Deserialize)]
pub(crate) struct ToldPlant {
    pub(crate) time_zone: String,
    pub(crate) shifts: Vec<Shift>,
}

/// What an event says.
#[derive(Debug)]
pub(crate) enum Told {
    Report(ToldReport),
    Creation(ToldCreation),
    Action(Box<ToldAction>),
    Enlarged(ToldEnlarged),
    Plant(ToldPlant),
    /// Nothing that is added up.
    Other,
    /// It should say something, and cannot be read.
    Unreadable,
}

/// Reads an event.
pub(crate) fn read(event_type: &str, data: &Value) -> Told {
    let read = match event_type {
        "order.created.v1" => ToldCreation::deserialize(data).map(Told::Creation),
        "plant.changed.v1" => ToldPlant::deserialize(data).map(Told::Plant),
        _ if !event_type.starts_with("order.") => Ok(Told::Other),
        _ if data.get("good").is_some() => ToldReport::deserialize(data).map(Told::Report),
        // Those of earlier versions told nothing of the plan.
        "order.enlarged.v1" if data.get("plan").is_some() => ToldEnlarged::deserialize(data).map(Told::Enlarged),
        _ if data.get("in_state_s").is_some() => ToldAction::deserialize(data).map(|told| Told::Action(Box::new(told))),
        _ => Ok(Told::Other),
    };
    read.unwrap_or(Told::Unreadable)
}
