//! Inspection plans: one list, and an editor of characteristics with their limits.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::quality::PlanDocument;
use takt_api::stock::Source;
use takt_domain::quality::{Characteristic, InspectionPlan, Measure, PlanKind, Sampling};
use takt_domain::text::Label;

use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

pub(crate) const NAME: Text = Text::new("检验计划", "Inspection plans");
const NONE: Text = Text::new("还没有检验计划", "No inspection plans yet");
const NEW: Text = Text::new("新建检验计划", "New plan");
const PLAN: Text = Text::new("编号", "Number");
const ITEM: Text = Text::new("物料", "Item");
const OPERATION: Text = Text::new("工序(可空)", "Operation (may be empty)");
const KIND: Text = Text::new("类型", "Kind");
const FIRST: Text = Text::new("首检", "First article");
const PROCESS: Text = Text::new("巡检", "In process");
const FINAL: Text = Text::new("终检", "Final");
const SAMPLES: Text = Text::new("样品数", "Samples");
const ADD: Text = Text::new("添加项目", "Add a characteristic");
const LABEL: Text = Text::new("项目", "Characteristic");
const MEASURE: Text = Text::new("判定", "Judged by");
const NUMBER: Text = Text::new("数值", "Number");
const YES_NO: Text = Text::new("是否", "Yes or no");
const PHOTO: Text = Text::new("照片备注", "Photo or note");
const LOWER: Text = Text::new("下限", "Lower limit");
const UPPER: Text = Text::new("上限", "Upper limit");
const UNIT: Text = Text::new("单位", "Unit");
const DECIMALS: Text = Text::new("小数位", "Decimals");
const IN_USE: Text = Text::new("启用", "In use");
const OFF: Text = Text::new("停用", "Not used");

fn kind_name(kind: PlanKind) -> Text {
    match kind {
        PlanKind::FirstArticle => FIRST,
        PlanKind::InProcess => PROCESS,
        PlanKind::Final => FINAL,
    }
}

