//! Line drawings, in the colour of the text around them.

use sycamore::prelude::*;

/// A drawing: the shapes inside a square of 24 by 24.
///
/// A constant rather than a function, since `view!` takes every call for something that changes and would watch it.
#[derive(Clone, Copy)]
pub struct Icon(&'static str);

pub const ORDERS: Icon = Icon(r#"<path d="M8 4h8v3H8zM8 5H5v16h14V5h-3M8 12h8M8 16h5"/>"#);
pub const BOARD: Icon = Icon(r#"<path d="M4 5h4v14H4zM10 5h4v9h-4zM16 5h4v12h-4z"/>"#);
pub const STOCK: Icon = Icon(r#"<path d="M4 8l8-4 8 4v9l-8 4-8-4zM4 8l8 4 8-4M12 12v9"/>"#);
pub const MOVE: Icon = Icon(r#"<path d="M4 6v12M7 6v12M10 6v12M14 6v12M16 6v12M20 6v12"/>"#);
pub const LINE: Icon = Icon(
    r#"<path d="M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM3 20c0-4 3-6 6-6s6 2 6 6M16 5a3 3 0 0 1 0 6M17 14c2.500 .5 4 2.500 4 6"/>"#,
);
pub const ME: Icon = Icon(r#"<path d="M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 4-7 8-7s8 2 8 7"/>"#);
pub const DESK: Icon = Icon(r#"<path d="M4 5h16v11H4zM9 20h6M12 16v4M8 12l3-3 2 2 3-3"/>"#);
pub const FLOW: Icon = Icon(r#"<path d="M4 5h6v5H4zM14 14h6v5h-6zM7 10v6h7M10 7h7v7"/>"#);
pub const SIGN: Icon = Icon(r#"<path d="M4 20h16M6 16l1-4 9-9 3 3-9 9z"/>"#);
pub const MENU: Icon = Icon(r#"<path d="M4 6h16M4 12h16M4 18h16"/>"#);
pub const PLUS: Icon = Icon(r#"<path d="M12 5v14M5 12h14"/>"#);
pub const BACK: Icon = Icon(r#"<path d="M15 5l-7 7 7 7"/>"#);
pub const NEXT: Icon = Icon(r#"<path d="M9 5l7 7-7 7"/>"#);
pub const DOWN: Icon = Icon(r#"<path d="M6 9l6 6 6-6"/>"#);
pub const OUTBOX: Icon = Icon(r#"<path d="M4 14h5l1 2h4l1-2h5v6H4zM12 12V4M8 8l4-4 4 4"/>"#);
pub const CHECK: Icon = Icon(r#"<path d="M5 13l5 5 9-11"/>"#);
pub const CROSS: Icon = Icon(r#"<path d="M6 6l12 12M18 6L6 18"/>"#);
pub const LOCK: Icon = Icon(r#"<path d="M6 11h12v9H6zM9 11V8a3 3 0 0 1 6 0v3"/>"#);
pub const ALERT: Icon = Icon(r#"<path d="M12 4l9 16H3zM12 10v4M12 17v.5"/>"#);
pub const ERASE: Icon = Icon(r#"<path d="M9 6h11v12H9l-6-6zM12 10l4 4M16 10l-4 4"/>"#);
pub const SEARCH: Icon = Icon(r#"<path d="M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zM16 16l5 5"/>"#);
pub const CAMERA: Icon = Icon(r#"<path d="M4 8V4h4M16 4h4v4M20 16v4h-4M8 20H4v-4M8 9v6M12 9v6M16 9v6"/>"#);
pub const EMPTY: Icon = Icon(r#"<path d="M4 13l3-8h10l3 8v6H4zM4 13h5l1 3h4l1-3h5"/>"#);
pub const LEDGER: Icon = Icon(r#"<path d="M5 4h14v16H5zM9 4v16M12 9h4M12 13h4"/>"#);
pub const USERS: Icon =
    Icon(r#"<path d="M12 11a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-5 4-7 8-7 2 0 4 .5 5.500 1.500M18 16v6M15 19h6"/>"#);
pub const LEAVE: Icon = Icon(r#"<path d="M10 4H5v16h5M14 8l4 4-4 4M9 12h9"/>"#);

impl From<Icon> for View {
    fn from(Icon(paths): Icon) -> Self {
        let drawing = format!(
            r#"<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{paths}</svg>"#
        );
        view! { span(class="icon", aria-hidden="true", dangerously_set_inner_html=drawing) }
    }
}
