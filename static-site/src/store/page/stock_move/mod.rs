//! Stock in, out and from place to place: scan, type the quantity, book. The scanner may be used at any time. With the camera
//! labels may also be scanned one after another, and booked together.

mod lines;

use std::cell::RefCell;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::stock::{CreateMovement, MovementAnswer, Scanned, Source};
use takt_domain::id::{LocationId, OrderId};
use takt_domain::ledger::MovementKind;
use takt_domain::master::{Item, LocationKind};

use self::lines::Line;
use crate::net::Fault;
use crate::net::device::{self, Kept};
use crate::net::read::Read;
use crate::net::scan::{self, scan};
use crate::net::submit::Submit;
use crate::route::{Route, encode};
use crate::ui::{self, camera, fault, field, number_pad, scan_input, submit_button, tap, toast::Toast, tone};
use crate::{app, show, text};

/// What people book by hand.
const KINDS: [MovementKind; 6] = [
    MovementKind::Receipt,
    MovementKind::Issue,
    MovementKind::Return,
    MovementKind::Transfer,
    MovementKind::Shipment,
    MovementKind::Scrap,
];

const LINES_BOOKED: text::Text = text::Text::new("{} 行", "{} line{s}");

/// For so long a code that was booked is asked about when it is scanned once more.
const AGAIN_MS: f64 = 30_000.0;

thread_local! {
    /// The code that was booked last, and when.
    static LAST: RefCell<(String, f64)> = const { RefCell::new((String::new(), 0.0)) };
}

#[derive(Clone, Copy)]
struct Form {
    kind: MovementKind,
    item: Signal<Option<Rc<Item>>>,
    quantity: Signal<String>,
    from: Signal<String>,
    to: Signal<String>,
    lot: Signal<String>,
    order: Signal<String>,
    document: Signal<String>,
    reason: Signal<String>,
    source: Signal<Source>,
    /// What was scanned one after another.
    lines: Signal<Vec<Line>>,
    /// The code that was scanned.
    scan: Signal<String>,
    /// A code that says nothing unique and was booked a moment ago: the reader is asked whether it is another one.
    again: Signal<Option<String>>,
    fault: Signal<Option<Fault>>,
    missing: Signal<String>,
}

pub(crate) fn view(kind: MovementKind) -> View {
    if !KINDS.contains(&kind) {
        return ui::shell::unknown("/");
    }
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    let tabs: Vec<_> = KINDS
        .into_iter()
        .map(|other| {
            let (path, name) = (Route::Move(other).path(), show::alone(other.label(app::lang())));
            let current = if other == kind { Some("page") } else { None };
            view! { a(class="option", href=path, aria-current=current) { (name) } }
        })
        .collect();
    let form = ui::shown(read, move |plant| form(kind, &plant));
    let body = view! {
        nav(class="strip options", aria-label=text::KIND) { (tabs) }
        (form)
    };
    ui::shell::page(text::BOOK.get(), None, View::new(), body)
}

/// Which ends the reader says; the others are virtual and follow from the kind.
fn ends(kind: MovementKind) -> (bool, bool) {
    let from = !matches!(kind, MovementKind::Receipt);
    let to = !matches!(kind, MovementKind::Shipment | MovementKind::Scrap);
    (from, to)
}

/// The places that a kind usually begins and ends at.
fn usual(kind: MovementKind) -> (LocationKind, LocationKind) {
    match kind {
        MovementKind::Issue => (LocationKind::Store, LocationKind::Line),
        MovementKind::Return => (LocationKind::Line, LocationKind::Store),
        MovementKind::Shipment => (LocationKind::Finished, LocationKind::Finished),
        _ => (LocationKind::Store, LocationKind::Store),
    }
}

fn kept_place(kind: MovementKind, end: &str) -> Option<String> {
    let prefix = format!("{}.{end}=", kind.as_str());
    let kept = device::get(Kept::Place)?;
    kept.lines().find_map(|line| line.strip_prefix(&prefix)).map(str::to_owned)
}

fn keep_place(kind: MovementKind, end: &str, place: &str) {
    let prefix = format!("{}.{end}=", kind.as_str());
    let kept = device::get(Kept::Place).unwrap_or_default();
    let mut lines: Vec<_> = kept.lines().filter(|line| !line.starts_with(&prefix)).map(str::to_owned).collect();
    lines.push(format!("{prefix}{place}"));
    device::set(Kept::Place, &lines.join("\n"));
}

