//! The crew: line, badge, qualifications, presence; and the check-in by badge.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::{PlantDetail, Presence, PutCrew, ScanBadge};
use takt_api::stock::Source;
use takt_domain::master::CrewMember;
use takt_domain::permission::Permission;

use super::put;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const CREW: Text = Text::new("人员", "Crew");
const BADGE: Text = Text::new("工牌", "Badge");
const SCAN: Text = Text::new("扫描工牌签到", "Check in by badge");
const QUALIFICATIONS: Text = Text::new("资质", "Qualifications");
const QUALIFICATIONS_HINT: Text = Text::new("用分号分开", "separated by semicolons");
const CHECKED_IN: Text = Text::new("{} 已签到", "{} is checked in");
const CHECKED_OUT: Text = Text::new("{} 已签退", "{} is checked out");

pub(super) fn view(plant: &Rc<PlantDetail>, read: Read<PlantDetail>) -> View {
    let asked = create_signal(None::<CrewMember>);
    let rows: Vec<_> = plant.crew.iter().map(|member| row(member, asked)).collect();
    let lines: Vec<(String, String)> = [(String::new(), "—".to_owned())]
        .into_iter()
        .chain(plant.lines.iter().map(|line| (line.id.to_string(), format!("{} {}", line.id, line.name))))
        .collect();
    let form = sheet::view(asked, move |member| (member.name.clone(), form(&member, lines.clone(), asked, read)));
    let scan = scan(read);
    let list = ui::section(CREW, view! { (scan) ul(class="rows") { (rows) } });
    view! { (list) (form) }
}

/// A field that a scanner types into.
fn scan(read: Read<PlantDetail>) -> View {
    let submit = Submit::new();
    let badge = create_signal(String::new());
    let send = move || {
        let body = ScanBadge { badge: badge.with_untracked(|badge| badge.trim().to_owned()), line: None };
        if body.badge.is_empty() {
            return;
        }
        submit.send("POST", "/api/v1/presence".into(), &body, Source::Scan, move |presence: Presence| {
            let said = if presence.present { CHECKED_IN } else { CHECKED_OUT };
            app::app().say(Toast::good(said.with(presence.user.as_str())));
            badge.set(String::new());
            read.again();
        });
    };
    let pressed = move |event: web_sys::KeyboardEvent| {
        if event.key() == "Enter" {
            event.prevent_default();
            send();
        }
    };
    let outcome = submit_button::outcome(submit);
    let button = submit_button::small(submit, text::CHECK_IN, "quiet", Rc::new(send));
    view! {
        label(class="inline") {
            span { (SCAN) }
            input(r#type="text", autocomplete="off", maxlength="64", bind:value=badge, on:keydown=pressed)
            (button)
        }
        (outcome)
    }
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
    let main = view! {
        div(class="row-main") {
            div(class="grow") { strong { (name) } p(class="note") { (note) } div(class="chips") { (skills) } }
            (mark)
        }
    };
    if !app::may(Permission::ResourceSet) {
        return view! { li(class="row") { (main) } };
    }
    let whole = member.clone();
    let open = tap(move || asked.set(Some(whole.clone())));
    view! { li(class="row") { button(r#type="button", class="plain-row", on:click=open) { (main) (icon::NEXT) } } }
}

fn form(
    member: &CrewMember,
    lines: Vec<(String, String)>,
    asked: Signal<Option<CrewMember>>,
    read: Read<PlantDetail>,
) -> View {
    let line = create_signal(member.line.as_ref().map_or(String::new(), ToString::to_string));
    let badge = create_signal(member.badge.clone().unwrap_or_default());
    let skills = create_signal(member.qualifications.join("; "));
    let submit = Submit::new();
    let path = format!("/api/v1/crew/{}", encode(member.user.as_str()));
    let save = move || {
        let parts = skills.with_untracked(|skills| {
            skills.split([';', ';']).map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect()
        });
        let body = PutCrew {
            line: line.with_untracked(|line| line.parse().ok()),
            badge: Some(badge.get_clone_untracked()).filter(|badge| !badge.trim().is_empty()),
            qualifications: parts,
        };
        let path = path.clone();
        put(submit, path, &body, read);
        asked.set(None);
    };
    let lines = field::select(text::LINE, line, lines);
    let badge = field::line(BADGE, badge, text::OPTIONAL);
    let skills = field::line(QUALIFICATIONS, skills, QUALIFICATIONS_HINT);
    let fields = submit_button::fields(submit, view! { (lines) (badge) (skills) });
    let button = submit_button::view(submit, text::SAVE, save);
    view! { (fields) (button) }
}
