//! Computes the chain anew, and names the first thing that does not fit.

use std::collections::HashSet;

use takt_domain::text::Label;
use takt_store::{LedgerRow, PlantNumber, Seal, SealState, Store, StoreError};

use super::hash::{posting_hash, seal_hash};

/// Seals of one slice: at most 20,000 postings.
const SEALS: u32 = 20;

/// What was found of a piece of the chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChainSlice {
    /// How many seals hold.
    pub seals: u64,
    /// How many postings are as they were sealed.
    pub postings: u64,
    /// How many sealed postings have gone to an archive.
    pub archived: u64,
    /// The first thing that does not fit; nothing behind it was looked at.
    pub broken: Option<Broken>,
    /// The seal behind which the next slice begins; none after the last, or behind what is broken.
    pub next: Option<u64>,
}

/// Where the chain is broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The seal.
    pub seal: u64,
    /// Its day; empty where there is no seal.
    pub day: String,
    /// What is wrong.
    pub fault: Fault,
    /// The place of the posting in the journal, where it is one.
    pub posting: Option<String>,
    /// The movement of that posting, where it is there.
    pub movement: Option<String>,
}

/// What is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The seal is not there.
    SealMissing,
    /// The seal is not what its hash says, or does not follow the one before.
    SealAltered,
    /// The posting is not what was sealed.
    PostingAltered,
    /// The posting was sealed and is not there.
    PostingMissing,
    /// The posting was not there when its part of the ledger was sealed.
    PostingAdded,
}

impl Broken {
    /// In words.
    pub fn detail(&self) -> Label {
        let Self { seal, day, .. } = self;
        let place = self.posting.as_deref().unwrap_or_default();
        let movement = self.movement.as_deref().unwrap_or("?");
        let (zh, en) = match self.fault {
            Fault::SealMissing => (format!("封条 {seal} 不见了"), format!("seal {seal} is missing")),
            Fault::SealAltered => (format!("{day} 的封条 {seal} 被改动"), format!("seal {seal} of {day} was altered")),
            Fault::PostingAltered => (
                format!("{day} 的分录 {place}（移动 {movement}）被改动"),
                format!("posting {place} of {day} (movement {movement}) was altered"),
            ),
            Fault::PostingMissing => {
                (format!("{day} 的分录 {place} 被删除"), format!("posting {place} of {day} was deleted"))
            }
            Fault::PostingAdded => (
                format!("分录 {place}（移动 {movement}）是在 {day} 封存之后插入的"),
                format!("posting {place} (movement {movement}) was put in after {day} was sealed"),
            ),
        };
        Label { zh, en }
    }
}

/// Checks the seals behind this one, 0 for the start, and the postings that they stand for.
pub async fn verify<S: Store>(store: &S, plant: PlantNumber, after: u64) -> Result<ChainSlice, StoreError> {
    let mut before = match after {
        0 => None,
        _ => match store.seals(plant, after - 1, 1).await?.into_iter().next() {
            Some(seal) if seal.number == after => Some(seal),
            _ => return Ok(broken(ChainSlice::default(), after, None, Fault::SealMissing)),
        },
    };
    let seals = store.seals(plant, after, SEALS).await?;
    let more = seals.len() >= SEALS as usize;
    let mut slice = ChainSlice::default();
    for seal in seals {
        if let Some(fault) = unfit(&seal, before.as_ref()) {
            let number = before.map_or(1, |before| before.number + 1);
            let seal = (fault != Fault::SealMissing).then_some(&seal);
            return Ok(broken(slice, number, seal, fault));
        }
        // What was put in is more than what was sealed.
        let limit = u32::try_from(seal.count).unwrap_or(u32::MAX).saturating_add(1);
        let rows = match store.ledger(plant, &seal.from_place, Some(&seal.to_place), limit).await {
            Ok(rows) => rows,
            Err(StoreError::BadCursor) => return Ok(broken(slice, seal.number, Some(&seal), Fault::SealAltered)),
            Err(error) => return Err(error),
        };
        match compare(&seal, &rows) {
            Ok((postings, archived)) => {
                slice.seals += 1;
                slice.postings += postings;
                slice.archived += archived;
            }
            Err(found) => return Ok(ChainSlice { broken: Some(found), ..slice }),
        }
        before = Some(seal);
    }
    slice.next = before.filter(|_| more).map(|seal| seal.number);
    Ok(slice)
}

fn broken(slice: ChainSlice, number: u64, seal: Option<&Seal>, fault: Fault) -> ChainSlice {
    let day = seal.map(|seal| seal.day.clone()).unwrap_or_default();
    ChainSlice { broken: Some(Broken { seal: number, day, fault, posting: None, movement: None }), next: None, ..slice }
}

/// What is wrong with a seal itself.
fn unfit(seal: &Seal, before: Option<&Seal>) -> Option<Fault> {
    let (number, place, hash) =
        before.map_or((1, "", ""), |before| (before.number + 1, before.to_place.as_str(), before.hash.as_str()));
    if seal.number != number {
        return Some(Fault::SealMissing);
    }
    let follows = seal.from_place == place && seal.previous == hash;
    (!follows || seal_hash(seal) != seal.hash).then_some(Fault::SealAltered)
}

/// How many postings are as they were sealed, and how many have gone to an archive.
fn compare(seal: &Seal, rows: &[LedgerRow]) -> Result<(u64, u64), Broken> {
    let sealed: Vec<(&str, &str)> = seal.postings.lines().filter_map(|line| line.split_once(' ')).collect();
    let places: HashSet<&str> = sealed.iter().map(|(place, _)| *place).collect();
    let found = |fault, place: &str, row: Option<&LedgerRow>| Broken {
        seal: seal.number,
        day: seal.day.clone(),
        fault,
        posting: Some(place.to_owned()),
        movement: row.map(|row| row.row.movement.clone()),
    };
    let mut rows = rows.iter().peekable();
    let (mut same, mut archived) = (0, 0);
    for (place, hash) in sealed {
        match rows.next_if(|row| row.place == place) {
            Some(row) if posting_hash(&row.place, &row.row) == hash => same += 1,
            Some(row) => return Err(found(Fault::PostingAltered, place, Some(row))),
            None => match rows.peek() {
                Some(row) if !places.contains(row.place.as_str()) => {
                    return Err(found(Fault::PostingAdded, &row.place, Some(row)));
                }
                _ if seal.state == SealState::Archived => archived += 1,
                _ => return Err(found(Fault::PostingMissing, place, None)),
            },
        }
    }
    match rows.next() {
        Some(row) => Err(found(Fault::PostingAdded, &row.place, Some(row))),
        None => Ok((same, archived)),
    }
}
