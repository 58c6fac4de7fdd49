//! Measures what a phone waits for: the pages in real Chromium, the network at 1.6 Mbit/s and 150 ms, the processor slowed
//! four times. Prints a line for each visit: when the largest part of the view was painted, when the sign-in took input, what
//! moved meanwhile, and what came over the network. Times depend on the machine; sizes are checked by the build.

use serde_json::{Value, json};
use takt_tests::browser::Browser;
use takt_tests::host::Fresh;
use takt_tests::wait::until;

const VISITS: usize = 5;
const BITS_PER_S: f64 = 1.6e6;
const LATENCY_MS: u32 = 150;
const SLOWER: u32 = 4;

/// Answers `[largest paint, ready, layout shift, bytes]` once the page has been quiet for a second.
const MEASURE: &str = "(async () => {
    const of = type => new Promise(tell => { const found = []; \
        new PerformanceObserver(list => found.push(...list.getEntries())).observe({type, buffered: true}); \
        setTimeout(() => tell(found), 1000) });
    const [paints, shifts] = await Promise.all([of('largest-contentful-paint'), of('layout-shift')]);
    const loads = [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')];
    const sum = (list, of) => list.reduce((all, each) => all + of(each), 0);
    return [Math.max(0, ...paints.map(each => each.startTime)), performance.getEntriesByName('takt-ready')[0].startTime,
        sum(shifts, each => each.value), sum(loads, each => each.transferSize)] })()";

fn main() {
    let host = Fresh::small();
    println!("{:>7} {:>14} {:>11} {:>7} {:>9}", "visit", "largest paint", "ready", "shift", "bytes");
    for _ in 0..VISITS {
        let mut browser = Browser::phone();
        let bytes_per_s = BITS_PER_S / 8.0;
        let network = json!({"offline": false, "latency": LATENCY_MS, "downloadThroughput": bytes_per_s,
            "uploadThroughput": bytes_per_s});
        browser.call("Network.emulateNetworkConditions", network);
        browser.call("Emulation.setCPUThrottlingRate", json!({"rate": SLOWER}));
        measure(&mut browser, &host.base, "first");
        let is_kept = "navigator.serviceWorker.controller?.state === 'activated'";
        until("the pages are kept", || (browser.eval(is_kept) == true).then_some(()));
        measure(&mut browser, &host.base, "second");
    }
}

fn measure(browser: &mut Browser, url: &str, visit: &str) {
    browser.open(url);
    let is_ready = "performance.getEntriesByName('takt-ready').length > 0";
    until("the page is ready", || (browser.eval(is_ready) == true).then_some(()));
    let found = browser.eval(MEASURE);
    let number = |n: usize| found.get(n).and_then(Value::as_f64).unwrap_or(f64::NAN);
    println!("{visit:>7} {:>11.0} ms {:>8.0} ms {:>7.3} {:>9.0}", number(0), number(1), number(2), number(3));
}
