//! Comparisons: another system's list of stock held against the books, by cause, with the movements that explain a difference.

use std::rc::Rc;

use jiff::Timestamp;
use sycamore::prelude::*;
use sycamore::web::wasm_bindgen::JsValue;
use takt_api::Page as Rows;
use takt_api::comparison::{
    ComparedRow, Comparison, ListFormat, ListMapping, MovementSince, NamedMapping, OpenComparison,
};
use takt_api::stock::Source;
use takt_domain::compare::Cause;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::frame::names::COMPARISONS as NAME;
use crate::net::download::download;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::toast::Toast;
use crate::ui::{self, field, submit_button, tap};
use crate::{app, show, text};

const NONE: Text = Text::new("还没有对账", "No comparisons yet");
const AGREES: Text = Text::new("没有差异", "Nothing differs");
const LIST: Text = Text::new("清单文件(CSV 或 JSON)", "List (CSV or JSON)");
const AS_OF: Text = Text::new("清单时间", "List as of");
const MAPPING: Text = Text::new("列对应", "Mapping");
const BY_HAND: Text = Text::new("手工填写列名", "Columns by hand");
const ITEM: Text = Text::new("物料列", "Column with the item");
const LOCATION: Text = Text::new("库位列(可无)", "Column with the location, if any");
const LOT: Text = Text::new("批次列(可无)", "Column with the lot, if any");
const QUANTITY: Text = Text::new("数量列", "Column with the quantity");
const COMPARE: Text = Text::new("开始对账", "Compare");
const CHOOSE: Text = Text::new("请先选择清单文件", "Choose a list first");
const BROKEN: Text =
    Text::new("文件不是 UTF-8:请在 Excel 中另存为“CSV UTF-8”", "The file is not UTF-8: save it as “CSV UTF-8”");
const TOO_LARGE: Text =
    Text::new("文件大于 200 KB:请用 takt compare 上传", "The file is larger than 200 KB: use `takt compare` for it");
const MISSING_HERE: Text = Text::new("本系统没有", "Missing here");
const MISSING_THERE: Text = Text::new("对方没有", "Missing there");
const TIMING: Text = Text::new("时间差(移动可解释)", "Timing, explained by movements");
const DIFFERS: Text = Text::new("数量不符", "Quantity differs");
const LISTED: Text = Text::new("对方", "Listed");
const HELD: Text = Text::new("本系统", "Held");
const DIFFERENCE: Text = Text::new("差异", "Difference");
const ROWS: Text = Text::new("{} 行", "{} rows");
const ALL: Text = Text::new("全部原因", "All causes");
const CAUSE: Text = Text::new("原因", "Cause");
const PLACE: Text = Text::new("库位 / 批次", "Location / lot");
const MOVED: Text = Text::new("其间的移动", "Movements since");

/// What one call may carry, with the JSON around it.
const TEXT_MAX: usize = 200 * 1024;

pub(crate) fn view(rest: &[String]) -> View {
    match rest.first() {
        Some(id) => result(id),
        None => overview(),
    }
}

fn cause(cause: Cause) -> Text {
    match cause {
        Cause::MissingHere => MISSING_HERE,
        Cause::MissingThere => MISSING_THERE,
        Cause::Timing => TIMING,
        Cause::Quantity => DIFFERS,
    }
}

