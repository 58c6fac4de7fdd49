//! The ledger, added up again by the test itself from what the API tells: an auditor that shares no code with the store.

use std::collections::BTreeMap;

use takt_api::Page;
use takt_api::stock::{Audit, ItemStock, Movement};
use takt_domain::id::{ItemId, LocationId, OrderId};
use takt_domain::quantity::Quantity;

use crate::client::Client;

/// Item, lot, location, and the order that it is held for.
pub type Account = (ItemId, String, LocationId, Option<OrderId>);

/// Every posting of a plant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// Oldest first.
    pub postings: Vec<Movement>,
}

impl Ledger {
    /// Pages through all of it.
    pub fn read(client: &Client) -> Self {
        Self::read_where(client, "")
    }

    /// Pages through what a query such as `&item=M1` leaves.
    pub fn read_where(client: &Client, query: &str) -> Self {
        let mut postings: Vec<Movement> = Vec::new();
        let mut after = String::new();
        loop {
            let page: Page<Movement> = client.get(&format!("/api/v1/movements?limit=200{query}{after}")).ok().json();
            postings.extend(page.rows);
            match page.next {
                Some(next) => after = format!("&after={}", escaped(&next)),
                None => break,
            }
        }
        postings.reverse();
        let in_order = postings.windows(2).all(|two| two[0].seq < two[1].seq);
        // On a server commits run side by side, and the pages follow the order in which they began.
        assert!(in_order || crate::servers::are_used(), "the pages follow the ledger's order");
        postings.sort_by_key(|posting| posting.seq);
        assert!(postings.windows(2).all(|two| two[0].seq < two[1].seq), "each posting is there once");
        Self { postings }
    }

    /// The sums of the postings, checked at each step: what a posting says of the balance after it is so, and no
    /// physical place is ever below zero.
    pub fn balances(&self) -> BTreeMap<Account, i64> {
        let mut sums: BTreeMap<Account, i64> = BTreeMap::new();
        for posting in &self.postings {
            let units = posting.quantity.units();
            assert!(units > 0, "{posting:?}");
            let sides = [(&posting.from, -units, posting.from_after), (&posting.to, units, posting.to_after)];
            for (side, delta, after) in sides {
                let account = (posting.item.clone(), posting.lot.clone(), side.location.clone(), side.order.clone());
                let sum = sums.entry(account).or_default();
                *sum += delta;
                assert_eq!(Quantity::from_units(*sum, posting.quantity.scale()), after, "after {posting:?}");
                assert!(*sum >= 0 || side.location.is_virtual(), "below zero after {posting:?}");
            }
        }
        sums.retain(|_, units| *units != 0);
        sums
    }

    /// The sum of the postings of one sort from one location to another, in units.
    pub fn moved(&self, item: &str, from: &str, to: &str) -> i64 {
        let matches = |posting: &&Movement| {
            posting.item.as_str() == item
                && posting.from.location.as_str() == from
                && posting.to.location.as_str() == to
        };
        self.postings.iter().filter(matches).map(|posting| posting.quantity.units()).sum()
    }
}

/// Compares every balance that the API tells with the sum of the movements that it tells, and asks for the audit too.
pub fn check(client: &Client) -> Ledger {
    check_beside(client, &[])
}

/// The same where the audit is to find differences of these checks, and of no other.
pub fn check_beside(client: &Client, known: &[&str]) -> Ledger {
    let ledger = Ledger::read(client);
    let mut sums = ledger.balances();
    sums.retain(|(_, _, location, _), _| !location.is_virtual());
    let mut told: BTreeMap<Account, i64> = BTreeMap::new();
    for item in stock(client) {
        let detail: ItemStock = client.get(&format!("/api/v1/stock/{}", escaped(item.item.as_str()))).ok().json();
        assert_eq!(
            (detail.on_hand, detail.reserved),
            (item.on_hand, item.reserved),
            "list and detail of {}",
            item.item
        );
        let mut on_hand = 0;
        for place in detail.places {
            let account = |order| (detail.item.clone(), place.lot.clone(), place.location.clone(), order);
            let mut free = place.on_hand.units();
            on_hand += free;
            for held in place.held_for {
                free -= held.quantity.units();
                told.insert(account(Some(held.order)), held.quantity.units());
            }
            assert_eq!(place.on_hand.units() - free, place.reserved.units(), "held at {:?}", account(None));
            told.insert(account(None), free);
        }
        assert_eq!(detail.on_hand.units(), on_hand, "the places of {} add up", detail.item);
    }
    told.retain(|_, units| *units != 0);
    assert_eq!(told, sums, "balances as told, and as added up from the movements");
    let audit = audited(|path| client.get(path).ok().json());
    let found: Vec<_> = audit.differences.iter().map(|difference| difference.check.as_str()).collect();
    assert_eq!((audit.ok, found.as_slice()), (known.is_empty(), known), "{audit:?}");
    assert_eq!(audit.postings, ledger.postings.len() as u64, "the audit has read every posting");
    ledger
}

/// The audit of a plant, all of its slices added up.
pub fn audited(get: impl Fn(&str) -> Audit) -> Audit {
    let mut all: Audit = get("/api/v1/audit");
    while let Some(next) = all.next.take() {
        let slice = get(&format!("/api/v1/audit?after={}", escaped(&next)));
        all.ok &= slice.ok;
        all.postings += slice.postings;
        all.balances += slice.balances;
        all.counters += slice.counters;
        all.receipts += slice.receipts;
        all.waiting += slice.waiting;
        all.count += slice.count;
        all.differences.extend(slice.differences);
        all.next = slice.next;
    }
    all
}

/// Every item with what stands of it, by the list's pages.
fn stock(client: &Client) -> Vec<ItemStock> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<ItemStock> = client.get(&format!("/api/v1/stock?limit=200{after}")).ok().json();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = format!("&after={}", escaped(&next)),
            None => return rows,
        }
    }
}

/// A text as one segment or value of a URL.
pub fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
