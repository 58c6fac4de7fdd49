//! Writes. The key is made when the button is pressed and stays with that very request until an answer came, so a double
//! tap, a retry by itself and a retry by hand are all the same request, which is booked once.

use std::cell::RefCell;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use takt_api::identity::{Sign, SignatureTicket};
use takt_api::stock::Source;

use super::fetch::{Answer, Call, fetch, wait};
use super::{Fault, device, outbox, pending};
use crate::ui::toast::Toast;
use crate::{app, json, text};

const SESSION: &str = "/api/v1/session";
const SIGNATURE: &str = "/api/v1/session/signature";
/// How long to wait before the same request is sent again by itself.
const PAUSES_MS: [i32; 2] = [1_000, 3_000];

thread_local! {
    static ALL: RefCell<Vec<Signal<Progress>>> = const { RefCell::new(Vec::new()) };
}

/// True while any button on the screen has a request without an outcome.
pub fn any_is_held() -> bool {
    ALL.with_borrow_mut(|all| {
        all.retain(|progress| progress.is_alive());
        all.iter().any(|progress| untrack(|| Submit { progress: *progress }.is_held()))
    })
}

type Done = Rc<dyn Fn(&str) -> bool>;

/// How far a write has come.
#[derive(Clone)]
pub enum Progress {
    Idle,
    Busy,
    /// No answer came: it may be booked or not. Only the same request may follow.
    Unknown(Rc<Call>, Done),
    Failed(Fault),
}

/// One button's writes.
#[derive(Clone, Copy)]
pub struct Submit {
    pub progress: Signal<Progress>,
}

impl Submit {
    #[expect(clippy::new_without_default, reason = "it is made inside of a page's scope, which a default hides")]
    pub fn new() -> Self {
        let progress = create_signal(Progress::Idle);
        ALL.with_borrow_mut(|all| all.push(progress));
        Self { progress }
    }

    /// True while fields must stay as they are: a request is under way, or its outcome is not known.
    pub fn is_held(self) -> bool {
        self.progress.with(|progress| matches!(progress, Progress::Busy | Progress::Unknown(..)))
    }

    pub fn is_busy(self) -> bool {
        self.progress.with(|progress| matches!(progress, Progress::Busy))
    }

    /// Takes the last failure off the screen.
    pub fn clear(self) {
        if !untrack(move || self.is_held()) {
            self.progress.set(Progress::Idle);
        }
    }

    /// Sends, unless the last request is still open. `done` is called with the answer of a success.
    pub fn send<A: DeserializeOwned>(
        self,
        method: &'static str,
        path: String,
        body: &impl Serialize,
        source: Source,
        done: impl Fn(A) + 'static,
    ) {
        // What ends something has nothing more to say.
        let body = if method == "DELETE" { None } else { json::write(body).ok() };
        let done = move |text: &str| json::read(if text.is_empty() { "null" } else { text }).map(&done).is_ok();
        self.begin(method, path, body, source, Rc::new(done));
    }

    fn begin(self, method: &'static str, path: String, body: Option<String>, source: Source, done: Done) {
        if untrack(move || self.is_held()) {
            return;
        }
        // The sign-in takes no key, so that no token is kept beside one.
        let signs_in = method == "POST" && path == SESSION;
        let key = (!signs_in).then(device::uuid);
        let call = Call { method, path, body, key, source, etag: None, ticket: None };
        self.run(Rc::new(call), done);
    }

    /// Posts what may wait on this device where the network is away. `done` is called with the answer, or with None when it
    /// waits: then the reader goes on, and the outbox answers for it. `what` is what the reader will know it by.
    pub fn send_kept<A: DeserializeOwned>(
        self,
        path: &'static str,
        what: String,
        body: &impl Serialize,
        source: Source,
        done: impl Fn(Option<A>) + 'static,
    ) {
        let done = move |text: &str| {
            if text.is_empty() {
                done(None);
                return true;
            }
            json::read(text).map(|answer| done(Some(answer))).is_ok()
        };
        self.begin_kept(path, what, json::write(body).ok(), source, Rc::new(done));
    }

    fn begin_kept(self, path: &'static str, what: String, body: Option<String>, source: Source, done: Done) {
        if untrack(move || self.is_held()) {
            return;
        }
        let call = Rc::new(Call { method: "POST", body, key: Some(device::uuid()), source, ..Call::get(path) });
        self.progress.set(Progress::Busy);
        app::spawn(async move {
            let (sent, heard) = (Rc::clone(&call), Rc::clone(&done));
            let is_kept = outbox::put(&call, what, move |answer| self.hear(answer, &sent, &heard)).await;
            if !is_kept && self.progress.is_alive() {
                app::app().say(Toast::bad(text::DEVICE_FULL.get()));
                self.run(call, done);
            }
        });
    }

    /// The outbox has an answer, or has waited long enough for one. False where the page is gone.
    fn hear(self, answer: Option<&Answer>, call: &Rc<Call>, done: &Done) -> bool {
        if !self.progress.is_alive() {
            return false;
        }
        match answer {
            Some(answer) => self.settle(Some(answer.clone()), Rc::clone(call), Rc::clone(done)),
            None => {
                self.progress.set(Progress::Idle);
                app::app().say(Toast::kept(text::KEPT_HERE.get()));
                done(&outbox::answer_meanwhile(call));
            }
        }
        true
    }

