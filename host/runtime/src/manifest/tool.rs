//! `[application.tool.takt]`: limits. Spin ignores the table, so an application that has one still runs there.
//!
//! ```toml
//! [application.tool.takt.limits]
//! memory_mib = 128
//! run_time_ms = 30000
//!
//! [application.tool.takt.component.identity]
//! requests_at_once = 1
//! ```
//! ```toml
//! # Calls that are refused when there is too much to do; every other one is of the first class.
//! [application.tool.takt.priority]
//! second = ["GET /orders", "GET /board"]
//! third = ["GET /insight/..."]
//!
//! # How often one caller may ask, and the headers that tell callers apart.
//! [application.tool.takt.rate]
//! requests_per_s = 50
//! burst = 200
//! headers = ["authorization", "device"]
//! ```
//! Other keys of the table belong to other readers and are left alone.

use super::section::Section;
use crate::error::LoadError;
use crate::options::Limits;
use std::collections::BTreeMap;

#[derive(Clone, Debug, Default)]
pub struct Takt {
    pub limits: Limits,
    pub components: BTreeMap<String, ComponentLimits>,
    /// Calls of the second and of the third class: `GET /orders/...`.
    pub priority: [Vec<Call>; 2],
    pub rate: Option<Rate>,
}

/// A call as the manifest names it, with its line there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    pub method: String,
    pub route: String,
    pub line: usize,
}

/// How often one caller may ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    pub requests_per_s: u32,
    /// How many at once after a rest.
    pub burst: u32,
    /// Tell callers apart; where none is there, the address does.
    pub headers: Vec<String>,
}

/// What one component has otherwise than the rest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ComponentLimits {
    pub memory_mib: Option<u32>,
    pub run_time_ms: Option<u64>,
    pub requests_per_instance: Option<usize>,
    pub requests_at_once: Option<usize>,
    pub idle_ms: Option<u64>,
}

impl Takt {
    pub(super) fn parse(section: Option<Section>) -> Result<Self, LoadError> {
        let Some(section) = section else { return Ok(Self::default()) };
        let limits = match section.section("limits")? {
            Some(limits) => parse_limits(&limits)?,
            None => Limits::default(),
        };
        let mut components = BTreeMap::new();
        if let Some(entries) = section.section("component")? {
            for name in entries.keys() {
                components.insert(name.clone(), ComponentLimits::parse(&entries.required_section(&name)?)?);
            }
        }
        let priority = match section.section("priority")? {
            Some(priority) => {
                priority.only(&["second", "third"])?;
                [calls(&priority, "second")?, calls(&priority, "third")?]
            }
            None => Default::default(),
        };
        let rate = section.section("rate")?.map(|rate| parse_rate(&rate)).transpose()?;
        Ok(Self { limits, components, priority, rate })
    }
}

fn calls(section: &Section, key: &str) -> Result<Vec<Call>, LoadError> {
    let read = |text: String| {
        let Some((method, route)) = text.split_once(' ') else {
            return Err(section.error(key, &format!("`{text}` must be a method and a route")));
        };
        Ok(Call { method: method.to_owned(), route: route.to_owned(), line: section.line() })
    };
    section.strings(key)?.into_iter().map(read).collect()
}

fn parse_rate(section: &Section) -> Result<Rate, LoadError> {
    section.only(&["requests_per_s", "burst", "headers"])?;
    let needed = |key: &str| section.count(key)?.ok_or_else(|| section.error(key, &format!("`{key}` is missing")));
    Ok(Rate {
        requests_per_s: needed("requests_per_s")?,
        burst: needed("burst")?,
        headers: section.strings("headers")?,
    })
}

fn parse_limits(section: &Section) -> Result<Limits, LoadError> {
    section.only(&[
        "memory_mib",
        "run_time_ms",
        "request_body_kib",
        "connections",
        "requests",
        "wait_ms",
        "requests_per_instance",
        "requests_at_once",
        "idle_ms",
        "drain_ms",
        "threads",
    ])?;
    Ok(Limits {
        memory_mib: section.count("memory_mib")?,
        run_time_ms: section.count("run_time_ms")?,
        request_body_kib: section.count("request_body_kib")?,
        connections: section.count("connections")?,
        requests: section.count("requests")?,
        wait_ms: section.count("wait_ms")?,
        requests_per_instance: section.count("requests_per_instance")?,
        requests_at_once: section.count("requests_at_once")?,
        idle_ms: section.count("idle_ms")?,
        drain_ms: section.count("drain_ms")?,
        threads: section.count("threads")?,
    })
}

impl ComponentLimits {
    fn parse(section: &Section) -> Result<Self, LoadError> {
        section.only(&["memory_mib", "run_time_ms", "requests_per_instance", "requests_at_once", "idle_ms"])?;
        Ok(Self {
            memory_mib: section.count("memory_mib")?,
            run_time_ms: section.count("run_time_ms")?,
            requests_per_instance: section.count("requests_per_instance")?,
            requests_at_once: section.count("requests_at_once")?,
            idle_ms: section.count("idle_ms")?,
        })
    }

    /// The same as overrides of the application's limits.
    pub fn as_limits(&self) -> Limits {
        Limits {
            memory_mib: self.memory_mib,
            run_time_ms: self.run_time_ms,
            requests_per_instance: self.requests_per_instance,
            requests_at_once: self.requests_at_once,
            idle_ms: self.idle_ms,
            ..Limits::default()
        }
    }
}
