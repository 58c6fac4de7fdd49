//! The editor of one plan: what it is for, how many samples are looked at, and its characteristics.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::master::PlantDetail;
use takt_api::quality::PlanDocument;
use takt_api::stock::Source;
use takt_domain::quality::{InspectionPlan, PlanKind, SAMPLES_MAX, Sampling};

use super::OFF;
use super::draft::{self, Draft, Judged};
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::slug::is_slug;
use crate::text::Text;
use crate::ui::{self, field, icon, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const PLAN: Text = Text::new("计划编号", "Number of the plan");
const PLAN_HINT: Text = Text::new("小写字母、数字、- 或 _", "small letters, digits, - or _");
const NAME: Text = Text::new("计划名称", "Name of the plan");
const OPERATION: Text = Text::new("工序(可空)", "Operation (may be empty)");
const KIND: Text = Text::new("类型", "Kind");
const SAMPLING: Text = Text::new("抽样", "Sampling");
const FIXED: Text = Text::new("固定件数", "A fixed number");
const BY_QUANTITY: Text = Text::new("按工单数量", "By the order's quantity");
const SAMPLES: Text = Text::new("样品件数(1–50)", "Samples (1 to 50)");
const PER: Text = Text::new("每多少件取 1 件样品", "Pieces for each sample");
const ADD: Text = Text::new("添加项目", "Add a characteristic");
const NUMBERED: Text = Text::new("项目 {}", "Characteristic {}");
const ID: Text = Text::new("项目编号(空则取自英文名)", "Its number in the data (after the English name where empty)");
const ZH: Text = Text::new("中文名", "Name in Chinese");
const EN: Text = Text::new("英文名", "Name in English");
const MEASURE: Text = Text::new("判定方式", "Judged by");
const NUMBER: Text = Text::new("数值", "A number");
const YES_NO: Text = Text::new("是否", "Yes or no");
const PHOTO: Text = Text::new("照片或备注", "A photo or note");
const LOWER: Text = Text::new("下限", "Lower limit");
const UPPER: Text = Text::new("上限", "Upper limit");
const UNIT: Text = Text::new("单位", "Unit");
const DECIMALS: Text = Text::new("小数位", "Decimals");
const REQUIRED: Text = Text::new("必检", "Required");
const MAY_BE_EMPTY: Text = Text::new("可不检", "Optional");
const REMOVE: Text = Text::new("删除", "Remove");
const IN_USE: Text = Text::new("启用", "In use");

#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Fixed,
    Quantity,
}

type Asked = Signal<Option<Option<PlanDocument>>>;

pub(super) fn view(document: Option<PlanDocument>, asked: Asked, list: List<PlanDocument>) -> View {
    let plant: Read<PlantDetail> = Read::new("/api/v1/plant");
    let document = Rc::new(document);
    ui::shown(plant, move |plant| form((*document).clone(), &plant, asked, list))
}

