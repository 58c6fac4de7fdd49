//! Purchase orders and sales orders from files: made, changed as on their page, and refused with the place of each mistake.

use crate::support;
use futures::executor::block_on;
use support::Plant;
use takt_domain::document::Document;
use takt_domain::movement::NewMovement;
use takt_records::command::FIRST_PLANT;
use takt_records::command::move_stock::move_stock;
use takt_store::Store;

const HEADER: &str = "document,line,partner,item,quantity,due,tolerance_percent,note\n";

fn import(plant: &Plant, file: &str, rows: &str) -> Result<(), Vec<String>> {
    plant.import(&[(file.to_owned(), format!("{HEADER}{rows}"))], None).map(|_| ())
}

#[track_caller]
fn document(plant: &Plant, kind: &str, id: &str) -> (Document, u64) {
    let loaded = plant.load(&[(kind, id)]);
    let record = loaded.record(kind, id).unwrap();
    (record.parse().unwrap(), record.version)
}

fn receive(plant: &Plant, quantity: &str) {
    let body = serde_json::json!({
        "kind": "receipt", "item": "R", "quantity": quantity, "to": "S1",
        "line": {"kind": "purchase", "document": "PO-7", "line": 10},
    });
    let body: NewMovement = serde_json::from_value(body).unwrap();
    block_on(move_stock(&plant.store, &plant.caller(), &body)).unwrap();
}

fn events(plant: &Plant, kind: &str) -> usize {
    let all = block_on(plant.store.journal(FIRST_PLANT, None, 500)).unwrap();
    all.events.iter().filter(|found| found.event.event_type == kind).count()
}

#[test]
fn documents_are_made_with_their_lines_and_importing_them_again_changes_nothing() {
    let plant = Plant::small();
    let rows = "PO-7,20,Metal works,M,5,,0,\nPO-7,10,Metal works,R,12,2026-12-01,10,\n";
    import(&plant, "purchase-orders.csv", rows).unwrap();
    import(&plant, "sales-orders.csv", "PO-7,1,Customer,P,3,2026-12-02,,by air\n").unwrap();
    let (bought, version) = document(&plant, "purchase_order", "PO-7");
    assert_eq!((bought.partner.as_str(), bought.state.as_str(), version), ("Metal works", "open", 1));
    let lines: Vec<_> = bought.lines.iter().map(|line| (line.line, line.item.as_str(), line.limit())).collect();
    assert_eq!(lines, [(10, "R", 13), (20, "M", 5)]);
    let (sold, _) = document(&plant, "sales_order", "PO-7");
    assert_eq!((sold.note.as_str(), sold.lines[0].tolerance_percent), ("by air", 0));
    import(&plant, "purchase-orders.csv", rows).unwrap();
    assert_eq!(document(&plant, "purchase_order", "PO-7").1, 1);
    assert_eq!((events(&plant, "purchase_order.created.v1"), events(&plant, "purchase_order.changed.v1")), (1, 0));
}

#[test]
fn a_document_that_has_begun_changes_only_as_on_its_page() {
    let plant = Plant::small();
    import(&plant, "purchase-orders.csv", "PO-7,10,A,R,12,,0,\nPO-7,20,A,M,5,,0,\n").unwrap();
    receive(&plant, "9");
    let before = (plant.records(), plant.books());
    let refused = import(&plant, "purchase-orders.csv", "PO-7,10,A,R,8,,0,\n").unwrap_err();
    assert_eq!(refused, ["purchase-orders.csv:2:1: document: PO-7: 9 of line 10 are booked already, not 8"]);
    let refused = import(&plant, "purchase-orders.csv", "PO-7,20,A,M,5,,0,\n").unwrap_err();
    assert_eq!(refused, ["purchase-orders.csv:2:1: document: PO-7: line 10 has movements: it stays, with its item"]);
    assert_eq!((plant.records(), plant.books()), before);
    import(&plant, "purchase-orders.csv", "PO-7,10,A,R,9,,0,\n").unwrap();
    let (after, _) = document(&plant, "purchase_order", "PO-7");
    assert_eq!((after.state.as_str(), after.lines.len()), ("fulfilled", 1));
    assert_eq!(events(&plant, "purchase_order.changed.v1"), 1);
}

#[test]
fn each_mistake_is_told_and_nothing_is_made() {
    let plant = Plant::small();
    let before = (plant.records(), plant.books());
    let rows = "PO-7,10,A,R,12,,,\nPO-7,10,A,R,12,,,\nPO-7,20,B,R,1,,,\nPO-7,30,A,X,1,,,\nPO-7,,A,R,1,,,\n\
                PO-7,40,A,R,0,,,\nPO-7,50,A,R,1.5,,,\nPO-7,60,A,R,1,soon,,\nPO-7,70,A,R,1,,101,\n\
                PO-7,80,,R,1,,,\n,90,A,R,1,,,\nPO-7,91,A,R,1,,,urgent\n";
    let long = "9".repeat(65);
    let errors = import(&plant, "purchase-orders.csv", &format!("{rows}{long},1,A,R,1,,,\n")).unwrap_err();
    let at = |rest: &str| format!("purchase-orders.csv:{rest}");
    assert_eq!(
        errors,
        [
            at("3:2: line: this line of this document stands at purchase-orders.csv:2 already"),
            at("4:3: partner: expected the same as at purchase-orders.csv:2, found \"B\""),
            at("5:4: item: there is no X in items, and the plant has none"),
            at("6:2: line: expected a whole number from 1 to 65535, found nothing"),
            at("7:5: quantity: expected a number above zero, found \"0\""),
            at("8:5: quantity: expected at most 0 decimals, as the item has, found \"1.5\""),
            at("9:6: due: expected a day such as 2027-03-31, found \"soon\""),
            at("10:7: tolerance_percent: expected a whole number from 0 to 100, found \"101\""),
            at("11:3: partner: expected a name, found nothing"),
            at("12:1: document: expected a number or name, found nothing"),
            at("13:8: note: expected the same as at purchase-orders.csv:2, found \"urgent\""),
            at(&format!("14:1: document: expected at most 64 characters, found \"{}…\"", "9".repeat(60))),
        ]
    );
    assert_eq!((plant.records(), plant.books()), before);
    let rows: String = (1..=201).map(|line| format!("SO-1,{line},A,R,1,,,\n")).collect();
    let errors = import(&plant, "sales-orders.csv", &rows).unwrap_err();
    assert_eq!(errors, ["sales-orders.csv:202:2: line: a document has at most 200 lines"]);
}
