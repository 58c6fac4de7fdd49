//! The walk's steps with lots: split, merged, kept back, released.

use serde_json::json;

use crate::days::model::{Lot, Movement, Post, What, free};
use crate::days::orders::expected;
use crate::days::walk::Walk;
use crate::days::world::text;

impl Walk {
    fn renamed(&mut self, outcome: &crate::days::world::Outcome, parts: &[(String, &'static str, i64)], into: &str) {
        let Ok(_) = outcome else { return };
        let posts = parts.iter().flat_map(|(lot, location, units)| {
            [
                Post::new("glue", lot, free(location), free("@lots"), *units),
                Post::new("glue", into, free("@lots"), free(location), *units),
            ]
        });
        let posts = posts.collect();
        let id = format!("renamed-{}", self.model.log.len());
        let (what, holder, document) = (What::System, String::new(), String::new());
        self.model.book(Movement { id, what, holder, document, posts, steps: Vec::new(), reversed: false });
        self.model.movements.pop();
    }

    pub(crate) fn relot(&mut self) {
        let location = *self.dice.one(&["S1", "S2", "L"]);
        let here = self.model.stands().filter(|one| one.0 == "glue" && one.2 == location && one.3.is_empty());
        let here: Vec<(String, i64)> = here.map(|one| (one.1.to_owned(), one.4)).collect();
        if here.is_empty() {
            return;
        }
        if here.len() >= 2 && self.dice.roll(2) == 0 {
            self.merge(location, &here)
        } else {
            self.split(location, &here)
        }
    }

    fn split(&mut self, location: &'static str, here: &[(String, i64)]) {
        let (from, there) = self.dice.one(here).clone();
        let units = 1 + self.dice.roll(there + 2);
        self.began += 1;
        let into = format!("P{}", self.began);
        let quantity = text("glue", units);
        let given = json!({"item": "glue", "lot": from, "into": into, "location": location, "quantity": quantity, "reason": "r"});
        let outcome = self.world.split(given);
        let parts = [(from.clone(), location, units)];
        let refused: &[&str] = match () {
            () if units > there => &["stock.short"],
            () if self.model.frozen.contains_key(location) => &["location.frozen"],
            () => &[],
        };
        self.agree("split", expected(refused), &outcome);
        if outcome.is_ok() {
            let new = Lot { expires: None, since: self.world.now().as_second(), state: "free" };
            let lot = self.model.lots.get(&("glue", from)).cloned().unwrap_or(new);
            self.model.lots.insert(("glue", into.clone()), lot);
        }
        self.renamed(&outcome, &parts, &into);
    }

    fn merge(&mut self, location: &'static str, here: &[(String, i64)]) {
        let n = self.dice.roll(here.len() as i64 - 1) as usize;
        let chosen = &here[n..=n + 1];
        self.began += 1;
        let into = format!("M{}", self.began);
        let parts: Vec<_> = chosen.iter().map(|(lot, units)| (lot.clone(), location, *units)).collect();
        let given: Vec<_> = chosen.iter().map(|(lot, _)| json!({"lot": lot, "location": location})).collect();
        let outcome = self.world.merge(json!({"item": "glue", "into": into, "parts": given, "reason": "r"}));
        let known = || chosen.iter().filter_map(|(lot, _)| self.model.lots.get(&("glue", lot.clone())));
        let mut refused: Vec<&str> = known()
            .filter_map(|lot| match lot.state {
                "quarantine" => Some("lot.quarantine"),
                "blocked" => Some("lot.blocked"),
                _ => None,
            })
            .collect();
        if refused.is_empty() && self.model.frozen.contains_key(location) {
            refused.push("location.frozen");
        }
        self.agree("merge", expected(&refused), &outcome);
        let since = known().map(|lot| lot.since).min().unwrap_or_else(|| self.world.now().as_second());
        let expires = known().filter_map(|lot| lot.expires).min();
        if outcome.is_ok() {
            self.model.lots.insert(("glue", into.clone()), Lot { expires, since, state: "free" });
        }
        self.renamed(&outcome, &parts, &into);
    }

    /// Quality looks at a lot.
    pub(crate) fn judge_lot(&mut self) {
        let lots: Vec<(&'static str, String)> = self.model.lots.keys().cloned().collect();
        if lots.is_empty() {
            return;
        }
        let (item, number) = lots[self.recent(lots.len())].clone();
        let state = self.model.lots[&(item, number.clone())].state;
        let (act, after) = *self.dice.one(&[
            ("quarantine", "quarantine"),
            ("release", "free"),
            ("release", "free"),
            ("block", "blocked"),
        ]);
        // What is kept back is mostly let go again.
        let (act, after) = if state != "free" && self.dice.roll(3) > 0 { ("release", "free") } else { (act, after) };
        let outcome = self.world.set_lot(item, &number, act);
        let stays = state == after || state == "blocked" && act == "quarantine";
        self.agree("judge", expected(if stays { &["lot.state"] } else { &[] }), &outcome);
        if !stays {
            self.model.lots.get_mut(&(item, number)).unwrap().state = after;
        }
    }
}
