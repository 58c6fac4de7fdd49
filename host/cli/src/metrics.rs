//! `takt serve --metrics ADDRESS`: what the host counts and measures of itself, at `/metrics`, as Prometheus and OpenMetrics read
//! it. It has an address of its own, since it is not for those who call from outside.

use std::fmt;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Context;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, text};
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};
use takt_runtime::Application;

const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

type Real = Gauge<f64, AtomicU64>;

/// What the background and the watch over the load know.
#[derive(Clone, Default)]
pub(crate) struct Measured {
    /// How long the oldest report has waited, in seconds.
    pub(crate) queue_lag: Real,
    /// What 19 of 20 statements did not exceed lately, in seconds.
    pub(crate) database: Real,
    runs: Family<Vec<(&'static str, &'static str)>, Counter>,
}

impl Measured {
    /// The background has run once.
    pub(crate) fn ran(&self, well: bool) {
        self.runs.get_or_create(&vec![("outcome", if well { "done" } else { "failed" })]).inc();
    }

    fn register(&self, registry: &mut Registry) {
        let what = "How long the oldest report has waited in the queue";
        registry.register_with_unit("queue_lag", what, Unit::Seconds, self.queue_lag.clone());
        let what = "What 19 of 20 statements did not exceed in the last second, up to a factor of two";
        registry.register_with_unit("database_p95", what, Unit::Seconds, self.database.clone());
        registry.register("background_runs", "How often the background has run", self.runs.clone());
    }
}

/// What the system says of this process and this machine when it is asked. Only Linux says it so simply.
#[derive(Debug)]
struct Machine {
    data: PathBuf,
    started_s: f64,
}

impl Collector for Machine {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let spent = ConstCounter::new(crate::figures::own_cpu_s());
        let what = "Processor time of this process";
        spent.encode(encoder.encode_descriptor("process_cpu", what, Some(&Unit::Seconds), spent.metric_type())?)?;
        let (machine, free) = crate::figures::memory();
        let (disk_free, _) = crate::health::disk(&self.data).unwrap_or_default();
        let gauges = [
            (
                "process_resident_memory",
                "Memory of this process",
                Unit::Bytes,
                bytes(crate::health::memory_bytes().unwrap_or(0)),
            ),
            ("process_start_time", "When it began, since 1970", Unit::Seconds, self.started_s),
            ("takt_machine_memory", "Memory of the machine", Unit::Bytes, bytes(machine * 1024)),
            ("takt_machine_memory_available", "What is left of it", Unit::Bytes, bytes(free * 1024)),
            ("takt_data_free", "What is left on the disk of the data folder", Unit::Bytes, bytes(disk_free)),
        ];
        for (name, what, unit, value) in gauges {
            let gauge = ConstGauge::new(value);
            gauge.encode(encoder.encode_descriptor(name, what, Some(&unit), gauge.metric_type())?)?;
        }
        let cpus = ConstGauge::new(crate::figures::cpus());
        cpus.encode(encoder.encode_descriptor("takt_machine_cpus", "Processors", None, cpus.metric_type())?)
    }
}

fn bytes(count: u64) -> f64 {
    count as f64
}

/// Serves them on a thread that ends with the process.
pub(crate) fn start(
    application: Arc<Application>,
    measured: &Measured,
    data: PathBuf,
    listener: TcpListener,
) -> anyhow::Result<()> {
    let mut registry = Registry::default();
    measured.register(registry.sub_registry_with_prefix("takt"));
    registry.register("takt_build", "What runs", Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]));
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    registry.register_collector(Box::new(Machine { data, started_s: now.as_secs_f64() }));
    let told = move || {
        let mut out = String::new();
        // Writing into a text does not fail.
        let _ = application.write_metrics(&mut out);
        let _ = text::encode(&mut out, &registry);
        out
    };
    let address = listener.local_addr().context("the address cannot be read")?;
    eprintln!("takt: metrics at http://{address}/metrics");
    let work = move || {
        if let Err(error) = takt_runtime::serve_text(listener, "/metrics", MEDIA_TYPE, told) {
            eprintln!("takt: the metrics are not served: {error}");
        }
    };
    std::thread::Builder::new().name("metrics".into()).spawn(work).context("no thread for the metrics")?;
    Ok(())
}
