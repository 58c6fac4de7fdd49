//! What a plant of this kind must hold, worked out from plain maps: nothing here asks the code under test anything.

use std::collections::BTreeMap;

use jiff::civil::Date;

/// Where, and for whom; free where nobody is named.
pub(crate) type Account = (String, String);

/// What of which lot stands where, and for whom.
type Key = (&'static str, String, String, String);

/// So much goes from one account to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Post {
    pub(crate) item: &'static str,
    pub(crate) lot: String,
    pub(crate) from: Account,
    pub(crate) to: Account,
    pub(crate) units: i64,
    /// It takes another one back.
    pub(crate) back: bool,
    /// It only changes for whom something is held.
    pub(crate) holds: bool,
}

pub(crate) fn free(location: &str) -> Account {
    (location.to_owned(), String::new())
}

pub(crate) fn held(location: &str, holder: &str) -> Account {
    (location.to_owned(), holder.to_owned())
}

impl Post {
    pub(crate) fn new(item: &'static str, lot: &str, from: Account, to: Account, units: i64) -> Self {
        let holds = from.0 == to.0;
        Self { item, lot: lot.to_owned(), from, to, units, back: false, holds }
    }

    pub(crate) fn reversed(&self) -> Self {
        Self { from: self.to.clone(), to: self.from.clone(), back: true, holds: false, ..self.clone() }
    }
}

/// How a movement came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    /// Somebody entered it, or a count found it: it may be taken back.
    Entered,
    /// The system booked it with something else.
    System,
}

#[derive(Clone, Debug)]
pub(crate) struct Movement {
    pub(crate) id: String,
    pub(crate) what: What,
    /// The order, or the line of a document, that it belongs to.
    pub(crate) holder: String,
    pub(crate) document: String,
    pub(crate) posts: Vec<Post>,
    /// What it did to the counters of its line.
    pub(crate) steps: Vec<(&'static str, i64)>,
    pub(crate) reversed: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Lot {
    pub(crate) expires: Option<Date>,
    /// In seconds since 1970.
    pub(crate) since: i64,
    pub(crate) state: &'static str,
}

/// A line of a purchase order or a sales order; each document has one.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) purchase: bool,
    pub(crate) document: String,
    pub(crate) item: &'static str,
    pub(crate) ordered: i64,
    pub(crate) counts: BTreeMap<&'static str, i64>,
}

impl Line {
    pub(crate) fn holder(&self) -> String {
        format!("{}:{}/10", if self.purchase { "PO" } else { "SO" }, self.document)
    }

