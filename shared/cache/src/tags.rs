//! What reads depend on and writes change.
//!
//! | tag, after the plant | read by | changed by |
//! |---|---|---|
//! | `*` | everything | a change to the plant itself, a write with too many tags, a repeated request |
//! | `r`, kind, id | a record | writing it |
//! | `k`, kind | lists and children of that kind | writing any record of it |
//! | `s`, item | accounts of the item | a posting of it |
//! | `h`, order | what is held for the order | a posting from or to it |
//! | `c`, scope | counters of the scope | changing one |
//! | `t`, id | a receipt | writing it |
//! | `e` | who was signed out | sessions |

use std::collections::BTreeSet;

use takt_store::{BalanceFilter, Commit, Load, PlantNumber};

/// A write with more tags than this changes all of the plant: importing master data.
const TAGS_MAX: usize = 2_000;

/// Tags of one plant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Tags {
    plant: PlantNumber,
    plants: BTreeSet<u32>,
    tags: BTreeSet<String>,
}

impl Tags {
    fn none(plant: PlantNumber) -> Self {
        Self { plant, plants: [plant.0].into(), tags: BTreeSet::new() }
    }

    fn add(&mut self, kind: char, names: &[&str]) {
        let mut tag = format!("{}|{kind}", self.plant);
        for name in names {
            // Lengths keep two names apart from two others that look the same when written together.
            tag.push_str(&format!("|{}|{name}", name.len()));
        }
        self.tags.insert(tag);
    }

    /// For a read: what it depends on, and the plant.
    pub(crate) fn for_read(mut self) -> Vec<String> {
        self.add('*', &[]);
        self.tags.into_iter().collect()
    }

    /// For a write.
    pub(crate) fn for_write(self) -> Vec<String> {
        if self.tags.len() > TAGS_MAX {
            return self.plants.into_iter().flat_map(|number| all(PlantNumber(number))).collect();
        }
        self.tags.into_iter().collect()
    }
}

/// All that is known of a plant.
pub(crate) fn all(plant: PlantNumber) -> Vec<String> {
    Tags::none(plant).for_read()
}

/// None where the answer is not to be kept: it is about a key or a session.
pub(crate) fn of_load(load: &Load) -> Option<Tags> {
    if load.key.is_some() || load.session.is_some() {
        return None;
    }
    let mut tags = Tags::none(load.plant);
    load.records.iter().for_each(|(kind, id)| tags.add('r', &[kind, id]));
    load.children.iter().for_each(|(kind, _)| tags.add('k', &[kind]));
    load.balances_of.iter().chain(&load.free_of).for_each(|item| tags.add('s', &[item]));
    load.balances_of_order.iter().for_each(|order| tags.add('h', &[order]));
    load.lots.iter().for_each(|kind| tags.add('k', &[kind]));
    load.counters.iter().for_each(|scope| tags.add('c', &[scope]));
    load.receipts.iter().for_each(|id| tags.add('t', &[id]));
    Some(tags)
}

pub(crate) fn of_list(plant: PlantNumber, kind: &str) -> Tags {
    let mut tags = Tags::none(plant);
    tags.add('k', &[kind]);
    tags
}

pub(crate) fn of_counters(plant: PlantNumber, scope: &str) -> Tags {
    let mut tags = Tags::none(plant);
    tags.add('c', &[scope]);
    tags
}

pub(crate) fn of_sessions(plant: PlantNumber) -> Tags {
    let mut tags = Tags::none(plant);
    tags.add('e', &[]);
    tags
}

/// None where the filter does not say which accounts.
pub(crate) fn of_balances(plant: PlantNumber, filter: &BalanceFilter) -> Option<Tags> {
    let mut tags = Tags::none(plant);
    match filter.order.as_deref() {
        _ if !filter.items.is_empty() => filter.items.iter().for_each(|item| tags.add('s', &[item])),
        Some(order) if !order.is_empty() => tags.add('h', &[order]),
        _ => return None,
    }
    Some(tags)
}

pub(crate) fn of_commits<'c>(commits: impl IntoIterator<Item = &'c Commit>) -> Option<Tags> {
    let mut commits = commits.into_iter().peekable();
    let mut tags = Tags::none(commits.peek()?.plant);
    for commit in commits {
        tags.plant = commit.plant;
        tags.plants.insert(commit.plant.0);
        for record in &commit.records {
            tags.add('r', &[&record.kind, &record.id]);
            tags.add('k', &[&record.kind]);
        }
        for posting in &commit.postings {
            tags.add('s', &[&posting.item]);
            for account in [&posting.from, &posting.to] {
                if !account.order.is_empty() {
                    tags.add('h', &[&account.order]);
                }
            }
        }
        commit.counters.iter().for_each(|counter| tags.add('c', &[&counter.scope]));
        commit.receipts.iter().for_each(|receipt| tags.add('t', &[&receipt.id]));
        if !commit.sessions.is_empty() {
            tags.add('e', &[]);
        }
        // An order that goes or comes takes with it what no commit lists.
        if commit.away.is_some() || commit.back.is_some() {
            tags.add('*', &[]);
        }
    }
    Some(tags)
}

#[cfg(test)]
mod tests {
    use takt_store::{CounterChange, RecordWrite};

    use super::*;

    fn writing(records: usize) -> Commit {
        let mut commit = Commit::new(PlantNumber(1), 0);
        let record = |n| RecordWrite::new("item", format!("I-{n}"), None, serde_json::Value::Null);
        commit.records = (0..records).map(record).collect();
        commit
    }

    #[test]
    fn a_read_and_a_write_of_the_same_thing_share_a_tag() {
        let mut commit = writing(1);
        let change = |scope: &str| CounterChange {
            scope: scope.into(),
            name: "n".into(),
            delta: 1,
            min_after: None,
            max_after: None,
        };
        commit.counters = vec![change("WO-1")];
        let write = of_commits([&commit]).map(Tags::for_write).unwrap_or_default();
        let shares = |read: Tags| read.for_read().iter().any(|tag| write.contains(tag));
        let mut load = Load::new(PlantNumber(1), 0);
        load.records = vec![("item".into(), "I-0".into())];
        assert!(of_load(&load).is_some_and(shares));
        load.records = vec![("item".into(), "I-1".into())];
        assert!(of_load(&load).is_some_and(|read| !shares(read)));
        assert!(shares(of_list(PlantNumber(1), "item")));
        assert!(!shares(of_list(PlantNumber(2), "item")));
        assert!(shares(of_counters(PlantNumber(1), "WO-1")));
        assert!(!shares(of_sessions(PlantNumber(1))));
    }

    #[test]
    fn a_very_large_write_changes_all_of_the_plant() {
        let write = of_commits([&writing(TAGS_MAX)]).map(Tags::for_write).unwrap_or_default();
        assert_eq!(write, all(PlantNumber(1)));
        assert!(of_list(PlantNumber(1), "item").for_read().contains(&write[0]));
    }

    #[test]
    fn two_names_never_look_like_two_others() {
        let mut tags = Tags::none(PlantNumber(1));
        tags.add('r', &["a|1|b", "c"]);
        tags.add('r', &["a", "1|b|1|c"]);
        tags.add('r', &["a", "b|1|c"]);
        assert_eq!(tags.tags.len(), 3);
    }
}
