//! The pages stand at a static host, the API at another address that lists it: everything works as at one address, offline too.
//! A page at an address that is not listed gets nothing.

use serde_json::{Value, json};
use takt_test_servers::Nginx;
use takt_tests::browser::Browser;
use takt_tests::host::{Folder, Fresh, Host, run, run_well};
use takt_tests::plant::{People, SMALL};
use takt_tests::proxy::{Fate, Proxy};
use takt_tests::wait::until;

fn holds(browser: &mut Browser, what: &str, script: &str) {
    until(what, || (browser.eval(script) == json!(true)).then_some(()));
}

#[test]
fn pages_at_another_address_read_book_wait_and_go_on_as_at_home_and_those_that_are_not_listed_get_nothing() {
    let mut pages = Nginx::reserve();
    let [listed, unlisted] = pages.origins();
    let data = Folder::copy_of(Fresh::small_template());
    let host = Host::start_with(data.path(), &["--allow-origin", &listed]);
    let people = People::at(&host);
    people.receive(SMALL.material, "1000", SMALL.store);
    people.receive(SMALL.rare, "1000", SMALL.store);
    let order = people.running(SMALL.product, "100", SMALL.line);
    let network = Proxy::before(&host.base);
    let site = Folder::new();
    let out = site.path().to_str().expect("a plain path");
    let told = run_well(&["site", "--api", &network.base, "--out", out], &[]);
    assert!(told.contains("nginx.conf"), "{told}");
    pages.serve(site.path());

    let mut phone = Browser::phone();
    phone.sign_in(&listed, "operator");
    phone.see("nav.nav");
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");
    phone.open(&format!("{listed}/orders/{order}"));
    phone.press("报工");
    phone.press("3");
    phone.tap(".bottom .primary");
    let reported = || -> Vec<Value> {
        let page: Value = people.operator.get(&format!("/api/v1/reports?order={order}")).ok().json();
        page["rows"].as_array().cloned().unwrap_or_default()
    };
    until("it is booked", || (reported().len() == 1).then_some(()));
    phone.open(&format!("{listed}/orders/{order}"));
    phone.read("报工");
    phone.look("apart");

    // Without the API the pages come from the phone, and what was read is there.
    network.set(Fate::Away);
    phone.open(&format!("{listed}/orders/{order}"));
    phone.read("离线,截至");
    phone.press("报工");
    phone.press("2");
    phone.tap(".bottom .primary");
    phone.read("待发 1");
    assert_eq!(reported().len(), 1);
    network.set(Fate::Passed);
    phone.eval("dispatchEvent(new Event('online'))");
    until("it is booked once there is a network", || (reported().len() == 2).then_some(()));

    // Every bundle has its address, a reload of a page in depth too, and what is no page is not one.
    let mut desk = Browser::desk();
    desk.sign_in(&listed, "lead");
    desk.see("nav");
    for (path, text) in [
        ("/desk/board", order.as_str()),
        ("/stock", SMALL.material),
        ("/desk/labels", "标签"),
        ("/desk/manager", "产出"),
    ] {
        desk.open(&format!("{listed}{path}"));
        desk.read(text);
    }
    assert!(desk.complaints.is_empty(), "{:?}", desk.complaints);
    let status = |path: &str| {
        let script = format!("fetch('{path}').then(answer => answer.status)");
        desk.eval(&script)
    };
    assert_eq!(["/nginx.conf", "/assets/none.js", "/api/v1/plant", "/desk.html"].map(status), [404, 404, 404, 200]);

    let mut stranger = Browser::phone();
    stranger.sign_in(&unlisted, "operator");
    stranger.read("还没有收到结果");
    let asked = stranger.eval(&format!("fetch('{}/api/v1/plant').then(() => 'read', () => 'kept out')", network.base));
    assert_eq!(asked, "kept out");
}

#[test]
fn pages_are_not_written_over_what_is_something_else_nor_for_what_is_no_address() {
    let folder = Folder::new();
    let out = folder.path().to_str().expect("a plain path");
    std::fs::write(folder.path().join("letter.txt"), "Dear").expect("the folder is writable");
    let refused = run(&["site", "--api", "https://api.example", "--out", out], &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("holds something else"), "{said}");
    assert!(folder.path().join("letter.txt").is_file());
    let refused = run(&["site", "--api", "https://api.example/v1", "--out", out], &[]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("without a path"), "{said}");
}
