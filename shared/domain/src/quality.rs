//! Inspection plans: what is looked at, on how many samples, and what is well. Whether an inspection has passed is judged
//! here, from what was measured; nobody says it by hand where there is a plan.

pub mod incoming;
pub mod nonconformance;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::id::{InspectionId, ItemId, OrderId, PhotoId, PlanId, UserId};
use crate::order::{InspectionKind, InspectionResult};
use crate::quantity::{Quantity, SCALE_MAX};
use crate::text::Label;

/// The most characteristics of a plan.
pub const CHARACTERISTICS_MAX: usize = 60;

/// The most samples of one inspection.
pub const SAMPLES_MAX: usize = 50;

/// What an inspection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum PlanKind {
    /// 首检: opens reporting.
    FirstArticle,
    /// 巡检: while it is being made; the order stays as it is.
    InProcess,
    /// 终检: opens the signature.
    Final,
    /// 来料检验: of what a supplier delivers, before it is put away. No order is concerned.
    Incoming,
}

impl PlanKind {
    /// The inspection that an order keeps a line about; none for one in process.
    pub fn of_order(self) -> Option<InspectionKind> {
        match self {
            Self::FirstArticle => Some(InspectionKind::FirstArticle),
            Self::InProcess | Self::Incoming => None,
            Self::Final => Some(InspectionKind::Final),
        }
    }

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstArticle => "first_article",
            Self::InProcess => "in_process",
            Self::Final => "final",
            Self::Incoming => "incoming",
        }
    }
}

impl From<InspectionKind> for PlanKind {
    fn from(kind: InspectionKind) -> Self {
        match kind {
            InspectionKind::FirstArticle => Self::FirstArticle,
            InspectionKind::Final => Self::Final,
        }
    }
}

/// How a characteristic is judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "CharacteristicMeasure"))]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Measure {
    /// A number between limits, which are well themselves.
    Number {
        /// The least that is well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lower: Option<Quantity>,
        /// The most that is well.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        upper: Option<Quantity>,
        /// Its unit.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        unit: String,
        /// How many decimals may be entered.
        #[serde(default)]
        decimals: u8,
    },
    /// Yes is well.
    YesNo,
    /// A photo or a note, and whether what it shows is well.
    PhotoNote,
}

/// One thing that is looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Characteristic {
    /// Its name in the data.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// How it is judged.
    pub measure: Measure,
    /// An inspection without it is none.
    #[serde(default = "yes")]
    pub required: bool,
}

fn yes() -> bool {
    true
}

/// How many samples are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Sampling {
    /// Always so many.
    Fixed {
        /// How many.
        count: u16,
    },
    /// One for each so many pieces of the order, at least one.
    Quantity {
        /// Pieces for each sample.
        per: u32,
    },
}

impl Sampling {
    /// The least number of samples for an order of this quantity.
    pub fn samples(self, quantity: Quantity) -> usize {
        let count = match self {
            Self::Fixed { count } => usize::from(count),
            Self::Quantity { per } => {
                let one = 10_i64.saturating_pow(u32::from(quantity.scale()));
                let per = i64::from(per.max(1)).saturating_mul(one);
                let whole = quantity.units().saturating_add(per - 1) / per;
                usize::try_from(whole).unwrap_or(1)
            }
        };
        count.clamp(1, SAMPLES_MAX)
    }
}

/// A plan: what is inspected of an item, at an operation or of all of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct InspectionPlan {
    /// Its name in the data.
    pub id: PlanId,
    /// What people read.
    pub name: String,
    /// What is inspected.
    pub item: ItemId,
    /// At which operation; none for the item as such.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// What for.
    pub kind: PlanKind,
    /// How many samples.
    pub sampling: Sampling,
    /// What is looked at, in this order.
    pub characteristics: Vec<Characteristic>,
    /// False for one that is not used any more.
    #[serde(default = "yes")]
    pub active: bool,
}

