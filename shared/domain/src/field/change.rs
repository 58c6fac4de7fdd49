//! Whether a form may be put in the place of the one before.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Field, FieldKind, Form, FormOf};
use crate::quantity::SCALE_MAX;
use crate::text::{Label, Lang};

/// The most fields that people fill in on one form.
pub const ACTIVE_MAX: usize = 50;

/// The most fields of a form with those that were taken away.
pub const FIELDS_MAX: usize = 200;

/// The most answers of a choice.
const OPTIONS_MAX: usize = 50;

/// The most operations that a field is limited to.
const OPERATIONS_MAX: usize = 50;

/// The longest label, in characters.
const LABEL_MAX: usize = 60;

/// The longest text that a field may ask for, in characters.
const TEXT_MAX: u16 = 1000;

/// What is wrong with a field, or with a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field by its id; in the definition of a form, where in it.
    pub at: String,
    /// What was expected, in the reader's language.
    pub detail: String,
}

impl Problem {
    pub(super) fn new(at: &str, detail: impl Into<String>) -> Self {
        Self { at: at.to_owned(), detail: detail.into() }
    }
}

impl Form {
    /// This form with other fields. What is no longer among them is kept as retired, and a field keeps its kind, since
    /// old values are read by it. The error has everything that is wrong.
    pub fn with_fields(&self, fields: Vec<Field>, lang: Lang) -> Result<Self, Vec<Problem>> {
        let mut problems = check(&fields, lang);
        let has_operations = matches!(self.of, FormOf::Report | FormOf::Operation);
        for (n, field) in fields.iter().enumerate().filter(|(_, field)| !field.operations.is_empty()) {
            let detail = if !has_operations {
                lang.pick(
                    "只有报工和工序字段可以限定工序",
                    "only fields of reports and operations belong to operations",
                )
            } else if field.operations.len() > OPERATIONS_MAX || field.operations.contains(&0) {
                lang.pick("最多 50 个工序号,从 1 起", "expected at most 50 numbers of operations, from 1 on")
            } else {
                continue;
            };
            problems.push(Problem::new(&format!("fields[{n}].operations"), detail));
        }
        for (n, field) in fields.iter().enumerate() {
            let before = self.field(&field.id);
            if before.is_some_and(|before| before.kind.name() != field.kind.name()) {
                let detail = lang.pick(
                    "已有字段的类型不能改;请新建一个字段",
                    "the type of a field cannot change: make a new field instead",
                );
                problems.push(Problem::new(&format!("fields[{n}].kind"), detail));
            }
        }
        let mut after = Self { of: self.of, fields };
        for before in &self.fields {
            if after.field(&before.id).is_none() {
                after.fields.push(Field { retired: true, ..before.clone() });
            }
        }
        if after.fields.len() > FIELDS_MAX {
            problems.push(Problem::new("fields", too_many(FIELDS_MAX, lang)));
        }
        if problems.is_empty() { Ok(after) } else { Err(problems) }
    }
}

fn too_many(max: usize, lang: Lang) -> String {
    match lang {
        Lang::Zh => format!("最多 {max} 个字段"),
        Lang::En => format!("expected at most {max} fields"),
    }
}

fn check(fields: &[Field], lang: Lang) -> Vec<Problem> {
    let mut problems = Vec::new();
    if fields.iter().filter(|field| !field.retired).count() > ACTIVE_MAX {
        problems.push(Problem::new("fields", too_many(ACTIVE_MAX, lang)));
    }
    let mut seen = BTreeSet::new();
    for (n, field) in fields.iter().enumerate() {
        let mut wrong = |part: &str, detail: &str| problems.push(Problem::new(&format!("fields[{n}].{part}"), detail));
        if !is_slug(&field.id) {
            let detail = lang.pick(
                "编号用小写字母、数字和下划线,字母开头,最多 32 个",
                "expected 1 to 32 small letters, digits or underscores, a letter first",
            );
            wrong("id", detail);
        } else if !seen.insert(&field.id) {
            wrong("id", lang.pick("编号重复", "expected an id that no other field has"));
        }
        if !is_label(&field.label) {
            wrong("label", label_wanted(lang));
        }
        if field.inspection && matches!(field.kind, FieldKind::Text { .. } | FieldKind::Date) {
            let detail =
                lang.pick("检验项须为数字、是否或选项", "an inspection item is a number, a yes or no, or a choice");
            wrong("inspection", detail);
        }
        check_kind(&field.kind, lang, &mut wrong);
    }
    problems
}

fn check_kind(kind: &FieldKind, lang: Lang, wrong: &mut impl FnMut(&str, &str)) {
    match kind {
        FieldKind::Text { max_chars } => {
            if !(1..=TEXT_MAX).contains(max_chars) {
                wrong("kind.max_chars", lang.pick("请填 1 到 1000", "expected 1 to 1000"));
            }
        }
        FieldKind::Number { decimals, min, max, unit } => {
            if *decimals > SCALE_MAX {
                wrong("kind.decimals", lang.pick("请填 0 到 9", "expected 0 to 9"));
            }
            if let (Some(min), Some(max)) = (min, max)
                && max < min
            {
                wrong("kind.max", lang.pick("上限低于下限", "expected an upper limit that is not below the lower one"));
            }
            for (part, limit) in [("kind.min", min), ("kind.max", max)] {
                if limit.is_some_and(|limit| limit.at_scale(*decimals).is_err()) {
                    wrong(part, lang.pick("小数位数超出", "expected no more decimals than the field has"));
                }
            }
            if unit.chars().count() > 16 || unit.chars().any(char::is_control) {
                wrong("kind.unit", lang.pick("最多 16 个字符", "expected at most 16 characters"));
            }
        }
        FieldKind::Choice { options } => {
            if options.is_empty() || options.len() > OPTIONS_MAX {
                wrong("kind.options", lang.pick("请给 1 到 50 个选项", "expected 1 to 50 options"));
            }
            let mut seen = BTreeSet::new();
            for (n, option) in options.iter().enumerate() {
                if !is_slug(&option.id) || !seen.insert(&option.id) {
                    let detail = lang.pick("选项编号无效或重复", "expected an id as a field has, and each once");
                    wrong(&format!("kind.options[{n}].id"), detail);
                }
                if !is_label(&option.label) {
                    wrong(&format!("kind.options[{n}].label"), label_wanted(lang));
                }
            }
        }
        FieldKind::YesNo | FieldKind::Date => {}
    }
}

fn label_wanted(lang: Lang) -> &'static str {
    lang.pick("中英文名称都要填,最多 60 个字符", "expected a name in both languages, of at most 60 characters")
}

fn is_label(label: &Label) -> bool {
    [&label.zh, &label.en]
        .into_iter()
        .all(|text| !text.trim().is_empty() && text.chars().count() <= LABEL_MAX && !text.chars().any(char::is_control))
}

fn is_slug(id: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    id.len() <= 32 && id.bytes().next().is_some_and(|first| first.is_ascii_lowercase()) && id.bytes().all(plain)
}
