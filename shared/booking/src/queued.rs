//! A report as it lies in the queue.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_api::reports::{Report, ReportState};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::report::NewReport;
use takt_domain::text::Lang;
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_store::PlantNumber;

/// The version of what is written now. A booker that meets another one buries it, for an operator to replay after the
/// update.
const VERSION: u32 = 1;

/// A report with all that its booker has to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueuedReport {
    version: u32,
    id: String,
    actor: Actor,
    key: String,
    fingerprint: String,
    device: String,
    source: Source,
    lang: Lang,
    accepted_at: Timestamp,
    report: NewReport,
}

impl QueuedReport {
    /// The report that a caller sends now; none without a key.
    pub fn new(caller: &Caller, report: &NewReport) -> Option<Self> {
        let key = caller.key.as_ref()?;
        Some(Self {
            version: VERSION,
            id: caller.derived_id(),
            actor: caller.actor.clone(),
            key: key.key.clone(),
            fingerprint: key.fingerprint.clone(),
            device: caller.device.clone(),
            source: caller.source,
            lang: caller.lang,
            accepted_at: caller.now,
            report: report.clone(),
        })
    }

    /// Reads one; the error says why it cannot be booked.
    pub fn read(body: &str) -> Result<Self, String> {
        let queued: Self = serde_json::from_str(body).map_err(|error| format!("unreadable: {error}"))?;
        if queued.version == VERSION {
            return Ok(queued);
        }
        Err(format!("of version {}, this build reads {VERSION}", queued.version))
    }

    /// As text.
    pub fn body(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The id of its receipt.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Who reported, booking now. The session was judged at the acceptance and may have ended since.
    pub fn caller(&self, plant: PlantNumber, now: Timestamp) -> Caller {
        Caller {
            plant,
            actor: self.actor.clone(),
            session: LOCAL_SESSION.to_owned(),
            expires_s: 0,
            key: Some(Key { key: self.key.clone(), fingerprint: self.fingerprint.clone() }),
            device: self.device.clone(),
            source: self.source,
            now,
            accepted_at: Some(self.accepted_at),
            signature: takt_domain::signature::Signature::Missing,
            lang: self.lang,
        }
    }

    /// What was reported. Work is told to have ended at the acceptance where nobody said, however late it is booked.
    pub fn report(&self) -> NewReport {
        let mut report = self.report.clone();
        if report.ended_at.is_none() && report.started_at.is_none_or(|started| started <= self.accepted_at) {
            report.ended_at = Some(self.accepted_at);
        }
        report
    }

    /// What the client sees of it.
    pub fn shown(&self, state: ReportState) -> Report {
        Report {
            id: self.id.clone(),
            state,
            report: self.report.clone(),
            by: self.actor.user.clone(),
            accepted_at: Some(self.accepted_at),
            booked_at: None,
            reversed_by: None,
            order_state: String::new(),
            unmet: Vec::new(),
            checks: Default::default(),
            redone: None,
        }
    }
}
