//! `takt archive restore`.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow, bail, ensure};
use takt_api::archive::{
    ArchiveBatch, ArchiveTable, ArchivedOrder, BatchState, KeptPart, OrderHolding, RestoreOrder, RestorePart,
    RestoredOrder,
};
use takt_domain::archive::first_of;

use super::files::Files;
use super::run::{pages, tables_of};
use super::table::by_order;
use crate::plant::{Plant, Refused};
use crate::user::escaped;

/// The status of an answer about what is not there.
const NOT_FOUND: u16 = 404;
/// Bytes of one piece: a body may have 256 KiB, and most of its quotes are escaped.
const PIECE: usize = 80_000;

pub(super) fn restore(plant: &Plant, files: &Files, what: &str) -> anyhow::Result<()> {
    files.check()?;
    let batches: Vec<ArchiveBatch> = pages(plant, "/api/v1/archive/batches", "")?;
    let orders: Vec<ArchivedOrder> = if first_of(what).is_some() {
        ensure!(
            batches.iter().any(|batch| batch.month == what),
            "no orders of {what} have gone to the archive: `takt archive status` names the months"
        );
        let mut orders = Vec::new();
        for batch in batches.iter().filter(|batch| batch.month == what) {
            let filter = format!("&batch={}", escaped(&batch.id));
            orders.extend(pages::<ArchivedOrder>(plant, "/api/v1/archive/orders", &filter)?);
        }
        orders
    } else {
        let found = plant.get(&format!("/api/v1/archive/orders/{}", escaped(what)));
        vec![found.map_err(|error| match error.downcast::<Refused>() {
            Ok(Refused(problem)) if problem.status == NOT_FOUND => anyhow!(
                "{what} is not in the archive: expected the number of an order that has gone, or a month such as 2026-05"
            ),
            Ok(refused) => refused.into(),
            Err(error) => error,
        })?]
    };
    let mut read: BTreeMap<&str, BTreeMap<String, Vec<ArchiveTable>>> = BTreeMap::new();
    let (mut postings, mut reports) = (0, 0);
    for order in &orders {
        let batch = batches.iter().find(|batch| batch.id == order.batch);
        let batch = batch.with_context(|| format!("there is no batch {}", order.batch))?;
        if batch.state == BatchState::Expired {
            bail!("the files of batch {} were kept for as long as the plant has set, and are gone", batch.id);
        }
        if !read.contains_key(batch.id.as_str()) {
            // One batch at a time is held in memory.
            read.clear();
            read.insert(&batch.id, by_order(tables_of(files, &batch.folder, &batch.files)?)?);
        }
        let held = read.get(batch.id.as_str()).and_then(|orders| orders.get(order.order.as_str()));
        let tables = held.with_context(|| format!("{} is not in batch {}", order.order, batch.id))?.clone();
        let holding = OrderHolding {
            order: order.order.clone(),
            month: batch.month.clone(),
            sha256: order.sha256.clone(),
            tables,
        };
        let back = bring_back(plant, &holding)?;
        println!("archive: {} is back: {} postings, {} reports", back.order, back.postings, back.reports);
        postings += back.postings;
        reports += back.reports;
    }
    println!("archive: {} orders are back, with {postings} postings and {reports} reports", orders.len());
    Ok(())
}

fn bring_back(plant: &Plant, holding: &OrderHolding) -> anyhow::Result<RestoredOrder> {
    let text = serde_json::to_string(holding)?;
    let path = format!("/api/v1/archive/orders/{}", escaped(holding.order.as_str()));
    let mut parts = 0;
    let mut left = text.as_str();
    while !left.is_empty() {
        let (piece, rest) = left.split_at(left.floor_char_boundary(PIECE));
        parts += 1;
        let _kept: KeptPart =
            plant.write("PUT", &format!("{path}/parts/{parts}"), &RestorePart { text: piece.to_owned() })?;
        left = rest;
    }
    plant.write("POST", &format!("{path}/restoration"), &RestoreOrder { parts })
}
