//! How a message is said to each kind of endpoint, and what its answer means.
//!
//! Sources: the robots' documents of WeCom (<https://developer.work.weixin.qq.com/document/path/91770>), DingTalk
//! (<https://open.dingtalk.com/document/robots/custom-robot-access>) and Feishu
//! (<https://open.feishu.cn/document/client-docs/bot-v3/add-custom-bot>).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use takt_api::webhooks::Channel;

use crate::sign::{hmac, signature};
use crate::words::Told;

/// The most bytes of a message to a group: what the smallest of them takes, less what stands around it.
pub const MESSAGE_BYTES_MAX: usize = 1_900;

/// A robot takes 20 messages a minute: so much lies between two, and what happens meanwhile goes into one.
pub const SPACING_MS: i64 = 3_100;

/// What is to be said.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// Unique, and the same for each attempt.
    pub id: &'a str,
    /// When it is sent, in seconds since 1970.
    pub now_s: i64,
    /// In words, one for each event.
    pub told: &'a [Told],
    /// As a document: the one event of a generic endpoint.
    pub document: &'a Value,
    /// The telephone numbers of those whom it concerns.
    pub phones: &'a [String],
}

/// Where something goes, and how.
#[derive(Clone, Debug)]
pub struct Endpoint<'a> {
    /// What it speaks.
    pub channel: Channel,
    /// Where it is.
    pub url: &'a str,
    /// What the channel signs with; empty where it does not.
    pub channel_secret: &'a str,
    /// An `authorization` header; empty for none.
    pub authorization: &'a str,
    /// A body of its own; empty for a CloudEvent.
    pub template: &'a str,
    /// The secrets that sign.
    pub secrets: &'a [String],
}

/// A request that is ready to go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Where to, signed where the channel has it there.
    pub url: String,
    /// Headers.
    pub headers: Vec<(&'static str, String)>,
    /// JSON.
    pub body: String,
}

/// The requests that say a message: one, or one for each number where a template names a `{phone}`.
pub fn prepare(endpoint: &Endpoint<'_>, message: &Message<'_>) -> Vec<Prepared> {
    let json = |url: String, body: &Value| {
        vec![Prepared { url, headers: vec![("content-type", "application/json".into())], body: body.to_string() }]
    };
    match endpoint.channel {
        Channel::Wecom => json(endpoint.url.to_owned(), &wecom(message)),
        Channel::Dingtalk => json(dingtalk_url(endpoint, message.now_s), &dingtalk(message)),
        Channel::Feishu => json(endpoint.url.to_owned(), &feishu(endpoint, message)),
        Channel::Generic if endpoint.template.is_empty() => {
            vec![generic(endpoint, message.id, message, message.document.to_string(), "application/cloudevents+json")]
        }
        Channel::Generic => templated(endpoint, message),
    }
}

fn generic(endpoint: &Endpoint<'_>, id: &str, message: &Message<'_>, body: String, media: &str) -> Prepared {
    let mut headers = vec![
        ("content-type", media.to_owned()),
        ("webhook-id", id.to_owned()),
        ("webhook-timestamp", message.now_s.to_string()),
        ("webhook-signature", signature(endpoint.secrets, id, message.now_s, &body)),
    ];
    if !endpoint.authorization.is_empty() {
        headers.push(("authorization", endpoint.authorization.to_owned()));
    }
    Prepared { url: endpoint.url.to_owned(), headers, body }
}

