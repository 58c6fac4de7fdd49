//! What was delivered and waits: to be put away, where a place is proposed, or to be inspected.

use std::collections::BTreeMap;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::quality::PlanDocument;
use takt_api::stock::Source;
use takt_api::supply::{IncomingAnswer, InspectIncoming, Receiving, WaitingRow, WaitingStep};
use takt_domain::ledger::MovementKind;
use takt_domain::master::LocationKind;
use takt_domain::order::InspectionResult;
use takt_domain::permission::Permission;
use takt_domain::quality::{Characteristic, Measure, PlanKind, Sample, Value};

use super::{Proposed, booking};
use crate::app;
use crate::frame::names::PUT_AWAY as NAME;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, failed_delivery, field, icon, sheet, submit_button, tap, toast::Toast};

const NONE: Text = Text::new("没有待上架或待检的来料", "Nothing waits");
const PUT_AWAY: Text = Text::new("上架", "Put away");
const INSPECT: Text = Text::new("来料检验", "Incoming inspection");
const GOOD: Text = Text::new("合格", "Well");
const BAD: Text = Text::new("不合格", "Not well");
const SAMPLE: Text = Text::new("样品", "Sample");

pub(crate) fn view(_: &[String]) -> View {
    let plant: Read<PlantDetail> = Read::new("/api/v1/plant");
    let body = ui::shown(plant, |plant| waiting(&plant));
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn waiting(plant: &Rc<PlantDetail>) -> View {
    let read: Read<Receiving> = Read::new("/api/v1/receiving");
    let asked = create_signal(None::<WaitingRow>);
    let judged = create_signal(0_u32);
    let again: Rc<dyn Fn()> = Rc::new(move || {
        asked.set(None);
        read.again();
        judged.update(|times| *times += 1);
    });
    let rows = ui::shown(read, move |found| {
        if found.rows.is_empty() {
            return ui::empty(NONE);
        }
        let rows: Vec<_> = found.rows.iter().map(|each| row(each.clone(), asked)).collect();
        view! { ul(class="rows card") { (rows) } }
    });
    let (plant, done) = (Rc::clone(plant), Rc::clone(&again));
    let sheet = sheet::view(asked, move |row| {
        let title =
            format!("{} · {}", if row.step == WaitingStep::Inspect { INSPECT.get() } else { PUT_AWAY.get() }, row.item);
        let body = match row.step {
            WaitingStep::Inspect => inspection(row, Rc::clone(&done)),
            WaitingStep::PutAway => booking(proposed(row, &plant), PUT_AWAY, Rc::clone(&done)),
        };
        (title, body)
    });
    let open = failed_delivery::failures(judged, Rc::new(move || read.again()));
    view! { (rows) (open) (sheet) }
}

fn row(found: WaitingRow, asked: Signal<Option<WaitingRow>>) -> View {
    let step = if found.step == WaitingStep::Inspect { INSPECT } else { PUT_AWAY };
    let class = if found.step == WaitingStep::Inspect { "chip high" } else { "chip" };
    let name = found.name.clone();
    let amount = format!("{} {}", found.quantity, found.unit);
    let mut note = format!("{} · {}", found.item, found.location);
    note.extend(found.proposal.as_ref().map(|to| format!(" → {to}")));
    note.extend(found.line.as_ref().map(|line| format!(" · {}/{}", line.document, line.line)));
    if !found.lot.is_empty() {
        note.push_str(&format!(" · {}", found.lot));
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") {
                    div(class="grow") { strong { (name) } p(class="note") { (note) } }
                    span(class=class) { (step) }
                    span(class="number") { (amount) }
                    (icon::NEXT)
                }
            }
        }
    }
}

fn proposed(row: WaitingRow, plant: &PlantDetail) -> Proposed {
    let stores =
        plant.locations.iter().filter(|place| matches!(place.kind, LocationKind::Store | LocationKind::Finished));
    Proposed {
        kind: MovementKind::Transfer,
        line: row.line,
        item: row.item,
        name: row.name,
        unit: row.unit,
        lot: row.lot,
        from: Some(row.location),
        to: row.proposal,
        quantity: row.quantity,
        places: stores.map(|place| (place.id.to_string(), format!("{} {}", place.id, place.name))).collect(),
        asks_lot: false,
        scan: String::new(),
    }
}

/// What is entered of one characteristic of one sample.
type Entered = (Characteristic, Signal<String>);

