//! Exceptions (andon, 异常): somebody on the floor says that something is wrong. It is told to whoever can help, level by
//! level, until somebody says "I have it"; it may stop an operation; and it is closed with what caused it and what was done.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{EquipmentId, ExceptionId, LineId, OrderId, PhotoId, UserId};
use crate::order::{Mark, Order, Stop};
use crate::permission::{Permission, Role};
use crate::refusal::Unmet;
use crate::text::{Label, Lang};

/// The most types that a plant may have: they are buttons on a phone.
pub const TYPES_MAX: usize = 24;

/// The most levels.
pub const LEVELS_MAX: usize = 8;

/// The type of what is only said in words.
pub const OTHER: &str = "other";

/// Who is told, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Level {
    /// Seconds after it was raised, where nobody has acknowledged it.
    pub after_s: u32,
    /// Who is told then.
    pub roles: Vec<Role>,
}

/// One type of exception, which is one button on the phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExceptionType {
    /// Its name in the data.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// Its own levels; the plant's where there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub levels: Vec<Level>,
    /// What it often comes from, as suggestions at closing.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
}

/// What a plant has set down about exceptions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ExceptionSettings {
    /// Its types, in the order of the buttons.
    pub types: Vec<ExceptionType>,
    /// Who is told, level by level.
    pub levels: Vec<Level>,
}

impl Default for ExceptionSettings {
    fn default() -> Self {
        let kind = |id: &str, zh: &str, en: &str| ExceptionType {
            id: id.into(),
            label: Label { zh: zh.into(), en: en.into() },
            levels: Vec::new(),
            causes: Vec::new(),
        };
        let level = |after_s, roles: &[Role]| Level { after_s, roles: roles.to_vec() };
        Self {
            types: vec![
                kind("equipment", "设备", "equipment"),
                kind("material", "物料", "material"),
                kind("quality", "质量", "quality"),
                kind("safety", "安全", "safety"),
                kind(OTHER, "其他", "other"),
            ],
            levels: vec![
                level(0, &[Role::ShiftLead]),
                level(10 * 60, &[Role::Planner, Role::Manager]),
                level(30 * 60, &[Role::Administrator]),
            ],
        }
    }
}

impl ExceptionSettings {
    /// What is wrong with them: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        if self.types.is_empty() || self.types.len() > TYPES_MAX {
            faults.push(("types".into(), format!("expected 1 to {TYPES_MAX} types")));
        }
        for (n, kind) in self.types.iter().enumerate() {
            let at = format!("types[{n}]");
            let named = |text: &str| !text.trim().is_empty() && text.chars().count() <= 64;
            if !named(&kind.id) {
                faults.push((format!("{at}.id"), "expected a name of 1 to 64 characters".into()));
            }
            if self.types[..n].iter().any(|other| other.id == kind.id) {
                faults.push((format!("{at}.id"), format!("{} is there twice", kind.id)));
            }
            if !named(&kind.label.zh) || !named(&kind.label.en) {
                faults.push((format!("{at}.label"), "expected a name in both languages".into()));
            }
            if kind.causes.len() > 50 || kind.causes.iter().any(|cause| !named(cause)) {
                faults.push((format!("{at}.causes"), "expected at most 50 causes of 1 to 64 characters".into()));
            }
            if !kind.levels.is_empty() {
                level_faults(&format!("{at}.levels"), &kind.levels, &mut faults);
            }
        }
        level_faults("levels", &self.levels, &mut faults);
        faults
    }

    /// The type of that name.
    pub fn kind(&self, id: &str) -> Option<&ExceptionType> {
        self.types.iter().find(|kind| kind.id == id)
    }

    /// What people read of a type; one that is gone from the settings keeps its name in the data.
    pub fn label<'a>(&'a self, id: &'a str, lang: Lang) -> &'a str {
        self.kind(id).map_or(id, |kind| kind.label.get(lang))
    }

    /// The levels of a type.
    pub fn levels(&self, id: &str) -> &[Level] {
        match self.kind(id) {
            Some(kind) if !kind.levels.is_empty() => &kind.levels,
            _ => &self.levels,
        }
    }
}

