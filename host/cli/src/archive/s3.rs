//! A store that speaks S3: four calls, signed by AWS Signature Version 4
//! (<https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>), by path, so that any compatible server will do.
//!
//! The crate `object_store` would do this too, and brings another HTTP client and another TLS library with it, and features of shared
//! crates that have wasmtime built twice.

use std::fmt::Write as _;
use std::thread;
use std::time::Duration;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use ureq::http::StatusCode;

use super::files::hash;

/// The largest file that is read: a batch is held in memory.
const LARGEST: u64 = 2 << 30;

/// Pauses before a call is made again that the store failed, or that did not come through: each of them may be made twice.
const PAUSES: [Duration; 2] = [Duration::from_millis(500), Duration::from_secs(2)];
/// How long a store may be silent where `TAKT_ARCHIVE_TIMEOUT_S` does not say so, in seconds.
const SILENT_S: u64 = 60;

/// A bucket, and where in it.
pub(crate) struct S3 {
    agent: ureq::Agent,
    endpoint: String,
    host: String,
    bucket: String,
    prefix: String,
    keys: Keys,
}

/// Who signs.
struct Keys {
    id: String,
    secret: String,
    region: String,
}

impl S3 {
    /// `s3://BUCKET/PREFIX`, with keys, region and endpoint from the environment as AWS names them.
    pub(super) fn open(url: &str) -> anyhow::Result<Self> {
        let place = url.strip_prefix("s3://").unwrap_or(url).trim_end_matches('/');
        let (bucket, prefix) = place.split_once('/').unwrap_or((place, ""));
        ensure!(!bucket.is_empty(), "expected s3://BUCKET/PREFIX");
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let needed = |name: &str| variable(name).with_context(|| format!("{url} needs the variable {name}"));
        let region = variable("AWS_REGION").unwrap_or_else(|| "us-east-1".to_owned());
        let endpoint = variable("AWS_ENDPOINT_URL").unwrap_or_else(|| format!("https://s3.{region}.amazonaws.com"));
        let endpoint = endpoint.trim_end_matches('/').to_owned();
        let host = endpoint.split_once("://").map(|(_, host)| host.to_owned());
        let host = host.filter(|host| !host.contains('/')).context("AWS_ENDPOINT_URL: expected https://HOST")?;
        let keys = Keys { id: needed("AWS_ACCESS_KEY_ID")?, secret: needed("AWS_SECRET_ACCESS_KEY")?, region };
        let silent = match variable("TAKT_ARCHIVE_TIMEOUT_S") {
            Some(given) => given.parse().ok().filter(|seconds| (1..=3600).contains(seconds)),
            None => Some(SILENT_S),
        };
        let silent = Duration::from_secs(silent.context("TAKT_ARCHIVE_TIMEOUT_S: expected 1 to 3600 seconds")?);
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(silent))
            .timeout_send_body(Some(silent * 10))
            .timeout_recv_response(Some(silent))
            .timeout_recv_body(Some(silent * 10))
            .build()
            .new_agent();
        Ok(Self { agent, endpoint, host, bucket: bucket.to_owned(), prefix: prefix.to_owned(), keys })
    }

    fn key(&self, name: &str) -> String {
        if self.prefix.is_empty() { name.to_owned() } else { format!("{}/{name}", self.prefix) }
    }

    /// Refuses a store that cannot be used with these keys, before anything is begun.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        let query = format!("list-type=2&max-keys=1&prefix={}", encoded(&self.prefix, false));
        self.send("GET", &format!("/{}", encoded(&self.bucket, false)), &query, None).map(drop)
    }

    /// A whole file: an upload that is cut off leaves none.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        self.send("PUT", &self.path(name), "", Some(bytes)).map(drop)
    }

    pub(super) fn get(&self, name: &str) -> anyhow::Result<Bytes> {
        self.send("GET", &self.path(name), "", None)
    }

    /// The names of all files below a folder.
    pub(super) fn names(&self, folder: &str) -> anyhow::Result<Vec<String>> {
        let prefix = format!("{}/", self.key(folder));
        let query = format!("list-type=2&prefix={}", encoded(&prefix, false));
        let listed = self.send("GET", &format!("/{}", encoded(&self.bucket, false)), &query, None)?;
        let listed = String::from_utf8(listed.to_vec()).context("a list that is no text")?;
        // Names of files have no character that XML escapes.
        let keys = listed.split("<Key>").skip(1).filter_map(|rest| rest.split_once("</Key>"));
        let own = if self.prefix.is_empty() { 0 } else { self.prefix.len() + 1 };
        Ok(keys.filter_map(|(key, _)| key.get(own..)).map(str::to_owned).collect())
    }

    pub(super) fn remove(&self, name: &str) -> anyhow::Result<()> {
        self.send("DELETE", &self.path(name), "", None).map(drop)
    }

    fn path(&self, name: &str) -> String {
        format!("/{}/{}", encoded(&self.bucket, false), encoded(&self.key(name), true))
    }

    /// What the store answers. What it says that it failed, and what did not come through, is tried again.
    fn send(&self, method: &str, path: &str, query: &str, body: Option<&[u8]>) -> anyhow::Result<Bytes> {
        let mut pauses = PAUSES.iter();
        loop {
            let (status, told) = match self.call(method, path, query, body) {
                Ok((status, told)) if status.is_success() => return Ok(told),
                Ok((StatusCode::NOT_FOUND, _)) if method == "DELETE" => return Ok(Bytes::new()),
                Ok(failed) => failed,
                Err(error) => match pauses.next() {
                    Some(pause) => {
                        thread::sleep(*pause);
                        continue;
                    }
                    None => return Err(error),
                },
            };
            match pauses.next().filter(|_| status.is_server_error()) {
                Some(pause) => thread::sleep(*pause),
                None => bail!(self.refused(status, &told, method, path)),
            }
        }
    }

    fn call(&self, method: &str, path: &str, query: &str, body: Option<&[u8]>) -> anyhow::Result<(StatusCode, Bytes)> {
        let at = Timestamp::now().strftime("%Y%m%dT%H%M%SZ").to_string();
        let content = hash(body.unwrap_or_default());
        let headers =
            [("host", self.host.as_str()), ("x-amz-content-sha256", content.as_str()), ("x-amz-date", at.as_str())];
        let authorization = self.keys.sign(method, path, query, &headers, &content, &at);
        let mark = if query.is_empty() { "" } else { "?" };
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}{mark}{query}", self.endpoint))
            .header("x-amz-content-sha256", &content)
            .header("x-amz-date", &at)
            .header("authorization", authorization);
        let answer = match body {
            Some(body) => self.agent.run(request.body(body)?),
            None => self.agent.run(request.body(())?),
        };
        let mut answer = answer.with_context(|| format!("the store at {} cannot be reached", self.endpoint))?;
        let told = answer.body_mut().with_config().limit(LARGEST).read_to_vec();
        let told = told.with_context(|| format!("the store at {} did not end its answer", self.endpoint))?;
        Ok((answer.status(), told.into()))
    }

    /// What is wrong, and what to do about it.
    fn refused(&self, status: StatusCode, told: &[u8], method: &str, path: &str) -> String {
        let (endpoint, bucket) = (&self.endpoint, &self.bucket);
        let told = String::from_utf8_lossy(told);
        let part = |name: &str| Some(told.split_once(&format!("<{name}>"))?.1.split_once("</")?.0);
        let code = part("Code").unwrap_or_default();
        let remedy = match code {
            "NoSuchBucket" => {
                return format!("there is no bucket {bucket} at {endpoint}: make it, or name another with --archive");
            }
            "SignatureDoesNotMatch" | "InvalidAccessKeyId" | "InvalidClientTokenId" | "ExpiredToken" => {
                "; look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION"
            }
            "AccessDenied" => "; these keys need to list, read, write and delete in that bucket",
            "RequestTimeTooSkewed" => "; set the clock of this machine",
            _ if status.is_server_error() => "; it was tried three times",
            _ => "",
        };
        let told = part("Message").unwrap_or(&told).trim_end_matches('.').chars().take(300).collect::<String>();
        format!("the store at {endpoint} answered {status} {code} to {method} {path}: {told}{remedy}")
    }
}

