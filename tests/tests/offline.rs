//! A phone in a dead spot: what is booked there is kept on it, outlives the browser, goes out in its order when the network
//! is back, and is booked once. What the plant then refuses is shown with its reason and can be sent again.

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::plant::{self, People, SMALL};
use takt_tests::proxy::{Fate, Proxy};
use takt_tests::wait::until;

/// How many reports are made without a network: half before the browser is killed, half after it.
const REPORTS: usize = 50;

/// Waits until an expression holds in the page.
fn holds(browser: &mut Browser, what: &str, script: &str) {
    until(what, || (browser.eval(script) == json!(true)).then_some(()));
}

/// Reports one good piece so many times as a hand would: into the order's report page, a one, book, and back.
fn reports(browser: &mut Browser, times: usize, counted: usize) {
    for n in 0..times {
        browser.press("报工");
        browser.press("1");
        browser.tap(".bottom .primary");
        browser.read(&format!("待发 {}", counted + n + 1));
        browser.see(".card");
    }
}

fn reported(people: &People, order: &str) -> Vec<Value> {
    let page: Value = people.operator.get(&format!("/api/v1/reports?limit=200&order={order}")).ok().json();
    page["rows"].as_array().cloned().unwrap_or_default()
}

#[test]
fn fifty_reports_from_a_dead_spot_outlive_a_killed_browser_and_are_booked_once_each_in_their_order() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    people.receive(SMALL.rare, "1000", SMALL.store);
    let order = people.running(SMALL.product, "100", SMALL.line);
    let network = Proxy::before(&host.base);
    let mut phone = Browser::phone();
    phone.sign_in(&network.base, "operator");
    phone.see("nav.nav");
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");
    phone.open(&format!("{}/orders/{order}", network.base));
    phone.read("报工");

    network.set(Fate::Away);
    reports(&mut phone, REPORTS / 2, 0);
    phone.dies_and_comes_back();
    phone.open(&format!("{}/orders/{order}", network.base));
    phone.read(&format!("待发 {}", REPORTS / 2));
    reports(&mut phone, REPORTS / 2, REPORTS / 2);
    phone.press("待发");
    phone.read("本机待发");
    phone.screenshot("outbox-waiting");
    assert!(reported(&people, &order).is_empty(), "nothing can have come through");

    // The network comes back badly at first: what is sent is booked, and the phone does not hear of it.
    network.set(Fate::Cut);
    until("something is booked unheard", || (!reported(&people, &order).is_empty()).then_some(()));
    network.set(Fate::Passed);
    phone.eval("dispatchEvent(new Event('online'))");
    holds(&mut phone, "nothing waits any more", "!document.querySelector('.chip.outbox')");
    let booked = reported(&people, &order);
    assert_eq!(booked.len(), REPORTS, "each is booked once");
    let time =
        |text: &Value| text.as_str().and_then(|text| text.parse::<Timestamp>().ok()).expect("a report has its times");
    let mut times: Vec<_> =
        booked.iter().map(|row| (time(&row["booked_at"]), time(&row["report"]["ended_at"]))).collect();
    times.sort_unstable();
    assert!(
        times.is_sorted_by_key(|(_, made)| *made),
        "they are booked in the order in which they were made: {times:?}"
    );
    let detail = plant::order(&people.operator, &order);
    assert_eq!(detail.facts.progress_at(SMALL.operation, 0).good.units(), REPORTS as i64);
}

#[test]
fn a_report_that_the_plant_refuses_later_says_why_and_is_booked_when_that_is_mended() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    people.receive(SMALL.rare, "1000", SMALL.store);
    let order = people.running(SMALL.product, "100", SMALL.line);
    let network = Proxy::before(&host.base);
    let mut phone = Browser::phone();
    phone.sign_in(&network.base, "operator");
    phone.see("nav.nav");
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");
    phone.open(&format!("{}/orders/{order}", network.base));
    phone.read("报工");
    network.set(Fate::Away);
    reports(&mut phone, 1, 0);

    // Meanwhile somebody pauses the order.
    plant::act(&people.operator, &order, "pause", json!({"reason": "换料"})).ok();
    network.set(Fate::Passed);
    phone.eval("dispatchEvent(new Event('online'))");
    phone.read("没有入账");
    phone.read("未记账 1");
    // The browser says what failed on the way, as it should.
    phone.complaints.clear();
    phone.look("outbox-refused");
    assert!(reported(&people, &order).is_empty());

    plant::act(&people.operator, &order, "resume", json!({})).ok();
    phone.press("再发一次");
    holds(&mut phone, "nobody has to see to it any more", "!document.querySelector('.chip.outbox')");
    assert_eq!(reported(&people, &order).len(), 1);
}

#[test]
fn what_one_person_left_on_a_phone_is_never_sent_as_another() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    people.receive(SMALL.rare, "1000", SMALL.store);
    let order = people.running(SMALL.product, "100", SMALL.line);
    let network = Proxy::before(&host.base);
    let mut phone = Browser::phone();
    phone.sign_in(&network.base, "operator");
    phone.see("nav.nav");
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");
    phone.open(&format!("{}/orders/{order}", network.base));
    phone.read("报工");
    network.set(Fate::Away);
    reports(&mut phone, 1, 0);

    phone.eval("localStorage.removeItem('takt.session')");
    network.set(Fate::Passed);
    phone.open(&network.base);
    phone.read("operator 的待发记录");
    phone.sign_in(&network.base, "lead");
    phone.see("nav.nav");
    phone.open(&format!("{}/orders/{order}", network.base));
    phone.read("报工");
    assert!(reported(&people, &order).is_empty(), "it is not the shift lead's");
    phone.eval("localStorage.removeItem('takt.session')");
    phone.sign_in(&network.base, "operator");
    until("it is booked", || (reported(&people, &order).len() == 1).then_some(()));
    assert_eq!(reported(&people, &order)[0]["by"], "operator");
}
