//! Purchase, receiving, kanban, sales and shipment. What a storekeeper does here takes two or three taps on a phone.

pub(crate) mod calls;
pub(crate) mod costs;
pub(crate) mod documents;
pub(crate) mod put_away;
pub(crate) mod receive;
pub(crate) mod ship;
pub(crate) mod shortages;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::{CreateMovement, MovementAnswer, Source};
use takt_domain::document::LineRef;
use takt_domain::id::{ItemId, LocationId};
use takt_domain::ledger::MovementKind;
use takt_domain::quantity::Quantity;

use crate::app;
use crate::net::submit::Submit;
use crate::text::{self, Text};
use crate::ui::{self, field, number_pad, submit_button, toast::Toast};

const TO_PLACE: Text = Text::new("放到", "Bring to");

/// A movement that is proposed: the quantity, the lot and the target can be changed before it is booked.
#[derive(Clone)]
struct Proposed {
    kind: MovementKind,
    line: Option<LineRef>,
    item: ItemId,
    name: String,
    unit: String,
    lot: String,
    from: Option<LocationId>,
    to: Option<LocationId>,
    quantity: Quantity,
    /// The places that it may go to; none where there is nothing to choose.
    places: Vec<(String, String)>,
    asks_lot: bool,
    /// The label that was scanned for it.
    scan: String,
}

/// What is to be booked, with one button: what is proposed is right most of the time.
fn booking(what: Proposed, face: Text, done: Rc<dyn Fn()>) -> View {
    let (quantity, lot) = (create_signal(what.quantity.to_string()), create_signal(what.lot.clone()));
    let to = create_signal(what.to.as_ref().map(ToString::to_string).unwrap_or_default());
    let missing = create_signal(String::new());
    let submit = Submit::new();
    let (name, unit, scale) = (what.name.clone(), what.unit.clone(), what.quantity.scale());
    let from = what.from.as_ref().map(|from| format!("{} {from}", text::FROM.get())).unwrap_or_default();
    let places = what.places.clone();
    let asks_lot = what.asks_lot;
    let send = move || {
        let fill_in = |name: Text| missing.set(text::FILL_IN.with(name.get()));
        let typed = quantity.with_untracked(|text| number_pad::quantity(text, scale));
        let Some(quantity) = typed.filter(|quantity| quantity.is_positive()) else { return fill_in(text::QUANTITY) };
        let target = to.with_untracked(|to| to.parse::<LocationId>().ok());
        if target.is_none() && !what.places.is_empty() {
            return fill_in(TO_PLACE);
        }
        missing.set(String::new());
        let body = CreateMovement {
            kind: what.kind,
            item: what.item.clone(),
            lot: lot.with_untracked(|lot| lot.trim().to_owned()),
            from: what.from.clone(),
            to: target,
            quantity,
            order: None,
            document: String::new(),
            line: what.line.clone(),
            reason: String::new(),
            scan: what.scan.clone(),
            occurred_at: None,
            expires: None,
            made: None,
            supplier_lot: String::new(),
            unit: String::new(),
        };
        let source = if body.scan.is_empty() { Source::Hand } else { Source::Scan };
        let said =
            format!("{} {}: {} {quantity} {}", text::BOOKED.get(), what.kind.label(app::lang()), what.name, what.unit);
        let done = Rc::clone(&done);
        submit.send("POST", "/api/v1/movements".into(), &body, source, move |_: MovementAnswer| {
            app::app().say(Toast::good(said.clone()));
            done();
        });
    };
    let amount =
        view! { input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=quantity) };
    let amount = field::labelled(text::QUANTITY, amount);
    let places = if places.is_empty() { View::new() } else { field::select(TO_PLACE, to, places) };
    let lot = if asks_lot { field::line(text::LOT, lot, text::OPTIONAL) } else { View::new() };
    let lead = format!("{name} · {unit}");
    let fields = submit_button::fields(submit, view! { (amount) (places) (lot) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, face, send);
    view! { p(class="lead") { (lead) } p(class="note") { (from) } (fields) (hint) (button) }
}
