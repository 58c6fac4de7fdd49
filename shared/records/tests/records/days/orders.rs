//! The walk's steps with work orders: dispatched, reported on, taken back, finished.

use crate::days::model::{Account, Movement, Order, PER, Post, Report, State, What, free, held, is_virtual};
use crate::days::walk::Walk;

impl Walk {
    /// A new order, to its start, or cancelled where its kit is not there or somebody changes their mind.
    pub(crate) fn begin_order(&mut self) {
        let quantity = 1 + self.dice.roll(5);
        let id = self.world.create_order(quantity);
        for action in ["submit", "approve"] {
            self.world.act(&id, action).unwrap();
        }
        let posts = PER.iter().map(|(item, per)| self.reservation(&id, item, per * quantity));
        let posts: Option<Vec<Vec<Post>>> = posts.collect();
        let outcome = self.world.act(&id, "dispatch");
        let Some(posts) = posts else {
            self.agree("dispatch without a kit", Err(vec!["kit.short".into()]), &outcome);
            self.world.act(&id, "cancel").unwrap();
            return self.orders_push(&id, quantity, State::Closed);
        };
        self.agree("dispatch", Ok(()), &outcome);
        self.system(&id, posts.concat());
        if self.dice.roll(8) == 0 {
            self.world.act(&id, "cancel").unwrap();
            let posts = self.release(&id, &[]);
            self.system(&id, posts);
            return self.orders_push(&id, quantity, State::Closed);
        }
        if self.dice.roll(8) == 0 {
            return self.orders_push(&id, quantity, State::Ready);
        }
        for action in ["start", "inspect-first-article"] {
            self.world.act(&id, action).unwrap();
        }
        self.orders_push(&id, quantity, State::Running);
    }

    fn orders_push(&mut self, id: &str, quantity: i64, state: State) {
        let closed = (state == State::Closed).then(|| self.world.today());
        let (id, none) = (id.to_owned(), [0, 0]);
        let order = Order {
            id,
            quantity,
            state,
            good: none,
            scrap: none,
            reworked: 0,
            redo: 0,
            signed: false,
            closed,
            gone: false,
            stays_until: 0,
        };
        self.model.orders.push(order);
    }

    pub(crate) fn system(&mut self, order: &str, posts: Vec<Post>) {
        let (id, holder) = (format!("system-{}", self.model.log.len()), order.to_owned());
        self.model.book(Movement {
            id,
            what: What::System,
            holder,
            document: String::new(),
            posts,
            steps: Vec::new(),
            reversed: false,
        });
        self.model.movements.pop();
    }

    /// Free stock becomes the order's: what expires first, then what is nearest.
    fn reservation(&self, order: &str, item: &&'static str, needed: i64) -> Option<Vec<Post>> {
        let mut stock: Vec<_> =
            self.model.to_take("nobody", item).into_iter().filter(|one| one.1.1.is_empty()).collect();
        stock.sort_by_key(|one| self.model.rank(item, &one.0).0);
        let mut left = needed;
        let mut posts = Vec::new();
        for (lot, account, units) in stock {
            let taken = left.min(units);
            if taken > 0 {
                let to = held(&account.0, order);
                posts.push(Post::new(item, &lot, account, to, taken));
                left -= taken;
            }
        }
        (left == 0).then_some(posts)
    }

    /// What is held for an order and not among what it consumes becomes free; its goods that wait for quality stay its own.
    fn release(&self, order: &str, consumed: &[Post]) -> Vec<Post> {
        let mine = self.model.stands().filter(|one| one.3 == order && one.2 != "C");
        let freed = mine.filter_map(|(item, lot, location, _, units)| {
            let account = held(location, order);
            let taken = consumed.iter().filter(|post| post.item == item && post.lot == lot && post.from == account);
            let left = units - taken.map(|post| post.units).sum::<i64>();
            (left > 0).then(|| Post::new(item, lot, account, free(location), left))
        });
        freed.collect()
    }

