//! What the bundles of the pages share: calls, parts to draw with, texts, and the frame. Reads come from the API, and what
//! may be done now is asked of `takt-domain`, the code that the server decides with. Nothing here knows a rule of
//! production of its own.
//!
//! `phone` is what people touch while they stand: small, since it travels over a poor network. `desk` is served under
//! `/desk`, for those who sit; `manager`, under `/desk` too, is the pages with charts, so that nobody else loads what draws
//! them. All read the same session from this device, and a link from one to another loads it.

pub mod app;
pub mod flow;
pub mod json;
pub mod net;
pub mod route;
pub mod show;
pub mod sign_in;
pub mod text;
pub mod ui;