fn templated(endpoint: &Endpoint<'_>, message: &Message<'_>) -> Vec<Prepared> {
    let Ok(template) = serde_json::from_str::<Value>(endpoint.template) else { return Vec::new() };
    let by_phone = endpoint.template.contains("{phone}");
    let phones: Vec<&str> = if by_phone { message.phones.iter().map(String::as_str).collect() } else { vec![""] };
    let text = |name: &str| message.document.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let title = message.told.first().map(|told| told.title.clone()).unwrap_or_default();
    let words = message.told.iter().map(Told::plain).collect::<Vec<_>>().join("\n");
    let known = [
        ("{title}", title),
        ("{text}", words),
        ("{id}", message.id.to_owned()),
        ("{type}", text("type")),
        ("{subject}", text("subject")),
        ("{time}", text("time")),
    ];
    let one = |phone: &str| {
        let fill = |given: &str| {
            // One pass for each name, and what was put in is not looked at again: a text may hold braces.
            let mut parts = vec![(given.to_owned(), false)];
            for (name, value) in known.iter().map(|(name, value)| (*name, value.as_str())).chain([("{phone}", phone)]) {
                parts = parts.into_iter().flat_map(|part| split(part, name, value)).collect();
            }
            parts.into_iter().map(|(text, _)| text).collect::<String>()
        };
        let id = if by_phone { format!("{}.{phone}", message.id) } else { message.id.to_owned() };
        generic(endpoint, &id, message, filled(&template, &fill).to_string(), "application/json")
    };
    phones.into_iter().map(one).collect()
}

/// A part in which a name stands becomes what is before it, the value, and what is behind it.
fn split((text, is_done): (String, bool), name: &str, value: &str) -> Vec<(String, bool)> {
    if is_done {
        return vec![(text, true)];
    }
    let mut parts = Vec::new();
    for (n, piece) in text.split(name).enumerate() {
        if n > 0 {
            parts.push((value.to_owned(), true));
        }
        parts.push((piece.to_owned(), false));
    }
    parts
}

/// The same document with its texts filled.
fn filled(value: &Value, fill: &impl Fn(&str) -> String) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text)),
        Value::Array(all) => all.iter().map(|value| filled(value, fill)).collect(),
        Value::Object(fields) => {
            Value::Object(fields.iter().map(|(name, value)| (name.clone(), filled(value, fill))).collect())
        }
        other => other.clone(),
    }
}

/// The messages below each other, as many as fit, and how many do not.
fn joined(told: &[Told], line: impl Fn(&Told) -> String) -> String {
    let mut text = String::new();
    for (n, told_one) in told.iter().enumerate() {
        let next = line(told_one);
        let more = told.len() - n;
        if !text.is_empty() && text.len() + next.len() > MESSAGE_BYTES_MAX {
            text.push_str(&format!("\n\n… +{more}"));
            return text;
        }
        if n > 0 {
            text.push_str("\n\n");
        }
        text.push_str(cut(&next, MESSAGE_BYTES_MAX));
    }
    text
}

fn cut(text: &str, most: usize) -> &str {
    &text[..text.floor_char_boundary(most)]
}

fn markdown(told: &Told) -> String {
    let mut text = format!("**{}**", told.title);
    for line in &told.lines {
        text.push_str(&format!("\n> {line}"));
    }
    text
}

fn wecom(message: &Message<'_>) -> Value {
    if message.phones.is_empty() {
        return json!({"msgtype": "markdown", "markdown": {"content": joined(message.told, markdown)}});
    }
    // Only a text mentions people by their numbers.
    let content = joined(message.told, Told::plain);
    json!({"msgtype": "text", "text": {"content": content, "mentioned_mobile_list": message.phones}})
}

fn dingtalk_url(endpoint: &Endpoint<'_>, now_s: i64) -> String {
    if endpoint.channel_secret.is_empty() {
        return endpoint.url.to_owned();
    }
    let timestamp = now_s * 1_000;
    let signed =
        hmac(endpoint.channel_secret.as_bytes(), format!("{timestamp}\n{}", endpoint.channel_secret).as_bytes());
    let sign = STANDARD.encode(signed);
    let join = if endpoint.url.contains('?') { '&' } else { '?' };
    format!("{}{join}timestamp={timestamp}&sign={}", endpoint.url, utf8_percent_encode(&sign, NON_ALPHANUMERIC))
}

