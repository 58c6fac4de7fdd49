//! Bills of material as a whole: none contains itself, and none is nested too deep.

use std::collections::{BTreeMap, BTreeSet};

use takt_domain::id::ItemId;
use takt_domain::master::{BOM_DEPTH_MAX, Bom};

/// What is wrong with the bills of material below an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// From an item down to itself.
    Cycle(Vec<ItemId>),
    /// From an item down to the level that is too deep.
    TooDeep(Vec<ItemId>),
}

/// Looks below each of `parents`; optional lines count as well, since an order may take them.
pub(crate) fn faults(parents: &BTreeSet<ItemId>, boms: &BTreeMap<ItemId, Bom>) -> Vec<Fault> {
    let mut search = Search { boms, heights: BTreeMap::new(), path: Vec::new(), faults: Vec::new() };
    for parent in parents {
        search.height(parent);
    }
    search.faults
}

struct Search<'b> {
    boms: &'b BTreeMap<ItemId, Bom>,
    /// How many levels there are below an item that is done with.
    heights: BTreeMap<&'b ItemId, usize>,
    path: Vec<&'b ItemId>,
    faults: Vec<Fault>,
}

impl<'b> Search<'b> {
    /// Never goes deeper than is allowed, so its own depth is bounded as well.
    fn height(&mut self, item: &ItemId) -> usize {
        let Some((item, bom)) = self.boms.get_key_value(item) else { return 0 };
        if let Some(height) = self.heights.get(item) {
            return *height;
        }
        self.path.push(item);
        let mut height = 0;
        for component in bom.lines.iter().map(|line| &line.component) {
            if let Some(start) = self.path.iter().position(|above| *above == component) {
                let cycle = self.path[start..].iter().copied().chain([component]);
                self.faults.push(Fault::Cycle(cycle.cloned().collect()));
                continue;
            }
            // What is not looked at yet has one level at least when it has a bill of material at all.
            let below = self.heights.get(component).copied().unwrap_or(1);
            if self.boms.contains_key(component) && self.path.len() + below > BOM_DEPTH_MAX {
                let down = self.path.iter().copied().chain([component]);
                self.faults.push(Fault::TooDeep(down.cloned().collect()));
                continue;
            }
            height = height.max(1 + self.height(component));
        }
        self.path.pop();
        self.heights.insert(item, height);
        height
    }
}

#[cfg(test)]
mod tests {
    use takt_domain::master::BomLine;

    use super::*;

    fn check(edges: &[(&str, &str)], expected: &[&str]) {
        let id = |text: &str| -> ItemId { text.parse().unwrap_or_else(|_| panic!("{text} is an id")) };
        let mut boms: BTreeMap<ItemId, Bom> = BTreeMap::new();
        for (parent, component) in edges {
            let bom = boms.entry(id(parent)).or_insert_with(|| Bom { item: id(parent), lines: Vec::new() });
            bom.lines.push(BomLine {
                component: id(component),
                per: None,
                optional: false,
                phantom: false,
                operation: None,
                note: String::new(),
            });
        }
        let text = |path: &[ItemId]| path.iter().map(ItemId::as_str).collect::<Vec<_>>().join(" ");
        let found = faults(&boms.keys().cloned().collect(), &boms);
        let found = found.iter().map(|fault| match fault {
            Fault::Cycle(path) => format!("cycle {}", text(path)),
            Fault::TooDeep(path) => format!("deep {}", path.len()),
        });
        assert_eq!(found.collect::<Vec<_>>(), expected, "{edges:?}");
    }

    #[test]
    fn an_item_that_contains_itself_further_down_is_found() {
        check(&[("a", "b"), ("b", "c"), ("c", "d")], &[]);
        check(&[("a", "b"), ("b", "a")], &["cycle a b a"]);
        check(&[("a", "b"), ("b", "c"), ("c", "b"), ("a", "c")], &["cycle b c b"]);
    }

    #[test]
    fn one_component_on_two_ways_down_is_no_fault() {
        check(&[("a", "b"), ("a", "c"), ("b", "d"), ("c", "d"), ("d", "e")], &[]);
    }

    #[test]
    fn twenty_levels_are_enough() {
        let names: Vec<String> = (0..30).map(|n| format!("i{n:02}")).collect();
        let chain: Vec<_> = names.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        check(&chain[..20], &[]);
        check(&chain[..21], &["deep 21"]);
        // From the bottom up, so that what is below is known when what is above comes.
        let renamed: Vec<String> = (0..30).map(|n| format!("i{:02}", 30 - n)).collect();
        let chain: Vec<_> = renamed.windows(2).map(|pair| (pair[0].as_str(), pair[1].as_str())).collect();
        check(&chain[..20], &[]);
        check(&chain[..21], &["deep 2"]);
    }
}