fn level_faults(at: &str, levels: &[Level], faults: &mut Vec<(String, String)>) {
    if levels.is_empty() || levels.len() > LEVELS_MAX {
        faults.push((at.to_owned(), format!("expected 1 to {LEVELS_MAX} levels")));
    }
    for (n, level) in levels.iter().enumerate() {
        if level.roles.is_empty() {
            faults.push((format!("{at}[{n}].roles"), "expected at least one role, or nobody is told".into()));
        }
        if n > 0 && level.after_s <= levels[n - 1].after_s {
            faults.push((format!("{at}[{n}].after_s"), "expected a later time than that of the level before".into()));
        }
    }
}

/// How it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Closing {
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// What it came from.
    pub cause: String,
    /// What was done.
    pub action: String,
}

/// How far it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ExceptionState {
    /// Nobody has said "I have it".
    Open,
    /// Somebody has it.
    Acknowledged,
    /// It is over.
    Closed,
}

impl ExceptionState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Closed => "closed",
        }
    }
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Exception {
    /// Its number.
    pub id: ExceptionId,
    /// One of the plant's types.
    #[serde(rename = "type")]
    pub kind: String,
    /// The order that it concerns.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// The operation of that order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// The machine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub equipment: Option<EquipmentId>,
    /// Where.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// A photo of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
    /// Reporting is stopped until it is closed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stops: bool,
    /// Who raised it.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// When it was seen, where that is not now: on a phone that had no network.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub occurred_at: Option<Timestamp>,
    /// The level that has been told, from 0.
    #[serde(default)]
    pub level: u8,
    /// When the last level was told.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub escalated_at: Option<Timestamp>,
    /// Who has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acknowledged: Option<Mark>,
    /// How it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<Closing>,
}

impl Exception {
    /// How far it is.
    pub fn state(&self) -> ExceptionState {
        match (&self.acknowledged, &self.closed) {
            (_, Some(_)) => ExceptionState::Closed,
            (Some(_), None) => ExceptionState::Acknowledged,
            (None, None) => ExceptionState::Open,
        }
    }

    /// Everybody who has been told so far.
    pub fn told(&self, settings: &ExceptionSettings) -> Vec<Role> {
        let levels = settings.levels(&self.kind).iter().take(usize::from(self.level) + 1);
        let mut roles: Vec<_> = levels.flat_map(|level| level.roles.iter().copied()).collect();
        roles.sort();
        roles.dedup();
        roles
    }

    /// The same, told to the level that is due, where that is a higher one: nobody has acknowledged it for so long.
    pub fn escalated(&self, settings: &ExceptionSettings, now: Timestamp) -> Option<Self> {
        if self.state() != ExceptionState::Open {
            return None;
        }
        let open_s = now.duration_since(self.at).as_secs();
        let is_due = |level: &&Level| i64::from(level.after_s) <= open_s;
        let due = settings.levels(&self.kind).iter().filter(is_due).count().saturating_sub(1);
        let due = u8::try_from(due).unwrap_or(u8::MAX);
        (due > self.level).then(|| Self { level: due, escalated_at: Some(now), ..self.clone() })
    }

    /// Somebody says "I have it".
    pub fn acknowledge(&self, by: &UserId, now: Timestamp, note: &str, lang: Lang) -> Result<Self, Unmet> {
        match (&self.acknowledged, &self.closed) {
            (_, Some(closing)) => Err(self.is_closed(closing, lang)),
            (Some(mark), None) => {
                let detail = match lang {
                    Lang::Zh => format!("{} 已在处理", mark.by),
                    Lang::En => format!("{} has it already", mark.by),
                };
                let remedy = lang.pick("无需再次确认", "nothing is left to acknowledge");
                Err(Unmet::new("exception.acknowledged", detail, remedy, Permission::ExceptionHandle.holders()))
            }
            (None, None) => {
                let mark = Mark { by: by.clone(), at: now, reason: note.to_owned() };
                Ok(Self { acknowledged: Some(mark), ..self.clone() })
            }
        }
    }

