//! Holds every acknowledged write against the ledger as the plant tells it.

use std::collections::BTreeMap;

use takt_api::Page;
use takt_api::reports::{Report, ReportState};
use takt_api::stock::Movement;
use takt_tests::client::Client;
use takt_tests::ledger::{audited, escaped};

use crate::profile::Kind;
use crate::writes::{Said, Write};
use takt_tests::site::Site;

/// Something that is in the books.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Booked {
    pub(crate) id: String,
    pub(crate) about: String,
    pub(crate) quantity: u64,
}

/// What the plant has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Books {
    /// By tag.
    pub(crate) booked: BTreeMap<String, Vec<Booked>>,
    /// Ids of reports that were accepted, and refused when they were booked, with the reason.
    pub(crate) refused: BTreeMap<String, String>,
    /// Pieces reported on each order, as the order says itself.
    pub(crate) done: BTreeMap<String, u64>,
    /// Of each order: its version before the run, and now.
    pub(crate) versions: BTreeMap<String, (u64, u64)>,
    /// How long the reports that went through the queue waited there, in milliseconds.
    pub(crate) booking_ms: Vec<u64>,
    /// What the plant's own audit found.
    pub(crate) differences: Vec<String>,
}

/// What is not as it should be. Each line names the write.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) lost: Vec<String>,
    pub(crate) doubled: Vec<String>,
    pub(crate) wrong: Vec<String>,
    /// Accepted, and then refused with a reason that the worker sees.
    pub(crate) refused_later: u64,
}

impl Verdict {
    pub(crate) fn is_good(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.wrong.is_empty()
    }
}

/// Compares the two.
pub(crate) fn judge(writes: &[Write], books: &Books) -> Verdict {
    let mut verdict = Verdict::default();
    let mut known: BTreeMap<&str, &Write> = BTreeMap::new();
    for write in writes.iter().filter(|write| !write.tag.is_empty()) {
        known.insert(&write.tag, write);
        judge_write(write, books, &mut verdict);
    }
    for tag in books.booked.keys().filter(|tag| !known.contains_key(tag.as_str())) {
        verdict.wrong.push(format!("{tag} is booked, and nobody asked for it"));
    }
    judge_sums(&known, books, &mut verdict);
    judge_actions(writes, books, &mut verdict);
    verdict.wrong.extend(books.differences.iter().cloned());
    verdict
}

fn judge_write(write: &Write, books: &Books, verdict: &mut Verdict) {
    let tag = &write.tag;
    let booked = books.booked.get(tag).map(Vec::as_slice).unwrap_or_default();
    if booked.len() > 1 {
        verdict.doubled.push(format!("{tag} is booked {} times", booked.len()));
    }
    for found in booked {
        if (found.about.as_str(), found.quantity) != (write.about.as_str(), write.quantity) {
            verdict.wrong.push(format!(
                "{tag}: {} of {} is booked, {} of {} was meant",
                found.quantity, found.about, write.quantity, write.about
            ));
        }
    }
    match &write.said {
        Said::Acknowledged(id) if booked.is_empty() => match books.refused.get(id) {
            Some(_) => verdict.refused_later += 1,
            None => verdict.lost.push(format!("{tag} was acknowledged as {id}")),
        },
        Said::Acknowledged(id) if booked.iter().all(|found| found.id != *id) => {
            verdict.wrong.push(format!("{tag} was acknowledged as {id} and is booked as {}", booked[0].id));
        }
        Said::Refused(why) if !booked.is_empty() => {
            verdict.wrong.push(format!("{tag} was refused ({why}) and is booked"));
        }
        _ => {}
    }
}

/// What each order says of itself is the sum of what was reported on it.
fn judge_sums(known: &BTreeMap<&str, &Write>, books: &Books, verdict: &mut Verdict) {
    for (order, done) in &books.done {
        let of_order = |found: &&Booked| found.about == *order;
        let is_report = |tag: &String| known.get(tag.as_str()).is_some_and(|write| write.kind == Kind::Report);
        let booked = books.booked.iter().filter(|(tag, _)| is_report(tag)).flat_map(|(_, found)| found);
        let sum: u64 = booked.filter(of_order).map(|found| found.quantity).sum();
        if sum != *done {
            verdict.wrong.push(format!("{order} says {done} pieces, and its reports come to {sum}"));
        }
    }
}

