//! Stock of one item: how much is free, where all of it stands, who holds it, and the last movements.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::{ItemStock, Movement, PlaceStock};
use takt_domain::field::{FormOf, Values};
use takt_domain::id::ItemId;
use takt_domain::ledger::MovementKind;
use takt_domain::permission::Permission;

use super::movements;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::route::{Route, desk, encode};
use crate::text::Text;
use crate::ui;
use crate::ui::custom::{self, Fill};
use crate::{app, show, text};

const MINIMUM: Text = Text::new("最低库存", "Minimum");
const BELOW: Text = Text::new("不足", "too little");

pub(crate) fn view(item: &ItemId) -> View {
    let read: Read<ItemStock> = Read::new(format!("/api/v1/stock/{}", encode(item.as_str())));
    read.poll(LIVE_MS);
    let list: List<Movement> = List::new(format!("/api/v1/movements?limit=20&item={}", encode(item.as_str())));
    let version = create_signal(None::<u64>);
    let body = ui::shown(read, move |stock| {
        // The list follows the numbers above it.
        if version.replace(Some(stock.version)).is_some_and(|before| before != stock.version) {
            list.again();
        }
        draw(&stock)
    });
    let movements = ui::section(text::MOVEMENTS, movements::table(list, move || read.again()));
    let own = own_fields(item);
    let body = view! {
        div(class="columns") {
            div(class="column") { (body) (own) }
            div(class="column") { (movements) }
        }
    };
    let labels = format!("{}?of=item&id={}", desk("labels").path(), encode(item.as_str()));
    ui::shell::page(item.as_str(), Some(Route::Stock), ui::link(labels, text::LABELS), body)
}

/// An item, as far as its own fields go.
#[derive(serde::Deserialize)]
struct Detail {
    item: Described,
}

#[derive(serde::Deserialize)]
struct Described {
    #[serde(default)]
    custom: Values,
}

/// The plant's own fields of the item, where it has made such.
fn own_fields(item: &ItemId) -> View {
    if !app::may(Permission::MasterView) {
        return View::new();
    }
    let forms = custom::forms();
    let read: Read<Detail> = Read::new(format!("/api/v1/items/{}", encode(item.as_str())));
    let (path, asked) = (format!("/api/v1/items/{}/custom", encode(item.as_str())), create_signal(None::<Values>));
    let body = ui::live(move || {
        let (form, Some(detail)) = (custom::form(forms, FormOf::Item), read.ready()) else { return View::new() };
        let values = detail.item.custom.clone();
        let can_fill =
            app::may(Permission::ItemFields) && form.as_ref().is_some_and(|form| form.active().next().is_some());
        if values.is_empty() && !can_fill {
            return View::new();
        }
        let pairs = custom::pairs(form.as_ref(), &values, &Default::default());
        let fill = if can_fill {
            let open = ui::tap(move || asked.set(Some(values.clone())));
            view! { div(class="actions") { button(r#type="button", class="quiet small", on:click=open) { (text::FILL_IN_FIELDS) } } }
        } else {
            View::new()
        };
        ui::section(text::OWN_FIELDS, view! { dl(class="pairs") { (pairs) } (fill) })
    });
    let sheet = ui::sheet::view(asked, move |before: Values| {
        let done = move || {
            asked.set(None);
            read.again();
        };
        (text::OWN_FIELDS.get().to_owned(), custom::sheet(Fill::new(forms, FormOf::Item, before), path.clone(), done))
    });
    view! { (body) (sheet) }
}

fn draw(stock: &Rc<ItemStock>) -> View {
    let (name, unit) = (stock.name.clone(), stock.unit.clone());
    let available = stock.available.to_string();
    let number = |value: takt_domain::quantity::Quantity| format!("{value} {}", stock.unit);
    let mut pairs =
        vec![ui::pair(text::ON_HAND, number(stock.on_hand)), ui::pair(text::RESERVED, number(stock.reserved))];
    if stock.quarantine.is_positive() {
        pairs.push(ui::pair(text::QUARANTINE, number(stock.quarantine)));
    }
    if let Some(pending) = stock.pending.filter(|pending| !pending.is_zero()) {
        pairs.push(ui::pair(text::PENDING, format!("{} {}", show::change(pending), stock.unit)));
    }
    if let Some(minimum) = stock.minimum {
        let mark = if stock.available < minimum {
            view! { " " span(class="chip bad") { (BELOW) } }
        } else {
            View::new()
        };
        let said = number(minimum);
        pairs.push(ui::pair(MINIMUM, view! { (said) (mark) }));
    }
    let owed = if stock.owed.is_positive() {
        pairs.push(ui::pair(text::OWED, number(stock.owed)));
        view! { p(class="note") { (text::OWED_HINT) } }
    } else {
        View::new()
    };
    let places: Vec<_> = stock.places.iter().map(|place| self::place(place, &stock.unit)).collect();
    let places = if places.is_empty() {
        view! { p(class="note") { (text::NO_STOCK) } }
    } else {
        view! { ul(class="rows") { (places) } }
    };
    let (moves, places) = (moves(&stock.item), ui::section(text::WHERE, places));
    view! {
        section(class="card") {
            p(class="title") { (name) }
            div(class="count") { span(class="note") { (text::AVAILABLE) " " } strong { (available) } span { " " (unit) } }
            dl(class="pairs") { (pairs) }
            (owed)
            (moves)
        }
        (places)
    }
}

fn moves(item: &ItemId) -> View {
    if !app::may(Permission::StockMove) {
        return View::new();
    }
    let link = |kind: MovementKind| {
        let path = format!("{}?item={}", Route::Move(kind).path(), encode(item.as_str()));
        let name = show::alone(kind.label(app::lang()));
        view! { a(class="button quiet", href=path) { (name) } }
    };
    let links: Vec<_> = [MovementKind::Receipt, MovementKind::Issue, MovementKind::Transfer].map(link).into();
    view! { div(class="actions") { (links) } }
}

fn place(place: &PlaceStock, unit: &str) -> View {
    let name = show::place(&place.location);
    let on_hand = format!("{} {unit}", place.on_hand);
    let lot = if place.lot.is_empty() { String::new() } else { format!("{} {}", text::LOT.get(), place.lot) };
    let held: Vec<_> = place
        .held_for
        .iter()
        .map(|held| {
            let path = Route::Order(held.order.clone()).path();
            let said = format!("{}: {}", text::HELD_FOR.with(held.order.as_str()), held.quantity);
            view! { a(class="chip small", href=path) { (said) } }
        })
        .collect();
    view! {
        li(class="row") {
            div(class="row-main") { span(class="grow") { (name) " " span(class="note") { (lot) } } strong(class="number") { (on_hand) } }
            div(class="chips") { (held) }
        }
    }
}
