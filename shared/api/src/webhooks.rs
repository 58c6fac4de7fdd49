//! Webhooks: who is told what of the plant's events, and what became of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::text::Lang;

/// How an endpoint is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Channel {
    /// Any HTTP server: CloudEvents signed as in Standard Webhooks, or what the template makes of an event.
    Generic,
    /// A robot of a WeCom group (企业微信).
    Wecom,
    /// A robot of a DingTalk group (钉钉).
    Dingtalk,
    /// A robot of a Feishu group (飞书).
    Feishu,
}

impl Channel {
    /// All of them, in the order in which people list them.
    pub const ALL: [Self; 4] = [Self::Wecom, Self::Dingtalk, Self::Feishu, Self::Generic];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Generic => "generic",
            Self::Wecom => "wecom",
            Self::Dingtalk => "dingtalk",
            Self::Feishu => "feishu",
        }
    }

    /// The name that people read.
    pub fn label(self, lang: Lang) -> &'static str {
        match self {
            Self::Generic => lang.pick("通用 Webhook", "Generic webhook"),
            Self::Wecom => lang.pick("企业微信群机器人", "WeCom group robot"),
            Self::Dingtalk => lang.pick("钉钉群机器人", "DingTalk robot"),
            Self::Feishu => lang.pick("飞书群机器人", "Feishu robot"),
        }
    }

    /// True where people read it: messages in words instead of documents.
    pub fn is_chat(self) -> bool {
        self != Self::Generic
    }
}

/// Which events of a type are told: those about one of these. What an event says nothing of is no reason to leave it out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Filter {
    /// Lines; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lines: Vec<String>,
    /// Of alerts: `critical`, `warning`, `notice`; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub severities: Vec<String>,
    /// Items; empty for all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<String>,
}

/// `PUT /api/v1/webhooks/{webhook}`: makes or changes an endpoint. A new one is told what happens from then on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutWebhook {
    /// The version that was read; 0 for a new one.
    pub version: u64,
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub channel: Channel,
    /// `http` or `https`. Left out: stays as it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The secret that a DingTalk or Feishu robot gave. Left out: stays as it is; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_secret: Option<String>,
    /// The `authorization` header that a generic endpoint wants. Left out: stays as it is; empty: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub authorization: Option<String>,
    /// Types of events without their version (`order.completed`), beginnings of them (`order.*`), or `*`.
    pub events: Vec<String>,
    /// Which of those.
    #[serde(default)]
    pub filter: Filter,
    /// In which language people are told.
    #[serde(default)]
    pub lang: Lang,
    /// The body that a generic endpoint gets instead of a CloudEvent, a JSON document with `{title}`, `{text}`, `{id}`, `{type}`,
    /// `{subject}`, `{time}` and `{phone}` in its texts; with `{phone}` there is a request for each number. Empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// False: nothing is sent, and what happens meanwhile is sent later.
    pub enabled: bool,
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Webhook {
    /// Its id.
    pub id: String,
    /// The version of what was set.
    pub version: u64,
    /// What people call it.
    pub name: String,
    /// How it is spoken to.
    pub channel: Channel,
    /// Where it is; what may be a secret in it is hidden.
    pub url: String,
    /// Whether a secret of the channel is kept.
    pub has_channel_secret: bool,
    /// Whether an `authorization` header is kept.
    pub has_authorization: bool,
    /// Of which events it is told.
    pub events: Vec<String>,
    /// Which of those.
    #[serde(default)]
    pub filter: Filter,
    /// In which language.
    pub lang: Lang,
    /// What bodies are made of, where it is no CloudEvent.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub template: String,
    /// Whether anything is sent.
    pub enabled: bool,
    /// How it goes.
    pub state: WebhookState,
}

/// How it goes with an endpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookState {
    /// Events that were taken.
    pub delivered: u64,
    /// Events that were given up.
    pub dead: u64,
    /// When something was taken last.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub last_ok_at: Option<Timestamp>,
    /// When the oldest event that waits happened; none where all are taken.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub waiting_since: Option<Timestamp>,
    /// Attempts on that one that failed.
    #[serde(default)]
    pub attempts: u32,
    /// When it is tried again.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub next_at: Option<Timestamp>,
    /// Why the last attempt failed.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub last_error: String,
}

/// `GET` and `POST /api/v1/webhooks/{webhook}/secret`: what signs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookSecret {
    /// Signs from now on.
    pub secret: String,
    /// Signs beside it until it is withdrawn by the next rotation, or a day is over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous: Option<String>,
    /// Until when.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub previous_until: Option<Timestamp>,
}

/// What a call takes that needs no more than to be made: to rotate a secret, to test, to send a dead letter again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Nothing {}

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Delivery {
    /// When.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub at: Timestamp,
    /// The `webhook-id`: the same for every attempt.
    pub id: String,
    /// The events that were in it, by type; the first where there were many.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What the first is about.
    pub subject: String,
    /// How many events were in it.
    pub events: u32,
    /// Which attempt.
    pub attempt: u32,
    /// HTTP status; none where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Whether it was taken.
    pub ok: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// What becomes of a dead letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum DeadState {
    /// It lies there.
    Open,
    /// It is to be sent again.
    Replaying,
    /// It was taken after all.
    Delivered,
}

impl DeadState {
    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Replaying => "replaying",
            Self::Delivered => "delivered",
        }
    }
}

/// An event that an endpoint did not take for three days, or that was refused for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeadDelivery {
    /// The event's id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub event_type: String,
    /// What it is about.
    pub subject: String,
    /// When it happened.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub time: Timestamp,
    /// When it was given up.
    #[serde(deserialize_with = "takt_domain::time::timestamp")]
    pub given_up_at: Timestamp,
    /// Why.
    pub error: String,
    /// What becomes of it.
    pub state: DeadState,
}

/// `POST /api/v1/webhooks/{webhook}/replay`: everything since then is told again, under the same ids.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ReplayWebhook {
    /// Events of that moment and later ones; left out: the whole journal.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub since: Option<Timestamp>,
}

/// `POST /api/v1/webhooks/{webhook}/test`: what came of one message that says that it is a test.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WebhookTest {
    /// Whether it was taken.
    pub ok: bool,
    /// HTTP status; none where no answer came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// How long it took, in milliseconds.
    pub took_ms: u64,
    /// Why not.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub detail: String,
}

/// By which telephone number somebody is called in a chat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Contact {
    /// Who.
    pub user: takt_domain::id::UserId,
    /// Digits, with a plus before them where there is one.
    pub phone: String,
}

/// `PUT /api/v1/contacts/{user}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutContact {
    /// Digits, with a plus before them where there is one; empty: none any more.
    pub phone: String,
}