    pub(crate) fn report(&mut self) {
        let Some(n) = self.some_order() else { return };
        let made = &self.model.orders[n];
        let operation =
            if self.dice.roll(4) == 0 { self.dice.roll(2) as usize } else { usize::from(made.good[0] > made.done(1)) };
        let (good, scrap) = (self.dice.roll(4), i64::from(self.dice.roll(4) == 0));
        let back = i64::from(operation == 1 && self.dice.roll(5) == 0);
        if good + scrap + back == 0 {
            return;
        }
        let order = self.model.orders[n].clone();
        let queued = self.dice.roll(3) == 0;
        let number = if operation == 0 { 10 } else { 20 };
        let outcome = self.world.report(&order.id, number, (good, scrap, back), queued);
        let total = order.done(operation) + good + scrap + back;
        let mut refused = Vec::new();
        if order.state != State::Running {
            refused.push("state.wrong");
        }
        if total > order.quantity {
            refused.push("report.over_tolerance");
        }
        if operation == 1 && total > order.good[0] {
            refused.push("report.before_previous");
        }
        if order.gone {
            refused = vec!["archive.gone"];
        }
        self.agree("report", expected(&refused), &outcome);
        let Ok(answer) = outcome else { return };
        // Pieces that are done again took their material the first time.
        let redone = if operation == 0 { order.redo.min(good + scrap) } else { 0 };
        let posts = self.consumption(&order, operation, good, scrap - redone);
        let reached = operation == 1 && total - back >= order.quantity;
        let freed = if reached { self.release(&order.id, &posts) } else { Vec::new() };
        let id = answer.body["id"].as_str().unwrap().to_owned();
        let (holder, document) = (order.id.clone(), String::new());
        let posts = [posts, freed].concat();
        let movement = Movement {
            id: id.clone(),
            what: What::System,
            holder,
            document,
            posts,
            steps: Vec::new(),
            reversed: false,
        };
        self.model.book(movement);
        self.model.reports.push(Report { id, order: n, operation, good, scrap, back, redone, reversed: false });
        let order = &mut self.model.orders[n];
        order.good[operation] += good;
        order.scrap[operation] += scrap;
        order.good[0] -= back;
        order.reworked += back;
        order.redo += back - redone;
        if reached {
            order.state = State::Completed;
        }
    }

    /// What is held for the order comes first, then what is nearest, there what expires first; the rest is owed.
    fn consumption(&mut self, order: &Order, operation: usize, good: i64, scrap: i64) -> Vec<Post> {
        let (item, per) = PER[operation];
        let mut left = per * (good + scrap);
        let mut posts = Vec::new();
        for (lot, account, units) in self.model.to_take(&order.id, item) {
            let taken = left.min(units);
            if taken > 0 {
                posts.push(Post::new(item, &lot, account, free("@production"), taken));
                left -= taken;
            }
        }
        if left > 0 {
            self.note("something is owed");
            posts.push(Post::new(item, "", free("@shortage"), free("@production"), left));
        }
        if operation == 1 && good > 0 {
            posts.push(Post::new("lamp", &order.id, free("@production"), held("C", &order.id), good));
            self.lot_of("lamp", &order.id, Some(100));
        }
        posts
    }

    pub(crate) fn reverse_report(&mut self) {
        if self.model.reports.is_empty() {
            return;
        }
        let n = self.recent(self.model.reports.len());
        let report = self.model.reports[n].clone();
        let order = self.model.orders[report.order].clone();
        let outcome = self.world.reverse_report(&report.id);
        let mut refused = Vec::new();
        if order.signed || matches!(order.state, State::Closed | State::Ready) {
            refused.push("report.final");
        }
        if report.operation == 0 && order.good[0] - report.good < order.done(1) {
            refused.push("report.rested_on");
        }
        if report.back > order.redo {
            refused.push("report.rested_on");
        }
        if report.reversed {
            refused = vec!["report.reversed"];
        }
        if order.gone {
            refused = vec!["archive.gone"];
        }
        let last = report.operation == 1;
        let stays_over = order.state == State::Completed && !last;
        let posts = self.taken_back(&report.id, &order.id, stays_over);
        if refused.is_empty() && !self.model.fits(&posts) {
            refused.push("stock.short");
        }
        self.agree("a report is taken back", expected(&refused), &outcome);
        if outcome.is_err() {
            return;
        }
        self.system(&order.id, posts);
        self.model.reports[n].reversed = true;
        let movement = self.model.movements.iter_mut().find(|movement| movement.id == report.id);
        movement.unwrap().reversed = true;
        let after = &mut self.model.orders[report.order];
        after.good[report.operation] -= report.good;
        after.scrap[report.operation] -= report.scrap;
        after.good[0] += report.back;
        after.reworked -= report.back;
        after.redo -= report.back - report.redone;
        if order.state == State::Completed && last {
            after.state = State::Running;
        }
    }

