//! What other systems are told of the journal's events, and how it is said to each kind of them.
//!
//! | adapter | body | signed |
//! |---|---|---|
//! | generic | a CloudEvents 1.0 document, or what the endpoint's own template makes of it | Standard Webhooks 1.0 |
//! | WeCom 企业微信 | `markdown`, or `text` where somebody is mentioned | the key in its address |
//! | DingTalk 钉钉 | `markdown` with `at` | `timestamp` and `sign` in its address |
//! | Feishu 飞书 | an interactive card, or `text` where somebody is mentioned | `timestamp` and `sign` in its body |
//!
//! Nothing here speaks to a network: [`prepare`] answers what is to be sent, and [`judge`] reads what came back.

#![warn(missing_docs)]

mod adapter;
mod address;
mod backoff;
mod cloud_event;
mod filter;
mod sign;
mod words;

pub use adapter::{Endpoint, MESSAGE_BYTES_MAX, Message, Prepared, SPACING_MS, judge, prepare};
pub use address::is_address;
pub use backoff::{GIVE_UP_MS, delay_ms};
pub use cloud_event::cloud_event;
pub use filter::{matches, pattern_is_well_formed};
pub use sign::{SECRET_PREFIX, secret, signature};
pub use words::{Told, told};