/// An action gives its order a version of its own, and says which.
fn judge_actions(writes: &[Write], books: &Books, verdict: &mut Verdict) {
    for (order, (before, now)) in &books.versions {
        let actions = writes
            .iter()
            .filter(|write| write.about == *order && matches!(write.kind, Kind::Inspection | Kind::Transition));
        let (mut versions, mut unknown) = (Vec::new(), 0);
        for action in actions {
            match &action.said {
                Said::Acknowledged(version) => versions.push(version.parse::<u64>().unwrap_or(0)),
                Said::Nothing => unknown += 1,
                Said::Refused(_) => {}
            }
        }
        versions.sort_unstable();
        let count = versions.len();
        let last = versions.last().copied().unwrap_or(*before);
        versions.dedup();
        if versions.len() < count {
            verdict.wrong.push(format!("{order}: two actions were acknowledged with one version"));
        }
        if *now < last.max(before + count as u64) {
            verdict
                .lost
                .push(format!("{order} is at version {now} after {count} actions from {before}, the last {last}"));
        }
        if *now > before + count as u64 + unknown {
            verdict.doubled.push(format!("{order} is at version {now} after {count} actions from {before}"));
        }
    }
}

/// Asks the plant for all of it.
pub(crate) fn read_books(site: &Site, run: &str) -> Books {
    let mut books = Books::default();
    let (mut booked, mut booking_ms) = (BTreeMap::<String, Vec<Booked>>::new(), Vec::new());
    let mut add = |tag: &str, found: Booked| {
        if tag.starts_with(run) {
            booked.entry(tag.to_owned()).or_default().push(found);
        }
    };
    for order in &site.orders {
        for row in pages::<Report>(site.who("operator"), &format!("/api/v1/reports?order={}", escaped(order))) {
            let Report { id, state, report, accepted_at, booked_at, .. } = row;
            if state == ReportState::Booked {
                if let (Some(accepted), Some(booked)) = (accepted_at, booked_at) {
                    let waited_ms = booked.as_millisecond() - accepted.as_millisecond();
                    booking_ms.push(u64::try_from(waited_ms).unwrap_or(0));
                }
                let quantity = u64::try_from(report.good.units()).unwrap_or(0);
                add(&report.note, Booked { id, about: report.order.to_string(), quantity });
            }
        }
    }
    for item in &site.items {
        for row in pages::<Movement>(site.who("storekeeper"), &format!("/api/v1/movements?item={}", escaped(item))) {
            if row.document.starts_with(run) {
                let quantity = u64::try_from(row.quantity.units()).unwrap_or(0);
                add(&row.document, Booked { id: row.movement, about: row.item.to_string(), quantity });
            }
        }
    }
    (books.booked, books.booking_ms) = (booked, booking_ms);
    for order in &site.orders {
        books.done.insert(order.clone(), site.done(order));
    }
    for (order, before) in &site.busy_orders {
        books.versions.insert(order.clone(), (*before, site.version(order)));
    }
    let audit = audited(|path| site.who("manager").get_patiently(path).ok().json());
    let told = audit.differences.iter().map(|difference| format!("{}: {}", difference.check, difference.detail));
    books.differences = told.collect();
    books
}

