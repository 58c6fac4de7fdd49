//! The real product: two bills of material as their makers publish them, with the files that a plant adds.

use crate::support;
use std::collections::BTreeMap;

use support::{Plant, fixtures, folder, mapping};
use takt_api::import::Imported;
use takt_domain::id::ItemId;
use takt_domain::master::{Bom, Item, needs};
use takt_domain::quantity::Quantity;
use takt_import::error::Errors;
use takt_import::tables;

fn files() -> Vec<(String, String)> {
    folder(&fixtures().join("lumenpnp"))
}

fn as_takt() -> takt_api::import::Mapping {
    mapping(&std::fs::read_to_string(fixtures().join("lumenpnp/mapping.toml")).unwrap())
}

fn imported() -> (Plant, Imported) {
    let plant = Plant::new();
    let imported = plant.import(&files(), Some(as_takt())).unwrap();
    (plant, imported)
}

fn item(plant: &Plant, id: &str) -> Item {
    plant.load(&[("item", id)]).record("item", id).unwrap().parse().unwrap()
}

fn bom(plant: &Plant, id: &str) -> Bom {
    plant.load(&[("bom", id)]).record("bom", id).unwrap().parse().unwrap()
}

#[test]
fn every_row_of_the_makers_files_becomes_an_item_and_a_line_of_a_bill_of_material() {
    let (plant, imported) = imported();
    let expected = [
        ("balances", 167),
        ("boms", 108 + 51),
        ("crew", 6),
        ("equipment", 7),
        ("items", 108 + 51 + 1),
        ("lines", 3),
        ("locations", 8),
        ("moulds", 3),
        ("routings", 7),
        ("users", 7),
    ];
    let expected: BTreeMap<_, _> = expected.map(|(table, rows)| (table.to_owned(), rows)).into();
    assert_eq!(imported.rows, expected);
    let (postings, _) = plant.books();
    assert_eq!(postings, 167);
    assert_eq!(bom(&plant, "lumenpnp").lines.len(), 108);
    assert_eq!(bom(&plant, "motherboard").lines.len(), 51);
}

#[test]
fn awkward_lines_are_read_as_they_are_meant() {
    let (plant, _) = imported();
    let machine = bom(&plant, "lumenpnp");
    let line = |component: &str| machine.lines.iter().find(|line| line.component.as_str() == component).unwrap();
    let cover = line("mobo-top-cover");
    assert!(cover.optional && cover.per.is_none());
    let tube = line("pneumatic-tubing-6mmOD");
    assert_eq!(tube.per, Some("0.8".parse::<Quantity>().unwrap().at_scale(3).unwrap()));
    assert_eq!(tube.note, "Units in meters.");
    let tube = item(&plant, "pneumatic-tubing-6mmOD");
    assert_eq!((tube.unit.as_str(), tube.scale), ("m", 3));
    // Twelve places on the board, and one value in two footprints.
    let board = bom(&plant, "motherboard");
    let per = |component: &str| {
        let line = board.lines.iter().find(|line| line.component.as_str() == component).unwrap();
        line.per.unwrap().units()
    };
    assert_eq!(per("100n C_0805_2012Metric"), 12);
    assert_eq!((per("10u CP_EIA-3216-18_Kemet-A"), per("10u C_0805_2012Metric")), (1, 3));
    assert_eq!(item(&plant, "10u C_0805_2012Metric").barcode.as_deref(), Some("C15850"));
    assert_eq!(item(&plant, "2.5k L_0805_2012Metric").barcode, None);
    let comma = "Power TerminalBlock_Phoenix_MKDS-1,5-2_1x02_P5.00mm_Horizontal";
    assert_eq!(item(&plant, comma).name, "Power");
}

#[test]
fn a_machine_needs_all_parts_that_are_not_optional_and_one_motherboard() {
    let (plant, _) = imported();
    let machine: ItemId = "lumenpnp".parse().unwrap();
    let boms = BTreeMap::from([(machine.clone(), bom(&plant, "lumenpnp"))]);
    let needs = needs(&machine, &boms).unwrap();
    assert_eq!(needs.len(), 108 - 11);
    let board = needs.iter().find(|need| need.component.as_str() == "motherboard").unwrap();
    assert_eq!((board.per.units(), board.operation), (1, Some(30)));
}

#[test]
fn exactly_one_part_is_short_for_three_machines() {
    let (plant, _) = imported();
    let mut errors = Errors::default();
    let files: Vec<_> = files().into_iter().map(|(name, text)| takt_import::tables::File { name, text }).collect();
    let tables = tables::read(&files, Some(&as_takt()), &mut errors);
    assert!(errors.is_empty());
    let stock = |id: &ItemId| -> f64 {
        let rows = tables.balances.iter().filter(|row| row.value.item == *id);
        rows.map(|row| row.value.quantity.to_string().parse::<f64>().unwrap()).sum()
    };
    let machine = bom(&plant, "lumenpnp");
    let needed = machine.lines.iter().filter(|line| !line.optional);
    let short = needed.filter(|line| {
        let per: f64 = line.per.unwrap().to_string().parse().unwrap();
        stock(&line.component) < 3.0 * per
    });
    let short: Vec<_> = short.map(|line| line.component.as_str()).collect();
    assert_eq!(short, ["motherboard"]);
}

#[test]
fn the_same_master_data_again_changes_nothing_and_opening_stock_again_is_refused() {
    let (plant, _) = imported();
    let before = plant.load(&[("item", "lumenpnp"), ("bom", "lumenpnp"), ("user", "operator")]);
    let versions = |loaded: &takt_store::Loaded| loaded.records.iter().map(|it| it.version).collect::<Vec<_>>();
    let mut again = files();
    let errors = plant.import(&again, Some(as_takt())).unwrap_err();
    assert_eq!(errors.len(), 167);
    assert!(errors[0].starts_with("balances.csv:2:1: item: front-left-leg at STORE has stock in the books already"));
    assert_eq!(plant.books().0, 167);
    again.retain(|(name, _)| name != "balances.csv");
    plant.import(&again, Some(as_takt())).unwrap();
    let after = plant.load(&[("item", "lumenpnp"), ("bom", "lumenpnp"), ("user", "operator")]);
    assert_eq!(versions(&before), versions(&after));
}
