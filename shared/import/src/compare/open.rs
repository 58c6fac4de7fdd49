//! Opens a comparison; compares at once where the list came with it.

use std::collections::BTreeMap;

use serde_json::json;
use takt_api::TEXT_MAX;
use takt_api::comparison::{Comparison, ComparisonState, OpenComparison};
use takt_records::caller::Caller;
use takt_records::command::{Answer, CommandError, Plan, run, text_at};
use takt_records::keep::kind;
use takt_records::load::answered_before;
use takt_store::{Load, Store};

use super::mapping::check;
use super::{record, run::compared};

/// Opens it.
pub async fn open<S: Store>(store: &S, caller: &Caller, given: &OpenComparison) -> Result<Answer, CommandError> {
    text_at("source", &given.source, TEXT_MAX)?;
    if given.as_of.is_some_and(|as_of| as_of > caller.now) {
        return Err(CommandError::field("as_of", "expected a time that is not ahead"));
    }
    if given.mapping.is_some() && given.mapping_name.is_some() {
        return Err(CommandError::field("mapping", "expected either a mapping or the name of one"));
    }
    if let Some(mapping) = &given.mapping {
        check(mapping, "mapping.")?;
    }
    run(store, caller, async || {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.key = caller.key_lookup();
        load.records = given.mapping_name.iter().map(|name| (kind::COMPARISON_MAPPING.into(), name.clone())).collect();
        let mut loaded = store.load(&load).await?;
        answered_before(&mut loaded, caller)?;
        let mapping = match &given.mapping_name {
            Some(name) => loaded
                .record(kind::COMPARISON_MAPPING, name)
                .ok_or_else(|| CommandError::field("mapping_name", format!("there is no mapping {name}")))?
                .parse()?,
            None => given.mapping.clone().unwrap_or_default(),
        };
        let comparison = Comparison {
            id: caller.derived_id(),
            state: ComparisonState::Open,
            source: given.source.clone(),
            as_of: given.as_of.unwrap_or(caller.now),
            by: caller.actor.user.clone(),
            at: caller.now,
            mapping,
            mapping_name: given.mapping_name.clone(),
            rows: 0,
            differences: BTreeMap::new(),
        };
        if let Some(text) = &given.text {
            return compared(store, caller, comparison, 0, text, 201).await;
        }
        let body = json!(comparison);
        let mut commit = caller.commit(201, &body);
        commit.records.push(record(&comparison, 0));
        Ok(Plan { commit, status: 201, body })
    })
    .await
}
