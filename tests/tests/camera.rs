//! Scanning with a phone's camera: Chromium plays a film in its place, and has no reader of codes of its own, so what reads
//! here is the program in the worker.

use serde_json::json;
use takt_api::counts::{CountAnswer, Sheet};
use takt_api::stock::ItemStock;
use takt_domain::label::{self, LabelId, Material, OwnLabel};
use takt_labels::code128::Code128;
use takt_tests::browser::Browser;
use takt_tests::film::Film;
use takt_tests::host::Fresh;
use takt_tests::plant::{People, SMALL};
use takt_tests::proxy::{Fate, Proxy};
use takt_tests::wait::until;

const CAMERA: &str = "用相机扫码";
/// Item M of the plant by its GTIN, with a lot of a length that is not predefined in the middle.
const ELEMENTS: &str = "010690123456789210LOT7\u{1d}21T0123";

/// What the page did that nobody sees: the camera that it was given, and what it told by tone and by shaking.
const SPY: &str = "window.spied = { streams: [], shaken: [], tones: [] }; \
    const given = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices); \
    navigator.mediaDevices.getUserMedia = async wanted => { const stream = await given(wanted); spied.streams.push(stream); return stream }; \
    navigator.vibrate = pattern => spied.shaken.push(pattern) > 0; \
    const start = OscillatorNode.prototype.start; \
    OscillatorNode.prototype.start = function (...when) { spied.tones.push(this.frequency.value); return start.apply(this, when) };";

/// The reader has chosen before to scan one code after another: the film waits for nobody.
const KEEPS_SCANNING: &str = "localStorage.setItem('takt.scan-on', 'true')";

fn holds(browser: &mut Browser, what: &str, script: &str) {
    until(what, || (browser.eval(script) == json!(true)).then_some(()));
}

fn spied_from_now_on(phone: &mut Browser, script: &str) {
    phone.call("Page.addScriptToEvaluateOnNewDocument", json!({"source": script}));
}

/// A phone of the storekeeper's, whose camera sees this.
fn storekeeper(base: &str, film: &Film) -> Browser {
    let mut phone = Browser::phone_that_sees(film);
    spied_from_now_on(&mut phone, SPY);
    phone.sign_in(base, "storekeeper");
    phone.see("nav.nav");
    phone
}

/// The codes that the page asked the plant about.
fn asked(phone: &mut Browser) -> Vec<String> {
    let script = "performance.getEntriesByType('resource').map(each => new URL(each.name)) \
                  .filter(url => url.pathname === '/api/v1/scan').map(url => url.searchParams.get('code'))";
    let found = phone.eval(script);
    found.as_array().into_iter().flatten().filter_map(|code| code.as_str().map(str::to_owned)).collect()
}

/// The label of a single piece, or of a single box.
fn piece(item: &str, quantity: &str, number: u64) -> String {
    let (item, quantity) = (item.parse().expect("an item"), quantity.parse().ok());
    let label = Some(LabelId::from_random(number));
    label::write(&OwnLabel::Material(Material { item, lot: String::new(), quantity, expiry: None, label }))
}

/// The view of the camera stays open, and says that of the last code.
fn says(phone: &mut Browser, text: &str) {
    let said = format!("document.querySelector('.camera-last')?.innerText.includes({})", json!(text));
    holds(phone, text, &said);
}

fn camera_is_out(phone: &mut Browser) {
    holds(phone, "the view is closed", "!document.querySelector('dialog.camera')");
    let out = "spied.streams.length > 0 && spied.streams.every(stream => stream.getTracks().every(track => track.readyState === 'ended'))";
    holds(phone, "the camera is out", out);
}

