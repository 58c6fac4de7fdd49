//! Another system's list of stock: each difference has its cause, and a list that differs too much has its alert.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use takt_api::Page;
use takt_api::comparison::{ComparedRow, Comparison, ComparisonState};
use takt_api::stock::ItemStock;
use takt_api::watch::Alert;
use takt_domain::compare::Cause;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};

fn rows(people: &People, id: &str, query: &str) -> Vec<ComparedRow> {
    people.manager.get(&format!("/api/v1/comparisons/{id}/differences{query}")).ok().json::<Page<ComparedRow>>().rows
}

/// What is held of the material, in whole pieces.
fn held(people: &People) -> i64 {
    let stock: ItemStock = people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
    stock.on_hand.to_string().split('.').next().and_then(|whole| whole.parse().ok()).expect("a quantity")
}

#[test]
fn each_difference_has_its_cause_and_movements_since_explain_theirs() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    // Movements are booked by the millisecond, so the list has some to itself.
    let pause = || std::thread::sleep(std::time::Duration::from_millis(5));
    pause();
    let as_of = jiff::Timestamp::now();
    pause();
    people.receive(SMALL.material, "30", SMALL.store);
    people.receive(SMALL.product, "5", SMALL.store);
    let compare = |text: String, as_of: &jiff::Timestamp| -> Comparison {
        let mapping = json!({"columns": {"item": "料号", "quantity": "数量"}});
        let body = json!({"source": "erp.csv", "as_of": as_of, "mapping": mapping, "text": text});
        people.manager.post("/api/v1/comparisons", body).ok().json()
    };
    let listed = held(&people) - 30;
    let found = compare(format!("料号,数量\n{},{listed}\nGHOST,7.5\n", SMALL.material), &as_of);
    assert_eq!((found.state, found.rows), (ComparisonState::Done, 3));
    assert_eq!(found.differences, BTreeMap::from([(Cause::MissingHere, 1), (Cause::Timing, 2)]));
    let timing = rows(&people, &found.id, "?cause=timing");
    let of_material = timing.iter().find(|row| row.item == SMALL.material).expect("its row");
    assert_eq!(of_material.movements.len(), 1, "the receipt after the list: {of_material:?}");
    assert_eq!(of_material.movements[0].kind, "receipt");
    // Now the list is of this moment, so that no movement explains anything.
    let listed = held(&people) - 1;
    pause();
    let found = compare(format!("料号,数量\n{},{listed}\n", SMALL.material), &jiff::Timestamp::now());
    assert_eq!(found.differences, BTreeMap::from([(Cause::MissingThere, 1), (Cause::Quantity, 1)]));
    let differing = rows(&people, &found.id, "");
    assert_eq!(differing.len(), 2);
    let quantity = differing.iter().find(|row| row.cause == Cause::Quantity).expect("the quantity");
    assert!(quantity.difference.starts_with('1'), "{quantity:?}");
    let csv = people.manager.get(&format!("/api/v1/comparisons/{}/differences.csv", found.id)).ok().text();
    assert_eq!(csv.lines().count(), 3, "{csv}");
    let list: Page<Comparison> = people.manager.get("/api/v1/comparisons").ok().json();
    assert_eq!(list.rows.iter().map(|each| each.rows).collect::<Vec<_>>(), [2, 3], "the newest first");
    people.operator.get("/api/v1/comparisons").expect_problem(403, "forbidden");
}

#[test]
fn a_staged_list_is_compared_once_and_its_alert_comes_and_goes() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "100", SMALL.store);
    let mapping = json!({"columns": {"item": "sku"}, "format": "json", "alert_over_percent": 10});
    people.manager.put("/api/v1/comparison-mappings/erp-nightly", mapping).ok();
    let alerts = || -> Vec<Alert> { people.manager.get("/api/v1/alerts").ok().json::<Page<Alert>>().rows };
    let compare = |quantity: &str| {
        let open = json!({"source": "nightly", "mapping_name": "erp-nightly"});
        let opened: Comparison = people.manager.post("/api/v1/comparisons", open).ok().json();
        let path = format!("/api/v1/comparisons/{}", opened.id);
        let list = json!([{"sku": SMALL.material, "location": SMALL.store, "quantity": quantity}]).to_string();
        let (head, tail) = list.split_at(9);
        people.manager.put(&format!("{path}/parts/1"), json!({"text": head})).ok();
        people.manager.put(&format!("{path}/parts/2"), json!({"text": tail})).ok();
        let done: Comparison = people.manager.post(&format!("{path}/run"), json!({})).ok().json();
        people.manager.post(&format!("{path}/run"), json!({})).expect_problem(409, "refused");
        people.manager.put(&format!("{path}/parts/3"), json!({"text": ""})).expect_problem(409, "refused");
        done
    };
    let (less, all) = (held(&people) - 2, held(&people));
    assert_eq!(compare(&less.to_string()).differences, BTreeMap::from([(Cause::Quantity, 1)]));
    let found = alerts();
    assert_eq!(found.iter().map(|alert| alert.code.as_str()).collect::<Vec<_>>(), ["comparison.erp-nightly"]);
    assert_eq!(compare(&all.to_string()).differences, BTreeMap::new());
    assert_eq!(alerts(), []);
}

#[test]
fn a_list_that_cannot_be_read_says_where() {
    let host = Fresh::small();
    let people = People::at(&host);
    let errors = |body: Value| -> Vec<String> {
        let problem = people.manager.post("/api/v1/comparisons", body).expect_problem(422, "invalid");
        problem.errors.into_iter().map(|error| error.at).collect()
    };
    let material = SMALL.material;
    let with = |text: String| json!({"source": "s", "text": text});
    assert_eq!(errors(with(String::new())), ["list:1:1"]);
    assert_eq!(errors(with("a,b\n1,2\n".into())), ["list:1:1", "list:1:1"]);
    assert_eq!(errors(with(format!("item,quantity\n{material},1\n{material},many\n,3\n"))), ["list:3:1", "list:4:1"]);
    assert_eq!(errors(json!({"source": "s", "text": "{}", "mapping": {"format": "json"}})), ["list:1:0"]);
    assert_eq!(errors(json!({"source": "s", "mapping": {"columns": {"price": "p"}}})), ["mapping.columns"]);
    assert_eq!(errors(json!({"source": "s", "mapping_name": "none"})), ["mapping_name"]);
    let ahead = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(1);
    assert_eq!(errors(json!({"source": "s", "as_of": ahead})), ["as_of"]);
    let listed: Page<Comparison> = people.manager.get("/api/v1/comparisons").ok().json();
    assert_eq!(listed.rows, [], "nothing was kept");
}
