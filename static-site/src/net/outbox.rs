//! What people book where the network is weak: each write is put on this device before it is sent, and stays there until the
//! plant has answered it. So it outlives a dead spot, a closed page and a killed browser.
//!
//! One list, sent one after the other in the order in which the buttons were pressed, each under the key that it got then: a
//! repeat is booked once, also when two pages of this device send at once. A write ends as booked or as refused. The page that
//! made it shows that, if it is still there; else the outbox does, until somebody has seen to it.
//!
//! A write belongs to who was signed in: another person's session never sends it.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use serde::{Deserialize, Serialize};
use sycamore::web::window;
use takt_api::quality::PhotoAnswer;
use takt_api::reports::ReportState;
use takt_api::stock::Source;
use takt_domain::id::UserId;
use takt_domain::refusal::Unmet;

use super::fetch::{Answer, Call, fetch, timer};
use super::submit::is_final;
use super::{Fault, database, device};
use crate::ui::toast::Toast;
use crate::{app, json, text};

const REPORTS: &str = "/api/v1/reports";
const PHOTOS: &str = "/api/v1/photos";
/// Together with a key: what a photo is called until the plant has it.
const LOCAL_PHOTO: &str = "local-";
/// How long a button waits for the answer before the reader may go on.
const PATIENCE_MS: i32 = 5_000;
/// The pauses after one failure, two, and so on.
const PAUSES_MS: [i32; 5] = [2_000, 4_000, 8_000, 15_000, 30_000];
/// How often a report that the plant has accepted is looked after, and how much slower that gets after as many times.
const FOLLOW_MS: i32 = 1_000;
const FOLLOW_SLOWEST: i32 = 10;
/// After so many conflicts, or answers of a server in trouble, the next ones go first.
const TRIES_MAX: u32 = 5;
/// How long, and how many of those that are booked are shown.
const SHOWN_MS: i64 = 24 * 3_600_000;
const SHOWN_MAX: usize = 30;

/// How far a write has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    /// Somebody has to see to it.
    Refused,
    /// On this device alone.
    Waiting,
    /// With the plant, which has not booked it yet.
    Accepted,
    Booked,
}

/// One write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    #[serde(skip)]
    number: u32,
    plant: u32,
    /// Whose it is.
    pub user: UserId,
    /// What the reader knows it by.
    pub what: String,
    /// When the button was pressed, in milliseconds since 1970.
    pub made_ms: i64,
    path: String,
    body: String,
    key: String,
    scanned: bool,
    pub state: State,
    /// What the plant said: of a refused one why (JSON), of an accepted one its receipt, of a photo its id.
    said: String,
}

/// What tells a page the answer to its write, or that none has come yet. True where the page is still there.
type Watcher = Box<dyn FnOnce(Option<&Answer>) -> bool>;

thread_local! {
    static IS_RUNNING: Cell<bool> = const { Cell::new(false) };
    /// Somebody asked while it was running.
    static ONCE_MORE: Cell<bool> = const { Cell::new(false) };
    static TIMER: Cell<Option<i32>> = const { Cell::new(None) };
    /// Passes in a row that ended without the network.
    static FAILURES: Cell<usize> = const { Cell::new(0) };
    /// Times in a row that a receipt had not ended.
    static FOLLOWED: Cell<i32> = const { Cell::new(0) };
    static TRIES: RefCell<HashMap<u32, u32>> = RefCell::default();
    static WATCHERS: RefCell<HashMap<u32, Watcher>> = RefCell::default();
}

/// What a receipt has become.
#[derive(Deserialize)]
struct Ended {
    state: ReportState,
    #[serde(default)]
    unmet: Vec<Unmet>,
}

#[derive(Deserialize)]
struct Receipt {
    id: String,
}

impl Entry {
    /// True for the reader's own.
    pub fn is_mine(&self) -> bool {
        app::session().is_some_and(|session| session.plant == self.plant && session.user == self.user)
    }

    fn call(&self) -> Call {
        let source = if self.scanned { Source::Scan } else { Source::Hand };
        let (body, key) = (Some(self.body.clone()), Some(self.key.clone()));
        Call { method: "POST", body, key, source, ..Call::get(self.path.clone()) }
    }

    /// True for one that no page on the screen answers for, and that is not over.
    pub fn is_open(&self) -> bool {
        self.state != State::Booked && !WATCHERS.with_borrow(|watchers| watchers.contains_key(&self.number))
    }

    /// Why it was refused.
    pub fn fault(&self) -> Fault {
        match json::read(&self.said) {
            Ok(problem) => Fault::Problem(Rc::new(problem)),
            Err(_) => Fault::Unreadable,
        }
    }

    /// The reasons of a report that was accepted first and refused then.
    pub fn unmet(&self) -> Vec<Unmet> {
        json::read::<Ended>(&self.said).map(|ended| ended.unmet).unwrap_or_default()
    }

