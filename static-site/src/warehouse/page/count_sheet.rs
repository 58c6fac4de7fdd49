//! Counting, blind, made for a phone: scan or choose a place, then an item, type what is there, next. A scanner may be used at any
//! time. What the books have is not shown, and not known here.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::counts::{CountAnswer, CountRow, EnterLine, LineAnswer, Sheet, SheetRow, StartCount};
use takt_api::stock::{Scanned, Source};
use takt_domain::id::{CountId, LocationId};
use takt_domain::master::{Item, Location};
use takt_domain::quantity::Quantity;

use crate::net::Fault;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::scan::{self, scan};
use crate::net::submit::{Progress, Submit};
use crate::route::{Route, encode};
use crate::text::Text;
use crate::ui::{self, camera, fault, field, number_pad, scan_input, submit_button, toast::Toast, tone};
use crate::{app, show, text};

const NONE: Text = Text::new("没有进行中的盘点", "Nothing is being counted");
const DUE: Text = Text::new("盘点今日计划", "Count what is due today");
const SCAN: Text = Text::new("扫库位或物料", "Scan a place or an item");
const FIRST: Text = Text::new("先扫或选库位", "Scan or choose a place first");
const THEN: Text = Text::new("扫物料,或从下面选", "Scan an item, or choose one below");
const NEXT: Text = Text::new("记下,下一个", "Enter, next");
const MORE: Text = Text::new("另处又找到(再加)", "Found in another spot: add");
const WHOLE: Text = Text::new("这里的全部", "All that is here");
const HOW: Text = Text::new("数量是", "The quantity is");
const RECOUNT: Text = Text::new("需另一人复盘", "Somebody else counts it again");
const SCAN_AGAIN: Text = Text::new("还在记上一项,请再扫:{}", "The last one is being entered; scan again: {}");
const TWICE: Text = Text::new("此标签已数过:{}", "This label was counted already: {}");
const COUNTED: Text = Text::new("已盘", "Counted");
const LEFT: Text = Text::new("还有 {} 项", "{} left");

/// The counts that go on, or one of them.
pub(crate) fn view(rest: &[String]) -> View {
    rest.first().map_or_else(open, |id| one(id))
}

/// Where a count is entered.
fn sheet_of(id: &CountId) -> Route {
    Route::Desk(vec!["count".into(), id.to_string()])
}

fn open() -> View {
    let counts: List<CountRow> = List::new("/api/v1/counts?state=open&state=counted&limit=50".into());
    let rows = ui::listed(counts, "rows card", NONE, |found: CountRow| row(&found));
    let submit = Submit::new();
    let button = submit_button::view(submit, DUE, move || {
        let body = StartCount { due: true, ..StartCount::default() };
        submit.send("POST", "/api/v1/counts".into(), &body, Source::Hand, |done: CountAnswer| {
            app::app().go(&sheet_of(&done.id).path());
        });
    });
    ui::shell::page(text::COUNTS.get(), Some(Route::Stock), View::new(), view! { (rows) (button) })
}

fn row(found: &CountRow) -> View {
    let count = &found.count;
    let (path, id, state) =
        (sheet_of(&count.id).path(), count.id.to_string(), count.state.label(app::lang()).to_owned());
    let note = format!("{} {} {}", show::time(count.at), show::user(&count.by), count.note);
    view! { li(class="row") { a(href=path) {
        div(class="row-main") { strong(class="grow") { (id) } span(class="chip") { (state) } }
        p(class="note") { (note) }
    } } }
}

#[derive(Clone, Copy)]
struct Form {
    place: Signal<String>,
    item: Signal<Option<Rc<Item>>>,
    lot: Signal<String>,
    quantity: Signal<String>,
    more: Signal<bool>,
    source: Signal<Source>,
    /// The labels of single pieces that were scanned one after another.
    pieces: Signal<Vec<String>>,
    missing: Signal<String>,
    fault: Signal<Option<Fault>>,
}

