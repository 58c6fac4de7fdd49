//! A trace finds all that hangs together and nothing else, ends in circles, and says when it was cut off.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use takt_domain::trace::{DEPTH_MAX, Flow, Limits, Node, Trace, Tracer, Way};

fn lot(name: &str) -> Node {
    Node::Lot { item: "steel".parse().unwrap(), lot: name.to_owned() }
}

fn order(name: &str) -> Node {
    Node::Order(name.parse().unwrap())
}

fn paper(place: &str, document: &str) -> Node {
    Node::Document { place: place.into(), inward: place == "@supplier", document: document.into(), line: String::new() }
}

fn flow(from: &Node, to: &Node, units: i64) -> Flow {
    Flow { from: from.clone(), to: to.clone(), units }
}

/// What a store would do: hands out the flows that touch what is asked for.
fn traced(flows: &[Flow], start: &Node, way: Way, limits: Limits) -> Trace {
    let mut tracer = Tracer::new(start, way, limits);
    for _ in 0..100 {
        let asked = tracer.asks();
        if asked.is_empty() {
            return tracer.finish();
        }
        let touching = |flow: &&Flow| asked.contains(&flow.from) || asked.contains(&flow.to);
        tracer.answer(&flows.iter().filter(touching).cloned().collect::<Vec<_>>(), false);
    }
    panic!("it asks for ever");
}

fn name(node: &Node) -> String {
    match node {
        Node::Lot { lot, .. } => lot.clone(),
        Node::Loose { item, at } => format!("{item}@{at}"),
        Node::Order(order) => order.to_string(),
        Node::Document { document, .. } => document.clone(),
        Node::Place { place, .. } => place.clone(),
    }
}

/// The nodes by their columns, then the edges.
fn drawn(trace: &Trace) -> (Vec<String>, Vec<String>) {
    let columns = trace.nodes.iter().map(|found| format!("{}{}", found.layer, name(&found.node)));
    let edge = |(from, to, units): &(usize, usize, i64)| {
        format!("{}-{}-{units}", name(&trace.nodes[*from].node), name(&trace.nodes[*to].node))
    };
    let mut edges: Vec<_> = trace.edges.iter().map(edge).collect();
    edges.sort();
    (columns.collect(), edges)
}

/// Two deliveries make lot P by WO-1, that with loose paint is Q by WO-2, which a customer got a part of.
fn plant() -> Vec<Flow> {
    let paint = Node::Loose { item: "paint".parse().unwrap(), at: "WO-2".into() };
    vec![
        flow(&paper("@supplier", "DN-1"), &lot("A"), 100),
        flow(&paper("@supplier", "DN-2"), &lot("B"), 50),
        flow(&lot("A"), &order("WO-1"), 30),
        flow(&lot("A"), &order("WO-9"), 5),
        flow(&lot("B"), &order("WO-1"), 20),
        flow(&order("WO-1"), &lot("P"), 10),
        flow(&lot("P"), &order("WO-2"), 8),
        flow(&paint, &order("WO-2"), 3),
        flow(&order("WO-2"), &lot("Q"), 8),
        flow(&lot("Q"), &paper("@customer", "SN-1"), 6),
        flow(&lot("Q"), &Node::Place { place: "@scrap".into(), inward: false }, 1),
        flow(&lot("C"), &order("WO-2"), 0),
    ]
}

#[test]
fn where_it_came_from_leads_through_orders_to_the_suppliers() {
    let (nodes, edges) = drawn(&traced(&plant(), &lot("Q"), Way::From, Limits::default()));
    assert_eq!(nodes, ["0DN-1", "0DN-2", "1A", "1B", "2WO-1", "3P", "3paint@WO-2", "4WO-2", "5Q"]);
    let all =
        ["A-WO-1-30", "B-WO-1-20", "DN-1-A-100", "DN-2-B-50", "P-WO-2-8", "WO-1-P-10", "WO-2-Q-8", "paint@WO-2-WO-2-3"];
    assert_eq!(edges, all, "WO-9 had other steel of that lot, and quantity 0 is no flow");
}

