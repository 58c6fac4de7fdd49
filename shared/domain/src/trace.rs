//! Where a lot came from, and where it went: a walk through the ledger's sums, both ways through production.
//!
//! A [`Tracer`] knows no store: it says whose flows it wants next ([`Tracer::asks`]), and is told them
//! ([`Tracer::answer`]), until it asks for nothing more. Each step goes one hop further from the start (breadth first), each
//! node is looked at once, so that a circle ends, and there is a limit to nodes and hops: what was left out is said.
//!
//! Backward it follows what went into a lot or an order, forward what came out of it. It never turns round: what else an order
//! consumed beside the lot that somebody asks about is no place where that lot went.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{ItemId, OrderId};

/// The most nodes of one trace.
pub const NODES_MAX: usize = 500;

/// The most hops from the start, each way. From lot to lot through an order is two.
pub const DEPTH_MAX: u16 = 20;

/// Which way a trace goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Where from: against the flow.
    From,
    /// Where used: with the flow.
    Used,
    /// Both, each from the start.
    Both,
}

impl Way {
    /// The way of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "from" => Some(Self::From),
            "used" => Some(Self::Used),
            "both" => Some(Self::Both),
            _ => None,
        }
    }
}

/// What flows go between.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A lot of an item.
    Lot {
        /// What.
        item: ItemId,
        /// Not empty.
        lot: String,
    },
    /// Stock of an item without a lot, at one order or lot: nothing tells one piece from another, so the trace ends here.
    Loose {
        /// What.
        item: ItemId,
        /// The order or lot at the other end, so that two of them are not taken for one.
        at: String,
    },
    /// A work order.
    Order(OrderId),
    /// A paper by which goods came from outside, or went there.
    Document {
        /// `@supplier` or `@customer`.
        place: String,
        /// True where goods came in with it.
        inward: bool,
        /// Its number; empty where nobody gave one.
        document: String,
        /// The holder of the line of a purchase order or sales order, such as `PO:4500/10`; empty for none.
        line: String,
    },
    /// Another virtual location: scrap, adjustment, shortage.
    Place {
        /// Such as `@scrap`.
        place: String,
        /// True where goods came from there.
        inward: bool,
    },
}

impl Node {
    /// True where something is to be found behind it.
    fn goes_on(&self) -> bool {
        matches!(self, Self::Lot { .. } | Self::Order(_))
    }
}

/// So much went from one node to another; one of them is a lot, or stock without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Gives.
    pub from: Node,
    /// Takes.
    pub to: Node,
    /// In the scale of the item. What is not above zero has not flowed.
    pub units: i64,
}

/// How far a trace goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most nodes.
    pub nodes: usize,
    /// The most hops.
    pub depth: u16,
}

impl Default for Limits {
    fn default() -> Self {
        Self { nodes: NODES_MAX, depth: DEPTH_MAX }
    }
}

/// A node as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is.
    pub node: Node,
    /// Its column in a picture where everything flows from left to right, from 0 on.
    pub layer: u16,
    /// Nobody has looked behind it, since it is at the limit.
    pub open: bool,
}

/// The outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// By layer.
    pub nodes: Vec<Found>,
    /// From and to as places in `nodes`, and how much.
    pub edges: Vec<(usize, usize, i64)>,
    /// Something was left out.
    pub truncated: bool,
}

/// One of the two walks.
#[derive(Debug, Default)]
struct Walk {
    seen: BTreeSet<Node>,
    /// What is looked at in this step.
    now: BTreeSet<Node>,
}

impl Walk {
    fn from(start: &Node) -> Self {
        let only = BTreeSet::from([start.clone()]);
        Self { seen: only.clone(), now: only }
    }
}

/// A trace under way. See the head of the module.
#[derive(Debug)]
pub struct Tracer {
    limits: Limits,
    hops: u16,
    back: Walk,
    forth: Walk,
    nodes: BTreeSet<Node>,
    open: BTreeSet<Node>,
    edges: BTreeMap<(Node, Node), i64>,
    truncated: bool,
}

impl Tracer {
    /// From a lot or an order.
    pub fn new(start: &Node, way: Way, limits: Limits) -> Self {
        let walk = |goes: bool| if goes { Walk::from(start) } else { Walk::default() };
        Self {
            limits,
            hops: 0,
            back: walk(way != Way::Used),
            forth: walk(way != Way::From),
            nodes: BTreeSet::from([start.clone()]),
            open: BTreeSet::new(),
            edges: BTreeMap::new(),
            truncated: false,
        }
    }

