//! The shortage list over levels of bills of material, and what an order costs.

use crate::support;
use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use support::{at, item, order, quantity};
use takt_domain::cost;
use takt_domain::extra_issue;
use takt_domain::facts::Progress;
use takt_domain::id::{ItemId, LocationId};
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::master::{Bom, BomLine};
use takt_domain::shortage::{Coming, Demand, Making, Row, Supply, shortages};
use takt_domain::supply::SupplySettings;
use takt_domain::text::Lang;

fn id(text: &str) -> ItemId {
    text.parse().unwrap()
}

fn line(component: &str, per: &str, phantom: bool) -> BomLine {
    BomLine {
        component: id(component),
        per: Some(quantity(per)),
        optional: false,
        phantom,
        operation: None,
        note: String::new(),
    }
}

/// A lamp of a body (made here of 3 sheets and a kit, which is a phantom of 4 screws) and 2 screws.
fn supply() -> Supply {
    let bom = |parent: &str, lines: Vec<BomLine>| (id(parent), Bom { item: id(parent), lines });
    let items = ["lamp", "body", "sheet", "screw", "kit"].map(|name| (id(name), item(name, 0)));
    Supply {
        items: items.into(),
        boms: BTreeMap::from([
            bom("lamp", vec![line("body", "1", false), line("screw", "2", false)]),
            bom("body", vec![line("sheet", "3", false), line("kit", "1", true)]),
            bom("kit", vec![line("screw", "4", false)]),
        ]),
        made: BTreeSet::from([id("lamp"), id("body")]),
        ..Supply::default()
    }
}

fn demand(order: &str, day: i8, lamps: i64) -> Demand {
    let needs = vec![(id("body"), quantity(&lamps.to_string())), (id("screw"), quantity(&(2 * lamps).to_string()))];
    Demand { order: order.parse().unwrap(), due: Some(date(2026, 9, day)), needs }
}

fn row<'a>(rows: &'a [Row], item: &str) -> &'a Row {
    rows.iter().find(|row| row.item.as_str() == item).unwrap()
}

#[test]
fn needs_go_down_the_levels_after_stock_and_what_is_being_made() {
    let mut supply = supply();
    supply.free = BTreeMap::from([(id("body"), 4), (id("sheet"), 10), (id("screw"), 100)]);
    supply.making = vec![Making { order: "WO-9".parse().unwrap(), item: id("body"), units: 3 }];
    let rows = shortages(&[demand("WO-1", 10, 12)], &supply);
    let body = row(&rows, "body");
    // 12 bodies: 4 in stock, 3 being made, 5 to be made of 15 sheets, of which 10 are there, and 20 screws of the kit.
    assert_eq!((body.need.units(), body.making.units(), body.to_make.units(), body.short.units()), (12, 3, 5, 0));
    let sheet = row(&rows, "sheet");
    assert_eq!((sheet.level, sheet.need.units(), sheet.short.units()), (2, 15, 5));
    assert_eq!(sheet.waiting[0].order.as_str(), "WO-1");
    let screw = row(&rows, "screw");
    assert_eq!((screw.need.units(), screw.short.units(), screw.waiting.len()), (24 + 20, 0, 0));
    assert!(rows.iter().all(|row| row.item.as_str() != "kit"), "a phantom is never on the list");
    assert_eq!(rows[0].item.as_str(), "sheet", "what is short comes first");
}

#[test]
fn the_first_order_is_served_first_and_the_next_waits_for_what_comes() {
    let mut supply = supply();
    supply.free = BTreeMap::from([(id("body"), 100), (id("screw"), 20)]);
    let comes = |document: &str, day: i8, units: &str| Coming {
        document: document.parse().unwrap(),
        line: 10,
        due: Some(date(2026, 9, day)),
        quantity: quantity(units),
    };
    supply.coming = BTreeMap::from([(id("screw"), vec![comes("PO-1", 9, "6"), comes("PO-2", 20, "10")])]);
    let rows = shortages(&[demand("WO-1", 10, 10), demand("WO-2", 12, 5), demand("WO-3", 25, 5)], &supply);
    let screw = row(&rows, "screw");
    assert_eq!((screw.need.units(), screw.available.units(), screw.short.units()), (40, 20, 4));
    let told: Vec<_> =
        screw.waiting.iter().map(|one| (one.order.as_str(), one.short.units(), one.coming.units(), one.late)).collect();
    // WO-2 takes the 6 of PO-1 and 4 of PO-2, which comes too late for it; WO-3 the other 6, and lacks 4.
    assert_eq!(told, [("WO-2", 0, 10, true), ("WO-3", 4, 6, false)]);
}