fn overview() -> View {
    let list: List<Comparison> = List::new("/api/v1/comparisons?limit=50".into());
    let rows = ui::listed(list, "rows card", NONE, |found: Comparison| row(&found));
    let read: Read<Rows<NamedMapping>> = Read::new("/api/v1/comparison-mappings");
    let form = ui::shown(read, move |kept| form(&kept.rows));
    let form = ui::section(COMPARE, form);
    let body = view! { (form) (rows) };
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn row(found: &Comparison) -> View {
    let path = format!("{}/{}", desk("comparisons").path(), encode(&found.id));
    let title = found.source.clone();
    let note = format!("{} · {} · {}", show::time(found.at), show::user(&found.by), ROWS.with(&found.rows.to_string()));
    let unexplained: u32 = found.differences.iter().filter(|(cause, _)| **cause != Cause::Timing).map(|(_, n)| n).sum();
    let explained = found.differences.get(&Cause::Timing).copied().unwrap_or(0);
    let class = if unexplained > 0 { "chip bad" } else { "chip good" };
    let differs = format!("{} {unexplained}", DIFFERENCE.get());
    let timing = if explained > 0 {
        let timing = format!("{} {explained}", TIMING.get());
        view! { span(class="chip") { (timing) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            a(href=path, class="plain-row") {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (timing) span(class=class) { (differs) } }
            }
        }
    }
}

fn form(kept: &[NamedMapping]) -> View {
    let (source, content) = (create_signal(String::new()), create_signal(String::new()));
    let (as_of, mapping) = (create_signal(String::new()), create_signal(String::new()));
    let columns = ["item", "location", "lot", "quantity"].map(|ours| (ours, create_signal(ours.to_owned())));
    let said = create_signal(String::new());
    let chosen = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()?.get(0)) else { return };
        app::spawn(async move {
            let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()).unwrap_or_default();
            said.set(if text.contains('\u{fffd}') {
                BROKEN.get().into()
            } else if text.len() > TEXT_MAX {
                TOO_LARGE.get().into()
            } else {
                String::new()
            });
            source.set(file.name());
            content.set(text);
        });
    };
    let submit = Submit::new();
    let button = submit_button::view(submit, COMPARE, move || {
        if content.with_untracked(String::is_empty) {
            return said.set(CHOOSE.get().into());
        }
        if said.with_untracked(|said| *said == BROKEN.get() || *said == TOO_LARGE.get()) {
            return;
        }
        said.set(String::new());
        let is_json = source.with_untracked(|name| name.to_lowercase().ends_with(".json"));
        let named = mapping.with_untracked(|name| (!name.is_empty()).then(|| name.clone()));
        let own = ListMapping {
            columns: columns
                .iter()
                .map(|(ours, theirs)| ((*ours).to_owned(), theirs.with_untracked(|name| name.trim().to_owned())))
                .filter(|(_, theirs)| !theirs.is_empty())
                .collect(),
            format: if is_json { ListFormat::Json } else { ListFormat::Csv },
            alert_over_percent: None,
        };
        let body = OpenComparison {
            source: source.get_clone_untracked(),
            as_of: as_of.with_untracked(|at| moment(at)),
            mapping: named.is_none().then_some(own),
            mapping_name: named,
            text: Some(content.get_clone_untracked()),
        };
        submit.send("POST", "/api/v1/comparisons".into(), &body, Source::Hand, move |done: Comparison| {
            app::app().say(Toast::good(text::SAVED.get()));
            app::app().go(&format!("{}/{}", desk("comparisons").path(), encode(&done.id)));
        });
    });
    let mut options = vec![(String::new(), BY_HAND.get().to_owned())];
    options.extend(kept.iter().map(|kept| (kept.name.clone(), kept.name.clone())));
    let choose = field::select(MAPPING, mapping, options);
    let file = field::labelled(
        LIST,
        view! { input(r#type="file", accept=".csv,.json,text/csv,application/json", on:change=chosen) },
    );
    let at = field::labelled(AS_OF, view! { input(r#type="datetime-local", bind:value=as_of) });
    let by_hand = ui::live(move || {
        if !mapping.with(String::is_empty) {
            return View::new();
        }
        let [item, location, lot, quantity] = columns.map(|(_, name)| name);
        let fields = vec![
            field::line(ITEM, item, ITEM),
            field::line(LOCATION, location, LOCATION),
            field::line(LOT, lot, LOT),
            field::line(QUANTITY, quantity, QUANTITY),
        ];
        view! { div(class="filters") { (fields) } }
    });
    let fields = submit_button::fields(submit, view! { div(class="filters") { (file) (at) (choose) } (by_hand) });
    let hint = ui::hint(said);
    view! { div(class="card") { (fields) (hint) (button) } }
}

/// The moment that a field for date and time says, on this device's clock; none where it says nothing.
fn moment(text: &str) -> Option<Timestamp> {
    let ms = js_sys::Date::new(&JsValue::from_str(text)).get_time();
    if text.is_empty() || ms.is_nan() { None } else { Timestamp::from_millisecond(ms as i64).ok() }
}

fn result(id: &str) -> View {
    let id = Rc::new(id.to_owned());
    let path = format!("/api/v1/comparisons/{}", encode(&id));
    let chosen = create_signal(String::new());
    let list: List<ComparedRow> = List::new(format!("{path}/differences?limit=100"));
    let rows_path = path.clone();
    create_effect(move || {
        let cause = chosen.get_clone();
        let cause = if cause.is_empty() { String::new() } else { format!("&cause={cause}") };
        untrack(|| list.turn_to(format!("{rows_path}/differences?limit=100{cause}")));
    });
    let head = ui::shown(Read::<Comparison>::new(path.clone()), |found| summary(&found));
    let mut options = vec![(String::new(), ALL.get().to_owned())];
    options.extend(Cause::ALL.map(|each| (each.as_str().to_owned(), cause(each).get().to_owned())));
    let choose = field::choice(CAUSE, chosen, options);
    let rows = ui::listed(list, "rows card", AGREES, |found: ComparedRow| compared(&found));
    let csv = move || download(format!("{path}/differences.csv?bom=true"), "differences.csv");
    let aside = view! { button(r#type="button", class="quiet small", on:click=tap(csv)) { "CSV" } };
    let body = view! { (head) (choose) (rows) };
    ui::shell::page(NAME.get(), Some(desk("comparisons")), aside, body)
}

/// What was compared, and a bar for each cause.
fn summary(found: &Comparison) -> View {
    let most = found.differences.values().copied().max().unwrap_or(1).max(1);
    let bars: Vec<_> = Cause::ALL
        .into_iter()
        .enumerate()
        .map(|(n, each)| {
            let count = found.differences.get(&each).copied().unwrap_or(0);
            let (y, text_y) = ((n * 28).to_string(), (n * 28 + 16).to_string());
            let value_y = text_y.clone();
            let width = if count == 0 { 0 } else { (u64::from(count) * 400 / u64::from(most)).max(2) }.to_string();
            let (name, value) = (cause(each).get().to_owned(), count.to_string());
            view! {
                rect(x="180", y=y, width=width, height="20", class="bar") {}
                text(x="0", y=text_y, class="bar-name") { (name) }
                text(x="590", y=value_y, class="bar-value") { (value) }
            }
        })
        .collect();
    let title = found.source.clone();
    let note = format!(
        "{} {} · {} · {}",
        AS_OF.get(),
        show::time(found.as_of),
        show::user(&found.by),
        ROWS.with(&found.rows.to_string())
    );
    view! {
        div(class="card") {
            p(class="lead") { (title) }
            p(class="note") { (note) }
            div(role="img", aria-label=CAUSE) { svg(viewBox="0 0 700 112", class="pareto") { (bars) } }
        }
    }
}

fn compared(found: &ComparedRow) -> View {
    let class = if found.cause == Cause::Timing { "chip" } else { "chip bad" };
    let name = cause(found.cause);
    let item = found.item.clone();
    let place: Vec<&str> =
        [found.location.as_str(), found.lot.as_str()].into_iter().filter(|text| !text.is_empty()).collect();
    let place = if place.is_empty() { String::new() } else { format!("{} {}", PLACE.get(), place.join(" / ")) };
    let none = || "–".to_owned();
    let numbers = format!(
        "{} {} · {} {} · {} {}",
        LISTED.get(),
        found.listed.clone().unwrap_or_else(none),
        HELD.get(),
        found.held.clone().unwrap_or_else(none),
        DIFFERENCE.get(),
        found.difference
    );
    let movements: Vec<_> = found.movements.iter().map(moved).collect();
    let movements = if movements.is_empty() {
        View::new()
    } else {
        view! { p(class="note") { (MOVED) } ul(class="note") { (movements) } }
    };
    view! {
        li(class="row") {
            div(class="row-main") { strong(class="grow") { (item) } span(class=class) { (name) } }
            p { (numbers) }
            p(class="note") { (place) }
            (movements)
        }
    }
}

fn moved(since: &MovementSince) -> View {
    let kind = takt_domain::ledger::MovementKind::from_name(&since.kind);
    let kind = kind.map_or(since.kind.clone(), |kind| kind.label(app::lang()).to_owned());
    let (at, by) = (show::time(since.occurred_at), since.by.parse());
    let by = by.map_or_else(|_| since.by.clone(), |by| show::user(&by));
    let said = format!("{at} {kind} {} · {by} {}", since.change, since.document);
    view! { li { (said) } }
}
