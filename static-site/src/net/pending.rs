//! Writes whose outcome is not known, kept on the device: whoever leaves the page, reloads it or has to sign in again can
//! still send the very same request, which is booked once.

use std::cell::RefCell;
use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_domain::id::UserId;

use super::device::{self, Kept};
use super::fetch::Call;
use super::submit::Submit;
use crate::{app, json};

/// What may be kept: these bodies hold no PIN.
const KEPT_PATHS: [&str; 3] = ["/api/v1/orders", "/api/v1/reports", "/api/v1/movements"];
/// More are never open at once by honest use; the oldest go first.
const KEPT_MAX: usize = 20;

/// One request, with what the reader knows it by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Pending {
    plant: u32,
    user: UserId,
    /// The title of the page that sent it.
    pub title: String,
    path: String,
    body: Option<String>,
    key: String,
    scanned: bool,
}

thread_local! {
    /// The keys that a button on the screen, or a request under way, still answers for.
    static HELD: RefCell<HashMap<String, Holder>> = RefCell::default();
}

#[derive(Clone, Copy)]
enum Holder {
    UnderWay,
    Button(Submit),
}

fn all() -> Vec<Pending> {
    device::get(Kept::Pending).and_then(|text| json::read(&text).ok()).unwrap_or_default()
}

fn keep_all(pending: &[Pending]) {
    device::set(Kept::Pending, &json::write(&pending).unwrap_or_default());
}

fn tell() {
    app::app().pending.update(|version| *version += 1);
}

/// Keeps a request that is about to be sent.
pub fn begin(call: &Call) {
    let (Some(key), Some(session)) = (&call.key, app::session()) else { return };
    HELD.with_borrow_mut(|held| held.insert(key.clone(), Holder::UnderWay));
    let mut kept = all();
    let is_known = kept.iter().any(|pending| pending.key == *key);
    if is_known || call.method != "POST" || !KEPT_PATHS.iter().any(|path| call.path.starts_with(path)) {
        return;
    }
    let title = document().title();
    kept.push(Pending {
        plant: session.plant,
        user: session.user.clone(),
        title: title.strip_suffix(" · Takt").unwrap_or(&title).to_owned(),
        path: call.path.clone(),
        body: call.body.clone(),
        key: key.clone(),
        scanned: call.source == Source::Scan,
    });
    let surplus = kept.len().saturating_sub(KEPT_MAX);
    keep_all(&kept[surplus..]);
}

/// Forgets a request: it has its answer, or the reader does not wait any more.
pub fn settle(call: &Call) {
    let Some(key) = &call.key else { return };
    HELD.with_borrow_mut(|held| held.remove(key));
    let mut kept = all();
    let before = kept.len();
    kept.retain(|pending| pending.key != *key);
    if kept.len() != before {
        keep_all(&kept);
    }
    tell();
}

/// No answer came. `button` shows that as long as it lives; after it, [`orphans`] do.
pub fn leave_open(call: &Call, button: Option<Submit>) {
    let Some(key) = &call.key else { return };
    HELD.with_borrow_mut(|held| match button {
        Some(button) => held.insert(key.clone(), Holder::Button(button)),
        None => held.remove(key),
    });
    tell();
}

/// The reader's own requests that nothing on the screen answers for.
pub fn orphans() -> Vec<Pending> {
    let Some(session) = app::session() else { return Vec::new() };
    let is_held = |key: &str| {
        HELD.with_borrow(|held| match held.get(key) {
            None => false,
            Some(Holder::UnderWay) => true,
            Some(Holder::Button(button)) => button.progress.is_alive(),
        })
    };
    let mine = |pending: &Pending| pending.plant == session.plant && pending.user == session.user;
    all().into_iter().filter(|pending| mine(pending) && !is_held(&pending.key)).collect()
}

impl Pending {
    /// The request as it was.
    pub fn call(self) -> Call {
        let source = if self.scanned { Source::Scan } else { Source::Hand };
        Call { method: "POST", path: self.path, body: self.body, key: Some(self.key), source, etag: None, ticket: None }
    }

    /// Forgets it.
    pub fn forget(self) {
        settle(&self.call());
    }
}
