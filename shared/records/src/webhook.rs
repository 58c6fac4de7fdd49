//! Endpoints that are told of events: as they are set, and how far each has been told.
//!
//! What an administrator sets and what delivery writes are records of their own, so neither is in the other's way. Progress is
//! written by one at a time: whoever delivers takes a lease in it by its version.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_api::webhooks::{Channel, DeadDelivery, Delivery, Filter, Webhook, WebhookState};
use takt_domain::text::Lang;
use takt_store::{Event, Record, RecordWrite, StoreError};

use crate::exceptions::newest_first;
use crate::keep::{PLANT_PARENT, kind};

/// The most endpoints of a plant.
pub const ENDPOINTS_MAX: usize = 50;

/// Attempts that are kept of each endpoint; the oldest make room.
pub const DELIVERIES_KEPT: u64 = 200;

/// An endpoint as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub channel: Channel,
    /// Where it is.
    pub url: String,
    /// What a robot gave to sign with; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub channel_secret: String,
    /// An `authorization` header; empty for none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub authorization: String,
    /// Which types of events.
    pub events: Vec<String>,
    /// Which of those.
    #[serde(default)]
    pub filter: Filter,
    /// In which language.
    pub lang: Lang,
    /// What bodies are made of; empty for CloudEvents.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// It is listed no more; its number may be taken anew.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub removed: bool,
    /// What the signing secret is derived with.
    pub salt: String,
    /// The one before, which signs beside it for a while.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<Previous>,
}

/// A secret that is on its way out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Previous {
    /// What it is derived with.
    pub salt: String,
    /// Until when it signs.
    pub until: Timestamp,
}

/// How far an endpoint has been told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Behind which event of the journal; none for its start.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Events before this moment are not told, in milliseconds since 1970.
    #[serde(default)]
    pub since_ms: i64,
    /// Somebody delivers until then, in milliseconds since 1970.
    #[serde(default)]
    pub lease_until_ms: i64,
    /// When the next attempt is due, in milliseconds since 1970.
    #[serde(default)]
    pub next_ms: i64,
    /// When the event that waits was first tried, in milliseconds since 1970; 0 where none waits.
    #[serde(default)]
    pub failing_since_ms: i64,
    /// Attempts that were made so far, which number what is kept of them.
    #[serde(default)]
    pub made: u64,
    /// What people see.
    #[serde(default)]
    pub shown: WebhookState,
}

impl Endpoint {
    /// The record of what was set.
    pub fn record(&self, expected: u64) -> RecordWrite {
        RecordWrite {
            parent: Some(PLANT_PARENT.to_owned()),
            sort: Some(self.name.clone()),
            ..RecordWrite::new(kind::WEBHOOK, &self.id, Some(expected), serde_json::to_value(self).unwrap_or_default())
        }
    }

    /// As people see it, without anything secret.
    pub fn shown(&self, version: u64, progress: &Progress) -> Webhook {
        Webhook {
            id: self.id.clone(),
            version,
            name: self.name.clone(),
            channel: self.channel,
            url: hidden(&self.url),
            has_channel_secret: !self.channel_secret.is_empty(),
            has_authorization: !self.authorization.is_empty(),
            events: self.events.clone(),
            filter: self.filter.clone(),
            lang: self.lang,
            template: self.template.clone(),
            enabled: self.enabled,
            state: progress.shown.clone(),
        }
    }

    /// The salts that sign at a moment, the present one first.
    pub fn salts(&self, now: Timestamp) -> Vec<&str> {
        let previous = self.previous.as_ref().filter(|previous| previous.until > now);
        std::iter::once(self.salt.as_str()).chain(previous.map(|previous| previous.salt.as_str())).collect()
    }
}

impl Progress {
    /// The record of it.
    pub fn record(&self, endpoint: &str, expected: u64) -> RecordWrite {
        RecordWrite {
            parent: Some(PLANT_PARENT.to_owned()),
            ..RecordWrite::new(
                kind::WEBHOOK_PROGRESS,
                endpoint,
                Some(expected),
                serde_json::to_value(self).unwrap_or_default(),
            )
        }
    }

