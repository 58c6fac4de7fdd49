//! What a host measured of itself, as small charts of the last quarter of an hour.

use sycamore::prelude::*;
use takt_api::host::{ClassFigures, HostFigures, HostSample};
use takt_domain::text::Lang;

use crate::app;
use crate::chart::{self, Lines};
use crate::figure::{self, Figure};
use crate::text::Text;

const TIME: Text = Text::new("时间", "Time");
const PROCESSOR: Text = Text::new("处理器", "Processor");
const MEMORY: Text = Text::new("内存", "Memory");
const RATE: Text = Text::new("每秒请求", "Requests per second");
const LATENCY: Text = Text::new("延迟(95% 不超过)", "Latency (95 in 100 at most)");
const QUEUE_LAG: Text = Text::new("队列与数据库", "Queue and database");
const BY_CLASS: Text = Text::new("最近一分钟的延迟", "Latencies of the last minute");
const CLASS: Text = Text::new("类别", "Class");
const TAKT: Text = Text::new("Takt", "Takt");
const MACHINE: Text = Text::new("整机", "Machine");
const FREE: Text = Text::new("整机剩余", "Left on the machine");
const LAG: Text = Text::new("最久等待", "Oldest report");
const DATABASE: Text = Text::new("数据库语句(p95)", "Statements of the database (p95)");
const REQUESTS: Text = Text::new("请求", "Requests");
const REFUSED: Text = Text::new("拒绝", "Refused");
const FAILED: Text = Text::new("失败", "Failed");
const CLASSES: [Text; 3] = [
    Text::new("现场(报工、出入库、流转)", "Floor: reports, movements, transitions"),
    Text::new("看板与列表", "Boards and lists"),
    Text::new("统计与导出", "Statistics and exports"),
];
const SHORT: [Text; 3] = [Text::new("现场", "Floor"), Text::new("看板", "Boards"), Text::new("统计", "Statistics")];

/// Samples of the table of latencies: a minute.
const MINUTE: usize = 12;

/// As `1.2 s` or `35 ms`.
pub(super) fn seconds(ms: u64) -> String {
    if ms >= 1000 { format!("{}.{} s", ms / 1000, ms % 1000 / 100) } else { format!("{ms} ms") }
}

fn micros(us: u64) -> String {
    match us {
        0 => "–".to_owned(),
        us if us < 10_000 => format!("{}.{} ms", us / 1000, us % 1000 / 100),
        us => seconds(us / 1000),
    }
}

/// `09:47:05`, on this device's clock.
fn clock(sample: &HostSample) -> String {
    let date = js_sys::Date::new(&(sample.at.as_millisecond() as f64).into());
    format!("{:02}:{:02}:{:02}", date.get_hours(), date.get_minutes(), date.get_seconds())
}

fn rate(sample: &HostSample, class: &ClassFigures) -> f64 {
    class.requests as f64 / f64::from(sample.span_s.max(1))
}

fn permille(part: u32) -> String {
    format!("{}.{} %", part / 10, part % 10)
}

fn mib(kib: u64) -> String {
    format!("{} MiB", kib / 1024)
}

pub(super) fn figures(figures: &HostFigures) -> View {
    let of = &figures.fine;
    let Some(last) = of.last() else { return View::new() };
    let latencies = latencies(of);
    let processor = small(
        of,
        ("processor", PROCESSOR, " %", None),
        said(
            &format!("Takt {}", permille(last.cpu_permille)),
            &format!("{} {}", MACHINE.get(), permille(last.machine_cpu_permille)),
            figures.cpus,
        ),
        &[TAKT, MACHINE],
        |sample| vec![Some(f64::from(sample.cpu_permille) / 10.0), Some(f64::from(sample.machine_cpu_permille) / 10.0)],
        |sample| vec![permille(sample.cpu_permille), permille(sample.machine_cpu_permille)],
    );
    let memory = small(
        of,
        ("memory", MEMORY, " MiB", None),
        format!(
            "Takt {}; {} {} / {}",
            mib(last.memory_kib),
            FREE.get(),
            mib(last.machine_free_kib),
            mib(figures.machine_memory_kib)
        ),
        &[TAKT],
        |sample| vec![Some(sample.memory_kib as f64 / 1024.0)],
        |sample| vec![mib(sample.memory_kib), mib(sample.machine_free_kib)],
    );
    let requests = small(
        of,
        ("requests", RATE, "", None),
        SHORT
            .iter()
            .zip(&last.classes)
            .map(|(name, class)| format!("{} {:.1}", name.get(), rate(last, class)))
            .collect::<Vec<_>>()
            .join("; "),
        &SHORT,
        |sample| sample.classes.iter().map(|class| Some(rate(sample, class))).collect(),
        |sample| sample.classes.iter().map(|class| format!("{:.1}", rate(sample, class))).collect(),
    );
    let latency = small(
        of,
        ("latency", LATENCY, " ms", None),
        SHORT
            .iter()
            .zip(&last.classes)
            .map(|(name, class)| format!("{} {}", name.get(), micros(class.p95_us)))
            .collect::<Vec<_>>()
            .join("; "),
        &SHORT,
        |sample| {
            sample.classes.iter().map(|class| (class.p95_us > 0).then_some(class.p95_us as f64 / 1000.0)).collect()
        },
        |sample| sample.classes.iter().map(|class| micros(class.p95_us)).collect(),
    );
    let lag = small(
        of,
        ("lag", QUEUE_LAG, " ms", None),
        format!("{} {}; {} {}", LAG.get(), seconds(last.lag_ms), DATABASE.get(), micros(last.database_p95_us)),
        &[LAG, DATABASE],
        |sample| {
            let statements = (sample.database_p95_us > 0).then_some(sample.database_p95_us as f64 / 1000.0);
            vec![Some(sample.lag_ms as f64), statements]
        },
        |sample| vec![seconds(sample.lag_ms), micros(sample.database_p95_us)],
    );
    let parts = vec![processor, memory, requests, latency, lag];
    view! { (latencies) div(class="charts three") { (parts) } }
}

