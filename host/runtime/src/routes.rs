//! Which component answers a path: Spin's rules.
//!
//! A route is exact (`/orders`), has named segments (`/orders/:id`), or ends in a wildcard: `/static/...` stands for
//! `/static`, `/static/` and everything below. Of several that match, segment by segment an exact one is stronger than
//! a named one and that than the wildcard; so the longest match wins.

/// A parsed route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    segments: Vec<Segment>,
    wildcard: bool,
    /// As written, without the wildcard: what `spin-component-route` says.
    base: String,
    text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Exact(String),
    Named(String),
}

/// What a path matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Match<'a> {
    pub(crate) target: usize,
    pub(crate) pattern: &'a Pattern,
    /// What the wildcard stood for, with its leading slash; else empty.
    pub(crate) rest: &'a str,
    /// Named segments and what they stood for.
    pub(crate) named: Vec<(&'a str, &'a str)>,
}

impl Pattern {
    /// Reads a route as the manifest has it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let Some(path) = text.strip_prefix('/') else {
            return Err(format!("route `{text}` must start with `/`"));
        };
        let (path, wildcard) = match path.strip_suffix("...") {
            Some("") => ("", true),
            Some(path) => match path.strip_suffix('/') {
                Some(path) => (path, true),
                None => return Err(format!("route `{text}`: `...` must be a whole segment")),
            },
            None => (path, false),
        };
        if path.contains("...") {
            return Err(format!("route `{text}`: `...` may stand at the end only"));
        }
        let path = if wildcard { path } else { path.strip_suffix('/').unwrap_or(path) };
        let segments = if path.is_empty() { Vec::new() } else { path.split('/').map(Segment::parse).collect() };
        let base = if path.is_empty() { "/".to_owned() } else { format!("/{path}") };
        Ok(Self { segments, wildcard, base, text: text.to_owned() })
    }

    pub(crate) fn base(&self) -> &str {
        &self.base
    }

    /// As the manifest has it.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    pub(crate) fn is_match(&self, path: &str) -> bool {
        self.matches(path).is_some()
    }

    fn matches<'a>(&'a self, path: &'a str) -> Option<(&'a str, Vec<(&'a str, &'a str)>)> {
        let mut rest = path;
        let mut named = Vec::new();
        for segment in &self.segments {
            let after = rest.strip_prefix('/')?;
            let end = after.find('/').unwrap_or(after.len());
            let (value, left) = after.split_at(end);
            match segment {
                Segment::Exact(expected) if expected == value => {}
                Segment::Named(name) if !value.is_empty() => named.push((name.as_str(), value)),
                _ => return None,
            }
            rest = left;
        }
        (self.wildcard || rest.is_empty() || rest == "/").then_some((if self.wildcard { rest } else { "" }, named))
    }

    /// Stronger patterns sort first.
    fn strength(&self) -> Vec<u8> {
        let kinds = self.segments.iter().map(|segment| match segment {
            Segment::Exact(_) => 0,
            Segment::Named(_) => 1,
        });
        // The end of an exact route is stronger than a wildcard, which is weaker than any further segment.
        kinds.chain([if self.wildcard { 3 } else { 2 }]).collect()
    }
}

impl Segment {
    fn parse(text: &str) -> Self {
        match text.strip_prefix(':') {
            Some(name) if !name.is_empty() => Self::Named(name.to_owned()),
            _ => Self::Exact(text.to_owned()),
        }
    }
}

/// All public routes, the strongest first.
#[derive(Debug, Default)]
pub(crate) struct Routes {
    entries: Vec<(Pattern, usize)>,
}

impl Routes {
    pub(crate) fn new(entries: impl IntoIterator<Item = (Pattern, usize)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().collect();
        entries.sort_by_key(|(pattern, _)| pattern.strength());
        Self { entries }
    }

    pub(crate) fn find<'a>(&'a self, path: &'a str) -> Option<Match<'a>> {
        self.entries.iter().find_map(|(pattern, target)| {
            let (rest, named) = pattern.matches(path)?;
            Some(Match { target: *target, pattern, rest, named })
        })
    }

    /// A pair of routes that no path can tell apart.
    pub(crate) fn duplicate(&self) -> Option<&str> {
        self.entries.windows(2).find(|pair| pair[0].0.same_paths(&pair[1].0)).map(|pair| pair[1].0.text())
    }
}

impl Pattern {
    fn same_paths(&self, other: &Self) -> bool {
        self.wildcard == other.wildcard
            && self.segments.len() == other.segments.len()
            && self.segments.iter().zip(&other.segments).all(|pair| match pair {
                (Segment::Exact(a), Segment::Exact(b)) => a == b,
                (Segment::Named(_), Segment::Named(_)) => true,
                _ => false,
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(routes: &[&str], path: &str, expected: Option<(&str, &str)>) {
        let parsed = routes.iter().enumerate().map(|(at, route)| (Pattern::parse(route).expect(route), at));
        let routes = Routes::new(parsed);
        let found = routes.find(path).map(|found| (found.pattern.text(), found.rest));
        assert_eq!(found, expected, "{path}");
    }

    #[test]
    fn the_longest_match_wins() {
        let routes = &["/...", "/api/v1/orders/...", "/api/v1/orders/:id", "/api/...", "/api/v1/orders/mine"];
        check(routes, "/", Some(("/...", "/")));
        check(routes, "/index.html", Some(("/...", "/index.html")));
        check(routes, "/api", Some(("/api/...", "")));
        check(routes, "/api/", Some(("/api/...", "/")));
        check(routes, "/api/v1/x/y", Some(("/api/...", "/v1/x/y")));
        check(routes, "/api/v1/orders", Some(("/api/v1/orders/...", "")));
        check(routes, "/api/v1/orders/7", Some(("/api/v1/orders/:id", "")));
        check(routes, "/api/v1/orders/mine", Some(("/api/v1/orders/mine", "")));
        check(routes, "/api/v1/orders/7/actions/start", Some(("/api/v1/orders/...", "/7/actions/start")));
        check(routes, "/apiary", Some(("/...", "/apiary")));
    }

    #[test]
    fn an_exact_route_takes_no_more_than_itself() {
        check(&["/orders"], "/orders", Some(("/orders", "")));
        check(&["/orders"], "/orders/", Some(("/orders", "")));
        check(&["/orders"], "/orders/7", None);
        check(&["/orders"], "/orders7", None);
        check(&["/"], "/", Some(("/", "")));
        check(&["/"], "/x", None);
    }

    #[test]
    fn a_named_segment_takes_one_segment() {
        check(&["/u/:id/x"], "/u/7/x", Some(("/u/:id/x", "")));
        check(&["/u/:id/x"], "/u//x", None);
        check(&["/u/:id/x"], "/u/7/8/x", None);
    }

    #[test]
    fn a_route_that_cannot_be_meant_is_refused() {
        for route in ["orders", "", "/a...", "/.../b", "/a/.../b"] {
            assert!(Pattern::parse(route).is_err(), "{route}");
        }
    }
}
