//! The walk's steps with stock: documents and their movements, kanban, lots, and what is taken back.

use serde_json::{Value, json};
use takt_domain::document::DocumentKind;

use crate::days::model::{Line, Movement, Post, What, free, held};
use crate::days::orders::expected;
use crate::days::walk::Walk;
use crate::days::world::{Outcome, text};

/// What somebody enters.
struct Entered {
    kind: &'static str,
    item: &'static str,
    lot: String,
    from: &'static str,
    to: &'static str,
    units: i64,
    order: String,
    line: Option<usize>,
    expires: Option<String>,
}

impl Walk {
    fn body(&self, given: &Entered) -> Value {
        let mut body = json!({"kind": given.kind, "item": given.item, "lot": given.lot, "reason": "because",
            "quantity": text(given.item, given.units)});
        for (field, place) in [("from", given.from), ("to", given.to)] {
            body[field] = json!(place);
        }
        if !given.order.is_empty() {
            body["order"] = json!(given.order);
        }
        if let Some(line) = given.line.map(|line| &self.model.lines[line]) {
            let kind = if line.purchase { "purchase" } else { "sales" };
            body["line"] = json!({"kind": kind, "document": line.document, "line": 10});
        }
        if let Some(day) = &given.expires {
            body["expires"] = json!(day);
        }
        body
    }

    /// What is held for `first` goes before what is free.
    fn taken(&self, given: &Entered, first: &str, from_free: bool, to: &str) -> Option<Vec<Post>> {
        let mut left = given.units;
        let mut posts = Vec::new();
        let holders = [(first, !first.is_empty()), ("", from_free)];
        for (holder, _) in holders.into_iter().filter(|(_, may)| *may) {
            let account = held(given.from, holder);
            let part = left.min(self.model.units(given.item, &given.lot, &account));
            if part > 0 {
                posts.push(Post::new(given.item, &given.lot, account, held(given.to, to), part));
                left -= part;
            }
        }
        (left == 0).then_some(posts)
    }

    /// What pays back what production drew beyond the books.
    fn settled(&self, given: &Entered) -> Option<Post> {
        let owed = self.model.owed.get(given.item).copied().unwrap_or(0).min(given.units);
        (owed > 0).then(|| Post::new(given.item, &given.lot, free(given.to), free("@shortage"), owed))
    }

