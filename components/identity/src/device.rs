//! Devices, as they are kept: who signed in at one last, and what the plant has set about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_api::identity::Device;
use takt_api::problem::ProblemType;
use takt_api::stock::DEVICE_HEADER;
use takt_domain::id::UserId;
use takt_domain::permission::Role;
use takt_domain::refusal::Unmet;
use takt_domain::text::Lang;
use takt_records::keep::kind;
use takt_store::{Loaded, RecordWrite};
use takt_web::call::Call;
use takt_web::failure::Failure;

/// The longest name that a device gives itself, in characters.
const NAME_MAX: usize = 64;
/// What is kept of a browser's own description, in characters.
const AGENT_MAX: usize = 200;
/// Sessions of a device that end when it is blocked: of more sign-ins than these within a shift the first have been left behind.
const SESSIONS_MAX: usize = 16;

/// Who signed in last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Seen {
    pub(crate) device: String,
    pub(crate) user: UserId,
    pub(crate) at: Timestamp,
    pub(crate) agent: String,
    /// The newest last.
    pub(crate) sessions: Vec<String>,
}

/// What the plant has set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Setting {
    pub(crate) name: String,
    pub(crate) blocked: bool,
}

impl Seen {
    /// What is shown of it.
    pub(crate) fn shown(self, setting: Setting) -> Device {
        let Self { device, user, at, agent, sessions: _ } = self;
        Device { device, name: setting.name, blocked: setting.blocked, user, at, agent }
    }

    /// Over the version that was read: neither another sign-in here nor a block that comes at the same moment may be missed, since each
    /// session of the device has to be known when it is blocked.
    pub(crate) fn write(&self, version: u64) -> RecordWrite {
        RecordWrite {
            search: Some(format!("{} {} {}", self.device, self.user, self.agent)),
            ..RecordWrite::new(
                kind::DEVICE,
                self.device.as_str(),
                Some(version),
                serde_json::to_value(self).unwrap_or_default(),
            )
        }
    }

    /// One more sign-in at a device.
    pub(crate) fn after(before: Option<Self>, device: String, user: &UserId, call: &Call, session: &str) -> Self {
        let mut sessions = before.map(|before| before.sessions).unwrap_or_default();
        sessions.push(session.to_owned());
        sessions.drain(..sessions.len().saturating_sub(SESSIONS_MAX));
        let agent = text(call, http::header::USER_AGENT.as_str(), AGENT_MAX);
        Self { device, user: user.clone(), at: call.now, agent, sessions }
    }
}

fn text(call: &Call, header: &str, most: usize) -> String {
    let value = call.headers.get(header).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.chars().take(most).collect()
}

/// What the caller's device calls itself; none for one that does not say, such as a program.
pub(crate) fn of(call: &Call) -> Option<String> {
    Some(text(call, DEVICE_HEADER, NAME_MAX)).filter(|device| !device.is_empty())
}

/// What the plant has set about a device.
pub(crate) fn setting(loaded: &Loaded, device: &str) -> Result<Setting, Failure> {
    let record = loaded.record(kind::DEVICE_SETTING, device);
    Ok(record.map(|record| record.parse()).transpose()?.unwrap_or_default())
}

/// Nobody signs in here.
pub(crate) fn refusal(lang: Lang) -> Failure {
    let detail = lang.pick("这台终端已被停用，不能在此登录", "this device has been blocked, nobody can sign in at it");
    let remedy = lang.pick(
        "请管理员在「登录终端」页启用，或换一台",
        "an administrator lets it in again on the page of devices; or use another one",
    );
    let unmet = vec![Unmet::new("device.blocked", detail, remedy, &[Role::Administrator])];
    Failure { unmet, ..Failure::new(ProblemType::Forbidden) }
}