    /// Posts what must be signed: the PIN goes ahead, for a ticket that is good for this very call.
    pub fn sign<A: DeserializeOwned>(
        self,
        pin: String,
        path: String,
        body: &impl Serialize,
        done: impl Fn(A) + 'static,
    ) {
        let done = move |text: &str| json::read(text).map(&done).is_ok();
        self.begin_signed(pin, path, json::write(body).ok(), Rc::new(done));
    }

    fn begin_signed(self, pin: String, path: String, body: Option<String>, done: Done) {
        if untrack(move || self.is_held()) {
            return;
        }
        let sign = Sign { pin, method: "POST".into(), path: path.clone() };
        // No key goes with it, so that no ticket is kept beside one.
        let ask = Call { method: "POST", body: json::write(&sign).ok(), ..Call::get(SIGNATURE) };
        self.progress.set(Progress::Busy);
        app::spawn(async move {
            let answer = fetch(&ask).await;
            if !self.progress.is_alive() {
                return;
            }
            let given = answer.as_ref().and_then(|answer| json::read::<SignatureTicket>(&answer.text).ok());
            let Some(given) = given else {
                let fault = answer.map_or(Fault::Lost, |answer| Fault::of(&answer));
                return self.progress.set(Progress::Failed(fault));
            };
            let (key, ticket) = (Some(device::uuid()), Some(given.ticket));
            self.run(Rc::new(Call { method: "POST", body, key, ticket, ..Call::get(path) }), done);
        });
    }

    /// Leaves an open request as it is. The reader has been told to look whether it was booked.
    pub fn give_up(self) {
        if let Progress::Unknown(call, _) = self.progress.get_clone_untracked() {
            pending::settle(&call);
        }
        self.progress.set(Progress::Idle);
    }

    /// Sends the very request again whose answer did not come.
    pub fn retry(self) {
        if let Progress::Unknown(call, done) = self.progress.get_clone_untracked() {
            self.run(call, done);
        }
    }

    /// Sends a request again that an earlier page left open.
    pub fn resume(self, left: pending::Pending, done: impl Fn() + 'static) {
        if !untrack(move || self.is_held()) {
            let done = move |_: &str| {
                done();
                true
            };
            self.run(Rc::new(left.call()), Rc::new(done));
        }
    }

    fn run(self, call: Rc<Call>, done: Done) {
        self.progress.set(Progress::Busy);
        pending::begin(&call);
        app::spawn(async move {
            let answer = persist(&call).await;
            let settled = answer.as_ref().is_some_and(|answer| is_final(answer) && answer.status != 401);
            let seen = self.progress.is_alive();
            if settled {
                pending::settle(&call);
            } else {
                // A lapsed session has booked nothing: after the sign-in the same request can still be sent.
                pending::leave_open(&call, seen.then_some(self));
            }
            match answer {
                _ if seen => self.settle(answer, call, done),
                Some(answer) if settled => tell_unseen(&answer, &call),
                _ => {}
            }
        });
    }

    fn settle(self, answer: Option<Answer>, call: Rc<Call>, done: Done) {
        match answer {
            Some(answer) if answer.is_success() => {
                self.progress.set(Progress::Idle);
                if !done(&answer.text) {
                    self.progress.set(Progress::Failed(Fault::Unreadable));
                }
            }
            Some(answer) if is_final(&answer) => self.progress.set(Progress::Failed(Fault::of(&answer))),
            _ => self.progress.set(Progress::Unknown(call, done)),
        }
    }
}

/// The page that sent it is gone, and the reader still learns what became of it.
fn tell_unseen(answer: &Answer, call: &Call) {
    if call.path == SESSION {
        return;
    }
    let toast = match Fault::of(answer) {
        _ if answer.is_success() => Toast::good(text::BOOKED.get()),
        Fault::Problem(problem) => Toast::bad(format!("{} {}", problem.title, problem.detail)),
        _ => Toast::bad(text::UNREADABLE.get()),
    };
    app::app().say(toast);
}

/// Sends until there is an answer that settles it, a few times.
async fn persist(call: &Call) -> Option<Answer> {
    let mut last = fetch(call).await;
    for pause in PAUSES_MS {
        if last.as_ref().is_some_and(is_final) {
            break;
        }
        let asked = last.as_ref().and_then(|answer| answer.retry_after_s).map_or(0, |s| s.min(10) as i32 * 1000);
        wait(pause.max(asked)).await;
        last = fetch(call).await;
    }
    last
}

/// True for an answer that settles the request. A conflict, too many requests and the server's own trouble do not: the same
/// request may still be booked.
pub(super) fn is_final(answer: &Answer) -> bool {
    match answer.status {
        409 => !answer.text.contains("/problems/conflict"),
        429 => answer.text.contains("/problems/locked"),
        status => status < 500,
    }
}
