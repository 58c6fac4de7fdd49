//! The result: a table for the terminal, and one HTML file that needs nothing else.

use std::fmt::Write as _;

use hdrhistogram::Histogram;

use crate::Wanted;
use crate::check::Verdict;
use crate::meter::{Meter, Tally};
use crate::run::Outcome;

const STYLE: &str = include_str!("report.css");
const WIDTH: f64 = 960.0;
const HEIGHT: f64 = 260.0;
/// Room for the numbers beside a curve.
const LEFT: f64 = 64.0;
const BELOW: f64 = 28.0;
const RIGHT: f64 = 940.0;
const QUANTILES: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// As Markdown.
pub(crate) fn table(meter: &Meter) -> String {
    let mut text =
        String::from("| call | offered | done | refused | sent again | p50 ms | p90 | p99 | p99.9 | max |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|\n");
    for (name, tally) in rows(meter) {
        let cells = cells(tally);
        let _ = writeln!(text, "| {} | {} |", name.1, cells.join(" | "));
    }
    text
}

fn rows(meter: &Meter) -> Vec<((&'static str, &'static str), &Tally)> {
    let used = meter.kinds.iter().filter(|(_, tally)| tally.offered > 0);
    used.map(|(kind, tally)| (kind.names(), tally)).chain([(("合计", "all"), &meter.all)]).collect()
}

fn cells(tally: &Tally) -> Vec<String> {
    let counts = [tally.offered, tally.done, tally.refused + tally.nothing, tally.again];
    let latencies = QUANTILES.iter().map(|quantile| tally.millis(*quantile)).chain([tally.latency.max() as f64 / 1e3]);
    counts.iter().map(u64::to_string).chain(latencies.map(|ms| format!("{ms:.1}"))).collect()
}

/// The whole page.
pub(crate) fn html(wanted: &Wanted, outcome: &Outcome, verdict: &Verdict, booking: &Histogram<u64>) -> String {
    let meter = &outcome.meter;
    let name = wanted.profile.name;
    let good = if verdict.is_good() { "good" } else { "bad" };
    let rate = meter.all.done as f64 / outcome.took.as_secs_f64().max(0.001);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut page = format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>Takt 压测 {name}</title><style>{STYLE}</style><main><h1>压测报告 <small>Load report</small> {name}</h1>\
         <p>{} <small>{}</small></p><div class=\"cards\">",
        wanted.profile.about.0, wanted.profile.about.1
    );
    for (zh, en, number, class) in [
        ("丢失", "lost", verdict.lost.len().to_string(), good),
        ("重复", "doubled", verdict.doubled.len().to_string(), good),
        ("错误", "wrong", verdict.wrong.len().to_string(), good),
        ("完成/秒", "done per second", format!("{rate:.0}"), ""),
        ("p50", "half are faster", format!("{:.1} ms", meter.all.millis(0.5)), ""),
        ("p99", "99 of 100 are faster", format!("{:.1} ms", meter.all.millis(0.99)), ""),
    ] {
        let _ = write!(page, "<div class=\"card {class}\"><b>{number}</b>{zh}<small>{en}</small></div>");
    }
    page.push_str("</div><h2>各类调用 <small>Calls, in ms from the wish to the answer</small></h2><div class=\"wide\"><table><tr>");
    for head in ["调用", "应发 offered", "完成 done", "未成 refused", "重发 again", "p50", "p90", "p99", "p99.9", "max"]
    {
        let _ = write!(page, "<th>{head}</th>");
    }
    for (name, tally) in rows(meter) {
        let _ = write!(page, "<tr><td>{} <small>{}</small></td>", name.0, name.1);
        for cell in cells(tally) {
            let _ = write!(page, "<td>{cell}</td>");
        }
    }
    page.push_str("</table></div>");
    let latency = |quantile: f64| meter.seconds.iter().map(|second| second.millis(quantile)).collect::<Vec<_>>();
    let count = |of: fn(&Tally) -> u64| meter.seconds.iter().map(|second| of(second) as f64).collect::<Vec<_>>();
    page.push_str("<h2>延迟随时间 <small>Latency by the second of the wish</small></h2>");
    page.push_str(&over_time(&[("p99", latency(0.99)), ("p50", latency(0.5))], "ms"));
    page.push_str("<h2>每秒数量 <small>Offered and done, by the second of the wish</small></h2>");
    page.push_str(&over_time(&[("应发 offered", count(|s| s.offered)), ("完成 done", count(|s| s.done))], ""));
    page.push_str("<h2>延迟分布 <small>How many are faster</small></h2>");
    page.push_str(&by_quantile(meter));
    if !booking.is_empty() {
        let _ = write!(
            page,
            "<p>排队报工入账 <small>queued reports were booked after</small> p50 {} ms · p99 {} ms · max {} ms</p>",
            booking.value_at_quantile(0.5),
            booking.value_at_quantile(0.99),
            booking.max()
        );
    }
    for line in verdict.lost.iter().chain(&verdict.doubled).chain(&verdict.wrong).take(100) {
        let _ = write!(page, "<p class=\"fault\">{}</p>", escaped(line));
    }
    let _ = write!(
        page,
        "<p><small>{cores} 核 cores · {} · {:.0} s · 最高 at most {}/s · 种子 seed {} · 目标 target {}</small></p></main></html>",
        std::env::consts::ARCH,
        wanted.time.as_secs_f64(),
        wanted.rate,
        wanted.seed,
        escaped(&wanted.target)
    );
    page
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// A round number that is not below this one.
fn round_up(number: f64) -> f64 {
    let size = 10_f64.powf(number.max(1.0).log10().floor());
    [1.0, 2.0, 5.0, 10.0].iter().map(|step| step * size).find(|round| *round >= number).unwrap_or(number)
}

