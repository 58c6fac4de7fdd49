//! Counts and latencies.

use std::time::Duration;

use hdrhistogram::Histogram;

use crate::profile::Kind;

/// Microseconds from the wish to the answer.
pub(crate) type Latency = Histogram<u64>;

/// One second of the run, or one kind of call.
#[derive(Clone)]
pub(crate) struct Tally {
    /// Wished for.
    pub(crate) offered: u64,
    pub(crate) done: u64,
    pub(crate) refused: u64,
    /// Sent again.
    pub(crate) again: u64,
    /// No answer in all the time.
    pub(crate) nothing: u64,
    /// Of what was done.
    pub(crate) latency: Latency,
}

impl Tally {
    fn new() -> Self {
        let latency = Histogram::new_with_bounds(1, 120_000_000, 3).expect("the bounds are right");
        Self { offered: 0, done: 0, refused: 0, again: 0, nothing: 0, latency }
    }

    pub(crate) fn millis(&self, quantile: f64) -> f64 {
        self.latency.value_at_quantile(quantile) as f64 / 1e3
    }
}

/// All of it.
pub(crate) struct Meter {
    pub(crate) kinds: Vec<(Kind, Tally)>,
    /// By the second of the wish.
    pub(crate) seconds: Vec<Tally>,
    pub(crate) all: Tally,
}

/// How a call ended, for the counts.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Ending {
    Done,
    Refused,
    Nothing,
}

impl Meter {
    pub(crate) fn new() -> Self {
        let kinds = Kind::ALL.iter().map(|kind| (*kind, Tally::new())).collect();
        Self { kinds, seconds: Vec::new(), all: Tally::new() }
    }

    fn each(&mut self, kind: Kind, at: Duration, mut change: impl FnMut(&mut Tally)) {
        let second = usize::try_from(at.as_secs()).unwrap_or(usize::MAX);
        while self.seconds.len() <= second {
            self.seconds.push(Tally::new());
        }
        change(&mut self.seconds[second]);
        self.kinds.iter_mut().filter(|(known, _)| *known == kind).for_each(|(_, tally)| change(tally));
        change(&mut self.all);
    }

    pub(crate) fn offered(&mut self, kind: Kind, at: Duration) {
        self.each(kind, at, |tally| tally.offered += 1);
    }

    /// Of what was wished for at this time.
    pub(crate) fn ended(&mut self, kind: Kind, at: Duration, ending: Ending, again: u32, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        self.each(kind, at, |tally| {
            tally.again += u64::from(again);
            match ending {
                Ending::Done => {
                    tally.done += 1;
                    tally.latency.saturating_record(micros);
                }
                Ending::Refused => tally.refused += 1,
                Ending::Nothing => tally.nothing += 1,
            }
        });
    }

    pub(crate) fn waiting(&self) -> u64 {
        self.all.offered - self.all.done - self.all.refused - self.all.nothing
    }
}
