//! A list that comes page by page.

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use takt_api::Page;
use wasm_bindgen_futures::spawn_local;

use super::Fault;
use super::fetch::{Answer, Call, fetch, timer};
use crate::app;

/// Rows so far, and whether there are more.
pub(crate) struct List<T: 'static> {
    pub(crate) rows: Signal<Vec<T>>,
    pub(crate) loading: Signal<bool>,
    pub(crate) fault: Signal<Option<Fault>>,
    pub(crate) next: Signal<Option<String>>,
    path: Signal<String>,
    /// The first page as it came, so that the same answer draws nothing anew.
    first: Signal<String>,
    /// More than the first page is here.
    is_long: Signal<bool>,
}

impl<T> Clone for List<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for List<T> {}

impl<T: DeserializeOwned + 'static> List<T> {
    /// Begins with the first page. `path` has its question mark.
    pub(crate) fn new(path: String) -> Self {
        let list = Self {
            rows: create_signal(Vec::new()),
            loading: create_signal(false),
            fault: create_signal(None),
            next: create_signal(None),
            path: create_signal(path),
            first: create_signal(String::new()),
            is_long: create_signal(false),
        };
        list.fetch(None);
        list
    }

    /// Begins anew with another question.
    pub(crate) fn turn_to(self, path: String) {
        self.path.set(path);
        self.again();
    }

    /// Begins anew.
    pub(crate) fn again(self) {
        self.fetch(None);
    }

    /// Gets the next page.
    pub(crate) fn more(self) {
        if let Some(after) = self.next.get_clone_untracked() {
            self.fetch(Some(after));
        }
    }

    /// Looks every `every_ms` and a random bit more whether the first page has changed, while the page is seen and the
    /// reader has not read on.
    pub(crate) fn poll(self, every_ms: i32) {
        app::on_wake(move || spawn_local(self.glance()));
        self.poll_on(every_ms);
    }

    fn poll_on(self, every_ms: i32) {
        let pause = every_ms + (js_sys::Math::random() * f64::from(every_ms) * 0.3) as i32;
        timer(pause, move || {
            spawn_local(async move {
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
        let answer = fetch(&Call::get(path.clone())).await.filter(Answer::is_success);
        let is_wanted = is_at_ease() && self.path.with_untracked(|now| *now == path);
        let is_new = answer.as_ref().is_some_and(|answer| self.first.with_untracked(|first| *first != answer.text));
        if is_wanted && is_new {
            self.take(answer, false);
        }
    }

    fn fetch(self, after: Option<String>) {
        self.loading.set(true);
        self.fault.set(None);
        let path = self.path.get_clone_untracked();
        spawn_local(async move {
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
            self.first.set(answer.text.clone());
        }
        let outcome = match answer {
            None => Err(Fault::Lost),
            Some(answer) if answer.is_success() => {
                serde_json::from_str::<Page<T>>(&answer.text).map_err(|_| Fault::Unreadable)
            }
            Some(answer) => Err(Fault::of(&answer)),
        };
        match outcome {
            Ok(page) => {
                self.is_long.set(append);
                self.next.set(page.next);
                self.rows.update(|rows| {
                    if !append {
                        rows.clear();
                    }
                    rows.extend(page.rows);
                });
            }
            Err(fault) => self.fault.set(Some(fault)),
        }
        // After the rows, so that an empty list is never said of one that is just coming.
        self.loading.set(false);
    }
}
