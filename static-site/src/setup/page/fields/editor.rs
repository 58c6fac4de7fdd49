//! One field: its names, what may stand in it, and how it is shown.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::field::FormOf;
use wasm_bindgen::JsCast;

use super::draft::{DraftChoice, DraftField, KINDS};
use super::form::{Editor, is_wrong};
use crate::text::Text;
use crate::ui::{live, tap};

pub(super) const INSPECTION: Text = Text::new("检验项", "Inspection item");
const EDIT: Text = Text::new("编辑字段", "Edit the field");
const ZH: Text = Text::new("中文名称", "Chinese name");
const EN: Text = Text::new("英文名称", "English name");
const ID: Text = Text::new("编号(接口、搜索、导入用)", "Id (in the API, searches, imports)");
const KIND: Text = Text::new("类型", "Type");
const NUMBER: Text = Text::new("数字", "Number");
const YES_NO: Text = Text::new("是否", "Yes or no");
const CHOICE: Text = Text::new("选项", "Choice");
const TEXT: Text = Text::new("文字", "Text");
const DATE: Text = Text::new("日期", "Date");
const DECIMALS: Text = Text::new("小数位", "Decimals");
const MIN: Text = Text::new("下限", "Lower limit");
const MAX: Text = Text::new("上限", "Upper limit");
const UNIT: Text = Text::new("单位", "Unit");
const MAX_CHARS: Text = Text::new("最多字符", "Most characters");
const REQUIRED: Text = Text::new("必填", "Required");
const HALF: Text = Text::new("半宽", "Half as wide");
const IN_LIST: Text = Text::new("列表中显示", "Shown in lists");
const OPERATIONS: Text =
    Text::new("只用于这些工序(如 10 20;空白为全部)", "Only at these operations (such as 10 20; all where empty)");
const OPTIONS: Text = Text::new("选项", "Options");
const ADD_OPTION: Text = Text::new("加选项", "Add an option");
const FAILS: Text = Text::new("选它即不合格", "Means a fail");
const REMOVE: Text = Text::new("移除字段", "Take the field away");
const REMOVE_OPTION: Text = Text::new("移除选项 {}", "Remove option {}");

/// What people call a kind.
pub(super) fn kind_name(kind: &str) -> Text {
    match kind {
        "number" => NUMBER,
        "yes_no" => YES_NO,
        "choice" => CHOICE,
        "date" => DATE,
        _ => TEXT,
    }
}

type Get = fn(&DraftField) -> &String;
type Set = fn(&mut DraftField, String);

pub(super) fn view(editor: Editor, n: usize) -> View {
    let Some(field) = editor.fields.with_untracked(|fields| fields.get(n).cloned()) else { return View::new() };
    let kind = create_signal(field.kind.clone());
    let line = |label: Text, name: &'static str, part: &'static str, get: Get, set: Set| {
        typed(label, name, get(&field).clone(), is_wrong(editor, n, part), move |text| {
            editor.change(|field| set(field, text))
        })
    };
    let zh = line(ZH, "zh", "label", |field| &field.zh, |field, text| field.zh = text);
    let en = line(EN, "en", "label", |field| &field.en, |field, text| field.name_after(&text));
    let id = if field.is_new { id_line(editor, n) } else { fixed(ID, field.id.clone()) };
    let kinds = if field.is_new { kind_choice(editor, kind) } else { fixed(KIND, kind_name(&field.kind).get().into()) };
    let rest = live(move || {
        let kind = kind.get_clone();
        untrack(|| of_kind(editor, n, &kind))
    });
    let operations = if matches!(editor.of, FormOf::Report | FormOf::Operation) {
        line(OPERATIONS, "operations", "operations", |field| &field.operations, |field, text| field.operations = text)
    } else {
        View::new()
    };
    let switches = vec![
        switch(REQUIRED, field.required, move |on| editor.change(|field| field.required = on)),
        switch(HALF, field.half, move |on| editor.change(|field| field.half = on)),
        switch(IN_LIST, field.in_list, move |on| editor.change(|field| field.in_list = on)),
    ];
    let remove = tap(move || editor.remove());
    view! {
        section(class="card field-editor") {
            h2 { (EDIT) }
            (zh) (en) (id) (kinds) (rest) (operations)
            div(class="switches") { (switches) }
            div(class="actions") { button(r#type="button", class="quiet", on:click=remove) { (REMOVE) } }
        }
    }
}

/// The id follows the English name until somebody writes one.
fn id_line(editor: Editor, n: usize) -> View {
    let now = create_memo(move || editor.fields.with(|fields| fields.get(n).map(|field| field.id.clone())));
    let wrong = is_wrong(editor, n, "id");
    let state = move || if wrong() { "true" } else { "false" };
    let write = move |event: web_sys::Event| {
        if let Some(text) = value_of(&event) {
            editor.change(|field| field.id = text);
        }
    };
    let value = move || now.get_clone().unwrap_or_default();
    view! {
        label(class="field") {
            span { (ID) }
            input(r#type="text", name="id", maxlength="32", autocomplete="off", aria-invalid=state, prop:value=value, on:input=write)
        }
    }
}

fn fixed(label: Text, value: String) -> View {
    view! { div(class="field") { span { (label) } strong { (value) } } }
}

fn kind_choice(editor: Editor, kind: Signal<String>) -> View {
    let one = |name: &'static str| {
        let pressed = move || if kind.with(|kind| kind == name) { "true" } else { "false" };
        let choose = tap(move || {
            kind.set(name.to_owned());
            editor.change(|field| field.kind = name.to_owned());
        });
        let label = kind_name(name);
        view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=choose) { (label) } }
    };
    let all: Vec<_> = KINDS.iter().map(|kind| one(kind)).collect();
    view! { div(class="field", role="group", aria-label=KIND) { span { (KIND) } div(class="options") { (all) } } }
}