    /// What these steps are refused for.
    pub(crate) fn refused(&self, steps: &[(&'static str, i64)]) -> Vec<String> {
        let bounded = if self.purchase { "net" } else { "committed" };
        let mut codes = Vec::new();
        for (what, delta) in steps {
            let after = self.counts.get(what).copied().unwrap_or(0) + delta;
            if *delta > 0 && *what == bounded && after > self.ordered {
                codes.push("document.over_delivery".to_owned());
            }
            if *delta < 0 && after < 0 {
                codes.push("document.short".to_owned());
            }
        }
        codes.sort();
        codes.dedup();
        codes
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Ready,
    Running,
    Completed,
    Closed,
}

#[derive(Clone, Debug)]
pub(crate) struct Order {
    pub(crate) id: String,
    pub(crate) quantity: i64,
    pub(crate) state: State,
    /// By operation: good and scrapped pieces.
    pub(crate) good: [i64; 2],
    pub(crate) scrap: [i64; 2],
    /// Pieces that have gone back from the last operation, ever, and those that have not passed the first one again.
    pub(crate) reworked: i64,
    pub(crate) redo: i64,
    pub(crate) signed: bool,
    pub(crate) closed: Option<Date>,
    /// It is in the archive.
    pub(crate) gone: bool,
    /// It came back, and stays until then (seconds since 1970).
    pub(crate) stays_until: i64,
}

impl Order {
    pub(crate) fn done(&self, operation: usize) -> i64 {
        self.good[operation] + self.scrap[operation]
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub(crate) id: String,
    pub(crate) order: usize,
    pub(crate) operation: usize,
    pub(crate) good: i64,
    pub(crate) scrap: i64,
    /// Pieces that go back to the first operation, and pieces that were done again.
    pub(crate) back: i64,
    pub(crate) redone: i64,
    pub(crate) reversed: bool,
}

/// One piece of a lamp needs so much: glue at the first operation, bolts at the second.
pub(crate) const PER: [(&str, i64); 2] = [("glue", 5), ("bolt", 2)];

#[derive(Default)]
pub(crate) struct Model {
    stock: BTreeMap<Key, i64>,
    /// What production has drawn beyond the books.
    pub(crate) owed: BTreeMap<&'static str, i64>,
    pub(crate) lots: BTreeMap<(&'static str, String), Lot>,
    pub(crate) lines: Vec<Line>,
    pub(crate) orders: Vec<Order>,
    pub(crate) reports: Vec<Report>,
    pub(crate) movements: Vec<Movement>,
    /// Everything that was ever posted, by movement.
    pub(crate) log: Vec<Movement>,
    /// By which count a location is kept still.
    pub(crate) frozen: BTreeMap<String, usize>,
    pub(crate) today: Date,
}

impl Model {
    /// True while anything stands anywhere for this order.
    pub(crate) fn holds_for(&self, order: &str) -> bool {
        self.stock.iter().any(|((.., holder), units)| holder == order && *units != 0)
    }
}

pub(crate) fn is_virtual(location: &str) -> bool {
    location.starts_with('@')
}

fn key(post: &Post, account: &Account) -> Key {
    (post.item, post.lot.clone(), account.0.clone(), account.1.clone())
}

impl Model {
    pub(crate) fn units(&self, item: &'static str, lot: &str, account: &Account) -> i64 {
        let key = (item, lot.to_owned(), account.0.clone(), account.1.clone());
        self.stock.get(&key).copied().unwrap_or(0)
    }

    /// What there is, whoever it is for: item, lot, location, holder, units.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&'static str, &str, &str, &str, i64)> {
        let there = self.stock.iter().filter(|(_, units)| **units != 0);
        there.map(|((item, lot, location, holder), units)| {
            (*item, lot.as_str(), location.as_str(), holder.as_str(), *units)
        })
    }

    /// The same of the plant's own places.
    pub(crate) fn stands(&self) -> impl Iterator<Item = (&'static str, &str, &str, &str, i64)> {
        self.all().filter(|(_, _, location, _, _)| !is_virtual(location))
    }

    /// What the books have of a place, whoever it is for.
    pub(crate) fn place(&self, location: &str, item: &str, lot: &str) -> i64 {
        let here = self.stands().filter(|one| one.0 == item && one.1 == lot && one.2 == location);
        here.map(|one| one.4).sum()
    }

    /// Nothing goes below zero, one posting after the other.
    pub(crate) fn fits(&self, posts: &[Post]) -> bool {
        let mut after = BTreeMap::new();
        for post in posts {
            for (account, units) in [(&post.from, -post.units), (&post.to, post.units)] {
                let now =
                    after.entry(key(post, account)).or_insert_with_key(|key| self.stock.get(key).copied().unwrap_or(0));
                *now += units;
                if *now < 0 && !is_virtual(&account.0) {
                    return false;
                }
            }
        }
        true
    }

    pub(crate) fn is_frozen(&self, posts: &[Post]) -> bool {
        let moving = posts.iter().filter(|post| !post.holds);
        moving.flat_map(|post| [&post.from.0, &post.to.0]).any(|location| self.frozen.contains_key(location))
    }

    /// Why a lot is not to be used.
    pub(crate) fn fault(&self, item: &'static str, lot: &str) -> Option<&'static str> {
        let lot = self.lots.get(&(item, lot.to_owned()))?;
        match lot.state {
            "quarantine" => Some("lot.quarantine"),
            "blocked" => Some("lot.blocked"),
            _ => lot.expires.filter(|last| self.today > *last).map(|_| "lot.expired"),
        }
    }

    /// What expires first, then what is oldest.
    pub(crate) fn rank<'a>(&self, item: &'static str, lot: &'a str) -> (Date, Option<i64>, &'a str) {
        let known = self.lots.get(&(item, lot.to_owned()));
        (known.and_then(|lot| lot.expires).unwrap_or(Date::MAX), known.map(|lot| lot.since), lot)
    }

    pub(crate) fn book(&mut self, movement: Movement) {
        for post in &movement.posts {
            for (account, units) in [(&post.from, -post.units), (&post.to, post.units)] {
                *self.stock.entry(key(post, account)).or_default() += units;
                if account.0 == "@shortage" {
                    *self.owed.entry(post.item).or_default() -= units;
                }
            }
        }
        if let Some(line) = self.lines.iter_mut().find(|line| line.holder() == movement.holder) {
            for (what, delta) in &movement.steps {
                *line.counts.entry(what).or_default() += delta;
            }
        }
        self.log.push(movement.clone());
        self.movements.push(movement);
    }

    pub(crate) fn line_of(&self, holder: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.holder() == holder)
    }

    pub(crate) fn is_gone(&self, holder: &str) -> bool {
        self.orders.iter().any(|order| order.gone && order.id == holder)
    }

    /// The accounts from which an order may take: by nearness, then by what expires first. What is held for it comes first.
    pub(crate) fn to_take(&self, order: &str, item: &'static str) -> Vec<(String, Account, i64)> {
        let near = |location: &str| match location {
            "L" => Some(0),
            "S1" | "S2" => Some(1),
            "F" => Some(2),
            _ => None,
        };
        let mine = self.stands().filter(|one| one.0 == item && (one.3.is_empty() || one.3 == order));
        let mut stock: Vec<_> = mine.filter(|one| near(one.2).is_some() && self.fault(item, one.1).is_none()).collect();
        stock.sort_by_key(|one| (one.3.is_empty(), near(one.2), self.rank(item, one.1), one.2));
        stock.into_iter().map(|one| (one.1.to_owned(), held(one.2, one.3), one.4)).collect()
    }
}

impl Order {
    /// It is made or over, or its number means nothing any more.
    pub(crate) fn takes_nothing(&self) -> bool {
        self.gone || matches!(self.state, State::Completed | State::Closed)
    }
}
