//! The desk's pages of production control, clicked through in a real browser against the real host: what is seen and
//! touched there, and what the plant has kept of it.

mod charts;
mod counts;
mod deputies;
mod devices;
mod exceptions;
mod lifecycle;
mod orders;
mod quality;
mod resources;
mod schedule;
mod settings;
mod supply;
mod systems;
mod trace;
mod webhooks;

use takt_tests::browser::Browser;
use takt_tests::host::{Fresh, Host};
use takt_tests::plant::PIN;

/// A screen at which somebody is signed in.
struct Screen {
    browser: Browser,
    base: String,
}

impl Screen {
    /// A wide one, at a page of the desk.
    fn desk(host: &Fresh, user: &str, page: &str) -> Self {
        Self::at(Browser::desk(), host, user, &format!("/desk/{page}"))
    }

    /// A phone, at an order.
    fn phone(host: &Fresh, user: &str, order: &str) -> Self {
        Self::at(Browser::phone(), host, user, &format!("/orders/{order}"))
    }

    fn at(mut browser: Browser, host: &Host, user: &str, path: &str) -> Self {
        browser.speak("zh-CN,zh");
        browser.open(&host.base);
        browser.read("登录");
        browser.fill("input[autocomplete=username]", user);
        for digit in PIN.chars() {
            browser.press(&digit.to_string());
        }
        browser.press("登录");
        browser.see("header.bar");
        browser.open(&format!("{}{path}", host.base));
        Self { browser, base: host.base.clone() }
    }

    /// Goes to another page of the desk.
    fn goes(&mut self, page: &str) {
        self.browser.open(&format!("{}/desk/{page}", self.base));
    }

    /// What is wrong with the page, with a picture of it.
    fn look(&mut self, what: &str) {
        self.browser.screenshot(what);
        let complaints = std::mem::take(&mut self.browser.complaints);
        let found: Vec<_> = self.browser.faults().into_iter().chain(complaints).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    }

    /// Types into the field with this label, in the sheet where one is open.
    fn types(&mut self, label: &str, text: &str) {
        let script = format!(
            "(() => {{ const root = [...document.querySelectorAll('dialog[open]')].pop() ?? document; \
             const found = [...root.querySelectorAll('label')].filter(l => l.querySelector('span')?.textContent === {}) \
             .pop()?.querySelector('input,textarea,select'); if (!found) return false; \
             document.querySelectorAll('[data-typed]').forEach(e => e.removeAttribute('data-typed')); \
             found.setAttribute('data-typed', ''); return true }})()",
            serde_json::json!(label)
        );
        takt_tests::wait::until(&format!("there is a field called {label}"), || {
            (self.browser.eval(&script) == serde_json::json!(true)).then_some(())
        });
        self.browser.fill("[data-typed]", text);
    }

    /// Chooses in the list with this label.
    fn chooses(&mut self, label: &str, value: &str) {
        let script = format!(
            "(() => {{ const found = [...document.querySelectorAll('label')] \
             .find(l => l.querySelector('span')?.textContent === {} && l.querySelector('select'))?.querySelector('select'); \
             if (!found) return false; found.value = {}; found.dispatchEvent(new Event('input', {{bubbles: true}})); found.dispatchEvent(new Event('change', {{bubbles: true}})); \
             return found.value === {} }})()",
            serde_json::json!(label),
            serde_json::json!(value),
            serde_json::json!(value)
        );
        takt_tests::wait::until(&format!("{value} is among {label}"), || {
            (self.browser.eval(&script) == serde_json::json!(true)).then_some(())
        });
    }
}