fn dingtalk(message: &Message<'_>) -> Value {
    let title = message.told.first().map(|told| told.title.as_str()).unwrap_or_default();
    let mut text = joined(message.told, markdown);
    // Who is named in `at` is only called where the text names them too.
    for phone in message.phones {
        text.push_str(&format!(" @{phone}"));
    }
    json!({
        "msgtype": "markdown", "markdown": {"title": title, "text": text},
        "at": {"atMobiles": message.phones, "isAtAll": false},
    })
}

fn feishu(endpoint: &Endpoint<'_>, message: &Message<'_>) -> Value {
    let title = message.told.first().map(|told| told.title.as_str()).unwrap_or_default();
    let worst = message.told.iter().any(|told| told.is_critical);
    let mut body = json!({
        "msg_type": "interactive",
        "card": {
            "header": {"title": {"tag": "plain_text", "content": title}, "template": if worst { "red" } else { "blue" }},
            "elements": [{"tag": "markdown", "content": joined(message.told, markdown)}],
        },
    });
    if !endpoint.channel_secret.is_empty() {
        let key = format!("{}\n{}", message.now_s, endpoint.channel_secret);
        body["timestamp"] = json!(message.now_s.to_string());
        body["sign"] = json!(STANDARD.encode(hmac(key.as_bytes(), b"")));
    }
    body
}

