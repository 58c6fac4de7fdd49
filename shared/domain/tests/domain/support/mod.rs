//! A small plant, and an order in it, for the tests of the rules.
#![allow(dead_code, clippy::unwrap_used, reason = "each test takes what it needs, and a test may stop at once")]

use std::collections::BTreeMap;

use jiff::Timestamp;
use takt_domain::facts::{Actor, Facts};
use takt_domain::flow::Flow;
use takt_domain::ledger::Balance;
use takt_domain::master::{
    CrewMember, Equipment, EquipmentStatus, Item, Location, LocationKind, Mould, Need, RoutingOperation,
};
use takt_domain::order::{Inspection, InspectionKind, InspectionResult, Mark, NewOrder, Order, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;

pub(crate) fn quantity(text: &str) -> Quantity {
    text.parse().unwrap()
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).unwrap()
}

pub(crate) fn item(id: &str, scale: u8) -> Item {
    Item {
        id: id.parse().unwrap(),
        name: id.to_uppercase(),
        unit: "pcs".into(),
        scale,
        kind: String::new(),
        barcode: None,
        tracking: Default::default(),
        shelf_life_days: None,
        units: Vec::new(),
        minimum: None,
        custom: BTreeMap::new(),
    }
}

fn operation(number: u16, tolerance_percent: u8) -> RoutingOperation {
    RoutingOperation {
        number,
        name: format!("op {number}"),
        tolerance_percent,
        equipment: Some("press".parse().unwrap()),
        mould: Some("mould".parse().unwrap()),
        crew_min: 1,
        standard_s: 10,
        ..RoutingOperation::default()
    }
}

/// 10 pieces in two operations; one unit takes 2 screws at operation 10 and 0.25 m of wire at operation 20.
pub(crate) fn order() -> Order {
    let need = |component: &str, per: &str, number| Need {
        component: component.parse().unwrap(),
        per: quantity(per),
        operation: Some(number),
    };
    let new = NewOrder {
        id: "WO-1".parse().unwrap(),
        item: item("lamp", 0),
        quantity: quantity("10"),
        line: "L1".parse().unwrap(),
        priority: Priority::Normal,
        due: None,
        customer: String::new(),
        note: String::new(),
        custom: BTreeMap::new(),
        operations: vec![operation(20, 10), operation(10, 0)],
        needs: vec![(need("screw", "2", 10), item("screw", 0)), (need("wire", "0.25", 20), item("wire", 3))],
    };
    Order::new(new, Flow::builtin(), &"planner".parse().unwrap(), at(0)).unwrap()
}

pub(crate) fn location(id: &str, kind: LocationKind, line: Option<&str>) -> Location {
    Location { id: id.parse().unwrap(), name: id.into(), kind, line: line.map(|line| line.parse().unwrap()) }
}

pub(crate) fn balance(item: &str, location: &str, order: Option<&str>, quantity: Quantity) -> Balance {
    Balance {
        item: item.parse().unwrap(),
        lot: String::new(),
        location: location.parse().unwrap(),
        order: order.map(|order| order.parse().unwrap()),
        quantity,
    }
}

/// Facts in which every condition that does not lie in the order itself holds.
pub(crate) fn facts(role: Role) -> Facts {
    Facts {
        now: at(100),
        actor: Actor::new(role.as_str().parse().unwrap(), vec![role]),
        balances: vec![
            balance("screw", "store", None, quantity("20")),
            balance("wire", "store", None, quantity("2.500")),
        ],
        locations: vec![
            location("store", LocationKind::Store, None),
            location("side", LocationKind::Line, Some("L1")),
            location("other-side", LocationKind::Line, Some("L2")),
            location("check", LocationKind::Quarantine, None),
            location("goods", LocationKind::Finished, None),
        ],
        equipment: vec![Equipment {
            id: "press".parse().unwrap(),
            name: "press".into(),
            line: None,
            status: EquipmentStatus::Available,
            exclusive: false,
            calibrated_until: None,
        }],
        moulds: vec![Mould {
            id: "mould".parse().unwrap(),
            name: "mould".into(),
            usable: true,
            shots: 0,
            shots_max: Some(100),
            cavities: None,
        }],
        crew: vec![CrewMember {
            user: "operator".parse().unwrap(),
            name: "operator".into(),
            line: Some("L1".parse().unwrap()),
            present: true,
            badge: None,
            qualifications: Vec::new(),
        }],
        routing_released: true,
        progress: BTreeMap::new(),
        lang: Lang::Zh,
        acting_for: Vec::new(),
        first_article_failure_closes: false,
        uses: Vec::new(),
        last_report: None,
        today: None,
        lots: Default::default(),
        product: None,
    }
}

pub(crate) fn mark() -> Mark {
    Mark { by: "somebody".parse().unwrap(), at: at(50), reason: "because".into() }
}

pub(crate) fn passed(kind: InspectionKind) -> Inspection {
    let result = InspectionResult::Pass;
    Inspection { kind, result, by: "inspector".parse().unwrap(), at: at(60), note: String::new(), outdated: false }
}
