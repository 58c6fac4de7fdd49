//! Which events an endpoint is told of.

use takt_api::webhooks::Filter;
use takt_store::Event;

/// A pattern is the type of an event without its version (`order.completed`), the beginning of one (`order.*`), or `*`.
pub fn pattern_is_well_formed(pattern: &str) -> bool {
    let stem = pattern.strip_suffix(".*").unwrap_or(pattern);
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    pattern == "*" || stem.split('.').all(word)
}

fn fits(pattern: &str, event_type: &str) -> bool {
    let name = match event_type.rsplit_once(".v") {
        Some((name, version)) if version.bytes().all(|b| b.is_ascii_digit()) => name,
        _ => event_type,
    };
    match pattern.strip_suffix(".*") {
        Some(stem) => name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.')),
        None => pattern == "*" || pattern == name,
    }
}

/// True where an event is of one of these types and, where the filter names lines or severities, about one of them. What says
/// nothing of its line is about the whole plant, and told to all.
pub fn matches(patterns: &[String], filter: &Filter, event: &Event) -> bool {
    let is_one = |field: &str, wanted: &[String]| match event.data.get(field).and_then(|value| value.as_str()) {
        Some(value) if !wanted.is_empty() => wanted.iter().any(|wanted| wanted == value),
        _ => true,
    };
    patterns.iter().any(|pattern| fits(pattern, &event.event_type))
        && is_one("line", &filter.lines)
        && is_one("severity", &filter.severities)
        && is_one("item", &filter.items)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn event(kind: &str) -> Event {
        Event {
            id: "e".into(),
            event_type: kind.into(),
            source: "/plants/1".into(),
            subject: "WO-1".into(),
            time_ms: 0,
            data: json!({"line": "L1", "severity": "critical"}),
        }
    }

    fn check(patterns: &[&str], kind: &str, expected: bool) {
        let patterns: Vec<_> = patterns.iter().map(|pattern| (*pattern).to_owned()).collect();
        assert_eq!(matches(&patterns, &Filter::default(), &event(kind)), expected, "{patterns:?} {kind}");
    }

    #[test]
    fn a_type_is_named_whole_by_its_beginning_or_not_at_all() {
        check(&["*"], "order.completed.v1", true);
        check(&["order.completed"], "order.completed.v1", true);
        check(&["order.completed"], "order.completed.v2", true);
        check(&["order.*"], "order.completed.v1", true);
        check(&["order.*"], "order.report_reversed.v1", true);
        check(&["orde.*", "completed"], "order.completed.v1", false);
        check(&["order"], "order.completed.v1", false);
        check(&["stock.*", "alert.raised"], "alert.raised.v1", true);
        check(&[], "alert.raised.v1", false);
    }

    #[test]
    fn what_is_about_another_line_is_left_out_and_what_is_about_none_is_told() {
        let all = ["*".to_owned()];
        let of = |line: &str| Filter { lines: vec![line.into()], ..Filter::default() };
        assert!(matches(&all, &of("L1"), &event("alert.raised.v1")));
        assert!(!matches(&all, &of("L2"), &event("alert.raised.v1")));
        let plant = Event { data: json!({}), ..event("audit.ended.v1") };
        assert!(matches(&all, &of("L2"), &plant));
        let only = Filter { severities: vec!["warning".into()], ..Filter::default() };
        assert!(!matches(&all, &only, &event("alert.raised.v1")));
    }

    #[test]
    fn patterns_that_no_type_can_have_are_told_apart() {
        for good in ["*", "order.*", "order.completed", "inspection_plan.changed"] {
            assert!(pattern_is_well_formed(good), "{good}");
        }
        for bad in ["", "order.", ".*", "Order", "order.*.v1", "order**", "a b"] {
            assert!(!pattern_is_well_formed(bad), "{bad}");
        }
    }
}