    /// Whose flows are wanted, lots and orders, in and out; nothing at the end.
    pub fn asks(&self) -> Vec<Node> {
        self.back.now.union(&self.forth.now).cloned().collect()
    }

    /// The flows of all that was asked for; `more`: there are some that nobody has told.
    pub fn answer(&mut self, flows: &[Flow], more: bool) {
        self.truncated |= more;
        self.hops += 1;
        let (back, forth) = (std::mem::take(&mut self.back.now), std::mem::take(&mut self.forth.now));
        for flow in flows.iter().filter(|flow| flow.units > 0 && flow.from != flow.to) {
            if back.contains(&flow.to) && self.enter(&flow.from) {
                self.edges.insert((flow.from.clone(), flow.to.clone()), flow.units);
                if self.back.seen.insert(flow.from.clone()) && flow.from.goes_on() {
                    self.back.now.insert(flow.from.clone());
                }
            }
            if forth.contains(&flow.from) && self.enter(&flow.to) {
                self.edges.insert((flow.from.clone(), flow.to.clone()), flow.units);
                if self.forth.seen.insert(flow.to.clone()) && flow.to.goes_on() {
                    self.forth.now.insert(flow.to.clone());
                }
            }
        }
        if self.hops >= self.limits.depth {
            self.open.extend(std::mem::take(&mut self.back.now));
            self.open.extend(std::mem::take(&mut self.forth.now));
            self.truncated |= !self.open.is_empty();
        }
    }

    /// True where the node is in the trace, or there is room for it.
    fn enter(&mut self, node: &Node) -> bool {
        if self.nodes.contains(node) {
            return true;
        }
        if self.nodes.len() >= self.limits.nodes {
            self.truncated = true;
            return false;
        }
        self.nodes.insert(node.clone())
    }

    /// What was found.
    pub fn finish(self) -> Trace {
        let nodes: Vec<Node> = self.nodes.into_iter().collect();
        let place = |node: &Node| nodes.binary_search(node).unwrap_or_default();
        let edges: Vec<_> = self.edges.iter().map(|((from, to), units)| (place(from), place(to), *units)).collect();
        let layers = layers(nodes.len(), &edges);
        let mut order: Vec<usize> = (0..nodes.len()).collect();
        order.sort_by_key(|at| (layers[*at], *at));
        let mut moved = vec![0; nodes.len()];
        for (new, old) in order.iter().enumerate() {
            moved[*old] = new;
        }
        let found = |old: &usize| Found {
            node: nodes[*old].clone(),
            layer: layers[*old],
            open: self.open.contains(&nodes[*old]),
        };
        let mut edges: Vec<_> = edges.iter().map(|(from, to, units)| (moved[*from], moved[*to], *units)).collect();
        edges.sort_unstable();
        Trace { nodes: order.iter().map(found).collect(), edges, truncated: self.truncated }
    }
}

/// A column for each node: behind all that it came from, and what came from nothing right before its first use. Of a circle,
/// which no picture can have flow one way, the node that comes first is taken first.
fn layers(count: usize, edges: &[(usize, usize, i64)]) -> Vec<u16> {
    let mut before = vec![0_usize; count];
    let mut after = vec![Vec::new(); count];
    for (from, to, _) in edges {
        before[*to] += 1;
        after[*from].push(*to);
    }
    let sources: Vec<usize> = (0..count).filter(|at| before[*at] == 0).collect();
    let mut layers = vec![0_u16; count];
    let mut ready = sources.clone();
    let mut left: BTreeSet<usize> = (0..count).collect();
    while let Some(at) = ready.pop().or_else(|| left.first().copied()) {
        if !left.remove(&at) {
            continue;
        }
        for to in after[at].iter().filter(|to| left.contains(to)) {
            layers[*to] = layers[*to].max(layers[at] + 1);
            before[*to] -= 1;
            if before[*to] == 0 {
                ready.push(*to);
            }
        }
    }
    for at in sources {
        if let Some(first) = after[at].iter().map(|to| layers[*to]).min() {
            layers[at] = first.saturating_sub(1);
        }
    }
    layers
}
