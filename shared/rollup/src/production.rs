//! What some days were to make and made, by day, by line and by reason of scrap, from the sums that the background keeps.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use takt_api::production::{Pieces, Production, ProductionDay, ProductionLine, ScrapReason};
use takt_domain::quantity::Quantity;
use takt_store::{Dimension, Load, PageRequest, PlantNumber, RollupQuery, RollupRow, Store, StoreError};

use crate::{OUTPUT, PLAN, Period, SCRAP, STEP, Status, periods};

/// The most days of one answer: a quarter.
pub const DAYS_MAX: usize = 92;

/// Rows of a page of the store.
pub(crate) const ROWS: u32 = 200;

/// The kind of records that items are.
const ITEM: &str = "item";

/// More decimals than any item has.
const SCALE_MAX: u8 = 9;

/// What is asked.
#[derive(Clone, Debug)]
pub struct ProductionQuery {
    /// The first day.
    pub from: Date,
    /// The last day.
    pub to: Date,
    /// Only of this line.
    pub line: Option<String>,
    /// Only of this item.
    pub item: Option<String>,
    /// Only of items that are counted in this unit.
    pub unit: Option<String>,
}

/// Adds up what the sums say.
pub async fn production<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    status: &Status,
    query: &ProductionQuery,
) -> Result<Production, StoreError> {
    let asked = Asked { store, plant, status, query };
    let planned = asked.rows(&[PLAN], true, &[Dimension::Line, Dimension::Item]).await?;
    let made = asked.rows(&[OUTPUT], true, &[Dimension::Line, Dimension::Item]).await?;
    let worked = asked.rows(&[OUTPUT, STEP], true, &[Dimension::Line, Dimension::Item]).await?;
    let scrapped = asked.rows(&[SCRAP], false, &[Dimension::Item, Dimension::Label]).await?;
    let all = || planned.iter().chain(&made).chain(&worked);
    let items: BTreeSet<&str> = all().chain(&scrapped).map(|row| row.item.as_str()).collect();
    let units = units(store, plant, now_ms, &items).await?;
    let unit_of = |row: &RollupRow| units.get(&row.item).map_or("", String::as_str);
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    all().for_each(|row| *times.entry(unit_of(row)).or_default() += 1);
    let commonest = times.iter().max_by_key(|(_, times)| **times).map_or("", |(unit, _)| *unit);
    let unit = query.unit.as_deref().unwrap_or(commonest);

    let zone = status.calendar.zone();
    let (mut total, mut by_day, mut by_line) = (Sums::default(), BTreeMap::new(), BTreeMap::new());
    for (rows, add) in [(&planned, Sums::plan as fn(&mut Sums, &RollupRow)), (&made, Sums::make), (&worked, Sums::work)]
    {
        for row in rows.iter().filter(|row| unit_of(row) == unit) {
            let date = Timestamp::from_millisecond(row.from_ms).unwrap_or_default().to_zoned(zone.clone()).date();
            add(&mut total, row);
            add(by_day.entry(date).or_default(), row);
            add(by_line.entry(row.line.as_str()).or_default(), row);
        }
    }
    let reasons = scrapped.iter().filter(|row| unit_of(row) == unit);
    let line = |(line, sums): (&str, Sums)| {
        let line = line.parse().map_err(|_| StoreError::Corrupt(format!("line {line:?} in a rollup")))?;
        Ok(ProductionLine { line, pieces: sums.pieces() })
    };
    Ok(Production {
        from: query.from,
        to: query.to,
        time_zone: status.calendar.time_zone.clone(),
        as_of: status.as_of,
        unit: unit.to_owned(),
        units: times.keys().map(|unit| (*unit).to_owned()).collect(),
        total: total.pieces(),
        days: days(query.from, query.to)
            .map(|date| ProductionDay { date, pieces: by_day.remove(&date).unwrap_or_default().pieces() })
            .collect(),
        lines: by_line.into_iter().map(line).collect::<Result<_, StoreError>>()?,
        scrap: pareto(reasons),
    })
}

/// The days from one to another.
pub(crate) fn days(from: Date, to: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.tomorrow().ok()).take_while(move |day| *day <= to)
}

struct Asked<'a, S> {
    store: &'a S,
    plant: PlantNumber,
    status: &'a Status,
    query: &'a ProductionQuery,
}

impl<S: Store> Asked<'_, S> {
    /// All rows of these series. There are no more than days times lines times items that had anything.
    async fn rows(&self, series: &[&str], by_day: bool, by: &[Dimension]) -> Result<Vec<RollupRow>, StoreError> {
        let zone = self.status.calendar.zone();
        let start = |day: Date| day.to_zoned(zone.clone()).map_or(Timestamp::MAX, |start| start.timestamp());
        let after = self.query.to.tomorrow().unwrap_or(self.query.to);
        let period = if by_day { Period::Day } else { Period::Total };
        let cut = periods(period, start(self.query.from), start(after), &zone);
        let Ok(cut) = cut else { return Ok(Vec::new()) };
        let mut query = RollupQuery::new(self.plant, self.status.generation, series, cut);
        query.by = by.to_vec();
        (query.line, query.item) = (self.query.line.clone(), self.query.item.clone());
        let (mut rows, mut page) = (Vec::new(), PageRequest::first(ROWS));
        loop {
            let found = self.store.rollups(&query, &page).await?;
            rows.extend(found.items);
            page.after = found.next;
            if page.after.is_none() {
                return Ok(rows);
            }
        }
    }
}

