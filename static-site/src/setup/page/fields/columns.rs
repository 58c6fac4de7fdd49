//! The columns of an export: which ones, in which order, with a look at the first rows and the file itself.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::{ColumnsState, Forms, PutColumns};
use takt_api::stock::Source;
use takt_domain::columns::{Column, ListOf};
use takt_domain::field::Form;

use super::{csv, moved};
use crate::app;
use crate::net::fetch::{Call, fetch};
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::{self, Text};
use crate::ui::{live, submit_button, tap, toast::Toast};

const COLUMNS: Text = Text::new("列", "Columns");
const SHOWN: Text = Text::new("导出", "Exported");
const ALL: Text = Text::new("全部列,新字段自动加入", "All columns, new fields by themselves");
const SAVE: Text = Text::new("保存列", "Save the columns");
const DOWNLOAD: Text = Text::new("下载 CSV", "Download CSV");
const PREVIEW: Text = Text::new("前几行", "The first rows");
const UP: Text = Text::new("上移 {}", "Move {} up");
const DOWN: Text = Text::new("下移 {}", "Move {} down");
const FAILED: Text = Text::new("导出失败,请重试", "The export failed; try again");
/// How many rows are looked at.
const ROWS: usize = 5;

/// A column and whether it is chosen.
type Row = (Column, bool);