/// One count.
fn one(id: &str) -> View {
    let base = format!("/api/v1/counts/{}", encode(id));
    let form = Form {
        place: create_signal(String::new()),
        item: create_signal(None),
        lot: create_signal(String::new()),
        quantity: create_signal(String::new()),
        more: create_signal(false),
        source: create_signal(Source::Hand),
        pieces: create_signal(Vec::new()),
        missing: create_signal(String::new()),
        fault: create_signal(None),
    };
    let sheet: Read<Sheet> = Read::new(format!("{base}/sheet"));
    let (submit, scanned) = (Submit::new(), create_signal(String::new()));
    let path: Rc<str> = format!("{base}/lines").into();
    let lines = Rc::clone(&path);
    let enter: Rc<dyn Fn(Next)> = Rc::new(move |next| send(form, submit, &lines, sheet, next));
    let found = move |code: String, source: Source| {
        scanned.set(String::new());
        submit.clear();
        load(form, sheet, submit, code, source, Rc::clone(&enter));
    };
    // What went wrong is said on the page, which is not seen under the camera's view.
    create_effect(move || {
        let is_wrong = submit.progress.with(|now| matches!(now, Progress::Failed(_) | Progress::Unknown(..)));
        if is_wrong || form.missing.with(|missing| !missing.is_empty()) {
            camera::close();
        }
    });
    let scan = scan_input::for_many(scanned, SCAN, found);
    let amount = amount(form);
    let rows = ui::shown(sheet, move |sheet| rows(&sheet, form));
    let button = submit_button::view(submit, NEXT, move || send(form, submit, &path, sheet, Rc::new(|| {})));
    let hint = ui::hint(form.missing);
    let fields = submit_button::fields(submit, amount);
    let body = view! { div(class="filters") { (scan) } (fields) (rows) div(class="bottom") { (hint) (button) } };
    ui::shell::page(id, Some(Route::Desk(vec!["count".into()])), View::new(), body)
}

fn choose(form: Form, item: Rc<Item>, lot: String, source: Source) {
    form.item.set(Some(item));
    form.lot.set(lot);
    form.quantity.set(String::new());
    form.more.set(false);
    form.source.set(source);
    form.missing.set(String::new());
    form.fault.set(None);
}

/// The line of the sheet that a label stands for: at the place that was chosen, else at the only place where the item is to be
/// counted; of the label's lot, else of the only one that is there.
fn line_of(form: Form, sheet: &Sheet, item: &Item, lot: String) -> String {
    let place = form.place.get_clone_untracked();
    let is_meant = |row: &&SheetRow| {
        row.place.item == item.id
            && (place.is_empty() || row.place.location.as_str() == place)
            && (lot.is_empty() || row.place.lot == lot)
    };
    let rows: Vec<_> = sheet.rows.iter().filter(is_meant).collect();
    let open: Vec<_> = rows.iter().copied().filter(|row| matches!(row.state.as_str(), "open" | "recount")).collect();
    match (&rows[..], &open[..]) {
        ([only], _) | (_, [only]) => {
            form.place.set(only.place.location.to_string());
            only.place.lot.clone()
        }
        _ => lot,
    }
}

/// What comes after.
type Next = Rc<dyn Fn()>;

/// Finds what a code means and puts it where it belongs.
fn load(form: Form, sheet: Read<Sheet>, submit: Submit, code: String, source: Source, enter: Rc<dyn Fn(Next)>) {
    let goes_on = camera::goes_on();
    app::spawn(async move {
        let outcome = scan(&code, source).await;
        if !form.item.is_alive() {
            return;
        }
        form.fault.set(None);
        if goes_on {
            return row_of(form, sheet, submit, &code, outcome, &enter);
        }
        match outcome {
            Ok(Scanned::Item { item, with }) => {
                let lot = lot_of(form, sheet, &item, with.lot.clone());
                choose(form, Rc::new(item), lot, source);
            }
            Ok(Scanned::Location { location }) => go_to(form, &location),
            Ok(_) => form.missing.set(SCAN.get().into()),
            Err(fault) => form.fault.set(Some(fault)),
        }
    });
}

fn lot_of(form: Form, sheet: Read<Sheet>, item: &Item, lot: String) -> String {
    match untrack(|| sheet.ready()) {
        Some(sheet) => line_of(form, &sheet, item, lot),
        None => lot,
    }
}

fn go_to(form: Form, location: &Location) {
    form.place.set(location.id.to_string());
    form.item.set(None);
    form.missing.set(String::new());
}

