//! A new work order: what, how much, where, until when.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::flows::Flows;
use takt_api::master::PlantDetail;
use takt_api::orders::{CreateOrder, OrderAnswer};
use takt_api::stock::Source;
use takt_domain::field::{FormOf, Values};
use takt_domain::order::Priority;
use takt_domain::time::read_date;

use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::Route;
use crate::text::Text;
use crate::ui::custom::{self, Fill};
use crate::ui::{self, field, number_pad, submit_button, toast::Toast};
use crate::{app, text};

const LOT: Text = Text::new("成品批次", "Lot of its goods");
const FLOW: Text = Text::new("流程", "Flow");
const USUAL: Text = Text::new("(默认)", "(usual)");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    let flows: Read<Flows> = Read::new("/api/v1/flows");
    let body = ui::shown(read, move |plant| ui::shown(flows, move |flows| form(&plant, &flows)));
    ui::shell::page(text::NEW_ORDER.get(), Some(Route::Orders), View::new(), body)
}

/// The flows that may be chosen, the usual one first; none where there is nothing to choose.
fn flow_options(flows: &Flows) -> Vec<(String, String)> {
    let mut names: Vec<&str> = flows.published.iter().map(|flow| flow.name.as_str()).collect();
    names.sort_by_key(|name| (*name != flows.default.name, *name));
    names.dedup();
    if names.len() < 2 {
        return Vec::new();
    }
    let usual =
        |name: &str| if name == flows.default.name { format!("{name} {}", USUAL.get()) } else { name.to_owned() };
    names.into_iter().map(|name| (name.to_owned(), usual(name))).collect()
}

fn form(plant: &Rc<PlantDetail>, flows: &Rc<Flows>) -> View {
    let first = |ids: Option<String>| create_signal(ids.unwrap_or_default());
    let item = first(plant.products.first().map(|item| item.id.to_string()));
    let line = first(plant.lines.first().map(|line| line.id.to_string()));
    let (quantity, due) = (create_signal(String::new()), create_signal(String::new()));
    let (customer, note) = (create_signal(String::new()), create_signal(String::new()));
    let lot = create_signal(String::new());
    let (priority, missing) = (create_signal(Priority::Normal), create_signal(String::new()));
    let products: Vec<_> =
        plant.products.iter().map(|item| (item.id.to_string(), format!("{} {}", item.id, item.name))).collect();
    let lines: Vec<_> = plant.lines.iter().map(|line| (line.id.to_string(), line.name.clone())).collect();
    let names = [
        (Priority::Urgent, text::URGENT),
        (Priority::High, text::HIGH),
        (Priority::Normal, text::NORMAL),
        (Priority::Low, text::LOW),
    ];
    let priorities: Vec<_> = names.into_iter().map(|(priority, name)| (priority, name.get().to_owned())).collect();
    let options = flow_options(flows);
    // Nothing chosen is the usual one, in the version that the plant has set.
    let (usual, flow) = (flows.default.name.clone(), create_signal(flows.default.name.clone()));
    let flow_field = if options.is_empty() { View::new() } else { field::select(FLOW, flow, options) };
    let products = field::select(text::PRODUCT, item, products);
    let lines = field::select(text::LINE, line, lines);
    let priorities = field::choice(text::PRIORITY, priority, priorities);
    let own = Fill::new(custom::forms(), FormOf::Order, Values::new());
    let submit = Submit::new();
    let plant = Rc::clone(plant);
    let send = move || {
        let fill_in = |name: text::Text| missing.set(text::FILL_IN.with(name.get()));
        let chosen = item.get_clone_untracked();
        let Some(product) = plant.products.iter().find(|item| item.id.as_str() == chosen) else {
            return fill_in(text::PRODUCT);
        };
        let typed = quantity.with_untracked(|text| number_pad::quantity(text, product.scale));
        let Some(quantity) = typed.filter(|quantity| quantity.is_positive()) else { return fill_in(text::QUANTITY) };
        let Ok(line) = line.with_untracked(|line| line.parse()) else { return fill_in(text::LINE) };
        let due = due.get_clone_untracked();
        let due = read_date(&due);
        let custom = match own.read() {
            Ok(custom) => custom,
            Err(wrong) => return missing.set(wrong),
        };
        missing.set(String::new());
        let body = CreateOrder {
            id: None,
            item: product.id.clone(),
            quantity,
            line,
            priority: priority.get_untracked(),
            due,
            customer: customer.with_untracked(|text| text.trim().to_owned()),
            note: note.with_untracked(|text| text.trim().to_owned()),
            lot: lot.with_untracked(|text| text.trim().to_owned()),
            custom,
            flow: Some(flow.get_clone_untracked()).filter(|name| *name != usual),
        };
        submit.send("POST", "/api/v1/orders".into(), &body, Source::Hand, |made: OrderAnswer| {
            app::app().say(Toast::good(text::CREATED_ORDER.with(made.id.as_str())));
            app::app().go(&Route::Order(made.id.clone()).path());
        });
    };
    let hint = ui::hint(missing);
    let quantity =
        view! { input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=quantity) };
    let quantity = field::labelled(text::QUANTITY, quantity);
    let due = field::labelled(text::DUE, view! { input(r#type="date", bind:value=due) });
    let customer = field::line(text::CUSTOMER, customer, text::OPTIONAL);
    let note = field::lines(text::NOTE, note, text::OPTIONAL);
    let lot = field::line(LOT, lot, text::OPTIONAL);
    let fields_card = own.card();
    let fields = submit_button::fields(
        submit,
        view! {
            div(class="columns") {
                div(class="column") { section(class="card") {
                    (products)
                    (quantity)
                    (priorities)
                    (lines)
                } }
                div(class="column") { section(class="card") {
                    (flow_field)
                    (due)
                    (customer)
                    (lot)
                    (note)
                } (fields_card) }
            }
        },
    );
    let button = submit_button::view(submit, text::CREATE_ORDER, send);
    view! { (fields) div(class="bottom") { (hint) (button) } }
}