fn pages<T: serde::de::DeserializeOwned>(client: &Client, path: &str) -> Vec<T> {
    let mut rows = Vec::new();
    let mut after = String::new();
    loop {
        let page: Page<T> = client.get_patiently(&format!("{path}&limit=200{after}")).ok().json();
        rows.extend(page.rows);
        match page.next {
            Some(next) => after = format!("&after={}", escaped(&next)),
            None => return rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(n: u64, said: Said) -> Write {
        Write { kind: Kind::Report, tag: format!("run-{n}"), about: "WO-1".into(), quantity: 2, said }
    }

    fn action(said: Said) -> Write {
        Write { kind: Kind::Transition, tag: String::new(), about: "WO-2".into(), quantity: 0, said }
    }

    fn acknowledged(id: &str) -> Said {
        Said::Acknowledged(id.to_owned())
    }

    /// Three reports and two actions that went well.
    fn good() -> (Vec<Write>, Books) {
        let mut writes: Vec<_> = (0..3).map(|n| report(n, acknowledged(&format!("id-{n}")))).collect();
        writes.extend([action(acknowledged("8")), action(acknowledged("9"))]);
        let mut books = Books::default();
        for n in 0..3 {
            let booked = Booked { id: format!("id-{n}"), about: "WO-1".into(), quantity: 2 };
            books.booked.insert(format!("run-{n}"), vec![booked]);
        }
        books.done.insert("WO-1".into(), 6);
        books.versions.insert("WO-2".into(), (7, 9));
        (writes, books)
    }

    /// How many are lost, doubled and wrong after the change.
    fn after(change: impl FnOnce(&mut Vec<Write>, &mut Books)) -> (usize, usize, usize) {
        let (mut writes, mut books) = good();
        change(&mut writes, &mut books);
        let Verdict { lost, doubled, wrong, .. } = judge(&writes, &books);
        (lost.len(), doubled.len(), wrong.len())
    }

    #[test]
    fn what_is_as_it_should_be_is_good() {
        let (writes, books) = good();
        assert!(judge(&writes, &books).is_good());
    }

    #[test]
    fn a_lost_report_is_found_and_missing_in_the_sum() {
        assert_eq!(after(|_, books| drop(books.booked.remove("run-1"))), (1, 0, 1));
    }

    #[test]
    fn a_doubled_report_is_found() {
        let twice = |books: &mut Books| {
            let found = books.booked.get_mut("run-1").expect("it is there");
            found.push(Booked { id: "other".into(), ..found[0].clone() });
            books.done.insert("WO-1".into(), 8);
        };
        assert_eq!(after(|_, books| twice(books)), (0, 1, 0));
    }

    #[test]
    fn another_quantity_order_or_id_is_found() {
        let change = |books: &mut Books, change: fn(&mut Booked)| {
            change(&mut books.booked.get_mut("run-1").expect("it is there")[0]);
        };
        assert_eq!(after(|_, books| change(books, |found| found.quantity = 3)), (0, 0, 2));
        assert_eq!(after(|_, books| change(books, |found| found.about = "WO-3".into())), (0, 0, 2));
        assert_eq!(after(|_, books| change(books, |found| found.id = "other".into())), (0, 0, 1));
    }

    #[test]
    fn what_nobody_knows_the_end_of_may_be_booked_or_not_and_never_twice() {
        assert_eq!(after(|writes, _| writes[1].said = Said::Nothing), (0, 0, 0));
        let gone = |writes: &mut Vec<Write>, books: &mut Books| {
            writes[1].said = Said::Nothing;
            books.booked.remove("run-1");
            books.done.insert("WO-1".into(), 4);
        };
        assert_eq!(after(gone), (0, 0, 0));
    }

    #[test]
    fn what_was_refused_is_not_booked() {
        assert_eq!(after(|writes, _| writes[1].said = Said::Refused("why".into())), (0, 0, 1));
        let later = |_: &mut Vec<Write>, books: &mut Books| {
            books.booked.remove("run-1");
            books.refused.insert("id-1".into(), "why".into());
            books.done.insert("WO-1".into(), 4);
        };
        assert_eq!(after(later), (0, 0, 0));
    }

    #[test]
    fn what_nobody_asked_for_and_what_the_audit_finds_is_wrong() {
        assert_eq!(after(|writes, _| drop(writes.remove(0))), (0, 0, 2));
        assert_eq!(after(|_, books| books.differences.push("balance: M1".into())), (0, 0, 1));
    }

    #[test]
    fn actions_are_counted_by_the_versions_of_their_order() {
        let now = |version| {
            move |_: &mut Vec<Write>, books: &mut Books| {
                books.versions.insert("WO-2".into(), (7, version));
            }
        };
        assert_eq!(after(now(8)), (1, 0, 0));
        assert_eq!(after(now(10)), (0, 1, 0));
        assert_eq!(after(|writes, _| writes[4].said = acknowledged("8")), (0, 0, 1));
        assert_eq!(after(|writes, _| writes[4].said = Said::Nothing), (0, 0, 0));
    }
}
