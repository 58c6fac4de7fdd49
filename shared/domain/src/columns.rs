//! The columns of lists that leave the house (报表列): which ones, in which order. A plant chooses among those that are
//! built in and its own fields.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::field::{Form, FormOf, Problem};
use crate::text::Lang;

/// The most columns of a list.
pub const COLUMNS_MAX: usize = 100;

/// A list that can be exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ListOf {
    /// Work orders.
    Orders,
    /// Production reports.
    Reports,
    /// Items.
    Items,
}

/// A column that every plant has: its name, and what people read.
type BuiltIn = (&'static str, &'static str, &'static str);

const ORDERS: &[BuiltIn] = &[
    ("id", "工单", "order"),
    ("item", "物料", "item"),
    ("item_name", "物料名称", "item name"),
    ("quantity", "数量", "quantity"),
    ("unit", "单位", "unit"),
    ("good", "良品", "good"),
    ("scrap", "报废", "scrap"),
    ("line", "产线", "line"),
    ("priority", "优先级", "priority"),
    ("due", "交期", "due"),
    ("customer", "客户", "customer"),
    ("state", "状态", "state"),
    ("state_since", "状态起始", "in this state since"),
    ("note", "备注", "note"),
];

const REPORTS: &[BuiltIn] = &[
    ("id", "报工编号", "report"),
    ("order", "工单", "order"),
    ("operation", "工序", "operation"),
    ("good", "良品", "good"),
    ("scrap", "报废", "scrap"),
    ("scrap_reasons", "报废原因", "scrap reasons"),
    ("rework", "返工", "rework"),
    ("by", "报工人", "reported by"),
    ("booked_at", "入账时间", "booked at"),
    ("started_at", "开始", "started at"),
    ("ended_at", "结束", "ended at"),
    ("equipment", "设备", "equipment"),
    ("note", "备注", "note"),
    ("reversed_by", "冲销人", "reversed by"),
];

const ITEMS: &[BuiltIn] = &[
    ("id", "物料", "item"),
    ("name", "名称", "name"),
    ("unit", "单位", "unit"),
    ("scale", "小数位", "decimals"),
    ("kind", "类别", "kind"),
    ("barcode", "条码", "barcode"),
];

impl ListOf {
    /// Every list.
    pub const ALL: [Self; 3] = [Self::Orders, Self::Reports, Self::Items];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Orders => "orders",
            Self::Reports => "reports",
            Self::Items => "items",
        }
    }

    /// The list of that name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|list| list.as_str() == name)
    }

    fn built_in(self) -> &'static [BuiltIn] {
        match self {
            Self::Orders => ORDERS,
            Self::Reports => REPORTS,
            Self::Items => ITEMS,
        }
    }

    /// The forms whose fields can be columns here, each with what leads the names of its columns.
    fn forms(self) -> &'static [(&'static str, FormOf)] {
        match self {
            Self::Orders => &[("custom", FormOf::Order), ("operation", FormOf::Operation)],
            Self::Reports => &[("custom", FormOf::Report), ("check", FormOf::Report)],
            Self::Items => &[("custom", FormOf::Item)],
        }
    }

    /// Every column that there could be: the built-in ones, then the fields of the forms, those last that were taken away.
    pub fn all(self, forms: &[Form], lang: Lang) -> Vec<Column> {
        let plain = |(name, zh, en): &BuiltIn| Column {
            name: (*name).to_owned(),
            label: lang.pick(zh, en).to_owned(),
            retired: false,
        };
        let mut found: Vec<Column> = self.built_in().iter().map(plain).collect();
        for (lead, of) in self.forms() {
            let fields = forms.iter().filter(|form| form.of == *of).flat_map(|form| &form.fields);
            found.extend(fields.filter(|field| *lead != "check" || field.inspection).map(|field| {
                let label = field.label.get(lang);
                let label = match *lead {
                    "check" => format!("{label} {}", lang.pick("判定", "result")),
                    "operation" => format!("{}:{label}", lang.pick("工序", "operation")),
                    _ => label.to_owned(),
                };
                Column { name: format!("{lead}.{}", field.id), label, retired: field.retired }
            }));
        }
        found.sort_by_key(|column| column.retired);
        found
    }

    /// The columns that a plant has which chose none: all but those of fields that were taken away.
    pub fn chosen(self, names: &[String], forms: &[Form], lang: Lang) -> Vec<Column> {
        let mut all = self.all(forms, lang);
        if names.is_empty() {
            all.retain(|column| !column.retired);
            return all;
        }
        let of_name = |name: &String| all.iter().find(|column| column.name == *name).cloned();
        names.iter().filter_map(of_name).collect()
    }

    /// What is wrong with a choice of columns. None at all is the choice of every column there is.
    pub fn check(self, names: &[String], forms: &[Form], lang: Lang) -> Vec<Problem> {
        let all = self.all(forms, lang);
        let mut seen = BTreeSet::new();
        let mut problems = Vec::new();
        if names.len() > COLUMNS_MAX {
            let detail = match lang {
                Lang::Zh => format!("最多 {COLUMNS_MAX} 列"),
                Lang::En => format!("expected at most {COLUMNS_MAX} columns"),
            };
            problems.push(Problem { at: "columns".into(), detail });
        }
        for (n, name) in names.iter().enumerate() {
            let at = format!("columns[{n}]");
            if !all.iter().any(|column| column.name == *name) {
                let detail = lang.pick("没有此列", "there is no such column").to_owned();
                problems.push(Problem { at, detail });
            } else if !seen.insert(name) {
                problems
                    .push(Problem {
                        at, detail: lang.pick("此列重复", "this column stands there twice").to_owned()
                    });
            }
        }
        problems
    }
}

/// One column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name: that of a built-in one, or `custom.` and the id of a field (`operation.`, `check.`).
    pub name: String,
    /// What people read above it.
    pub label: String,
    /// Its field was taken away from the form.
    pub retired: bool,
}