/// One code of several in a row: each of the same item adds to its quantity, and one of something else first has `enter` send
/// what was counted.
fn row_of(
    form: Form,
    sheet: Read<Sheet>,
    submit: Submit,
    code: &str,
    outcome: Result<Scanned, Fault>,
    enter: &Rc<dyn Fn(Next)>,
) {
    let refuse = |why: &str| {
        tone::bad();
        camera::say(why, false);
    };
    if untrack(move || submit.is_held()) {
        return refuse(&SCAN_AGAIN.with(code));
    }
    let is_open = form.item.with_untracked(Option::is_some) && !form.quantity.with_untracked(String::is_empty);
    let next: Next = match outcome {
        Ok(Scanned::Item { item, with }) => {
            let label = with.unique.then(|| code.to_owned());
            if label.as_ref().is_some_and(|label| form.pieces.with_untracked(|all| all.contains(label))) {
                return refuse(&TWICE.with(&item.name));
            }
            let lot = lot_of(form, sheet, &item, with.lot.clone());
            // What is counted in whole pieces is counted by scanning.
            let piece = (item.scale == 0).then(|| Quantity::from_units(1, 0));
            let said = with.quantity.and_then(|said| said.at_scale(item.scale).ok()).or(piece);
            let item = Rc::new(item);
            if is_chosen(form, &item, &lot) {
                return add(form, &item, &lot, said, label);
            }
            Rc::new(move || add(form, &item, &lot, said, label.clone()))
        }
        Ok(Scanned::Location { location }) => Rc::new(move || {
            go_to(form, &location);
            camera::say(&format!("{} {}", location.id, location.name), true);
        }),
        Ok(_) => return refuse(SCAN.get()),
        Err(fault) => return refuse(&scan::unknown(code, &fault)),
    };
    if is_open { enter(next) } else { next() }
}

fn is_chosen(form: Form, item: &Item, lot: &str) -> bool {
    let is_same = |now: &Option<Rc<Item>>| now.as_ref().is_some_and(|now| now.id == item.id);
    form.item.with_untracked(is_same) && form.lot.with_untracked(|now| now == lot)
}

/// Adds what a label says to what is counted, which becomes that item where it was another.
fn add(form: Form, item: &Rc<Item>, lot: &str, said: Option<Quantity>, label: Option<String>) {
    if !is_chosen(form, item, lot) {
        choose(form, Rc::clone(item), lot.to_owned(), Source::Scan);
    }
    let before = form.quantity.with_untracked(|text| number_pad::quantity(text, item.scale));
    let before = before.unwrap_or(Quantity::zero(item.scale));
    let Some(sum) = said.and_then(|said| before.plus(said).ok()) else {
        // Nobody can tell how much a bag weighs by its barcode: the page asks for it.
        return form.missing.set(text::FILL_IN.with(text::QUANTITY.get()));
    };
    form.pieces.update(|all| all.extend(label));
    form.quantity.set(sum.to_string());
    camera::say(&format!("{} {sum} {}", item.name, item.unit), true);
}

/// Where, what, and how much.
fn amount(form: Form) -> View {
    ui::live(move || {
        if let Some(fault) = form.fault.get_clone() {
            return fault::view(&fault, None);
        }
        let place = form.place.get_clone();
        let Some(item) = form.item.get_clone() else {
            let wanted = if place.is_empty() { FIRST } else { THEN };
            return view! { section(class="card") { p(class="title") { (place) } p(class="note lead") { (wanted) } } };
        };
        let (name, id, unit, scale) = (item.name.clone(), item.id.to_string(), item.unit.clone(), item.scale);
        let shown = move || form.quantity.with(|text| if text.is_empty() { "–".to_owned() } else { text.clone() });
        let pad = untrack(|| number_pad::view(move || form.quantity, scale));
        let lot = field::line(text::LOT, form.lot, text::OPTIONAL);
        let options = vec![(false, WHOLE.get().to_owned()), (true, MORE.get().to_owned())];
        let how = field::choice(HOW, form.more, options);
        view! {
            section(class="card") { p(class="sub") { (place) } p(class="title") { (name) } p(class="sub") { (id) } (lot) }
            div(class="values one") { div(class="value") { span(class="note") { (text::QUANTITY) } strong(class="number") { (shown) } span(class="note") { (unit) } } }
            (pad)
            (how)
        }
    })
}

