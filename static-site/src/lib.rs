//! What the bundles of the pages share: calls, parts to draw with, texts, and the frame. Reads come from the API, and what
//! may be done now is asked of `takt-domain`, the code that the server decides with. Nothing here knows a rule of
//! production of its own.
//!
//! Each bundle is a program that loads alone, and a link into another one loads that. `phone` is what people touch while they
//! stand, and `store` what storekeepers do: small, since both travel over a poor network. `desk`, `warehouse` and `setup` are
//! served under `/desk`, for those who sit, and `manager` has the charts there. `takt_api::pages` says which addresses are whose. All of them read the same
//! session from this device.

pub mod app;
pub mod flow;
pub mod frame;
pub mod json;
pub mod net;
pub mod route;
pub mod show;
pub mod sign_in;
pub mod svg;
pub mod text;
pub mod ui;