#[test]
fn a_label_before_the_camera_fills_in_what_it_says_and_opens_its_page_without_a_network_too() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "10", SMALL.store);
    let (item, quantity) = (SMALL.material.parse().expect("an item"), "5".parse().ok());
    let label = Material { item, lot: "批次7".into(), quantity, expiry: None, label: None };
    let film = Film::of_qr(&label::write(&OwnLabel::Material(label)));
    let network = Proxy::before(&host.base);
    let mut phone = storekeeper(&network.base, &film);
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");

    phone.open(&format!("{}/move/receipt", network.base));
    phone.press(CAMERA);
    phone.read("Material");
    camera_is_out(&mut phone);
    assert_eq!(phone.eval("document.querySelector('.value .number').innerText"), json!("5"));
    assert_eq!(phone.eval("JSON.stringify(spied.shaken) + JSON.stringify(spied.tones)"), json!("[60][1760]"));
    let kept = "Promise.all(['camera-', 'decoder-'].map(async kind => { \
                for (const name of await caches.keys()) for (const { url } of await (await caches.open(name)).keys()) \
                if (url.includes('/assets/' + kind)) return true })).then(all => all.every(Boolean))";
    holds(&mut phone, "what scans is kept on the phone", kept);
    // What is there of it is read, so that it is kept.
    phone.open(&format!("{}/stock/{}", network.base, SMALL.material));
    phone.read("10");

    phone.open(&format!("{}/stock", network.base));
    phone.read("Material");
    network.set(Fate::Away);
    phone.call("Network.clearBrowserCache", json!({}));
    phone.open(&format!("{}/stock", network.base));
    phone.press(CAMERA);
    holds(&mut phone, "the page of the item is open", &format!("location.pathname === '/stock/{}'", SMALL.material));
    phone.read("离线");
    camera_is_out(&mut phone);
}

#[test]
fn a_code_that_is_not_kept_is_said_to_be_unknown_where_there_is_no_network() {
    let host = Fresh::small();
    let film = Film::of_qr("NOWHERE-1");
    let network = Proxy::before(&host.base);
    let mut phone = storekeeper(&network.base, &film);
    holds(&mut phone, "the pages are kept on the phone", "!!navigator.serviceWorker.controller");
    phone.open(&format!("{}/move/receipt", network.base));
    phone.press(CAMERA);
    phone.read("找不到");
    camera_is_out(&mut phone);
    assert_eq!(phone.eval("spied.tones.join()"), json!("1760,220"), "what means nothing sounds so");
    network.set(Fate::Away);
    phone.press(CAMERA);
    phone.read("没有网络,本机也没存有:NOWHERE-1");
    // A place that is kept with the plant is found.
    phone.scan(&label::write(&OwnLabel::Location(SMALL.beside.parse().expect("a place"))));
    holds(&mut phone, "the place is found", &format!("document.querySelector('select').value === '{}'", SMALL.beside));
}

#[test]
fn labels_scanned_one_after_another_make_lines_that_are_booked_together() {
    let host = Fresh::small();
    let people = People::at(&host);
    let place = label::write(&OwnLabel::Location(SMALL.beside.parse().expect("a place")));
    let film = Film::of_qrs(&[&piece(SMALL.material, "5", 1), &piece(SMALL.material, "7", 2), "NOWHERE-1", &place]);
    let mut phone = storekeeper(&host.base, &film);
    spied_from_now_on(&mut phone, KEEPS_SCANNING);
    phone.open(&format!("{}/move/receipt", host.base));
    phone.press(CAMERA);
    for said in ["已扫 2 行", "不认识这个码:NOWHERE-1", SMALL.beside, "此标签已在列表里"] {
        says(&mut phone, said);
    }
    // That one code is not known is what this was about.
    phone.complaints.clear();
    phone.look("camera-row");
    phone.press("关闭");
    camera_is_out(&mut phone);
    phone.read("已扫 2 行");
    phone.look("move-lines");
    assert_eq!(phone.axe(&[]), Vec::<String>::new());
    phone.tap(".bottom .primary");
    phone.read("已记账 入库 2 行");
    let stock: ItemStock = people.manager.get(&format!("/api/v1/stock/{}", SMALL.material)).ok().json();
    let beside = stock.places.iter().find(|place| place.location.as_str() == SMALL.beside);
    let on_hand = beside.map(|place| place.on_hand.to_string());
    assert_eq!(on_hand.as_deref(), Some("12"), "the goods are at the place that was scanned");
}

