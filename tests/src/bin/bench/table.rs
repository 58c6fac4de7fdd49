//! The result, as Markdown.

use std::time::Duration;

use crate::load::Outcome;

/// One call, both ways.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) native: Outcome,
    pub(crate) wasm: Outcome,
    pub(crate) aim: f64,
}

pub(crate) fn print(rows: &[Row], instance_start: Duration, rest_kib: u64, busy_kib: u64) {
    println!("| call | native/s | p50 | p99 | takt/s | p50 | p99 | ratio | aim |");
    println!("|---|---|---|---|---|---|---|---|---|");
    for Row { name, native, wasm, aim } in rows {
        let ratio = wasm.per_second() / native.per_second();
        println!("| {name} | {} | {} | {ratio:.2} | {aim:.1} |", columns(native), columns(wasm));
        if native.bad + wasm.bad > 0 {
            println!("| {name}: not 2xx | {} | | | {} | | | | |", native.bad, wasm.bad);
        }
    }
    println!();
    println!("| | found | aim |");
    println!("|---|---|---|");
    println!("| instance start | {:.2} ms | under 1 ms |", instance_start.as_secs_f64() * 1e3);
    println!("| memory at rest | {} MiB | under 120 MiB |", rest_kib / 1024);
    println!("| memory after the runs | {} MiB | |", busy_kib / 1024);
}

fn columns(outcome: &Outcome) -> String {
    let millis = |quantile| outcome.latency.value_at_quantile(quantile) as f64 / 1e3;
    format!("{:.0} | {:.2} ms | {:.2} ms", outcome.per_second(), millis(0.5), millis(0.99))
}
