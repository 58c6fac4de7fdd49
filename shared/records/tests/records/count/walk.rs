//! Random days of movements and counts, against a model that knows nothing of how a count is booked: what is counted holds,
//! and what moves afterwards is added to it.

use std::collections::BTreeMap;

use takt_domain::id::CountId;
use takt_records::command::{Answer, CommandError};

use crate::count::world::{World, codes};

/// A small generator (xorshift64*), so that a failing run is repeated by its seed.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % sides
    }

    fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as u64) as usize]
    }
}

const PLACES: [(&str, &str); 5] = [("S1", "bolt"), ("S1", "wire"), ("S2", "bolt"), ("S2", "wire"), ("L1", "bolt")];

/// In the steps that this test moves: whole pieces of what has no decimals, thousandths of the other.
fn text(item: &str, units: i64) -> String {
    if item == "wire" { format!("{}.{:03}", units / 1000, units % 1000) } else { units.to_string() }
}

struct Open {
    id: CountId,
    frozen: Option<&'static str>,
    location: &'static str,
    /// What must be there, by what was counted and what moved since; by place.
    expected: BTreeMap<(&'static str, &'static str), i64>,
}

/// An account, by location and lot or item, and what it gained.
type Moved = ((&'static str, &'static str), i64);

struct Walk {
    world: World,
    dice: Dice,
    books: BTreeMap<(&'static str, &'static str), i64>,
    open: Vec<Open>,
    /// Movements with what they did.
    done: Vec<(String, Vec<Moved>)>,
    posted: usize,
}

impl Walk {
    fn frozen(&self, location: &str) -> bool {
        self.open.iter().any(|open| open.frozen == Some(location))
    }

    fn settle(&mut self, result: Result<Answer, CommandError>, effects: Vec<((&'static str, &'static str), i64)>) {
        if effects.iter().any(|((location, _), _)| self.frozen(location)) {
            return assert!(codes(result).contains(&"location.frozen".to_owned()));
        }
        let short = effects.iter().any(|(place, units)| self.books.get(place).copied().unwrap_or(0) + units < 0);
        if short {
            return assert_eq!(codes(result), ["stock.short"]);
        }
        let id = result.unwrap().body["id"].as_str().unwrap().to_owned();
        self.effect(&effects);
        self.done.push((id, effects));
    }

    fn effect(&mut self, effects: &[((&'static str, &'static str), i64)]) {
        for (place, units) in effects {
            *self.books.entry(*place).or_default() += units;
            for open in &mut self.open {
                if let Some(expected) = open.expected.get_mut(place) {
                    *expected += units;
                }
            }
        }
    }