#[test]
fn a_code_that_stays_in_view_is_one_scan_and_a_count_goes_on_from_code_to_code() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "10", SMALL.store);
    people.receive(SMALL.product, "4", SMALL.store);
    let begun = people.storekeeper.post("/api/v1/counts", json!({"scope": {"locations": [SMALL.store]}}));
    let id = begun.ok().json::<CountAnswer>().id;
    let place = label::write(&OwnLabel::Location(SMALL.store.parse().expect("a place")));
    let codes = ["6901234567892", &piece(SMALL.product, "4", 1), &place];
    let film = Film::of_qrs(&codes);
    let mut phone = storekeeper(&host.base, &film);
    spied_from_now_on(&mut phone, KEEPS_SCANNING);
    phone.open(&format!("{}/desk/count/{id}", host.base));
    phone.read("先扫或选库位");
    phone.press(CAMERA);
    for said in ["Material 1 ", "Product 4 ", SMALL.store] {
        says(&mut phone, said);
    }
    phone.press("关闭");
    camera_is_out(&mut phone);
    assert_eq!(asked(&mut phone), codes);
    // What was counted is entered when something else is scanned.
    let sheet: Sheet = people.storekeeper.get(&format!("/api/v1/counts/{id}/sheet")).ok().json();
    assert!(sheet.rows.len() == 2 && sheet.rows.iter().all(|row| row.state != "open"), "{sheet:?}");
}

#[test]
fn gs1_bars_keep_fnc1_and_a_reader_of_the_browser_that_drops_it_is_not_believed() {
    let host = Fresh::small();
    let film = Film::of_bars(&Code128::gs1(ELEMENTS).expect("elements are printable"));
    let mut phone = storekeeper(&host.base, &film);
    phone.open(&format!("{}/move/receipt", host.base));
    phone.press(CAMERA);
    phone.read("Material");
    assert_eq!(asked(&mut phone), [format!("]C1{ELEMENTS}")]);
    assert_eq!(phone.eval("document.querySelector('.fold input').value"), json!("LOT7"));

    let dropping = format!(
        "window.BarcodeDetector = class {{ static async getSupportedFormats() {{ \
         return ['qr_code', 'data_matrix', 'code_128', 'ean_13'] }} \
         async detect() {{ window.looked = true; return [{{ format: 'code_128', rawValue: {} }}] }} }};",
        json!(ELEMENTS.replace('\u{1d}', ""))
    );
    spied_from_now_on(&mut phone, &dropping);
    phone.open(&format!("{}/move/receipt", host.base));
    phone.press(CAMERA);
    phone.read("Material");
    assert_eq!(phone.eval("window.looked"), json!(true), "the browser's own reader is asked first");
    assert_eq!(asked(&mut phone), [format!("]C1{ELEMENTS}")]);
}

