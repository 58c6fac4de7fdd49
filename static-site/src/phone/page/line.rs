//! What a line works with: who is here, which machines and moulds can be used.

use std::rc::Rc;

use serde::de::IgnoredAny;
use sycamore::prelude::*;
use takt_api::master::{PlantDetail, PutEquipmentStatus, PutMouldStatus, PutPresence};
use takt_api::stock::Source;
use takt_domain::id::LineId;
use takt_domain::master::{CrewMember, Equipment, EquipmentStatus, Mould};
use takt_domain::permission::Permission;

use super::andon;
use crate::net::LIVE_MS;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::ui::{self, badge, field, submit_button, tap, toast::Toast};
use crate::{app, show, text};

pub(crate) fn view() -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    read.poll(LIVE_MS);
    let mine = app::session().and_then(|session| session.line.clone());
    let chosen = create_signal(mine.map_or(String::new(), |line| line.to_string()));
    // Beside what is polled, so that what is typed stays.
    let here = move || chosen.with_untracked(|line| line.parse::<LineId>().ok());
    let badge = if app::may(Permission::PresenceSelf) { badge::view(here, move || read.again()) } else { View::new() };
    let andon = andon::of_line(here);
    let parts = ui::shown(read, move |plant| draw(&plant, chosen, read));
    let body = view! { (badge) (andon) (parts) };
    ui::shell::page(text::LINE.get(), None, View::new(), body)
}

fn draw(plant: &Rc<PlantDetail>, chosen: Signal<String>, read: Read<PlantDetail>) -> View {
    let mut lines = vec![(String::new(), text::ALL_LINES.get().to_owned())];
    lines.extend(plant.lines.iter().map(|line| (line.id.to_string(), line.name.clone())));
    let plant = Rc::clone(plant);
    let parts = ui::live(move || {
        let chosen = chosen.get_clone();
        untrack(|| resources(&plant, &chosen, read))
    });
    let choose = field::choice(text::LINE, chosen, lines);
    view! { div(class="strip") { (choose) } (parts) }
}

fn resources(plant: &PlantDetail, chosen: &str, read: Read<PlantDetail>) -> View {
    let here = |line: &Option<LineId>| chosen.is_empty() || line.as_ref().is_none_or(|line| line.as_str() == chosen);
    let crew: Vec<_> =
        plant.crew.iter().filter(|member| here(&member.line)).map(|member| person(member, read)).collect();
    let equipment: Vec<_> =
        plant.equipment.iter().filter(|known| here(&known.line)).map(|known| machine(known, read)).collect();
    let moulds: Vec<_> = plant.moulds.iter().map(|known| mould(known, read)).collect();
    let listed = |rows: Vec<View>, none: text::Text| {
        if rows.is_empty() {
            view! { p(class="note") { (none) } }
        } else {
            view! { ul(class="rows") { (rows) } }
        }
    };
    let moulds = if moulds.is_empty() {
        View::new()
    } else {
        ui::section(text::MOULDS, view! { ul(class="rows") { (moulds) } })
    };
    let crew = ui::section(text::WHO_IS_HERE, listed(crew, text::NO_CREW));
    let equipment = ui::section(text::EQUIPMENT, listed(equipment, text::NO_EQUIPMENT));
    view! {
        div(class="columns") {
            div(class="column") { (crew) }
            div(class="column") { (equipment) (moulds) }
        }
    }
}

/// A write of one small thing; what it was before stays on the screen until it is booked.
fn put(submit: Submit, path: String, body: &impl serde::Serialize, read: Read<PlantDetail>) {
    submit.send("PUT", path, body, Source::Hand, move |_: IgnoredAny| {
        app::app().say(Toast::good(text::SAVED.get()));
        read.again();
    });
}

fn row(name: String, note: String, mark: View, controls: View, submit: Submit) -> View {
    let outcome = submit_button::outcome(submit);
    view! {
        li(class="row") {
            div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (mark) }
            (controls)
            (outcome)
        }
    }
}

fn person(member: &CrewMember, read: Read<PlantDetail>) -> View {
    let submit = Submit::new();
    let line = member.line.as_ref().map_or(String::new(), ToString::to_string);
    let note = format!("{} {line}", member.user);
    let mark = if member.present {
        view! { span(class="chip good") { (text::PRESENT) } }
    } else {
        view! { span(class="chip") { (text::NOT_PRESENT) } }
    };
    let myself = app::session().is_some_and(|session| session.user == member.user);
    let may = app::may(Permission::ResourceSet) || myself && app::may(Permission::PresenceSelf);
    let controls = if may { presence_button(member, submit, read) } else { View::new() };
    row(member.name.clone(), note, mark, controls, submit)
}

fn presence_button(member: &CrewMember, submit: Submit, read: Read<PlantDetail>) -> View {
    let (face, class) = if member.present { (text::CHECK_OUT, "quiet") } else { (text::CHECK_IN, "secondary") };
    let path = format!("/api/v1/crew/{}/presence", encode(member.user.as_str()));
    let body = PutPresence { present: !member.present, line: None };
    submit_button::small(submit, face, class, Rc::new(move || put(submit, path.clone(), &body, read)))
}

/// The reader's own presence.
pub(super) fn mine() -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    ui::shown(read, move |plant| {
        let me =
            app::session().and_then(|session| plant.crew.iter().find(|member| member.user == session.user).cloned());
        match me {
            Some(me) => view! { ul(class="rows card") { (person(&me, read)) } },
            None => View::new(),
        }
    })
}

fn machine(known: &Equipment, read: Read<PlantDetail>) -> View {
    let submit = Submit::new();
    let class = if known.status == EquipmentStatus::Available { "chip good" } else { "chip bad" };
    let status = show::equipment_status(known.status);
    let mark = view! { span(class=class) { (status) } };
    let path = format!("/api/v1/equipment/{}/status", encode(known.id.as_str()));
    let controls = if app::may(Permission::ResourceSet) {
        let others = [EquipmentStatus::Available, EquipmentStatus::Down, EquipmentStatus::Maintenance];
        let buttons: Vec<_> = others
            .into_iter()
            .filter(|other| *other != known.status)
            .map(|status| {
                let (path, name) = (path.clone(), show::equipment_status(status));
                let press = tap(move || put(submit, path.clone(), &machine_status(status), read));
                view! { button(r#type="button", class="quiet", disabled=move || submit.is_held(), on:click=press) { (name) } }
            })
            .collect();
        view! { div(class="actions") { (buttons) } }
    } else {
        View::new()
    };
    row(known.name.clone(), known.id.to_string(), mark, controls, submit)
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
    let path = format!("/api/v1/moulds/{}/status", encode(known.id.as_str()));
    let usable = !known.usable;
    let controls = if app::may(Permission::ResourceSet) {
        let face = if usable { text::USABLE } else { text::NOT_USABLE };
        let press = Rc::new(move || put(submit, path.clone(), &mould_status(usable), read));
        submit_button::small(submit, face, "quiet", press)
    } else {
        View::new()
    };
    row(known.name.clone(), note, mark, controls, submit)
}

fn machine_status(status: EquipmentStatus) -> PutEquipmentStatus {
    PutEquipmentStatus { status, exclusive: None, calibrated_until: None }
}

fn mould_status(usable: bool) -> PutMouldStatus {
    PutMouldStatus { usable, overhauled: false, shots_max: None }
}
