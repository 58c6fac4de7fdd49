//! The records that say how far rollups have come.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use takt_store::{Load, PlantNumber, Record, RecordWrite, Store, StoreError};

use crate::calendar::PlantCalendar;

/// The kind of the records, and their parent, so that all of them load at once.
pub const KIND: &str = "rollup";

const CURRENT: &str = "current";

/// Which generation is what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Current {
    /// The one that is read.
    pub generation: u32,
    /// The one that will take over when it has caught up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub building: Option<u32>,
    /// Those whose rows are being taken away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub clearing: Vec<u32>,
    /// The calendar that the journal starts with.
    pub origin: PlantCalendar,
}

/// One derivation from the start of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// How far it has read; none at the start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// When the last event happened that it has read, in milliseconds since 1970; 0 at the start.
    #[serde(default)]
    pub as_of_ms: i64,
    /// How many events it has read.
    #[serde(default)]
    pub events: u64,
    /// How many of them should have been added up and could not be read.
    #[serde(default)]
    pub unreadable: u64,
    /// The calendars so far.
    pub calendars: Calendars,
    /// It is not written any more.
    #[serde(default)]
    pub ended: bool,
}

impl Generation {
    pub(crate) fn new(origin: &PlantCalendar) -> Self {
        let calendars = Calendars(vec![(i64::MIN, origin.clone())]);
        Self { cursor: None, as_of_ms: 0, events: 0, unreadable: 0, calendars, ended: false }
    }
}

/// Calendars, each with the moment from which it counts, in milliseconds since 1970, in the order of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Calendars(Vec<(i64, PlantCalendar)>);

impl Calendars {
    pub(crate) fn push(&mut self, from_ms: i64, calendar: PlantCalendar) {
        self.0.push((from_ms, calendar));
    }

    fn at(&self, at: Timestamp) -> Option<&PlantCalendar> {
        let found = self.0.iter().rev().find(|(from_ms, _)| *from_ms <= at.as_millisecond());
        found.map(|(_, calendar)| calendar)
    }

    /// The time zone at a moment.
    pub(crate) fn zone_at(&self, at: Timestamp) -> TimeZone {
        self.at(at).map_or(TimeZone::UTC, PlantCalendar::zone)
    }

    /// The day and name of the shift of a moment, by the calendar of that moment; both empty between shifts.
    pub(crate) fn shift_at(&self, at: Timestamp) -> (String, String) {
        let shift = self.at(at).and_then(|calendar| calendar.shift_at(at));
        shift.map_or_else(Default::default, |(day, name)| (day.to_string(), name.to_owned()))
    }
}

/// All records as they stand, with their versions.
#[derive(Clone, Debug)]
pub(crate) struct State {
    pub(crate) current: Current,
    pub(crate) version: u64,
    generations: Vec<Record>,
}

impl State {
    /// A generation and the version of its record; an error where it is not there.
    pub(crate) fn generation(&self, number: u32) -> Result<(Generation, u64), StoreError> {
        let id = generation_id(number);
        let record = self.generations.iter().find(|record| record.id == id);
        let record = record.ok_or_else(|| StoreError::Corrupt(format!("{KIND} {id} is not there")))?;
        Ok((record.parse()?, record.version))
    }

    /// A number that no generation has had.
    pub(crate) fn next_number(&self) -> u32 {
        let numbers = self.generations.iter().filter_map(|record| record.id.strip_prefix('g')?.parse::<u32>().ok());
        numbers.max().unwrap_or(self.current.generation).saturating_add(1)
    }
}

fn generation_id(number: u32) -> String {
    format!("g{number}")
}

fn record<T: Serialize>(id: &str, body: &T, expected: u64) -> Result<RecordWrite, StoreError> {
    let body = serde_json::to_value(body).map_err(|error| StoreError::Malformed(error.to_string()))?;
    Ok(RecordWrite { parent: Some(KIND.to_owned()), ..RecordWrite::new(KIND, id, Some(expected), body) })
}

pub(crate) fn current_record(current: &Current, expected: u64) -> Result<RecordWrite, StoreError> {
    record(CURRENT, current, expected)
}

pub(crate) fn generation_record(number: u32, body: &Generation, expected: u64) -> Result<RecordWrite, StoreError> {
    record(&generation_id(number), body, expected)
}

/// The records, and the calendar of the plant; neither where there is none.
pub(crate) async fn load<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
) -> Result<(Option<State>, Option<PlantCalendar>), StoreError> {
    let mut load = Load::new(plant, now_ms);
    load.with_plant = true;
    load.children = vec![(KIND.to_owned(), KIND.to_owned())];
    let loaded = store.load(&load).await?;
    let calendar = loaded.plant.as_ref().map(PlantCalendar::of);
    let Some(record) = loaded.record(KIND, CURRENT) else { return Ok((None, calendar)) };
    let (current, version) = (record.parse()?, record.version);
    Ok((Some(State { current, version, generations: loaded.records }), calendar))
}

/// What a reader of rollups has to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Which generation to ask for.
    pub generation: u32,
    /// When the last event happened that is in it.
    pub as_of: Option<Timestamp>,
    /// How many events are in it.
    pub events: u64,
    /// How many of them could not be read.
    pub unreadable: u64,
    /// How many events are in the one that is being built, when one is.
    pub rebuilding: Option<u64>,
    /// The plant's calendar as it is now.
    pub calendar: PlantCalendar,
}

/// How far rollups have come; none before the first reading.
pub async fn status<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<Option<Status>, StoreError> {
    let (Some(state), calendar) = load(store, plant, now_ms).await? else { return Ok(None) };
    let (read, _) = state.generation(state.current.generation)?;
    let building = state.current.building.map(|number| state.generation(number)).transpose()?;
    Ok(Some(Status {
        generation: state.current.generation,
        as_of: Timestamp::from_millisecond(read.as_of_ms).ok().filter(|_| read.events > 0),
        events: read.events,
        unreadable: read.unreadable,
        rebuilding: building.map(|(generation, _)| generation.events),
        calendar: calendar.unwrap_or(state.current.origin),
    }))
}

/// A place in the journal that everything before has been read up to; none at its start. Whoever is to be told of what happens from
/// now on need not go through all that happened before.
pub async fn read_up_to<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<Option<String>, StoreError> {
    let (Some(state), _) = load(store, plant, now_ms).await? else { return Ok(None) };
    Ok(state.generation(state.current.generation)?.0.cursor)
}

/// What the journal holds that is not rolled up yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Behind {
    /// How many events; no more than are looked at.
    pub events: usize,
    /// There are more.
    pub more: bool,
    /// When the oldest of them happened, in milliseconds since 1970.
    pub since_ms: i64,
}

/// Events that are counted of what is not rolled up yet.
const COUNTED_MAX: u32 = 500;

/// How far statistics are behind the journal; none where they have read all of it.
pub async fn behind<S: Store>(store: &S, plant: PlantNumber, now_ms: i64) -> Result<Option<Behind>, StoreError> {
    let (state, _) = load(store, plant, now_ms).await?;
    let cursor = match &state {
        Some(state) => state.generation(state.current.generation)?.0.cursor,
        None => None,
    };
    let page = store.journal(plant, cursor.as_deref(), COUNTED_MAX).await?;
    let (events, more) = (page.events.len(), page.events.len() == COUNTED_MAX as usize);
    let since_ms = page.events.iter().map(|stored| stored.event.time_ms).min();
    Ok(since_ms.map(|since_ms| Behind { events, more, since_ms }))
}