/// What only this kind has.
fn of_kind(editor: Editor, n: usize, kind: &str) -> View {
    let Some(field) = editor.fields.with_untracked(|fields| fields.get(n).cloned()) else { return View::new() };
    let line = |label: Text, name: &'static str, part: &'static str, get: Get, set: Set| {
        typed(label, name, get(&field).clone(), is_wrong(editor, n, part), move |text| {
            editor.change(|field| set(field, text))
        })
    };
    let parts = match kind {
        "number" => vec![
            line(MIN, "min", "kind.min", |field| &field.min, |field, text| field.min = text),
            line(MAX, "max", "kind.max", |field| &field.max, |field, text| field.max = text),
            line(UNIT, "unit", "kind.unit", |field| &field.unit, |field, text| field.unit = text),
            line(DECIMALS, "decimals", "kind.decimals", |field| &field.decimals, |field, text| field.decimals = text),
        ],
        "text" => vec![line(
            MAX_CHARS,
            "max_chars",
            "kind.max_chars",
            |field| &field.max_chars,
            |field, text| field.max_chars = text,
        )],
        "choice" => return view! { (options(editor, n)) (inspection(editor, &field)) },
        _ => Vec::new(),
    };
    let inspected = if matches!(kind, "number" | "yes_no") { inspection(editor, &field) } else { View::new() };
    view! { div(class="form-grid") { (parts) } (inspected) }
}

fn inspection(editor: Editor, field: &DraftField) -> View {
    let on = switch(INSPECTION, field.inspection, move |on| editor.change(|field| field.inspection = on));
    view! { div(class="switches") { (on) } }
}

fn options(editor: Editor, n: usize) -> View {
    let count = create_memo(move || editor.fields.with(|fields| fields.get(n).map_or(0, |field| field.options.len())));
    let rows = live(move || {
        count.track();
        untrack(|| {
            let all = editor.fields.with(|fields| fields.get(n).map(|field| field.options.clone()).unwrap_or_default());
            View::from(
                all.into_iter().enumerate().map(|(at, option)| option_row(editor, at, &option)).collect::<Vec<_>>(),
            )
        })
    });
    let add = tap(move || {
        editor.change(|field| {
            let next = (1..).map(DraftChoice::new).find(|new| field.options.iter().all(|option| option.id != new.id));
            field.options.extend(next);
        });
    });
    view! {
        div(class="field", role="group", aria-label=OPTIONS) {
            span { (OPTIONS) }
            (rows)
            button(r#type="button", class="quiet small", on:click=add) { (ADD_OPTION) }
        }
    }
}

fn option_row(editor: Editor, at: usize, option: &DraftChoice) -> View {
    let change = move |change: &dyn Fn(&mut DraftChoice)| {
        editor.change(|field| {
            if let Some(option) = field.options.get_mut(at) {
                change(option);
            }
        });
    };
    let never = || false;
    let zh =
        typed(ZH, "option-zh", option.zh.clone(), never, move |text| change(&|option| option.zh.clone_from(&text)));
    let en =
        typed(EN, "option-en", option.en.clone(), never, move |text| change(&|option| option.en.clone_from(&text)));
    let fails = switch(FAILS, option.fails, move |on| change(&|option| option.fails = on));
    let label = REMOVE_OPTION.with(&(at + 1).to_string());
    let remove = tap(move || {
        editor.change(|field| {
            if at < field.options.len() {
                field.options.remove(at);
            }
        });
    });
    view! {
        div(class="option-row") {
            (zh) (en) (fails)
            button(r#type="button", class="quiet small", aria-label=label, on:click=remove) { "×" }
        }
    }
}

fn value_of(event: &web_sys::Event) -> Option<String> {
    let input = event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?;
    Some(input.value())
}

fn typed(
    label: Text,
    name: &'static str,
    value: String,
    wrong: impl Fn() -> bool + 'static,
    set: impl Fn(String) + 'static,
) -> View {
    let state = move || if wrong() { "true" } else { "false" };
    let write = move |event: web_sys::Event| {
        if let Some(text) = value_of(&event) {
            set(text);
        }
    };
    view! {
        label(class="field half") {
            span { (label) }
            input(r#type="text", name=name, maxlength="60", autocomplete="off", aria-invalid=state, value=value, on:input=write)
        }
    }
}

fn switch(label: Text, on: bool, set: impl Fn(bool) + 'static) -> View {
    let state = create_signal(on);
    let set = Rc::new(set);
    let pressed = move || if state.get() { "true" } else { "false" };
    let flip = tap(move || {
        state.set(!state.get_untracked());
        set(state.get_untracked());
    });
    view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=flip) { (label) } }
}