fn said(own: &str, machine: &str, cpus: u32) -> String {
    match app::lang() {
        Lang::Zh => format!("{own};{machine};{cpus} 核"),
        Lang::En => format!("{own}; {machine}; {cpus} processors"),
    }
}

/// One chart of all samples.
fn small(
    of: &[HostSample],
    (name, title, unit, most): (&'static str, Text, &'static str, Option<f64>),
    summary: String,
    lines: &[Text],
    values: impl Fn(&HostSample) -> Vec<Option<f64>>,
    cells: impl Fn(&HostSample) -> Vec<String>,
) -> View {
    let mut head = vec![TIME.get().to_owned()];
    head.extend(lines.iter().map(|line| line.get().to_owned()));
    if name == "memory" {
        head.push(FREE.get().to_owned());
    }
    let inks = ["i3", "i4", "i5"];
    let legend = inks.into_iter().zip(lines).map(|(ink, line)| (ink, line.get().to_owned()));
    let row = |sample: &HostSample| std::iter::once(clock(sample)).chain(cells(sample)).collect();
    let figure = Figure {
        name,
        title,
        summary,
        legend: if lines.len() > 1 { legend.collect() } else { Vec::new() },
        head,
        // The newest first: that is what a reader of the table looks for.
        rows: of.iter().rev().map(row).collect(),
    };
    let names: Vec<String> = of.iter().map(|sample| clock(sample).chars().take(5).collect()).collect();
    let each: Vec<Vec<Option<f64>>> = of.iter().map(values).collect();
    let line = |n: usize| each.iter().map(|values| values.get(n).copied().flatten()).collect();
    let drawn: Vec<Vec<Option<f64>>> = (0..lines.len()).map(line).collect();
    figure::view(figure, move |width| chart::lines(width, 200, &Lines { names: &names, lines: &drawn, unit, most }))
}

/// What a minute had: its requests, and the worst of its samples.
fn latencies(of: &[HostSample]) -> View {
    let minute = of.get(of.len().saturating_sub(MINUTE)..).unwrap_or_default();
    let rows: Vec<_> = CLASSES
        .iter()
        .enumerate()
        .map(|(n, name)| {
            let class = || minute.iter().filter_map(|sample| sample.classes.get(n));
            let sum = |of: fn(&ClassFigures) -> u64| class().map(of).sum::<u64>().to_string();
            let most = |of: fn(&ClassFigures) -> u64| micros(class().map(of).max().unwrap_or(0));
            let cells = [
                sum(|class| class.requests),
                most(|class| class.p50_us),
                most(|class| class.p95_us),
                most(|class| class.p99_us),
                sum(|class| class.refused),
                sum(|class| class.failed),
            ];
            let cells: Vec<_> = cells.into_iter().map(|cell| view! { td { (cell) } }).collect();
            let name = *name;
            view! { tr { th(scope="row") { (name) } (cells) } }
        })
        .collect();
    let at = of.last().map_or_else(String::new, clock);
    view! {
        section(class="card", data-latencies="") {
            h2 { (BY_CLASS) }
            div(class="chart-table", tabindex="0", role="region", aria-label=BY_CLASS) {
                table(class="grid") {
                    thead { tr { th { (CLASS) } th { (REQUESTS) } th { "p50" } th { "p95" } th { "p99" } th { (REFUSED) } th { (FAILED) } } }
                    tbody { (rows) }
                }
            }
            p(class="note") { (at) }
        }
    }
}
