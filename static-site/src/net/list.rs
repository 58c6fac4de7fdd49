//! A list that comes page by page.

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use takt_api::Page;
use wasm_bindgen_futures::spawn_local;

use super::Fault;
use super::fetch::{Answer, Call, fetch};

/// Rows so far, and whether there are more.
pub(crate) struct List<T: 'static> {
    pub(crate) rows: Signal<Vec<T>>,
    pub(crate) loading: Signal<bool>,
    pub(crate) fault: Signal<Option<Fault>>,
    pub(crate) next: Signal<Option<String>>,
    path: Signal<String>,
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
        let outcome = match answer {
            None => Err(Fault::Lost),
            Some(answer) if answer.is_success() => {
                serde_json::from_str::<Page<T>>(&answer.text).map_err(|_| Fault::Unreadable)
            }
            Some(answer) => Err(Fault::of(&answer)),
        };
        match outcome {
            Ok(page) => {
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
