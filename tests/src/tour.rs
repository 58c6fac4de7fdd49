//! A walk through every page of the demo plant, as whoever works with it, on the screens that they have.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::host::Host;
use crate::wait::until;

/// The PIN of everybody in the demo.
const PIN: &str = "1234";
/// Who works standing, with a phone; and sitting.
const ON_THE_FLOOR: [&str; 3] = ["operator", "storekeeper", "inspector"];
const AT_A_DESK: [&str; 6] = ["admin", "planner", "lead", "manager", "inspector", "storekeeper"];

/// One browser on the way.
pub struct Tour {
    /// What is looked at.
    pub browser: Browser,
    base: String,
    seen: BTreeSet<String>,
}

/// What is done at each stop: the browser, and the path of the page it shows.
pub type Look<'a> = &'a mut dyn FnMut(&mut Browser, &str);

impl Tour {
    /// Begins at the sign-in.
    pub fn begins(host: &Host, mut browser: Browser, language: &str) -> Self {
        browser.speak("zh-CN,zh");
        browser.open(&host.base);
        browser.see("input[autocomplete=username]");
        browser.eval(&format!("localStorage.setItem('takt.lang', {})", json!(language)));
        Self { browser, base: host.base.clone(), seen: BTreeSet::new() }
    }

    /// Every page that a phone shows.
    pub fn floor(&mut self, order: &str, look: Look<'_>) {
        self.signs_in(ON_THE_FLOOR[0], look);
        for user in ON_THE_FLOOR {
            self.signs_in(user, look);
            self.opens_all(look);
            for path in [format!("/orders/{order}"), format!("/orders/{order}/report"), "/outbox".into()] {
                self.opens(&path, look);
            }
        }
    }

    /// Every page of the desk.
    pub fn desk(&mut self, order: &str, look: Look<'_>) {
        for user in AT_A_DESK {
            self.signs_in(user, look);
            self.opens("/desk", look);
            self.opens_all(look);
            for path in [format!("/desk/work-order/{order}"), format!("/desk/why/{order}"), "/desk/board/wall".into()] {
                self.opens(&path, look);
            }
        }
    }

    /// How many pages it has come to.
    pub fn count(&self) -> usize {
        self.seen.len()
    }

    /// Takes the place of whoever was there.
    fn signs_in(&mut self, user: &str, look: Look<'_>) {
        self.browser.eval("localStorage.removeItem('takt.session')");
        self.browser.open(&format!("{}/sign-in", self.base));
        self.browser.see("input[autocomplete=username]");
        if self.seen.insert("/sign-in".into()) {
            look(&mut self.browser, "/sign-in");
        }
        self.browser.fill("input[autocomplete=username]", user);
        PIN.chars().for_each(|digit| self.browser.press(&digit.to_string()));
        self.browser.tap(".submit .primary");
        self.browser.see("header.bar");
    }

    fn opens(&mut self, path: &str, look: Look<'_>) {
        if self.seen.insert(path.to_owned()) {
            self.browser.open(&format!("{}{path}", self.base));
            let drawn = "!!document.querySelector('header.bar h1') && !document.querySelector('main .loading')";
            until(&format!("{path} is drawn"), || (self.browser.eval(drawn) == json!(true)).then_some(()));
            look(&mut self.browser, path);
        }
    }

    fn opens_all(&mut self, look: Look<'_>) {
        let script = "[...document.querySelectorAll('nav a[href^=\"/\"]')].map(link => link.getAttribute('href'))";
        let links = self.browser.eval(script);
        for link in links.as_array().into_iter().flatten().filter_map(Value::as_str) {
            self.opens(link, look);
        }
    }
}

/// An order that the demo has running.
pub fn running_order(host: &Host) -> String {
    let client = host.client().sign_in("operator");
    let running: Value = client.get("/api/v1/orders?state=in_progress&limit=1").ok().json();
    running["rows"][0]["id"].as_str().expect("the demo makes something").to_owned()
}
