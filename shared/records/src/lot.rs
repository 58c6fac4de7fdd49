//! How lots are kept, and what commands do with them.
//!
//! The record of a lot is written in the commit of the movement by which it first comes in. Whoever uses a lot expects its
//! record at the version that was read; so of an issue and a quarantine at the same moment one decides anew. A piece with a
//! number of its own writes its record each time it comes in, so that it does not come in twice at the same moment.

pub mod watch;

use jiff::Timestamp;
use jiff::civil::Date;
use takt_api::lots::LotSettings;
use takt_domain::document::LineRef;
use takt_domain::id::ItemId;
use takt_domain::label::OwnLabel;
use takt_domain::ledger::{Balance as Held, Posting};

pub use takt_domain::lot::LOT_MAX;
use takt_domain::lot::{self, Fault, Lot, Lots, Tracking, incoming};
use takt_domain::master::Item;
use takt_domain::movement::NewMovement;
use takt_domain::quantity::Quantity;
use takt_domain::scan::Meaning;
use takt_domain::text::Lang;
use takt_store::{Balance, Commit, Expect, Loaded, RecordWrite, StoreError};

use crate::calendar;
use crate::caller::Caller;
use crate::command::CommandError;
use crate::keep::{PLANT_PARENT, kind};

/// The lots among what was loaded. Needs [`Load::lots`](takt_store::Load), or their records.
pub fn known(loaded: &Loaded, today: Option<Date>) -> Result<Lots, StoreError> {
    let mut lots = Lots::on(today);
    for record in loaded.records.iter().filter(|record| record.kind == kind::LOT) {
        lots.put(record.parse()?, record.version);
    }
    Ok(lots)
}

/// The plant's day now. Needs [`Load::with_plant`](takt_store::Load).
pub fn today(loaded: &Loaded, caller: &Caller) -> Option<Date> {
    loaded.plant.as_ref().map(|plant| calendar::of(plant).day_of(caller.now))
}

/// What a load asks for, to know a lot of which nothing may be in stock.
pub fn record(item: &str, number: &str) -> Option<(String, String)> {
    (!number.is_empty()).then(|| (kind::LOT.to_owned(), lot::key(item, number)))
}

/// What a load asks for, to know what the plant has set down.
pub fn settings_record() -> (String, String) {
    (kind::LOT_SETTINGS.into(), PLANT_PARENT.into())
}

/// What the plant has set down, with its version.
pub fn settings(loaded: &Loaded) -> Result<LotSettings, StoreError> {
    match loaded.record(kind::LOT_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok(LotSettings { version: record.version, ..record.parse()? }),
        None => Ok(LotSettings::default()),
    }
}

/// The place in a list of what never expires: behind all that does.
pub const NEVER: &str = "9999-99-99";

/// A lot: what expires first comes first.
pub fn write(lot: &Lot, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(lot.state.as_str().to_owned()),
        parent: Some(lot.item.to_string()),
        sort: Some(lot.expires.map_or_else(|| NEVER.to_owned(), |day| day.to_string())),
        search: Some(format!("{} {} {}", lot.item, lot.number, lot.supplier_lot)),
        ..RecordWrite::new(
            kind::LOT,
            lot::key(lot.item.as_str(), &lot.number),
            Some(expected),
            serde_json::to_value(lot).unwrap_or_default(),
        )
    }
}

/// The decision rests on what is known of the lots that it uses.
pub fn expect(lots: &Lots, postings: &[Posting], commit: &mut Commit) {
    for known in lots.used(postings) {
        let id = lot::key(known.lot.item.as_str(), &known.lot.number);
        if !commit.records.iter().any(|write| write.kind == kind::LOT && write.id == id) {
            commit.expect.push(Expect { kind: kind::LOT.into(), id, version: known.version });
        }
    }
}

/// A tracked item needs its lot, and a piece with a number of its own moves by itself.
pub fn check(item: &Item, number: &str, quantity: Quantity, lang: Lang) -> Result<(), CommandError> {
    match lot::wrong(item, number, quantity, lang) {
        Some((field, detail)) => Err(CommandError::field(field, detail)),
        None => Ok(()),
    }
}

/// What somebody says of a lot that comes in.
#[derive(Clone, Debug, Default)]
pub struct Said {
    /// Its last day.
    pub expires: Option<Date>,
    /// When it was made.
    pub made: Option<Date>,
    /// What its supplier calls it.
    pub supplier_lot: String,
}

