//! One call: the route that it takes, who makes it, and what it carries, all checked before a handler sees it.

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use takt_api::identity::Claims;
use takt_api::problem::ProblemType;
use takt_api::route::{Access, ROUTES, Route, match_path};
use takt_api::stock::{DEVICE_HEADER, SOURCE_HEADER};
use takt_api::{BODY_MAX, PAGE_DEFAULT, PAGE_MAX};
use takt_domain::facts::Actor;
use takt_domain::refusal::{Refusal, Unmet};
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key};
use takt_store::PlantNumber;

use crate::failure::Failure;
use crate::{signature, token};

/// A request that has been read.
#[derive(Clone, Debug)]
pub struct Call {
    /// The route.
    pub route: &'static Route,
    /// The values of its `{name}` segments, decoded.
    pub segments: Vec<String>,
    /// The query, decoded.
    pub query: Vec<(String, String)>,
    /// Who calls; none for a public route.
    pub caller: Option<Caller>,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub body: Bytes,
    /// When it came.
    pub now: Timestamp,
    /// The reader's language.
    pub lang: Lang,
}

/// The language that the headers ask for.
pub fn lang(headers: &HeaderMap) -> Lang {
    let header = headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
    Lang::from_accept_language(header.unwrap_or_default())
}

/// Finds the route of a component, with the decoded segments.
pub fn route(component: &str, method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), Failure> {
    let mut allowed = Vec::new();
    for route in ROUTES.iter().filter(|route| route.component == component) {
        let Some(segments) = match_path(route.path, path) else { continue };
        if route.method != method.as_str() {
            allowed.push(route.method);
            continue;
        }
        let decoded = segments.iter().map(|segment| percent_decode_str(segment).decode_utf8().map(String::from));
        let decoded = decoded.collect::<Result<Vec<String>, _>>().ok();
        // Nothing is called so: no store could hold it.
        let decoded = decoded.filter(|segments| !segments.iter().any(|segment| segment.contains('\0')));
        return decoded.map(|segments| (route, segments)).ok_or_else(|| Failure::new(ProblemType::NotFound));
    }
    if allowed.is_empty() {
        return Err(Failure::new(ProblemType::NotFound));
    }
    Err(Failure::because(ProblemType::MethodNotAllowed, allowed.join(", ")))
}

impl Call {
    /// Reads a request for `component`. `is_ended` says whether a session was ended, as far as is known.
    pub fn read(
        component: &str,
        head: (&Method, &Uri, HeaderMap),
        body: Bytes,
        token_key: &[u8],
        now: Timestamp,
    ) -> Result<Self, Failure> {
        let (method, uri, headers) = head;
        let (route, segments) = route(component, method, uri.path())?;
        let lang = lang(&headers);
        let claims = match route.access {
            Access::Public => None,
            _ => Some(claims(&headers, token_key, now)?),
        };
        let query = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()).into_owned();
        let query: Vec<(String, String)> = query.collect();
        if let Some((name, _)) = query.iter().find(|(_, value)| value.contains('\0')) {
            return Err(Failure::field(name, "expected text without a NUL character"));
        }
        let key = if route.keyed { Some(key(&headers, method, uri, &body, token_key)?) } else { None };
        if body.len() > BODY_MAX {
            return Err(Failure::new(ProblemType::TooLarge));
        }
        if !body.is_empty() && !is_json(&headers) {
            return Err(Failure::new(ProblemType::UnsupportedMediaType));
        }
        let mut caller = claims.map(|claims| caller(claims, key, &headers, now, lang));
        if let Some(caller) = &mut caller {
            caller.signature = signature::of_call(&headers, route, &segments, caller, token_key);
        }
        if let (Access::May(permission), Some(caller)) = (route.access, &caller)
            && !caller.actor.may(permission)
        {
            return Err(Refusal::one(Unmet::permission(permission, lang)).into());
        }
        Ok(Self { route, segments, query, caller, headers, body, now, lang })
    }

    /// Who calls a route that is not public.
    pub fn caller(&self) -> Result<&Caller, Failure> {
        self.caller.as_ref().ok_or_else(|| Failure::new(ProblemType::Unauthorized))
    }

    /// The `n`th segment in braces.
    pub fn segment(&self, n: usize) -> &str {
        self.segments.get(n).map_or("", String::as_str)
    }

    /// The `n`th segment as an identifier; what is none cannot be found.
    pub fn id<T: std::str::FromStr>(&self, n: usize) -> Result<T, Failure> {
        self.segment(n).parse().map_err(|_| Failure::new(ProblemType::NotFound))
    }

    /// The body as a JSON object. A list would be read as the fields in their order, which nobody has promised.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Failure> {
        let body = if self.body.is_empty() { b"{}".as_slice() } else { &self.body };
        if body.trim_ascii_start().first() != Some(&b'{') {
            return Err(Failure::because(ProblemType::BadRequest, "expected a JSON object"));
        }
        if has_nul(body) {
            return Err(Failure::because(ProblemType::BadRequest, "expected text without a NUL character"));
        }
        serde_json::from_slice(body).map_err(|error| Failure::because(ProblemType::BadRequest, error.to_string()))
    }

    /// One query parameter; an empty one counts as left out.
    pub fn param(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }

    /// A query parameter that people may repeat or separate by commas.
    pub fn params(&self, name: &str) -> Vec<String> {
        let values = self.query.iter().filter(|(known, _)| known == name);
        let split = values.flat_map(|(_, value)| value.split(','));
        split.filter(|value| !value.is_empty()).map(str::to_owned).collect()
    }

    /// The plant's own fields that a list is asked for: `field=name:value`, which may be repeated.
    pub fn fields(&self) -> Result<Vec<(String, String)>, Failure> {
        let asked = self.query.iter().filter(|(name, _)| name == "field");
        let pair = |(_, text): &(String, String)| {
            let (name, value) = text.split_once(':')?;
            Some((name.trim().to_owned(), value.trim().to_owned()))
        };
        let pairs = asked.map(|asked| pair(asked).ok_or_else(|| Failure::field("field", "expected name:value")));
        pairs.collect()
    }

    /// Refuses query parameters that the call does not know.
    pub fn only_params(&self, known: &[&str]) -> Result<(), Failure> {
        match self.query.iter().find(|(name, _)| !known.contains(&name.as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                Err(Failure::because(ProblemType::BadRequest, format!("unknown query parameter {name}")))
            }
        }
    }

    /// How many rows are asked for.
    pub fn limit(&self) -> Result<usize, Failure> {
        let Some(text) = self.param("limit") else { return Ok(PAGE_DEFAULT) };
        let limit = text.parse().ok().filter(|limit| (1..=PAGE_MAX).contains(limit));
        limit.ok_or_else(|| Failure::field("limit", format!("expected a number from 1 to {PAGE_MAX}")))
    }
}