fn inspection(row: WaitingRow, done: Rc<dyn Fn()>) -> View {
    if !app::may(Permission::QualityInspect) {
        let said = format!("{} {} {}", row.name, row.quantity, row.unit);
        return view! { p(class="lead") { (said) } p(class="note") { (INSPECT) } };
    }
    let path = format!("/api/v1/inspection-plans?active=true&item={}", encode(row.item.as_str()));
    let plans: Read<takt_api::Page<PlanDocument>> = Read::new(path);
    ui::shown(plans, move |found| {
        let plan = found.rows.iter().map(|document| &document.plan).find(|plan| plan.kind == PlanKind::Incoming);
        let samples: Vec<Vec<Entered>> = plan.map_or_else(Vec::new, |plan| {
            let sample =
                || plan.characteristics.iter().map(|one| (one.clone(), create_signal(String::new()))).collect();
            (0..plan.sampling.samples(row.quantity)).map(|_| sample()).collect()
        });
        judged(row.clone(), samples, Rc::clone(&done))
    })
}

fn judged(row: WaitingRow, samples: Vec<Vec<Entered>>, done: Rc<dyn Fn()>) -> View {
    let (quantity, note) = (create_signal(row.quantity.to_string()), create_signal(String::new()));
    let (verdict, missing) = (create_signal("pass".to_owned()), create_signal(String::new()));
    let submit = Submit::new();
    let by_plan = !samples.is_empty();
    let parts: Vec<_> = samples.iter().enumerate().map(|(n, sample)| entered(n, sample)).collect();
    let lead = format!("{} · {} {}", row.name, row.quantity, row.unit);
    let send = move || {
        let Ok(quantity) = quantity.with_untracked(|text| text.trim().parse()) else {
            return missing.set(text::FILL_IN.with(text::QUANTITY.get()));
        };
        let Some(line) = row.line.clone() else { return };
        missing.set(String::new());
        let result = if verdict.with_untracked(|verdict| verdict == "pass") {
            InspectionResult::Pass
        } else {
            InspectionResult::Fail
        };
        let body = InspectIncoming {
            line,
            location: row.location.clone(),
            lot: row.lot.clone(),
            quantity,
            samples: samples.iter().map(|sample| read(sample)).collect(),
            result: (!by_plan).then_some(result),
            to: None,
            note: note.with_untracked(|text| text.trim().to_owned()),
        };
        let done = Rc::clone(&done);
        submit.send(
            "POST",
            "/api/v1/incoming-inspections".into(),
            &body,
            Source::Hand,
            move |answer: IncomingAnswer| {
                match answer.result {
                    InspectionResult::Pass => app::app().say(Toast::good(GOOD.get())),
                    InspectionResult::Fail => app::app().say(Toast::good(failed_delivery::FAILED.get())),
                }
                done();
            },
        );
    };
    let amount =
        view! { input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=quantity) };
    let amount = field::labelled(text::QUANTITY, amount);
    let options = vec![("pass".to_owned(), GOOD.get().to_owned()), ("fail".to_owned(), BAD.get().to_owned())];
    let by_hand = if by_plan { View::new() } else { field::choice(INSPECT, verdict, options) };
    let note = field::line(text::REMARK, note, text::OPTIONAL);
    let fields = submit_button::fields(submit, view! { (amount) (parts) (by_hand) (note) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, text::SAVE, send);
    view! { p(class="lead") { (lead) } (fields) (hint) (button) }
}

fn entered(n: usize, sample: &[Entered]) -> View {
    let title = format!("{} {}", SAMPLE.get(), n + 1);
    let fields: Vec<_> = sample
        .iter()
        .map(|(one, value)| {
            let (label, value) = (one.label.get(app::lang()).to_owned(), *value);
            match &one.measure {
                Measure::Number { .. } => view! {
                    label(class="field") { span { (label) } input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=value) }
                },
                Measure::YesNo | Measure::PhotoNote => {
                    let button = |said: &'static str, name: Text| {
                        let pressed = move || if value.with(|now| now == said) { "true" } else { "false" };
                        view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=tap(move || value.set(said.to_owned()))) { (name) } }
                    };
                    let (good, bad) = (button("yes", GOOD), button("no", BAD));
                    view! { div(class="field", role="group") { span { (label) } div(class="options") { (good) (bad) } } }
                }
            }
        })
        .collect();
    view! { fieldset(class="card") { legend { (title) } (fields) } }
}

fn read(sample: &[Entered]) -> Sample {
    let mut values = BTreeMap::new();
    for (one, entered) in sample {
        let text = entered.get_clone_untracked();
        if text.trim().is_empty() {
            continue;
        }
        let value = match &one.measure {
            Measure::Number { .. } => Value { number: text.trim().parse().ok(), ..Value::default() },
            Measure::YesNo => Value { yes: Some(text == "yes"), ..Value::default() },
            Measure::PhotoNote => {
                Value { yes: Some(text == "yes"), note: one.label.get(app::lang()).to_owned(), ..Value::default() }
            }
        };
        values.insert(one.id.clone(), value);
    }
    Sample { values }
}
