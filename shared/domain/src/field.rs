//! The plant's own fields (自定义字段): what may stand in them, how a form is laid out, and what an inspection item
//! says of the value that was measured. The browser asks the same code that the server decides by.

mod change;
mod value;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::quantity::Quantity;
use crate::text::Label;

pub use change::{ACTIVE_MAX, FIELDS_MAX, Problem};

/// Values by field, in their canonical text: `12.50`, `yes`, the id of an option, `2026-03-01`.
pub type Values = BTreeMap<String, String>;

/// What the fields of a form belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FormOf {
    /// A work order.
    Order,
    /// An operation of a work order.
    Operation,
    /// A production report.
    Report,
    /// An item.
    Item,
}

impl FormOf {
    /// Every form that a plant has.
    pub const ALL: [Self; 4] = [Self::Order, Self::Operation, Self::Report, Self::Item];

    /// The name that travels, and the id of the form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Order => "order",
            Self::Operation => "operation",
            Self::Report => "report",
            Self::Item => "item",
        }
    }

    /// The form of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|of| of.as_str() == name)
    }
}

/// One of the answers of a choice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is kept.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// On an inspection item: whoever picks it says that the piece is bad.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fails: bool,
}

/// What may stand in a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum FieldKind {
    /// A text on one line.
    Text {
        /// The most characters.
        max_chars: u16,
    },
    /// A decimal number. On an inspection item the limits judge what was measured; elsewhere they bound what may stand there.
    Number {
        /// How many decimals it may have.
        decimals: u8,
        /// The lower limit, which is itself allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        min: Option<Quantity>,
        /// The upper limit, which is itself allowed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max: Option<Quantity>,
        /// The unit, for instance `°C`.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        unit: String,
    },
    /// `yes` or `no`. On an inspection item `yes` passes.
    YesNo,
    /// One of a few answers.
    Choice {
        /// The answers, in the order in which they are shown.
        options: Vec<Choice>,
    },
    /// A day.
    Date,
}

impl FieldKind {
    /// The name that travels.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Text { .. } => "text",
            Self::Number { .. } => "number",
            Self::YesNo => "yes_no",
            Self::Choice { .. } => "choice",
            Self::Date => "date",
        }
    }
}

/// How much of a row a field takes on a form.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Width {
    /// All of it.
    #[default]
    Full,
    /// Half of it: two such fields stand beside each other.
    Half,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// Its name in the API, in searches and in imports: small letters, digits and underscores, a letter first.
    pub id: String,
    /// What people read.
    pub label: Label,
    /// What may stand in it.
    pub kind: FieldKind,
    /// It may not be left empty.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub required: bool,
    /// 检验项: what stands in it passes or fails by its limits; a value that fails is kept all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub inspection: bool,
    /// How wide it is on the form.
    #[serde(default)]
    pub width: Width,
    /// Lists show it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_list: bool,
    /// On the forms of reports and operations: only at operations of these numbers; at all of them where it is empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub operations: Vec<u16>,
    /// Taken away from the form: nobody fills it in any more, and old values stay readable.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub retired: bool,
}

/// All fields of one form, in the order in which they are shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Form {
    /// What it belongs to.
    pub of: FormOf,
    /// Its fields, the retired ones too.
    pub fields: Vec<Field>,
}

impl Form {
    /// The form of a plant that has said nothing yet.
    pub fn empty(of: FormOf) -> Self {
        Self { of, fields: Vec::new() }
    }

    /// The fields that are filled in now.
    pub fn active(&self) -> impl Iterator<Item = &Field> {
        self.fields.iter().filter(|field| !field.retired)
    }

    /// The form as it is at one operation: what belongs to others is not on it.
    pub fn at(mut self, operation: u16) -> Self {
        self.fields.retain(|field| field.operations.is_empty() || field.operations.contains(&operation));
        self
    }

    /// The field of that id, retired or not.
    pub fn field(&self, id: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.id == id)
    }
}