    /// It is over. Whoever closes what nobody has acknowledged has had it.
    pub fn close(&self, closing: Closing, lang: Lang) -> Result<Self, Unmet> {
        if let Some(closing) = &self.closed {
            return Err(self.is_closed(closing, lang));
        }
        let had = || Mark { by: closing.by.clone(), at: closing.at, reason: String::new() };
        let acknowledged = Some(self.acknowledged.clone().unwrap_or_else(had));
        Ok(Self { acknowledged, closed: Some(closing), ..self.clone() })
    }

    fn is_closed(&self, closing: &Closing, lang: Lang) -> Unmet {
        let detail = match lang {
            Lang::Zh => format!("{} 已关闭此异常", closing.by),
            Lang::En => format!("{} has closed it already", closing.by),
        };
        let remedy = lang.pick("如再次发生,请另行登记", "if it happens again, raise a new one");
        Unmet::new("exception.closed", detail, remedy, Permission::ExceptionRaise.holders())
    }

    /// How long it has taken so far, or took, in seconds.
    pub fn open_s(&self, now: Timestamp) -> i64 {
        let end = self.closed.as_ref().map_or(now, |closing| closing.at);
        end.duration_since(self.at).as_secs().max(0)
    }

    /// How long reporting stood still for it, in seconds.
    pub fn lost_s(&self, now: Timestamp) -> i64 {
        if self.stops { self.open_s(now) } else { 0 }
    }

    /// The order with this exception written into it: as a line of its life, and as a stop where it is one.
    pub fn raised_on(&self, order: &Order) -> Order {
        let mut after = order.clone();
        after.exceptions.push(Mark { by: self.by.clone(), at: self.at, reason: self.note.clone() });
        if self.stops {
            after.stops.push(Stop {
                exception: self.id.clone(),
                kind: self.kind.clone(),
                operation: self.operation,
                by: self.by.clone(),
                at: self.at,
                reason: self.note.clone(),
            });
        }
        after
    }

    /// The order without the stop that this exception was.
    pub fn closed_on(&self, order: &Order) -> Order {
        let mut after = order.clone();
        after.stops.retain(|stop| stop.exception != self.id);
        after
    }
}

/// What of an order is stopped by exceptions: at one operation, or, where none is named, as a whole.
pub fn stopped(order: &Order, operation: Option<u16>, lang: Lang) -> Vec<Unmet> {
    let all_stopped =
        || order.operations.iter().all(|known| order.stops.iter().any(|stop| stop.operation == Some(known.number)));
    let whole = operation.is_none() && all_stopped();
    let concerns = |stop: &&Stop| whole || stop.operation.is_none() || stop.operation == operation;
    let unmet = |stop: &Stop| {
        let (id, why) = (&stop.exception, if stop.reason.is_empty() { &stop.kind } else { &stop.reason });
        let detail = match (lang, stop.operation) {
            (Lang::Zh, Some(operation)) => format!("异常 {id} 停了工序 {operation}:{why}"),
            (Lang::Zh, None) => format!("异常 {id} 停了此工单:{why}"),
            (Lang::En, Some(operation)) => format!("exception {id} has stopped operation {operation}: {why}"),
            (Lang::En, None) => format!("exception {id} has stopped the order: {why}"),
        };
        let remedy = match lang {
            Lang::Zh => format!("处理并关闭异常 {id}"),
            Lang::En => format!("deal with exception {id} and close it"),
        };
        Unmet::new("exception.stops", detail, remedy, Permission::ExceptionHandle.holders())
    };
    order.stops.iter().filter(concerns).map(unmet).collect()
}

