//! What happens when there is too much to do: calls of lower priority are refused first, a caller that asks too often has
//! to wait, and how long the databases take is measured so that somebody can decide.
//!
//! Three classes share the places for requests. The first may have all of them, the second half, the third a quarter: so
//! however many of a lower class come, there is room for the higher ones. Beyond that a level (see [`Level`]) refuses
//! whole classes.

use crate::manifest::Rate;
use crate::problem::Problem;
use crate::routes::Pattern;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota};
use http::{HeaderMap, Method};
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering::Relaxed};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Callers that are remembered before those with nothing against them are forgotten.
const CALLERS_MAX: usize = 50_000;

/// How important a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    First,
    Second,
    Third,
}

impl Class {
    /// As it is told.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::First => "first",
            Self::Second => "second",
            Self::Third => "third",
        }
    }
}

/// Which classes are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// None.
    #[default]
    Normal,
    /// The third.
    Third,
    /// The second and the third.
    Second,
}

impl Level {
    fn of(number: u8) -> Self {
        match number {
            0 => Self::Normal,
            1 => Self::Third,
            _ => Self::Second,
        }
    }

    /// As components are told it: `1` or `2`; none where nothing is refused.
    pub(crate) fn header(self) -> Option<&'static str> {
        match self {
            Self::Normal => None,
            Self::Third => Some("1"),
            Self::Second => Some("2"),
        }
    }

    fn refuses(self, class: Class) -> bool {
        match self {
            Self::Normal => false,
            Self::Third => class == Class::Third,
            Self::Second => class != Class::First,
        }
    }
}

/// A call of a class: `GET /orders/...`.
#[derive(Clone, Debug)]
pub(crate) struct Classed {
    pub(crate) method: Method,
    pub(crate) pattern: Pattern,
    pub(crate) class: Class,
}

/// The rules in force.
pub(crate) struct Overload {
    classed: Vec<Classed>,
    all: Arc<Semaphore>,
    second: Arc<Semaphore>,
    third: Arc<Semaphore>,
    level: AtomicU8,
    rate: Option<Limiter>,
    databases: Latencies,
}

struct Limiter {
    headers: Vec<String>,
    callers: DefaultKeyedRateLimiter<u64>,
    hash: RandomState,
}

/// A place among the requests that run.
pub(crate) struct Place {
    _all: OwnedSemaphorePermit,
    _class: Option<OwnedSemaphorePermit>,
}

impl Overload {
    pub(crate) fn new(all: Arc<Semaphore>, requests: usize, classed: Vec<Classed>, rate: Option<&Rate>) -> Self {
        let share = |parts: usize| Arc::new(Semaphore::new((requests / parts).max(1)));
        let limiter = rate.and_then(|rate| {
            let quota =
                Quota::per_second(NonZeroU32::new(rate.requests_per_s)?).allow_burst(NonZeroU32::new(rate.burst)?);
            let callers = DefaultKeyedRateLimiter::keyed(quota);
            Some(Limiter { headers: rate.headers.clone(), callers, hash: RandomState::new() })
        });
        Self {
            classed,
            all,
            second: share(2),
            third: share(4),
            level: AtomicU8::new(0),
            rate: limiter,
            databases: Latencies::default(),
        }
    }

    pub(crate) fn level(&self) -> Level {
        Level::of(self.level.load(Relaxed))
    }

    pub(crate) fn set_level(&self, level: Level) {
        self.level.store(level as u8, Relaxed);
    }

    pub(crate) fn databases(&self) -> &Latencies {
        &self.databases
    }

    /// The class of a call; whatever is not listed is of the first.
    pub(crate) fn class(&self, method: &Method, path: &str) -> Class {
        let found = self.classed.iter().find(|one| one.method == *method && one.pattern.is_match(path));
        found.map_or(Class::First, |one| one.class)
    }

    /// Refuses what the level says, and a caller from outside who asks too often.
    pub(crate) fn admit(&self, class: Class, headers: &HeaderMap, peer: Option<IpAddr>) -> Result<(), Problem> {
        if self.level().refuses(class) {
            return Err(Problem::Degraded);
        }
        match (&self.rate, peer) {
            (Some(limiter), Some(peer)) => limiter.admit(headers, peer),
            _ => Ok(()),
        }
    }

    /// Waits a little for a place.
    pub(crate) async fn place(&self, class: Class, wait: Duration) -> Result<Place, Problem> {
        let own = match class {
            Class::First => None,
            Class::Second => Some(&self.second),
            Class::Third => Some(&self.third),
        };
        let both = async {
            let class = match own {
                Some(own) => Some(Arc::clone(own).acquire_owned().await.ok()?),
                None => None,
            };
            Some(Place { _all: Arc::clone(&self.all).acquire_owned().await.ok()?, _class: class })
        };
        if own.is_none()
            && let Ok(all) = Arc::clone(&self.all).try_acquire_owned()
        {
            return Ok(Place { _all: all, _class: None });
        }
        match tokio::time::timeout(wait, both).await {
            Ok(Some(place)) => Ok(place),
            Ok(None) | Err(_) => Err(Problem::Overloaded),
        }
    }
}