impl InspectionPlan {
    /// What is wrong with it: where, and what was expected.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        let named = |text: &str| !text.trim().is_empty() && text.chars().count() <= 100;
        if !named(&self.name) {
            faults.push(("name".into(), "expected a name of 1 to 100 characters".into()));
        }
        match self.sampling {
            Sampling::Fixed { count } if count == 0 || usize::from(count) > SAMPLES_MAX => {
                faults.push(("sampling.count".into(), format!("expected 1 to {SAMPLES_MAX} samples")));
            }
            Sampling::Quantity { per: 0 } => faults.push(("sampling.per".into(), "expected at least 1".into())),
            _ => {}
        }
        if self.characteristics.is_empty() || self.characteristics.len() > CHARACTERISTICS_MAX {
            let expected = format!("expected 1 to {CHARACTERISTICS_MAX} characteristics");
            faults.push(("characteristics".into(), expected));
        }
        for (n, characteristic) in self.characteristics.iter().enumerate() {
            let at = format!("characteristics[{n}]");
            if !named(&characteristic.id) {
                faults.push((format!("{at}.id"), "expected a name of 1 to 100 characters".into()));
            }
            if self.characteristics[..n].iter().any(|other| other.id == characteristic.id) {
                faults.push((format!("{at}.id"), format!("{} is there twice", characteristic.id)));
            }
            if !named(&characteristic.label.zh) || !named(&characteristic.label.en) {
                faults.push((format!("{at}.label"), "expected a name in both languages".into()));
            }
            characteristic.measure.faults(&format!("{at}.measure"), &mut faults);
        }
        if !self.characteristics.is_empty() && !self.characteristics.iter().any(|known| known.required) {
            faults.push(("characteristics".into(), "expected at least one that is required".into()));
        }
        faults
    }

    /// Judges samples. What cannot be judged is an error with where and why.
    pub fn judge(&self, samples: &[Sample], quantity: Quantity) -> Result<Judged, Vec<(String, String)>> {
        let mut errors = Vec::new();
        let wanted = self.sampling.samples(quantity);
        if samples.len() < wanted || samples.len() > SAMPLES_MAX {
            let expected = format!("expected {wanted} to {SAMPLES_MAX} samples, found {}", samples.len());
            errors.push(("samples".to_owned(), expected));
        }
        let mut failed = Vec::new();
        for (n, sample) in samples.iter().enumerate() {
            for id in sample.values.keys() {
                if !self.characteristics.iter().any(|known| known.id == *id) {
                    errors.push((format!("samples[{n}].values.{id}"), "the plan has no such characteristic".into()));
                }
            }
            for characteristic in &self.characteristics {
                let at = format!("samples[{n}].values.{}", characteristic.id);
                match sample.values.get(&characteristic.id) {
                    None if characteristic.required => {
                        errors.push((at, format!("{} is missing", characteristic.label.en)));
                    }
                    None => {}
                    Some(value) => match characteristic.measure.judge(value) {
                        Ok(true) => {}
                        Ok(false) => failed.push(Failed { sample: n, characteristic: characteristic.id.clone() }),
                        Err((field, expected)) => errors.push((format!("{at}.{field}"), expected)),
                    },
                }
            }
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let result = if failed.is_empty() { InspectionResult::Pass } else { InspectionResult::Fail };
        Ok(Judged { result, failed })
    }
}

impl Measure {
    fn faults(&self, at: &str, faults: &mut Vec<(String, String)>) {
        let Self::Number { lower, upper, unit, decimals } = self else { return };
        if lower.is_none() && upper.is_none() {
            faults.push((at.to_owned(), "expected a lower limit, an upper one, or both".into()));
        }
        if let (Some(lower), Some(upper)) = (lower, upper)
            && upper < lower
        {
            faults.push((format!("{at}.upper"), format!("the upper limit {upper} is below the lower limit {lower}")));
        }
        if *decimals > SCALE_MAX {
            faults.push((format!("{at}.decimals"), format!("expected at most {SCALE_MAX}")));
        }
        if unit.chars().count() > 20 {
            faults.push((format!("{at}.unit"), "expected at most 20 characters".into()));
        }
    }

    /// Whether a value is well; or which field of it cannot be judged, and why.
    pub fn judge(&self, value: &Value) -> Result<bool, (&'static str, String)> {
        let only = |field: &'static str, given: bool| match given {
            true => Err((field, "this characteristic takes none".to_owned())),
            false => Ok(()),
        };
        match self {
            Self::Number { lower, upper, decimals, .. } => {
                only("yes", value.yes.is_some())?;
                let number = value.number.ok_or_else(|| ("number", "expected a number".to_owned()))?;
                let number = number
                    .at_scale(*decimals)
                    .map_err(|_| ("number", format!("expected a number with at most {decimals} decimals")))?;
                Ok(lower.is_none_or(|lower| lower <= number) && upper.is_none_or(|upper| number <= upper))
            }
            Self::YesNo => {
                only("number", value.number.is_some())?;
                value.yes.ok_or_else(|| ("yes", "expected true or false".to_owned()))
            }
            Self::PhotoNote => {
                only("number", value.number.is_some())?;
                if value.photo.is_none() && value.note.trim().is_empty() {
                    return Err(("photo", "expected a photo or a note".to_owned()));
                }
                Ok(value.yes.unwrap_or(true))
            }
        }
    }
}

/// What was found at one characteristic of one sample.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Value {
    /// What was measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<Quantity>,
    /// Yes or no; of a photo or note, whether it shows something well, which is so where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yes: Option<bool>,
    /// What was seen.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    /// A photo of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub photo: Option<PhotoId>,
}

/// One piece that was looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What was found, by characteristic.
    pub values: BTreeMap<String, Value>,
}

/// A value outside of what is well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// Of which sample, from 0.
    pub sample: usize,
    /// At which characteristic.
    pub characteristic: String,
}

/// What samples come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    /// Whether all is well.
    pub result: InspectionResult,
    /// What is not.
    pub failed: Vec<Failed>,
}

/// An inspection by a plan, as it is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PlannedInspection {
    /// Its id.
    pub id: InspectionId,
    /// The order.
    pub order: OrderId,
    /// The operation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<u16>,
    /// The plan as it was.
    pub plan: InspectionPlan,
    /// The version of that plan.
    pub plan_version: u64,
    /// What was found.
    pub samples: Vec<Sample>,
    /// The outcome.
    pub result: InspectionResult,
    /// What was not well.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed: Vec<Failed>,
    /// Who.
    pub by: UserId,
    /// When.
    #[serde(deserialize_with = "crate::time::timestamp")]
    pub at: Timestamp,
    /// When it was seen, where that is not now: on a phone that had no network.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "crate::time::timestamp_option")]
    pub occurred_at: Option<Timestamp>,
    /// A remark.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
}

/// What a plant has chosen about quality.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QualitySettings {
    /// A first article that fails closes reporting again until one passes. Off, one pass opens it for good.
    #[serde(default)]
    pub first_article_failure_closes: bool,
}
