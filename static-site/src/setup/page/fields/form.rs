//! One form: its fields in their order, the one that is edited, and what the phone will show.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::{FormState, Forms, PutForm};
use takt_api::stock::Source;
use takt_domain::field::{Field, Form, FormOf, Problem, Values};

use super::draft::DraftField;
use super::{editor, moved};
use crate::app;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::custom::{self, Draft};
use crate::ui::{self, icon, live, submit_button, tap, toast::Toast};

const FIELDS: Text = Text::new("字段", "Fields");
const ADD: Text = Text::new("新字段", "New field");
const SAVE: Text = Text::new("保存表单", "Save the form");
const SAVED: Text = Text::new("已保存,半分钟内到手机", "Saved; on the phones within half a minute");
const PREVIEW: Text = Text::new("手机预览", "On the phone");
const NONE: Text = Text::new("还没有字段", "No fields yet");
const RETIRED: Text = Text::new("已停用的字段", "Retired fields");
const RESTORE: Text = Text::new("恢复", "Bring back");
const UNNAMED: Text = Text::new("未命名", "without a name");
const UP: Text = Text::new("上移 {}", "Move {} up");
const DOWN: Text = Text::new("下移 {}", "Move {} down");
const NUMBER_WANTED: Text = Text::new("请填数字", "expected a number");
const PICK: Text = Text::new("选一个字段来编辑,或新建一个", "Pick a field, or make a new one");

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct Editor {
    pub(super) fields: Signal<Vec<DraftField>>,
    /// The field that is edited.
    pub(super) chosen: Signal<Option<usize>>,
    /// What is wrong, by its place in the form.
    pub(super) wrong: Signal<Vec<Problem>>,
    /// The field that is dragged.
    dragged: Signal<Option<usize>>,
    /// Which form it is.
    pub(super) of: FormOf,
}

impl Editor {
    /// Changes the field that is edited.
    pub(super) fn change(self, change: impl FnOnce(&mut DraftField)) {
        let Some(chosen) = self.chosen.get_untracked() else { return };
        self.fields.update(|fields| fields.get_mut(chosen).map(change));
        self.wrong.set(Vec::new());
    }

    fn put(self, from: usize, to: usize) {
        self.fields.update(|fields| moved(fields, from, to));
        self.chosen.set(Some(to));
        self.wrong.set(Vec::new());
    }

    fn add(self) {
        let count = self.fields.with_untracked(Vec::len);
        self.fields.update(|fields| fields.push(DraftField::new(count + 1)));
        self.chosen.set(Some(count));
    }

    /// Takes the chosen field off the form; one that was never saved is gone.
    pub(super) fn remove(self) {
        let Some(chosen) = self.chosen.get_untracked() else { return };
        self.chosen.set(None);
        self.wrong.set(Vec::new());
        self.fields.update(|fields| match fields.get_mut(chosen) {
            Some(field) if field.is_new => drop(fields.remove(chosen)),
            Some(field) => field.retired = true,
            None => {}
        });
    }

    /// The fields, where all of them can be read; else what is wrong stands in `wrong`.
    fn read(self) -> Option<Vec<Field>> {
        let mut problems = Vec::new();
        let read = |(n, draft): (usize, &DraftField)| match draft.field() {
            Ok(field) => Some(field),
            Err(part) => {
                problems.push(Problem { at: format!("fields[{n}].{part}"), detail: NUMBER_WANTED.get().into() });
                None
            }
        };
        let fields: Option<Vec<_>> = self
            .fields
            .with_untracked(|fields| fields.iter().enumerate().map(read).collect::<Vec<_>>())
            .into_iter()
            .collect();
        self.wrong.set(problems);
        fields
    }
}

pub(super) fn view(forms: &Rc<Forms>, of: FormOf, read: Read<Forms>) -> View {
    let stored = forms.forms.iter().find(|state| state.form.of == of).cloned();
    let stored = stored.unwrap_or_else(|| FormState { form: Form::empty(of), version: 0 });
    let editor = Editor {
        fields: create_signal(stored.form.fields.iter().map(DraftField::of).collect()),
        chosen: create_signal(None),
        wrong: create_signal(Vec::new()),
        dragged: create_signal(None),
        of,
    };
    let submit = Submit::new();
    let send = move || save(editor, &stored, submit, read);
    let (list, preview, problems) = (list(editor), preview(editor, of), problems(editor));
    let edited = live(move || match editor.chosen.get() {
        Some(chosen) => untrack(|| editor::view(editor, chosen)),
        None => view! { section(class="card") { p(class="note") { (PICK) } } },
    });
    let body = submit_button::fields(
        submit,
        view! {
            div(class="columns fields-page") {
                div(class="column") { (list) }
                div(class="column") { (edited) }
                div(class="column") { (preview) }
            }
        },
    );
    let button = submit_button::view(submit, SAVE, send);
    view! { (body) div(class="bottom") { (problems) (button) } }
}

fn save(editor: Editor, stored: &FormState, submit: Submit, read: Read<Forms>) {
    let Some(fields) = editor.read() else { return };
    // The code that the server judges with says what is wrong before anything is sent.
    if let Err(problems) = stored.form.with_fields(fields.clone(), app::lang()) {
        return editor.wrong.set(problems);
    }
    let body = PutForm { version: stored.version, fields };
    let path = format!("/api/v1/forms/{}", stored.form.of.as_str());
    submit.send("PUT", path, &body, Source::Hand, move |_: FormState| {
        app::app().say(Toast::good(SAVED.get()));
        read.again();
    });
}

