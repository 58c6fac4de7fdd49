//! Inspections by plans, with what was found at each sample, and the photos of it.

use sycamore::prelude::*;
use takt_domain::order::InspectionResult;
use takt_domain::quality::{Measure, PlanKind, PlannedInspection, Value};
use takt_site_app::show;

use crate::app;
use crate::frame::names::INSPECTIONS as NAME;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::route::Route;
use crate::text::{self, Text};
use crate::ui::{self, custom, field, icon, photo, sheet, tap};

const NONE: Text = Text::new("没有检验记录", "No inspections by plans");
const ALL: Text = Text::new("全部", "All");
const KIND: Text = Text::new("类型", "Kind");
const SAMPLE: Text = Text::new("样品 {}", "Sample {}");
const NOT_LOOKED_AT: Text = Text::new("未检", "not looked at");

pub(crate) fn view(_: &[String]) -> View {
    let kind = create_signal(String::new());
    let list: List<PlannedInspection> = List::new(path(""));
    list.poll(LIVE_MS);
    let mut is_first = true;
    create_effect(move || {
        let now = kind.get_clone();
        if !std::mem::take(&mut is_first) {
            untrack(|| list.turn_to(path(&now)));
        }
    });
    let asked = create_signal(None::<PlannedInspection>);
    let rows = ui::listed(list, "rows card", NONE, move |found: PlannedInspection| row(found, asked));
    let sheet = sheet::view(asked, |found| (found.plan.name.clone(), detail(&found)));
    let kinds = [PlanKind::FirstArticle, PlanKind::InProcess, PlanKind::Final];
    let named = kinds.map(|kind| (kind.as_str().to_owned(), show::plan_kind(kind).to_owned()));
    let options = [(String::new(), ALL.get().to_owned())].into_iter().chain(named).collect();
    let choose = field::choice(KIND, kind, options);
    ui::shell::page(NAME.get(), None, View::new(), view! { (choose) (rows) (sheet) })
}

fn path(kind: &str) -> String {
    let kind = if kind.is_empty() { String::new() } else { format!("&kind={kind}") };
    format!("/api/v1/inspections?limit=100{kind}")
}

fn row(found: PlannedInspection, asked: Signal<Option<PlannedInspection>>) -> View {
    let title = format!("{} · {}", found.order, found.plan.name);
    let note = format!("{} · {} · {}", show::plan_kind(found.plan.kind), show::time(found.at), show::user(&found.by));
    let verdict = custom::verdict(found.result);
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (verdict) (icon::NEXT) }
            }
        }
    }
}

fn detail(found: &PlannedInspection) -> View {
    let (order, path) = (found.order.to_string(), Route::Order(found.order.clone()).path());
    let samples: Vec<_> = (0..found.samples.len()).map(|n| sample(found, n)).collect();
    let (verdict, note) = (custom::verdict(found.result), found.note.clone());
    let mut at = format!("{} · {}", show::time(found.at), show::user(&found.by));
    if let Some(occurred) = found.occurred_at.filter(|at| found.at.duration_since(*at).as_secs() >= 60) {
        at = format!("{at} · {}", text::OCCURRED.with(&show::time(occurred)));
    }
    view! {
        p(class="sub") { a(href=path) { (order) } " · " (at) " " (verdict) }
        p(class="note") { (note) }
        (samples)
    }
}

/// What was found at one sample, what was not well marked as such.
fn sample(found: &PlannedInspection, n: usize) -> View {
    let lang = app::lang();
    let pairs: Vec<_> = found
        .plan
        .characteristics
        .iter()
        .map(|known| {
            let name = known.label.get(lang).to_owned();
            let Some(value) = found.samples[n].values.get(&known.id) else {
                return view! { div(class="pair") { dt { (name) } dd { (NOT_LOOKED_AT) } } };
            };
            let failed = found.failed.iter().any(|failed| failed.sample == n && failed.characteristic == known.id);
            let verdict = custom::verdict(if failed { InspectionResult::Fail } else { InspectionResult::Pass });
            let (said, picture) = (said(&known.measure, value), View::from(value.photo.as_ref().map(photo::shown)));
            view! { div(class="pair") { dt { (name) } dd { (said) " " (verdict) div { (picture) } } } }
        })
        .collect();
    let title = SAMPLE.with(&(n + 1).to_string());
    view! { h3 { (title) } dl(class="pairs") { (pairs) } }
}

/// A number with its unit and limits, or the note. Yes and no are said by the verdict.
fn said(measure: &Measure, value: &Value) -> String {
    match (measure, value.number) {
        (Measure::Number { lower, upper, unit, .. }, Some(number)) => {
            let limit = |limit: &Option<_>| limit.as_ref().map_or_else(|| "…".to_owned(), ToString::to_string);
            format!("{number} {unit} ({} – {})", limit(lower), limit(upper))
        }
        _ => value.note.clone(),
    }
}
