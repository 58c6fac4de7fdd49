//! What this host measures of itself for the panel of operations: a sample every few seconds for a quarter of an hour, and
//! one a minute for an hour, in memory alone.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use takt_api::host::{COARSE_MAX, COARSE_S, ClassFigures, FINE_MAX, FINE_S, HostFigures, HostSample};
use takt_runtime::ClassTraffic;

use crate::pressure::Signs;

/// The kernel tells processor time in hundredths of a second.
const TICKS_PER_S: u64 = 100;

/// What was seen so far.
pub(crate) struct Figures {
    cpus: u32,
    fine: VecDeque<HostSample>,
    coarse: VecDeque<HostSample>,
    begun: Instant,
    processor: Processor,
    /// The worst since the last sample.
    signs: Signs,
    /// Fine samples since the last coarse one.
    since_coarse: Vec<HostSample>,
}

/// Ticks that were spent: by this process, by all, and all that there were.
#[derive(Clone, Copy, Debug, Default)]
struct Processor {
    own: u64,
    busy: u64,
    all: u64,
}

impl Figures {
    pub(crate) fn new() -> Self {
        Self {
            cpus: cpus(),
            fine: VecDeque::new(),
            coarse: VecDeque::new(),
            begun: Instant::now(),
            processor: processor(),
            signs: Signs::default(),
            since_coarse: Vec::new(),
        }
    }

    /// What there is to say, when a sample has become full.
    pub(crate) fn look(&mut self, signs: Signs, traffic: impl FnOnce() -> [ClassTraffic; 3]) -> Option<String> {
        self.signs.lag = self.signs.lag.max(signs.lag);
        self.signs.latency = self.signs.latency.max(signs.latency);
        let span = self.begun.elapsed();
        if span < Duration::from_secs(FINE_S.into()) {
            return None;
        }
        let sample = self.sample(span, traffic());
        self.begun = Instant::now();
        self.signs = Signs::default();
        keep(&mut self.fine, sample, FINE_MAX);
        self.since_coarse.push(sample);
        let covered: u32 = self.since_coarse.iter().map(|sample| sample.span_s).sum();
        if covered >= COARSE_S
            && let Some(minute) = together(&std::mem::take(&mut self.since_coarse))
        {
            keep(&mut self.coarse, minute, COARSE_MAX);
        }
        let (machine_memory_kib, _) = memory();
        let (fine, coarse) = (self.fine.iter().copied().collect(), self.coarse.iter().copied().collect());
        Some(HostFigures { cpus: self.cpus, machine_memory_kib, fine, coarse }.header())
    }

    fn sample(&mut self, span: Duration, traffic: [ClassTraffic; 3]) -> HostSample {
        let now = processor();
        let before = std::mem::replace(&mut self.processor, now);
        let all = now.all.saturating_sub(before.all);
        let permille =
            |part: u64, of: u64| u32::try_from((part * 1000).checked_div(of).unwrap_or(0).min(1000)).unwrap_or(0);
        // The process's own time is told in the same ticks, and those of all processors are what there was to take.
        let there_was = (span.as_millis() as u64 * TICKS_PER_S / 1000 * u64::from(self.cpus)).max(1);
        let micros = |time: Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let class = |of: ClassTraffic| ClassFigures {
            requests: of.requests.into(),
            refused: of.refused.into(),
            failed: of.failed.into(),
            p50_us: micros(of.p50),
            p95_us: micros(of.p95),
            p99_us: micros(of.p99),
        };
        HostSample {
            at: Timestamp::now(),
            span_s: u32::try_from((span.as_millis() + 500) / 1000).unwrap_or(u32::MAX),
            cpu_permille: permille(now.own.saturating_sub(before.own), there_was),
            machine_cpu_permille: permille(now.busy.saturating_sub(before.busy), all),
            memory_kib: crate::health::memory_bytes().unwrap_or(0) / 1024,
            machine_free_kib: memory().1,
            lag_ms: u64::try_from(self.signs.lag.as_millis()).unwrap_or(u64::MAX),
            database_p95_us: micros(self.signs.latency),
            classes: traffic.map(class),
        }
    }
}

fn keep(list: &mut VecDeque<HostSample>, sample: HostSample, most: usize) {
    while list.len() >= most {
        list.pop_front();
    }
    list.push_back(sample);
}

