//! The open loop: each call starts when its time has come, whether or not those before it are answered, and its latency
//! counts from the time at which it was wished for. So a server that stands still for a second is charged for all that
//! wanted something in that second (Tene, "How not to measure latency", calls what this avoids coordinated omission).

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use takt_tests::ledger::escaped;
use takt_tests::site::{OPERATION, STORE, Site, beside};
use tokio::sync::{Semaphore, mpsc};

use crate::caller::{Call, Caller, End};
use crate::meter::{Ending, Meter};
use crate::profile::{Arrival, Arrivals, Kind};
use crate::writes::{Said, Write};

/// What is under way at once. Whoever comes then waits here, and the wait counts.
const UNDER_WAY_MAX: usize = 2_000;

/// An order that somebody acts on.
struct Busy {
    order: String,
    paused: bool,
}

/// What all calls of a run share.
struct Shared {
    site: Arc<Site>,
    caller: Caller,
    /// Stands in everything that is written.
    run: String,
    start: Instant,
    meter: Mutex<Meter>,
    writes: Mutex<Vec<Write>>,
    free: tokio::sync::Mutex<mpsc::UnboundedReceiver<Busy>>,
    give_back: mpsc::UnboundedSender<Busy>,
}

/// What a run found.
pub(crate) struct Outcome {
    pub(crate) meter: Meter,
    pub(crate) writes: Vec<Write>,
    pub(crate) took: Duration,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs it on this thread.
pub(crate) fn run(site: Arc<Site>, caller: Caller, name: &str, arrivals: Arrivals<'_>) -> anyhow::Result<Outcome> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (give_back, free) = mpsc::unbounded_channel();
    for (order, _) in &site.busy_orders {
        give_back.send(Busy { order: order.clone(), paused: false })?;
    }
    let shared = Arc::new(Shared {
        site,
        caller,
        run: name.to_owned(),
        start: Instant::now(),
        meter: Mutex::new(Meter::new()),
        writes: Mutex::new(Vec::new()),
        free: tokio::sync::Mutex::new(free),
        give_back,
    });
    runtime.block_on(send_all(&shared, arrivals));
    let took = shared.start.elapsed();
    drop(runtime);
    let meter = std::mem::replace(&mut *lock(&shared.meter), Meter::new());
    let writes = std::mem::take(&mut *lock(&shared.writes));
    Ok(Outcome { meter, writes, took })
}

async fn send_all(shared: &Arc<Shared>, arrivals: Arrivals<'_>) {
    let places = Arc::new(Semaphore::new(UNDER_WAY_MAX));
    let progress = tokio::spawn(say_progress(Arc::clone(shared)));
    for (arrival, number) in arrivals.zip(1..) {
        tokio::time::sleep_until((shared.start + arrival.at).into()).await;
        lock(&shared.meter).offered(arrival.kind, arrival.at);
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { break };
        let shared = Arc::clone(shared);
        tokio::spawn(async move {
            shared.serve(&arrival, number).await;
            drop(place);
        });
    }
    // All places are free when all calls have ended.
    let _ = places.acquire_many(UNDER_WAY_MAX as u32).await;
    progress.abort();
}

async fn say_progress(shared: Arc<Shared>) {
    let mut second = 0;
    loop {
        tokio::time::sleep_until((shared.start + Duration::from_secs(second + 1)).into()).await;
        let meter = lock(&shared.meter);
        if let Some(last) = meter.seconds.get(second as usize) {
            eprintln!(
                "load: {:>4} s · offered {:>5} · done {:>5} · refused {} · waiting {} · p50 {:.1} ms · p99 {:.1} ms",
                second + 1,
                last.offered,
                last.done,
                last.refused,
                meter.waiting(),
                last.millis(0.5),
                last.millis(0.99)
            );
        } else if meter.waiting() > 0 {
            eprintln!("load: {:>4} s · waiting for {} answers", second + 1, meter.waiting());
        }
        second += 1;
    }
}

impl Shared {
    async fn serve(&self, arrival: &Arrival, number: u64) {
        let Arrival { at, kind, worker, pick } = *arrival;
        let device = format!("load-{worker}");
        let token = self.site.who(kind.who()).token();
        let tag = format!("{}-{number}", self.run);
        let item = || self.site.items[(pick % self.site.items.len() as u64) as usize].clone();
        let quantity = pick % 5 + 1;
        let movement = |item: &str, body: Value| {
            let call = Call::write(
                "/api/v1/movements",
                token,
                &device,
                if kind == Kind::Receipt { "scan" } else { "hand" },
                &body,
            );
            (call, Write { kind, tag: tag.clone(), about: item.to_owned(), quantity, said: Said::Nothing })
        };
        let ending = match kind {
            Kind::Query => self.read(arrival, &format!("/api/v1/stock/{}", item()), token, &device).await,
            Kind::Board => self.read(arrival, "/api/v1/board", token, &device).await,
            Kind::Report => {
                let order = &self.site.orders[(pick % self.site.orders.len() as u64) as usize];
                let body = json!({"order": order, "operation": OPERATION, "good": quantity.to_string(), "note": tag});
                let call = Call::write("/api/v1/reports", token, &device, "hand", &body);
                let write = Write { kind, tag, about: order.clone(), quantity, said: Said::Nothing };
                self.write(arrival, call, write).await.0
            }
            Kind::Receipt => {
                let item = item();
                let body = json!({"kind": "receipt", "item": item, "quantity": quantity.to_string(), "to": STORE, "document": tag});
                let (call, write) = movement(&item, body);
                self.write(arrival, call, write).await.0
            }
            Kind::Replenishment => {
                let item = item();
                let body = json!({"kind": "issue", "item": item, "quantity": quantity.to_string(), "from": STORE,
                    "to": beside(pick), "document": tag});
                let (call, write) = movement(&item, body);
                self.write(arrival, call, write).await.0
            }
            Kind::Inspection | Kind::Transition => self.act(arrival, token, &device).await,
        };
        let (ending, again) = ending;
        let took = self.start.elapsed().saturating_sub(at);
        lock(&self.meter).ended(kind, at, ending, again, took);
    }