impl Said {
    /// What a movement says, and the label that was scanned for it. Both must say the same.
    pub fn of(given: &NewMovement, meaning: Option<&Meaning>, lang: Lang) -> Result<Self, CommandError> {
        let label = match meaning {
            Some(Meaning::Gs1(found)) => (found.expiry(), found.produced()),
            Some(Meaning::Own(OwnLabel::Material(material))) => (material.expiry, None),
            _ => (None, None),
        };
        let one = |field: &str, given: Option<Date>, label: Option<Date>| match (given, label) {
            (Some(given), Some(label)) if given != label => {
                let detail = match lang {
                    Lang::Zh => format!("标签上为 {label}"),
                    Lang::En => format!("the label says {label}"),
                };
                Err(CommandError::field(field, detail))
            }
            _ => Ok(given.or(label)),
        };
        let expires = one("expires", given.expires, label.0)?;
        let made = one("made", given.made, label.1)?;
        if let (Some(expires), Some(made)) = (expires, made)
            && expires < made
        {
            let detail = match lang {
                Lang::Zh => format!("不能早于生产日期 {made}"),
                Lang::En => format!("expected a day that is not before {made}"),
            };
            return Err(CommandError::field("expires", detail));
        }
        let supplier_lot = given.supplier_lot.trim().to_owned();
        Ok(Self { expires, made, supplier_lot })
    }

    fn is_nothing(&self) -> bool {
        self.expires.is_none() && self.made.is_none() && self.supplier_lot.is_empty()
    }
}

/// A lot of an item comes in: its record, where it is new. What is known of it already must be what is said.
pub fn comes_in(
    item: &Item,
    number: &str,
    said: &Said,
    lots: &Lots,
    inspection: Option<&Waits<'_>>,
    caller: &Caller,
) -> Result<Option<RecordWrite>, CommandError> {
    if number.is_empty() {
        let nothing = said.is_nothing();
        return if nothing {
            Ok(None)
        } else {
            let detail = caller.lang.pick("请填写批次号", "expected the lot that this is said of");
            Err(CommandError::field("lot", detail))
        };
    }
    let Some(known) = lots.get(&item.id, number) else {
        let by_shelf_life = said.made.or(lots.today).and_then(|made| lot::last_day(item, made));
        let new = Lot {
            expires: said.expires.or(by_shelf_life),
            made: said.made,
            supplier_lot: said.supplier_lot.clone(),
            ..Lot::new(item.id.clone(), number, caller.now)
        };
        let new = inspection.map_or_else(|| new.clone(), |waits| incoming::received(&new, waits.line));
        return Ok(Some(write(&new, 0)));
    };
    let lot = &known.lot;
    let same = |field: &str, said: Option<Date>, known: Option<Date>| match said {
        Some(day) if known != Some(day) => {
            let none = || caller.lang.pick("未填", "none").to_owned();
            let (known, id) = (known.map_or_else(none, |day| day.to_string()), &item.id);
            let detail = match caller.lang {
                Lang::Zh => format!("{id} 批次 {number} 已登记为 {known}"),
                Lang::En => format!("lot {number} of {id} has {known}"),
            };
            Err(CommandError::field(field, detail))
        }
        _ => Ok(()),
    };
    same("expires", said.expires, lot.expires)?;
    same("made", said.made, lot.made)?;
    let after = match inspection {
        Some(waits) if !in_stock(&item.id, number, waits.balances) => incoming::received(lot, waits.line),
        _ => lot.clone(),
    };
    Ok((item.tracking == Tracking::Serial || after != *lot).then(|| write(&after, known.version)))
}

/// A delivery that is to be inspected.
#[derive(Clone, Copy, Debug)]
pub struct Waits<'a> {
    /// The line that it comes by.
    pub line: &'a LineRef,
    /// Every balance of the item, before it.
    pub balances: &'a [Held],
}

/// Something of a lot stands in the plant.
fn in_stock(item: &ItemId, number: &str, balances: &[Held]) -> bool {
    balances
        .iter()
        .any(|one| one.item == *item && one.lot == number && !one.location.is_virtual() && one.quantity.is_positive())
}

/// A lot that was found, by a count or when Takt began: its record, where it is new.
pub fn found(
    item: &ItemId,
    number: &str,
    expires: Option<Date>,
    lots: &mut Lots,
    now: Timestamp,
) -> Option<RecordWrite> {
    if number.is_empty() || lots.get(item, number).is_some() {
        return None;
    }
    let new = Lot { expires, ..Lot::new(item.clone(), number, now) };
    let write = write(&new, 0);
    lots.put(new, 1);
    Some(write)
}

/// Why what stands in an account is not to be used.
pub fn fault_of(lots: &Lots, balance: &Balance) -> Option<Fault> {
    lots.fault(&balance.item.parse().ok()?, &balance.lot)
}

/// When the lot of an account expires, the latest of all days where it does not, and since when it is there.
pub fn age_of(lots: &Lots, balance: &Balance) -> (Date, Option<Timestamp>) {
    let known = balance.item.parse().ok().and_then(|item| lots.get(&item, &balance.lot));
    (known.and_then(|known| known.lot.expires).unwrap_or(Date::MAX), known.map(|known| known.lot.since))
}

/// True for a posting by which a lot comes in from outside the plant, or out of nothing.
pub fn enters(posting: &Posting) -> bool {
    posting.from.location.is_virtual() && !posting.to.location.is_virtual()
}
