//! What a `takt` host measures of itself: the processor, memory, requests and how long they take, for the last hour.
//!
//! A host keeps it in its own memory and hands it over with each call of `GET /api/v1/host`, in [`HOST_STATE_HEADER`]. So
//! nothing is written for it, and a plant on Spin or in a cluster, where nobody says so, says that it has none.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub use crate::doctor::HOST_STATE_HEADER;

/// How long a sample of [`HostFigures::fine`] covers, in seconds.
pub const FINE_S: u32 = 5;
/// How many of them are kept: a quarter of an hour.
pub const FINE_MAX: usize = 180;
/// How long a sample of [`HostFigures::coarse`] covers, in seconds.
pub const COARSE_S: u32 = 60;
/// How many of them are kept: an hour.
pub const COARSE_MAX: usize = 60;

/// Requests of one class of routes in a sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ClassFigures {
    /// How many were answered, refused ones too.
    pub requests: u64,
    /// How many were refused for the load (429 and 503).
    pub refused: u64,
    /// How many failed (any other 5xx).
    pub failed: u64,
    /// How long half of them took at most, in microseconds, within an eighth; 0 where there were none. Refused ones are not
    /// among those that are timed.
    pub p50_us: u64,
    /// The same of 95 in 100.
    pub p95_us: u64,
    /// The same of 99 in 100.
    pub p99_us: u64,
}

/// What was measured in some seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostSample {
    /// When they ended.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// How many seconds.
    pub span_s: u32,
    /// What the host took of all processors, in thousandths.
    pub cpu_permille: u32,
    /// What the whole machine took of them, in thousandths.
    pub machine_cpu_permille: u32,
    /// Memory of the host's process, in KiB.
    pub memory_kib: u64,
    /// Memory that the machine has left, in KiB.
    pub machine_free_kib: u64,
    /// How long the oldest queued report had waited at most, in milliseconds.
    pub lag_ms: u64,
    /// How long 19 of 20 statements of the database took, up to a factor of two, in microseconds; 0 where there were few.
    pub database_p95_us: u64,
    /// The floor's calls, boards and lists, and statistics and exports, in this order.
    pub classes: [ClassFigures; 3],
}

/// What a host measured of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HostFigures {
    /// Processors of the machine.
    pub cpus: u32,
    /// Memory of the machine, in KiB.
    pub machine_memory_kib: u64,
    /// The last quarter of an hour, a sample for each 5 seconds, the oldest first.
    pub fine: Vec<HostSample>,
    /// The last hour, a sample for each minute, the oldest first.
    pub coarse: Vec<HostSample>,
}

/// `GET /api/v1/host`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Host {
    /// The clock of the server that answers.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// What it refuses for the load: 0 nothing, 1 statistics, 2 boards and lists too.
    pub level: u8,
    /// What it measured; none where it is no `takt` host: there the cluster's own metrics have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub figures: Option<HostFigures>,
}

const NUMBERS: usize = 8 + 3 * 6;

impl HostSample {
    fn numbers(&self) -> [u64; NUMBERS] {
        let second = u64::try_from(self.at.as_second()).unwrap_or(0);
        let own = [
            second,
            self.span_s.into(),
            self.cpu_permille.into(),
            self.machine_cpu_permille.into(),
            self.memory_kib,
            self.machine_free_kib,
            self.lag_ms,
            self.database_p95_us,
        ];
        let classes =
            self.classes.iter().flat_map(|of| [of.requests, of.refused, of.failed, of.p50_us, of.p95_us, of.p99_us]);
        let mut numbers = [0; NUMBERS];
        own.into_iter().chain(classes).zip(&mut numbers).for_each(|(number, place)| *place = number);
        numbers
    }

    fn of(numbers: &[u64; NUMBERS]) -> Option<Self> {
        let [second, span, cpu, machine, memory_kib, machine_free_kib, lag_ms, database_p95_us, classes @ ..] =
            *numbers;
        let small = |number| u32::try_from(number).ok();
        let mut figures = [ClassFigures::default(); 3];
        for (of, numbers) in figures.iter_mut().zip(classes.chunks_exact(6)) {
            if let [requests, refused, failed, p50_us, p95_us, p99_us] = *numbers {
                *of = ClassFigures { requests, refused, failed, p50_us, p95_us, p99_us };
            }
        }
        Some(Self {
            at: Timestamp::from_second(i64::try_from(second).ok()?).ok()?,
            span_s: small(span)?,
            cpu_permille: small(cpu)?,
            machine_cpu_permille: small(machine)?,
            memory_kib,
            machine_free_kib,
            lag_ms,
            database_p95_us,
            classes: figures,
        })
    }
}

impl HostFigures {
    /// The value of the header: numbers alone, since a sample travels hundreds of times.
    pub fn header(&self) -> String {
        let sample = |sample: &HostSample| sample.numbers().map(|number| number.to_string()).join(",");
        let samples = |list: &[HostSample]| list.iter().map(sample).collect::<Vec<_>>().join(";");
        format!("{},{}|{}|{}", self.cpus, self.machine_memory_kib, samples(&self.fine), samples(&self.coarse))
    }

    /// From the value of the header; none where it cannot be read.
    pub fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split('|');
        let (cpus, memory) = parts.next()?.split_once(',')?;
        let sample = |text: &str| -> Option<HostSample> {
            let numbers: Vec<u64> = text.split(',').map(str::parse).collect::<Result<_, _>>().ok()?;
            HostSample::of(numbers.as_slice().try_into().ok()?)
        };
        let samples = |text: &str| -> Option<Vec<HostSample>> {
            text.split(';').filter(|text| !text.is_empty()).map(sample).collect()
        };
        Some(Self {
            cpus: cpus.parse().ok()?,
            machine_memory_kib: memory.parse().ok()?,
            fine: samples(parts.next()?)?,
            coarse: samples(parts.next()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_host_measured_is_read_back() {
        let sample = |second: i64| HostSample {
            at: Timestamp::from_second(second).unwrap_or_default(),
            span_s: 5,
            cpu_permille: 117,
            machine_cpu_permille: 1000,
            memory_kib: u64::MAX,
            machine_free_kib: 2,
            lag_ms: 3,
            database_p95_us: 4,
            classes: [1, 2, 3].map(|n| ClassFigures {
                requests: n,
                refused: n + 10,
                failed: n + 20,
                p50_us: n + 30,
                p95_us: n + 40,
                p99_us: n + 50,
            }),
        };
        let figures = HostFigures {
            cpus: 2,
            machine_memory_kib: 77,
            fine: (0..3).map(|n| sample(1_795_384_800 + n)).collect(),
            coarse: vec![],
        };
        assert_eq!(HostFigures::parse(&figures.header()), Some(figures));
        assert_eq!(HostFigures::parse("memory=7"), None);
        assert_eq!(HostFigures::parse("2,3|1,2|"), None);
    }
}
