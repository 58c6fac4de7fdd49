//! The walk: days on which things happen by chance, each of them predicted by the model before it is compared.

use std::cell::RefCell;
use std::collections::BTreeMap;

use takt_api::archive::OrderHolding;

use crate::days::counts::Open;
use crate::days::model::{Lot, Model};
use crate::days::world::{Outcome, World, codes};

/// Numbers that a seed repeats. Source: Marsaglia, "Xorshift RNGs", 2003.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// From 0 to below this.
    pub(crate) fn roll(&mut self, sides: i64) -> i64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((self.0 >> 11) % sides as u64) as i64
    }

    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.roll(of.len() as i64) as usize]
    }
}

pub(crate) struct Walk {
    pub(crate) seed: u64,
    pub(crate) step: usize,
    pub(crate) world: World,
    pub(crate) dice: Dice,
    pub(crate) model: Model,
    /// Kanban calls that nobody has answered: loop, number.
    pub(crate) calls: Vec<(usize, String)>,
    pub(crate) counts: Vec<Open>,
    pub(crate) began: usize,
    /// Orders that are in the archive, as its files have them.
    pub(crate) away: Vec<OrderHolding>,
    /// How often what came to which outcome.
    pub(crate) seen: RefCell<BTreeMap<String, usize>>,
}

impl Walk {
    pub(crate) fn new(seed: u64) -> Self {
        let world = World::new();
        let mut model = Model::default();
        model.today = world.today();
        Self {
            seed,
            step: 0,
            world,
            dice: Dice::new(seed),
            model,
            calls: Vec::new(),
            counts: Vec::new(),
            began: 0,
            away: Vec::new(),
            seen: RefCell::default(),
        }
    }

    /// The place of one of the last of a list, mostly.
    pub(crate) fn recent(&mut self, len: usize) -> usize {
        let reach = if self.dice.roll(4) == 0 { len } else { len.min(6) };
        len - 1 - self.dice.roll(reach as i64) as usize
    }

    /// A lot comes in for the first time, or is known already.
    pub(crate) fn lot_of(&mut self, item: &'static str, lot: &str, days: Option<i64>) {
        if lot.is_empty() {
            return;
        }
        let expires = days.map(|days| self.model.today.saturating_add(jiff::Span::new().days(days)));
        let new = Lot { expires, since: self.world.now().as_second(), state: "free" };
        self.model.lots.entry((item, lot.to_owned())).or_insert(new);
    }

    /// What came is what the model says.
    pub(crate) fn agree(&self, what: &str, expected: Result<(), Vec<String>>, outcome: &Outcome) {
        let came = codes(outcome);
        assert_eq!(came, expected, "seed {}, step {}: {what}: {outcome:?}", self.seed, self.step);
        let outcome = came.err().map_or_else(|| "booked".to_owned(), |codes| codes.join(", "));
        self.note(&format!("{what}: {outcome}"));
    }

    /// It happened.
    pub(crate) fn note(&self, what: &str) {
        *self.seen.borrow_mut().entry(what.to_owned()).or_default() += 1;
    }

    fn happen(&mut self) {
        match self.dice.roll(36) {
            0..3 => self.receive(),
            3 => self.order_from_supplier(),
            4..6 => self.step_of_purchase(),
            6..9 => self.move_something(),
            9 => self.kanban(),
            10 => self.relot(),
            11 => self.judge_lot(),
            12..15 => self.reverse_movement(),
            15 => self.begin_order(),
            16..23 => self.report(),
            23 => self.reverse_report(),
            24..28 => self.finish_order(),
            28 => self.order_from_customer(),
            29..32 => self.step_of_sale(),
            32 => self.begin_count(),
            33 | 34 => self.count(),
            _ => self.end_count(),
        }
    }

    /// A day, at whose end everything is compared.
    pub(crate) fn day(&mut self, number: usize, steps: usize) {
        for _ in 0..steps {
            self.step += 1;
            self.happen();
            self.same_stock();
        }
        let days = if number % 7 == 6 { 91 } else { 1 };
        self.world.later_days(days);
        self.model.today = self.world.today();
        self.seal();
        self.right();
        if number % 7 == 6 {
            self.archive();
            self.right();
        }
        if number % 3 == 2 {
            self.restore();
            self.right();
        }
    }
}
