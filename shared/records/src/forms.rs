//! The plant's own fields where they are kept and judged: forms, the columns of exports, and the values in between.

use serde::{Deserialize, Serialize};
use takt_api::TEXT_MAX;
use takt_api::problem::FieldError;
use takt_domain::columns::ListOf;
use takt_domain::field::{ACTIVE_MAX, Form, FormOf, Problem, Values};
use takt_domain::text::Lang;
use takt_store::{Loaded, RecordWrite, StoreError};

use crate::command::{CommandError, text_at};
use crate::keep::{PLANT_PARENT, kind};

/// Which columns a plant has chosen for a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredColumns {
    /// By name, in their order; none where the plant has not chosen.
    pub names: Vec<String>,
}

/// What a load asks for to get a form.
pub fn lookup(of: FormOf) -> (String, String) {
    (kind::FORM.to_owned(), of.as_str().to_owned())
}

/// What a load asks for to get all forms and all columns.
pub fn lookup_all() -> Vec<(String, String)> {
    [kind::FORM, kind::COLUMNS].map(|kind| (kind.to_owned(), PLANT_PARENT.to_owned())).to_vec()
}

/// A form out of what was loaded, with its version; none where the plant never made one.
pub fn stored(loaded: &Loaded, of: FormOf) -> Result<Option<(Form, u64)>, StoreError> {
    let record = loaded.record(kind::FORM, of.as_str());
    record.map(|record| Ok((record.parse()?, record.version))).transpose()
}

/// All forms of the plant, with their versions; those that were never made are empty.
pub fn all(loaded: &Loaded) -> Result<Vec<(Form, u64)>, StoreError> {
    FormOf::ALL.into_iter().map(|of| Ok(stored(loaded, of)?.unwrap_or_else(|| (Form::empty(of), 0)))).collect()
}

/// The columns that the plant has chosen for a list, with their version.
pub fn columns(loaded: &Loaded, list: ListOf) -> Result<(Vec<String>, u64), StoreError> {
    let Some(record) = loaded.record(kind::COLUMNS, list.as_str()) else { return Ok((Vec::new(), 0)) };
    let columns: StoredColumns = record.parse()?;
    Ok((columns.names, record.version))
}

/// The record of a form.
pub fn form_write(form: &Form, expected: u64) -> RecordWrite {
    let body = serde_json::to_value(form).unwrap_or_default();
    RecordWrite {
        parent: Some(PLANT_PARENT.into()),
        ..RecordWrite::new(kind::FORM, form.of.as_str(), Some(expected), body)
    }
}

/// The record of the columns of a list.
pub fn columns_write(list: ListOf, columns: &StoredColumns, expected: u64) -> RecordWrite {
    let body = serde_json::to_value(columns).unwrap_or_default();
    RecordWrite {
        parent: Some(PLANT_PARENT.into()),
        ..RecordWrite::new(kind::COLUMNS, list.as_str(), Some(expected), body)
    }
}

/// What can be said of values without looking at a form.
pub fn check(given: &Values) -> Result<(), CommandError> {
    if given.len() > ACTIVE_MAX {
        return Err(CommandError::field("custom", format!("expected at most {ACTIVE_MAX} fields")));
    }
    for (name, value) in given {
        text_at("custom", name, 64)?;
        text_at(&format!("custom.{name}"), value, TEXT_MAX)?;
    }
    Ok(())
}

/// The values as they are kept, read by the form where there is one. An order of a plant that has made no form takes any
/// fields, as interfaces send them; nothing else does.
pub fn accepted(
    form: Option<Form>,
    of: FormOf,
    given: &Values,
    before: &Values,
    lang: Lang,
) -> Result<Values, CommandError> {
    check(given)?;
    let form = match form {
        Some(form) => form,
        None if of == FormOf::Order => return Ok(given.clone()),
        None => Form::empty(of),
    };
    form.accept(given, before, lang).map_err(|problems| invalid(problems, "custom."))
}

/// What is wrong with a form or with values, as the fields of the request.
pub fn invalid(problems: Vec<Problem>, lead: &str) -> CommandError {
    let error = |problem: Problem| FieldError { at: format!("{lead}{}", problem.at), detail: problem.detail };
    CommandError::Invalid(problems.into_iter().map(error).collect())
}
