//! The addresses of the pages. Each can be loaded anew, sent to a colleague, and gone back to.

use takt_domain::id::{ItemId, OrderId};
use takt_domain::ledger::MovementKind;
use takt_domain::permission::Permission;

use crate::text::{self, Text};
use crate::ui::icon::{self, Icon};

/// A page, with what its address says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// The page that the role begins with.
    Home,
    SignIn,
    Orders,
    Order(OrderId),
    Report(OrderId),
    Line,
    Stock,
    StockItem(ItemId),
    Move(MovementKind),
    Movements,
    Me,
    Outbox,
    /// A page of the desk: what follows `/desk/`.
    Desk(Vec<String>),
    Unknown,
}

impl Route {
    /// From a path as the browser has it.
    pub fn parse(path: &str) -> Self {
        let segments: Vec<_> = path.split('/').filter(|segment| !segment.is_empty()).map(decode).collect();
        let segments: Vec<_> = segments.iter().map(String::as_str).collect();
        let order = |id: &str, make: fn(OrderId) -> Self| id.parse().map_or(Self::Unknown, make);
        match segments[..] {
            [] => Self::Home,
            ["sign-in"] => Self::SignIn,
            ["orders"] => Self::Orders,
            ["orders", id] => order(id, Self::Order),
            ["orders", id, "report"] => order(id, Self::Report),
            ["line"] => Self::Line,
            ["stock"] => Self::Stock,
            ["stock", item] => item.parse().map_or(Self::Unknown, Self::StockItem),
            ["move", kind] => MovementKind::from_name(kind).map_or(Self::Unknown, Self::Move),
            ["movements"] => Self::Movements,
            ["me"] => Self::Me,
            ["outbox"] => Self::Outbox,
            ["desk", ref rest @ ..] => Self::Desk(rest.iter().map(|&segment| segment.to_owned()).collect()),
            _ => Self::Unknown,
        }
    }

    /// The path of it.
    pub fn path(&self) -> String {
        match self {
            Self::Home | Self::Unknown => "/".into(),
            Self::SignIn => "/sign-in".into(),
            Self::Orders => "/orders".into(),
            Self::Order(id) => format!("/orders/{}", encode(id.as_str())),
            Self::Report(id) => format!("/orders/{}/report", encode(id.as_str())),
            Self::Line => "/line".into(),
            Self::Stock => "/stock".into(),
            Self::StockItem(item) => format!("/stock/{}", encode(item.as_str())),
            Self::Move(kind) => format!("/move/{}", kind.as_str()),
            Self::Movements => "/movements".into(),
            Self::Me => "/me".into(),
            Self::Outbox => "/outbox".into(),
            Self::Desk(rest) => rest.iter().fold(String::from("/desk"), |path, segment| path + "/" + &encode(segment)),
        }
    }
}

/// A page with charts: it stands under `/desk`, in a bundle of its own. `takt_api::pages` names them too.
#[derive(Clone, Copy)]
pub struct ManagementPage {
    /// The first segment of its address after `/desk/`.
    pub at: &'static str,
    pub name: Text,
    pub icon: Icon,
    /// Whoever holds this sees it.
    pub needs: Permission,
}

/// The pages with charts.
pub const MANAGEMENT: [ManagementPage; 2] = [
    ManagementPage { at: "manager", name: text::MANAGER, icon: icon::DESK, needs: Permission::InsightView },
    ManagementPage { at: "operations", name: text::HOST_OPERATIONS, icon: icon::FLOW, needs: Permission::PlantOperate },
];

/// A page of the desk by its name.
pub fn desk(name: &str) -> Route {
    Route::Desk(vec![name.to_owned()])
}

/// One segment of a path, or one value of a query: everything but letters, digits, `-` and `_` is escaped.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' => encoded.push(char::from(byte)),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

fn decode(segment: &str) -> String {
    let mut bytes = Vec::with_capacity(segment.len());
    let mut rest = segment.as_bytes();
    while let [first, tail @ ..] = rest {
        let escaped = tail.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        match escaped.and_then(|two| u8::from_str_radix(two, 16).ok()).filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            None => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_read_back_from_its_path() {
        for id in ["WO-000001", "a/b", "50%", "工单 1", "R1.5K", "%zz"] {
            let Ok(order) = id.parse::<OrderId>() else { continue };
            let Ok(item) = id.parse::<ItemId>() else { continue };
            for route in [Route::Order(order.clone()), Route::Report(order), Route::StockItem(item)] {
                assert_eq!(Route::parse(&route.path()), route, "{id}");
            }
        }
        for route in [
            Route::Line,
            Route::Move(MovementKind::Receipt),
            Route::Me,
            Route::Outbox,
            desk("users"),
            Route::Desk(vec![]),
        ] {
            assert_eq!(Route::parse(&route.path()), route);
        }
    }

    #[test]
    fn what_is_no_page_is_said_to_be_unknown() {
        assert_eq!(Route::parse("/nothing/here"), Route::Unknown);
        assert_eq!(Route::parse("/move/teleport"), Route::Unknown);
    }
}
