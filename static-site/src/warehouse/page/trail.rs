//! The audit trail: for every balance its movements, with who, when, from which device and document, before and after.

use sycamore::prelude::*;
use takt_api::stock::{Movement, Source};
use takt_domain::quantity::Quantity;

use crate::frame::names::{TRACE, TRAIL as NAME};
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field};
use crate::{app, show, text};

const NONE: Text = Text::new("没有符合条件的流水", "No movements like that");
const LOCATION: Text = Text::new("库位", "Location");
const LOT: Text = Text::new("批次", "Lot");
const BY_DEVICE: Text = Text::new("设备", "device");
const BY_INTERFACE: Text = Text::new("接口", "interface");
const FROM: Text = Text::new("出", "from");
const TO: Text = Text::new("入", "to");

pub(crate) fn view(rest: &[String]) -> View {
    let item = create_signal(rest.first().cloned().unwrap_or_default());
    let (location, lot, order) =
        (create_signal(String::new()), create_signal(String::new()), create_signal(String::new()));
    let path = create_memo(move || {
        let mut path = "/api/v1/movements?limit=100".to_owned();
        for (name, value) in [
            ("item", item.get_clone()),
            ("location", location.get_clone()),
            ("lot", lot.get_clone()),
            ("order", order.get_clone()),
        ] {
            if !value.trim().is_empty() {
                path.push_str(&format!("&{name}={}", encode(value.trim())));
            }
        }
        path
    });
    let list: List<Movement> = List::new(path.get_clone_untracked());
    list.poll(LIVE_MS);
    create_effect(move || {
        let now = path.get_clone();
        untrack(|| list.turn_to(now));
    });
    let fields = vec![
        field::line(text::ITEM, item, text::ITEM),
        field::line(LOCATION, location, LOCATION),
        field::line(LOT, lot, LOT),
        field::line(text::ORDER, order, text::ORDER),
    ];
    let rows = ui::listed(list, "rows card", NONE, |movement: Movement| row(&movement));
    let body = view! { div(class="card filters") { (fields) } (rows) };
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn row(movement: &Movement) -> View {
    let kind = movement.kind.label(app::lang());
    let class = if movement.reversed_by.is_some() { "row gone" } else { "row" };
    let (item, quantity) = (movement.item.to_string(), movement.quantity.to_string());
    let lot = movement.lot.clone();
    // What an account held before follows from what it held afterwards.
    let units = movement.quantity.units();
    let before = |after: Quantity, change: i64| {
        Quantity::from_units(after.units().saturating_sub(change), after.scale()).to_string()
    };
    let side = |name: Text, account, after: Quantity, change| {
        format!("{} {}: {} → {after}", name.get(), show::account(account), before(after, change))
    };
    let from = side(FROM, &movement.from, movement.from_after, -units);
    let to = side(TO, &movement.to, movement.to_after, units);
    let how = match movement.source {
        Source::Hand => text::BY_HAND,
        Source::Scan => text::BY_SCAN,
        Source::Device => BY_DEVICE,
        Source::Interface => BY_INTERFACE,
    };
    let mut notes =
        vec![show::user(&movement.by), show::time(movement.booked_at), how.get().to_owned(), movement.device.clone()];
    let order = movement.order.as_ref().map(ToString::to_string).unwrap_or_default();
    notes.extend([order, movement.document.clone(), movement.reason.clone(), movement.movement.clone()]);
    notes.retain(|text| !text.is_empty());
    // Ids that only programs use are there for who looks closer.
    let (ids, notes): (Vec<_>, Vec<_>) = notes.into_iter().partition(|text| is_uuid(text));
    let (ids, notes) = (ids.join(" "), notes.join(" · "));
    let trace = if lot.is_empty() {
        View::new()
    } else {
        let href = super::trace::of_lot(&item, &lot, "");
        ui::link(href, TRACE)
    };
    view! {
        li(class=class) {
            div(class="row-main") {
                span(class="chip small") { (kind) } strong(class="grow") { (item) " " (lot) } strong(class="number") { (quantity) } (trace)
            }
            p { (from) } p { (to) }
            p(class="note", title=ids) { (notes) }
        }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36 && text.chars().all(|each| each.is_ascii_hexdigit() || each == '-')
}
