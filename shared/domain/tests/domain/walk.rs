//! A random walk over the built-in flow against a small model of its own: no forbidden transition, no dead end, and each
//! refusal's remedy, when it is carried out, opens the action.

use crate::model;
use crate::support;
use model::{Act, Dice, Model, QUANTITY, World};
use support::{balance, facts, order, quantity};
use takt_domain::decide::{self, Change, Input};
use takt_domain::facts::{Facts, Progress};
use takt_domain::flow::Flow;
use takt_domain::ledger::Balance;
use takt_domain::master::EquipmentStatus;
use takt_domain::order::{InspectionResult, Order};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Refusal;
use takt_domain::report::{self, NewReport};
use takt_domain::signature::Signature;

/// A real order with its books, beside the model of it.
struct Walk {
    order: Order,
    facts: Facts,
    model: Model,
    world: World,
    trace: Vec<String>,
}

impl Walk {
    fn new() -> Self {
        let mut order = order();
        // One operation, so that the model needs no second counter.
        order.operations.retain(|operation| operation.number == 20);
        order.operations[0].tolerance_percent = 0;
        order.materials.iter_mut().for_each(|material| material.operation = 20);
        let facts = facts(Role::Administrator);
        Self { order, facts, model: Model::new(), world: World::GOOD, trace: Vec::new() }
    }

    fn decide(&self, act: Act) -> Result<Change, Refusal> {
        let flow = Flow::builtin();
        if let Act::Report(pieces) = act {
            let report = NewReport {
                order: self.order.id.clone(),
                operation: 20,
                good: Quantity::from_units(i64::from(pieces), 0),
                scrap: Vec::new(),
                rework: None,
                rework_to: None,
                started_at: None,
                ended_at: None,
                equipment: None,
                lot: String::new(),
                note: String::new(),
                custom: Default::default(),
            };
            return report::decide(&self.order, flow, &report, &self.facts);
        }
        let result = match act {
            Act::InspectFirst(pass) | Act::InspectFinal(pass) => {
                Some(if pass { InspectionResult::Pass } else { InspectionResult::Fail })
            }
            _ => None,
        };
        let input =
            Input { reason: "walked".into(), result, signature: Signature::Given("ticket".into()), ..Input::default() };
        decide::decide(&self.order, flow, act.name(), &input, &self.facts)
    }

    /// Tries an act, on the order and on the model; true when it was open.
    fn step(&mut self, act: Act) -> bool {
        self.trace.push(format!("{act:?}"));
        let expected = self.model.after(act, self.world);
        match (self.decide(act), expected) {
            (Ok(change), Some(next)) => {
                self.book(change, act);
                self.model = next;
                assert_eq!(self.order.state, self.model.state, "{:?}", self.trace);
                assert_eq!(self.order.paused.is_some(), self.model.paused, "{:?}", self.trace);
                true
            }
            (Err(refusal), None) => {
                assert!(!refusal.unmet.is_empty(), "{:?}", self.trace);
                assert!(
                    refusal.unmet.iter().all(|unmet| !unmet.detail.is_empty() && !unmet.remedy.is_empty()),
                    "{refusal:?}"
                );
                false
            }
            (Ok(_), None) => panic!("forbidden, and it was let through: {:?}", self.trace),
            (Err(refusal), Some(_)) => panic!("open, and it was refused: {refusal:?} after {:?}", self.trace),
        }
    }

    fn book(&mut self, change: Change, act: Act) {
        for posting in &change.postings {
            for (account, units) in
                [(&posting.from, -posting.quantity.units()), (&posting.to, posting.quantity.units())]
            {
                let scale = posting.quantity.scale();
                let same = |known: &&mut Balance| {
                    known.item == posting.item && known.location == account.location && known.order == account.order
                };
                match self.facts.balances.iter_mut().find(same) {
                    Some(known) => known.quantity = Quantity::from_units(known.quantity.units() + units, scale),
                    None => self.facts.balances.push(Balance {
                        item: posting.item.clone(),
                        lot: String::new(),
                        location: account.location.clone(),
                        order: account.order.clone(),
                        quantity: Quantity::from_units(units, scale),
                    }),
                }
            }
        }
        if let Act::Report(pieces) = act {
            let progress = self.facts.progress.entry(20).or_insert_with(|| Progress::none(0));
            progress.good = Quantity::from_units(progress.good.units() + i64::from(pieces), 0);
        }
        if let Some(order) = change.order {
            self.order = order;
        }
        self.facts.now += jiff::SignedDuration::from_secs(1);
    }

    /// Sets what is so beside the order, in the facts and in the model.
    fn set(&mut self, world: World) {
        self.world = world;
        let equipment = &mut self.facts.equipment[0];
        equipment.status = if world.equipment { EquipmentStatus::Available } else { EquipmentStatus::Down };
        self.facts.moulds[0].usable = world.mould;
        self.facts.crew[0].present = world.crew;
        self.facts.routing_released = world.routing;
        let free = |balance: &Balance| balance.order.is_none() && balance.location.as_str() == "store";
        self.facts.balances.retain(|balance| !free(balance));
        if world.material {
            let stock = [("screw", quantity("20")), ("wire", quantity("2.500"))];
            self.facts.balances.extend(stock.map(|(item, much)| balance(item, "store", None, much)));
        }
    }