    fn move_something(&mut self) {
        let (location, item) = *self.dice.one(&PLACES);
        let units = 1 + self.dice.roll(40) as i64;
        let quantity = text(item, units);
        if self.dice.roll(2) == 0 {
            let body = format!(r#"{{"kind":"receipt","item":"{item}","to":"{location}","quantity":"{quantity}"}}"#);
            let result = self.world.moved(&body);
            self.settle(result, vec![((location, item), units)]);
            return;
        }
        let to = if location == "S1" { "S2" } else { "S1" };
        // Too little is refused before a location that is frozen is looked at.
        let short = self.books.get(&(location, item)).copied().unwrap_or(0) < units;
        let body =
            format!(r#"{{"kind":"transfer","item":"{item}","from":"{location}","to":"{to}","quantity":"{quantity}"}}"#);
        let result = self.world.moved(&body);
        if short {
            return assert_eq!(codes(result), ["stock.short"]);
        }
        self.settle(result, vec![((location, item), -units), ((to, item), units)]);
    }

    fn reverse_something(&mut self) {
        if self.done.is_empty() {
            return;
        }
        let n = self.dice.roll(self.done.len() as u64) as usize;
        let (id, effects) = self.done[n].clone();
        let back: Vec<_> = effects.iter().map(|(place, units)| (*place, -units)).collect();
        let short = back.iter().any(|(place, units)| self.books.get(place).copied().unwrap_or(0) + units < 0);
        let result = self.world.reverse("boss", &id);
        if short {
            return assert_eq!(codes(result), ["stock.short"]);
        }
        if back.iter().any(|((location, _), _)| self.frozen(location)) {
            return assert!(codes(result).contains(&"location.frozen".to_owned()));
        }
        result.unwrap();
        self.done.remove(n);
        self.effect(&back);
    }

    fn begin(&mut self) {
        let location = *self.dice.one(&["S1", "S2", "L1"]);
        let frozen = self.dice.roll(3) == 0;
        let mode = if frozen { "frozen" } else { "moving" };
        let begun = self.world.start(&format!(r#"{{"scope":{{"locations":["{location}"]}},"mode":"{mode}"}}"#));
        if frozen && self.frozen(location) {
            return assert_eq!(codes(begun), ["location.frozen"]);
        }
        let frozen = frozen.then_some(location);
        self.open.push(Open { id: begun.unwrap(), frozen, location, expected: BTreeMap::new() });
    }

    /// Counts a place, as often as the rule wants it, with movements of other places and of this one in between.
    fn count(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let n = self.dice.roll(self.open.len() as u64) as usize;
        let location = self.open[n].location;
        let here: Vec<_> = PLACES.into_iter().filter(|(at, _)| *at == location).collect();
        let (_, item) = *self.dice.one(&here);
        if self.open[n].expected.contains_key(&(location, item)) {
            return;
        }
        let id = self.open[n].id.clone();
        for round in 0..3 {
            let books = self.books.get(&(location, item)).copied().unwrap_or(0);
            let counted = (books + self.dice.roll(9) as i64 - 4).max(0);
            let user = ["anna", "ben"][round % 2];
            let body = format!(r#"{{"location":"{location}","item":"{item}","quantity":"{}"}}"#, text(item, counted));
            let state = self.world.enter(&id, user, &body).unwrap();
            self.open[n].expected.insert((location, item), counted);
            if state == "agreed" {
                return;
            }
            self.move_something();
        }
        panic!("the third count decides");
    }

    fn end(&mut self) {
        if self.open.is_empty() {
            return;
        }
        let n = self.dice.roll(self.open.len() as u64) as usize;
        let mut open = self.open.remove(n);
        if open.expected.is_empty() {
            self.world.cancel(&open.id).unwrap();
            return;
        }
        self.world.finish(&open.id, true).unwrap();
        // What moves between the finish and the posting does not spoil it either.
        open.frozen = None;
        let expected = std::mem::take(&mut open.expected);
        self.open.push(Open { expected, ..open });
        for _ in 0..3 {
            self.move_something();
        }
        let open = self.open.pop().unwrap();
        let caller = self.world.signing("boss");
        let state = self.world.post(&caller, &open.id).unwrap();
        let impossible = open.expected.values().any(|units| *units < 0);
        assert_eq!(state, if impossible { "counted" } else { "posted" });
        for (place, units) in &open.expected {
            if *units >= 0 {
                let before = self.books.insert(*place, *units).unwrap_or(0);
                let by = *units - before;
                for other in &mut self.open {
                    if let Some(expected) = other.expected.get_mut(place) {
                        *expected += by;
                    }
                }
                assert_eq!(self.world.stock(place.0, place.1), *units, "{place:?}: counted, and what moved since");
            }
        }
        self.posted += 1;
    }

    fn step(&mut self) {
        match self.dice.roll(10) {
            0..5 => self.move_something(),
            5 => self.reverse_something(),
            6 => self.begin(),
            7 | 8 => self.count(),
            _ => self.end(),
        }
    }
}

fn walk(seed: u64, steps: usize) {
    let mut walk = Walk {
        world: World::new(),
        dice: Dice(seed),
        books: BTreeMap::new(),
        open: Vec::new(),
        done: Vec::new(),
        posted: 0,
    };
    for _ in 0..steps {
        walk.step();
        for (place, units) in &walk.books {
            assert_eq!(walk.world.stock(place.0, place.1), *units, "seed {seed}: {place:?}");
        }
    }
    walk.world.audit();
    assert!(walk.posted > 3, "seed {seed}: too little was counted");
}

#[test]
fn after_each_posting_the_books_are_what_was_counted_and_what_moved_since() {
    for seed in 1..=6 {
        walk(seed * 7_919, 250);
    }
}
