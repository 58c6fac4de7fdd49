//! The plant's own fields, and the columns of exports.

use serde::{Deserialize, Serialize};
use takt_domain::columns::ListOf;
use takt_domain::field::{Field, Form, Values};

/// Says in the answer to an export where the next piece of it starts; absent after the last.
pub const NEXT_HEADER: &str = "takt-next";

/// The most rows of one piece of an export.
pub const EXPORT_MAX: usize = 5_000;

/// `GET /api/v1/forms`: every form and every choice of columns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Forms {
    /// One for each thing that can have fields of the plant's own; empty where it has none.
    pub forms: Vec<FormState>,
    /// One for each list that can be exported.
    pub columns: Vec<ColumnsState>,
}

/// A form with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormState {
    /// The form.
    pub form: Form,
    /// Grows by one with each change; 0 where nobody has made it yet.
    pub version: u64,
}

/// The columns of a list with their version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ColumnsState {
    /// Of which list.
    pub list: ListOf,
    /// By name, in their order; none where all are exported.
    pub columns: Vec<String>,
    /// Grows by one with each change; 0 where nobody has chosen yet.
    pub version: u64,
}

/// `PUT /api/v1/forms/{form}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutForm {
    /// The version that was changed.
    pub version: u64,
    /// Its fields from now on, in their order. A field that is left out is retired: old values stay readable.
    pub fields: Vec<Field>,
}

/// `PUT /api/v1/columns/{list}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutColumns {
    /// The version that was changed.
    pub version: u64,
    /// By name, in their order; none for all there are.
    pub columns: Vec<String>,
}

/// `PUT /api/v1/orders/{order}/custom`, `.../operations/{operation}/custom`, `PUT /api/v1/items/{item}/custom`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutCustom {
    /// All fields of the form that have a value from now on.
    pub custom: Values,
}

/// The fields as they stand after that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CustomState {
    /// The values, as they are kept.
    pub custom: Values,
    /// The version of the record.
    pub version: u64,
}