/// One sample of several: sums of what is counted, the mean of what is there all the time, the worst of what is a limit.
/// The median of medians is none, so times are those of the sample in which they were longest.
fn together(samples: &[HostSample]) -> Option<HostSample> {
    let mut one = *samples.last()?;
    let count = u32::try_from(samples.len()).ok()?;
    one.span_s = samples.iter().map(|sample| sample.span_s).sum();
    one.cpu_permille = samples.iter().map(|sample| sample.cpu_permille).sum::<u32>() / count;
    one.machine_cpu_permille = samples.iter().map(|sample| sample.machine_cpu_permille).sum::<u32>() / count;
    let most = |of: fn(&HostSample) -> u64| samples.iter().map(of).max().unwrap_or(0);
    one.memory_kib = most(|sample| sample.memory_kib);
    one.machine_free_kib = samples.iter().map(|sample| sample.machine_free_kib).min().unwrap_or(0);
    one.lag_ms = most(|sample| sample.lag_ms);
    one.database_p95_us = most(|sample| sample.database_p95_us);
    for (number, class) in one.classes.iter_mut().enumerate() {
        let all = || samples.iter().filter_map(|sample| sample.classes.get(number));
        *class = ClassFigures {
            requests: all().map(|of| of.requests).sum(),
            refused: all().map(|of| of.refused).sum(),
            failed: all().map(|of| of.failed).sum(),
            p50_us: all().map(|of| of.p50_us).max().unwrap_or(0),
            p95_us: all().map(|of| of.p95_us).max().unwrap_or(0),
            p99_us: all().map(|of| of.p99_us).max().unwrap_or(0),
        };
    }
    Some(one)
}

pub(crate) fn cpus() -> u32 {
    std::thread::available_parallelism().map_or(1, |cpus| u32::try_from(cpus.get()).unwrap_or(u32::MAX))
}

/// Processor time of this process, in seconds.
pub(crate) fn own_cpu_s() -> f64 {
    processor().own as f64 / TICKS_PER_S as f64
}

/// Only Linux says it so simply; elsewhere nothing was spent.
fn processor() -> Processor {
    let read = |path| std::fs::read_to_string(path).unwrap_or_default();
    let (busy, all) = machine_ticks(&read("/proc/stat"));
    Processor { own: own_ticks(&read("/proc/self/stat")), busy, all }
}

/// User and system time of a process: the 14th and 15th field, counted behind its name, which may hold blanks.
fn own_ticks(stat: &str) -> u64 {
    let behind = stat.rsplit_once(')').map_or("", |(_, behind)| behind);
    behind.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<u64>().ok()).sum()
}

/// Of the first line, `cpu user nice system idle iowait ...`: all but idle and waiting, and all.
fn machine_ticks(stat: &str) -> (u64, u64) {
    let line = stat.lines().next().unwrap_or_default();
    // The guests' time, behind the eighth field, is part of the users'.
    let fields: Vec<u64> = line.split_whitespace().skip(1).take(8).filter_map(|field| field.parse().ok()).collect();
    let all: u64 = fields.iter().sum();
    let idle: u64 = fields.iter().skip(3).take(2).sum();
    (all - idle, all)
}

/// All memory of the machine, and what is left of it, in KiB.
pub(crate) fn memory() -> (u64, u64) {
    let told = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let of = |name: &str| {
        let line = told.lines().find_map(|line| line.strip_prefix(name));
        line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
    };
    (of("MemTotal:"), of("MemAvailable:"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_read_from_what_the_kernel_tells() {
        assert_eq!(own_ticks("7 (a b) c) S 1 2 3 4 5 6 7 8 9 10 250 50 3 4"), 300);
        assert_eq!(machine_ticks("cpu  10 1 9 70 10 0 0 0 5 5\ncpu0 1 2 3"), (20, 100));
        assert_eq!((own_ticks(""), machine_ticks("")), (0, (0, 0)));
    }

    #[test]
    fn samples_are_bounded_and_a_minute_is_all_of_its_seconds() {
        let mut figures = Figures::new();
        for n in 0..u32::try_from(FINE_MAX).unwrap_or(0) + 20 {
            figures.begun = Instant::now().checked_sub(Duration::from_secs(5)).unwrap_or_else(Instant::now);
            let one =
                ClassTraffic { requests: 2, p99: Duration::from_micros((n % 12).into()), ..ClassTraffic::default() };
            let signs = Signs { lag: Duration::from_millis(u64::from(n)), latency: Duration::ZERO };
            let said = figures.look(signs, || [one, ClassTraffic::default(), ClassTraffic::default()]);
            assert!(said.and_then(|said| HostFigures::parse(&said)).is_some());
        }
        assert_eq!(figures.fine.len(), FINE_MAX);
        assert!(figures.fine.iter().all(|sample| sample.classes[0].requests == 2));
        let minute = figures.coarse.back().copied();
        let minute = minute.map(|minute| (minute.classes[0].requests, minute.span_s));
        assert_eq!(minute, Some((24, 60)));
        assert!(figures.look(Signs::default(), || [ClassTraffic::default(); 3]).is_none(), "it is not time yet");
    }
}
