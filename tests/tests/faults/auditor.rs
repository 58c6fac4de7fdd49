//! What must be true of the books, whatever went wrong meanwhile. It shares no code with what it checks: it reads the
//! tables, and knows the rules from the factory's side.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::books::Books;
use crate::record::{Asked, End, Write};

/// Everything that is wrong, in words.
pub fn audit(writes: &[Write], books: &Books) -> Vec<String> {
    let mut wrong = Vec::new();
    reports(writes, books, &mut wrong);
    movements(writes, books, &mut wrong);
    actions(writes, books, &mut wrong);
    creations(writes, books, &mut wrong);
    keys(writes, books, &mut wrong);
    ledger(books, &mut wrong);
    histories(books, &mut wrong);
    wrong
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name].as_str().unwrap_or_default()
}

fn number(value: &Value, name: &str) -> i64 {
    value[name].as_i64().unwrap_or(i64::MIN)
}

fn of_kind<'b>(books: &'b Books, kind: &'b str) -> impl Iterator<Item = &'b Value> {
    books.records.iter().filter(move |record| text(record, "kind") == kind)
}

/// How often something may be in the books that ended like this: acknowledged once, refused never, and without an answer
/// either way.
fn times(end: &End) -> std::ops::RangeInclusive<usize> {
    match end {
        End::Booked { .. } => 1..=1,
        End::Queued { .. } | End::Open => 0..=1,
        End::Refused { .. } => 0..=0,
    }
}

fn reports(writes: &[Write], books: &Books, wrong: &mut Vec<String>) {
    let mut by_note: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for report in of_kind(books, "report") {
        by_note.entry(text(&report["body"]["report"], "note")).or_default().push(report);
    }
    let refused: BTreeSet<&str> = books
        .receipts
        .iter()
        .filter(|receipt| text(receipt, "state") == "refused")
        .map(|receipt| text(receipt, "id"))
        .collect();
    let mut reported: BTreeMap<&str, i64> = BTreeMap::new();
    for write in writes {
        let Asked::Report { order, good } = &write.asked else { continue };
        let found = by_note.get(write.tag.as_str()).map(Vec::as_slice).unwrap_or_default();
        if !times(&write.end).contains(&found.len()) {
            wrong.push(format!("report {} ended as {:?} and is booked {} times", write.tag, write.end, found.len()));
        }
        for report in found {
            let body = &report["body"]["report"];
            if (text(body, "order"), text(body, "good").parse()) != (order.as_str(), Ok(*good)) {
                wrong.push(format!("report {} asked for {good} on {order}, booked is {body}", write.tag));
            }
            *reported.entry(order).or_default() += good;
        }
        match (&write.end, found) {
            (End::Booked { id, .. }, [report]) if text(report, "id") != id => {
                wrong.push(format!("report {} was acknowledged as {id} and is {}", write.tag, text(report, "id")));
            }
            (End::Queued { receipt }, []) if !refused.contains(receipt.as_str()) => {
                wrong.push(format!("report {} was accepted as {receipt}, which never ended", write.tag));
            }
            (End::Queued { receipt }, [report])
                if text(report, "id") != receipt || refused.contains(receipt.as_str()) =>
            {
                wrong.push(format!("report {} was accepted as {receipt} and ended twice or elsewhere", write.tag));
            }
            _ => {}
        }
    }
    let mut told: BTreeMap<&str, i64> = BTreeMap::new();
    for event in books.events.iter().filter(|event| text(event, "type") == "order.reported.v1") {
        *told.entry(text(&event["data"], "order")).or_default() += text(&event["data"], "good").parse().unwrap_or(0);
    }
    if told != reported {
        wrong.push(format!("the journal tells of {told:?} pieces, the reports of {reported:?}"));
    }
}