#[test]
fn the_view_of_the_camera_closes_with_escape_has_no_torch_where_there_is_none_and_is_for_everyone() {
    let host = Fresh::small();
    let film = Film::of_nothing();
    let mut phone = storekeeper(&host.base, &film);
    phone.open(&format!("{}/stock", host.base));
    phone.press(CAMERA);
    phone.read("把条码放进框里");
    phone.look("camera");
    assert_eq!(phone.axe(&[]), Vec::<String>::new());
    assert!(phone.offers("关闭") && !phone.offers("手电") && !phone.offers("连续扫码"));
    for kind in ["keyDown", "keyUp"] {
        let key = json!({"type": kind, "key": "Escape", "code": "Escape", "windowsVirtualKeyCode": 27});
        phone.call("Input.dispatchKeyEvent", key);
    }
    camera_is_out(&mut phone);
    let focused = phone.eval("document.activeElement.getAttribute('aria-label')");
    assert_eq!(focused, json!(CAMERA), "the focus comes back to the button");

    // Where one code is taken after another the view offers to stay open, and this device keeps what was chosen.
    phone.open(&format!("{}/move/receipt", host.base));
    for was in ["false", "true"] {
        phone.press(CAMERA);
        phone.see(&format!(".camera-on[aria-pressed={was}]"));
        phone.press("连续扫码");
        phone.press("关闭");
        camera_is_out(&mut phone);
    }
    phone.open(&format!("{}/stock", host.base));

    // Whoever leaves the page leaves the camera.
    phone.press(CAMERA);
    phone.read("把条码放进框里");
    phone.eval("document.querySelector('nav a[href=\"/movements\"]').click()");
    camera_is_out(&mut phone);

    let lamp = "MediaStreamTrack.prototype.getCapabilities = () => ({ torch: true }); window.torch = []; \
                MediaStreamTrack.prototype.applyConstraints = async wanted => { torch.push(wanted.advanced[0].torch) };";
    spied_from_now_on(&mut phone, lamp);
    phone.open(&format!("{}/stock", host.base));
    phone.press(CAMERA);
    phone.press("手电");
    phone.see(".camera [aria-pressed=true]");
    phone.look("camera-torch");
    phone.press("手电");
    phone.see(".camera [aria-pressed=false]");
    assert_eq!(phone.eval("torch"), json!([true, false]));
    phone.press("关闭");
    camera_is_out(&mut phone);
}

#[test]
fn where_the_camera_is_refused_or_missing_the_page_says_so_and_what_to_do() {
    let host = Fresh::small();
    let film = Film::of_nothing();
    let mut phone = storekeeper(&host.base, &film);
    let refused = |setting: &str| json!({"permission": {"name": "camera"}, "setting": setting, "origin": host.base});
    phone.call("Browser.setPermission", refused("denied"));
    phone.open(&format!("{}/stock", host.base));
    phone.press(CAMERA);
    phone.read("没有使用相机的许可");
    phone.look("camera-refused");
    assert_eq!(phone.axe(&[]), Vec::<String>::new());
    phone.call("Browser.setPermission", refused("granted"));
    phone.press("再试一次");
    phone.read("把条码放进框里");
    phone.press("关闭");
    camera_is_out(&mut phone);

    spied_from_now_on(
        &mut phone,
        "navigator.mediaDevices.getUserMedia = async () => { throw new DOMException('', 'NotFoundError') }",
    );
    phone.open(&format!("{}/stock", host.base));
    phone.press(CAMERA);
    phone.read("这台设备没有相机");
    // Over plain HTTP a browser has no camera to ask for.
    spied_from_now_on(&mut phone, "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })");
    phone.open(&format!("{}/stock", host.base));
    phone.see("form.scan");
    assert!(!phone.offers(CAMERA));
}

#[test]
fn the_tone_is_turned_off_on_the_page_of_the_reader_and_stays_off() {
    let host = Fresh::small();
    let people = People::at(&host);
    people.receive(SMALL.material, "10", SMALL.store);
    let film = Film::of_nothing();
    let mut phone = storekeeper(&host.base, &film);
    phone.open(&format!("{}/me", host.base));
    phone.see("[aria-label=扫码提示音]");
    phone.tap("[aria-label=扫码提示音] .option:last-child");
    phone.see("[aria-label=扫码提示音] .option:last-child[aria-pressed=true]");
    phone.look("me-sound");
    phone.open(&format!("{}/stock", host.base));
    phone.see("form.scan");
    phone.tap("header.bar h1");
    phone.scan("6901234567892");
    holds(&mut phone, "the page of the item is open", &format!("location.pathname === '/stock/{}'", SMALL.material));
    assert_eq!(phone.eval("JSON.stringify(spied.shaken) + JSON.stringify(spied.tones)"), json!("[60][]"));
}
