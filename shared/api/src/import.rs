//! Imports: CSV files are staged in chunks and published by one statement, all or nothing.
//!
//! 1. `POST /api/v1/imports` `{}` opens one and answers its id.
//! 2. `PUT /api/v1/imports/{id}/parts/{n}` `{file, text}` stages a piece of a file; pieces of one file follow each other by `n`.
//! 3. `POST /api/v1/imports/{id}/publish` `{mapping}` reads all of it, and books all of it or answers 422 with `errors`
//!    whose `at` is `file:line:column`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// `POST /api/v1/imports`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct OpenImport {}

/// An import that takes parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct OpenedImport {
    /// Its id.
    pub id: String,
}

/// `PUT /api/v1/imports/{id}/parts/{n}`
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PutPart {
    /// The file's name, for instance `items.csv`.
    pub file: String,
    /// The text; with the JSON around it below the largest body.
    pub text: String,
}

/// A piece of a file that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StagedPart {
    /// Its number.
    pub part: u32,
    /// The file that it belongs to.
    pub file: String,
}

/// `POST /api/v1/imports/{id}/publish`
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// How foreign files are read; the files named after a table are read as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mapping: Option<Mapping>,
}

/// How foreign files become Takt's tables. Written as TOML for `takt import DIR --as FILE`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// One entry for each table that a file feeds; one file may feed several.
    #[serde(default, rename = "table")]
    pub tables: Vec<MappedTable>,
}

/// How one file feeds one table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct MappedTable {
    /// The file.
    pub file: String,
    /// The table: items, boms, routings, locations, lines, equipment, moulds, crew, users or balances.
    pub table: String,
    /// Takt's column to what stands in it: `{Foreign Column}` in braces is replaced, the rest is taken as it is.
    pub columns: BTreeMap<String, String>,
    /// Foreign values to Takt's, by Takt's column: applied to the whole value after the columns are put together.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub values: BTreeMap<String, BTreeMap<String, String>>,
    /// Takt's columns whose value is how many entries the text lists, separated by commas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub count: Vec<String>,
    /// Rows whose values equal an earlier row's in every column are passed over.
    #[serde(default)]
    pub merge_equal_rows: bool,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Imported {
    /// Rows by table.
    pub rows: BTreeMap<String, u32>,
}
