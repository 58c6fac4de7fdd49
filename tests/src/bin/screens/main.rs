//! `takt screens`: a picture of every page of the demo plant, on the three screens that people have, in both languages.

use std::fs;

use anyhow::Context;
use takt_tests::browser::Browser;
use takt_tests::host::{Folder, Host, root};
use takt_tests::tour::{self, Tour};

/// A phone held in the hand, a tablet at the line, a screen on the wall or on a desk.
const SCREENS: [(u32, u32, bool); 3] = [(360, 740, true), (768, 1024, true), (1920, 1080, false)];

fn main() -> anyhow::Result<()> {
    let data = Folder::new();
    let host = Host::start_with(data.path(), &["--demo"]);
    let order = tour::running_order(&host);
    let folder = root().join("tests/screenshots");
    for language in ["zh", "en"] {
        for (width, height, is_touched) in SCREENS {
            let name = format!("{language}-{width}x{height}");
            fs::create_dir_all(folder.join(&name)).context("tests/screenshots cannot be made")?;
            let mut browser = Browser::phone();
            browser.screen(width, height, is_touched);
            let mut tour = Tour::begins(&host, browser, language);
            let mut look = |browser: &mut Browser, path: &str| {
                let page = path.trim_start_matches('/').replace('/', "-");
                let page = if page.is_empty() { "home" } else { &page };
                browser.screenshot(&format!("{name}/{page}"));
            };
            tour.floor(&order, &mut look);
            tour.desk(&order, &mut look);
            eprintln!("takt: {} pages at {name}", tour.count());
        }
    }
    eprintln!("takt: the pictures are in {}", folder.display());
    Ok(())
}
