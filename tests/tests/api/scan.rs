//! Scanning: what codes say, labels that are booked once, and entries both by hand and by scanner.

use std::sync::Barrier;
use std::thread;

use serde_json::{Value, json};
use takt_domain::gs1;
use takt_domain::label::{self, LabelId, Material, OwnLabel};
use takt_tests::client::{Answer, Client, key};
use takt_tests::host::{Fresh, Host};
use takt_tests::ledger::{self, Ledger, escaped};
use takt_tests::plant::{People, SMALL, available};

/// The barcode of the small plant's material as a GTIN of 14 digits.
const GTIN: &str = "06901234567892";

fn scan(client: &Client, code: &str) -> Answer {
    client.get(&format!("/api/v1/scan?code={}", escaped(code)))
}

fn own(number: u64, lot: &str) -> String {
    label::write(&OwnLabel::Material(Material {
        item: SMALL.material.parse().expect("an item"),
        lot: lot.into(),
        quantity: Some("50".parse().expect("a quantity")),
        expiry: None,
        label: Some(LabelId::from_random(number)),
    }))
}

fn receipt(scan: &str, document: &str, quantity: &str) -> Value {
    json!({
        "kind": "receipt", "item": SMALL.material, "to": SMALL.store, "quantity": quantity, "document": document,
        "scan": scan,
    })
}

#[test]
fn a_code_says_item_lot_quantity_and_dates() {
    let host = Fresh::small();
    let people = People::at(&host);
    let read = |code: &str| scan(&people.storekeeper, code).ok().json::<Value>();
    for form in ["6901234567892", "06901234567892", "]E06901234567892"] {
        assert_eq!(read(form)["item"]["id"], SMALL.material, "{form}");
    }
    let gs1 = format!("]C101{GTIN}1127010117280200{}{}30250", "10LOT7\u{1d}", "21S-9\u{1d}");
    for code in [gs1.clone(), gs1[3..].to_owned(), gs1.replace('\u{1d}', "{GS}"), format!("(01){GTIN}(10)LOT7(21)S-9")]
    {
        let found = read(&code);
        assert_eq!(found["is"], "item", "{code:?}");
        assert_eq!(found["item"]["id"], SMALL.material);
        assert_eq!((&found["with"]["lot"], &found["with"]["serial"]), (&json!("LOT7"), &json!("S-9")));
        assert_eq!(found["with"]["unique"], true);
    }
    let with = &read(&gs1)["with"];
    assert_eq!(
        (&with["quantity"], &with["produced"], &with["expiry"]),
        (&json!("250"), &json!("2027-01-01"), &json!("2028-02-29"))
    );
    let found = read(&own(1, "批1*"));
    assert_eq!((&found["with"]["lot"], &found["with"]["quantity"]), (&json!("批1*"), &json!("50")));
    let unit = read("]C100006141411234567890");
    assert_eq!((&unit["is"], &unit["with"]["sscc"]), (&json!("unit"), &json!("006141411234567890")));
    let order = people.create(SMALL.product, "5", SMALL.line);
    let code = label::write(&OwnLabel::Order(order.parse().expect("an order")));
    assert_eq!(read(&code)["order"], json!(order));
    let code = label::write(&OwnLabel::Location(SMALL.store.parse().expect("a location")));
    assert_eq!(read(&code)["location"]["id"], SMALL.store);
}

#[test]
fn what_cannot_be_read_says_where_and_why() {
    let host = Fresh::small();
    let people = People::at(&host);
    let check = |code: &str, expected: &str, says: &str| {
        let problem = scan(&people.storekeeper, code).expect_problem(422, "invalid");
        assert_eq!(problem.errors[0].at, "code", "{code:?}");
        assert_eq!(problem.unmet[0].code, expected, "{code:?}: {problem:?}");
        assert!(problem.detail.contains(says), "{code:?}: {}", problem.detail);
    };
    check("]C10106901234567893", "gs1.check_digit", "(01)");
    check("0106901234567893", "gs1.check_digit", "2");
    check(&format!("]C101{GTIN}8812x"), "gs1.unknown_ai", "8812");
    check(&format!("]C101{GTIN}17261301"), "gs1.date", "(17)");
    check(&format!("]C101{GTIN}10{}", "A".repeat(30)), "gs1.too_long", "(10)");
    check("(10)A(10)B", "gs1.twice", "(10)");
    check(&format!("{}X", own(1, "")), "label.check", "");
    check("TK7*O*1*00", "label.version", "7");
    scan(&people.storekeeper, "]C10106291041500213").expect_problem(404, "not-found");
    scan(&people.storekeeper, &"9".repeat(401)).expect_problem(422, "invalid");
    scan(&people.storekeeper, "").expect_problem(422, "invalid");
}

