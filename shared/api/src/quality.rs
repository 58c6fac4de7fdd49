//! Inspection plans, inspections by them, nonconformances, photos.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use takt_domain::id::{InspectionId, NonconformanceId, OrderId, PhotoId, PlanId};
use takt_domain::order::InspectionResult;
use takt_domain::quality::nonconformance::{Nonconformance, Verdict};
use takt_domain::quality::{Failed, InspectionPlan, QualitySettings, Sample};
use takt_domain::quantity::Quantity;

/// `PUT` and `GET /api/v1/inspection-plans/{plan}`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlanDocument {
    /// The version that is there; that which was read, when it is put. 0 for a new one.
    pub version: u64,
    /// The plan. Its id is that of the path.
    pub plan: InspectionPlan,
}

/// `POST /api/v1/inspections`: what was found; whether that is a pass is judged by the plan.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Inspect {
    /// The order.
    pub order: OrderId,
    /// The plan, which is one of the order's item.
    pub plan: PlanId,
    /// The operation, where the plan names none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// What was found, sample by sample.
    pub samples: Vec<Sample>,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// When it was seen, where that is not now: on a phone that had no network.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "takt_domain::time::timestamp_option"
    )]
    pub occurred_at: Option<Timestamp>,
}

/// The answer to an inspection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InspectionAnswer {
    /// Its id.
    pub id: InspectionId,
    /// The outcome.
    pub result: InspectionResult,
    /// What was not well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
    /// The nonconformance that a failure in process has raised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonconformance: Option<NonconformanceId>,
}

/// `POST /api/v1/nonconformances`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RaiseNonconformance {
    /// The order that made them.
    pub order: OrderId,
    /// The operation at which it showed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// How many.
    pub quantity: Quantity,
    /// What is wrong with them.
    pub what: String,
    /// A photo of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
}

/// `POST /api/v1/nonconformances/{nonconformance}/disposition`: to accept needs an electronic signature.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Dispose {
    /// What becomes of the pieces.
    pub verdict: Verdict,
    /// Why.
    pub reason: String,
}

/// `POST /api/v1/nonconformances/{nonconformance}/closing`: what was decided is done.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CloseNonconformance {
    /// What was done.
    pub note: String,
}

/// The answer to what changes a nonconformance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NonconformanceAnswer {
    /// Its number.
    pub id: NonconformanceId,
    /// `open`, `decided` or `closed`.
    pub state: String,
}

/// One nonconformance, alone or in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct NonconformanceRow {
    /// The nonconformance.
    pub nonconformance: Nonconformance,
    /// `open`, `decided` or `closed`.
    pub state: String,
}

/// `GET` and `PUT /api/v1/quality-settings`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QualitySettingsDocument {
    /// The version that is there; that which was read, when they are put. 0 while nobody has put any.
    pub version: u64,
    /// The settings.
    pub settings: QualitySettings,
}

/// `POST /api/v1/photos`: JPEG, PNG or WebP of at most 190 KiB, which is what fits into a request.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AddPhoto {
    /// The file in base64, with padding.
    pub data: String,
}

/// The answer to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PhotoAnswer {
    /// What names it in an exception, a nonconformance or a value.
    pub id: PhotoId,
}

/// The most bytes of a photo.
pub const PHOTO_MAX: usize = 190 * 1024;
