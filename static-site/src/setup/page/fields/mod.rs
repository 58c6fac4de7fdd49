//! Forms and report columns: the plant's own fields are made here, and are on the phones within half a minute.

mod columns;
mod csv;
mod draft;
mod editor;
mod form;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_domain::columns::ListOf;
use takt_domain::field::FormOf;

use crate::frame::names::FIELDS;
use crate::net::read::Read;
use crate::text::Text;
use crate::ui::{self, field};

const WHICH: Text = Text::new("编辑什么", "What to edit");
const HINT: Text = Text::new(
    "保存后半分钟内出现在手机上。字段的值可搜索,也在导出的报表里。",
    "What is saved is on the phones within half a minute. Values can be searched and are in the exports.",
);

/// What is edited.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Form(FormOf),
    Columns(ListOf),
}

const PARTS: [(Part, Text); 7] = [
    (Part::Form(FormOf::Report), Text::new("报工表单", "Report form")),
    (Part::Form(FormOf::Order), Text::new("工单字段", "Order fields")),
    (Part::Form(FormOf::Operation), Text::new("工序字段", "Operation fields")),
    (Part::Form(FormOf::Item), Text::new("物料字段", "Item fields")),
    (Part::Columns(ListOf::Reports), Text::new("报工报表列", "Report columns")),
    (Part::Columns(ListOf::Orders), Text::new("工单报表列", "Order columns")),
    (Part::Columns(ListOf::Items), Text::new("物料报表列", "Item columns")),
];

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<Forms> = Read::new("/api/v1/forms");
    let part = create_signal(Part::Form(FormOf::Report));
    let options = PARTS.iter().map(|(part, name)| (*part, name.get().to_owned())).collect();
    let choose = field::choice(WHICH, part, options);
    let body = ui::shown(read, move |forms| draw(&forms, part, read));
    let body = view! { div(class="strip") { (choose) } p(class="note") { (HINT) } (body) };
    ui::shell::page(FIELDS.get(), None, View::new(), body)
}

fn draw(forms: &Rc<Forms>, part: Signal<Part>, read: Read<Forms>) -> View {
    let forms = Rc::clone(forms);
    ui::live(move || {
        let chosen = part.get();
        untrack(|| match chosen {
            Part::Form(of) => form::view(&forms, of, read),
            Part::Columns(list) => columns::view(&forms, list, read),
        })
    })
}

/// A list without the entry at `from`, which then stands at `to`.
fn moved<T>(list: &mut Vec<T>, from: usize, to: usize) {
    if from < list.len() && to < list.len() {
        let entry = list.remove(from);
        list.insert(to, entry);
    }
}