#[test]
fn a_movement_whose_code_is_wrong_is_refused() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = Ledger::read(&people.storekeeper);
    let refuse = |body: Value, at: &str| {
        let problem = people.storekeeper.post("/api/v1/movements", body.clone()).expect_problem(422, "invalid");
        assert_eq!(problem.errors[0].at, at, "{body}");
    };
    refuse(receipt("]C10106901234567893", "", "1"), "scan");
    refuse(receipt(&format!("]C101{GTIN}8812x"), "", "1"), "scan");
    refuse(receipt(&"x".repeat(401), "", "1"), "scan");
    refuse(receipt("]C10106291041500213", "", "1"), "scan");
    let mut other = receipt(&own(1, "A"), "", "1");
    other["lot"] = json!("B");
    refuse(other, "scan");
    let mut other = receipt(&own(1, ""), "", "1");
    other["item"] = json!(SMALL.rare);
    refuse(other, "scan");
    let now = jiff::Timestamp::now();
    for hours in [1_i64, -24 * 31 - 1] {
        let mut at = receipt("", "", "1");
        at["occurred_at"] = json!(now + jiff::SignedDuration::from_hours(hours));
        refuse(at, "occurred_at");
    }
    assert_eq!(Ledger::read(&people.storekeeper), before);
    let mut at = receipt(SMALL.material, "", "1");
    at["occurred_at"] = json!(now - jiff::SignedDuration::from_hours(30));
    people.storekeeper.post("/api/v1/movements", at.clone()).expect_status(201);
    let row: Value = people.storekeeper.get("/api/v1/movements?limit=1").ok().json();
    let row = &row["rows"][0];
    assert_eq!(row["source"], "scan", "what was scanned says so");
    let told: jiff::Timestamp = row["occurred_at"].as_str().expect("a time").parse().expect("a time");
    assert_eq!(told.as_millisecond(), (now - jiff::SignedDuration::from_hours(30)).as_millisecond());
    assert!(row["booked_at"].as_str() > row["occurred_at"].as_str());
}

#[test]
fn a_label_of_which_there_is_one_is_booked_once() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    let code = own(7, "");
    let send = |body: &Value| keeper.post("/api/v1/movements", body.clone());
    let first: Value = send(&receipt(&code, "PO-1", "50")).expect_status(201).json();
    let movement = first["id"].as_str().expect("an id").to_owned();
    let twice = send(&receipt(&code, "PO-2", "50")).expect_problem(409, "refused");
    assert_eq!(twice.unmet[0].code, "scan.booked");
    for fact in ["storekeeper", movement.as_str(), "PO-1"] {
        assert!(twice.unmet[0].detail.contains(fact), "{fact}: {}", twice.unmet[0].detail);
    }
    assert_eq!(scan(keeper, &code).ok().json::<Value>()["with"]["booked"][0]["movement"], json!(movement));
    // The same unit by another of its codes: the label's id as the serial number.
    let serial = format!("(01){GTIN}(21){}", LabelId::from_random(7));
    assert_eq!(send(&receipt(&serial, "", "50")).unmet(409, "refused"), ["scan.booked"]);
    // Another way it is booked, once; when it has come back, once more.
    let issue = json!({"kind": "issue", "item": SMALL.material, "from": SMALL.store, "to": SMALL.beside, "quantity": "50", "scan": code});
    let back = json!({"kind": "return", "item": SMALL.material, "from": SMALL.beside, "to": SMALL.store, "quantity": "50", "scan": code});
    send(&issue).expect_status(201);
    assert_eq!(send(&issue).unmet(409, "refused"), ["scan.booked"]);
    send(&back).expect_status(201);
    assert_eq!(send(&back).unmet(409, "refused"), ["scan.booked"]);
    send(&issue).expect_status(201);
    send(&back).expect_status(201);
    // What is taken back is open again.
    keeper.post(&format!("/api/v1/movements/{movement}/reversal"), json!({"reason": "wrong"})).ok();
    send(&receipt(&code, "PO-2", "50")).expect_status(201);
    assert_eq!(send(&receipt(&code, "PO-2", "50")).unmet(409, "refused"), ["scan.booked"]);
    ledger::check(&people.manager);
}