fn form(kind: MovementKind, plant: &Rc<PlantDetail>) -> View {
    let first = |end: &str, sort: LocationKind| {
        let exists = |id: &String| plant.locations.iter().any(|location| location.id.as_str() == id);
        let usual =
            || plant.locations.iter().find(|location| location.kind == sort).map(|location| location.id.to_string());
        create_signal(kept_place(kind, end).filter(exists).or_else(usual).unwrap_or_default())
    };
    let (usual_from, usual_to) = usual(kind);
    let form = Form {
        kind,
        item: create_signal(None),
        quantity: create_signal(String::new()),
        from: first("from", usual_from),
        to: first("to", usual_to),
        lot: create_signal(String::new()),
        order: create_signal(app::query("order").unwrap_or_default()),
        document: create_signal(String::new()),
        reason: create_signal(String::new()),
        source: create_signal(Source::Hand),
        lines: create_signal(Vec::new()),
        scan: create_signal(String::new()),
        again: create_signal(None),
        fault: create_signal(None),
        missing: create_signal(String::new()),
    };
    if let Some(item) = app::query("item") {
        load(form, item, Source::Hand);
    }
    let submit = Submit::new();
    let scanned = create_signal(String::new());
    let found = move |code: String, source: Source| {
        scanned.set(String::new());
        submit.clear();
        load(form, code, source);
    };
    let places: Vec<_> =
        plant.locations.iter().map(|place| (place.id.to_string(), format!("{} {}", place.id, place.name))).collect();
    let (has_from, has_to) = ends(kind);
    let from = if has_from { field::select(text::FROM, form.from, places.clone()) } else { View::new() };
    let to = if has_to { field::select(text::TO, form.to, places) } else { View::new() };
    let order = if matches!(kind, MovementKind::Issue | MovementKind::Return) {
        field::line(text::ORDER, form.order, text::ORDER_HINT)
    } else {
        View::new()
    };
    let (chosen, amount, lines) = (chosen(form), amount(form), lines::view(form.lines));
    let lot = field::line(text::LOT, form.lot, text::OPTIONAL);
    let document = field::line(text::DOCUMENT, form.document, text::OPTIONAL);
    let reason = field::line(text::REASON, form.reason, text::OPTIONAL);
    let note = ui::fold(text::NOTE, text::OPTIONAL.into(), false, view! { (lot) (document) (reason) });
    let fields = submit_button::fields(
        submit,
        view! {
            div(class="columns") {
                div(class="column") { (lines) section(class="card") { (chosen) div(class="ends") { (from) (to) } (order) } }
                div(class="column") { (amount) (note) }
            }
        },
    );
    let hint = ui::hint(form.missing);
    let scan = scan_input::for_many(scanned, text::SCAN_ITEM, found);
    let button = submit_button::view(submit, show::alone(kind.label(app::lang())), move || send(form, submit, 0));
    view! {
        div(class="filters") { (scan) }
        (fields)
        div(class="bottom") { (hint) (button) }
    }
}

/// True for the code that was booked last on this device, a moment ago: perhaps the same piece was scanned twice.
fn was_booked_now(code: &str) -> bool {
    LAST.with_borrow(|(last, at_ms)| last == code && js_sys::Date::now() - at_ms < AGAIN_MS)
}

