//! 资源: machines, moulds and crew in one place, and the calendar that plans are made by.

mod calendar;
mod crew;

use std::rc::Rc;

use serde::Serialize;
use serde::de::IgnoredAny;
use sycamore::prelude::*;
use takt_api::master::{PlantDetail, PutEquipmentStatus, PutMouldStatus};
use takt_api::stock::Source;
use takt_domain::master::{Equipment, EquipmentStatus, Mould};
use takt_domain::permission::Permission;
use takt_site_app::show;

use crate::frame::names::RESOURCES;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, badge, submit_button, tap, toast::Toast};
use crate::{app, text};

const IN_USE: Text = Text::new("使用中", "in use");
const BY: Text = Text::new("工单 {}", "order {}");
const EXCLUSIVE: Text = Text::new("独占(一次一单)", "One order at a time");
const SHARED: Text = Text::new("可共用", "Shared");
const CALIBRATED: Text = Text::new("校准有效至", "Calibrated until");
const OVERDUE: Text = Text::new("校准过期", "calibration is over");
const SOON: Text = Text::new("校准即将到期", "calibration is over soon");
/// How many days before its end a calibration is told of.
const SOON_DAYS: i32 = 14;
const OVERHAULED: Text = Text::new("已保养,模次清零", "Overhauled, count from zero");
const LIMIT: Text = Text::new("模次上限", "Limit of shots");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    read.poll(LIVE_MS);
    // Beside what is read again after each check-in, so that what is said of the last one stays.
    let scan = badge::view(|| None, move || read.again());
    let body = ui::shown(read, move |plant: Rc<PlantDetail>| draw(&plant, read));
    ui::shell::page(RESOURCES.get(), None, View::new(), view! { (scan) (body) })
}

fn draw(plant: &Rc<PlantDetail>, read: Read<PlantDetail>) -> View {
    let machines: Vec<_> = plant.equipment.iter().map(|known| machine(known, plant, read)).collect();
    let moulds: Vec<_> = plant.moulds.iter().map(|known| mould(known, read)).collect();
    let (crew, calendar) = (crew::view(plant, read), calendar::view(plant, read));
    let machines = ui::section(text::EQUIPMENT, view! { ul(class="rows") { (machines) } });
    let moulds = ui::section(text::MOULDS, view! { ul(class="rows") { (moulds) } });
    view! {
        div(class="columns") {
            div(class="column") { (machines) (moulds) }
            div(class="column") { (crew) (calendar) }
        }
    }
}

/// A write of one thing; what it was before stays on the screen until it is booked.
fn put(submit: Submit, path: String, body: &impl Serialize, read: Read<PlantDetail>) {
    submit.send("PUT", path, body, Source::Hand, move |_: IgnoredAny| {
        app::app().say(Toast::good(text::SAVED.get()));
        read.again();
    });
}

