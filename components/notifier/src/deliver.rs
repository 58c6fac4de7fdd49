//! Delivery: for each endpoint the journal in its order, one attempt after another.
//!
//! Whoever delivers to an endpoint holds a lease in its progress, which every commit here renews: of several hosts one does it,
//! and where that one dies another goes on when the lease is over. An attempt is written down after it was made, so what was
//! sent and not written down is sent again, under the same `webhook-id`: at least once. What is not taken holds up its
//! endpoint, whose events stay in order, for longer and longer, and is a dead letter after three days.

use futures::future::join_all;
use jiff::Timestamp;
use serde::Serialize;
use takt_api::webhooks::{DeadDelivery, DeadState, Delivery};
use takt_notify::{GIVE_UP_MS, Message, Prepared, SPACING_MS, Told, cloud_event, delay_ms, matches, prepare, told};
use takt_records::command::CommandError;
use takt_records::keep::{PLANT_PARENT, kind};
use takt_records::machine;
use takt_records::webhook::{Dead, Endpoint, Progress};
use takt_store::{Commit, Event, ListFilter, Load, PageRequest, PlantNumber, RecordWrite, Store, StoreError};

use crate::mentions::People;
use crate::send::{Sent, send};

/// How long a lease holds: longer than an attempt may take.
const LEASE_MS: i64 = 20_000;

/// How long one call works on an endpoint.
const WORK_MS: i64 = 5_000;

/// Events that are read at once.
const PAGE: u32 = 200;

/// Events that go into one message to a group.
const GROUPED_MAX: usize = 10;

/// An endpoint that is gone (410) is not called any more until somebody looks after it.
const GONE: u16 = 410;

/// What one call has done.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Swept {
    /// Attempts that were made.
    attempts: u64,
    /// Events that were taken.
    delivered: u64,
}

/// One endpoint in the hands of this call.
struct Held<'a, S> {
    store: &'a S,
    plant: PlantNumber,
    key: &'a [u8],
    endpoint: Endpoint,
    endpoint_version: u64,
    progress: Progress,
    version: u64,
}

pub(crate) async fn sweep<S: Store>(store: &S, key: &[u8]) -> Result<Swept, StoreError> {
    let mut all = Vec::new();
    let plants = store.plants().await?;
    for plant in &plants {
        let now_ms = now().as_millisecond();
        let mut load = Load::new(plant.number, now_ms);
        load.children =
            [kind::WEBHOOK, kind::WEBHOOK_PROGRESS].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec();
        let loaded = store.load(&load).await?;
        for record in loaded.children(kind::WEBHOOK, PLANT_PARENT) {
            let endpoint: Endpoint = record.parse()?;
            let known = loaded.record(kind::WEBHOOK_PROGRESS, &record.id);
            let Some(known) = known.filter(|_| endpoint.enabled && !endpoint.removed) else { continue };
            let progress: Progress = known.parse()?;
            if progress.next_ms <= now_ms && progress.lease_until_ms <= now_ms {
                let (endpoint_version, version) = (record.version, known.version);
                all.push(Held { store, plant: plant.number, key, endpoint, endpoint_version, progress, version });
            }
        }
    }
    let mut swept = Swept::default();
    // Side by side: one that answers slowly keeps nobody else waiting.
    for done in join_all(all.into_iter().map(Held::work)).await {
        swept.attempts += done.attempts;
        swept.delivered += done.delivered;
    }
    for plant in &plants {
        // A figure for a page keeps nobody from being told.
        if let Err(error) = machine::follow(store, plant.number, || now().as_millisecond()).await {
            eprintln!("what the machines of plant {} booked was not counted: {error}", plant.number);
        }
    }
    Ok(swept)
}

fn now() -> Timestamp {
    Timestamp::now()
}

