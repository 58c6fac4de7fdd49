//! From events to sums. Pure: the same events and calendar give the same sums.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use takt_domain::quantity::Quantity;
use takt_store::{RollupChange, RollupKey, RollupSums, StoredEvent};

use crate::calendar::PlantCalendar;
use crate::period::bucket;
use crate::state::Calendars;
use crate::told::{Told, ToldAction, ToldCompletion, ToldCreation, ToldPlan, ToldReport, read};
use crate::{BOARD, CYCLE, DONE, LEAD, OUTPUT, PLAN, REQUEST, SCRAP, STATE, STEP};

/// The sums of some events.
#[derive(Debug)]
pub(crate) struct Fold<'a> {
    generation: u32,
    calendars: &'a mut Calendars,
    sums: BTreeMap<RollupKey, RollupSums>,
    /// Events that should have been added up and cannot be read.
    pub(crate) unreadable: u64,
}

impl<'a> Fold<'a> {
    pub(crate) fn new(generation: u32, calendars: &'a mut Calendars) -> Self {
        Self { generation, calendars, sums: BTreeMap::new(), unreadable: 0 }
    }

    /// Adds an event; they come in the order of the journal.
    pub(crate) fn add(&mut self, stored: &StoredEvent) {
        let event = &stored.event;
        // What the watch says by itself is no load that anybody brings.
        if !event.event_type.starts_with("alert.") {
            self.request(&event.event_type, event.time_ms);
        }
        match read(&event.event_type, &event.data) {
            Told::Report(report) => self.report(&report, 1),
            Told::Creation(created) => self.creation(&created, event.time_ms),
            Told::Enlarged(enlarged) => self.replan((&enlarged.line, &enlarged.item), &enlarged.plan, event.time_ms),
            Told::Action(action) => self.action(&action, event.time_ms),
            Told::Plant(plant) => {
                self.calendars.push(event.time_ms, PlantCalendar { time_zone: plant.time_zone, shifts: plant.shifts });
            }
            Told::Other => {}
            Told::Unreadable => self.unreadable += 1,
        }
    }

    /// Everything that was touched, also where it adds up to nothing: so that the rows do not depend on how the journal
    /// was cut into batches.
    pub(crate) fn changes(self) -> Vec<RollupChange> {
        self.sums.into_iter().map(|(key, add)| RollupChange { key, add }).collect()
    }

    fn sum(&mut self, key: RollupKey, add: RollupSums) {
        self.sums.entry(RollupKey { generation: self.generation, ..key }).or_default().add(&add);
    }

    fn request(&mut self, event_type: &str, at_ms: i64) {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        let (shift_date, shift) = self.calendars.shift_at(at);
        let label = event_type.to_owned();
        let key = RollupKey {
            series: REQUEST.to_owned(),
            bucket_ms: bucket(at),
            shift_date,
            shift,
            label,
            ..RollupKey::default()
        };
        self.sum(key, RollupSums { count: 1, ..RollupSums::default() });
    }

    fn report(&mut self, report: &ToldReport, times: i64) {
        let scale = report.good.scale();
        let units = |quantity: Quantity| quantity.at_scale(scale).map_or(0, Quantity::units) * times;
        let (shift_date, shift) = self.calendars.shift_at(report.ended_at);
        let key = RollupKey {
            series: if report.last { OUTPUT } else { STEP }.to_owned(),
            bucket_ms: bucket(report.ended_at),
            shift_date,
            shift,
            line: report.line.clone(),
            item: report.item.clone(),
            scale,
            operator: report.by.clone(),
            operation: report.operation,
            ..RollupKey::default()
        };
        for scrap in &report.scrap {
            let key = RollupKey { series: SCRAP.to_owned(), label: scrap.reason.trim().to_owned(), ..key.clone() };
            self.sum(key, RollupSums { scrap: units(scrap.quantity), count: times, ..RollupSums::default() });
        }
        let scrap = report.scrap.iter().map(|scrap| units(scrap.quantity)).fold(0, i64::saturating_add);
        let sums = RollupSums {
            good: units(report.good),
            scrap,
            rework: report.rework.map_or(0, units),
            seconds: report.run_s.unwrap_or(0).saturating_mul(times),
            count: times,
        };
        self.sum(key, sums);
    }

    fn creation(&mut self, created: &ToldCreation, at_ms: i64) {
        self.board(&created.line, &created.to, 1);
        if let (Some(due), None) = (created.due, &created.split_from) {
            self.plan((&created.line, &created.item), due, created.quantity, 1, at_ms);
        }
    }

    /// Pieces of an order that are due on a day, in the bucket in which that day begins.
    fn plan(&mut self, (line, item): (&str, &str), due: Date, quantity: Quantity, times: i64, at_ms: i64) {
        let at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        let start = due.to_zoned(self.calendars.zone_at(at)).map_or(at, |start| start.timestamp());
        let key = RollupKey {
            series: PLAN.to_owned(),
            bucket_ms: bucket(start),
            line: line.to_owned(),
            item: item.to_owned(),
            scale: quantity.scale(),
            ..RollupKey::default()
        };
        self.sum(key, RollupSums { good: quantity.units() * times, count: times, ..RollupSums::default() });
    }

    fn replan(&mut self, of: (&str, &str), plan: &ToldPlan, at_ms: i64) {
        for (part, times) in [(&plan.before, -1), (&plan.after, 1)] {
            if let Some(part) = part {
                self.plan(of, part.due, part.quantity, times, at_ms);
            }
        }
    }

    fn action(&mut self, action: &ToldAction, at_ms: i64) {
        if let Some(report) = &action.report {
            self.report(report, -1);
        }
        if let Some(plan) = &action.plan {
            self.replan((&action.line, &action.item), plan, at_ms);
        }
        if let Some(completed) = &action.completed {
            self.completion(action, completed, 1);
        }
        if let Some(reopened) = &action.reopened {
            self.completion(action, reopened, -1);
        }
        if action.from == action.to {
            return;
        }
        self.board(&action.line, &action.from, -1);
        self.board(&action.line, &action.to, 1);
        let left_at = Timestamp::from_millisecond(at_ms).unwrap_or_default();
        let key = RollupKey { label: action.from.clone(), ..order_key(STATE, left_at, action) };
        self.sum(key, RollupSums { seconds: action.in_state_s, count: 1, ..RollupSums::default() });
    }

    fn completion(&mut self, action: &ToldAction, completion: &ToldCompletion, times: i64) {
        for (label, seconds) in [(LEAD, completion.lead_s), (CYCLE, completion.cycle_s)] {
            let Some(seconds) = seconds else { continue };
            let sums = RollupSums { seconds: seconds.saturating_mul(times), count: times, ..RollupSums::default() };
            let key = order_key(DONE, completion.at, action);
            self.sum(RollupKey { label: label.to_owned(), ..key }, sums);
        }
    }

    fn board(&mut self, line: &str, state: &str, times: i64) {
        let (line, label) = (line.to_owned(), state.to_owned());
        let key = RollupKey { series: BOARD.to_owned(), line, label, ..RollupKey::default() };
        self.sum(key, RollupSums { count: times, ..RollupSums::default() });
    }
}

fn order_key(series: &str, at: Timestamp, action: &ToldAction) -> RollupKey {
    RollupKey {
        series: series.to_owned(),
        bucket_ms: bucket(at),
        line: action.line.clone(),
        item: action.item.clone(),
        order: action.order.clone(),
        ..RollupKey::default()
    }
}