/// The day that stands in a field of its own; saved by its button.
fn dated(label: Text, value: String, submit: Submit, save: impl Fn(&str) + 'static) -> View {
    let day = create_signal(value);
    let press = Rc::new(move || save(&day.get_clone_untracked()));
    let button = submit_button::small(submit, text::SAVE, "quiet small", press);
    view! { label(class="inline") { span { (label) } input(r#type="date", bind:value=day) (button) } }
}

fn machine(known: &Equipment, plant: &PlantDetail, read: Read<PlantDetail>) -> View {
    let submit = Submit::new();
    let uses = plant.in_use.get(&known.id).copied().unwrap_or(0);
    let holder = plant.uses.iter().find(|held| held.equipment == known.id).and_then(|held| held.holder.as_ref());
    let class = if known.status == EquipmentStatus::Available { "chip good" } else { "chip bad" };
    let mut chips = vec![{
        let status = show::equipment_status(known.status);
        view! { span(class=class) { (status) } }
    }];
    if uses > 0 {
        let who = holder.map_or(format!("{} × {uses}", IN_USE.get()), |by| {
            format!("{} · {}", IN_USE.get(), BY.with(by.order.as_str()))
        });
        chips.push(view! { span(class="chip paused") { (who) } });
    }
    if known.calibrated_until.is_some_and(show::is_late) {
        chips.push(view! { span(class="chip bad") { (OVERDUE) } });
    }
    if known.calibrated_until.is_some_and(|until| !show::is_late(until) && show::is_within(until, SOON_DAYS)) {
        chips.push(view! { span(class="chip high") { (SOON) } });
    }
    let path = format!("/api/v1/equipment/{}/status", encode(known.id.as_str()));
    let same = PutEquipmentStatus { status: known.status, exclusive: None, calibrated_until: None };
    let controls = if app::may(Permission::ResourceSet) {
        let others = [EquipmentStatus::Available, EquipmentStatus::Down, EquipmentStatus::Maintenance];
        let mut buttons: Vec<View> = others.into_iter().filter(|other| *other != known.status).map(|status| {
            let (path, name) = (path.clone(), show::equipment_status(status));
            let body = PutEquipmentStatus { status, exclusive: None, calibrated_until: None };
            let press = tap(move || put(submit, path.clone(), &body, read));
            view! { button(r#type="button", class="quiet small", disabled=move || submit.is_held(), on:click=press) { (name) } }
        }).collect();
        let (to, body) = (path.clone(), PutEquipmentStatus { exclusive: Some(!known.exclusive), ..same.clone() });
        let face = if known.exclusive { SHARED } else { EXCLUSIVE };
        buttons.push(submit_button::small(
            submit,
            face,
            "quiet small",
            Rc::new(move || put(submit, to.clone(), &body, read)),
        ));
        let until = known.calibrated_until.map_or(String::new(), |day| day.to_string());
        let calibration = dated(CALIBRATED, until, submit, move |day| {
            if let Ok(day) = day.parse() {
                put(submit, path.clone(), &PutEquipmentStatus { calibrated_until: Some(day), ..same.clone() }, read);
            }
        });
        view! { div(class="actions") { (buttons) } (calibration) }
    } else {
        View::new()
    };
    let note =
        format!("{}{}", known.id, if known.exclusive { format!(" · {}", EXCLUSIVE.get()) } else { String::new() });
    row(known.name.clone(), note, View::from(chips), controls, submit)
}

fn row(name: String, note: String, marks: View, controls: View, submit: Submit) -> View {
    let outcome = submit_button::outcome(submit);
    view! {
        li(class="row") {
            div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } div(class="chips marks") { (marks) } }
            (controls)
            (outcome)
        }
    }
}

fn mould(known: &Mould, read: Read<PlantDetail>) -> View {
    let submit = Submit::new();
    let mark = if known.can_work() {
        view! { span(class="chip good") { (text::USABLE) } }
    } else {
        view! { span(class="chip bad") { (text::NOT_USABLE) } }
    };
    let shots = known.shots_max.map_or(known.shots.to_string(), |max| format!("{} / {max}", known.shots));
    let note = format!("{} · {}", known.id, text::SHOTS.with(&shots));
    let used = known.shots_max.map_or(0, |max| (u64::from(known.shots) * 100 / u64::from(max.max(1))).min(100));
    let bar = known.shots_max.map(|_| {
        let (width, class) = (used.to_string(), if used >= 90 { "b-scrap" } else { "b-good" });
        view! {
            span(class="progress") {
                svg("viewBox"="0 0 100 4", "preserveAspectRatio"="none") { rect("class"=class, "width"=width, "height"="4") }
            }
        }
    });
    let path = format!("/api/v1/moulds/{}/status", encode(known.id.as_str()));
    let controls = if app::may(Permission::ResourceSet) {
        let usable = known.usable;
        let face = if usable { text::NOT_USABLE } else { text::USABLE };
        let send = move |to: &str, usable, overhauled, shots_max| {
            put(submit, to.to_owned(), &PutMouldStatus { usable, overhauled, shots_max }, read);
        };
        let (flip, over, most) = (path.clone(), path.clone(), path);
        let flip =
            submit_button::small(submit, face, "quiet small", Rc::new(move || send(&flip, !usable, false, None)));
        let over =
            submit_button::small(submit, OVERHAULED, "quiet small", Rc::new(move || send(&over, true, true, None)));
        let limit = create_signal(known.shots_max.map_or(String::new(), |max| max.to_string()));
        let save = Rc::new(move || {
            if let Ok(max) = limit.with_untracked(|limit| limit.trim().parse()) {
                send(&most, usable, false, Some(max));
            }
        });
        let save = submit_button::small(submit, text::SAVE, "quiet small", save);
        view! {
            div(class="actions") { (flip) (over) }
            label(class="inline") { span { (LIMIT) } input(r#type="number", min="1", inputmode="numeric", bind:value=limit) (save) }
        }
    } else {
        View::new()
    };
    let bar = View::from(bar);
    row(known.name.clone(), note, view! { (mark) }, view! { (bar) (controls) }, submit)
}