fn frame(top: f64, unit: &str) -> String {
    let mut svg = format!("<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\">", HEIGHT + BELOW);
    for part in 0..=4 {
        let y = HEIGHT * f64::from(part) / 4.0 * 0.94 + HEIGHT * 0.06;
        let value = top * (1.0 - f64::from(part) / 4.0);
        let shown = if top % 4.0 == 0.0 { format!("{value:.0}") } else { format!("{value:.1}") };
        let _ = write!(
            svg,
            "<line class=\"grid\" x1=\"{LEFT}\" x2=\"{RIGHT}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>\
             <text class=\"left\" x=\"{}\" y=\"{:.1}\">{shown} {unit}</text>",
            LEFT - 6.0,
            y + 4.0
        );
    }
    svg
}

fn y(value: f64, top: f64) -> f64 {
    HEIGHT * 0.06 + HEIGHT * 0.94 * (1.0 - (value / top).min(1.0))
}

fn line(class: usize, points: impl Iterator<Item = (f64, f64)>) -> String {
    let points: Vec<_> = points.map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
    format!("<polyline class=\"curve c{class}\" points=\"{}\"/>", points.join(" "))
}

fn over_time(curves: &[(&str, Vec<f64>)], unit: &str) -> String {
    let top = round_up(curves.iter().flat_map(|(_, values)| values).copied().fold(0.0, f64::max));
    let length = curves.first().map_or(0, |(_, values)| values.len());
    let x = |second: usize| LEFT + (RIGHT - LEFT) * second as f64 / (length.max(2) - 1) as f64;
    let mut svg = frame(top, unit);
    for (class, (name, values)) in curves.iter().enumerate() {
        svg.push_str(&line(class, values.iter().enumerate().map(|(second, value)| (x(second), y(*value, top)))));
        let at = WIDTH - 150.0;
        let _ = write!(svg, "<text class=\"t{class}\" x=\"{at}\" y=\"{}\">{name}</text>", 30 + 20 * class);
    }
    let step = (length / 8).max(1);
    for second in (0..length).step_by(step) {
        let _ = write!(svg, "<text class=\"mid\" x=\"{:.1}\" y=\"{}\">{second} s</text>", x(second), HEIGHT + 20.0);
    }
    svg + "</svg>"
}

/// The scale across is that of the HDR histograms: each step is ten times rarer.
fn by_quantile(meter: &Meter) -> String {
    let nines = 4.0;
    let x = |quantile: f64| LEFT + (RIGHT - LEFT) * (-(1.0 - quantile).log10()).min(nines) / nines;
    let quantiles: Vec<f64> = (0..=160).map(|step| 1.0 - 10_f64.powf(-f64::from(step) * nines / 160.0)).collect();
    let top = round_up(meter.all.millis(1.0 - 10_f64.powf(-nines)));
    let mut svg = frame(top, "ms");
    svg.push_str(&line(0, quantiles.iter().map(|quantile| (x(*quantile), y(meter.all.millis(*quantile), top)))));
    for (quantile, name) in [(0.0, "0"), (0.9, "90 %"), (0.99, "99 %"), (0.999, "99.9 %"), (0.9999, "99.99 %")] {
        let class = if quantile > 0.999 { "left" } else { "mid" };
        let _ = write!(svg, "<text class=\"{class}\" x=\"{:.1}\" y=\"{}\">{name}</text>", x(quantile), HEIGHT + 20.0);
    }
    svg + "</svg>"
}