/// One bar of a Pareto chart.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ParetoRow {
    /// The type.
    #[serde(rename = "type")]
    pub kind: String,
    /// The cause as it was written at closing; empty while it is open.
    pub cause: String,
    /// How many.
    pub count: u32,
    /// How long they took together, in seconds.
    pub open_s: i64,
    /// How long they stopped reporting, in seconds.
    pub lost_s: i64,
}

/// What exceptions add up to by type and cause: it grows with the causes, not with the exceptions.
#[derive(Clone, Debug, Default)]
pub struct ParetoSums(BTreeMap<(String, String), ParetoRow>);

impl ParetoSums {
    /// Adds one.
    pub fn add(&mut self, exception: &Exception, now: Timestamp) {
        let cause = exception.closed.as_ref().map_or("", |closing| closing.cause.as_str());
        let (kind, cause) = (exception.kind.clone(), cause.to_owned());
        let row = self.0.entry((kind.clone(), cause.clone()));
        let row = row.or_insert(ParetoRow { kind, cause, count: 0, open_s: 0, lost_s: 0 });
        row.count += 1;
        row.open_s = row.open_s.saturating_add(exception.open_s(now));
        row.lost_s = row.lost_s.saturating_add(exception.lost_s(now));
    }

    /// What cost most first: by time lost, then by number.
    pub fn rows(self) -> Vec<ParetoRow> {
        sorted(self.0.into_values().collect())
    }
}

/// Exceptions by type and cause, what cost most first: by time lost, then by number.
pub fn pareto<'e>(exceptions: impl IntoIterator<Item = &'e Exception>, now: Timestamp) -> Vec<ParetoRow> {
    let mut sums = ParetoSums::default();
    exceptions.into_iter().for_each(|exception| sums.add(exception, now));
    sums.rows()
}

fn sorted(mut rows: Vec<ParetoRow>) -> Vec<ParetoRow> {
    rows.sort_by(|a, b| {
        (b.lost_s, b.count, b.open_s, &a.kind, &a.cause).cmp(&(a.lost_s, a.count, a.open_s, &b.kind, &b.cause))
    });
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exception(kind: &str, raised_s: i64, closed: Option<(i64, &str)>, stops: bool) -> Option<Exception> {
        let at = |second| Timestamp::from_second(second).ok();
        let by: UserId = "lead".parse().ok()?;
        let closing = |(second, cause): (i64, &str)| {
            Some(Closing { by: "lead".parse().ok()?, at: at(second)?, cause: cause.into(), action: "done".into() })
        };
        Some(Exception {
            id: "EX-1".parse().ok()?,
            kind: kind.into(),
            order: None,
            operation: None,
            equipment: None,
            line: None,
            note: String::new(),
            photo: None,
            stops,
            by,
            at: at(raised_s)?,
            occurred_at: None,
            level: 0,
            escalated_at: None,
            acknowledged: None,
            closed: closed.and_then(closing),
        })
    }

    #[test]
    fn pareto_puts_first_what_cost_most_time_then_what_came_most_often() {
        let all: Vec<_> = [
            exception("equipment", 0, Some((100, "belt")), true),
            exception("equipment", 0, Some((50, "belt")), true),
            exception("material", 0, Some((1000, "late")), false),
            exception("material", 0, Some((1000, "late")), false),
            exception("quality", 0, None, true),
        ]
        .into_iter()
        .flatten()
        .collect();
        let now = Timestamp::from_second(60).unwrap_or_default();
        let rows = pareto(&all, now);
        let told: Vec<_> =
            rows.iter().map(|row| (row.kind.as_str(), row.cause.as_str(), row.count, row.open_s, row.lost_s)).collect();
        let expected =
            [("equipment", "belt", 2, 150, 150), ("quality", "", 1, 60, 60), ("material", "late", 2, 2000, 0)];
        assert_eq!(told, expected);
    }

    #[test]
    fn the_built_in_settings_are_well_formed() {
        assert!(ExceptionSettings::default().faults().is_empty());
    }
}
