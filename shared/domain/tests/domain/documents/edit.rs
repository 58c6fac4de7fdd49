//! Edits and ends of documents, and the names of their lines.

use std::collections::BTreeMap;

use takt_domain::document::{self, DocumentKind, DocumentState, LineRef};
use takt_domain::order::Mark;
use takt_domain::text::Lang;

use super::documents;
use super::support::{at, quantity};

#[test]
fn an_edit_never_falls_below_what_was_booked_and_ending_waits_for_what_stands_on_the_dock() {
    let before = documents().remove(0);
    let mut counters = BTreeMap::from([("10.net".to_owned(), 12), ("10.to_put_away".to_owned(), 5)]);
    let mut after = before.clone();
    after.lines[0].quantity = quantity("11");
    after.lines[0].tolerance_percent = 0;
    let refused = document::edit(&before, &after, &counters, Lang::Zh).unwrap_err();
    assert_eq!(refused.unmet[0].code, "document.below_booked");
    after.lines[0].quantity = quantity("12");
    let checks = document::edit(&before, &after, &counters, Lang::Zh).unwrap();
    assert_eq!((checks[0].delta, checks[0].max_after), (0, Some(12)));
    after.lines[0].line = 20;
    assert_eq!(document::edit(&before, &after, &counters, Lang::En).unwrap_err().unmet[0].code, "document.line_begun");
    let mark = || Mark { by: "planner".parse().unwrap(), at: at(9), reason: "done".into() };
    let end = |to, counters: &BTreeMap<String, i64>| document::set_state(&before, to, mark(), counters, Lang::En);
    assert_eq!(end(DocumentState::Closed, &counters).unwrap_err().unmet[0].code, "document.waiting");
    counters.insert("10.to_put_away".into(), 0);
    assert_eq!(end(DocumentState::Cancelled, &counters).unwrap_err().unmet[0].code, "document.begun");
    let closed = end(DocumentState::Closed, &counters).unwrap();
    assert_eq!(closed.state, DocumentState::Closed);
    let opened = document::set_state(&closed, DocumentState::Open, mark(), &counters, Lang::En).unwrap();
    assert_eq!((opened.state, opened.ended), (DocumentState::Open, None));
}

#[test]
fn the_holder_of_a_line_is_read_back_whatever_its_document_is_called() {
    for id in ["PO-1", "a/b:c", "订单 7/3"] {
        let line = LineRef { kind: DocumentKind::Sales, document: id.parse().unwrap(), line: 20 };
        let holder = line.holder().unwrap();
        assert_eq!(LineRef::of_holder(holder.as_str()), Some(line));
        assert!(document::is_reserved(&holder));
    }
    assert_eq!(LineRef::of_holder("WO-000001"), None);
    assert!(!document::is_reserved(&"POWER-1".parse().unwrap()));
}