/// Finds what a code means and puts it where it belongs.
fn load(form: Form, code: String, source: Source) {
    let goes_on = camera::goes_on();
    app::spawn(async move {
        let outcome = scan(&code, source).await;
        if !form.item.is_alive() {
            return;
        }
        form.fault.set(None);
        if goes_on {
            tell(&outcome, &code);
        }
        match outcome {
            Ok(Scanned::Item { item, with }) if goes_on => lines::take(form.lines, form.kind, code, item, &with),
            Ok(Scanned::Item { item, with }) => {
                let is_label = source == Source::Scan || with.unique;
                if is_label && !with.unique && was_booked_now(&code) && form.again.replace(Some(code.clone())).is_none()
                {
                    tone::bad();
                    return;
                }
                form.again.set(None);
                if form.item.with_untracked(|now| now.as_ref().is_none_or(|now| now.id != item.id)) {
                    form.quantity.set(String::new());
                }
                form.source.set(source);
                form.missing.set(String::new());
                if !with.lot.is_empty() {
                    form.lot.set(with.lot.clone());
                }
                if let Some(quantity) = with.quantity {
                    form.quantity.set(quantity.to_string());
                }
                if let Some(used) = with.booked.iter().find(|used| used.kind == form.kind) {
                    let booked = [show::time(used.at), show::user(&used.by), used.document.clone()].join(" ");
                    form.missing.set(text::LABEL_BOOKED.with(&booked));
                    tone::bad();
                }
                form.scan.set(if is_label { code } else { String::new() });
                form.item.set(Some(Rc::new(item)));
            }
            Ok(Scanned::Order { order }) => form.order.set(order.to_string()),
            Ok(Scanned::Location { location }) => {
                let (has_from, has_to) = ends(form.kind);
                let end = if has_to && (!has_from || form.kind != MovementKind::Return) { form.to } else { form.from };
                end.set(location.id.to_string());
            }
            Ok(Scanned::Unit { with }) if !with.lot.is_empty() => form.lot.set(with.lot),
            Ok(Scanned::Unit { .. }) => form.missing.set(text::NO_ITEM_ON_LABEL.get().into()),
            Err(fault @ Fault::Lost) => form.missing.set(scan::unknown(&code, &fault)),
            Err(fault) => form.fault.set(Some(fault)),
        }
    });
}

/// Says in the camera's view what a code means that makes no line.
fn tell(outcome: &Result<Scanned, Fault>, code: &str) {
    let (said, is_good) = match outcome {
        Ok(Scanned::Item { .. }) => return,
        Ok(Scanned::Order { order }) => (format!("{} {order}", text::ORDER.get()), true),
        Ok(Scanned::Location { location }) => (format!("{} {}", location.id, location.name), true),
        Ok(Scanned::Unit { with }) if !with.lot.is_empty() => (format!("{} {}", text::LOT.get(), with.lot), true),
        Ok(Scanned::Unit { .. }) => (text::NO_ITEM_ON_LABEL.get().to_owned(), false),
        Err(fault) => (scan::unknown(code, fault), false),
    };
    camera::say(&said, is_good);
}

