//! Which movements use a lot, and so are refused for one that is kept back or has expired.

use takt_domain::id::LocationId;
use takt_domain::ledger::{Account, MovementKind, Posting};
use takt_domain::lot::{Lot, LotState, Lots};
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;

fn check(kind: MovementKind, from: Option<&str>, to: Option<&str>, refused: bool) {
    let account = |place: &str, order: Option<&str>| Account {
        location: place.parse::<LocationId>().unwrap(),
        order: order.map(|order| order.parse().unwrap()),
    };
    let posting = Posting {
        kind,
        item: "glue".parse().unwrap(),
        lot: "A".into(),
        from: account("S1", from),
        to: account("S2", to),
        quantity: Quantity::from_units(1, 0),
        reverses: None,
    };
    let mut lots = Lots::on(None);
    let lot = Lot::new("glue".parse().unwrap(), "A", jiff::Timestamp::UNIX_EPOCH);
    lots.put(Lot { state: LotState::Blocked, ..lot }, 7);
    let postings = [posting.clone(), posting];
    let unmet = lots.refused(&postings, Lang::En);
    let codes: Vec<_> = unmet.iter().map(|unmet| unmet.code.as_str()).collect();
    let (expected, used): (&[&str], _) = if refused { (&["lot.blocked"], 1) } else { (&[], 0) };
    assert_eq!((codes.as_slice(), lots.used(&postings).len()), (expected, used), "{kind:?} {from:?} {to:?}, told once");
}

#[test]
fn what_uses_a_lot_is_refused_for_one_that_is_kept_back() {
    use MovementKind::{Consume, Issue, OutsourceSend, Reserve, Return, Scrap, Shipment, Transfer};
    for kind in [Issue, Shipment, Consume, Reserve, OutsourceSend] {
        check(kind, None, None, true);
    }
    for kind in [Scrap, Return] {
        check(kind, None, None, false);
    }
    check(Transfer, None, None, false);
    check(Transfer, None, Some("WO-1"), true);
    check(Transfer, Some("WO-2"), Some("WO-1"), true);
    check(Transfer, Some("WO-1"), Some("WO-1"), false);
    check(Transfer, Some("WO-1"), None, false);
}
