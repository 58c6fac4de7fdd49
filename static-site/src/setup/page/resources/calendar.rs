//! The calendar: shifts of the week, and the days on which something else holds.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::{CalendarDay, DayShift, PlantDetail, PutPlant, Shift};
use takt_domain::permission::Permission;

use super::put;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, submit_button, tap};
use crate::{app, text};

const CALENDAR: Text = Text::new("班次日历", "Shift calendar");
const DAYS: Text = Text::new("节假日与加班", "Holidays and overtime");
const CLOSED: Text = Text::new("不上班", "nobody works");
const ADD_DAY: Text = Text::new("加一天", "Add a day");
const ADD_SHIFT: Text = Text::new("加一班", "Add a shift");
const SHIFT: Text = Text::new("班次名称", "Name of the shift");
const START: Text = Text::new("开始", "Start");
const END: Text = Text::new("结束", "End");
const REMOVE: Text = Text::new("删除", "Remove");
const TIMES: Text = Text::new("班次(空=不上班)如 08:00-12:00", "Shifts (none: nobody works), such as 08:00-12:00");
const WEEK: [Text; 7] = [
    Text::new("一", "Mo"),
    Text::new("二", "Tu"),
    Text::new("三", "We"),
    Text::new("四", "Th"),
    Text::new("五", "Fr"),
    Text::new("六", "Sa"),
    Text::new("日", "Su"),
];

pub(super) fn view(plant: &Rc<PlantDetail>, read: Read<PlantDetail>) -> View {
    let may = app::may(Permission::MasterImport);
    let shifts = create_signal(plant.shifts.clone());
    let days = create_signal(plant.days.clone());
    let submit = Submit::new();
    let (name, time_zone) = (plant.name.clone(), plant.time_zone.clone());
    let save = move || {
        let body = PutPlant {
            name: name.clone(),
            time_zone: time_zone.clone(),
            shifts: shifts.get_clone_untracked(),
            days: Some(days.get_clone_untracked()),
        };
        put(submit, "/api/v1/plant".into(), &body, read);
    };
    let week = ui::live(move || {
        let shown = shifts.get_clone();
        untrack(|| {
            View::from(
                shown.into_iter().enumerate().map(|(n, shift)| shift_row(n, shift, shifts, may)).collect::<Vec<_>>(),
            )
        })
    });
    let special = ui::live(move || {
        let shown = days.get_clone();
        untrack(|| {
            View::from(shown.into_iter().enumerate().map(|(n, day)| day_row(n, day, days, may)).collect::<Vec<_>>())
        })
    });
    let editing = if may {
        let new = Shift { name: "+".into(), start: "08:00".into(), end: "16:00".into(), weekdays: vec![1, 2, 3, 4, 5] };
        let add_shift = tap(move || shifts.update(|shifts| shifts.push(new.clone())));
        let add_day = add_day(days);
        let button = submit_button::view(submit, text::SAVE, save);
        view! {
            button(r#type="button", class="quiet", on:click=add_shift) { (ADD_SHIFT) }
            (add_day)
            (button)
        }
    } else {
        View::new()
    };
    let zone = plant.time_zone.clone();
    ui::section(
        CALENDAR,
        view! {
            p(class="note") { (zone) }
            ul(class="rows") { (week) }
            h2 { (DAYS) }
            ul(class="rows") { (special) }
            (editing)
        },
    )
}

fn shift_row(n: usize, shift: Shift, shifts: Signal<Vec<Shift>>, may: bool) -> View {
    let days: Vec<_> = (1..=7_u8)
        .map(|day| {
            let on = shift.weekdays.contains(&day);
            let pressed = if on { "true" } else { "false" };
            let name = WEEK[usize::from(day) - 1];
            let flip = tap(move || {
                shifts.update(|shifts| {
                    let Some(shift) = shifts.get_mut(n) else { return };
                    if on { shift.weekdays.retain(|known| *known != day) } else { shift.weekdays.push(day) }
                    shift.weekdays.sort_unstable();
                });
            });
            view! { button(r#type="button", class="option", aria-pressed=pressed, disabled=!may, on:click=flip) { (name) } }
        })
        .collect();
    let edit = |label: Text, value: String, kind: &'static str, set: fn(&mut Shift, String)| {
        let field = create_signal(value);
        let keep = move |_: web_sys::Event| {
            let typed = field.get_clone_untracked();
            // The list is not drawn anew for it, or the field would lose the reader's place.
            shifts.set_silent({
                let mut all = shifts.get_clone_untracked();
                if let Some(shift) = all.get_mut(n) {
                    set(shift, typed);
                }
                all
            });
        };
        view! { input(r#type=kind, aria-label=label, disabled=!may, bind:value=field, on:change=keep) }
    };
    let name = edit(SHIFT, shift.name.clone(), "text", |shift, text| shift.name = text);
    let start = edit(START, shift.start.clone(), "time", |shift, text| shift.start = text);
    let end = edit(END, shift.end.clone(), "time", |shift, text| shift.end = text);
    let remove = if may {
        let press = tap(move || shifts.update(|shifts| drop(shifts.remove(n))));
        view! { button(r#type="button", class="quiet small", on:click=press) { (REMOVE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") { div(class="inline") { (name) (start) "–" (end) (remove) } div(class="options") { (days) } }
    }
}

fn day_row(n: usize, day: CalendarDay, days: Signal<Vec<CalendarDay>>, may: bool) -> View {
    let times: Vec<_> = day.shifts.iter().map(|shift| format!("{}–{}", shift.start, shift.end)).collect();
    let times = if times.is_empty() { CLOSED.get().to_owned() } else { times.join(", ") };
    let (date, name) = (day.date.to_string(), day.name);
    let remove = if may {
        let press = tap(move || days.update(|days| drop(days.remove(n))));
        view! { button(r#type="button", class="quiet small", on:click=press) { (REMOVE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            div(class="row-main") { div(class="grow") { strong { (date) } " " (name) p(class="note") { (times) } } (remove) }
        }
    }
}

/// A day of its own: the date, what it is, and its shifts.
fn add_day(days: Signal<Vec<CalendarDay>>) -> View {
    let (date, name, times) =
        (create_signal(String::new()), create_signal(String::new()), create_signal(String::new()));
    let add = tap(move || {
        let Ok(date) = date.get_clone_untracked().parse() else { return };
        let shifts = times.with_untracked(|times| {
            let one = |part: &str| {
                let (start, end) = part.trim().split_once(['-', '–'])?;
                Some(DayShift { start: start.trim().to_owned(), end: end.trim().to_owned() })
            };
            times.split([',', ',']).filter_map(one).collect()
        });
        let day = CalendarDay { date, name: name.get_clone_untracked(), shifts };
        days.update(|days| {
            days.retain(|known| known.date != date);
            days.push(day);
            days.sort_by_key(|day| day.date);
        });
    });
    view! {
        div(class="inline") {
            input(r#type="date", aria-label=ADD_DAY, bind:value=date)
            input(r#type="text", maxlength="64", placeholder=text::NAME, aria-label=text::NAME, bind:value=name)
            input(r#type="text", placeholder=TIMES, aria-label=TIMES, bind:value=times)
            button(r#type="button", class="quiet small", on:click=add) { (ADD_DAY) }
        }
    }
}
