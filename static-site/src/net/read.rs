//! Something that a page reads: on its way, here, or not to be had.

use std::rc::Rc;

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::Fault;
use super::fetch::{Answer, Call, fetch, timer};
use crate::app;

/// How far a read has come.
pub(crate) enum State<T> {
    Loading,
    Ready(Rc<T>),
    Failed(Fault),
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Loading => Self::Loading,
            Self::Ready(value) => Self::Ready(Rc::clone(value)),
            Self::Failed(fault) => Self::Failed(fault.clone()),
        }
    }
}

/// A read that can be repeated. What was there stays on the screen until the next answer.
pub(crate) struct Read<T: 'static> {
    pub(crate) state: Signal<State<T>>,
    path: Signal<String>,
    /// The text and version of the last answer, so that the same answer draws nothing anew.
    last: Signal<(String, Option<String>)>,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<T> {}

impl<T: DeserializeOwned + 'static> Read<T> {
    /// Begins to read.
    pub(crate) fn new(path: impl Into<String>) -> Self {
        let read = Self {
            state: create_signal(State::Loading),
            path: create_signal(path.into()),
            last: create_signal(Default::default()),
        };
        read.again();
        read
    }

    /// Reads once more.
    pub(crate) fn again(self) {
        spawn_local(async move {
            self.once(false).await;
        });
    }

    async fn once(self, at_ease: bool) {
        if !self.path.is_alive() {
            return;
        }
        let path = self.path.get_clone_untracked();
        let mut call = Call::get(path.clone());
        call.etag = self.last.with_untracked(|(_, etag)| etag.clone());
        let answer = fetch(&call).await;
        // The page may be gone by now, or may want something else.
        let wanted = self.state.is_alive() && self.path.with_untracked(|now| *now == path);
        if wanted && !(at_ease && super::reader_is_busy()) {
            self.take(answer);
        }
    }

    fn take(self, answer: Option<Answer>) {
        let fault = match answer {
            None => Fault::Lost,
            Some(answer) if answer.status == 304 => return,
            Some(answer) if answer.is_success() => {
                let shown = self.state.with_untracked(|state| matches!(state, State::Ready(_)));
                if shown && self.last.with_untracked(|(text, _)| *text == answer.text) {
                    return;
                }
                match serde_json::from_str(&answer.text) {
                    Ok(value) => {
                        self.last.set((answer.text, answer.etag));
                        return self.state.set(State::Ready(Rc::new(value)));
                    }
                    Err(_) => Fault::Unreadable,
                }
            }
            Some(answer) => Fault::of(&answer),
        };
        // What is on the screen is better than nothing while the network is away.
        let keep = fault == Fault::Lost && self.state.with_untracked(|state| matches!(state, State::Ready(_)));
        if !keep {
            self.state.set(State::Failed(fault));
        }
    }

    /// What is here now.
    pub(crate) fn ready(self) -> Option<Rc<T>> {
        self.state.with(|state| if let State::Ready(value) = state { Some(Rc::clone(value)) } else { None })
    }

    /// Reads again for a reader who waits for nothing: what they are busy with stays as it is.
    async fn glance(self) {
        if self.state.is_alive() && !super::reader_is_busy() {
            self.once(true).await;
        }
    }

    /// Reads again every `every_ms` and a random bit more, so that many screens do not ask at once, while the page is seen.
    pub(crate) fn poll(self, every_ms: i32) {
        app::on_wake(move || spawn_local(self.glance()));
        self.poll_on(every_ms);
    }

    fn poll_on(self, every_ms: i32) {
        let pause = every_ms + (js_sys::Math::random() * f64::from(every_ms) * 0.3) as i32;
        timer(pause, move || {
            spawn_local(async move {
                if !self.state.is_alive() {
                    return;
                }
                if document().visibility_state() == web_sys::VisibilityState::Visible {
                    self.glance().await;
                }
                self.poll_on(every_ms);
            });
        });
    }
}
