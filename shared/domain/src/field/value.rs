//! What stands in a field: read, judged, shown.

use std::collections::BTreeMap;

use super::{Choice, Field, FieldKind, Form, Problem, Values};
use crate::order::InspectionResult;
use crate::quantity::Quantity;
use crate::text::Lang;
use crate::time::read_date;

impl Form {
    /// Reads what somebody filled in. Fields that are not on the form may only stay as they were, so that nothing is lost
    /// when a field is taken away. The error has every field that is wrong.
    pub fn accept(&self, given: &Values, before: &Values, lang: Lang) -> Result<Values, Vec<Problem>> {
        let mut problems = Vec::new();
        let is_on_form = |id: &str| self.active().any(|field| field.id == id);
        let mut accepted: Values = before.clone();
        accepted.retain(|id, _| !is_on_form(id));
        for (id, value) in given.iter().filter(|(id, _)| !is_on_form(id)) {
            if before.get(id) != Some(value) {
                problems.push(Problem::new(id, lang.pick("表单上没有此字段", "there is no such field on the form")));
            }
        }
        for field in self.active() {
            let value = given.get(&field.id).map(|value| value.trim()).filter(|value| !value.is_empty());
            let Some(value) = value else {
                if field.required {
                    problems.push(Problem::new(&field.id, lang.pick("必填", "expected a value")));
                }
                continue;
            };
            match field.read(value, lang) {
                Ok(value) => drop(accepted.insert(field.id.clone(), value)),
                Err(detail) => problems.push(Problem::new(&field.id, detail)),
            }
        }
        if problems.is_empty() { Ok(accepted) } else { Err(problems) }
    }

    /// What the inspection items say of these values. Items without a value say nothing.
    pub fn judge(&self, values: &Values) -> BTreeMap<String, InspectionResult> {
        let mut judged = BTreeMap::new();
        judged.extend(
            self.active().filter_map(|field| Some((field.id.clone(), field.judge(values.get(&field.id)?.trim())?))),
        );
        judged
    }
}

impl Field {
    /// The canonical text of a value; the error says what was expected.
    pub fn read(&self, value: &str, lang: Lang) -> Result<String, String> {
        match &self.kind {
            FieldKind::Text { max_chars } => text(value, *max_chars, lang),
            FieldKind::Number { decimals, .. } => {
                let number = number(value, *decimals, lang)?;
                match self.outside(number, lang) {
                    Some(detail) if !self.inspection => Err(detail),
                    _ => Ok(number.to_string()),
                }
            }
            FieldKind::YesNo if matches!(value, "yes" | "no") => Ok(value.to_owned()),
            FieldKind::YesNo => Err(lang.pick("请填“yes”或“no”", "expected yes or no").to_owned()),
            FieldKind::Choice { options } => match options.iter().find(|option| option.id == value) {
                Some(option) => Ok(option.id.clone()),
                None => Err(one_of(options, lang)),
            },
            FieldKind::Date => match read_date(value) {
                Some(date) => Ok(date.to_string()),
                None => Err(lang.pick("请填日期,如 2026-03-01", "expected a day such as 2026-03-01").to_owned()),
            },
        }
    }

    /// Whether a value passes; none where this is no inspection item, or the value cannot be read.
    pub fn judge(&self, value: &str) -> Option<InspectionResult> {
        if !self.inspection {
            return None;
        }
        let passes = match &self.kind {
            FieldKind::Number { decimals, .. } => {
                self.outside(number(value, *decimals, Lang::En).ok()?, Lang::En).is_none()
            }
            FieldKind::YesNo => match value {
                "yes" => true,
                "no" => false,
                _ => return None,
            },
            FieldKind::Choice { options } => !options.iter().find(|option| option.id == value)?.fails,
            FieldKind::Text { .. } | FieldKind::Date => return None,
        };
        Some(if passes { InspectionResult::Pass } else { InspectionResult::Fail })
    }

    /// What people read of a value. One that the field no longer knows is shown as it was kept.
    pub fn shown(&self, value: &str, lang: Lang) -> String {
        match &self.kind {
            FieldKind::YesNo if value == "yes" => lang.pick("是", "yes").to_owned(),
            FieldKind::YesNo if value == "no" => lang.pick("否", "no").to_owned(),
            FieldKind::Choice { options } => match options.iter().find(|option| option.id == value) {
                Some(option) => option.label.get(lang).to_owned(),
                None => value.to_owned(),
            },
            _ => value.to_owned(),
        }
    }

    /// The limits of a number as people write them, with the unit; empty where there are none.
    pub fn limits(&self) -> String {
        let FieldKind::Number { min, max, unit, .. } = &self.kind else { return String::new() };
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        match (min, max) {
            (Some(min), Some(max)) => format!("{min} – {max}{unit}"),
            (Some(min), None) => format!("≥ {min}{unit}"),
            (None, Some(max)) => format!("≤ {max}{unit}"),
            (None, None) => String::new(),
        }
    }

    /// Says so when a number is beyond the limits.
    fn outside(&self, number: Quantity, lang: Lang) -> Option<String> {
        let FieldKind::Number { min, max, .. } = &self.kind else { return None };
        let low = min.is_some_and(|min| number < min);
        let high = max.is_some_and(|max| number > max);
        (low || high).then(|| match lang {
            Lang::Zh => format!("超出范围 {}", self.limits()),
            Lang::En => format!("expected {}", self.limits()),
        })
    }
}

fn text(value: &str, max_chars: u16, lang: Lang) -> Result<String, String> {
    if value.chars().any(char::is_control) {
        return Err(lang.pick("不能含控制字符或换行", "control characters are not allowed").to_owned());
    }
    if value.chars().count() > usize::from(max_chars) {
        return Err(match lang {
            Lang::Zh => format!("最多 {max_chars} 个字符"),
            Lang::En => format!("expected at most {max_chars} characters"),
        });
    }
    Ok(value.to_owned())
}

fn number(value: &str, decimals: u8, lang: Lang) -> Result<Quantity, String> {
    let number: Quantity =
        value.parse().map_err(|_| lang.pick("请填数字,如 12.5", "expected a number such as 12.5").to_owned())?;
    number.at_scale(decimals).map_err(|_| match lang {
        Lang::Zh => format!("最多 {decimals} 位小数"),
        Lang::En => format!("expected at most {decimals} decimals"),
    })
}

fn one_of(options: &[Choice], lang: Lang) -> String {
    let ids: Vec<_> = options.iter().map(|option| option.id.as_str()).collect();
    match lang {
        Lang::Zh => format!("请选择其一:{}", ids.join("、")),
        Lang::En => format!("expected one of {}", ids.join(", ")),
    }
}