fn form(document: Option<PlanDocument>, plant: &PlantDetail, asked: Asked, list: List<PlanDocument>) -> View {
    let known = document.as_ref().map(|document| &document.plan);
    let version = document.as_ref().map_or(0, |document| document.version);
    let text_of = |text: Option<String>| create_signal(text.unwrap_or_default());
    let id = text_of(known.map(|plan| plan.id.to_string()));
    let name = text_of(known.map(|plan| plan.name.clone()));
    let first = plant.products.first().map(|product| product.id.to_string());
    let item = text_of(known.map(|plan| plan.item.to_string()).or(first));
    let operation = text_of(known.and_then(|plan| plan.operation).map(|number| number.to_string()));
    let kind = create_signal(known.map_or(PlanKind::FirstArticle, |plan| plan.kind));
    let (by, count, per) = match known.map(|plan| plan.sampling) {
        None => (By::Fixed, "1".into(), String::new()),
        Some(Sampling::Fixed { count }) => (By::Fixed, count.to_string(), String::new()),
        Some(Sampling::Quantity { per }) => (By::Quantity, "1".into(), per.to_string()),
    };
    let (by, count, per) = (create_signal(by), create_signal(count), create_signal(per));
    let active = create_signal(known.is_none_or(|plan| plan.active));
    let drafts = known.map_or_else(|| vec![Draft::new()], |plan| plan.characteristics.iter().map(Draft::of).collect());
    let drafts = create_signal(drafts);
    let missing = create_signal(String::new());
    let submit = Submit::new();
    let send = move || {
        let fill_in = |name: Text| missing.set(text::FILL_IN.with(name.get()));
        let typed = |signal: Signal<String>| signal.with_untracked(|text| text.trim().to_owned());
        let given = typed(id);
        if version == 0 && !is_slug(&given.replace('-', "_")) {
            return fill_in(PLAN);
        }
        let Ok(id) = given.parse() else { return fill_in(PLAN) };
        if typed(name).is_empty() {
            return fill_in(NAME);
        }
        let Ok(item) = typed(item).parse() else { return fill_in(text::ITEM) };
        let operation = match typed(operation).as_str() {
            "" => None,
            number => match number.parse() {
                Ok(number) => Some(number),
                Err(_) => return fill_in(OPERATION),
            },
        };
        let sampling = match by.get_untracked() {
            By::Fixed => match typed(count).parse() {
                Ok(count) if count > 0 && usize::from(count) <= SAMPLES_MAX => Sampling::Fixed { count },
                _ => return fill_in(SAMPLES),
            },
            By::Quantity => match typed(per).parse() {
                Ok(per) if per > 0 => Sampling::Quantity { per },
                _ => return fill_in(PER),
            },
        };
        let characteristics = match drafts.with_untracked(|drafts| draft::read(drafts)) {
            Ok(characteristics) => characteristics,
            Err(wrong) => return missing.set(wrong),
        };
        let (kind, active) = (kind.get_untracked(), active.get_untracked());
        let plan = InspectionPlan { id, name: typed(name), item, operation, kind, sampling, characteristics, active };
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
    let kinds = [PlanKind::FirstArticle, PlanKind::InProcess, PlanKind::Final, PlanKind::Incoming];
    let kinds = kinds.map(|kind| (kind, show::plan_kind(kind).to_owned())).to_vec();
    let states = vec![(true, IN_USE.get().to_owned()), (false, OFF.get().to_owned())];
    let ways = vec![(By::Fixed, FIXED.get().to_owned()), (By::Quantity, BY_QUANTITY.get().to_owned())];
    let parts = vec![
        if version == 0 { field::line(PLAN, id, PLAN_HINT) } else { View::new() },
        field::line(NAME, name, NAME),
        field::select(text::ITEM, item, items(plant, item)),
        field::line(OPERATION, operation, OPERATION),
        field::choice(KIND, kind, kinds),
        field::choice(SAMPLING, by, ways),
        ui::live(move || match by.get() {
            By::Fixed => field::line(SAMPLES, count, SAMPLES),
            By::Quantity => field::line(PER, per, PER),
        }),
        ui::live(move || {
            let all = drafts.get_clone().into_iter().enumerate();
            all.map(|(n, draft)| untrack(|| characteristic(n, &draft, drafts))).collect::<Vec<_>>().into()
        }),
    ];
    let add = tap(move || drafts.update(|drafts| drafts.push(Draft::new())));
    let state = field::choice(text::STATUS, active, states);
    let parts = View::from(parts);
    let fields = submit_button::fields(
        submit,
        view! { (parts) button(r#type="button", class="quiet wide", on:click=add) { (icon::PLUS) (ADD) } (state) },
    );
    let (hint, button) = (ui::hint(missing), submit_button::view(submit, text::SAVE, send));
    view! { (fields) (hint) (button) }
}

/// What is made here; and the item of the plan, also where nobody makes it any more.
fn items(plant: &PlantDetail, chosen: Signal<String>) -> Vec<(String, String)> {
    let products = plant.products.iter();
    let mut options: Vec<_> =
        products.map(|product| (product.id.to_string(), format!("{} {}", product.id, product.name))).collect();
    let chosen = chosen.get_clone_untracked();
    if !chosen.is_empty() && !options.iter().any(|(id, _)| *id == chosen) {
        options.push((chosen.clone(), chosen));
    }
    options
}

fn characteristic(n: usize, draft: &Draft, drafts: Signal<Vec<Draft>>) -> View {
    // Kept without drawing anew, or the field would lose its cursor.
    let text = |label: Text, value: &str, mode: &'static str, set: fn(&mut Draft, String)| {
        field::typed(label, value.to_owned(), mode, move |typed| {
            let mut all = drafts.get_clone_untracked();
            if let Some(draft) = all.get_mut(n) {
                set(draft, typed);
            }
            drafts.set_silent(all);
        })
    };
    let zh = text(ZH, &draft.zh, "text", |draft, typed| draft.zh = typed);
    let en = text(EN, &draft.en, "text", Draft::name);
    let id = if draft.is_new {
        text(ID, &draft.id, "text", |draft, typed| draft.id = typed)
    } else {
        let id = draft.id.clone();
        view! { p(class="note") { (ID) " " (id) } }
    };
    let limits = match draft.judged {
        Judged::Number => {
            let lower = text(LOWER, &draft.lower, "decimal", |draft, typed| draft.lower = typed);
            let upper = text(UPPER, &draft.upper, "decimal", |draft, typed| draft.upper = typed);
            let unit = text(UNIT, &draft.unit, "text", |draft, typed| draft.unit = typed);
            let decimals = text(DECIMALS, &draft.decimals, "numeric", |draft, typed| draft.decimals = typed);
            view! { div(class="form-grid two") { (lower) (upper) (unit) (decimals) } }
        }
        Judged::YesNo | Judged::Photo => View::new(),
    };
    let pick = |name: Text, on: bool, set: Rc<dyn Fn(&mut Draft)>| {
        let pressed = if on { "true" } else { "false" };
        let press = tap(move || drafts.update(|drafts| drafts.get_mut(n).into_iter().for_each(|draft| set(draft))));
        view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=press) { (name) } }
    };
    let judged: Vec<_> = [(Judged::Number, NUMBER), (Judged::YesNo, YES_NO), (Judged::Photo, PHOTO)]
        .into_iter()
        .map(|(judged, name)| pick(name, draft.judged == judged, Rc::new(move |draft| draft.judged = judged)))
        .collect();
    let required: Vec<_> = [(true, REQUIRED), (false, MAY_BE_EMPTY)]
        .into_iter()
        .map(|(required, name)| pick(name, draft.required == required, Rc::new(move |draft| draft.required = required)))
        .collect();
    let remove = tap(move || drafts.update(|drafts| drop(drafts.remove(n))));
    let title = NUMBERED.with(&(n + 1).to_string());
    let name = title.clone();
    view! {
        div(class="step-card", role="group", aria-label=name) {
            div(class="row-main") {
                strong(class="grow") { (title) }
                button(r#type="button", class="quiet", on:click=remove) { (REMOVE) }
            }
            div(class="form-grid two") { (zh) (en) }
            (id)
            div(class="field", role="group", aria-label=MEASURE) { span { (MEASURE) } div(class="options") { (judged) } }
            (limits)
            div(class="field", role="group", aria-label=REQUIRED) { div(class="options") { (required) } }
        }
    }
}
