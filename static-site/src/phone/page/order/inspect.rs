//! An inspection by its plan: what is measured is judged while it is typed, by the code that the server judges with.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::orders::OrderDetail;
use takt_api::quality::{Inspect, InspectionAnswer, PlanDocument};
use takt_api::stock::Source;
use takt_domain::id::{OrderId, PhotoId};
use takt_domain::order::InspectionResult;
use takt_domain::permission::Permission;
use takt_domain::quality::{Characteristic, InspectionPlan, Measure, PlanKind, Sample, Value};

use crate::net::device;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, photo, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const PATROL: Text = Text::new("巡检", "Inspection in process");
const NO_PLAN: Text = Text::new("此物料没有巡检计划", "The item has no plan for that");
const SAMPLE: Text = Text::new("样品 {}", "Sample {}");
const FOUND: Text = Text::new("检验结果", "What was found");
const INCOMPLETE: Text = Text::new("请填写所有必检项目", "Fill in everything that is required");
const FAILED: Text = Text::new("检验不合格", "The inspection has failed");
const PASSED: Text = Text::new("检验合格", "The inspection has passed");

/// One value while it is typed.
#[derive(Clone)]
struct Entry {
    characteristic: Rc<Characteristic>,
    typed: Signal<String>,
    yes: Signal<Option<bool>>,
    photo: Signal<Option<PhotoId>>,
}

impl Entry {
    fn value(&self) -> Option<Value> {
        let typed = self.typed.with(|typed| typed.trim().to_owned());
        let (yes, photo) = (self.yes.get(), self.photo.get_clone());
        let value = match self.characteristic.measure {
            Measure::Number { .. } => Value { number: Some(typed.parse().ok()?), ..Value::default() },
            Measure::YesNo => Value { yes: Some(yes?), ..Value::default() },
            Measure::PhotoNote if typed.is_empty() && photo.is_none() => return None,
            Measure::PhotoNote => Value { note: typed, photo, yes, ..Value::default() },
        };
        Some(value)
    }

