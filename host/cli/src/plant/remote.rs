//! A plant elsewhere, over HTTP. Every write has its key, so sending it again after a lost answer is safe.

use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use http::{Method, StatusCode};

use super::Way;

const TIMEOUT: Duration = Duration::from_secs(60);
const ATTEMPTS: u32 = 4;

pub(super) struct Remote {
    agent: ureq::Agent,
    base: String,
}

impl Remote {
    pub(super) fn new(url: &str) -> anyhow::Result<Self> {
        if !url.starts_with("http://") && !url.starts_with("https://") {
            bail!("{url} is not an address such as http://127.0.0.1:3000");
        }
        let agent =
            ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(TIMEOUT)).build().new_agent();
        Ok(Self { agent, base: url.trim_end_matches('/').to_owned() })
    }

    fn once(&self, request: &http::Request<Bytes>) -> Result<http::Response<Bytes>, ureq::Error> {
        let mut sent = http::Request::builder().method(request.method()).uri(format!("{}{}", self.base, request.uri()));
        for (name, value) in request.headers() {
            sent = sent.header(name, value);
        }
        let answer = match request.method() {
            &Method::GET => self.agent.run(sent.body(())?)?,
            _ => self.agent.run(sent.body(request.body().as_ref())?)?,
        };
        let (head, mut body) = answer.into_parts();
        let body = body.with_config().limit(u64::MAX).read_to_vec()?;
        Ok(http::Response::from_parts(head, Bytes::from(body)))
    }
}

impl Way for Remote {
    fn send(&self, request: http::Request<Bytes>) -> anyhow::Result<http::Response<Bytes>> {
        let may_repeat = request.method() == Method::GET || request.headers().contains_key("idempotency-key");
        let mut attempt = 1;
        loop {
            let answer = self.once(&request);
            let lost = match &answer {
                Ok(answer) => matches!(
                    answer.status(),
                    StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
                ),
                Err(_) => true,
            };
            if !lost || !may_repeat || attempt == ATTEMPTS {
                return answer.with_context(|| format!("{} does not answer", self.base));
            }
            std::thread::sleep(Duration::from_millis(250 << attempt));
            attempt += 1;
        }
    }
}
