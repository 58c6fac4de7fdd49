//! Something that a page reads: on its way, here, or not to be had.

use std::any::Any;
use std::marker::PhantomData;
use std::rc::Rc;

use serde::de::DeserializeOwned;
use sycamore::prelude::*;

use super::Fault;
use super::fetch::{Answer, Call, fetch, timer};
use crate::{app, json};

/// How far a read has come.
#[derive(Clone)]
pub enum State {
    Loading,
    Ready(Rc<dyn Any>),
    Failed(Fault),
}

/// A read that can be repeated. What was there stays on the screen until the next answer.
pub struct Read<T> {
    pub raw: Raw,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<T> {}

impl<T: DeserializeOwned + 'static> Read<T> {
    /// Begins to read.
    pub fn new(path: impl Into<String>) -> Self {
        let parse = |text: &str| json::read::<T>(text).ok().map(|value| Rc::new(value) as Rc<dyn Any>);
        Self { raw: Raw::new(path.into(), parse), of: PhantomData }
    }

    /// Reads once more.
    pub fn again(self) {
        self.raw.again();
    }

    /// What is here now.
    pub fn ready(self) -> Option<Rc<T>> {
        self.raw
            .state
            .with(|state| if let State::Ready(value) = state { Rc::clone(value).downcast().ok() } else { None })
    }

    /// Reads again every `every_ms` and a random bit more, so that many screens do not ask at once, while the page is seen.
    pub fn poll(self, every_ms: i32) {
        self.raw.poll(every_ms);
    }
}

/// A read of whatever type: its code is there once, not for each type, since every first visit loads it.
#[derive(Clone, Copy)]
pub struct Raw {
    pub state: Signal<State>,
    path: Signal<String>,
    /// The text and version of the last answer, so that the same answer draws nothing anew.
    last: Signal<(String, Option<String>)>,
    parse: fn(&str) -> Option<Rc<dyn Any>>,
}

impl Raw {
    fn new(path: String, parse: fn(&str) -> Option<Rc<dyn Any>>) -> Self {
        let read = Self {
            state: create_signal(State::Loading),
            path: create_signal(path),
            last: create_signal(Default::default()),
            parse,
        };
        read.again();
        read
    }

    /// Reads once more.
    pub fn again(self) {
        app::spawn(async move {
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
                match (self.parse)(&answer.text) {
                    Some(value) => {
                        self.last.set((answer.text, answer.etag));
                        return self.state.set(State::Ready(value));
                    }
                    None => Fault::Unreadable,
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

    /// Reads again for a reader who waits for nothing: what they are busy with stays as it is.
    async fn glance(self) {
        if self.state.is_alive() && !super::reader_is_busy() {
            self.once(true).await;
        }
    }

    /// Reads again every `every_ms` and a random bit more, so that many screens do not ask at once, while the page is seen.
    pub fn poll(self, every_ms: i32) {
        app::on_wake(move || app::spawn(self.glance()));
        self.poll_on(every_ms);
    }

    fn poll_on(self, every_ms: i32) {
        timer(super::pause_ms(every_ms), move || {
            app::spawn(async move {
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