#[test]
fn of_many_phones_at_one_moment_one_books_a_label() {
    let host = Fresh::small();
    let people = People::at(&host);
    let before = available(&people.manager, SMALL.material);
    for round in 0..5_u64 {
        let bodies = vec![receipt(&own(100 + round, ""), "", "50"); 12];
        let answers = at_once(&host, &people.storekeeper, &bodies);
        let booked = answers.iter().filter(|answer| answer.status == 201).count();
        assert_eq!(booked, 1, "{:?}", answers.iter().map(Answer::text).collect::<Vec<_>>());
        for answer in answers.iter().filter(|answer| answer.status != 201) {
            assert_eq!(answer.status, 409, "{}", answer.text());
        }
    }
    assert_eq!(available(&people.manager, SMALL.material), before + 250);
    ledger::check(&people.manager);
}

fn at_once(host: &Host, client: &Client, bodies: &[Value]) -> Vec<Answer> {
    let start = Barrier::new(bodies.len());
    thread::scope(|scope| {
        let start = &start;
        let threads: Vec<_> = bodies
            .iter()
            .map(|body| {
                let client = client.at(&host.base);
                scope.spawn(move || {
                    start.wait();
                    client.post("/api/v1/movements", body.clone())
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().expect("the thread ends")).collect()
    })
}

#[test]
fn an_entry_by_hand_of_what_was_scanned_is_held_and_settled() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    let before = available(&people.manager, SMALL.material);
    let send = |body: &Value| keeper.post("/api/v1/movements", body.clone());
    // Several by scanner are no conflict, nor is another document.
    for n in 0..2 {
        send(&receipt(&own(200 + n, ""), "PO-9", "50")).expect_status(201);
    }
    send(&receipt("", "PO-8", "50")).expect_status(201);
    let (again, by_hand) = (key(), receipt("", "PO-9", "100"));
    let held = keeper.post_with(&again, "/api/v1/movements", &by_hand).expect_problem(409, "entry-conflict");
    let conflict = held.conflict.expect("names the conflict");
    assert!(held.detail.contains("PO-9"), "{}", held.detail);
    let replayed = keeper.post_with(&again, "/api/v1/movements", &by_hand).expect_problem(409, "entry-conflict");
    assert_eq!(replayed.conflict.as_deref(), Some(conflict.as_str()), "the same key, the same answer");
    let pressed = send(&by_hand).expect_problem(409, "entry-conflict");
    assert_eq!(pressed.conflict.as_deref(), Some(conflict.as_str()), "the same entry once more is the same conflict");
    assert_eq!(available(&people.manager, SMALL.material), before + 150, "nothing is booked");
    let open: Value = keeper.get("/api/v1/conflicts?state=open").ok().json();
    assert_eq!(open["rows"].as_array().map(Vec::len), Some(1), "{open}");
    let row = &open["rows"][0];
    assert_eq!(
        (&row["id"], &row["source"], &row["earlier"]["source"]),
        (&json!(conflict), &json!("hand"), &json!("scan"))
    );
    let path = format!("/api/v1/conflicts/{conflict}/settlement");
    people.operator.post(&path, json!({"decision": "same"})).expect_problem(403, "forbidden");
    keeper.post(&path, json!({"decision": "both"})).expect_problem(422, "invalid");
    keeper.post(&path, json!({"decision": "perhaps"})).expect_problem(400, "bad-request");
    let settled: Value = keeper.post(&path, json!({"decision": "both", "reason": "two pallets"})).ok().json();
    assert_eq!((&settled["state"], &settled["settled"]["by"]), (&json!("both"), &json!("storekeeper")));
    assert_eq!(available(&people.manager, SMALL.material), before + 250);
    let row: Value = keeper.get("/api/v1/movements?limit=1").ok().json();
    assert_eq!((&row["rows"][0]["source"], &row["rows"][0]["reason"]), (&json!("hand"), &json!("two pallets")));
    assert_eq!(keeper.post(&path, json!({"decision": "same"})).unmet(409, "refused"), ["conflict.settled"]);
    // From here on the line begins anew.
    send(&receipt(&own(210, ""), "PO-9", "50")).expect_status(201);
    let held = send(&receipt("", "PO-9", "50")).expect_problem(409, "entry-conflict").conflict.expect("a conflict");
    let path = format!("/api/v1/conflicts/{held}/settlement");
    let settled: Value = keeper.post(&path, json!({"decision": "same"})).ok().json();
    assert_eq!(settled["state"], "same");
    assert_eq!(available(&people.manager, SMALL.material), before + 300, "what is dropped is not booked");
    keeper.post("/api/v1/conflicts/none/settlement", json!({"decision": "same"})).expect_problem(404, "not-found");
    keeper.get("/api/v1/conflicts?state=lost").expect_problem(422, "invalid");
    ledger::check(&people.manager);
}

#[test]
fn both_ways_at_one_moment_are_not_booked_both() {
    let host = Fresh::small();
    let people = People::at(&host);
    for round in 0..6 {
        let document = format!("PO-R{round}");
        let by_hand = receipt("", &document, "10");
        let scanned = receipt(SMALL.material, &document, "10");
        let bodies: Vec<Value> = (0..8).map(|n| if n % 2 == 0 { by_hand.clone() } else { scanned.clone() }).collect();
        let answers = at_once(&host, &people.storekeeper, &bodies);
        let booked = |way: usize| (0..8).filter(|n| n % 2 == way && answers[*n].status == 201).count();
        let told: Vec<_> = answers.iter().map(|answer| (answer.status, answer.text())).collect();
        assert!((booked(0) == 0) != (booked(1) == 0), "{told:?}");
        assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)), "{told:?}");
    }
    ledger::check(&people.manager);
}

