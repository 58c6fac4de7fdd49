//! One request to somebody else's server, and what came of it.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures::future::{Either, select};
use http_body_util::{BodyExt, Limited};
use jiff::Timestamp;
use spin_sdk::http::{FullBody, send as send_request};
use takt_api::webhooks::Channel;
use takt_notify::{Prepared, judge};

/// So long an endpoint may take for its whole answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// So much of an answer is read: robots say in it whether they took the message.
const ANSWER_MAX: usize = 16 * 1024;

/// What came of a request.
pub(crate) struct Sent {
    /// None where no answer came.
    pub(crate) status: Option<u16>,
    pub(crate) took_ms: u64,
    pub(crate) outcome: Result<(), String>,
}

/// Sends, and waits for the answer. Nobody is led elsewhere: a redirect is an answer that says no.
pub(crate) async fn send(channel: Channel, prepared: &Prepared) -> Sent {
    let began_ms = Timestamp::now().as_millisecond();
    let answered = {
        let answer = pin!(exchange(prepared));
        let patience = pin!(takt_web::queue::pause(PATIENCE));
        match select(answer, patience).await {
            Either::Left((answered, _)) => answered,
            Either::Right(_) => Err(format!("no answer within {} s", PATIENCE.as_secs())),
        }
    };
    let took_ms = u64::try_from(Timestamp::now().as_millisecond() - began_ms).unwrap_or(0);
    match answered {
        Ok((status, body)) => Sent { status: Some(status), took_ms, outcome: judge(channel, status, &body) },
        Err(why) => Sent { status: None, took_ms, outcome: Err(why) },
    }
}

async fn exchange(prepared: &Prepared) -> Result<(u16, String), String> {
    let mut request = http::Request::post(&prepared.url);
    for (name, value) in &prepared.headers {
        request = request.header(*name, value);
    }
    let body = FullBody::new(Bytes::from(prepared.body.clone()));
    let request = request.body(body).map_err(|_| "the address or a header is not well-formed".to_owned())?;
    let answer = send_request(request).await.map_err(|error| said(&format!("{error:?}")))?;
    let status = answer.status().as_u16();
    // What cannot be read says nothing, and the status does.
    let body = Limited::new(answer.into_body(), ANSWER_MAX).collect().await.map(|body| body.to_bytes());
    Ok((status, body.map(|body| String::from_utf8_lossy(&body).into_owned()).unwrap_or_default()))
}

/// Why no answer came, for people: the runtimes' own words have the names of their types around them.
fn said(error: &str) -> String {
    let known = [
        (
            "DestinationIpProhibited",
            "the address leads into a private network, which only a name in allowed_outbound_hosts may",
        ),
        ("HttpRequestDenied", "the address is not in allowed_outbound_hosts"),
        ("DnsError", "the name is not known"),
        ("DnsTimeout", "the name is not known"),
        ("ConnectionRefused", "nobody answers there"),
        ("ConnectionTimeout", "nobody answers there"),
        ("ConnectionReadTimeout", "no answer came in time"),
        ("ConnectionTerminated", "the connection was closed before an answer"),
        ("HttpResponseIncomplete", "the connection was closed before an answer"),
        ("TlsCertificateError", "the certificate is not valid"),
        ("TlsProtocolError", "TLS failed"),
        ("TlsAlertReceived", "TLS failed"),
        ("HttpRequestUriInvalid", "the address is not well-formed"),
    ];
    let found = known.iter().find(|(name, _)| error.contains(name)).map(|(_, words)| (*words).to_owned());
    found.unwrap_or_else(|| format!("no answer came ({})", error.chars().take(120).collect::<String>()))
}