    /// Material comes back to the order, or free where the order is over. What was drawn beyond the books and is settled since
    /// was never drawn: it is there, beside the line.
    fn taken_back(&self, report: &str, order: &str, stays_over: bool) -> Vec<Post> {
        let movement = self.model.movements.iter().find(|movement| movement.id == report).unwrap();
        let whose =
            |location: &str| if stays_over || is_virtual(location) { free(location) } else { held(location, order) };
        let mut posts = Vec::new();
        let mut settled = Vec::new();
        let mut owed = self.model.owed.clone();
        for post in movement.posts.iter().filter(|post| !post.holds) {
            let mut back = post.reversed();
            // Its goods leave from where they were made to.
            let to: Account = if back.to.1.is_empty() || stays_over { free(&back.to.0) } else { back.to.clone() };
            back.to = to;
            if back.to.0 == "@shortage" {
                let owed = owed.entry(back.item).or_default();
                let unsettled = back.units.min(*owed);
                *owed -= unsettled;
                if back.units > unsettled {
                    let there = Post::new(back.item, "", free("@shortage"), whose("L"), back.units - unsettled);
                    settled.push(there);
                }
            }
            posts.push(back);
        }
        posts.extend(settled);
        posts
    }

    /// One more step to the end of an order.
    pub(crate) fn finish_order(&mut self) {
        let Some(n) = self.some_order() else { return };
        let order = self.model.orders[n].clone();
        if order.gone {
            let outcome = self.world.act(&order.id, "close");
            return self.agree("close what has gone", expected(&["archive.gone"]), &outcome);
        }
        if order.state == State::Running && order.done(1) > 0 {
            self.world.act(&order.id, "complete").unwrap();
            let posts = self.release(&order.id, &[]);
            self.system(&order.id, posts);
            self.model.orders[n].state = State::Completed;
            return;
        }
        if order.state != State::Completed {
            let outcome = self.world.act(&order.id, "sign");
            return self.agree("sign too early or too late", expected(&["state.wrong"]), &outcome);
        }
        if !order.signed {
            self.world.act(&order.id, "inspect-final").unwrap();
            let waits = self.model.stands().filter(|one| one.2 == "C" && one.3 == order.id);
            let posts: Vec<Post> = waits
                .map(|(item, lot, location, holder, units)| Post {
                    holds: false,
                    ..Post::new(item, lot, held(location, holder), free("F"), units)
                })
                .collect();
            let outcome = self.world.act(&order.id, "sign");
            let refused: &[&str] = if self.model.is_frozen(&posts) { &["location.frozen"] } else { &[] };
            self.agree("sign", expected(refused), &outcome);
            if outcome.is_err() {
                return;
            }
            self.system(&order.id, posts);
            self.model.orders[n].signed = true;
        }
        self.world.act(&order.id, "close").unwrap();
        self.model.orders[n].state = State::Closed;
        self.model.orders[n].closed = Some(self.world.today());
    }

    /// Mostly one that is under way.
    fn some_order(&mut self) -> Option<usize> {
        let len = self.model.orders.len();
        let open = |order: &Order| matches!(order.state, State::Running | State::Completed);
        let open: Vec<usize> = (0..len).filter(|n| open(&self.model.orders[*n])).collect();
        if !open.is_empty() && self.dice.roll(8) > 0 {
            return Some(*self.dice.one(&open));
        }
        (len > 0).then(|| self.recent(len))
    }
}

pub(crate) fn expected(codes: &[&str]) -> Result<(), Vec<String>> {
    if codes.is_empty() {
        return Ok(());
    }
    let mut codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
    codes.sort();
    codes.dedup();
    Err(codes)
}
