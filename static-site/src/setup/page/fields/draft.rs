//! A field while it is edited: everything as it was typed.

use takt_domain::field::{Choice, Field, FieldKind, Width};
use takt_domain::quantity::Quantity;
use takt_domain::text::Label;

use crate::slug::slug;

/// The kinds, as they travel.
pub(super) const KINDS: [&str; 5] = ["number", "yes_no", "choice", "text", "date"];

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftChoice {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) fails: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct DraftField {
    pub(super) id: String,
    pub(super) zh: String,
    pub(super) en: String,
    pub(super) kind: String,
    pub(super) max_chars: String,
    pub(super) decimals: String,
    pub(super) min: String,
    pub(super) max: String,
    pub(super) unit: String,
    pub(super) options: Vec<DraftChoice>,
    pub(super) required: bool,
    pub(super) inspection: bool,
    pub(super) half: bool,
    pub(super) in_list: bool,
    /// Numbers of operations, as they are typed.
    pub(super) operations: String,
    pub(super) retired: bool,
    /// Not saved yet: its id and its kind may still change.
    pub(super) is_new: bool,
}

impl DraftField {
    /// A field that nobody has filled in yet; `n` keeps its id apart from the others'.
    pub(super) fn new(n: usize) -> Self {
        Self {
            id: format!("field_{n}"),
            zh: String::new(),
            en: String::new(),
            kind: "number".into(),
            max_chars: "100".into(),
            decimals: "1".into(),
            min: String::new(),
            max: String::new(),
            unit: String::new(),
            options: vec![DraftChoice::new(1), DraftChoice::new(2)],
            required: false,
            inspection: false,
            half: false,
            in_list: false,
            operations: String::new(),
            retired: false,
            is_new: true,
        }
    }

    /// As it was saved.
    pub(super) fn of(field: &Field) -> Self {
        let mut draft = Self::new(0);
        let limit = |limit: &Option<Quantity>| limit.map(|limit| limit.to_string()).unwrap_or_default();
        match &field.kind {
            FieldKind::Text { max_chars } => draft.max_chars = max_chars.to_string(),
            FieldKind::Number { decimals, min, max, unit } => {
                draft.decimals = decimals.to_string();
                (draft.min, draft.max) = (limit(min), limit(max));
                draft.unit.clone_from(unit);
            }
            FieldKind::Choice { options } => draft.options = options.iter().map(DraftChoice::of).collect(),
            FieldKind::YesNo | FieldKind::Date => {}
        }
        Self {
            id: field.id.clone(),
            zh: field.label.zh.clone(),
            en: field.label.en.clone(),
            kind: field.kind.name().into(),
            required: field.required,
            inspection: field.inspection,
            half: field.width == Width::Half,
            in_list: field.in_list,
            operations: field.operations.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "),
            retired: field.retired,
            is_new: false,
            ..draft
        }
    }

    /// Whether its kind can be an inspection item.
    pub(super) fn can_inspect(&self) -> bool {
        !matches!(self.kind.as_str(), "text" | "date")
    }

    /// The field, as far as what was typed can be read; the error is the part that cannot.
    pub(super) fn field(&self) -> Result<Field, &'static str> {
        let limit = |text: &str, part| match text.trim() {
            "" => Ok(None),
            text => text.parse::<Quantity>().map(Some).map_err(|_| part),
        };
        let kind = match self.kind.as_str() {
            "number" => FieldKind::Number {
                decimals: self.decimals.trim().parse().map_err(|_| "kind.decimals")?,
                min: limit(&self.min, "kind.min")?,
                max: limit(&self.max, "kind.max")?,
                unit: self.unit.trim().to_owned(),
            },
            "yes_no" => FieldKind::YesNo,
            "choice" => FieldKind::Choice { options: self.options.iter().map(DraftChoice::choice).collect() },
            "date" => FieldKind::Date,
            _ => FieldKind::Text { max_chars: self.max_chars.trim().parse().map_err(|_| "kind.max_chars")? },
        };
        Ok(Field {
            id: self.id.trim().to_owned(),
            label: Label { zh: self.zh.trim().to_owned(), en: self.en.trim().to_owned() },
            kind,
            required: self.required,
            inspection: self.inspection && self.can_inspect(),
            width: if self.half { Width::Half } else { Width::Full },
            in_list: self.in_list,
            operations: self.operations()?,
            retired: self.retired,
        })
    }

    fn operations(&self) -> Result<Vec<u16>, &'static str> {
        let numbers = self.operations.split([' ', ',', ',', '、']).filter(|number| !number.is_empty());
        numbers.map(|number| number.parse().map_err(|_| "operations")).collect()
    }

    /// What a new field is called after its English name.
    pub(super) fn name_after(&mut self, english: &str) {
        self.en = english.to_owned();
        let slug = slug(english);
        if self.is_new && !slug.is_empty() {
            self.id = slug;
        }
    }
}

impl DraftChoice {
    pub(super) fn new(n: usize) -> Self {
        Self { id: format!("option_{n}"), zh: String::new(), en: String::new(), fails: false }
    }

    fn of(choice: &Choice) -> Self {
        let Label { zh, en } = choice.label.clone();
        Self { id: choice.id.clone(), zh, en, fails: choice.fails }
    }

    fn choice(&self) -> Choice {
        let label = Label { zh: self.zh.trim().to_owned(), en: self.en.trim().to_owned() };
        Choice { id: self.id.clone(), label, fails: self.fails }
    }
}
