//! A closed loop: each of a number of kept connections sends its next request when the last one is answered.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use takt_tests::wire::Connection;

/// What a run found.
pub(crate) struct Outcome {
    /// Answers with a 2xx.
    pub(crate) good: u64,
    /// Other answers.
    pub(crate) bad: u64,
    /// How long it went on.
    pub(crate) took: Duration,
    /// Microseconds from request to whole answer.
    pub(crate) latency: Histogram<u64>,
}

impl Outcome {
    pub(crate) fn none() -> Self {
        Self { good: 0, bad: 0, took: Duration::ZERO, latency: histogram() }
    }

    /// Adds another run of the same.
    pub(crate) fn add(&mut self, other: &Self) {
        self.good += other.good;
        self.bad += other.bad;
        self.took += other.took;
        self.latency.add(&other.latency).expect("all histograms have one shape");
    }

    pub(crate) fn per_second(&self) -> f64 {
        self.good as f64 / self.took.as_secs_f64()
    }
}

fn histogram() -> Histogram<u64> {
    Histogram::new_with_bounds(1, 60_000_000, 3).expect("the bounds are right")
}

/// Writes the next request into the buffer, which is empty.
pub(crate) type Next = Arc<dyn Fn(&mut Vec<u8>) + Send + Sync>;

/// Runs the loop on one thread.
pub(crate) fn closed_loop(address: &str, connections: usize, time: Duration, next: &Next) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime starts");
    let start = Instant::now();
    let outcomes = runtime.block_on(async {
        let tasks: Vec<_> = (0..connections)
            .map(|_| tokio::spawn(connection(address.to_owned(), start + time, Arc::clone(next))))
            .collect();
        let mut all = Vec::new();
        for task in tasks {
            all.push(task.await.expect("a connection's task ends").expect("the server keeps its connections"));
        }
        all
    });
    let mut sum = Outcome::none();
    for outcome in &outcomes {
        sum.add(outcome);
    }
    sum.took = start.elapsed();
    sum
}

async fn connection(address: String, end: Instant, next: Next) -> std::io::Result<Outcome> {
    let mut connection = Connection::open(&address).await?;
    let (mut outcome, mut request) = (Outcome::none(), Vec::new());
    while Instant::now() < end {
        request.clear();
        next(&mut request);
        let sent = Instant::now();
        let status = connection.exchange(&request).await?.status;
        let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
        outcome.latency.saturating_record(micros.max(1));
        match status {
            200..300 => outcome.good += 1,
            _ => outcome.bad += 1,
        }
    }
    Ok(outcome)
}
