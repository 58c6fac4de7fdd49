//! Orders, reports and items as rows of CSV, with the columns that the plant chose.

use jiff::Timestamp;
use serde::Serialize;
use takt_api::reports::Report;
use takt_domain::columns::{Column, ListOf};
use takt_domain::facts::Progress;
use takt_domain::field::{FieldKind, Form, FormOf, Values};
use takt_domain::master::Item;
use takt_domain::order::{InspectionResult, Order};
use takt_domain::text::Lang;
use takt_store::{Load, Store};

use crate::caller::Caller;
use crate::command::CommandError;
use crate::forms;

/// What stands in one cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// What somebody wrote.
    Text(String),
    /// A number, a day or a word of ours: nothing that a spreadsheet program could take for a formula.
    Plain(String),
}

/// An export on its way.
#[derive(Clone, Debug)]
pub struct Export {
    columns: Vec<Column>,
    forms: Vec<Form>,
    lang: Lang,
    text: String,
}

impl Export {
    /// Looks up the columns of a list, where none are asked for, and begins with their names where this is the first piece.
    pub async fn begin<S: Store>(
        store: &S,
        caller: &Caller,
        list: ListOf,
        asked: Vec<String>,
        is_first: bool,
    ) -> Result<Self, CommandError> {
        let mut load = Load::new(caller.plant, caller.now_ms());
        load.children = forms::lookup_all();
        let loaded = store.load(&load).await?;
        let forms: Vec<Form> = forms::all(&loaded)?.into_iter().map(|(form, _)| form).collect();
        let names = if asked.is_empty() { forms::columns(&loaded, list)?.0 } else { asked };
        let problems = list.check(&names, &forms, caller.lang);
        if !problems.is_empty() {
            return Err(forms::invalid(problems, ""));
        }
        Ok(Self::with(list, &names, forms, caller.lang, is_first))
    }

    fn with(list: ListOf, names: &[String], forms: Vec<Form>, lang: Lang, is_first: bool) -> Self {
        let columns = list.chosen(names, &forms, lang);
        let mut export = Self { columns, forms, lang, text: String::new() };
        if is_first {
            let header: Vec<Cell> = export.columns.iter().map(|column| Cell::Text(column.label.clone())).collect();
            write_line(&mut export.text, &header);
        }
        export
    }

    /// An order with what is done at its last operation.
    pub fn order(&mut self, order: &Order, done: &Progress) {
        self.row(|export, name| match name {
            "id" => text(&order.id),
            "item" => text(&order.item),
            "item_name" => text(&order.item_name),
            "quantity" => plain(order.quantity),
            "unit" => text(&order.unit),
            "good" => plain(done.good),
            "scrap" => plain(done.scrap),
            "line" => text(&order.line),
            "priority" => plain(word(&order.priority)),
            "due" => plain(order.due.map(|due| due.to_string()).unwrap_or_default()),
            "customer" => text(&order.customer),
            "state" => text(&order.state),
            "state_since" => plain(order.state_since),
            "note" => text(&order.note),
            other => match other.split_once('.') {
                Some(("operation", id)) => export.of_operations(order, id),
                Some((_, id)) => export.value(FormOf::Order, id, &order.custom),
                None => plain(""),
            },
        });
    }

    /// A report.
    pub fn report(&mut self, report: &Report) {
        let given = &report.report;
        let time = |at: Option<Timestamp>| plain(at.map(|at| at.to_string()).unwrap_or_default());
        self.row(|export, name| match name {
            "id" => plain(&report.id),
            "order" => text(&given.order),
            "operation" => plain(given.operation),
            "good" => plain(given.good),
            "scrap" => plain(scrapped(report)),
            "scrap_reasons" => {
                let reasons: Vec<_> =
                    given.scrap.iter().map(|scrap| format!("{} {}", scrap.reason, scrap.quantity)).collect();
                text(reasons.join("; "))
            }
            "rework" => plain(given.rework.map(|rework| rework.to_string()).unwrap_or_default()),
            "by" => text(&report.by),
            "booked_at" => time(report.booked_at),
            "started_at" => time(given.started_at),
            "ended_at" => time(given.ended_at),
            "equipment" => text(given.equipment.as_ref().map(ToString::to_string).unwrap_or_default()),
            "note" => text(&given.note),
            "reversed_by" => text(report.reversed_by.as_ref().map(ToString::to_string).unwrap_or_default()),
            other => match other.split_once('.') {
                Some(("check", id)) => match report.checks.get(id) {
                    Some(InspectionResult::Pass) => plain(export.lang.pick("合格", "pass")),
                    Some(InspectionResult::Fail) => plain(export.lang.pick("不合格", "fail")),
                    None => plain(""),
                },
                Some((_, id)) => export.value(FormOf::Report, id, &given.custom),
                None => plain(""),
            },
        });
    }

    /// An item.
    pub fn item(&mut self, item: &Item) {
        self.row(|export, name| match name {
            "id" => text(&item.id),
            "name" => text(&item.name),
            "unit" => text(&item.unit),
            "scale" => plain(item.scale),
            "kind" => text(&item.kind),
            "barcode" => text(item.barcode.as_deref().unwrap_or_default()),
            other => match other.split_once('.') {
                Some((_, id)) => export.value(FormOf::Item, id, &item.custom),
                None => plain(""),
            },
        });
    }

