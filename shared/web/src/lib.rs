//! Request plumbing, the same for every component: find the route, check the token and the permission, read the key
//! and the body, answer in JSON or as a problem document.
//!
//! A component hands [`serve`](spin::serve) its name and a function from [`Call`](call::Call) to
//! [`Outcome`](failure::Outcome). Everything that is not in the `spin` module is pure and runs anywhere.

pub mod bulk;
pub mod call;
pub mod csv;
pub mod failure;
pub mod origin;
#[cfg(feature = "pin")]
pub mod pin;
#[cfg(feature = "queue")]
pub mod queue;
pub mod signature;
#[cfg(feature = "spin")]
pub mod spin;
pub mod token;
