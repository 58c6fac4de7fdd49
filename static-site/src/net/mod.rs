//! Calls of the API: one place that fetches, one that reads, one that writes.

pub mod database;
pub mod device;
pub mod download;
pub mod fetch;
pub mod list;
pub mod outbox;
pub mod pending;
pub mod read;
pub mod scan;
pub mod submit;
pub mod wall;

use std::rc::Rc;

use sycamore::web::document;
use takt_api::problem::Problem;

/// How often a page that is seen asks whether others have changed what it shows: with the random bit more and the way of the answer,
/// within two seconds. An answer that has not changed is a 304.
pub const LIVE_MS: i32 = 1_300;
/// How much less often where the last call found no network.
const OFFLINE_SLOWER: i32 = 6;

/// The pause before the next question of a page that asks every `every_ms`: a random bit more, so that many screens do not ask at once.
fn pause_ms(every_ms: i32) -> i32 {
    let slower = if crate::app::app().offline.get_untracked().is_some() { OFFLINE_SLOWER } else { 1 };
    slower * (every_ms + (js_sys::Math::random() * f64::from(every_ms) * 0.3) as i32)
}

/// True while fresh answers must wait: a sheet is open, something is held by the pointer, or a write has no outcome yet.
/// Drawing anew would take it away.
fn reader_is_busy() -> bool {
    submit::any_is_held()
        || document()
            .query_selector("dialog[open],.dragging,li :is(input,textarea,select):focus")
            .ok()
            .flatten()
            .is_some()
}

/// Why a call did not give what was asked for.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// No answer came: no network, or too late.
    Lost,
    /// The answer is a problem document.
    Problem(Rc<Problem>),
    /// The answer is of a form that this page does not know.
    Unreadable,
}

impl Fault {
    /// The problem of an answer that is no success.
    pub fn of(answer: &fetch::Answer) -> Self {
        match crate::json::read::<Problem>(&answer.text) {
            Ok(problem) => Self::Problem(Rc::new(problem)),
            Err(_) => Self::Unreadable,
        }
    }
}