/// Whether an answer means that a message was taken; else why not. Robots answer 200 and say in the body that they did not.
pub fn judge(channel: Channel, status: u16, body: &str) -> Result<(), String> {
    if !(200..300).contains(&status) {
        return Err(match status {
            300..400 => format!("HTTP {status}: a redirect is not followed"),
            _ => format!("HTTP {status}"),
        });
    }
    if !channel.is_chat() {
        return Ok(());
    }
    let Ok(answer) = serde_json::from_str::<Value>(body) else { return Err(format!("HTTP {status}, and no JSON")) };
    let code = ["errcode", "code", "StatusCode"].iter().find_map(|name| answer.get(*name)?.as_i64());
    match code {
        Some(0) => Ok(()),
        Some(code) => {
            let said = ["errmsg", "msg", "StatusMessage"].iter().find_map(|name| answer.get(*name)?.as_str());
            Err(format!("{code} {}", cut(said.unwrap_or_default(), 200)))
        }
        None => Err(format!("HTTP {status}, and no code")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(title: &str) -> Told {
        Told { title: title.into(), lines: vec!["二线 L2".into(), "缺料".into()], is_critical: true }
    }

    fn endpoint(channel: Channel) -> Endpoint<'static> {
        Endpoint { channel, url: "https://x/hook", channel_secret: "", authorization: "", template: "", secrets: &[] }
    }

    fn say(endpoint: &Endpoint<'_>, told: &[Told], phones: &[&str]) -> Vec<Prepared> {
        let phones: Vec<_> = phones.iter().map(|phone| (*phone).to_owned()).collect();
        let document = json!({"id": "e1", "type": "takt.alert.raised.v1", "subject": "a", "time": "t"});
        prepare(endpoint, &Message { id: "e1", now_s: 1_700_000_000, told, document: &document, phones: &phones })
    }

    fn body(prepared: &[Prepared]) -> Value {
        serde_json::from_str(&prepared[0].body).unwrap_or_default()
    }

    #[test]
    fn a_group_reads_all_that_happened_in_one_message_and_who_is_meant_is_called() {
        let plain = body(&say(&endpoint(Channel::Wecom), &[told("甲"), told("乙")], &[]));
        assert_eq!(plain["markdown"]["content"], "**甲**\n> 二线 L2\n> 缺料\n\n**乙**\n> 二线 L2\n> 缺料");
        let called = body(&say(&endpoint(Channel::Wecom), &[told("甲")], &["13800000000"]));
        assert_eq!(called["text"], json!({"content": "甲\n二线 L2\n缺料", "mentioned_mobile_list": ["13800000000"]}));
        let called = body(&say(&endpoint(Channel::Dingtalk), &[told("甲")], &["13800000000"]));
        assert_eq!(called["at"]["atMobiles"], json!(["13800000000"]));
        assert!(called["markdown"]["text"].as_str().is_some_and(|text| text.ends_with("@13800000000")));
    }

    #[test]
    fn a_message_never_grows_beyond_what_a_group_takes() {
        let many: Vec<_> = (0..200).map(|n| told(&format!("第 {n} 条"))).collect();
        for channel in [Channel::Wecom, Channel::Dingtalk, Channel::Feishu] {
            let prepared = say(&endpoint(channel), &many, &[]);
            assert!(prepared[0].body.len() < 4_096, "{}", prepared[0].body.len());
            assert!(prepared[0].body.contains("… +"));
        }
        let long = Told { title: "长".repeat(5_000), lines: Vec::new(), is_critical: false };
        assert!(say(&endpoint(Channel::Wecom), &[long], &[])[0].body.len() < 4_096);
    }

    /// Made with the scripts in the documents of both robots, run in Python.
    #[test]
    fn robots_with_a_secret_are_signed_as_their_documents_say() {
        let dingtalk = Endpoint { channel_secret: "SEC1", ..endpoint(Channel::Dingtalk) };
        let url = &say(&dingtalk, &[told("甲")], &[])[0].url;
        assert_eq!(url, DINGTALK_URL);
        let feishu = Endpoint { channel_secret: "SEC1", ..endpoint(Channel::Feishu) };
        let body = body(&say(&feishu, &[told("甲")], &[]));
        assert_eq!((body["timestamp"].as_str(), body["sign"].as_str()), (Some("1700000000"), Some(FEISHU_SIGN)));
    }

    const DINGTALK_URL: &str =
        "https://x/hook?timestamp=1700000000000&sign=ukR4%2BWoOOBTGaOauYqugxVrMSFyr92q4hPxJxuOkiio%3D";
    const FEISHU_SIGN: &str = "s3Va4ru9IQUY6HTJcYx7OEVyXl0V0S/y32v4ZbfOHCI=";

    #[test]
    fn a_template_is_filled_as_json_and_sent_to_each_number() {
        let template = r#"{"to": "{phone}", "params": ["{title}", "{text}"], "n": 1}"#;
        let sms = Endpoint { template, authorization: "Basic abc", ..endpoint(Channel::Generic) };
        let quote = Told { title: "说\"{phone}\"".into(), lines: Vec::new(), is_critical: false };
        let sent = say(&sms, &[quote], &["1", "2"]);
        assert_eq!(sent.len(), 2);
        let first = body(&sent);
        assert_eq!(first, json!({"to": "1", "params": ["说\"{phone}\"", "说\"{phone}\""], "n": 1}));
        assert!(sent[1].headers.contains(&("webhook-id", "e1.2".into())));
        assert!(sent[1].headers.contains(&("authorization", "Basic abc".into())));
        assert!(say(&sms, &[told("甲")], &[]).is_empty(), "nobody is to be called");
    }

    #[test]
    fn an_answer_that_says_no_in_its_body_is_a_no() {
        assert_eq!(judge(Channel::Wecom, 200, r#"{"errcode":0,"errmsg":"ok"}"#), Ok(()));
        assert_eq!(judge(Channel::Feishu, 200, r#"{"code":0,"msg":"success"}"#), Ok(()));
        assert!(
            judge(Channel::Wecom, 200, r#"{"errcode":45009,"errmsg":"freq"}"#).is_err_and(|why| why.contains("45009"))
        );
        assert!(judge(Channel::Dingtalk, 200, "<html>").is_err());
        assert_eq!(judge(Channel::Generic, 204, ""), Ok(()));
        assert!(judge(Channel::Generic, 302, "").is_err_and(|why| why.contains("redirect")));
        assert!(judge(Channel::Generic, 500, "{}").is_err());
    }
}