pub(crate) fn view(_: &[String]) -> View {
    let list: List<PlanDocument> = List::new("/api/v1/inspection-plans?limit=100".into());
    // `Some(None)` is a plan to be made.
    let asked = create_signal(None::<Option<PlanDocument>>);
    let rows = ui::listed(list, "rows card", NONE, move |document: PlanDocument| row(document, asked));
    let sheet = sheet::view(asked, move |document| {
        let title = document.as_ref().map_or(NEW.get().to_owned(), |document| document.plan.id.to_string());
        (title, form(document, asked, list))
    });
    let new = view! { button(r#type="button", class="button", on:click=tap(move || asked.set(Some(None)))) { (icon::PLUS) (NEW) } };
    ui::shell::page(NAME.get(), None, new, view! { (rows) (sheet) })
}

fn row(document: PlanDocument, asked: Signal<Option<Option<PlanDocument>>>) -> View {
    let plan = &document.plan;
    let title = format!("{} · {}", plan.name, plan.item);
    let operation = plan.operation.map_or(String::new(), |number| format!(" · {number}"));
    let note =
        format!("{}{operation} · {} · v{}", kind_name(plan.kind).get(), plan.characteristics.len(), document.version);
    let mark = if plan.active {
        View::new()
    } else {
        view! { span(class="chip") { (OFF) } }
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(Some(document.clone()))))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (mark) (icon::NEXT) }
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Judged {
    Number,
    YesNo,
    Photo,
}

/// One characteristic while it is edited.
#[derive(Clone, Copy)]
struct Draft {
    zh: Signal<String>,
    judged: Signal<Judged>,
    lower: Signal<String>,
    upper: Signal<String>,
    unit: Signal<String>,
    decimals: Signal<String>,
}

impl Draft {
    fn new(known: Option<&Characteristic>) -> Self {
        let (mut judged, mut lower, mut upper, mut unit, mut decimals) =
            (Judged::Number, String::new(), String::new(), String::new(), "2".to_owned());
        match known.map(|known| &known.measure) {
            Some(Measure::Number { lower: least, upper: most, unit: of, decimals: digits }) => {
                lower = least.map_or(String::new(), |limit| limit.to_string());
                upper = most.map_or(String::new(), |limit| limit.to_string());
                (unit, decimals) = (of.clone(), digits.to_string());
            }
            Some(Measure::YesNo) => judged = Judged::YesNo,
            Some(Measure::PhotoNote) => judged = Judged::Photo,
            None => {}
        }
        Self {
            zh: create_signal(known.map_or(String::new(), |known| known.label.zh.clone())),
            judged: create_signal(judged),
            lower: create_signal(lower),
            upper: create_signal(upper),
            unit: create_signal(unit),
            decimals: create_signal(decimals),
        }
    }

    /// None where a limit is no number.
    fn read(self, n: usize) -> Option<Characteristic> {
        let text = |signal: Signal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let limit = |signal| match text(signal) {
            typed if typed.is_empty() => Some(None),
            typed => typed.parse().ok().map(Some),
        };
        let measure = match self.judged.get_untracked() {
            Judged::Number => Measure::Number {
                lower: limit(self.lower)?,
                upper: limit(self.upper)?,
                unit: text(self.unit),
                decimals: text(self.decimals).parse().ok()?,
            },
            Judged::YesNo => Measure::YesNo,
            Judged::Photo => Measure::PhotoNote,
        };
        let name = text(self.zh);
        let label = Label { zh: name.clone(), en: name };
        Some(Characteristic { id: format!("c{}", n + 1), label, measure, required: true })
    }

    fn view(self) -> View {
        let options = vec![
            (Judged::Number, NUMBER.get().to_owned()),
            (Judged::YesNo, YES_NO.get().to_owned()),
            (Judged::Photo, PHOTO.get().to_owned()),
        ];
        let (name, judged) = (field::line(LABEL, self.zh, LABEL), field::choice(MEASURE, self.judged, options));
        let limits = ui::live(move || match self.judged.get() {
            Judged::Number => untrack(|| {
                let (lower, upper) = (field::line(LOWER, self.lower, LOWER), field::line(UPPER, self.upper, UPPER));
                let (unit, decimals) =
                    (field::line(UNIT, self.unit, UNIT), field::line(DECIMALS, self.decimals, DECIMALS));
                view! { (lower) (upper) (unit) (decimals) }
            }),
            _ => View::new(),
        });
        view! { fieldset(class="card") { (name) (judged) (limits) } }
    }
}

fn form(document: Option<PlanDocument>, asked: Signal<Option<Option<PlanDocument>>>, list: List<PlanDocument>) -> View {
    let known = document.as_ref().map(|document| &document.plan);
    let version = document.as_ref().map_or(0, |document| document.version);
    let text_of = |text: Option<String>| create_signal(text.unwrap_or_default());
    let id = text_of(known.map(|plan| plan.id.to_string()));
    let name = text_of(known.map(|plan| plan.name.clone()));
    let item = text_of(known.map(|plan| plan.item.to_string()));
    let operation = text_of(known.and_then(|plan| plan.operation).map(|number| number.to_string()));
    let kind = create_signal(known.map_or(PlanKind::FirstArticle, |plan| plan.kind));
    let count = match known.map(|plan| plan.sampling) {
        Some(Sampling::Fixed { count }) => count,
        _ => 1,
    };
    let samples = create_signal(count.to_string());
    let active = create_signal(known.is_none_or(|plan| plan.active));
    let drafts: Vec<_> = known.map_or_else(
        || vec![Draft::new(None)],
        |plan| plan.characteristics.iter().map(|characteristic| Draft::new(Some(characteristic))).collect(),
    );
    let drafts = create_signal(drafts);
    let missing = create_signal(String::new());
    let submit = Submit::new();
    let send = move || {
        let fill_in = |name: Text| missing.set(text::FILL_IN.with(name.get()));
        let typed = |signal: Signal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let (Ok(id), Ok(item)) = (typed(id).parse(), typed(item).parse()) else { return fill_in(PLAN) };
        let Ok(count) = typed(samples).parse() else { return fill_in(SAMPLES) };
        let operation = match typed(operation).as_str() {
            "" => None,
            number => match number.parse() {
                Ok(number) => Some(number),
                Err(_) => return fill_in(OPERATION),
            },
        };
        let read = drafts.with_untracked(|drafts| {
            drafts.iter().enumerate().map(|(n, draft)| draft.read(n)).collect::<Option<Vec<_>>>()
        });
        let Some(characteristics) = read else { return fill_in(LOWER) };
        let plan = InspectionPlan {
            id,
            name: typed(name),
            item,
            operation,
            kind: kind.get_untracked(),
            sampling: Sampling::Fixed { count },
            characteristics,
            active: active.get_untracked(),
        };
        // What the server would refuse is said before it is sent, by the same code.
        if let Some((at, detail)) = plan.faults().into_iter().next() {
            return missing.set(format!("{at}: {detail}"));
        }
        missing.set(String::new());
        let path = format!("/api/v1/inspection-plans/{}", encode(plan.id.as_str()));
        submit.send("PUT", path, &PlanDocument { version, plan }, Source::Hand, move |_: PlanDocument| {
            app::app().say(Toast::good(text::SAVED.get()));
            asked.set(None);
            list.again();
        });
    };
    let kinds = [PlanKind::FirstArticle, PlanKind::InProcess, PlanKind::Final];
    let kinds = kinds.map(|kind| (kind, kind_name(kind).get().to_owned())).to_vec();
    let states = vec![(true, IN_USE.get().to_owned()), (false, OFF.get().to_owned())];
    let parts = vec![
        if version == 0 { field::line(PLAN, id, PLAN) } else { View::new() },
        field::line(text::NAME, name, text::NAME),
        field::line(ITEM, item, ITEM),
        field::line(OPERATION, operation, OPERATION),
        field::choice(KIND, kind, kinds),
        field::line(SAMPLES, samples, SAMPLES),
        ui::live(move || {
            let all: Vec<_> = drafts.get_clone().into_iter().map(|draft| untrack(|| draft.view())).collect();
            all.into()
        }),
        field::choice(text::STATUS, active, states),
    ];
    let add = Rc::new(move || drafts.update(|drafts| drafts.push(Draft::new(None))));
    let fields = submit_button::fields(submit, parts.into());
    let (hint, button) = (ui::hint(missing), submit_button::view(submit, text::SAVE, send));
    view! {
        (fields)
        button(r#type="button", class="quiet wide", on:click=tap(move || add())) { (icon::PLUS) (ADD) }
        (hint)
        (button)
    }
}
