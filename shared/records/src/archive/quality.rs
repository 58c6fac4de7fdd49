//! What quality has written down about an order and does not have the order as its parent.

use std::collections::BTreeSet;

use serde::de::DeserializeOwned;
use takt_domain::quality::PlannedInspection;
use takt_domain::quality::nonconformance::Nonconformance;
use takt_store::Holding;

use crate::command::CommandError;
use crate::keep::kind;

/// Signatures of nonconformances, and photos, that the records of an order name.
pub(super) fn named(holding: &Holding) -> Result<(BTreeSet<String>, BTreeSet<String>), CommandError> {
    let (mut signatures, mut photos) = (BTreeSet::new(), BTreeSet::new());
    for found in all::<Nonconformance>(holding, kind::NONCONFORMANCE)? {
        signatures.extend(found.disposition.and_then(|disposition| disposition.signature));
        photos.extend(found.photo.map(|photo| photo.to_string()));
    }
    for found in all::<PlannedInspection>(holding, kind::INSPECTION)? {
        let values = found.samples.iter().flat_map(|sample| sample.values.values());
        photos.extend(values.filter_map(|value| value.photo.as_ref()).map(ToString::to_string));
    }
    Ok((signatures, photos))
}

fn all<T: DeserializeOwned>(holding: &Holding, kind: &str) -> Result<Vec<T>, CommandError> {
    let of_kind = holding.records.iter().filter(|record| record.kind == kind);
    let parsed = of_kind.map(|record| {
        serde_json::from_value(record.body.clone())
            .map_err(|error| CommandError::Damaged(format!("{kind} {}: {error}", record.id)))
    });
    parsed.collect()
}
