//! Flows of a plant's own, as they are kept: versions that were published, drafts, and which one new orders get.

use serde::{Deserialize, Serialize};
use takt_domain::approval::Delegation;
use takt_domain::flow::{Flow, FlowRef};
use takt_domain::order::Mark;
use takt_store::RecordWrite;

use crate::keep::{PLANT_PARENT, few, kind};

/// A version that was published. It never changes again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PublishedFlow {
    /// The flow.
    pub flow: Flow,
    /// Who published it, when, and why.
    pub published: Mark,
}

/// A flow that somebody is working on; it may have any fault.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowDraft {
    /// The flow. Its version is that of the one it was made from.
    pub flow: Flow,
    /// Who saved it last, and when.
    pub saved: Mark,
}

/// A published version.
pub fn published(flow: &PublishedFlow) -> RecordWrite {
    few(kind::FLOW, &flow.flow.reference().id(), flow, Some(0))
}

/// A draft.
pub fn draft(draft: &FlowDraft, expected: Option<u64>) -> RecordWrite {
    few(kind::FLOW_DRAFT, &draft.flow.name, draft, expected)
}

/// The flow of new orders.
pub fn default(reference: &FlowRef, expected: Option<u64>) -> RecordWrite {
    few(kind::FLOW_DEFAULT, PLANT_PARENT, reference, expected)
}

/// Who signs for somebody who is away.
pub fn delegation(delegation: &Delegation, expected: Option<u64>) -> RecordWrite {
    few(kind::DELEGATION, delegation.from.as_str(), delegation, expected)
}