fn movements(writes: &[Write], books: &Books, wrong: &mut Vec<String>) {
    let mut by_document: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for posting in &books.postings {
        by_document.entry(text(posting, "document")).or_default().push(posting);
    }
    for write in writes {
        let Asked::Movement { item, units, from, to } = &write.asked else { continue };
        let postings = by_document.get(write.tag.as_str()).map(Vec::as_slice).unwrap_or_default();
        let ids: BTreeSet<&str> = postings.iter().map(|posting| text(posting, "movement")).collect();
        if !times(&write.end).contains(&ids.len()) {
            wrong.push(format!("movement {} ended as {:?} and is booked {} times", write.tag, write.end, ids.len()));
            continue;
        }
        let sum: i64 = postings.iter().map(|posting| number(posting, "quantity")).sum();
        let is_other = |posting: &&&Value| {
            (text(posting, "item"), text(posting, "from"), text(posting, "to")) != (*item, *from, *to)
        };
        if !ids.is_empty() && (sum != *units || postings.iter().find(is_other).is_some()) {
            wrong.push(format!("movement {} asked for {:?}, booked is {postings:?}", write.tag, write.asked));
        }
        if let (End::Booked { id, .. }, Some(booked)) = (&write.end, ids.first())
            && id != booked
        {
            wrong.push(format!("movement {} was acknowledged as {id} and is {booked}", write.tag));
        }
    }
}

/// Each acknowledged action is one event of its order.
fn actions(writes: &[Write], books: &Books, wrong: &mut Vec<String>) {
    let mut asked: BTreeMap<(&str, &str), (usize, usize)> = BTreeMap::new();
    for write in writes {
        let Asked::Action { order, action } = &write.asked else { continue };
        let (done, open) = asked.entry((order, event_of(action))).or_default();
        match write.end {
            End::Booked { .. } | End::Queued { .. } => *done += 1,
            End::Open => *open += 1,
            End::Refused { .. } => {}
        }
    }
    for ((order, event), (done, open)) in asked {
        let is_it = |found: &&Value| text(found, "type") == event && text(found, "subject") == order;
        let found = books.events.iter().filter(is_it).count();
        // Before the run it was brought to where it takes reports.
        let before = found.min(books.before.get(&(order.to_owned(), event.to_owned())).copied().unwrap_or(0));
        if !(done..=done + open).contains(&(found - before)) {
            wrong.push(format!(
                "{order}: {event} is there {} times, {done} were acknowledged, {open} are open",
                found - before
            ));
        }
    }
}

fn event_of(action: &str) -> &'static str {
    match action {
        "submit" => "order.submitted.v1",
        "approve" => "order.approved.v1",
        "dispatch" => "order.dispatched.v1",
        "start" => "order.started.v1",
        "inspect-first-article" | "inspect-final" => "order.inspected.v1",
        "pause" => "order.paused.v1",
        "resume" => "order.resumed.v1",
        "sign" => "order.signed.v1",
        "close" => "order.closed.v1",
        other => panic!("the auditor knows no action {other}"),
    }
}

fn creations(writes: &[Write], books: &Books, wrong: &mut Vec<String>) {
    for write in writes.iter().filter(|write| write.asked == Asked::Create) {
        let made = of_kind(books, "order").filter(|order| text(&order["body"], "note") == write.tag);
        let ids: Vec<&str> = made.map(|order| text(order, "id")).collect();
        let is_right = match &write.end {
            End::Booked { id, .. } => ids == [id.as_str()],
            end => times(end).contains(&ids.len()),
        };
        if !is_right {
            wrong.push(format!("order {} ended as {:?}, made were {ids:?}", write.tag, write.end));
        }
    }
}

/// What was booked is kept with its key, and what was refused is not.
fn keys(writes: &[Write], books: &Books, wrong: &mut Vec<String>) {
    let kept: BTreeSet<(&str, &str)> = books.keys.iter().map(|row| (text(row, "user"), text(row, "key"))).collect();
    for write in writes {
        let has = kept.contains(&(write.user, write.key.as_str()));
        let is_right = match write.end {
            End::Booked { .. } => has,
            End::Refused { .. } => !has,
            End::Queued { .. } | End::Open => true,
        };
        if !is_right {
            wrong.push(format!("{} ended as {:?}, and its key is kept: {has}", write.tag, write.end));
        }
    }
}

