//! Kanban: a line calls with two taps, the storekeeper sees what is called for, the late ones first, and brings it. Loops are
//! set here too.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::stock::Source;
use takt_api::supply::{CallAnswer, CallKanban, CallRow, FulfilCall, LoopRow, Loops, PutLoop};
use takt_domain::permission::Permission;

use crate::frame::names::KANBAN as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

const CALLS: Text = Text::new("待送", "Called for");
const NO_CALLS: Text = Text::new("没有叫料", "Nothing is called for");
const LOOPS: Text = Text::new("看板", "Loops");
const NO_LOOPS: Text = Text::new("还没有看板", "There are no loops yet");
const CALL: Text = Text::new("叫料", "Call");
const CALLED: Text = Text::new("已叫料", "Called");
const BRING: Text = Text::new("送料", "Bring it");
const LATE: Text = Text::new("超时", "Late");
const OUT: Text = Text::new("已叫", "out");
const NEW: Text = Text::new("新建看板", "New loop");
const LOOP: Text = Text::new("看板编号", "Loop");
const PER_CARD: Text = Text::new("每张数量", "Per card");
const CARDS: Text = Text::new("张数", "Cards");
const LATE_AFTER: Text = Text::new("超时分钟(空则用工厂设置)", "Late after minutes (the plant's where empty)");
const CHANGE: Text = Text::new("修改", "Change");
const BROUGHT: Text = Text::new("已送达", "Brought");