#[test]
fn what_is_taken_back_is_no_conflict() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    let booked: Value =
        keeper.post("/api/v1/movements", receipt(SMALL.material, "PO-5", "10")).expect_status(201).json();
    keeper.post("/api/v1/movements", receipt("", "PO-5", "10")).expect_problem(409, "entry-conflict");
    let path = format!("/api/v1/movements/{}/reversal", booked["id"].as_str().expect("an id"));
    keeper.post(&path, json!({"reason": "wrong"})).ok();
    keeper.post("/api/v1/movements", receipt("", "PO-5", "10")).expect_status(201);
    assert!(gs1::gtin(GTIN).is_some());
    ledger::check(&people.manager);
}

#[test]
fn labels_are_printed_and_say_what_they_are_of() {
    let host = Fresh::small();
    let people = People::at(&host);
    let keeper = &people.storekeeper;
    let print = |query: &str| keeper.get(&format!("/api/v1/labels?{query}"));
    let order = people.create(SMALL.product, "5", SMALL.line);
    let of_item = format!("of=item&id={}&lot=L7&quantity=50&expiry=2027-09-30&batch=0123-4567-89ab", SMALL.material);
    let first = print(&of_item).ok();
    assert_eq!(first.headers["content-type"], "application/pdf");
    assert!(first.body.starts_with(b"%PDF-"));
    assert_eq!(print(&of_item).ok().body, first.body, "the same batch is the same label");
    let zpl = print(&format!("{of_item}&format=zpl&copies=2")).ok().text();
    let codes: Vec<&str> = zpl.lines().filter_map(|line| line.split("^FDMA,").nth(1)?.strip_suffix("^FS")).collect();
    assert_eq!(codes.len(), 2, "{zpl}");
    assert!(codes[0] != codes[1], "each label has an id of its own");
    for code in &codes {
        let found: Value = scan(keeper, code).ok().json();
        assert_eq!((&found["item"]["id"], &found["with"]["lot"]), (&json!(SMALL.material), &json!("L7")));
        assert_eq!((&found["with"]["expiry"], &found["with"]["unique"]), (&json!("2027-09-30"), &json!(true)));
        let mut received = receipt(code, "", "50");
        received["lot"] = json!("L7");
        keeper.post("/api/v1/movements", received.clone()).expect_status(201);
        assert_eq!(keeper.post("/api/v1/movements", received).unmet(409, "refused"), ["scan.booked"]);
    }
    print(&format!("of=location&id={}&id={}&paper=a4&size=60x40", SMALL.store, SMALL.beside)).ok();
    print(&format!("of=order&id={}&format=zpl&dpi=300", escaped(&order))).ok();
    print("of=badge&id=operator").expect_problem(403, "forbidden");
    print("of=item&id=none").expect_problem(404, "not-found");
    for (query, at) in [
        ("id=M", "of"),
        ("of=lot&id=M", "of"),
        ("of=item", "id"),
        ("of=item&id=M&copies=0", "copies"),
        ("of=item&id=M&copies=201", "copies"),
        ("of=item&id=M&quantity=-1", "quantity"),
        ("of=item&id=M&quantity=1.5", "quantity"),
        ("of=item&id=M&expiry=2027-02-30", "expiry"),
        ("of=item&id=M&size=10x10", "size"),
        ("of=item&id=M&size=axb", "size"),
        ("of=item&id=M&paper=a5", "paper"),
        ("of=item&id=M&format=doc", "format"),
        ("of=item&id=M&format=zpl&dpi=72", "dpi"),
        ("of=item&id=M&format=zpl&font=a%5Eb", "font"),
        ("of=item&id=M&batch=short", "batch"),
        ("of=item&id=M&lot=a%01b", "lot"),
    ] {
        let problem = print(query).expect_problem(422, "invalid");
        assert_eq!(problem.errors[0].at, at, "{query}");
    }
}
