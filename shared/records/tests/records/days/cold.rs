//! The walk's archive: orders that were closed long ago go, and some of them come back.

use std::collections::BTreeMap;

use futures::executor::block_on;
use jiff::Span;
use takt_api::archive::{
    ArchiveBatch, ArchiveFile, OpenBatch, OrderHolding, RestoreOrder, RestorePart, TakeOrder, VerifiedFiles,
};
use takt_records::archive::{batch, digest, due, go, restore};
use takt_records::command::{CommandError, FIRST_PLANT};
use takt_store::Store;

use crate::days::walk::Walk;
use crate::days::world::ITEMS;

/// How long an order stays that came back, in seconds.
const STAYS_S: i64 = 90 * 24 * 3600;

impl Walk {
    /// Orders that were closed before the month that is six months ago, by their month.
    fn due(&self) -> BTreeMap<String, String> {
        let before = self.model.today.first_of_month().saturating_sub(Span::new().months(6));
        let now_s = self.world.now().as_second();
        let may = self.model.orders.iter().filter(|order| !order.gone && order.stays_until <= now_s);
        let closed = may.filter_map(|order| Some((order.id.clone(), order.closed.filter(|day| *day < before)?)));
        closed.map(|(id, day)| (id, day.to_string()[..7].to_owned())).collect()
    }

    pub(crate) fn archive(&mut self) {
        let expected = self.due();
        let mut found = BTreeMap::new();
        let mut after = String::new();
        loop {
            let page = block_on(due::due(&self.world.store, &self.world.caller(), &after, false)).unwrap();
            found.extend(page.items.into_iter().map(|due| (due.order.to_string(), due.month)));
            let Some(next) = page.next else { break };
            after = next;
        }
        assert_eq!(found, expected, "seed {}, step {}: what is due", self.seed, self.step);
        let months: std::collections::BTreeSet<&String> = expected.values().collect();
        for month in months {
            let folder = format!("plant-1/{month}/{}", self.step);
            let given = OpenBatch { month: month.clone(), folder: folder.clone() };
            let opened = block_on(batch::open(&self.world.store, &self.world.caller(), &given)).unwrap();
            let opened: ArchiveBatch = serde_json::from_value(opened.body).unwrap();
            let mut orders: Vec<OrderHolding> = Vec::new();
            for (order, _) in expected.iter().filter(|(_, of)| *of == month) {
                // What was taken back after the order was closed may stand for it again: then it stays.
                let stays = self.model.holds_for(order);
                match block_on(go::holding(&self.world.store, &self.world.caller(), order)) {
                    Ok(holding) if !stays => orders.push(holding),
                    Err(CommandError::Refused(refusal)) if stays && refusal.unmet[0].code == "archive.held" => {
                        self.note("to the archive: archive.held");
                    }
                    other => panic!("seed {}, step {}: {order}, stays: {stays}: {other:?}", self.seed, self.step),
                }
            }
            let sha256 = "0".repeat(64);
            let file = ArchiveFile { name: "orders.parquet".into(), rows: 1, bytes: 1, sha256, sums: BTreeMap::new() };
            let given = VerifiedFiles { folder, orders: orders.len() as u64, files: vec![file] };
            block_on(batch::verified(&self.world.store, &self.world.caller(), &opened.id, &given)).unwrap();
            for held in orders {
                // As it is read back from a file.
                let held: OrderHolding = serde_json::from_str(&serde_json::to_string(&held).unwrap()).unwrap();
                let given = TakeOrder { order: held.order.clone(), sha256: digest(&held.tables) };
                block_on(go::take(&self.world.store, &self.world.caller(), &opened.id, &given)).unwrap();
                let gone = self.model.orders.iter_mut().find(|order| order.id == held.order.as_str());
                gone.unwrap().gone = true;
                self.note("archived");
                self.away.push(held);
            }
            block_on(batch::end(&self.world.store, &self.world.caller(), &opened.id)).unwrap();
        }
        if self.dice.roll(2) == 0 {
            for (item, _) in ITEMS {
                block_on(self.world.store.fold_carried(FIRST_PLANT, item)).unwrap();
            }
        }
    }

    /// Some of them come back.
    pub(crate) fn restore(&mut self) {
        for _ in 0..3 {
            if self.away.is_empty() {
                return;
            }
            let n = self.dice.roll(self.away.len() as i64) as usize;
            let held = self.away.swap_remove(n);
            let order = held.order.as_str();
            let letters: Vec<char> = serde_json::to_string(&held).unwrap().chars().collect();
            let mut parts = 0;
            for piece in letters.chunks(5_000) {
                parts += 1;
                let given = RestorePart { text: piece.iter().collect() };
                block_on(restore::part(&self.world.store, &self.world.caller(), order, parts, &given)).unwrap();
            }
            let caller = self.world.caller();
            let until = caller.now.as_second() + STAYS_S;
            block_on(restore::restore(&self.world.store, &caller, order, &RestoreOrder { parts })).unwrap();
            let back = self.model.orders.iter_mut().find(|known| known.id == order).unwrap();
            (back.gone, back.stays_until) = (false, until);
            self.note("restored");
        }
    }
}