/// What is wrong with which field, by the name that people gave it.
fn problems(editor: Editor) -> View {
    live(move || {
        let problems = editor.wrong.get_clone();
        let fields = editor.fields.get_clone_untracked();
        let row = |problem: Problem| {
            let place = problem.at.strip_prefix("fields[").and_then(|rest| rest.split_once(']'));
            let field = place.and_then(|(n, _)| fields.get(n.parse::<usize>().ok()?));
            let name = field.map_or(String::new(), |field| format!("{}: ", name(field)));
            let part = place.map_or("", |(_, part)| part.trim_start_matches('.')).to_owned();
            view! { p(class="notice bad", role="alert") { (name) (problem.detail) " " code { (part) } } }
        };
        View::from(problems.into_iter().map(row).collect::<Vec<_>>())
    })
}

fn name(field: &DraftField) -> String {
    let named = app::lang().pick(&field.zh, &field.en).to_owned();
    if named.trim().is_empty() { UNNAMED.get().to_owned() } else { named }
}

/// The fields of the form. They are moved with the pointer, or with the two buttons.
fn list(editor: Editor) -> View {
    let rows = live(move || {
        let fields = editor.fields.get_clone();
        let active: Vec<_> = fields.iter().enumerate().filter(|(_, field)| !field.retired).collect();
        let places: Vec<usize> = active.iter().map(|(n, _)| *n).collect();
        let rows: Vec<_> =
            active.iter().enumerate().map(|(at, (n, field))| row(editor, (*n, field), &places, at)).collect();
        if rows.is_empty() {
            return view! { p(class="note") { (NONE) } };
        }
        view! { ol(class="rows field-list") { (rows) } }
    });
    let retired = live(move || {
        let fields = editor.fields.get_clone();
        let gone: Vec<_> = fields.iter().enumerate().filter(|(_, field)| field.retired).collect();
        if gone.is_empty() {
            return View::new();
        }
        let count = gone.len().to_string();
        let rows: Vec<_> = gone
            .into_iter()
            .map(|(n, field)| {
                let name = name(field);
                let back = tap(move || editor.fields.update(|fields| fields[n].retired = false));
                view! { li(class="row row-main") { span(class="grow") { (name) } button(r#type="button", class="quiet small", on:click=back) { (RESTORE) } } }
            })
            .collect();
        ui::fold(RETIRED, count, false, view! { ul(class="rows") { (rows) } })
    });
    let add = tap(move || editor.add());
    view! {
        section(class="card") {
            h2 { (FIELDS) }
            (rows)
            div(class="actions") { button(r#type="button", class="button", on:click=add) { (icon::PLUS) (ADD) } }
        }
        (retired)
    }
}

fn row(editor: Editor, (n, field): (usize, &DraftField), places: &[usize], at: usize) -> View {
    let (name, id, kind) = (name(field), field.id.clone(), editor::kind_name(&field.kind).get());
    let marks = format!("{id} · {kind}{}", if field.required { " *" } else { "" });
    let inspected = if field.inspection {
        view! { span(class="chip small") { (editor::INSPECTION) } }
    } else {
        View::new()
    };
    let current = move || if editor.chosen.get() == Some(n) { "true" } else { "false" };
    let shift = |to: Option<&usize>, said: Text, face: &'static str| {
        let (label, to) = (said.with(&name), to.copied());
        let press = tap(move || {
            if let Some(to) = to {
                editor.put(n, to);
            }
        });
        view! { button(r#type="button", class="quiet small", aria-label=label, disabled=to.is_none(), on:click=press) { (face) } }
    };
    let up = shift(at.checked_sub(1).and_then(|before| places.get(before)), UP, "↑");
    let down = shift(places.get(at + 1), DOWN, "↓");
    let choose = tap(move || editor.chosen.set(Some(n)));
    let begun = move |_| editor.dragged.set(Some(n));
    let over = |event: web_sys::DragEvent| event.prevent_default();
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        if let Some(from) = editor.dragged.replace(None).filter(|from| *from != n) {
            editor.put(from, n);
        }
    };
    view! {
        li(class="row", draggable="true", on:dragstart=begun, on:dragover=over, on:drop=dropped) {
            div(class="row-main") {
                button(r#type="button", class="plain-row grow", aria-pressed=current, on:click=choose) {
                    strong { (name) } " " (inspected) p(class="note") { (marks) }
                }
                (up) (down)
            }
        }
    }
}

/// The form as the phone will show it, to be tried.
fn preview(editor: Editor, of: FormOf) -> View {
    let draft = Draft::new(Values::new());
    let body = live(move || {
        let fields = editor.fields.get_clone();
        let fields = fields.iter().filter_map(|field| field.field().ok()).collect();
        untrack(|| custom::fields(&Form { of, fields }, draft))
    });
    view! { section(class="card phone-preview", aria-label=PREVIEW) { h2 { (PREVIEW) } (body) } }
}

pub(super) fn is_wrong(editor: Editor, n: usize, part: &'static str) -> impl Fn() -> bool + Copy + 'static {
    move || {
        let at = format!("fields[{n}].{part}");
        editor.wrong.with(|wrong| wrong.iter().any(|problem| problem.at == at))
    }
}