    /// What is kept of an attempt, over the oldest one.
    pub fn delivery(&mut self, endpoint: &str, delivery: &Delivery) -> RecordWrite {
        let place = self.made % DELIVERIES_KEPT;
        self.made += 1;
        RecordWrite {
            state: Some(if delivery.ok { "delivered" } else { "failed" }.to_owned()),
            parent: Some(endpoint.to_owned()),
            // Attempts of one millisecond stand in the order in which they were made.
            sort: Some(format!("{}|{:020}", newest_first(delivery.at.as_millisecond()), u64::MAX - self.made)),
            ..RecordWrite::new(
                kind::WEBHOOK_DELIVERY,
                format!("{endpoint}/{place:04}"),
                None,
                serde_json::to_value(delivery).unwrap_or_default(),
            )
        }
    }
}

/// An event that was given up, with all that it takes to send it again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dead {
    /// What people see of it.
    #[serde(flatten)]
    pub shown: DeadDelivery,
    /// The event.
    pub event: Event,
}

impl Dead {
    /// The id of its record.
    pub fn id(endpoint: &str, event: &str) -> String {
        format!("{endpoint}/{event}")
    }

    /// The record.
    pub fn record(&self, endpoint: &str, expected: Option<u64>) -> RecordWrite {
        RecordWrite {
            state: Some(self.shown.state.as_str().to_owned()),
            parent: Some(endpoint.to_owned()),
            sort: Some(newest_first(self.shown.given_up_at.as_millisecond())),
            ..RecordWrite::new(
                kind::WEBHOOK_DEAD,
                Self::id(endpoint, &self.event.id),
                expected,
                serde_json::to_value(self).unwrap_or_default(),
            )
        }
    }
}

/// What was set of an endpoint, and its version.
pub fn endpoint(record: &Record) -> Result<(Endpoint, u64), StoreError> {
    Ok((record.parse()?, record.version))
}

/// An address without what may be a secret in it: its query, and the last part of its path. Robots have their keys there.
pub fn hidden(url: &str) -> String {
    let (address, has_query) = match url.split_once('?') {
        Some((address, _)) => (address, true),
        None => (url, false),
    };
    let start = address.find("://").map_or(0, |at| at + 3);
    // The name and password before a host are secrets as well.
    let host_at = address[start..].find('/').map_or(address.len(), |at| start + at);
    let host = &address[start..host_at];
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let path = &address[host_at..];
    let shown = match path.rsplit_once('/') {
        Some((before, last)) if last.len() >= 16 => format!("{before}/…"),
        _ => path.to_owned(),
    };
    format!("{}{host}{shown}{}", &address[..start], if has_query { "?…" } else { "" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_secret_in_an_address_is_not_shown() {
        for (url, shown) in [
            (
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=693a91f6",
                "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?…",
            ),
            (
                "https://open.feishu.cn/open-apis/bot/v2/hook/6d2f1c4e-0000-4000-8000-000000000000",
                "https://open.feishu.cn/open-apis/bot/v2/hook/…",
            ),
            ("http://erp.example:8080/takt", "http://erp.example:8080/takt"),
            ("https://user:word@erp.example/in", "https://erp.example/in"),
            ("https://erp.example", "https://erp.example"),
        ] {
            assert_eq!(hidden(url), shown);
        }
    }

    #[test]
    fn the_previous_secret_signs_until_its_time_is_over() {
        let at = |text: &str| text.parse::<Timestamp>().unwrap_or_default();
        let endpoint = Endpoint {
            id: "e".into(),
            name: "E".into(),
            channel: Channel::Generic,
            url: "http://e".into(),
            channel_secret: String::new(),
            authorization: String::new(),
            events: vec!["*".into()],
            filter: Filter::default(),
            lang: Lang::Zh,
            template: String::new(),
            enabled: true,
            removed: false,
            salt: "new".into(),
            previous: Some(Previous { salt: "old".into(), until: at("2026-03-02T08:00:00Z") }),
        };
        assert_eq!(endpoint.salts(at("2026-03-02T07:59:59Z")), ["new", "old"]);
        assert_eq!(endpoint.salts(at("2026-03-02T08:00:00Z")), ["new"]);
    }
}