    /// Compares an entry with what the model has of it, and books it there.
    fn entered(
        &mut self,
        given: Entered,
        posts: Option<Vec<Post>>,
        uses: bool,
        steps: Vec<(&'static str, i64)>,
    ) -> Outcome {
        let outcome = self.world.moved(self.body(&given));
        let line = given.line.map(|line| self.model.lines[line].clone());
        let mut refused: Vec<String> = Vec::new();
        match &posts {
            None => refused.push("stock.short".into()),
            Some(posts) => {
                let fault = if uses { self.model.fault(given.item, &given.lot) } else { None };
                refused.extend(fault.map(str::to_owned));
                if refused.is_empty() {
                    refused.extend(line.as_ref().map(|line| line.refused(&steps)).unwrap_or_default());
                }
                if refused.is_empty() && self.model.is_frozen(posts) {
                    refused.push("location.frozen".into());
                }
            }
        }
        if refused.is_empty() && given.kind == "issue" && self.beyond(&given, posts.as_deref().unwrap_or_default()) {
            refused.push("issue.extra_approval".into());
        }
        if self.model.orders.iter().any(|order| order.id == given.order && order.takes_nothing()) {
            refused = vec!["invalid:order".into()];
        }
        let codes: Vec<&str> = refused.iter().map(String::as_str).collect();
        self.agree(given.kind, expected(&codes), &outcome);
        if let (Ok(answer), Some(posts)) = (&outcome, posts) {
            let holder = line.as_ref().map_or_else(|| given.order.clone(), Line::holder);
            let document = line.map(|line| line.document).unwrap_or_default();
            let id = answer.body["id"].as_str().unwrap().to_owned();
            let what = What::Entered;
            self.model.book(Movement { id, what, holder, document, posts, steps, reversed: false });
        }
        outcome
    }

    /// More than the order needs of it by its bill of material.
    fn beyond(&self, given: &Entered, posts: &[Post]) -> bool {
        let Some(order) = self.model.orders.iter().find(|order| order.id == given.order) else { return false };
        let added: i64 = posts.iter().filter(|post| post.from.1.is_empty()).map(|post| post.units).sum();
        let operation = usize::from(given.item == "bolt");
        let (_, per) = crate::days::model::PER[operation];
        let has: i64 =
            self.model.stands().filter(|one| one.0 == given.item && one.3 == order.id).map(|one| one.4).sum();
        let again = if operation == 0 { order.redo } else { 0 };
        added > 0 && has + per * (order.done(operation) + again) + added > per * order.quantity
    }

    fn new_lot(&mut self, item: &'static str) -> (String, Option<String>) {
        if item != "glue" {
            return (String::new(), None);
        }
        let known: Vec<String> =
            self.model.lots.keys().filter(|(of, _)| *of == item).map(|(_, lot)| lot.clone()).collect();
        if !known.is_empty() && self.dice.roll(3) == 0 {
            return (self.dice.one(&known).clone(), None);
        }
        self.began += 1;
        let days = if self.dice.roll(5) == 0 { None } else { Some(1 + self.dice.roll(200)) };
        let lot = format!("G{}", self.began);
        let last = days.map(|days| self.model.today.saturating_add(jiff::Span::new().days(days)).to_string());
        (lot, last)
    }

    fn received(&mut self, item: &'static str, to: &'static str, units: i64, line: Option<usize>) {
        let (lot, expires) = self.new_lot(item);
        let days = expires.as_ref().map(|day| {
            let last: jiff::civil::Date = day.parse().unwrap();
            i64::from(self.model.today.until(last).unwrap().get_days())
        });
        let given = Entered {
            kind: "receipt",
            item,
            lot: lot.clone(),
            from: "@supplier",
            to,
            units,
            order: String::new(),
            line,
            expires,
        };
        let waits = to == "R";
        let holder = line.filter(|_| waits).map(|line| self.model.lines[line].holder()).unwrap_or_default();
        let mut posts = vec![Post::new(item, &lot, free("@supplier"), held(to, &holder), units)];
        posts.extend(if waits { None } else { self.settled(&given) });
        let put = if waits { "to_put_away" } else { "put_away" };
        let steps = if line.is_some() { vec![("net", units), (put, units)] } else { Vec::new() };
        if self.entered(given, Some(posts), false, steps).is_ok() {
            self.lot_of(item, &lot, days);
        }
    }

    pub(crate) fn receive(&mut self) {
        let item = *self.dice.one(&["bolt", "glue"]);
        let to = *self.dice.one(&["S1", "S2", "L"]);
        let units = 30 + self.dice.roll(90);
        self.received(item, to, units, None);
    }

    pub(crate) fn order_from_supplier(&mut self) {
        let item = *self.dice.one(&["bolt", "glue"]);
        let ordered = 20 + self.dice.roll(100);
        self.document(DocumentKind::Purchase, item, ordered);
    }

    pub(crate) fn order_from_customer(&mut self) {
        let ordered = 1 + self.dice.roll(8);
        self.document(DocumentKind::Sales, "lamp", ordered);
    }

    fn document(&mut self, kind: DocumentKind, item: &'static str, ordered: i64) {
        let document = self.world.document(kind, item, ordered);
        let purchase = kind == DocumentKind::Purchase;
        self.model.lines.push(Line { purchase, document, item, ordered, counts: Default::default() });
    }

    fn some_line(&mut self, purchase: bool) -> Option<usize> {
        let all = self.model.lines.iter().enumerate().filter(|(_, line)| line.purchase == purchase);
        let all: Vec<usize> = all.map(|(n, _)| n).collect();
        (!all.is_empty()).then(|| all[self.recent(all.len())])
    }

    /// A lot of an item that stands at a location, or once did.
    fn some_lot(&mut self, item: &'static str, location: &str) -> String {
        let here = self
            .model
            .stands()
            .filter(|one| one.0 == item && one.2 == location && !(item == "glue" && one.1.is_empty()));
        let mut lots: Vec<String> = here.map(|one| one.1.to_owned()).collect();
        if lots.is_empty() {
            lots = self.model.lots.keys().filter(|(of, _)| *of == item).map(|(_, lot)| lot.clone()).collect();
        }
        if item == "bolt" || lots.is_empty() { String::new() } else { self.dice.one(&lots).clone() }
    }

    pub(crate) fn step_of_purchase(&mut self) {
        let Some(n) = self.some_line(true) else { return };
        let (item, holder) = (self.model.lines[n].item, self.model.lines[n].holder());
        let units = 1 + self.dice.roll(40);
        let step = self.dice.roll(5);
        if step < 2 {
            let to = *self.dice.one(&["R", "R", "S1"]);
            return self.received(item, to, units, Some(n));
        }
        let (kind, from, to) = match step {
            2 | 3 => ("transfer", "R", *self.dice.one(&["S1", "S2"])),
            _ => ("return", *self.dice.one(&["R", "S1"]), "@supplier"),
        };
        let lot = self.some_lot(item, from);
        if item == "glue" && lot.is_empty() {
            return;
        }
        let (order, expires) = (String::new(), None);
        let given = Entered { kind, item, lot, from, to, units, order, line: Some(n), expires };
        let waits = from == "R";
        let mut posts = self.taken(&given, if waits { &holder } else { "" }, !waits, "");
        if kind == "transfer" {
            let settled = self.settled(&given);
            posts = posts.map(|posts| posts.into_iter().chain(settled).collect());
        }
        let left = if waits { "to_put_away" } else { "put_away" };
        let steps = match kind {
            "transfer" => vec![("to_put_away", -units), ("put_away", units)],
            _ => vec![(left, -units), ("net", -units), ("returned", units)],
        };
        let _outcome = self.entered(given, posts, false, steps);
    }

    pub(crate) fn step_of_sale(&mut self) {
        let Some(n) = self.some_line(false) else { return };
        let holder = self.model.lines[n].holder();
        let (kind, from, to) = *self.dice.one(&[
            ("transfer", "F", "F"),
            ("transfer", "F", "S1"),
            ("transfer", "S1", "F"),
            ("shipment", "F", "@customer"),
            ("shipment", "F", "@customer"),
            ("shipment", "S1", "@customer"),
            ("return", "@customer", "F"),
        ]);
        // Mostly from where something stands.
        let stands = self.model.stands().any(|one| one.0 == "lamp" && one.2 == from);
        let (kind, from, to) =
            if stands || self.dice.roll(3) == 0 { (kind, from, to) } else { ("shipment", "F", "@customer") };
        let item = "lamp";
        let (units, lot) = (1 + self.dice.roll(4), self.some_lot(item, if from == "@customer" { "F" } else { from }));
        if lot.is_empty() {
            return;
        }
        let (order, expires) = (String::new(), None);
        let given = Entered { kind, item, lot, from, to, units, order, line: Some(n), expires };
        let (posts, steps) = match kind {
            "transfer" => (self.taken(&given, "", true, &holder), vec![("picked", units), ("committed", units)]),
            "shipment" => {
                let posts = self.taken(&given, &holder, true, "");
                let of_free =
                    posts.iter().flatten().filter(|post| post.from.1.is_empty()).map(|post| post.units).sum::<i64>();
                (posts, vec![("net", units), ("picked", of_free - units), ("committed", of_free)])
            }
            _ => {
                let post = Post::new(item, &given.lot, free(from), free(to), units);
                (Some(vec![post]), vec![("net", -units), ("committed", -units), ("returned", units)])
            }
        };
        let steps = steps.into_iter().filter(|(_, delta)| *delta != 0).collect();
        let uses = kind != "return";
        let _outcome = self.entered(given, posts, uses, steps);
    }

    /// Movements that belong to no document, some of them for an order.
    pub(crate) fn move_something(&mut self) {
        let (kind, from, to) = *self.dice.one(&[
            ("issue", "S1", "L"),
            ("issue", "S2", "L"),
            ("return", "L", "S1"),
            ("transfer", "S1", "S2"),
            ("transfer", "S2", "S1"),
            ("scrap", "S2", "@scrap"),
        ]);
        let item = *self.dice.one(&["bolt", "glue"]);
        let lot = self.some_lot(item, from);
        if item == "glue" && lot.is_empty() {
            return;
        }
        let units = 1 + self.dice.roll(12);
        let orders = &self.model.orders;
        let some = (!orders.is_empty() && self.dice.roll(2) == 0).then(|| orders.len() - 1);
        let order = match (kind, some) {
            ("issue" | "return", Some(last)) => self.model.orders[last].id.clone(),
            _ => String::new(),
        };
        let given = Entered { kind, item, lot, from, to, units, order: order.clone(), line: None, expires: None };
        let keeps = if kind == "issue" { order.as_str() } else { "" };
        let posts = self.taken(&given, &order, true, keeps);
        let _outcome = self.entered(given, posts, kind == "issue", Vec::new());
    }

    pub(crate) fn kanban(&mut self) {
        let of = self.dice.roll(2) as usize;
        let (name, item, units) = [("KB", "bolt", 4), ("KG", "glue", 15)][of];
        let out: Vec<String> =
            self.calls.iter().filter(|(known, _)| *known == of).map(|(_, call)| call.clone()).collect();
        if self.dice.roll(2) == 0 || out.is_empty() {
            let outcome = self.world.call(name);
            self.agree("call", expected(if out.len() >= 2 { &["kanban.all_out"] } else { &[] }), &outcome);
            if let Ok(answer) = outcome {
                self.calls.push((of, answer.body["id"].as_str().unwrap().to_owned()));
            }
            return;
        }
        let call = out[0].clone();
        let outcome = self.world.fulfil(&call);
        let here = self.model.stands().filter(|one| one.0 == item && one.2 == "S1" && one.3.is_empty());
        let mut stock: Vec<_> = here.filter(|one| self.model.fault(item, one.1).is_none()).collect();
        stock.sort_by_key(|one| self.model.rank(item, one.1));
        let mut left = units;
        let mut posts = Vec::new();
        for (_, lot, _, _, there) in stock {
            let taken = left.min(there);
            if taken > 0 {
                posts.push(Post::new(item, lot, free("S1"), free("L"), taken));
                left -= taken;
            }
        }
        let refused: &[&str] = match () {
            () if left > 0 => &["stock.short"],
            () if self.model.is_frozen(&posts) => &["location.frozen"],
            () => &[],
        };
        self.agree("fulfil", expected(refused), &outcome);
        if outcome.is_ok() {
            self.calls.retain(|(_, known)| *known != call);
            // Its movement is named after the call, and taken back as any other.
            let id = self.world.record::<Value>("kanban_call", &call).unwrap()["movement"].as_str().unwrap().to_owned();
            let (what, holder) = (What::Entered, String::new());
            self.model.book(Movement { id, what, holder, document: call, posts, steps: Vec::new(), reversed: false });
        }
    }

    pub(crate) fn reverse_movement(&mut self) {
        if self.model.movements.is_empty() {
            return;
        }
        let n = self.recent(self.model.movements.len());
        let movement = self.model.movements[n].clone();
        if movement.posts.is_empty() {
            return;
        }
        let outcome = self.world.reverse_movement(&movement.id);
        let posts: Vec<Post> = movement.posts.iter().rev().map(Post::reversed).collect();
        let steps: Vec<(&'static str, i64)> = movement.steps.iter().map(|(what, delta)| (*what, -delta)).collect();
        let mut refused = match () {
            () if self.model.is_gone(&movement.holder) => vec!["archive.gone".to_owned()],
            () if movement.reversed => vec!["movement.reversed".to_owned()],
            () if movement.what == What::System => vec!["movement.kind".to_owned()],
            () if !self.model.fits(&posts) => vec!["stock.short".to_owned()],
            () if self.model.is_frozen(&posts) => vec!["location.frozen".to_owned()],
            () => Vec::new(),
        };
        if let (Some(line), true) = (self.model.line_of(&movement.holder), refused.is_empty()) {
            refused = line.refused(&steps);
        }
        let codes: Vec<&str> = refused.iter().map(String::as_str).collect();
        self.agree("a movement is taken back", expected(&codes), &outcome);
        let Ok(answer) = outcome else { return };
        let id = answer.body["id"].as_str().unwrap().to_owned();
        self.model.movements[n].reversed = true;
        let Movement { holder, document, .. } = movement;
        // What takes something back is not taken back itself.
        self.model.book(Movement { id, what: What::System, holder, document, posts, steps, reversed: false });
    }
}