pub(crate) fn view(_: &[String]) -> View {
    let calls: List<CallRow> = List::new("/api/v1/kanban-calls?state=open&limit=100".into());
    calls.poll(LIVE_MS);
    let loops: Read<Loops> = Read::new("/api/v1/kanban");
    let bring = create_signal(None::<CallRow>);
    let call = create_signal(None::<LoopRow>);
    let edit = create_signal(None::<Option<LoopRow>>);
    let again: Rc<dyn Fn()> = Rc::new(move || {
        bring.set(None);
        call.set(None);
        edit.set(None);
        calls.again();
        loops.again();
    });
    let rows = ui::listed(calls, "rows", NO_CALLS, move |each: CallRow| call_row(each, bring));
    let known = ui::shown(loops, move |found| {
        if found.rows.is_empty() {
            return ui::empty(NO_LOOPS);
        }
        let rows: Vec<_> = found.rows.iter().map(|each| loop_row(each.clone(), call, edit)).collect();
        view! { ul(class="rows") { (rows) } }
    });
    let (first, second) = (Rc::clone(&again), Rc::clone(&again));
    let bring_sheet = sheet::view(bring, move |row| (row.call.id.clone(), fulfilment(row, Rc::clone(&first))));
    let call_sheet = sheet::view(call, move |row| (row.of.id.to_string(), calling(row, Rc::clone(&second))));
    let plant: Read<PlantDetail> = Read::new("/api/v1/plant");
    let edit_sheet = sheet::view(edit, move |row| {
        let title = row.as_ref().map_or_else(|| NEW.get().to_owned(), |row| row.of.id.to_string());
        let (row, done) = (row.clone(), Rc::clone(&again));
        (title, ui::shown(plant, move |plant| editor(row.clone(), &plant, Rc::clone(&done))))
    });
    let new = if app::may(Permission::SupplySet) {
        view! { button(r#type="button", class="button", on:click=tap(move || edit.set(Some(None)))) { (icon::PLUS) (NEW) } }
    } else {
        View::new()
    };
    let (rows, known) = (ui::section(CALLS, rows), ui::section(LOOPS, known));
    ui::shell::page(NAME.get(), None, new, view! { (rows) (known) (bring_sheet) (call_sheet) (edit_sheet) })
}

fn call_row(row: CallRow, bring: Signal<Option<CallRow>>) -> View {
    let title = format!("{} {} {}", row.name, row.call.of.per_card, row.unit);
    let note = format!(
        "{} → {} · {} · {}",
        row.call.of.from,
        row.call.of.to,
        show::user(&row.call.by),
        show::time(row.call.at)
    );
    let late = if row.late {
        view! { span(class="chip bad") { (LATE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || bring.set(Some(row.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (late) (icon::NEXT) }
            }
        }
    }
}

fn loop_row(row: LoopRow, call: Signal<Option<LoopRow>>, edit: Signal<Option<Option<LoopRow>>>) -> View {
    let title = format!("{} {} {}", row.name, row.of.per_card, row.unit);
    let note = format!("{} · {} → {} · {} {}/{}", row.of.id, row.of.from, row.of.to, OUT.get(), row.out, row.of.cards);
    let left = format!("{} {} · {} {}", row.of.from, row.available, row.of.to, row.there);
    let change = if app::may(Permission::SupplySet) {
        let row = row.clone();
        view! { button(r#type="button", class="quiet small", on:click=tap(move || edit.set(Some(Some(row.clone()))))) { (CHANGE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") { div(class="row-main") {
            button(r#type="button", class="plain-row grow", on:click=tap(move || call.set(Some(row.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } p(class="note") { (left) } } span(class="chip") { (CALL) } }
            }
            (change)
        } }
    }
}

fn calling(row: LoopRow, done: Rc<dyn Fn()>) -> View {
    let lead = format!("{} {} {} → {}", row.name, row.of.per_card, row.unit, row.of.to);
    let path = format!("/api/v1/kanban/{}/calls", encode(row.of.id.as_str()));
    let submit = Submit::new();
    let button = submit_button::view(submit, CALL, move || {
        let done = Rc::clone(&done);
        submit.send("POST", path.clone(), &CallKanban {}, Source::Hand, move |_: CallAnswer| {
            app::app().say(Toast::good(CALLED.get()));
            done();
        });
    });
    view! { p(class="lead") { (lead) } (button) }
}

fn fulfilment(row: CallRow, done: Rc<dyn Fn()>) -> View {
    let lead =
        format!("{} {} {} · {} → {}", row.name, row.call.of.per_card, row.unit, row.call.of.from, row.call.of.to);
    let (lot, path) =
        (create_signal(String::new()), format!("/api/v1/kanban-calls/{}/fulfilment", encode(&row.call.id)));
    let submit = Submit::new();
    let button = submit_button::view(submit, BRING, move || {
        let body = FulfilCall { lot: lot.with_untracked(|lot| lot.trim().to_owned()), ..FulfilCall::default() };
        let done = Rc::clone(&done);
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: CallAnswer| {
            app::app().say(Toast::good(BROUGHT.get()));
            done();
        });
    });
    let fields = submit_button::fields(submit, field::line(text::LOT, lot, text::OPTIONAL));
    view! { p(class="lead") { (lead) } (fields) (button) }
}

fn editor(row: Option<LoopRow>, plant: &PlantDetail, done: Rc<dyn Fn()>) -> View {
    let of = |text: Option<String>| create_signal(text.unwrap_or_default());
    let known = row.as_ref().map(|row| &row.of);
    let (id, item) = (of(known.map(|of| of.id.to_string())), of(known.map(|of| of.item.to_string())));
    let first = |n: usize| plant.locations.get(n).map(|place| place.id.to_string());
    let from = of(known.map(|of| of.from.to_string()).or_else(|| first(0)));
    let to = of(known.map(|of| of.to.to_string()).or_else(|| first(1)));
    let per_card = of(known.map(|of| of.per_card.to_string()));
    let cards = of(known.map(|of| of.cards.to_string()).or_else(|| Some("2".into())));
    let late = of(known.and_then(|of| of.late_minutes).map(|minutes| minutes.to_string()));
    let missing = create_signal(String::new());
    let (version, is_new) = (row.as_ref().map_or(0, |row| row.version), row.is_none());
    let submit = Submit::new();
    let send = move || {
        let words = |text: Signal<String>| text.with_untracked(|text| text.trim().to_owned());
        let fill_in = |name: Text| missing.set(text::FILL_IN.with(name.get()));
        let id = words(id);
        if id.is_empty() {
            return fill_in(LOOP);
        }
        let Ok(item) = words(item).parse() else { return fill_in(text::ITEM) };
        let (Ok(from), Ok(to)) = (words(from).parse(), words(to).parse()) else { return fill_in(text::LOCATION) };
        let Ok(per_card) = words(per_card).parse() else { return fill_in(PER_CARD) };
        let Ok(cards) = words(cards).parse() else { return fill_in(CARDS) };
        let late_minutes = match words(late) {
            none if none.is_empty() => None,
            some => match some.parse() {
                Ok(minutes) => Some(minutes),
                Err(_) => return fill_in(LATE_AFTER),
            },
        };
        missing.set(String::new());
        let body = PutLoop { version, item, from, to, per_card, cards, late_minutes, active: true };
        let done = Rc::clone(&done);
        submit.send("PUT", format!("/api/v1/kanban/{}", encode(&id)), &body, Source::Hand, move |_: PutLoop| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        });
    };
    let places: Vec<_> = plant
        .locations
        .iter()
        .filter(|place| !place.kind.waits())
        .map(|place| (place.id.to_string(), format!("{} {}", place.id, place.name)))
        .collect();
    let id = if is_new { field::line(LOOP, id, LOOP) } else { View::new() };
    let item = field::line(text::ITEM, item, text::ITEM);
    let (from, to) = (field::select(text::FROM, from, places.clone()), field::select(text::TO, to, places));
    let per_card = field::line(PER_CARD, per_card, PER_CARD);
    let cards = field::line(CARDS, cards, CARDS);
    let late = field::line(LATE_AFTER, late, text::OPTIONAL);
    let fields = submit_button::fields(submit, view! { (id) (item) (from) (to) (per_card) (cards) (late) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (hint) (button) }
}