#[test]
fn a_bill_that_contains_itself_ends_and_its_item_is_short() {
    let mut supply = supply();
    supply.boms.insert(id("body"), Bom { item: id("body"), lines: vec![line("body", "1", false)] });
    let rows = shortages(&[demand("WO-1", 10, 1)], &supply);
    assert_eq!(row(&rows, "body").short.units(), 1);
}

#[test]
fn an_issue_beyond_the_bill_takes_a_reason_and_beyond_the_limit_a_signature() {
    let order = order();
    let settings = SupplySettings { extra_percent: 10, ..SupplySettings::default() };
    let mut done = Progress::none(0);
    done.count("good", 3);
    done.count("scrap", 1);
    let progress = BTreeMap::from([(10, done)]);
    let held = [support::balance("screw", "side", Some("WO-1"), quantity("8"))];
    // 20 screws are needed: 8 used up, 8 held, 4 left.
    let need = |added: &str| extra_issue::need(&order, &id("screw"), quantity(added), &held, &progress);
    let codes = |added: &str, reason: &str, approved: bool| -> Vec<String> {
        let unmet = extra_issue::unmet(&need(added), reason, approved, &settings, Lang::Zh);
        unmet.into_iter().map(|unmet| unmet.code).collect()
    };
    assert_eq!(need("4").extra.units(), 0);
    assert!(codes("4", "", false).is_empty());
    assert_eq!(codes("5", "", false), ["issue.extra_reason"]);
    assert!(codes("6", "dropped", false).is_empty(), "two are the limit");
    assert_eq!(codes("7", "dropped", false), ["issue.extra_approval"]);
    assert!(codes("7", "dropped", true).is_empty());
    let other = extra_issue::need(&order, &id("glue"), quantity("1"), &[], &progress);
    assert_eq!((other.required.units(), other.extra.units()), (0, 1));
}

#[test]
fn an_order_costs_what_it_used_at_its_prices_and_what_people_and_machines_took() {
    let mut order = order();
    order.operations[0].clock_s = 1800;
    let mut first = Progress::none(0);
    first.count("good", 4);
    first.count("scrap", 1);
    first.count("run_s", 900);
    let mut last = Progress::none(0);
    last.count("good", 4);
    let progress = BTreeMap::from([(10, first), (20, last)]);
    let post = |item: &str, from: LocationId, to: LocationId, amount: &str, reverses: Option<&str>| Posting {
        kind: if reverses.is_some() { MovementKind::Reversal } else { MovementKind::Consume },
        item: id(item),
        lot: String::new(),
        from: Account::free(from),
        to: Account::free(to),
        quantity: quantity(amount),
        reverses: reverses.map(str::to_owned),
    };
    let side: LocationId = "side".parse().unwrap();
    let postings = [
        post("screw", side.clone(), LocationId::production(), "12", None),
        post("screw", LocationId::production(), side.clone(), "2", Some("p1")),
        post("wire", side.clone(), LocationId::production(), "1.250", None),
        post("lamp", LocationId::production(), side, "4", None),
    ];
    let prices = BTreeMap::from([(id("screw"), quantity("0.05")), (id("wire"), quantity("3.3333"))]);
    let settings = SupplySettings {
        labour_rate: Some(quantity("40")),
        machine_rate: Some(quantity("100.50")),
        ..SupplySettings::default()
    };
    let held = BTreeMap::from([(id("screw"), 6)]);
    let found = cost::cost(&order, &progress, &postings, &held, &prices, &settings, at(5));
    let screw = found.materials.iter().find(|row| row.item.as_str() == "screw").unwrap();
    assert_eq!((screw.standard.units(), screw.actual.units(), screw.held.units()), (8, 10, 6));
    let text = |amount: Option<takt_domain::quantity::Quantity>| amount.map(|amount| amount.to_string());
    assert_eq!((text(screw.standard_cost), text(screw.actual_cost)), (Some("0.40".into()), Some("0.50".into())));
    // 1 m of wire at standard, 1.25 m used: 3.33 and 4.17; 40 s and 40 s at standard, 900 s and 1800 s worked and run.
    assert_eq!(
        (text(found.material.standard), text(found.material.actual)),
        (Some("3.73".into()), Some("4.67".into()))
    );
    assert_eq!((text(found.labour.standard), text(found.labour.actual)), (Some("0.89".into()), Some("10.00".into())));
    assert_eq!((text(found.machine.standard), text(found.machine.actual)), (Some("2.23".into()), Some("50.25".into())));
    assert_eq!((text(found.total.standard), text(found.total.actual)), (Some("6.85".into()), Some("64.92".into())));
    let unpriced = cost::cost(&order, &progress, &postings, &held, &BTreeMap::new(), &SupplySettings::default(), at(5));
    assert_eq!((unpriced.material.actual, unpriced.total.standard), (None, None));
    assert!(unpriced.materials.iter().all(|row| row.actual.is_positive()), "quantities are there without prices");
}