/// Every account is the sum of its postings, at every step, and nothing physical is ever below zero.
fn ledger(books: &Books, wrong: &mut Vec<String>) {
    let mut sums: BTreeMap<[&str; 4], i64> = BTreeMap::new();
    for posting in &books.postings {
        let quantity = number(posting, "quantity");
        for (side, delta) in [("from", -quantity), ("to", quantity)] {
            let account = [
                text(posting, "item"),
                text(posting, "lot"),
                text(posting, side),
                text(posting, &format!("{side}_order")),
            ];
            let sum = sums.entry(account).or_default();
            *sum += delta;
            if *sum != number(posting, &format!("{side}_after")) {
                wrong.push(format!("{account:?} comes to {sum} at posting {}, which says otherwise", posting["seq"]));
            }
            if *sum < 0 && number(posting, &format!("{side}_bounded")) == 1 {
                wrong.push(format!("{account:?} is at {sum} after posting {}", posting["seq"]));
            }
        }
    }
    let mut items: BTreeMap<&str, i64> = BTreeMap::new();
    let mut kept: BTreeMap<[&str; 4], i64> = BTreeMap::new();
    for row in &books.balances {
        let account = [text(row, "item"), text(row, "lot"), text(row, "location"), text(row, "order")];
        kept.insert(account, number(row, "quantity"));
        *items.entry(account[0]).or_default() += number(row, "quantity");
    }
    if let Some((item, sum)) = items.iter().find(|(_, sum)| **sum != 0) {
        wrong.push(format!("all accounts of {item} come to {sum}: something came from nowhere"));
    }
    sums.retain(|_, sum| *sum != 0);
    kept.retain(|_, sum| *sum != 0);
    for account in sums.keys().chain(kept.keys()).collect::<BTreeSet<_>>() {
        let (sum, kept) = (sums.get(account), kept.get(account));
        if sum != kept {
            wrong.push(format!("the balance of {account:?} is {kept:?}, its postings come to {sum:?}"));
        }
    }
}

/// The life of an order, from the state table of the factory: what may happen in which state, and where it leads.
fn step(state: &str, event: &str) -> Option<&'static str> {
    Some(match (state, event) {
        ("", "order.created.v1") => "pending_review",
        ("pending_review", "order.submitted.v1") => "submitted",
        ("submitted", "order.approved.v1") => "approved",
        ("approved", "order.dispatched.v1") => "ready",
        ("ready", "order.started.v1") => "in_progress",
        ("in_progress" | "inspected", "order.inspected.v1") => "inspected",
        ("inspected", "order.reported.v1") => "inspected",
        ("inspected", "order.paused.v1") => "paused",
        ("paused", "order.resumed.v1") => "inspected",
        ("inspected", "order.completed.v1") => "completed",
        ("completed" | "passed", "order.inspected.v1") => "passed",
        ("passed", "order.signed.v1") => "signed",
        ("signed", "order.closed.v1") => "closed",
        _ => return None,
    })
}

fn histories(books: &Books, wrong: &mut Vec<String>) {
    let mut states: BTreeMap<&str, &str> = BTreeMap::new();
    for event in books.events.iter().filter(|event| text(event, "type").starts_with("order.")) {
        let order = states.entry(text(event, "subject")).or_default();
        match step(order, text(event, "type")) {
            Some(next) => *order = next,
            None => wrong.push(format!(
                "{} of {} in the state {order:?} is no legal step",
                text(event, "type"),
                text(event, "subject")
            )),
        }
    }
    for order in of_kind(books, "order") {
        let told = match states.get(text(order, "id")).copied().unwrap_or_default() {
            "submitted" => "pending_review",
            "inspected" | "paused" => "in_progress",
            "passed" | "signed" => "completed",
            other => other,
        };
        if told != text(order, "state") {
            wrong.push(format!("{} is {}, its history ends in {told:?}", text(order, "id"), text(order, "state")));
        }
    }
}