/// True when a text in this JSON has the escape `\u0000`, and not just a backslash before `u0000`: no database holds it.
fn has_nul(json: &[u8]) -> bool {
    let mut escaped = false;
    json.iter().enumerate().any(|(n, byte)| {
        let nul = escaped && json[n..].starts_with(b"u0000");
        escaped = *byte == b'\\' && !escaped;
        nul
    })
}

fn claims(headers: &HeaderMap, token_key: &[u8], now: Timestamp) -> Result<Claims, Failure> {
    let header = headers.get(http::header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let token = header.and_then(|header| header.strip_prefix("Bearer ")).unwrap_or_default();
    token::verify(token.trim(), token_key, now.as_second()).map_err(|_| Failure::new(ProblemType::Unauthorized))
}

/// The key is a quoted string of 1 to 128 visible characters (IETF draft-ietf-httpapi-idempotency-key-header). What is
/// kept of the request is keyed with the server's secret: a body may carry a PIN, which a bare hash would give away.
fn key(headers: &HeaderMap, method: &Method, uri: &Uri, body: &Bytes, secret: &[u8]) -> Result<Key, Failure> {
    let wrong = || {
        Failure::because(
            ProblemType::BadRequest,
            "Idempotency-Key: expected a quoted string of 1 to 128 visible characters",
        )
    };
    let header = headers.get("idempotency-key").ok_or_else(|| Failure::new(ProblemType::MissingKey))?;
    let text = header.to_str().map_err(|_| wrong())?.trim();
    let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).ok_or_else(wrong)?;
    let plain = |byte: u8| (0x20..0x7f).contains(&byte) && byte != b'"' && byte != b'\\';
    if inner.is_empty() || inner.len() > 128 || !inner.bytes().all(plain) {
        return Err(wrong());
    }
    let parts = [method.as_str().as_bytes(), b"\n", uri.path().as_bytes(), b"\n", body];
    let fingerprint = token::fingerprint(&parts, secret).ok_or_else(|| Failure::new(ProblemType::Internal))?;
    Ok(Key { key: inner.to_owned(), fingerprint })
}

fn is_json(headers: &HeaderMap) -> bool {
    let header = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    header.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

fn caller(claims: Claims, key: Option<Key>, headers: &HeaderMap, now: Timestamp, lang: Lang) -> Caller {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let is_machine = claims.scopes.is_some();
    let source = match text(SOURCE_HEADER) {
        "scan" => takt_api::stock::Source::Scan,
        "device" => takt_api::stock::Source::Device,
        "interface" => takt_api::stock::Source::Interface,
        // A machine has no hands.
        _ if is_machine => takt_api::stock::Source::Interface,
        _ => takt_api::stock::Source::Hand,
    };
    let actor = match claims.scopes {
        Some(scopes) => Actor::machine(claims.user, scopes),
        None => Actor::new(claims.user, claims.roles),
    };
    Caller {
        plant: PlantNumber(claims.plant),
        actor,
        session: claims.session,
        expires_s: claims.exp,
        key,
        device: text(DEVICE_HEADER).chars().take(64).collect(),
        source,
        now,
        accepted_at: None,
        signature: Signature::Missing,
        lang,
    }
}
