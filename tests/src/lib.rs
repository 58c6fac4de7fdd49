//! What the black-box tests share: a real `takt serve` process with a data folder of its own, a client that speaks as
//! a role, the ledger added up again from what the API tells, and things that go wrong on purpose.
//!
//! A failed expectation of the harness itself is a panic: that is how a test fails.

pub mod axe;
pub mod browser;
pub mod client;
pub mod film;
pub mod host;
pub mod ledger;
pub mod plant;
pub mod proxy;
pub mod python;
pub mod receiver;
pub mod servers;
pub mod site;
pub mod tour;
pub mod wait;
pub mod wire;
