//! The pages are for everyone: each of the demo plant's is judged by axe, in light, in dark and with high contrast, on the
//! screen of a phone or of a desk.

use takt_tests::browser::Browser;
use takt_tests::host::{Folder, Host};
use takt_tests::tour::{self, Tour};

fn judge(browser: &mut Browser, path: &str, found: &mut Vec<String>) {
    let mut faults = browser.axe(&[]);
    browser.prefer(&[("prefers-color-scheme", "dark")]);
    faults.extend(browser.axe(&["color-contrast"]).into_iter().map(|fault| format!("dark: {fault}")));
    browser.prefer(&[("prefers-contrast", "more")]);
    faults.extend(browser.axe(&["color-contrast-enhanced"]).into_iter().map(|fault| format!("contrast: {fault}")));
    browser.prefer(&[]);
    found.extend(faults.into_iter().map(|fault| format!("{path}: {fault}")));
}

#[test]
fn every_page_of_the_demo_plant_passes_the_rules_of_wcag_in_light_dark_and_high_contrast() {
    let data = Folder::new();
    let host = Host::start_with(data.path(), &["--demo"]);
    let order = tour::running_order(&host);
    let mut found = Vec::new();
    let mut look = |browser: &mut Browser, path: &str| judge(browser, path, &mut found);
    let mut phone = Tour::begins(&host, Browser::phone(), "zh");
    phone.floor(&order, &mut look);
    let mut desk = Tour::begins(&host, Browser::desk(), "zh");
    desk.desk(&order, &mut look);
    assert!(phone.count() >= 10 && desk.count() >= 25, "{} and {} pages", phone.count(), desk.count());
    assert!(found.is_empty(), "{} faults:\n{}", found.len(), found.join("\n"));
}