    async fn read(&self, arrival: &Arrival, path: &str, token: &str, device: &str) -> (Ending, u32) {
        let call = Call::read(path, token, device);
        match self.caller.call(&call, self.start + arrival.at).await {
            (End::Done(_), again) => (Ending::Done, again),
            (End::Refused(..), again) => (Ending::Refused, again),
            (End::Nothing, again) => (Ending::Nothing, again),
        }
    }

    /// Notes what was said, and answers it too.
    async fn write(&self, arrival: &Arrival, call: Call, mut write: Write) -> ((Ending, u32), Said) {
        let (end, again) = self.caller.call(&call, self.start + arrival.at).await;
        let (ending, said) = match end {
            End::Done(body) => (Ending::Done, Said::Acknowledged(acknowledged_as(arrival.kind, &body))),
            End::Refused(status, why) => (Ending::Refused, Said::Refused(format!("{status} {why}"))),
            End::Nothing => (Ending::Nothing, Said::Nothing),
        };
        write.said = said.clone();
        lock(&self.writes).push(write);
        ((ending, again), said)
    }

    /// Inspects an order, pauses it, or goes on with it; nobody else acts on it meanwhile.
    async fn act(&self, arrival: &Arrival, token: &str, device: &str) -> (Ending, u32) {
        let Some(mut busy) = self.free.lock().await.recv().await else { return (Ending::Nothing, 0) };
        let (action, body) = match (arrival.kind, busy.paused) {
            (Kind::Inspection, _) => ("inspect-first-article", json!({"result": "pass"})),
            (_, false) => ("pause", json!({"reason": "load"})),
            (_, true) => ("resume", json!({})),
        };
        let path = format!("/api/v1/orders/{}/actions/{action}", escaped(&busy.order));
        let call = Call::write(&path, token, device, "hand", &body);
        let write = Write {
            kind: arrival.kind,
            tag: String::new(),
            about: busy.order.clone(),
            quantity: 0,
            said: Said::Nothing,
        };
        let (ending, said) = self.write(arrival, call, write).await;
        if let Said::Acknowledged(_) = said
            && arrival.kind == Kind::Transition
        {
            busy.paused = !busy.paused;
        }
        // Of an order whose last action got no answer nobody knows how it stands.
        if said != Said::Nothing {
            // The run has ended when nobody takes it back.
            let _ = self.give_back.send(busy);
        }
        ending
    }
}

/// The id of a report or movement; of an action the version that it gave its order.
fn acknowledged_as(kind: Kind, body: &[u8]) -> String {
    let answer: Value = serde_json::from_slice(body).unwrap_or_default();
    match kind {
        Kind::Inspection | Kind::Transition => answer["version"].to_string(),
        _ => answer["id"].as_str().unwrap_or_default().to_owned(),
    }
}