#[test]
fn where_it_was_used_leads_through_orders_to_the_customers() {
    let (nodes, edges) = drawn(&traced(&plant(), &lot("A"), Way::Used, Limits::default()));
    assert_eq!(nodes, ["0A", "1WO-1", "1WO-9", "2P", "3WO-2", "4Q", "5SN-1", "5@scrap"]);
    assert_eq!(edges.len(), 7, "{edges:?}");
    assert!(!edges.iter().any(|edge| edge.contains("paint") || edge.contains('B')), "it never turns round: {edges:?}");
}

#[test]
fn both_ways_start_in_the_middle() {
    let trace = traced(&plant(), &order("WO-1"), Way::Both, Limits::default());
    let (nodes, _) = drawn(&trace);
    assert_eq!(nodes, ["0DN-1", "0DN-2", "1A", "1B", "2WO-1", "3P", "4WO-2", "5Q", "6SN-1", "6@scrap"]);
    assert!(!trace.truncated && trace.nodes.iter().all(|found| !found.open));
}

#[test]
fn a_circle_ends_and_is_drawn() {
    // Reworked: the order takes back what it made, and makes the same lot again.
    let flows = [
        flow(&lot("A"), &order("WO-1"), 5),
        flow(&order("WO-1"), &lot("P"), 9),
        flow(&lot("P"), &order("WO-1"), 4),
        flow(&lot("P"), &paper("@customer", "SN"), 5),
    ];
    for (start, way) in [(lot("P"), Way::From), (lot("A"), Way::Used), (order("WO-1"), Way::Both)] {
        let (_, edges) = drawn(&traced(&flows, &start, way, Limits::default()));
        assert!(edges.contains(&"WO-1-P-9".to_owned()) && edges.contains(&"P-WO-1-4".to_owned()), "{edges:?}");
    }
}

#[test]
fn what_is_too_deep_is_open_and_said() {
    let chain: Vec<_> = (0..60).map(|n| flow(&lot(&format!("{n:02}")), &lot(&format!("{:02}", n + 1)), 1)).collect();
    let trace = traced(&chain, &lot("00"), Way::Used, Limits::default());
    assert_eq!(trace.nodes.len(), usize::from(DEPTH_MAX) + 1);
    assert!(trace.truncated);
    let open: Vec<_> = trace.nodes.iter().filter(|found| found.open).map(|found| name(&found.node)).collect();
    assert_eq!(open, ["20"]);
    let whole = traced(&chain[..20], &lot("00"), Way::Used, Limits { depth: 21, ..Limits::default() });
    assert!(!whole.truncated);
}

#[test]
fn what_is_too_many_is_left_out_and_said() {
    let flows: Vec<_> = (0..30).map(|n| flow(&lot("A"), &order(&format!("WO-{n:02}")), 1)).collect();
    let cut = traced(&flows, &lot("A"), Way::Used, Limits { nodes: 11, ..Limits::default() });
    assert_eq!((cut.nodes.len(), cut.edges.len(), cut.truncated), (11, 10, true));
    let whole = traced(&flows, &lot("A"), Way::Used, Limits { nodes: 31, ..Limits::default() });
    assert_eq!((whole.nodes.len(), whole.truncated), (31, false));
}

/// What somebody booked: an order consumed so much of a lot or made it, and whether that was taken back.
type Booked = (usize, usize, bool, i64, bool);

const LOTS: usize = 8;
const ORDERS: usize = 6;

/// Lots are 0 to 7, orders from 8 on.
fn node_of(number: usize) -> Node {
    if number < LOTS { lot(&format!("L{number}")) } else { order(&format!("WO-{number}")) }
}

