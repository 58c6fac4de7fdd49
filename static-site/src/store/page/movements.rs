//! The ledger, newest first: what went from where to where, who booked it, and taking it back.

use sycamore::prelude::*;
use takt_api::stock::{Movement, Source};
use takt_domain::ledger::MovementKind;
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;

use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::route::{Route, desk, encode};
use crate::ui::{self, field, reversal, sheet, tap};
use crate::{app, show, text};

pub(crate) fn view() -> View {
    let kind = create_signal(String::new());
    let list: List<Movement> = List::new(path(""));
    list.poll(LIVE_MS);
    let last = create_signal(String::new());
    create_effect(move || {
        let wanted = kind.get_clone();
        if last.replace(wanted.clone()) != wanted {
            list.turn_to(path(&wanted));
        }
    });
    let mut options = vec![(String::new(), text::ALL.get().to_owned())];
    let kinds = MovementKind::ALL.into_iter().filter(|kind| *kind != MovementKind::Opening);
    options.extend(kinds.map(|kind| (kind.as_str().to_owned(), show::alone(kind.label(app::lang())))));
    let choose = field::choice(text::KIND, kind, options);
    let conflicts =
        if app::may(Permission::StockMove) { ui::link(desk("conflicts").path(), text::CONFLICTS) } else { View::new() };
    let body = view! {
        div(class="strip") { (choose) (conflicts) }
        section(class="card") { (table(list, move || list.again())) }
    };
    ui::shell::page(text::MOVEMENTS.get(), None, View::new(), body)
}

fn path(kind: &str) -> String {
    if kind.is_empty() {
        "/api/v1/movements?limit=50".into()
    } else {
        format!("/api/v1/movements?limit=50&kind={}", encode(kind))
    }
}

/// Movements, each with its way back where the reader may take it. `after` is called once one is taken back.
pub(super) fn table(list: List<Movement>, after: impl Fn() + Clone + 'static) -> View {
    let asked = create_signal(None::<String>);
    let rows = ui::listed(list, "rows", text::NO_MOVEMENTS, move |movement: Movement| row(&movement, asked));
    let sheet = sheet::view(asked, move |id| {
        let path = format!("/api/v1/movements/{}/reversal", encode(&id));
        let after = after.clone();
        let body = reversal::with_reason(path, text::REVERSE_MOVEMENT, move || {
            asked.set(None);
            list.again();
            after();
        });
        (text::REVERSE_MOVEMENT.get().to_owned(), body)
    });
    view! { (rows) (sheet) }
}

fn may_go_back(movement: &Movement) -> bool {
    use MovementKind::{Issue, Receipt, Return, Scrap, Shipment, Transfer};
    let by_hand = matches!(movement.kind, Receipt | Issue | Return | Transfer | Shipment | Scrap);
    by_hand && movement.reversed_by.is_none() && app::may(Permission::StockReverse)
}

fn row(movement: &Movement, asked: Signal<Option<String>>) -> View {
    let kind = movement.kind.label(app::lang());
    let class = if movement.reversed_by.is_some() { "row gone" } else { "row" };
    let path = Route::StockItem(movement.item.clone()).path();
    let (item, quantity) = (movement.item.to_string(), movement.quantity.to_string());
    let way = format!("{} → {}", show::account(&movement.from), show::account(&movement.to));
    // What an account held before follows from what it held afterwards.
    let change = movement.quantity.units();
    let held = [(&movement.from, movement.from_after, change), (&movement.to, movement.to_after, -change)]
        .into_iter()
        .filter(|(account, _, _)| !account.location.is_virtual())
        .map(|(account, after, back)| {
            let before = Quantity::from_units(after.units().saturating_add(back), after.scale());
            format!("{} {before} → {after}", show::account(account))
        })
        .collect::<Vec<_>>()
        .join(" · ");
    let how = match movement.source {
        Source::Hand => text::BY_HAND,
        Source::Scan => text::BY_SCAN,
        Source::Device => text::BY_DEVICE,
        Source::Interface => text::BY_INTERFACE,
    };
    let mut notes = vec![show::user(&movement.by), show::time(movement.booked_at), how.get().to_owned()];
    if movement.booked_at.duration_since(movement.occurred_at).as_secs() >= 60 {
        notes.push(text::OCCURRED.with(&show::time(movement.occurred_at)));
    }
    notes.extend(
        [&movement.document, &movement.lot, &movement.reason].into_iter().filter(|text| !text.is_empty()).cloned(),
    );
    let notes = notes.join(" · ");
    let back = if movement.reversed_by.is_some() {
        view! { span(class="chip") { (text::REVERSED) } }
    } else if may_go_back(movement) {
        let id = movement.movement.clone();
        view! { button(r#type="button", class="quiet small", on:click=tap(move || asked.set(Some(id.clone())))) { (text::REVERSE) } }
    } else {
        View::new()
    };
    view! {
        li(class=class) {
            div(class="row-main") { span(class="chip small") { (kind) } a(class="grow", href=path) { (item) } strong(class="number") { (quantity) } }
            div(class="row-main") { span(class="grow") { (way) } (back) }
            p(class="note") { (held) }
            p(class="note") { (notes) }
        }
    }
}