/// What is to be counted here, or the places where something is.
fn rows(sheet: &Rc<Sheet>, form: Form) -> View {
    let sheet = Rc::clone(sheet);
    ui::live(move || {
        let place = form.place.get_clone();
        if place.is_empty() {
            return places(&sheet, form);
        }
        let here = sheet.rows.iter().filter(|row| row.place.location.as_str() == place);
        let rows: Vec<_> = here.map(|row| item_row(row, form)).collect();
        view! { ul(class="rows card") { (rows) } }
    })
}

fn places(sheet: &Sheet, form: Form) -> View {
    let mut places: Vec<(&LocationId, usize)> = Vec::new();
    for row in &sheet.rows {
        let open = usize::from(matches!(row.state.as_str(), "open" | "recount"));
        match places.iter_mut().find(|(known, _)| **known == row.place.location) {
            Some((_, left)) => *left += open,
            None => places.push((&row.place.location, open)),
        }
    }
    let rows: Vec<_> = places
        .into_iter()
        .map(|(place, left)| {
            let (id, name, left) = (place.to_string(), show::place(place), LEFT.count(left));
            let press = ui::tap(move || form.place.set(id.clone()));
            view! { li(class="row") { button(r#type="button", class="plain-row", on:click=press) {
                div(class="row-main") { strong(class="grow") { (name) } span(class="note") { (left) } }
            } } }
        })
        .collect();
    view! { ul(class="rows card") { (rows) } }
}

fn item_row(row: &SheetRow, form: Form) -> View {
    let (class, state) = match row.state.as_str() {
        "recount" => ("chip bad", RECOUNT.get().to_owned()),
        "open" => ("chip", String::new()),
        _ => ("chip good", COUNTED.get().to_owned()),
    };
    let (name, note) = (row.name.clone(), format!("{} {}", row.place.item, row.place.lot));
    let chip = if state.is_empty() {
        View::new()
    } else {
        view! { span(class=class) { (state) } }
    };
    let (item, lot) = (row.place.item.to_string(), row.place.lot.clone());
    let press = ui::tap(move || {
        let (item, lot) = (item.clone(), lot.clone());
        app::spawn(async move {
            // The number of an item is a code that stands for it.
            match scan(&item, Source::Hand).await {
                Ok(Scanned::Item { item, .. }) if form.item.is_alive() => {
                    choose(form, Rc::new(item), lot, Source::Hand)
                }
                Err(fault) if form.item.is_alive() => form.fault.set(Some(fault)),
                _ => {}
            }
        });
    });
    view! { li(class="row") { button(r#type="button", class="plain-row", on:click=press) {
        div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (chip) }
    } } }
}

/// Enters what was counted, and goes on with what comes after.
fn send(form: Form, submit: Submit, path: &str, sheet: Read<Sheet>, next: Next) {
    let Ok(location) = form.place.with_untracked(|place| place.parse::<LocationId>()) else {
        return form.missing.set(FIRST.get().into());
    };
    let Some(item) = form.item.get_clone_untracked() else { return form.missing.set(THEN.get().into()) };
    // Nothing typed is no count: whoever finds nothing types 0.
    if form.quantity.with_untracked(String::is_empty) {
        return form.missing.set(text::FILL_IN.with(text::QUANTITY.get()));
    }
    let Some(quantity) = form.quantity.with_untracked(|text| number_pad::quantity(text, item.scale)) else {
        return form.missing.set(text::FILL_IN.with(text::QUANTITY.get()));
    };
    form.missing.set(String::new());
    let body = EnterLine {
        location,
        item: item.id.clone(),
        lot: form.lot.with_untracked(|lot| lot.trim().to_owned()),
        quantity,
        more: form.more.get_untracked(),
        counted_at: None,
    };
    let said = format!("{} {}", item.name, item.unit);
    submit.send("POST", path.to_owned(), &body, form.source.get_untracked(), move |answer: LineAnswer| {
        let state = if answer.state == "recount" { RECOUNT } else { COUNTED };
        app::app().say(Toast::good(format!("{}: {} {said}", state.get(), answer.quantity)));
        form.item.set(None);
        form.quantity.set(String::new());
        sheet.again();
        next();
    });
}
