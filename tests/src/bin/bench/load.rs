//! A closed loop: each of a number of kept connections sends its next request when the last one is answered.
//!
//! The client is as small as HTTP/1.1 allows, so that on a small machine the time goes to what is measured.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

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
    let mut stream = TcpStream::connect(&address).await?;
    stream.set_nodelay(true)?;
    let (mut outcome, mut request, mut answer) = (Outcome::none(), Vec::new(), Vec::with_capacity(16 * 1024));
    while Instant::now() < end {
        request.clear();
        next(&mut request);
        let sent = Instant::now();
        stream.write_all(&request).await?;
        let status = read_answer(&mut stream, &mut answer).await?;
        let micros = u64::try_from(sent.elapsed().as_micros()).unwrap_or(u64::MAX);
        outcome.latency.saturating_record(micros.max(1));
        match status {
            200..300 => outcome.good += 1,
            _ => outcome.bad += 1,
        }
    }
    Ok(outcome)
}

/// Reads one answer of known length, and says its status.
async fn read_answer(stream: &mut TcpStream, answer: &mut Vec<u8>) -> std::io::Result<u16> {
    let broken = |what: &str| std::io::Error::other(what.to_owned());
    answer.clear();
    let mut whole = None;
    loop {
        if stream.read_buf(answer).await? == 0 {
            return Err(broken("the connection was closed"));
        }
        if whole.is_none()
            && let Some(head) = answer.windows(4).position(|four| four == b"\r\n\r\n")
        {
            let text = std::str::from_utf8(&answer[..head]).map_err(|_| broken("a head that is not text"))?;
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            });
            let status = text.get(9..12).and_then(|status| status.parse::<u16>().ok());
            let (Some(length), Some(status)) = (length, status) else { return Err(broken("no length")) };
            whole = Some((head + 4 + length, status));
        }
        if let Some((end, status)) = whole
            && answer.len() >= end
        {
            return Ok(status);
        }
    }
}
