//! What was asked to be written, and what became of it.

use crate::profile::Kind;

/// What the plant said in the end.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Said {
    /// It is booked, or it is in the queue and will be; under this id, or at this version of an order.
    Acknowledged(String),
    /// It is not, and the plant said why.
    Refused(String),
    /// No answer in time, so it may be booked or not.
    Nothing,
}

/// One write.
#[derive(Clone, Debug)]
pub(crate) struct Write {
    pub(crate) kind: Kind,
    /// Stands in what is written, so that it is found again: of a report the note, of a movement the document.
    pub(crate) tag: String,
    /// The order or item that it is about.
    pub(crate) about: String,
    pub(crate) quantity: u64,
    pub(crate) said: Said,
}