/// What was not taken back, between numbers.
fn left_over(booked: &[Booked]) -> BTreeMap<(usize, usize), i64> {
    let mut left = BTreeMap::new();
    for (lot, order, made, units, taken_back) in booked {
        let ends = if *made { (LOTS + order, *lot) } else { (*lot, LOTS + order) };
        *left.entry(ends).or_insert(0) += if *taken_back { 0 } else { *units };
    }
    left.retain(|_, units| *units > 0);
    left
}

/// Who reaches whom, by Warshall's algorithm: another way than a walk.
fn reaches(edges: &BTreeMap<(usize, usize), i64>) -> Vec<Vec<bool>> {
    let count = LOTS + ORDERS;
    let mut reach = vec![vec![false; count]; count];
    for (at, row) in reach.iter_mut().enumerate() {
        row[at] = true;
    }
    for (from, to) in edges.keys() {
        reach[*from][*to] = true;
    }
    for middle in 0..count {
        for from in 0..count {
            for to in 0..count {
                reach[from][to] |= reach[from][middle] && reach[middle][to];
            }
        }
    }
    reach
}

proptest! {
    #[test]
    fn a_trace_finds_what_is_reachable_and_nothing_else(
        booked in prop::collection::vec((0..LOTS, 0..ORDERS, any::<bool>(), 1..50_i64, prop::bool::weighted(0.3)), 0..40),
        start in 0..LOTS + ORDERS,
    ) {
        // The sums as the ledger has them: a reversal is a flow against what it takes back.
        let mut sums: BTreeMap<(Node, Node), i64> = BTreeMap::new();
        for (lot, order, made, units, taken_back) in &booked {
            let (lot, order) = (node_of(*lot), node_of(LOTS + order));
            let ends = if *made { (order, lot) } else { (lot, order) };
            *sums.entry(ends).or_default() += if *taken_back { *units - *units } else { *units };
        }
        let flows: Vec<_> = sums.iter().map(|((from, to), units)| flow(from, to, *units)).collect();
        let edges = left_over(&booked);
        let reach = reaches(&edges);
        let limits = Limits { depth: 100, ..Limits::default() };
        for way in [Way::From, Way::Used, Way::Both] {
            let trace = traced(&flows, &node_of(start), way, limits);
            let back = |at: usize| way != Way::Used && reach[at][start];
            let forth = |at: usize| way != Way::From && reach[start][at];
            let expected: BTreeSet<_> = (0..LOTS + ORDERS).filter(|at| *at == start || back(*at) || forth(*at)).map(node_of).collect();
            let found: BTreeSet<_> = trace.nodes.iter().map(|found| found.node.clone()).collect();
            prop_assert_eq!(&found, &expected);
            let expected: BTreeMap<_, _> = edges.iter()
                .filter(|((from, to), _)| back(*to) || forth(*from))
                .map(|((from, to), units)| ((node_of(*from), node_of(*to)), *units)).collect();
            let node = |at: usize| trace.nodes[at].node.clone();
            let drawn: BTreeMap<_, _> = trace.edges.iter().map(|(from, to, units)| ((node(*from), node(*to)), *units)).collect();
            prop_assert_eq!(&drawn, &expected);
            prop_assert!(!trace.truncated);
            let forward = trace.edges.iter().filter(|(from, to, _)| trace.nodes[*from].layer < trace.nodes[*to].layer).count();
            let circles = edges.keys().any(|(from, to)| reach[*to][*from]);
            prop_assert!(circles || forward == trace.edges.len(), "without a circle everything flows to the right");
            // A walk that is cut off says so, and tells nothing else.
            let short = traced(&flows, &node_of(start), way, Limits { nodes: 4, depth: 2 });
            prop_assert!(short.nodes.len() <= 4 && short.nodes.iter().all(|one| found.contains(&one.node)));
            prop_assert!(short.truncated || short.edges.len() == trace.edges.len());
        }
    }
}