    /// Sends it once more: what was missing may be there now. A receipt that has ended stays as it ended, so what was accepted
    /// first and refused then is a new request, under a new key.
    pub fn again(&self) {
        let has_ended = json::read::<Ended>(&self.said).is_ok();
        let key = if has_ended { device::uuid() } else { self.key.clone() };
        let entry = Self { state: State::Waiting, said: String::new(), key, ..self.clone() };
        app::spawn(async move {
            entry.keep().await;
            drain_now();
        });
    }

    /// Takes it off the list. The reader has seen it, or does not want it any more.
    pub fn forget(&self) {
        let number = self.number;
        app::spawn(async move {
            let _ = database::remove(number).await;
            look().await;
        });
    }

    async fn keep(&self) {
        // Where it cannot be kept it is sent once more one day, under the same key, and booked once.
        if let Ok(text) = json::write(self) {
            let _ = database::replace(self.number, &text).await;
        }
    }
}

/// Begins when the pages are loaded: what an earlier visit left is sent.
pub fn start() {
    app::spawn(async {
        let now = device::now().as_millisecond();
        let booked = look().await.into_iter().rev().filter(|entry| entry.state == State::Booked);
        for (place, entry) in booked.enumerate() {
            if place >= SHOWN_MAX || now - entry.made_ms > SHOWN_MS {
                let _ = database::remove(entry.number).await;
            }
        }
        drain_now();
    });
}

/// Reads what is there, and has it drawn.
async fn look() -> Vec<Entry> {
    let Ok(rows) = database::all().await else { return app::app().outbox.get_clone_untracked() };
    let mut entries = Vec::with_capacity(rows.len());
    for (number, text) in rows {
        if let Ok(entry) = json::read::<Entry>(&text) {
            entries.push(Entry { number, ..entry });
        }
    }
    let outbox = app::app().outbox;
    if outbox.with_untracked(|shown| *shown != entries) {
        outbox.set(entries.clone());
    }
    entries
}

/// Puts a write on this device and sends it. `watcher` hears its answer, or after a while that there is none yet. False where
/// the device cannot keep it: then nothing has happened.
pub async fn put(call: &Call, what: String, watcher: impl FnOnce(Option<&Answer>) -> bool + 'static) -> bool {
    let (Some(session), Some(key), Some(body)) = (app::session(), &call.key, &call.body) else { return false };
    let entry = Entry {
        number: 0,
        plant: session.plant,
        user: session.user.clone(),
        what,
        made_ms: device::now().as_millisecond(),
        path: call.path.clone(),
        body: body.clone(),
        key: key.clone(),
        scanned: call.source == Source::Scan,
        state: State::Waiting,
        said: String::new(),
    };
    let Ok(text) = json::write(&entry) else { return false };
    let Ok(number) = database::add(&text).await else { return false };
    FOLLOWED.set(0);
    WATCHERS.with_borrow_mut(|watchers| watchers.insert(number, Box::new(watcher)));
    timer(PATIENCE_MS, move || {
        let watcher = WATCHERS.with_borrow_mut(|watchers| watchers.remove(&number));
        release(watcher);
    });
    drain_now();
    true
}

/// Tells pages that no answer has come: their readers go on, and the outbox answers for the writes.
fn release(watchers: impl IntoIterator<Item = Watcher>) {
    let mut is_any = false;
    for watcher in watchers {
        is_any = true;
        watcher(None);
    }
    if is_any {
        keep_for_good();
        app::app().outbox.update(|_| {});
    }
}