impl Limiter {
    /// GCRA, by the headers that tell callers apart; by the address where none of them is there.
    fn admit(&self, headers: &HeaderMap, peer: IpAddr) -> Result<(), Problem> {
        let named: Vec<&[u8]> =
            self.headers.iter().map(|name| headers.get(name).map_or(&b""[..], |value| value.as_bytes())).collect();
        let key = match named.iter().all(|value| value.is_empty()) {
            true => self.hash.hash_one(peer),
            false => self.hash.hash_one(named),
        };
        let Err(until) = self.callers.check_key(&key) else { return Ok(()) };
        if self.callers.len() > CALLERS_MAX {
            self.callers.retain_recent();
        }
        let wait = until.wait_time_from(DefaultClock::default().now());
        Err(Problem::TooMany { retry_after_s: wait.as_secs() + 1 })
    }
}

/// How long statements took, since it was last asked.
#[derive(Default)]
pub(crate) struct Latencies {
    /// Counts by the power of two of the microseconds.
    counts: [AtomicU32; 32],
}

impl Latencies {
    pub(crate) fn note(&self, took: Duration) {
        let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX).max(1);
        if let Some(count) = self.counts.get(us.ilog2() as usize) {
            count.fetch_add(1, Relaxed);
        }
    }

    /// What 19 of 20 statements did not exceed, up to a factor of two; none when there were fewer than 20, for then one slow
    /// statement is no sign of load. Begins anew.
    pub(crate) fn take_p95(&self) -> Option<Duration> {
        let counts: Vec<u32> = self.counts.iter().map(|count| count.swap(0, Relaxed)).collect();
        let all: u64 = counts.iter().map(|count| u64::from(*count)).sum();
        let mut below = 0;
        for (power, count) in counts.iter().enumerate() {
            below += u64::from(*count);
            if all >= 20 && below * 20 >= all * 19 {
                return Some(Duration::from_micros(1 << (power + 1)));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn overload(requests: usize, rate: Option<Rate>) -> Overload {
        let listed = |text: &str, class| Classed { method: Method::GET, pattern: Pattern::parse(text).unwrap(), class };
        let classed = vec![listed("/board", Class::Second), listed("/insight/...", Class::Third)];
        Overload::new(Arc::new(Semaphore::new(requests)), requests, classed, rate.as_ref())
    }

    #[test]
    fn a_call_that_is_not_listed_is_of_the_first_class() {
        let overload = overload(8, None);
        assert_eq!(overload.class(&Method::GET, "/board"), Class::Second);
        assert_eq!(overload.class(&Method::POST, "/board"), Class::First);
        assert_eq!(overload.class(&Method::GET, "/insight/output"), Class::Third);
    }

    #[test]
    fn a_level_refuses_its_classes_and_no_more() {
        let overload = overload(8, None);
        let refused = |class| overload.admit(class, &HeaderMap::new(), None).is_err();
        for (level, expected) in
            [(Level::Normal, [false; 3]), (Level::Third, [false, false, true]), (Level::Second, [false, true, true])]
        {
            overload.set_level(level);
            assert_eq!([Class::First, Class::Second, Class::Third].map(refused), expected, "{level:?}");
        }
    }

    #[tokio::test]
    async fn lower_classes_leave_places_for_higher_ones() {
        let overload = overload(8, None);
        let soon = Duration::from_millis(5);
        let mut held = Vec::new();
        for (class, most) in [(Class::Third, 2), (Class::Second, 4), (Class::First, 2)] {
            for _ in 0..most {
                held.push(overload.place(class, soon).await.ok().unwrap());
            }
            assert!(overload.place(class, soon).await.is_err(), "{class:?} has its share");
        }
    }

    #[test]
    fn who_asks_too_often_waits_and_nobody_else() {
        let rate = Rate { requests_per_s: 1, burst: 3, headers: vec!["device".into()] };
        let overload = overload(8, Some(rate));
        let peer: IpAddr = [127, 0, 0, 1].into();
        let from = |device: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("device", HeaderValue::from_static(device));
            overload.admit(Class::First, &headers, Some(peer))
        };
        assert!((0..3).all(|_| from("a").is_ok()));
        assert!(matches!(from("a"), Err(Problem::TooMany { retry_after_s: 1..=2 })));
        assert!(from("b").is_ok());
        assert!(overload.admit(Class::First, &HeaderMap::new(), None).is_ok(), "who calls from inside");
    }

    #[test]
    fn the_slow_twentieth_is_left_out() {
        let latencies = Latencies::default();
        (0..96).for_each(|_| latencies.note(Duration::from_micros(900)));
        (0..4).for_each(|_| latencies.note(Duration::from_secs(1)));
        assert_eq!(latencies.take_p95(), Some(Duration::from_micros(1024)));
        (0..19).for_each(|_| latencies.note(Duration::from_secs(1)));
        assert_eq!(latencies.take_p95(), None);
    }
}
