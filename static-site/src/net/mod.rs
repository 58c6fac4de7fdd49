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

use std::rc::Rc;

use sycamore::web::document;
use takt_api::problem::Problem;

/// True while fresh answers must wait: a sheet is open, something is held by the pointer, or a write has no outcome yet.
/// Drawing anew would take it away.
fn reader_is_busy() -> bool {
    submit::any_is_held() || document().query_selector("dialog[open],.dragging").ok().flatten().is_some()
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
