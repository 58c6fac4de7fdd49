//! `takt load PROFILE`: offers a plant what its people would, on time and whether or not it keeps up, and then holds every
//! acknowledged write against the ledger.
//!
//! `load PROFILE URL SECONDS RATE SEED REPORT.html [once]`, where 0 seconds and a rate of 0 mean those of the profile. The PIN of
//! the plant's users stands in `TAKT_PIN`.

mod caller;
mod check;
mod meter;
mod profile;
mod report;
mod run;
mod writes;

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use hdrhistogram::Histogram;
use takt_tests::site::Site;

use caller::Caller;
use check::{Books, judge, read_books};
use profile::{Kind, Profile};
use writes::{Said, Write};

/// How long accepted reports may take to be booked, after the run.
const PATIENCE: Duration = Duration::from_secs(300);

/// How many orders take reports.
const ORDERS: u32 = 24;
/// How many orders others act on. An action waits for the one before it on the same order.
const BUSY_ORDERS: u32 = 48;

/// What was asked for.
struct Wanted {
    profile: &'static Profile,
    target: String,
    time: Duration,
    rate: f64,
    seed: u64,
    report: String,
    /// What is refused is not sent again.
    once: bool,
}

impl Wanted {
    fn read() -> anyhow::Result<Self> {
        let arguments: Vec<_> = std::env::args().skip(1).collect();
        let [name, target, seconds, rate, seed, report, once @ ..] = arguments.as_slice() else {
            bail!("usage: load PROFILE URL SECONDS RATE SEED REPORT.html [once]");
        };
        let profile = Profile::named(name).with_context(|| format!("there is no profile {name}"))?;
        let or = |text: &str, other: f64| text.parse::<f64>().map(|number| if number > 0.0 { number } else { other });
        let time = Duration::from_secs_f64(or(seconds, profile.seconds)?);
        let rate = or(rate, profile.rate)?;
        Ok(Self {
            profile,
            target: target.clone(),
            time,
            rate,
            seed: seed.parse()?,
            report: report.clone(),
            once: once == ["once"],
        })
    }
}

fn main() -> ExitCode {
    match Wanted::read().and_then(|wanted| load(&wanted)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Answers whether all is well.
fn load(wanted: &Wanted) -> anyhow::Result<bool> {
    let Wanted { profile, target, time, rate, seed, report, once } = wanted;
    eprintln!("load: {}: {}", profile.name, profile.about.1);
    let pin = std::env::var("TAKT_PIN").unwrap_or_else(|_| takt_tests::plant::PIN.to_owned());
    let orders = if profile.has(Kind::Report) { ORDERS } else { 0 };
    let busy_orders = if profile.has(Kind::Transition) || profile.has(Kind::Inspection) { BUSY_ORDERS } else { 0 };
    let site = Arc::new(Site::prepare(target, &pin, orders, busy_orders)?);
    let address = target.trim_start_matches("http://").trim_end_matches('/');
    let run = format!("load-{}", &uuid::Uuid::new_v4().simple().to_string()[..12]);
    eprintln!("load: {rate} calls a second at most, {} s, seed {seed} ...", time.as_secs_f64());
    let outcome = run::run(
        Arc::clone(&site),
        Caller::new(address.to_owned(), !once),
        &run,
        profile.arrivals(*rate, *time, *seed),
    )?;
    let writes = outcome.writes.iter().filter(|write| matches!(write.said, Said::Acknowledged(_))).count();
    eprintln!("load: {writes} acknowledged writes are compared with the ledger ...");
    let mut books = read_books(&site, &run);
    let refused = wait_for_receipts(&site, &outcome.writes, &books)?;
    if let Some(refused) = refused {
        books = Books { refused, ..read_books(&site, &run) };
    }
    let verdict = judge(&outcome.writes, &books);
    for fault in verdict
        .lost
        .iter()
        .map(|line| ("lost", line))
        .chain(verdict.doubled.iter().map(|line| ("doubled", line)))
        .chain(verdict.wrong.iter().map(|line| ("wrong", line)))
        .take(20)
    {
        eprintln!("load: {}: {}", fault.0, fault.1);
    }
    let booking = booking_times(&books.booking_ms);
    std::fs::write(report, report::html(wanted, &outcome, &verdict, &booking))
        .with_context(|| format!("{report} cannot be written"))?;
    let all = &outcome.meter.all;
    println!("{}", report::table(&outcome.meter));
    if !booking.is_empty() {
        println!(
            "queued reports: booked after p50 {} ms, p99 {} ms, at most {} ms",
            booking.value_at_quantile(0.5),
            booking.value_at_quantile(0.99),
            booking.max()
        );
    }
    println!("report: {report}");
    println!(
        "{}: {writes} acknowledged writes: lost {}, doubled {}, wrong {}; {} refused on the way, {} later with a reason, {} without an answer",
        profile.name,
        verdict.lost.len(),
        verdict.doubled.len(),
        verdict.wrong.len(),
        all.refused,
        verdict.refused_later,
        all.nothing
    );
    Ok(verdict.is_good())
}

/// Until every accepted report is booked or refused; answers the refused ones, or nothing where all were booked before.
fn wait_for_receipts(site: &Site, writes: &[Write], books: &Books) -> anyhow::Result<Option<BTreeMap<String, String>>> {
    let begun = Instant::now();
    let mut waited = None;
    for write in writes.iter().filter(|write| write.kind == Kind::Report && !books.booked.contains_key(&write.tag)) {
        if let Said::Acknowledged(id) = &write.said {
            let refused: &mut BTreeMap<_, _> = waited.get_or_insert_default();
            if let Some(why) = site.ended(id, PATIENCE.saturating_sub(begun.elapsed()))? {
                refused.insert(id.clone(), why);
            }
        }
    }
    Ok(waited)
}

fn booking_times(times_ms: &[u64]) -> Histogram<u64> {
    let mut histogram = Histogram::new_with_bounds(1, 3_600_000, 3).expect("the bounds are right");
    times_ms.iter().for_each(|ms| histogram.saturating_record((*ms).max(1)));
    histogram
}