    /// All of it so far.
    pub fn into_text(self) -> String {
        self.text
    }

    fn row(&mut self, cell: impl Fn(&Self, &str) -> Cell) {
        let cells: Vec<Cell> = self.columns.iter().map(|column| cell(self, &column.name)).collect();
        write_line(&mut self.text, &cells);
    }

    fn value(&self, of: FormOf, id: &str, values: &Values) -> Cell {
        let Some(value) = values.get(id) else { return plain("") };
        let field = self.forms.iter().find(|form| form.of == of).and_then(|form| form.field(id));
        match field {
            Some(field) => match field.kind {
                // An older value may have been kept before the field was what it is.
                FieldKind::Number { .. } if value.parse::<takt_domain::quantity::Quantity>().is_ok() => plain(value),
                _ => text(field.shown(value, self.lang)),
            },
            None => text(value),
        }
    }

    /// What one field says at each operation that has a value.
    fn of_operations(&self, order: &Order, id: &str) -> Cell {
        let mut said = Vec::new();
        for operation in &order.operations {
            let (Cell::Text(value) | Cell::Plain(value)) = self.value(FormOf::Operation, id, &operation.custom);
            if !value.is_empty() {
                said.push(format!("{}: {value}", operation.number));
            }
        }
        text(said.join("; "))
    }
}

fn text(value: impl ToString) -> Cell {
    Cell::Text(value.to_string())
}

fn plain(value: impl ToString) -> Cell {
    Cell::Plain(value.to_string())
}

/// The name of a unit variant as it travels.
fn word(value: &impl Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

/// All scrapped pieces; each was read at one scale when it was booked.
fn scrapped(report: &Report) -> String {
    let mut sum = takt_domain::quantity::Quantity::zero(report.report.good.scale());
    for scrap in &report.report.scrap {
        sum = sum.plus(scrap.quantity).unwrap_or(sum);
    }
    sum.to_string()
}

/// Adds a line of texts that somebody may have written.
pub fn text_line(out: &mut String, cells: &[&str]) {
    let cells: Vec<Cell> = cells.iter().map(text).collect();
    write_line(out, &cells);
}

/// A line as RFC 4180 has it. What somebody wrote and a spreadsheet program would compute is led by an apostrophe.
pub fn write_line(out: &mut String, cells: &[Cell]) {
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            out.push(',');
        }
        let (value, guard) = match cell {
            Cell::Text(value) => (value, value.starts_with(['=', '+', '-', '@', '\t', '\r'])),
            Cell::Plain(value) => (value, false),
        };
        let quoted = value.contains([',', '"', '\n', '\r']);
        if quoted {
            out.push('"');
        }
        if guard {
            out.push('\'');
        }
        match quoted {
            true => out.push_str(&value.replace('"', "\"\"")),
            false => out.push_str(value),
        }
        if quoted {
            out.push('"');
        }
    }
    out.push_str("\r\n");
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests {
    use super::*;
    use takt_domain::field::Field;

    fn item(name: &str) -> Item {
        let custom = [("drawing", "=1+1"), ("weight", "-2.5"), ("coated", "yes"), ("old", "x")];
        Item {
            id: "P,1".parse().expect("an id"),
            name: name.into(),
            unit: "pcs".into(),
            scale: 0,
            kind: String::new(),
            barcode: None,
            tracking: Default::default(),
            shelf_life_days: None,
            units: Vec::new(),
            minimum: None,
            custom: custom.map(|(name, value)| (name.to_owned(), value.to_owned())).into(),
        }
    }

    fn form() -> Form {
        let field = |id: &str, kind: &str| -> Field {
            let label = format!(r#"{{"zh":"字段{id}","en":"{id}"}}"#);
            serde_json::from_str(&format!(r#"{{"id":"{id}","label":{label},"kind":{kind}}}"#)).expect("a field")
        };
        let number = r#"{"type":"number","decimals":1}"#;
        let fields = vec![
            field("drawing", r#"{"type":"text","max_chars":20}"#),
            field("weight", number),
            field("coated", r#"{"type":"yes_no"}"#),
            Field { retired: true, ..field("old", number) },
        ];
        Form { of: FormOf::Item, fields }
    }

    #[test]
    fn a_plant_that_chose_no_columns_has_all_that_are_not_retired() {
        let mut export = Export::with(ListOf::Items, &[], vec![form()], Lang::Zh, true);
        export.item(&item("a \"b\""));
        assert_eq!(
            export.into_text(),
            "物料,名称,单位,小数位,类别,条码,字段drawing,字段weight,字段coated\r\n\
             \"P,1\",\"a \"\"b\"\"\",pcs,0,,,'=1+1,-2.5,是\r\n"
        );
    }

    #[test]
    fn chosen_columns_stand_in_their_order_the_retired_too() {
        let names = ["custom.old", "name", "custom.gone"].map(str::to_owned);
        let mut export = Export::with(ListOf::Items, &names, vec![form()], Lang::En, true);
        export.item(&item("@SUM(A1)"));
        assert_eq!(export.into_text(), "old,name\r\nx,'@SUM(A1)\r\n");
    }
}
