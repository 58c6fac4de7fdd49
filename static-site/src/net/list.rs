//! A list that comes page by page.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use takt_api::Page;

use super::Fault;
use super::fetch::{Answer, Call, fetch, timer};
use crate::{app, json};

/// Rows so far, and whether there are more.
pub struct List<T> {
    pub raw: Raw,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T: DeserializeOwned + 'static> List<T> {
    /// Begins with the first page. `path` has its question mark.
    pub fn new(path: String) -> Self {
        let parse = |text: &str| {
            let page = json::read::<Page<T>>(text).ok()?;
            Some((page.rows.into_iter().map(|row| Rc::new(row) as Row).collect(), page.next))
        };
        Self { raw: Raw::new(path, parse), of: PhantomData }
    }

    /// Begins anew with another question.
    pub fn turn_to(self, path: String) {
        self.raw.turn_to(path);
    }

    /// Begins anew whenever `path`, which reads what the reader asks for, comes to another question; after a pause in the typing, so that
    /// not every key asks the server.
    pub fn follow(self, path: impl Fn() -> String + 'static) {
        self.raw.follow(Rc::new(path));
    }

    /// Begins anew.
    pub fn again(self) {
        self.raw.again();
    }

    /// Looks every `every_ms` and a random bit more whether the first page has changed, while the page is seen and the
    /// reader has not read on.
    pub fn poll(self, every_ms: i32) {
        self.raw.poll(every_ms);
    }
}

/// How long a reader must not have typed.
const TYPING_MS: i32 = 250;

/// A row of whatever type.
pub type Row = Rc<dyn Any>;
/// Reads one page: its rows, and where the next one begins.
type Parse = fn(&str) -> Option<(Vec<Row>, Option<String>)>;

/// A list of whatever type: its code is there once, not for each type, since every first visit loads it.
#[derive(Clone, Copy)]
pub struct Raw {
    pub rows: Signal<Vec<Row>>,
    pub loading: Signal<bool>,
    pub fault: Signal<Option<Fault>>,
    pub next: Signal<Option<String>>,
    path: Signal<String>,
    /// The first page as it came and its version, so that the same answer draws nothing anew.
    first: Signal<(String, Option<String>)>,
    /// More than the first page is here.
    is_long: Signal<bool>,
    parse: Parse,
}

impl Raw {
    fn new(path: String, parse: Parse) -> Self {
        let list = Self {
            rows: create_signal(Vec::new()),
            loading: create_signal(false),
            fault: create_signal(None),
            next: create_signal(None),
            path: create_signal(path),
            first: create_signal(Default::default()),
            is_long: create_signal(false),
            parse,
        };
        list.fetch(None);
        list
    }

    /// Begins anew with another question.
    pub fn turn_to(self, path: String) {
        self.path.set(path);
        // The version of another question means nothing here.
        self.first.set(Default::default());
        self.again();
    }

    fn follow(self, path: Rc<dyn Fn() -> String>) {
        create_effect(move || {
            let (wanted, now) = (path(), Rc::clone(&path));
            timer(TYPING_MS, move || {
                let is_asked = || self.path.with_untracked(|asked| *asked == wanted);
                if self.path.is_alive() && !is_asked() && untrack(|| now()) == wanted {
                    self.turn_to(wanted);
                }
            });
        });
    }

    /// Begins anew.
    pub fn again(self) {
        self.fetch(None);
    }

    /// Gets the next page.
    pub fn more(self) {
        if let Some(after) = self.next.get_clone_untracked() {
            self.fetch(Some(after));
        }
    }

    /// Looks every `every_ms` and a random bit more whether the first page has changed, while the page is seen and the
    /// reader has not read on.
    pub fn poll(self, every_ms: i32) {
        app::on_wake(move || app::spawn(self.glance()));
        self.poll_on(every_ms);
    }

    fn poll_on(self, every_ms: i32) {
        timer(super::pause_ms(every_ms), move || {
            app::spawn(async move {
                if self.rows.is_alive() {
                    self.glance().await;
                    self.poll_on(every_ms);
                }
            });
        });
    }

    async fn glance(self) {
        let is_at_ease = || {
            self.rows.is_alive()
                && !untrack(move || self.loading.get() || self.is_long.get())
                && !super::reader_is_busy()
                && document().visibility_state() == web_sys::VisibilityState::Visible
        };
        if !is_at_ease() {
            return;
        }
        let path = self.path.get_clone_untracked();
        let etag = self.first.with_untracked(|(_, etag)| etag.clone());
        let answer = fetch(&Call { etag, ..Call::get(path.clone()) }).await.filter(Answer::is_success);
        let is_wanted = is_at_ease() && self.path.with_untracked(|now| *now == path);
        let is_new =
            answer.as_ref().is_some_and(|answer| self.first.with_untracked(|(first, _)| *first != answer.text));
        if is_wanted && is_new {
            self.take(answer, false);
        }
    }

    fn fetch(self, after: Option<String>) {
        self.loading.set(true);
        self.fault.set(None);
        let path = self.path.get_clone_untracked();
        app::spawn(async move {
            let cursor =
                after.as_ref().map_or(String::new(), |after| format!("&after={}", crate::route::encode(after)));
            let answer = fetch(&Call::get(format!("{path}{cursor}"))).await;
            if self.rows.is_alive() && self.path.with_untracked(|now| *now == path) {
                self.take(answer, after.is_some());
            }
        });
    }

    fn take(self, answer: Option<Answer>, append: bool) {
        if let Some(answer) = answer.as_ref().filter(|_| !append) {
            self.first.set((answer.text.clone(), answer.etag.clone()));
        }
        let outcome = match answer {
            None => Err(Fault::Lost),
            Some(answer) if answer.is_success() => (self.parse)(&answer.text).ok_or(Fault::Unreadable),
            Some(answer) => Err(Fault::of(&answer)),
        };
        match outcome {
            Ok((more, next)) => {
                self.is_long.set(append);
                self.next.set(next);
                self.rows.update(|rows| {
                    if !append {
                        rows.clear();
                    }
                    rows.extend(more);
                });
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
        // After the rows, so that an empty list is never said of one that is just coming.
        self.loading.set(false);
    }
}