#[derive(Deserialize)]
struct Counted {
    unit: String,
}

/// What each item is counted in.
async fn units<S: Store>(
    store: &S,
    plant: PlantNumber,
    now_ms: i64,
    items: &BTreeSet<&str>,
) -> Result<BTreeMap<String, String>, StoreError> {
    let mut load = Load::new(plant, now_ms);
    load.records = items.iter().map(|item| (ITEM.to_owned(), (*item).to_owned())).collect();
    let loaded = store.load(&load).await?;
    let read = |item: &&str| -> Option<Result<(String, String), StoreError>> {
        let counted = loaded.record(ITEM, item)?.parse::<Counted>();
        Some(counted.map(|counted| ((*item).to_owned(), counted.unit)))
    };
    items.iter().filter_map(read).collect()
}

/// A sum of quantities with different decimals, in units of the most that there are.
#[derive(Clone, Copy, Default)]
struct Sum {
    units: i128,
    scale: u8,
}

impl Sum {
    fn add(&mut self, units: i64, scale: u8) {
        let up = |from: u8, to: u8| 10_i128.pow(u32::from(to.saturating_sub(from).min(SCALE_MAX)));
        let wider = self.scale.max(scale);
        let added = i128::from(units) * up(scale, wider);
        self.units = (self.units * up(self.scale, wider)).saturating_add(added);
        self.scale = wider;
    }

    /// Its decimals without zeros at the end; a sum that leaves 64 bits stays at their end.
    fn quantity(mut self) -> Quantity {
        while self.scale > 0 && self.units % 10 == 0 {
            self.units /= 10;
            self.scale -= 1;
        }
        let end = if self.units < 0 { i64::MIN } else { i64::MAX };
        Quantity::from_units(i64::try_from(self.units).unwrap_or(end), self.scale)
    }
}

#[derive(Clone, Copy, Default)]
struct Sums {
    planned: Sum,
    made: Sum,
    good: Sum,
    scrap: Sum,
    rework: Sum,
}

impl Sums {
    fn plan(&mut self, row: &RollupRow) {
        self.planned.add(row.sums.good, row.scale);
    }

    fn make(&mut self, row: &RollupRow) {
        self.made.add(row.sums.good, row.scale);
    }

    fn work(&mut self, row: &RollupRow) {
        self.good.add(row.sums.good, row.scale);
        self.scrap.add(row.sums.scrap, row.scale);
        self.rework.add(row.sums.rework, row.scale);
    }

    fn pieces(self) -> Pieces {
        // They have grown by the same rows, so they have the same scale.
        let (right, all) = (self.good.units - self.rework.units, self.good.units + self.scrap.units);
        let ratio = (right.max(0) * 10_000).checked_div(all).filter(|_| all > 0);
        Pieces {
            planned: self.planned.quantity(),
            made: self.made.quantity(),
            scrap: self.scrap.quantity(),
            rework: self.rework.quantity(),
            good: self.good.quantity(),
            first_pass_ratio: ratio
                .and_then(|ratio| i64::try_from(ratio).ok())
                .map(|ratio| Quantity::from_units(ratio, 4)),
        }
    }
}

fn pareto<'r>(rows: impl Iterator<Item = &'r RollupRow>) -> Vec<ScrapReason> {
    let mut reasons: BTreeMap<&str, (Sum, i64)> = BTreeMap::new();
    for row in rows {
        let (sum, times) = reasons.entry(row.label.as_str()).or_default();
        sum.add(row.sums.scrap, row.scale);
        *times += row.sums.count;
    }
    let widest = reasons.values().map(|(sum, _)| sum.scale).max().unwrap_or(0);
    reasons.values_mut().for_each(|(sum, _)| sum.add(0, widest));
    let mut sorted: Vec<_> = reasons.into_iter().filter(|(_, (sum, _))| sum.units > 0).collect();
    sorted.sort_by_key(|(_, (sum, _))| std::cmp::Reverse(sum.units));
    let all: i128 = sorted.iter().map(|(_, (sum, _))| sum.units).sum();
    let mut so_far = 0;
    let row = |(reason, (sum, times)): (&str, (Sum, i64))| {
        so_far += sum.units;
        let permille = (so_far * 1000).checked_div(all).and_then(|permille| i64::try_from(permille).ok());
        ScrapReason {
            reason: reason.to_owned(),
            scrap: sum.quantity(),
            times,
            cumulative_permille: permille.unwrap_or(0),
        }
    };
    sorted.into_iter().map(row).collect()
}