pub(super) fn view(forms: &Rc<Forms>, list: ListOf, read: Read<Forms>) -> View {
    let all_forms: Vec<Form> = forms.forms.iter().map(|state| state.form.clone()).collect();
    let stored = forms.columns.iter().find(|state| state.list == list).cloned();
    let stored = stored.unwrap_or_else(|| ColumnsState { list, columns: Vec::new(), version: 0 });
    let chosen = list.chosen(&stored.columns, &all_forms, app::lang());
    let others = list.all(&all_forms, app::lang()).into_iter().filter(|column| !chosen.contains(column));
    let rows = chosen.iter().map(|column| (column.clone(), true)).chain(others.map(|column| (column, false))).collect();
    let rows: Signal<Vec<Row>> = create_signal(rows);
    let dragged = create_signal(None::<usize>);
    let submit = Submit::new();
    let version = stored.version;
    let send = move || {
        let body = PutColumns { version, columns: names(&rows.get_clone_untracked()) };
        let path = format!("/api/v1/columns/{}", list.as_str());
        submit.send("PUT", path, &body, Source::Hand, move |_: ColumnsState| {
            app::app().say(Toast::good(text::SAVED.get()));
            read.again();
        });
    };
    let shown = live(move || {
        let all = rows.get_clone();
        let count = all.len();
        let drawn: Vec<_> = all.iter().enumerate().map(|(n, one)| row(rows, dragged, n, one, count)).collect();
        view! { ol(class="rows field-list") { (drawn) } }
    });
    let everything = move || {
        rows.update(|rows| rows.iter_mut().for_each(|(column, chosen)| *chosen = !column.retired));
    };
    let (look, keep) = (look(rows, list), keep(rows, list));
    let body = submit_button::fields(
        submit,
        view! {
            div(class="columns fields-page") {
                div(class="column") {
                    section(class="card") {
                        h2 { (COLUMNS) }
                        div(class="actions") { button(r#type="button", class="quiet small", on:click=tap(everything)) { (ALL) } }
                        (shown)
                    }
                }
                div(class="column wide") { section(class="card") { h2 { (PREVIEW) } (look) div(class="actions") { (keep) } } }
            }
        },
    );
    let button = submit_button::view(submit, SAVE, send);
    view! { (body) div(class="bottom") { (button) } }
}

/// The chosen columns; none where all of them are chosen as they come, so that new fields join by themselves.
fn names(rows: &[Row]) -> Vec<String> {
    let chosen: Vec<_> = rows.iter().filter(|(_, chosen)| *chosen).map(|(column, _)| column.name.clone()).collect();
    let is_everything = rows.iter().all(|(column, chosen)| *chosen != column.retired);
    if is_everything && is_in_order(rows) { Vec::new() } else { chosen }
}

/// Built-in columns come before those of fields, as they do where nobody has chosen.
fn is_in_order(rows: &[Row]) -> bool {
    rows.iter().map(|(column, _)| column.name.contains('.')).is_sorted()
}

fn row(rows: Signal<Vec<Row>>, dragged: Signal<Option<usize>>, n: usize, (column, chosen): &Row, count: usize) -> View {
    let (name, label) = (column.name.clone(), column.label.clone());
    let shift = |to: Option<usize>, said: Text, face: &'static str| {
        let (label, to) = (said.with(&column.label), to.filter(|to| *to < count));
        let press = tap(move || {
            if let Some(to) = to {
                rows.update(|rows| moved(rows, n, to));
            }
        });
        view! { button(r#type="button", class="quiet small", aria-label=label, disabled=to.is_none(), on:click=press) { (face) } }
    };
    let (up, down) = (shift(n.checked_sub(1), UP, "↑"), shift(Some(n + 1), DOWN, "↓"));
    let state = if *chosen { "true" } else { "false" };
    let said = format!("{} {label}", SHOWN.get());
    let flip = tap(move || rows.update(|rows| rows[n].1 = !rows[n].1));
    let begun = move |_| dragged.set(Some(n));
    let over = |event: web_sys::DragEvent| event.prevent_default();
    let dropped = move |event: web_sys::DragEvent| {
        event.prevent_default();
        if let Some(from) = dragged.replace(None) {
            rows.update(|rows| moved(rows, from, n));
        }
    };
    view! {
        li(class="row", draggable="true", on:dragstart=begun, on:dragover=over, on:drop=dropped) {
            div(class="row-main") {
                button(r#type="button", class="option small", aria-pressed=state, aria-label=said, on:click=flip) { "✓" }
                span(class="grow") { (label) p(class="note") { (name) } }
                (up) (down)
            }
        }
    }
}

fn path(rows: &[Row], list: ListOf) -> String {
    let chosen: Vec<_> = rows.iter().filter(|(_, chosen)| *chosen).map(|(column, _)| column.name.as_str()).collect();
    format!("/api/v1/{}.csv?columns={}", list.as_str(), chosen.join(","))
}

/// The first rows as they would be exported, whenever the choice changes.
fn look(rows: Signal<Vec<Row>>, list: ListOf) -> View {
    let found = create_signal(Vec::<Vec<String>>::new());
    create_effect(move || {
        let wanted = path(&rows.get_clone(), list);
        app::spawn(async move {
            let answer = fetch(&Call::get(format!("{wanted}&limit={ROWS}"))).await;
            // Another choice may have been made meanwhile.
            let is_wanted = rows.is_alive() && rows.with_untracked(|rows| path(rows, list)) == wanted;
            if let Some(answer) = answer.filter(|answer| is_wanted && answer.is_success()) {
                found.set(csv::rows(&answer.text));
            }
        });
    });
    let table = live(move || {
        let all = found.get_clone();
        let Some((head, body)) = all.split_first() else { return View::new() };
        let head: Vec<_> = head.iter().cloned().map(|name| view! { th(scope="col") { (name) } }).collect();
        let line = |cells: &Vec<String>| {
            let cells: Vec<_> = cells.iter().cloned().map(|cell| view! { td { (cell) } }).collect();
            view! { tr { (cells) } }
        };
        let body: Vec<_> = body.iter().map(line).collect();
        view! { table(class="csv") { thead { tr { (head) } } tbody { (body) } } }
    });
    view! { div(class="scrolled", tabindex="0", role="region", aria-label=PREVIEW) { (table) } }
}

fn keep(rows: Signal<Vec<Row>>, list: ListOf) -> View {
    let busy = create_signal(false);
    let press = tap(move || {
        busy.set(true);
        let wanted = rows.with_untracked(|rows| path(rows, list));
        app::spawn(async move {
            let kept = match csv::whole(&wanted).await {
                Some(text) => csv::keep(&format!("{}.csv", list.as_str()), &text).is_ok(),
                None => false,
            };
            if !kept {
                app::app().say(Toast::bad(FAILED.get()));
            }
            if busy.is_alive() {
                busy.set(false);
            }
        });
    });
    view! { button(r#type="button", class="button", disabled=move || busy.get(), on:click=press) { (DOWNLOAD) } }
}
