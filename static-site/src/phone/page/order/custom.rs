//! The plant's own fields of an order and its operations: to read, and to fill in.

use std::collections::BTreeMap;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::Forms;
use takt_api::orders::OrderDetail;
use takt_domain::field::{Form, FormOf, Values};
use takt_domain::permission::Permission;

use super::api_path;
use crate::app;
use crate::net::read::Read;
use crate::text;
use crate::ui::custom::{self, Fill};
use crate::ui::{self, live, sheet, tap};

/// What is filled in: the order itself, or one of its operations.
type Which = Option<u16>;

/// Everything that the order and its operations have or could have; nothing where the plant has made no such fields.
pub(super) fn view(detail: &Rc<OrderDetail>, read: Read<OrderDetail>, forms: Read<Forms>) -> View {
    let asked = create_signal(None::<Which>);
    let (shown, edited) = (Rc::clone(detail), Rc::clone(detail));
    let body = live(move || {
        let (of_order, of_operation) = (custom::form(forms, FormOf::Order), custom::form(forms, FormOf::Operation));
        untrack(|| parts(&shown, of_order.as_ref(), of_operation.as_ref(), asked))
    });
    let sheet = sheet::view(asked, move |which: Which| {
        let title = which
            .map_or_else(|| text::OWN_FIELDS.get().to_owned(), |number| format!("{} {number}", text::OPERATION.get()));
        (title, fill(&edited, which, asked, read, forms))
    });
    view! { (body) (sheet) }
}

fn parts(
    detail: &OrderDetail,
    of_order: Option<&Form>,
    of_operation: Option<&Form>,
    asked: Signal<Option<Which>>,
) -> View {
    let mut parts = Vec::new();
    let mut part = |title: String, form: Option<&Form>, values: &Values, which: Which| {
        let can_fill = app::may(Permission::OrderFields) && form.is_some_and(|form| form.active().next().is_some());
        if values.is_empty() && !can_fill {
            return;
        }
        let pairs = custom::pairs(form, values, &BTreeMap::new());
        let name = format!("{} {title}", text::FILL_IN_FIELDS.get());
        let button = if can_fill {
            let open = tap(move || asked.set(Some(which)));
            view! { button(r#type="button", class="quiet small", aria-label=name, on:click=open) { (text::FILL_IN_FIELDS) } }
        } else {
            View::new()
        };
        parts.push(view! {
            div(class="custom-part") {
                div(class="row-main") { span(class="grow note") { (title) } (button) }
                dl(class="pairs") { (pairs) }
            }
        });
    };
    part(detail.order.id.to_string(), of_order, &detail.order.custom, None);
    for operation in &detail.order.operations {
        let title = format!("{} {}", operation.number, operation.name);
        let of_operation = of_operation.cloned().map(|form| form.at(operation.number));
        part(title, of_operation.as_ref(), &operation.custom, Some(operation.number));
    }
    if parts.is_empty() {
        return View::new();
    }
    ui::section(text::OWN_FIELDS, View::from(parts))
}

fn fill(
    detail: &OrderDetail,
    which: Which,
    asked: Signal<Option<Which>>,
    read: Read<OrderDetail>,
    forms: Read<Forms>,
) -> View {
    let (of, before) = match which {
        None => (FormOf::Order, detail.order.custom.clone()),
        Some(number) => {
            let operation = detail.order.operation(number);
            (FormOf::Operation, operation.map(|operation| operation.custom.clone()).unwrap_or_default())
        }
    };
    let path = match which {
        None => format!("{}/custom", api_path(&detail.order.id)),
        Some(number) => format!("{}/operations/{number}/custom", api_path(&detail.order.id)),
    };
    let fill = Fill::new(forms, of, before);
    let fill = which.map_or(fill, |number| fill.at(create_signal(number)));
    custom::sheet(fill, path, move || {
        asked.set(None);
        read.again();
    })
}
