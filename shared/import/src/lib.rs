//! Imports: CSV files become master data, users and opening stock, all of them or nothing.
//!
//! [`tables::read`] turns texts and a mapping into typed rows, [`check::check`] holds them against each other and against
//! what the plant [already has](existing::Existing), and both only look at their arguments. [`command`] stages the files
//! in the record store and books a whole import as one commit. `docs/import.md` describes the tables for people.

pub mod bulk;
pub mod check;
pub mod command;
pub mod compare;
pub mod count_list;
pub mod error;
pub mod existing;
pub mod list;
pub mod table;
pub mod tables;

mod bom_tree;
mod mapping;
mod row;
mod sheet;
