//! How plans, inspections and nonconformances are kept.

use takt_domain::id::ItemId;
use takt_domain::quality::nonconformance::Nonconformance;
use takt_domain::quality::{InspectionPlan, PlannedInspection, QualitySettings};
use takt_store::{Loaded, RecordWrite, StoreError};

use crate::keep::{PLANT_PARENT, kind};

/// A plan: found by the item that it is for.
pub fn plan(plan: &InspectionPlan, expected: u64) -> RecordWrite {
    let operation = plan.operation.map_or_else(String::new, |number| format!("{number:05}"));
    RecordWrite {
        state: Some(if plan.active { "active" } else { "inactive" }.into()),
        parent: Some(plan.item.to_string()),
        sort: Some(format!("{}|{operation}|{}", plan.item, plan.kind.as_str())),
        search: Some(format!("{} {} {}", plan.id, plan.name, plan.item)),
        ..RecordWrite::new(
            kind::INSPECTION_PLAN,
            plan.id.as_str(),
            Some(expected),
            serde_json::to_value(plan).unwrap_or_default(),
        )
    }
}

/// An inspection by a plan: found by its order, oldest first.
pub fn inspection(inspection: &PlannedInspection) -> RecordWrite {
    RecordWrite {
        parent: Some(inspection.order.to_string()),
        state: Some(inspection.plan.kind.as_str().into()),
        sort: Some(format!("{:020}", inspection.at.as_millisecond())),
        ..RecordWrite::new(
            kind::INSPECTION,
            inspection.id.as_str(),
            Some(0),
            serde_json::to_value(inspection).unwrap_or_default(),
        )
    }
}

/// A nonconformance: newest first.
pub fn nonconformance(found: &Nonconformance, line: &str, expected: u64) -> RecordWrite {
    RecordWrite {
        state: Some(found.state().as_str().into()),
        line: Some(line.to_owned()),
        parent: Some(found.order.to_string()),
        sort: Some(crate::exceptions::newest_first(found.at.as_millisecond())),
        search: Some(format!("{} {} {} {}", found.id, found.order, found.item, found.what)),
        ..RecordWrite::new(
            kind::NONCONFORMANCE,
            found.id.as_str(),
            Some(expected),
            serde_json::to_value(found).unwrap_or_default(),
        )
    }
}

/// What a load asks for, to know what the plant has chosen.
pub fn settings_record() -> (String, String) {
    (kind::QUALITY_SETTINGS.into(), PLANT_PARENT.into())
}

/// What the plant has chosen, with its version.
pub fn settings(loaded: &Loaded) -> Result<(QualitySettings, u64), StoreError> {
    match loaded.record(kind::QUALITY_SETTINGS, PLANT_PARENT) {
        Some(record) => Ok((record.parse()?, record.version)),
        None => Ok((QualitySettings::default(), 0)),
    }
}

/// The plans of an item that are in use, out of what was loaded.
pub fn plans(loaded: &Loaded, item: &ItemId) -> Result<Vec<InspectionPlan>, StoreError> {
    let all = loaded.children(kind::INSPECTION_PLAN, item.as_str()).map(|record| record.parse::<InspectionPlan>());
    let all = all.collect::<Result<Vec<_>, _>>()?;
    Ok(all.into_iter().filter(|plan| plan.active).collect())
}