/// The item that is moved, with what is free of it.
fn chosen(form: Form) -> View {
    ui::live(move || {
        if let Some(fault) = form.fault.get_clone() {
            return fault::view(&fault, None);
        }
        if let Some(code) = form.again.get_clone() {
            let asked = text::SCANNED_NOW.with(&code);
            let once_more = tap(move || load(form, code.clone(), Source::Scan));
            return view! {
                p(class="note lead", role="alert") { (asked) }
                button(r#type="button", class="quiet", on:click=once_more) { (text::ONCE_MORE) }
            };
        }
        match form.item.get_clone() {
            None => view! { p(class="note lead") { (text::SCAN_ITEM) } },
            Some(item) => {
                let (name, id) = (item.name.clone(), item.id.to_string());
                let free = free(&item);
                view! { p(class="title") { (name) } p(class="sub") { (id) } (free) }
            }
        }
    })
}

fn free(item: &Item) -> View {
    let read: Read<takt_api::stock::ItemStock> = Read::new(format!("/api/v1/stock/{}", encode(item.id.as_str())));
    ui::live(move || {
        let Some(stock) = read.ready() else { return view! { p(class="note") { (text::LOADING) } } };
        let places: Vec<_> = stock
            .places
            .iter()
            .filter(|place| place.on_hand.is_positive())
            .map(|place| format!("{} {}", show::place(&place.location), place.on_hand))
            .collect();
        let said = format!("{} {} {}", text::AVAILABLE.get(), stock.available, stock.unit);
        let places = places.join(" · ");
        view! { p(class="counts") { (said) } p(class="note") { (places) } }
    })
}

fn amount(form: Form) -> View {
    let pad = ui::live(move || {
        let scale = form.item.with(|item| item.as_ref().map_or(0, |item| item.scale));
        untrack(|| number_pad::view(move || form.quantity, scale))
    });
    let shown = move || form.quantity.with(|text| if text.is_empty() { "0".to_owned() } else { text.clone() });
    let unit = move || form.item.with(|item| item.as_ref().map_or(String::new(), |item| item.unit.clone()));
    view! {
        div(class="values one") { div(class="value") { span(class="note") { (text::QUANTITY) } strong(class="number") { (shown) } span(class="note") { (unit) } } }
        (pad)
    }
}

/// Books what the form says, or else the first of the lines, and then those after it; `booked` have been before.
fn send(form: Form, submit: Submit, booked: usize) {
    let fill_in = |name: text::Text| form.missing.set(text::FILL_IN.with(name.get()));
    let line = form.lines.with_untracked(|lines| lines.first().cloned());
    let line = line.filter(|_| form.item.with_untracked(Option::is_none));
    let Some(item) = line.as_ref().map(|line| Rc::clone(&line.item)).or_else(|| form.item.get_clone_untracked()) else {
        return fill_in(text::ITEM);
    };
    let quantity = match &line {
        Some(line) => Some(line.quantity),
        None => form.quantity.with_untracked(|text| number_pad::quantity(text, item.scale)),
    };
    let Some(quantity) = quantity.filter(|quantity| quantity.is_positive()) else { return fill_in(text::QUANTITY) };
    let (has_from, has_to) = ends(form.kind);
    let place = |wanted: bool, end: Signal<String>| -> Option<LocationId> {
        end.with_untracked(|end| end.parse().ok()).filter(|_| wanted)
    };
    let (from, to) = (place(has_from, form.from), place(has_to, form.to));
    if has_from && from.is_none() || has_to && to.is_none() {
        return fill_in(text::LOCATION);
    }
    let order = form.order.with_untracked(|order| order.trim().to_owned());
    let order: Option<OrderId> = match order.is_empty() {
        true => None,
        false => match order.parse() {
            Ok(order) => Some(order),
            Err(_) => return fill_in(text::ORDER),
        },
    };
    form.missing.set(String::new());
    for (end, place) in [("from", &from), ("to", &to)] {
        if let Some(place) = place {
            keep_place(form.kind, end, place.as_str());
        }
    }
    let words = |text: Signal<String>| text.with_untracked(|text| text.trim().to_owned());
    let body = CreateMovement {
        kind: form.kind,
        item: item.id.clone(),
        lot: line.as_ref().map_or_else(|| words(form.lot), |line| line.lot.clone()),
        from,
        to,
        quantity,
        order,
        document: words(form.document),
        line: None,
        reason: words(form.reason),
        scan: line.as_ref().map_or_else(|| form.scan.get_clone_untracked(), |line| line.code.clone()),
        // It may be sent much later, from a place with a network.
        occurred_at: Some(device::now()),
        expires: None,
        made: None,
        supplier_lot: String::new(),
        unit: String::new(),
    };
    let code = body.scan.clone();
    let what = format!("{} {} {quantity} {}", form.kind.label(app::lang()), item.name, item.unit);
    let source = if line.is_some() { Source::Scan } else { form.source.get_untracked() };
    let is_line = line.is_some();
    let said = format!("{} {what}", text::BOOKED.get());
    submit.send_kept("/api/v1/movements", what, &body, source, move |answer: Option<MovementAnswer>| {
        if !code.is_empty() {
            LAST.set((code.clone(), js_sys::Date::now()));
        }
        if is_line {
            return line_done(form, submit, &code, booked + 1, answer.is_some());
        }
        if answer.is_some() {
            app::app().say(Toast::good(said.clone()));
        }
        if !code.is_empty() {
            form.lot.set(String::new());
            form.scan.set(String::new());
        }
        form.quantity.set(String::new());
        form.item.set(None);
    });
}

/// A line is booked, or waits on this device: the next one.
fn line_done(form: Form, submit: Submit, code: &str, booked: usize, is_booked: bool) {
    form.lines.update(|lines| lines.retain(|line| line.code != code));
    if !form.lines.with_untracked(Vec::is_empty) {
        return send(form, submit, booked);
    }
    if is_booked {
        let kind = form.kind.label(app::lang());
        app::app().say(Toast::good(format!("{} {kind} {}", text::BOOKED.get(), LINES_BOOKED.count(booked))));
    }
}
