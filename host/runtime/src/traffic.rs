//! How many requests came and how long they took, by class, since it was last asked.

use crate::overload::Class;
use http::StatusCode;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::Duration;

/// An octave of microseconds has so many buckets, so a time is known within an eighth.
const PARTS: usize = 8;
/// Up to two minutes; what took longer counts as that.
const OCTAVES: usize = 28;

/// Requests of one class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClassTraffic {
    /// How many were answered, refused ones too.
    pub requests: u32,
    /// How many were refused for the load: 429 and 503.
    pub refused: u32,
    /// How many failed: any other 5xx.
    pub failed: u32,
    /// What half of those that were not refused did not exceed.
    pub p50: Duration,
    /// What 95 in 100 did not exceed.
    pub p95: Duration,
    /// What 99 in 100 did not exceed.
    pub p99: Duration,
}

/// What is counted.
#[derive(Default)]
pub(crate) struct Traffic {
    classes: [Counts; 3],
}

struct Counts {
    refused: AtomicU32,
    failed: AtomicU32,
    times: [AtomicU32; PARTS * OCTAVES],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            refused: AtomicU32::default(),
            failed: AtomicU32::default(),
            times: std::array::from_fn(|_| AtomicU32::default()),
        }
    }
}

impl Traffic {
    pub(crate) fn note(&self, class: Class, status: u16, took: Duration) {
        let [first, second, third] = &self.classes;
        let counts = match class {
            Class::First => first,
            Class::Second => second,
            Class::Third => third,
        };
        let is = |code: StatusCode| code.as_u16() == status;
        if is(StatusCode::TOO_MANY_REQUESTS) || is(StatusCode::SERVICE_UNAVAILABLE) {
            counts.refused.fetch_add(1, Relaxed);
            return;
        }
        if status >= 500 {
            counts.failed.fetch_add(1, Relaxed);
        }
        if let Some(count) = counts.times.get(bucket(took)) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// Begins anew.
    pub(crate) fn take(&self) -> [ClassTraffic; 3] {
        self.classes.each_ref().map(Counts::take)
    }
}

impl Counts {
    fn take(&self) -> ClassTraffic {
        let times: Vec<u32> = self.times.iter().map(|count| count.swap(0, Relaxed)).collect();
        let timed: u64 = times.iter().map(|count| u64::from(*count)).sum();
        let within = |percent: u64| {
            let mut below = 0;
            let place = times.iter().position(|count| {
                below += u64::from(*count);
                timed > 0 && below * 100 >= timed * percent
            });
            place.map_or(Duration::ZERO, end)
        };
        let (p50, p95, p99) = (within(50), within(95), within(99));
        let refused = self.refused.swap(0, Relaxed);
        let requests = u32::try_from(timed).unwrap_or(u32::MAX).saturating_add(refused);
        ClassTraffic { requests, refused, failed: self.failed.swap(0, Relaxed), p50, p95, p99 }
    }
}

/// Which bucket a time falls in: the power of two, and the three bits below it.
fn bucket(took: Duration) -> usize {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(PARTS as u64);
    let octave = us.ilog2() as usize;
    let part = (us >> (octave - 3)) as usize % PARTS;
    ((octave - 3) * PARTS + part).min(PARTS * OCTAVES - 1)
}

/// Where a bucket ends.
fn end(bucket: usize) -> Duration {
    let (octave, part) = (bucket / PARTS, bucket % PARTS);
    Duration::from_micros(((PARTS + part + 1) as u64) << octave)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_known_within_an_eighth() {
        for us in (8..40_000).chain([1_000_000, 59_999_999]) {
            let told = end(bucket(Duration::from_micros(us))).as_micros() as f64;
            assert!(told > us as f64 && told <= us as f64 * 1.125 + 1.0, "{us} told as {told}");
        }
        assert_eq!(bucket(Duration::MAX), PARTS * OCTAVES - 1);
        assert_eq!(bucket(Duration::ZERO), bucket(Duration::from_micros(8)));
    }

    #[test]
    fn refused_requests_are_counted_and_not_timed() {
        let traffic = Traffic::default();
        (0..90).for_each(|_| traffic.note(Class::Second, 200, Duration::from_millis(1)));
        (0..10).for_each(|_| traffic.note(Class::Second, 500, Duration::from_millis(100)));
        (0..50).for_each(|_| traffic.note(Class::Second, 503, Duration::from_micros(9)));
        let [first, second, third] = traffic.take();
        assert_eq!((first, third), (ClassTraffic::default(), ClassTraffic::default()));
        assert_eq!((second.requests, second.refused, second.failed), (150, 50, 10));
        assert_eq!(second.p50, Duration::from_micros(1024));
        assert!(second.p95 > Duration::from_millis(99) && second.p99 == second.p95, "{second:?}");
        assert_eq!(traffic.take()[1], ClassTraffic::default(), "it begins anew");
    }
}
