//! The plant's types of exceptions, and whom they are told, level by level.

mod draft;

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::exceptions::ExceptionSettingsDocument;
use takt_api::stock::Source;
use takt_domain::permission::Role;

use crate::frame::names::EXCEPTION_SETTINGS as NAME;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, icon, submit_button, tap, toast::Toast};
use crate::{app, text};
use draft::{Draft, DraftLevel, DraftType};

const LEVELS: Text = Text::new("通知与升级", "Who is told, and when");
const LEVELS_HINT: Text = Text::new(
    "没有人响应时,到时间就通知下一级。",
    "As long as nobody says \"I have it\", the next level is told when its time has come.",
);
const LEVEL: Text = Text::new("第 {} 级", "Level {}");
const AFTER: Text = Text::new("上报后(分钟)", "After so many minutes");
const ROLES: Text = Text::new("通知", "Told to");
const ADD_LEVEL: Text = Text::new("加一级", "Add a level");
const OWN_LEVELS: Text = Text::new("单独设置通知", "Its own levels");
const TYPES: Text = Text::new("异常类型(手机上的按钮)", "Types (the buttons on the phone)");
const ADD_TYPE: Text = Text::new("加一个类型", "Add a type");
const ID: Text = Text::new("编号", "Number");
const ZH: Text = Text::new("中文名", "Name in Chinese");
const EN: Text = Text::new("英文名", "Name in English");
const CAUSES: Text = Text::new("常见原因(用分号分开)", "What it often comes from, separated by semicolons");
const REMOVE: Text = Text::new("删除", "Remove");
const UP: Text = Text::new("上移", "Up");

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<ExceptionSettingsDocument> = Read::new("/api/v1/exception-settings");
    let body = ui::shown(read, move |document| form(&document, read));
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn form(document: &Rc<ExceptionSettingsDocument>, read: Read<ExceptionSettingsDocument>) -> View {
    let version = document.version;
    let edited = create_signal(Draft::of(&document.settings));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let send = move || match edited.with_untracked(Draft::read) {
        Err(wrong) => missing.set(wrong),
        Ok(settings) => {
            missing.set(String::new());
            let body = ExceptionSettingsDocument { version, settings };
            let path = "/api/v1/exception-settings".into();
            submit.send("PUT", path, &body, Source::Hand, move |_: ExceptionSettingsDocument| {
                app::app().say(Toast::good(text::SAVED.get()));
                read.again();
            });
        }
    };
    let levels = ui::live(move || {
        let draft = edited.get_clone();
        untrack(|| levels_part(&draft.levels, None, edited))
    });
    let types = ui::live(move || {
        let draft = edited.get_clone();
        untrack(|| {
            View::from(
                draft.types.into_iter().enumerate().map(|(n, kind)| kind_part(n, kind, edited)).collect::<Vec<_>>(),
            )
        })
    });
    let levels = ui::section(LEVELS, view! { p(class="note") { (LEVELS_HINT) } (levels) });
    let add = tap(move || {
        edited.update(|draft| draft.types.push(DraftType { is_new: true, ..DraftType::default() }));
    });
    let types = ui::section(
        TYPES,
        view! { (types) button(r#type="button", class="quiet wide", on:click=add) { (icon::PLUS) (ADD_TYPE) } },
    );
    let fields = submit_button::fields(
        submit,
        view! { div(class="columns") { div(class="column") { (types) } div(class="column") { (levels) } } },
    );
    let (hint, button) = (ui::hint(missing), submit_button::view(submit, text::SAVE, send));
    view! { (fields) (hint) div(class="narrow") { (button) } }
}

/// Keeps what is typed without drawing anew, or the field would lose its cursor.
fn keep(edited: Signal<Draft>, change: impl FnOnce(&mut Draft)) {
    let mut draft = edited.get_clone_untracked();
    change(&mut draft);
    edited.set_silent(draft);
}

/// The levels of a type, or of the plant.
fn of(draft: &mut Draft, kind: Option<usize>) -> Option<&mut Vec<DraftLevel>> {
    match kind {
        None => Some(&mut draft.levels),
        Some(n) => draft.types.get_mut(n).map(|kind| &mut kind.levels),
    }
}

fn levels_part(levels: &[DraftLevel], kind: Option<usize>, edited: Signal<Draft>) -> View {
    let rows: Vec<_> = levels.iter().enumerate().map(|(n, level)| level_part(n, level, kind, edited)).collect();
    let add = tap(move || {
        edited.update(|draft| {
            if let Some(levels) = of(draft, kind) {
                let minutes = levels.last().and_then(|last| last.minutes.trim().parse::<u32>().ok());
                let minutes = minutes.map_or_else(|| "0".to_owned(), |minutes| (minutes + 10).to_string());
                levels.push(DraftLevel { minutes, roles: vec![Role::ShiftLead] });
            }
        });
    });
    let name = if kind.is_some() && levels.is_empty() { OWN_LEVELS } else { ADD_LEVEL };
    view! { (rows) button(r#type="button", class="quiet", on:click=add) { (icon::PLUS) (name) } }
}

fn level_part(n: usize, level: &DraftLevel, kind: Option<usize>, edited: Signal<Draft>) -> View {
    let minutes = field::typed(AFTER, level.minutes.clone(), "numeric", move |typed| {
        keep(edited, |draft| {
            if let Some(level) = of(draft, kind).and_then(|levels| levels.get_mut(n)) {
                level.minutes = typed;
            }
        });
    });
    let lang = app::lang();
    let roles: Vec<_> = Role::ALL
        .into_iter()
        .map(|role| {
            let on = level.roles.contains(&role);
            let (pressed, name) = (if on { "true" } else { "false" }, role.label(lang));
            let flip = tap(move || {
                edited.update(|draft| {
                    let Some(level) = of(draft, kind).and_then(|levels| levels.get_mut(n)) else { return };
                    if on { level.roles.retain(|known| *known != role) } else { level.roles.push(role) }
                });
            });
            view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=flip) { (name) } }
        })
        .collect();
    let remove = tap(move || {
        edited.update(|draft| {
            if let Some(levels) = of(draft, kind) {
                levels.remove(n);
            }
        });
    });
    let title = LEVEL.with(&(n + 1).to_string());
    view! {
        div(class="step-card") {
            div(class="row-main") {
                strong(class="grow") { (title) }
                button(r#type="button", class="quiet", on:click=remove) { (REMOVE) }
            }
            (minutes)
            div(class="field", role="group", aria-label=ROLES) { span { (ROLES) } div(class="options") { (roles) } }
        }
    }
}

fn kind_part(n: usize, kind: DraftType, edited: Signal<Draft>) -> View {
    let text = |label: Text, value: String, set: fn(&mut DraftType, String)| {
        field::typed(label, value, "text", move |typed| {
            keep(edited, |draft| {
                if let Some(kind) = draft.types.get_mut(n) {
                    set(kind, typed);
                }
            });
        })
    };
    let id = if kind.is_new { text(ID, kind.id.clone(), |kind, typed| kind.id = typed) } else { View::new() };
    let zh = text(ZH, kind.zh.clone(), |kind, typed| kind.zh = typed);
    let en = text(EN, kind.en.clone(), |kind, typed| kind.en = typed);
    let causes = text(CAUSES, kind.causes.clone(), |kind, typed| kind.causes = typed);
    let levels = levels_part(&kind.levels, Some(n), edited);
    let up = if n > 0 {
        let press = tap(move || edited.update(|draft| draft.types.swap(n - 1, n)));
        view! { button(r#type="button", class="quiet", on:click=press) { (UP) } }
    } else {
        View::new()
    };
    let remove = tap(move || edited.update(|draft| drop(draft.types.remove(n))));
    let title = if kind.is_new { ADD_TYPE.get().to_owned() } else { app::lang().pick(&kind.zh, &kind.en).to_owned() };
    view! {
        div(class="step-card") {
            div(class="row-main") {
                strong(class="grow") { (title) }
                (up)
                button(r#type="button", class="quiet", on:click=remove) { (REMOVE) }
            }
            (id)
            div(class="form-grid two") { (zh) (en) }
            (causes)
            (levels)
        }
    }
}