/// What the page may go on with while there is no answer: a photo has a name already.
pub fn answer_meanwhile(call: &Call) -> String {
    match &call.key {
        Some(key) if call.path == PHOTOS => format!(r#"{{"id":"{LOCAL_PHOTO}{key}"}}"#),
        _ => String::new(),
    }
}

/// Asks the browser not to clear the device of this when it wants room. It may say no.
fn keep_for_good() {
    if device::offers("storage") {
        let _ = window().navigator().storage().persist();
    }
}

/// Sends what waits, without the pause after a failure: the network may be back, somebody is there.
pub fn drain_now() {
    FAILURES.set(0);
    drain();
}

fn drain() {
    if IS_RUNNING.replace(true) {
        return ONCE_MORE.set(true);
    }
    if let Some(timer) = TIMER.take() {
        window().clear_timeout_with_handle(timer);
    }
    app::spawn(async {
        let pause = pass().await;
        IS_RUNNING.set(false);
        if ONCE_MORE.take() {
            drain();
        } else if let Some(ms) = pause {
            TIMER.set(Some(timer(ms, drain)));
        }
    });
}

/// Sends what can be sent. When to come back, where something is left.
async fn pass() -> Option<i32> {
    let mut left_for_later = Vec::new();
    loop {
        let entries = look().await;
        let is_next = |entry: &&Entry| {
            entry.state == State::Waiting && entry.is_mine() && !left_for_later.contains(&entry.number)
        };
        let Some(entry) = entries.iter().find(is_next) else { break };
        let Some(entry) = with_photos(entry, &entries).await else {
            left_for_later.push(entry.number);
            continue;
        };
        let answer = fetch(&entry.call()).await;
        match answer {
            None => {
                release_all();
                return Some(pause_after_failure());
            }
            // The session has lapsed: the next sign-in goes on from here.
            Some(answer) if answer.status == 401 => return None,
            Some(answer) if is_final(&answer) => settle(entry, answer).await,
            Some(answer) if matches!(answer.status, 429 | 503) => {
                release_all();
                return Some(answer.retry_after_s.map_or_else(pause_after_failure, |s| s.clamp(1, 60) as i32 * 1000));
            }
            Some(answer) => {
                let tries = TRIES.with_borrow_mut(|tries| {
                    let count = tries.entry(entry.number).or_default();
                    *count += 1;
                    *count
                });
                match tries {
                    ..TRIES_MAX => return Some(pause_after_failure()),
                    // A conflict that stays is for a person to look at.
                    _ if answer.status == 409 => settle(entry, answer).await,
                    _ => left_for_later.push(entry.number),
                }
            }
        }
        FAILURES.set(0);
    }
    let again = follow().await;
    again.or_else(|| (!left_for_later.is_empty()).then(pause_after_failure))
}

fn release_all() {
    let all = WATCHERS.take();
    release(all.into_values());
}

/// A random bit more, so that the phones of a hall do not come back all at once.
fn pause_after_failure() -> i32 {
    let failures = FAILURES.get();
    FAILURES.set(failures + 1);
    let pause = PAUSES_MS[failures.min(PAUSES_MS.len() - 1)];
    pause + (js_sys::Math::random() * f64::from(pause) * 0.3) as i32
}

/// The write with its photos under the names that the plant gave them; kept so before it is sent, so that every repeat is the
/// same. None while one of them is still on its way.
async fn with_photos(entry: &Entry, all: &[Entry]) -> Option<Entry> {
    let mut entry = entry.clone();
    let before = entry.body.len();
    for photo in all.iter().filter(|photo| photo.path == PHOTOS) {
        let name = format!("{LOCAL_PHOTO}{}", photo.key);
        if entry.body.contains(&name) {
            match photo.state {
                State::Booked => entry.body = entry.body.replace(&name, &photo.said),
                State::Waiting => return None,
                // The plant says that it does not know the photo, and the reader sees both.
                State::Refused | State::Accepted => {}
            }
        }
    }
    if entry.body.len() != before {
        entry.keep().await;
    }
    Some(entry)
}

/// An answer has come: the page that asked shows it; where that is gone the outbox does.
async fn settle(mut entry: Entry, answer: Answer) {
    TRIES.with_borrow_mut(|tries| tries.remove(&entry.number));
    let watcher = WATCHERS.with_borrow_mut(|watchers| watchers.remove(&entry.number));
    let is_seen = watcher.is_some_and(|watcher| watcher(Some(&answer)));
    if answer.status == 202 && entry.path == REPORTS {
        entry.state = State::Accepted;
        entry.said = json::read::<Receipt>(&answer.text).map(|receipt| receipt.id).unwrap_or_default();
    } else if is_seen {
        let _ = database::remove(entry.number).await;
        return;
    } else if answer.is_success() {
        entry.state = State::Booked;
        entry.said = json::read::<PhotoAnswer>(&answer.text).map(|photo| photo.id.to_string()).unwrap_or_default();
        app::app().say(Toast::good(format!("{}: {}", text::BOOKED.get(), entry.what)));
    } else {
        return refuse(&mut entry, answer.text).await;
    }
    entry.keep().await;
}

async fn refuse(entry: &mut Entry, why: String) {
    entry.state = State::Refused;
    entry.said = why;
    entry.keep().await;
}

/// Looks after reports that the plant has accepted. When to look again, where one of them has not ended.
async fn follow() -> Option<i32> {
    let mut again = None;
    let accepted = |entry: &Entry| entry.state == State::Accepted && entry.is_mine();
    for mut entry in look().await.into_iter().filter(accepted) {
        let path = format!("{REPORTS}/{}", crate::route::encode(&entry.said));
        let Some(answer) = fetch(&Call::get(path)).await else { return Some(pause_after_failure()) };
        let state = json::read::<Ended>(&answer.text).ok().map(|ended| ended.state);
        match state {
            Some(ReportState::Booked) => drop(database::remove(entry.number).await),
            Some(ReportState::Refused) => refuse(&mut entry, answer.text).await,
            None if is_final(&answer) && answer.status != 401 => refuse(&mut entry, answer.text).await,
            Some(ReportState::Queued) | None => {
                // Quick at first, then at ease: where the plant's own store is away, every phone asks.
                let asked = FOLLOWED.get();
                FOLLOWED.set((asked + 1).min(FOLLOW_SLOWEST));
                again = Some(FOLLOW_MS * (1 + asked / FOLLOW_SLOWEST * FOLLOW_SLOWEST));
                continue;
            }
        }
        look().await;
        app::app().wake();
    }
    again
}