impl<S: Store> Held<'_, S> {
    async fn work(mut self) -> Swept {
        let mut swept = Swept::default();
        match self.deliver(&mut swept).await {
            // Another was faster, and goes on.
            Ok(()) | Err(CommandError::Store(StoreError::VersionConflict)) => {}
            Err(error) => {
                eprintln!("webhook {} of plant {}: {error}", self.endpoint.id, self.plant);
            }
        }
        swept
    }

    async fn deliver(&mut self, swept: &mut Swept) -> Result<(), CommandError> {
        // Nothing is written while there is nothing to tell.
        let is_new = !self.next().await?.is_nothing();
        let dead = self.replaying().await?;
        if !is_new && dead.is_empty() {
            return Ok(());
        }
        self.commit(Vec::new(), true).await?;
        let people = People::load(self.store, self.plant, now().as_millisecond()).await?;
        let until_ms = now().as_millisecond() + WORK_MS;
        for one in dead {
            self.replay(one, &people, swept).await?;
        }
        while now().as_millisecond() < until_ms && self.progress.next_ms <= now().as_millisecond() {
            let next = self.next().await?;
            if next.events.is_empty() {
                self.progress.cursor = Some(next.cursor.clone());
                if next.is_nothing() {
                    break;
                }
                continue;
            }
            self.attempt(next, &people, swept).await?;
        }
        self.progress.lease_until_ms = 0;
        self.commit(Vec::new(), false).await
    }

    /// The events that are told next, and the place behind them.
    async fn next(&self) -> Result<Next, StoreError> {
        let after = self.progress.cursor.as_deref();
        let page = self.store.journal(self.plant, after, PAGE).await?;
        let wanted = |event: &Event| {
            event.time_ms >= self.progress.since_ms && matches(&self.endpoint.events, &self.endpoint.filter, event)
        };
        let most = if self.endpoint.channel.is_chat() { GROUPED_MAX } else { 1 };
        let mut events = Vec::new();
        let mut read = 0_u32;
        for stored in &page.events {
            if wanted(&stored.event) {
                if events.len() == most {
                    break;
                }
                events.push(stored.event.clone());
            }
            read += 1;
        }
        let whole = read as usize == page.events.len();
        let cursor = match whole {
            true => page.cursor,
            false => self.store.journal(self.plant, after, read).await?.cursor,
        };
        Ok(Next { events, cursor, read })
    }

    async fn attempt(&mut self, next: Next, people: &People, swept: &mut Swept) -> Result<(), CommandError> {
        let sent = self.say(&next.events, people).await;
        swept.attempts += 1;
        let (count, at) = (u64::try_from(next.events.len()).unwrap_or(0), now());
        let attempt = self.progress.shown.attempts + 1;
        let mut records = self.log(&next.events, attempt, &sent, at);
        let shown = &mut self.progress.shown;
        match &sent.outcome {
            Ok(()) => {
                swept.delivered += count;
                shown.delivered += count;
                shown.last_ok_at = Some(at);
                self.go_on(next.cursor);
                if self.endpoint.channel.is_chat() {
                    self.progress.next_ms = at.as_millisecond() + SPACING_MS;
                }
            }
            Err(why) => {
                let at_ms = at.as_millisecond();
                if self.progress.failing_since_ms == 0 {
                    self.progress.failing_since_ms = at_ms;
                }
                shown.attempts = attempt;
                shown.last_error = why.clone();
                shown.waiting_since =
                    next.events.first().and_then(|event| Timestamp::from_millisecond(event.time_ms).ok());
                if at_ms - self.progress.failing_since_ms >= GIVE_UP_MS {
                    shown.dead += count;
                    for event in next.events {
                        records.push(dead(event, why, at).record(&self.endpoint.id, None));
                    }
                    self.go_on(next.cursor);
                } else {
                    let jitter =
                        self.progress.made.wrapping_mul(0x9e37_79b9) ^ u64::from(at.subsec_nanosecond().unsigned_abs());
                    let next_ms = at_ms + delay_ms(attempt, jitter);
                    self.progress.next_ms = next_ms;
                    self.progress.shown.next_at = Timestamp::from_millisecond(next_ms).ok();
                }
                if sent.status == Some(GONE) {
                    self.endpoint.enabled = false;
                    records.push(self.endpoint.record(self.endpoint_version));
                    self.endpoint_version += 1;
                    self.progress.next_ms = i64::MAX;
                }
            }
        }
        self.commit(records, true).await
    }

    /// What waited is over.
    fn go_on(&mut self, cursor: String) {
        let progress = &mut self.progress;
        progress.cursor = Some(cursor);
        progress.failing_since_ms = 0;
        progress.next_ms = 0;
        let shown = &mut progress.shown;
        (shown.attempts, shown.next_at, shown.waiting_since) = (0, None, None);
        shown.last_error.clear();
    }

    /// Says some events, in as many requests as that takes; the first that is not taken is the outcome.
    async fn say(&self, events: &[Event], people: &People) -> Sent {
        let Some(first) = events.first() else { return Sent { status: None, took_ms: 0, outcome: Ok(()) } };
        let at = now();
        let words: Vec<Told> = events.iter().map(|event| told(event, self.endpoint.lang)).collect();
        let mut phones: Vec<String> = events.iter().flat_map(|event| people.phones(event)).collect();
        phones.sort();
        phones.dedup();
        let document = cloud_event(first);
        let message =
            Message { id: &first.id, now_s: at.as_second(), told: &words, document: &document, phones: &phones };
        let secrets: Vec<String> = self
            .endpoint
            .salts(at)
            .into_iter()
            .map(|salt| takt_notify::secret(self.key, self.plant.0, &self.endpoint.id, salt))
            .collect();
        let mut all = Sent { status: None, took_ms: 0, outcome: Ok(()) };
        for request in requests(&self.endpoint, &secrets, &message) {
            let sent = send(self.endpoint.channel, &request).await;
            all = Sent { status: sent.status, took_ms: all.took_ms + sent.took_ms, outcome: sent.outcome };
            if all.outcome.is_err() {
                break;
            }
        }
        all
    }

    fn log(&mut self, events: &[Event], attempt: u32, sent: &Sent, at: Timestamp) -> Vec<RecordWrite> {
        let Some(first) = events.first() else { return Vec::new() };
        let delivery = Delivery {
            at,
            id: first.id.clone(),
            event_type: first.event_type.clone(),
            subject: first.subject.clone(),
            events: u32::try_from(events.len()).unwrap_or(u32::MAX),
            attempt,
            status: sent.status,
            took_ms: sent.took_ms,
            ok: sent.outcome.is_ok(),
            detail: sent.outcome.clone().err().unwrap_or_default(),
        };
        let id = self.endpoint.id.clone();
        vec![self.progress.delivery(&id, &delivery)]
    }

    /// The dead letters that somebody wants sent again.
    async fn replaying(&self) -> Result<Vec<(Dead, u64)>, CommandError> {
        if self.progress.shown.dead == 0 {
            return Ok(Vec::new());
        }
        let filter = ListFilter {
            state: vec![DeadState::Replaying.as_str().to_owned()],
            parent: Some(self.endpoint.id.clone()),
            ..ListFilter::default()
        };
        let found = self.store.list(self.plant, kind::WEBHOOK_DEAD, &filter, &PageRequest::first(20)).await?;
        let read = |record: &takt_store::Record| Ok((record.parse()?, record.version));
        found.items.iter().map(read).collect()
    }

    async fn replay(
        &mut self,
        (mut dead, version): (Dead, u64),
        people: &People,
        swept: &mut Swept,
    ) -> Result<(), CommandError> {
        let sent = self.say(std::slice::from_ref(&dead.event), people).await;
        swept.attempts += 1;
        let at = now();
        let mut records = self.log(std::slice::from_ref(&dead.event), 1, &sent, at);
        match &sent.outcome {
            Ok(()) => {
                swept.delivered += 1;
                dead.shown.state = DeadState::Delivered;
                let shown = &mut self.progress.shown;
                (shown.delivered, shown.last_ok_at) = (shown.delivered + 1, Some(at));
                // Letters of an endpoint that was removed before it was made again are not counted.
                shown.dead = shown.dead.saturating_sub(1);
            }
            Err(why) => {
                dead.shown.state = DeadState::Open;
                dead.shown.error = why.clone();
            }
        }
        records.push(dead.record(&self.endpoint.id, Some(version)));
        self.commit(records, true).await
    }

    async fn commit(&mut self, records: Vec<RecordWrite>, keep: bool) -> Result<(), CommandError> {
        let at_ms = now().as_millisecond();
        if keep {
            self.progress.lease_until_ms = at_ms + LEASE_MS;
        }
        let mut commit = Commit::new(self.plant, at_ms);
        commit.records = records;
        commit.records.push(self.progress.record(&self.endpoint.id, self.version));
        self.store.commit(&commit).await?;
        self.version += 1;
        Ok(())
    }
}

/// What comes next of the journal.
struct Next {
    events: Vec<Event>,
    cursor: String,
    read: u32,
}

impl Next {
    /// True at the end of the journal.
    fn is_nothing(&self) -> bool {
        self.read == 0
    }
}

fn dead(event: Event, why: &str, at: Timestamp) -> Dead {
    let shown = DeadDelivery {
        id: event.id.clone(),
        event_type: event.event_type.clone(),
        subject: event.subject.clone(),
        time: Timestamp::from_millisecond(event.time_ms).unwrap_or_default(),
        given_up_at: at,
        error: why.to_owned(),
        state: DeadState::Open,
    };
    Dead { shown, event }
}

/// The requests that say a message to an endpoint.
pub(crate) fn requests(endpoint: &Endpoint, secrets: &[String], message: &Message<'_>) -> Vec<Prepared> {
    let target = takt_notify::Endpoint {
        channel: endpoint.channel,
        url: &endpoint.url,
        channel_secret: &endpoint.channel_secret,
        authorization: &endpoint.authorization,
        template: &endpoint.template,
        secrets,
    };
    prepare(&target, message)
}
