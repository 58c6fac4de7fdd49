//! What the host counts of itself for as long as it runs, as Prometheus and OpenMetrics read it.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};

use crate::overload::{Class, Level};

/// Where the buckets of times end, in seconds: what the floor feels is told apart finely, what nobody waits for is not.
const BUCKETS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct Answer {
    component: String,
    class: &'static str,
    status: u16,
}

#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
struct OfClass {
    class: &'static str,
}

/// What is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<Answer, Counter>,
    seconds: Family<OfClass, Histogram>,
    in_flight: Gauge,
    level: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("takt");
        let requests = Family::<Answer, Counter>::default();
        let seconds = Family::<OfClass, Histogram>::new_with_constructor(|| Histogram::new(BUCKETS));
        let (in_flight, level) = (Gauge::default(), Gauge::default());
        registry.register("requests", "Requests that were answered, refused ones too", requests.clone());
        let what = "How long requests took, those that were refused for the load left out";
        registry.register_with_unit("request_duration", what, Unit::Seconds, seconds.clone());
        registry.register("requests_in_flight", "Requests that are being answered", in_flight.clone());
        let what = "Which classes of calls are refused for the load: 0 none, 1 statistics, 2 boards and lists as well";
        registry.register("load_level", what, level.clone());
        Self { registry, requests, seconds, in_flight, level }
    }

    /// Notes an answer; `component` is empty where none was found.
    pub(crate) fn note(&self, component: &str, class: Class, status: u16, took: Duration) {
        let class = class.name();
        self.requests.get_or_create(&Answer { component: component.to_owned(), class, status }).inc();
        // A refusal is quick, and would make the host look so.
        if !matches!(status, 429 | 503) {
            self.seconds.get_or_create(&OfClass { class }).observe(took.as_secs_f64());
        }
    }

    /// Writes all of it as text of OpenMetrics, without the end.
    pub(crate) fn write(&self, out: &mut String, in_flight: usize, level: Level) -> fmt::Result {
        self.in_flight.set(i64::try_from(in_flight).unwrap_or(i64::MAX));
        self.level.set(match level {
            Level::Normal => 0,
            Level::Third => 1,
            Level::Second => 2,
        });
        text::encode_registry(out, &self.registry)
    }
}
