//! The crew: line, badge, qualifications, presence.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::{PlantDetail, PutCrew};
use takt_domain::master::CrewMember;
use takt_domain::permission::Permission;

use super::put;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap};
use crate::{app, text};

const CREW: Text = Text::new("人员", "Crew");
const BADGE: Text = Text::new("工牌", "Badge");
const QUALIFICATIONS: Text = Text::new("资质", "Qualifications");
const QUALIFICATIONS_HINT: Text = Text::new("用分号分开", "separated by semicolons");

pub(super) fn view(plant: &Rc<PlantDetail>, read: Read<PlantDetail>) -> View {
    let asked = create_signal(None::<CrewMember>);
    let rows: Vec<_> = plant.crew.iter().map(|member| row(member, asked)).collect();
    let lines: Vec<(String, String)> = [(String::new(), "—".to_owned())]
        .into_iter()
        .chain(plant.lines.iter().map(|line| (line.id.to_string(), format!("{} {}", line.id, line.name))))
        .collect();
    let form = sheet::view(asked, move |member| (member.name.clone(), form(&member, lines.clone(), asked, read)));
    let list = ui::section(CREW, view! { ul(class="rows") { (rows) } });
    view! { (list) (form) }
}

fn row(member: &CrewMember, asked: Signal<Option<CrewMember>>) -> View {
    let name = member.name.clone();
    let line = member.line.as_ref().map_or(String::new(), ToString::to_string);
    let badge = member.badge.as_ref().map_or(String::new(), |badge| format!(" · {} {badge}", BADGE.get()));
    let note = format!("{} {line}{badge}", member.user);
    let skills: Vec<_> =
        member.qualifications.iter().cloned().map(|skill| view! { span(class="chip small") { (skill) } }).collect();
    let mark = if member.present {
        view! { span(class="chip good") { (text::PRESENT) } }
    } else {
        view! { span(class="chip") { (text::NOT_PRESENT) } }
    };
    let more = if app::may(Permission::ResourceSet) { View::from(icon::NEXT) } else { View::new() };
    let main = view! {
        div(class="row-main") {
            div(class="grow") { strong { (name) } p(class="note") { (note) } div(class="chips") { (skills) } }
            (mark)
            (more)
        }
    };
    if !app::may(Permission::ResourceSet) {
        return view! { li(class="row") { (main) } };
    }
    let whole = member.clone();
    let open = tap(move || asked.set(Some(whole.clone())));
    view! { li(class="row") { button(r#type="button", class="plain-row", on:click=open) { (main) } } }
}

fn form(
    member: &CrewMember,
    lines: Vec<(String, String)>,
    asked: Signal<Option<CrewMember>>,
    read: Read<PlantDetail>,
) -> View {
    let line = create_signal(member.line.as_ref().map_or(String::new(), ToString::to_string));
    let number = create_signal(member.badge.clone().unwrap_or_default());
    let skills = create_signal(member.qualifications.join("; "));
    let submit = Submit::new();
    let path = format!("/api/v1/crew/{}", encode(member.user.as_str()));
    let save = move || {
        let parts = skills.with_untracked(|skills| {
            skills.split([';', ';']).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
        });
        let body = PutCrew {
            line: line.with_untracked(|line| line.parse().ok()),
            badge: Some(number.get_clone_untracked()).filter(|badge| !badge.trim().is_empty()),
            qualifications: parts,
        };
        let path = path.clone();
        put(submit, path, &body, read);
        asked.set(None);
    };
    let lines = field::select(text::LINE, line, lines);
    let number = field::line(BADGE, number, text::OPTIONAL);
    let skills = field::line(QUALIFICATIONS, skills, QUALIFICATIONS_HINT);
    let fields = submit_button::fields(submit, view! { (lines) (number) (skills) });
    let button = submit_button::view(submit, text::SAVE, save);
    view! { (fields) (button) }
}
