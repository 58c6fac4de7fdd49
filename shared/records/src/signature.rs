//! Electronic signatures of commands: a ticket becomes a record under its own id, in the very commit that it signs. There
//! can be one such record, so a ticket signs once. The record stays: who signed what, when, and from which device.

use serde::{Deserialize, Serialize};
use takt_domain::id::UserId;
use takt_domain::signature::{Signature, SignatureFault};
use takt_store::{Commit, Loaded, RecordWrite};

use crate::caller::Caller;
use crate::keep::kind;

/// The body of a signature's record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Who.
    pub by: UserId,
    /// When.
    pub at: jiff::Timestamp,
    /// What was signed: an order, a nonconformance.
    pub about: String,
    /// What the signature means: the action.
    pub act: String,
    /// The device; empty when it does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
}

/// What a command that may be signed has to load, to see whether the ticket is used.
pub fn records(caller: &Caller) -> Vec<(String, String)> {
    match &caller.signature {
        Signature::Given(id) => vec![(kind::SIGNATURE.into(), id.clone())],
        _ => Vec::new(),
    }
}

/// The signature that came with the call, in the light of what was loaded.
pub fn given(caller: &Caller, loaded: &Loaded) -> Signature {
    match &caller.signature {
        Signature::Given(id) if loaded.record(kind::SIGNATURE, id).is_some() => {
            Signature::Unusable(SignatureFault::Used)
        }
        other => other.clone(),
    }
}

/// Adds the signature to the commit that it signs. `about` is what is signed, and the parent under which it is found.
pub fn book(caller: &Caller, commit: &mut Commit, about: &str, act: &str) {
    let Signature::Given(id) = &caller.signature else { return };
    let signed = Signed {
        by: caller.actor.user.clone(),
        at: caller.now,
        about: about.to_owned(),
        act: act.to_owned(),
        device: caller.device.clone(),
    };
    let body = serde_json::to_value(&signed).unwrap_or_default();
    let record = RecordWrite {
        parent: Some(about.to_owned()),
        sort: Some(format!("{:020}", caller.now_ms())),
        ..RecordWrite::new(kind::SIGNATURE, id, Some(0), body)
    };
    commit.records.push(record);
}