impl Keys {
    /// The header that signs a request; `headers` by name, `at` as `20130524T000000Z`.
    fn sign(&self, method: &str, path: &str, query: &str, headers: &[(&str, &str)], content: &str, at: &str) -> String {
        let lines: String = headers.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
        let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
        let request = format!("{method}\n{path}\n{query}\n{lines}\n{names}\n{content}");
        let day = at.get(..8).unwrap_or_default();
        let scope = format!("{day}/{}/s3/aws4_request", self.region);
        let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hash(request.as_bytes()));
        let parts = [day, self.region.as_str(), "s3", "aws4_request", &text];
        let first = format!("AWS4{}", self.secret).into_bytes();
        let signature = parts.iter().fold(first, |key, part| hmac(&key, part.as_bytes()).to_vec());
        let signature = signature.iter().fold(String::new(), |mut hex, byte| {
            // Writing into a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        });
        let id = &self.id;
        format!("AWS4-HMAC-SHA256 Credential={id}/{scope},SignedHeaders={names},Signature={signature}")
    }
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut block = [0_u8; 64];
    let short = if key.len() > block.len() { Sha256::digest(key).to_vec() } else { key.to_vec() };
    block[..short.len()].copy_from_slice(&short);
    let inner = Sha256::new().chain_update(block.map(|byte| byte ^ 0x36)).chain_update(text).finalize();
    Sha256::new().chain_update(block.map(|byte| byte ^ 0x5c)).chain_update(inner).finalize().into()
}

/// As the signature wants it: all but letters, digits and `-_.~` in hexadecimal; the slashes of a path stay.
fn encoded(text: &str, is_path: bool) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) || is_path && byte == b'/' {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example in Amazon's description of the signature.
    #[test]
    fn a_request_is_signed_as_in_the_published_example() {
        let keys = Keys {
            id: "AKIAIOSFODNN7EXAMPLE".into(),
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        let nothing = hash(b"");
        let headers = [
            ("host", "examplebucket.s3.amazonaws.com"),
            ("range", "bytes=0-9"),
            ("x-amz-content-sha256", nothing.as_str()),
            ("x-amz-date", "20130524T000000Z"),
        ];
        let signed = keys.sign("GET", "/test.txt", "", &headers, &nothing, "20130524T000000Z");
        let expected = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
        assert!(signed.ends_with(expected), "{signed}");
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(encoded("plant-1/a b/ü", true), "plant-1/a%20b/%C3%BC");
        assert_eq!(encoded("a/b=", false), "a%2Fb%3D");
    }
}