    fn view(&self) -> View {
        let entry = self.clone();
        let mark = ui::live(move || {
            let judged = entry.value().map(|value| entry.characteristic.measure.judge(&value));
            match judged {
                None => View::new(),
                Some(Ok(true)) => view! { span(class="chip good") { (icon::CHECK) (text::PASS) } },
                Some(_) => view! { span(class="chip bad") { (icon::CROSS) (text::FAIL) } },
            }
        });
        let name = self.characteristic.label.get(app::lang()).to_owned();
        let typed = self.typed;
        let (note, input) = match &self.characteristic.measure {
            Measure::Number { lower, upper, unit, decimals } => {
                let whole = *decimals == 0;
                let signed = lower.is_none_or(|lower| lower.is_negative());
                let limit = |limit: &Option<takt_domain::quantity::Quantity>| {
                    limit.map_or_else(|| "…".to_owned(), |limit| limit.to_string())
                };
                let note = format!("{} – {} {unit}", limit(lower), limit(upper));
                let label = name.clone();
                (
                    note,
                    field::number(
                        (self.characteristic.id.clone(), label),
                        typed.get_clone_untracked(),
                        whole,
                        signed,
                        move |value| {
                            typed.set(value);
                        },
                    ),
                )
            }
            Measure::YesNo => (String::new(), verdict(self.yes)),
            Measure::PhotoNote => {
                let (taken, verdict) = (photo::view(self.photo), verdict(self.yes));
                let label = name.clone();
                (
                    String::new(),
                    view! { input(r#type="text", maxlength="200", aria-label=label, bind:value=typed) (taken) (verdict) },
                )
            }
        };
        view! { div(class="field") { span { (name) " " span(class="note") { (note) } " " (mark) } (input) } }
    }
}

fn verdict(yes: Signal<Option<bool>>) -> View {
    let options = vec![(Some(true), text::PASS.get().to_owned()), (Some(false), text::FAIL.get().to_owned())];
    field::choice(text::RESULT, yes, options)
}

/// The sheet of an inspection: by the plan of this kind where the item has one, else what `plain` draws.
pub(super) fn planned(
    detail: &Rc<OrderDetail>,
    kind: PlanKind,
    done: Rc<dyn Fn()>,
    plain: impl Fn() -> View + 'static,
) -> View {
    let path = format!("/api/v1/inspection-plans?active=true&limit=200&item={}", encode(detail.order.item.as_str()));
    let plans: Read<Page<PlanDocument>> = Read::new(path);
    let detail = Rc::clone(detail);
    ui::shown(plans, move |page| {
        let of_kind = page.rows.iter().filter(|document| document.plan.kind == kind);
        let forms: Vec<_> = of_kind.map(|document| form(&document.plan, &detail, &done)).collect();
        if forms.is_empty() { plain() } else { forms.into() }
    })
}

fn form(plan: &InspectionPlan, detail: &Rc<OrderDetail>, done: &Rc<dyn Fn()>) -> View {
    let count = plan.sampling.samples(detail.order.quantity);
    let entry = |characteristic: &Characteristic| Entry {
        characteristic: Rc::new(characteristic.clone()),
        typed: create_signal(String::new()),
        yes: create_signal(None),
        photo: create_signal(None),
    };
    let samples: Vec<Vec<Entry>> = (0..count).map(|_| plan.characteristics.iter().map(entry).collect()).collect();
    let fields: Vec<_> = samples
        .iter()
        .enumerate()
        .map(|(n, entries)| {
            let entries: Vec<_> = entries.iter().map(Entry::view).collect();
            let title = SAMPLE.with(&(n + 1).to_string());
            view! { fieldset(class="plain") { legend { (title) } (entries) } }
        })
        .collect();
    let submit = Submit::new();
    let missing = create_signal(String::new());
    let (order, plan_id, name) = (detail.order.id.clone(), plan.id.clone(), plan.name.clone());
    let title = name.clone();
    let done = Rc::clone(done);
    let send = move || {
        let mut found = Vec::with_capacity(samples.len());
        for entries in &samples {
            let mut sample = Sample::default();
            for entry in entries {
                match untrack(|| entry.value()) {
                    Some(value) => drop(sample.values.insert(entry.characteristic.id.clone(), value)),
                    None if entry.characteristic.required => return missing.set(INCOMPLETE.get().into()),
                    None => {}
                }
            }
            found.push(sample);
        }
        missing.set(String::new());
        let (order, plan): (OrderId, _) = (order.clone(), plan_id.clone());
        let body = Inspect {
            order,
            plan,
            operation: None,
            samples: found,
            note: String::new(),
            occurred_at: Some(device::now()),
        };
        let done = Rc::clone(&done);
        let what = format!("{name} {}", body.order);
        submit.send_kept("/api/v1/inspections", what, &body, Source::Hand, move |answer: Option<InspectionAnswer>| {
            match answer.map(|answer| answer.result) {
                Some(InspectionResult::Pass) => app::app().say(Toast::good(PASSED.get())),
                Some(InspectionResult::Fail) => app::app().say(Toast::bad(FAILED.get())),
                None => {}
            }
            done();
        });
    };
    let (fields, hint) = (submit_button::fields(submit, fields.into()), ui::hint(missing));
    let button = submit_button::view(submit, FOUND, send);
    view! { h3 { (title) } (fields) (hint) (button) }
}

/// While it is being made, an inspector may look at any time.
pub(super) fn patrol(detail: &Rc<OrderDetail>, read: Read<OrderDetail>) -> View {
    let order = &detail.order;
    if !app::may(Permission::QualityInspect) || order.started.is_none() || order.completed.is_some() {
        return View::new();
    }
    let asked = create_signal(None::<()>);
    let detail = Rc::clone(detail);
    let sheet = sheet::view(asked, move |()| {
        let done: Rc<dyn Fn()> = Rc::new(move || {
            asked.set(None);
            read.again();
        });
        let none = || view! { p(class="lead") { (NO_PLAN) } };
        (PATROL.get().to_owned(), planned(&detail, PlanKind::InProcess, done, none))
    });
    view! {
        button(r#type="button", class="secondary wide", on:click=tap(move || asked.set(Some(())))) { (icon::CHECK) (PATROL) }
        (sheet)
    }
}
