//! The one table of calls. Routers, permission checks, limits and the OpenAPI document are made from it.

mod table;

use takt_domain::permission::Permission::{self, InsightView};

pub use table::ROUTES;

/// Which calls are refused first when there is too much to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Priority {
    /// Sign-in, reports, movements, transitions, stock queries: always.
    Floor,
    /// Boards and lists: next.
    Board,
    /// Reports over time and exports: refused first.
    Statistics,
}

/// Who may call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody.
    Public,
    /// Whoever is signed in.
    SignedIn,
    /// Whoever holds the permission.
    May(Permission),
    /// Whoever is signed in; the decision itself says which permission it needs, with everything else that is missing.
    Decided,
}

/// One call.
#[derive(Clone, Copy, Debug)]
pub struct Route {
    /// The name of the operation, unique.
    pub name: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path; `{name}` is one segment.
    pub path: &'static str,
    /// The component that answers.
    pub component: &'static str,
    /// Who may call.
    pub access: Access,
    /// When it is refused under load.
    pub priority: Priority,
    /// A write that must carry an `Idempotency-Key`.
    pub keyed: bool,
    /// What it does, in a sentence.
    pub summary: &'static str,
}

const fn get(
    name: &'static str,
    path: &'static str,
    component: &'static str,
    access: Access,
    priority: Priority,
    summary: &'static str,
) -> Route {
    Route { name, method: "GET", path, component, access, priority, keyed: false, summary }
}

const fn write(
    name: &'static str,
    method: &'static str,
    path: &'static str,
    component: &'static str,
    access: Access,
    summary: &'static str,
) -> Route {
    Route { name, method, path, component, access, priority: Priority::Floor, keyed: true, summary }
}

const fn statistic(name: &'static str, path: &'static str, summary: &'static str) -> Route {
    get(name, path, "insight", May(InsightView), Statistics, summary)
}

use Access::May;
use Priority::Statistics;

/// The values of the `{name}` segments of a path, in their order, percent-encoding left as it is.
pub fn match_path<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let mut found = Vec::new();
    let (mut patterns, mut segments) = (pattern.split('/'), path.split('/'));
    loop {
        match (patterns.next(), segments.next()) {
            (None, None) => return Some(found),
            (Some(pattern), Some(segment)) if pattern.starts_with('{') && !segment.is_empty() => found.push(segment),
            (Some(pattern), Some(segment)) if pattern == segment => {}
            _ => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_calls_are_unique() {
        for (index, route) in ROUTES.iter().enumerate() {
            for other in &ROUTES[index + 1..] {
                assert_ne!(route.name, other.name);
                assert!(route.method != other.method || route.path != other.path, "{}", route.path);
            }
        }
    }

    #[test]
    fn every_write_but_those_that_answer_a_secret_or_book_nothing_is_keyed() {
        let others = ["signIn", "createSignature", "testWebhook"];
        for route in ROUTES.iter().filter(|route| route.method != "GET" && !others.contains(&route.name)) {
            assert!(route.keyed, "{}", route.name);
        }
    }

    #[test]
    fn a_segment_in_braces_takes_any_one_segment() {
        assert_eq!(match_path("/a/{x}/b", "/a/1%2F2/b"), Some(vec!["1%2F2"]));
        assert_eq!(match_path("/a/{x}/b", "/a//b"), None);
        assert_eq!(match_path("/a/{x}", "/a/1/2"), None);
        assert_eq!(match_path("/a", "/a/"), None);
    }
}