    /// Does what the refusal says would help; false where it names nothing that can be done now.
    fn remedy(&mut self, code: &str, depth: usize) -> bool {
        let world = self.world;
        let act = match code {
            "kit.short" => return self.repaired(World { material: true, ..world }),
            "equipment.unavailable" => return self.repaired(World { equipment: true, ..world }),
            "mould.unusable" => return self.repaired(World { mould: true, ..world }),
            "crew.absent" => return self.repaired(World { crew: true, ..world }),
            "routing.not_released" => return self.repaired(World { routing: true, ..world }),
            "review.not_requested" => Act::Submit,
            "review.requested" => Act::Withdraw,
            "order.paused" => Act::Resume,
            "order.not_paused" => Act::Pause,
            "inspection.first_article" => Act::InspectFirst(true),
            "inspection.final" => Act::InspectFinal(true),
            "quality.not_signed" => Act::Sign,
            "report.none" => Act::Report(1),
            _ => return false,
        };
        self.bring(act, &mut Vec::new(), depth + 1)
    }

    /// Carries out what each refusal of an act asks for until it is open, and takes it; the codes that were met are added.
    /// False where a refusal says that nothing needs to be done, or that there is another way.
    fn bring(&mut self, act: Act, met: &mut Vec<String>, depth: usize) -> bool {
        assert!(depth < 5, "remedies that need each other: {:?}", self.trace);
        for _ in 0..8 {
            let Err(refusal) = self.decide(act) else { return self.step(act) };
            let codes: Vec<_> = refusal.unmet.iter().map(|unmet| unmet.code.clone()).collect();
            if codes.iter().any(|code| NO_REMEDY.contains(&code.as_str())) {
                return false;
            }
            let helped = codes.iter().find(|code| self.remedy(code, depth)).cloned();
            met.push(helped.unwrap_or_else(|| panic!("nothing helps {act:?}: {codes:?} after {:?}", self.trace)));
        }
        panic!("{act:?} stays closed after {met:?}: {:?}", self.trace)
    }

    fn repaired(&mut self, world: World) -> bool {
        self.set(world);
        true
    }
}

/// Codes that say that nothing needs to be done, or that another quantity has to be chosen.
const NO_REMEDY: [&str; 4] = ["state.wrong", "quality.signed", "report.over_tolerance", "report.before_previous"];

/// One in four steps changes something beside the order.
fn walk(seed: u64, steps: usize) {
    let mut dice = Dice::new(seed);
    let mut walk = Walk::new();
    for n in 0..steps {
        if dice.roll(4) == 0 {
            let mut world = walk.world;
            let well = dice.roll(2) == 0;
            match dice.roll(5) {
                0 => world.equipment = well,
                1 => world.crew = well,
                2 => world.mould = well,
                3 => world.routing = well,
                _ => world.material = well,
            }
            walk.set(world);
            continue;
        }
        walk.step(dice.act());
        // From wherever it is, an order can be brought to its end.
        if n % 97 == 0 || walk.model.state == "archived" {
            walk.set(World::GOOD);
            for _ in 0..30 {
                let Some(act) = walk.model.forward() else { break };
                assert!(walk.step(act), "seed {seed}: {act:?} is closed with all well: {:?}", walk.trace);
            }
            assert_eq!(walk.model.state, "archived", "seed {seed}: {:?}", walk.trace);
            walk = Walk::new();
        }
    }
}

#[test]
fn ten_thousand_steps_find_no_forbidden_transition_and_no_dead_end() {
    for seed in 1..=10 {
        walk(seed, 1_000);
    }
}

#[test]
fn the_remedy_of_a_refusal_opens_the_action() {
    let mut opened = std::collections::BTreeMap::new();
    for seed in 100..140 {
        let mut dice = Dice::new(seed);
        let mut walk = Walk::new();
        for _ in 0..100 {
            if dice.roll(3) == 0 {
                let flip = |dice: &mut Dice| dice.roll(3) > 0;
                let world = World {
                    equipment: flip(&mut dice),
                    crew: flip(&mut dice),
                    mould: flip(&mut dice),
                    routing: flip(&mut dice),
                    material: flip(&mut dice),
                };
                walk.set(world);
            }
            let mut met = Vec::new();
            walk.bring(dice.act(), &mut met, 0);
            for code in met {
                *opened.entry(code).or_insert(0) += 1;
            }
            if walk.model.state == "archived" || walk.model.reported + 4 > QUANTITY && walk.model.state == "in_progress"
            {
                walk = Walk::new();
            }
        }
    }
    for code in [
        "kit.short",
        "equipment.unavailable",
        "mould.unusable",
        "crew.absent",
        "review.not_requested",
        "review.requested",
        "order.paused",
        "order.not_paused",
        "inspection.first_article",
        "inspection.final",
        "quality.not_signed",
        "report.none",
    ] {
        assert!(opened.contains_key(code), "the walk never met {code}: {opened:?}");
    }
}
