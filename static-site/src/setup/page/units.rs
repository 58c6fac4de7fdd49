//! Other units of items, what a box or a drum holds: quantities that come in by them are converted exactly. And how much of
//! an item is to be available.

use std::rc::Rc;

use serde::Deserialize;
use sycamore::prelude::*;
use takt_api::master::{ItemMinimum, ItemUnits};
use takt_api::stock::Source;
use takt_domain::id::ItemId;
use takt_domain::master::ItemUnit;
use takt_domain::permission::Permission;
use takt_domain::quantity::Quantity;

use crate::frame::names::UNITS as NAME;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const NONE: Text = Text::new("没有物料", "No items");
const ADD: Text = Text::new("添加单位", "Add a unit");
const SAVE_UNITS: Text = Text::new("保存单位", "Save the units");
const UNIT: Text = Text::new("单位", "Unit");
const HOLDS: Text = Text::new("1 个等于多少 {}", "How many {} one is");
const NUMBER: Text = Text::new(
    "“{}”的数量须为大于 0、不超过 15 位的数字,例如 12.5",
    "{}: give a number above 0 of at most 15 digits, such as 12.5",
);
const TWICE: Text = Text::new("单位“{}”已有,不能重复", "{} is a unit of the item already");
const NAMELESS: Text = Text::new("填了数量的行请填写单位", "Name the unit of each line that has a number");
const ABOUT: Text = Text::new(
    "收发时可按这些单位填写,系统精确换算为物料自身单位。清空名称即删除。",
    "Quantities may be entered in these units and are converted exactly. Clear a name to remove its unit.",
);

const MINIMUM: Text = Text::new("最低库存({})", "Minimum stock ({})");
const LEAST: Text = Text::new("最低 {}", "at least {}");
const LEAST_HINT: Text = Text::new(
    "可用库存低于它时提醒仓库和计划员;留空则不提醒。",
    "When less is available, the storekeepers and planners are told; leave it empty for no reminder.",
);
const SAVE_LEAST: Text = Text::new("保存最低库存", "Save the minimum");
const LEAST_NUMBER: Text =
    Text::new("请填大于 0 的数字,例如 12.5,或留空", "Give a number above 0, such as 12.5, or none");

/// As much of an item as this page needs.
#[derive(Clone, Deserialize)]
struct Row {
    id: ItemId,
    name: String,
    unit: String,
    #[serde(default)]
    units: Vec<ItemUnit>,
    #[serde(default)]
    minimum: Option<Quantity>,
}

fn asked(q: &str) -> String {
    format!("/api/v1/items?limit=50&q={}", encode(q.trim()))
}

pub(crate) fn view(_: &[String]) -> View {
    let (q, edited) = (create_signal(String::new()), create_signal(None::<Row>));
    let list: List<Row> = List::new(asked(""));
    create_effect(move || {
        let now = asked(&q.get_clone());
        untrack(|| list.turn_to(now));
    });
    let rows = ui::listed(list, "rows card", NONE, move |found: Row| row(found, edited));
    let sheet = sheet::view(edited, move |found: Row| {
        let done = Rc::new(move || {
            edited.set(None);
            list.again();
        });
        let (minimum, units) = (minimum(&found, Rc::clone(&done) as Rc<dyn Fn()>), editor(&found, done));
        (format!("{} {}", found.id, found.name), view! { (minimum) (units) })
    });
    let search = field::line(text::ITEM, q, text::OPTIONAL);
    ui::shell::page(NAME.get(), None, View::new(), view! { div(class="card filters") { (search) } (rows) (sheet) })
}

fn row(found: Row, edited: Signal<Option<Row>>) -> View {
    let title = format!("{} · {}", found.id, found.name);
    let units = found.units.iter().map(|one| format!(" · 1 {} = {} {}", one.unit, one.factor, found.unit));
    let least = found.minimum.map(|least| format!(" · {}", LEAST.with(&format!("{least} {}", found.unit))));
    let note = found.unit.clone() + &units.collect::<String>() + &least.unwrap_or_default();
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || edited.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (icon::NEXT) }
            }
        }
    }
}

fn minimum(found: &Row, done: Rc<dyn Fn()>) -> View {
    if !app::may(Permission::ItemFields) {
        return View::new();
    }
    let least = create_signal(found.minimum.map_or_else(String::new, |least| least.to_string()));
    let path = format!("/api/v1/items/{}/minimum", encode(found.id.as_str()));
    let (label, wrong, submit) = (MINIMUM.with(&found.unit), create_signal(String::new()), Submit::new());
    let button = submit_button::view(submit, SAVE_LEAST, move || {
        submit.clear();
        let typed = least.with_untracked(|least| least.trim().to_owned());
        let minimum = match typed.parse::<Quantity>() {
            _ if typed.is_empty() => None,
            Ok(least) if least.is_positive() => Some(least),
            _ => return wrong.set(LEAST_NUMBER.get().to_owned()),
        };
        wrong.set(String::new());
        let done = Rc::clone(&done);
        submit.send("PUT", path.clone(), &ItemMinimum { minimum }, Source::Hand, move |_: ItemMinimum| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        });
    });
    let fields = submit_button::fields(
        submit,
        view! {
            label(class="field") {
                span { (label) }
                input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=least)
            }
        },
    );
    let hint = ui::hint(wrong);
    view! { p(class="note") { (LEAST_HINT) } (fields) (hint) (button) hr() }
}

/// A unit as it is typed: its name, and how much it is.
type Typed = [Signal<String>; 2];

fn editor(found: &Row, done: Rc<dyn Fn()>) -> View {
    let typed = |unit: &str, factor: String| [create_signal(unit.to_owned()), create_signal(factor)];
    let units: Vec<Typed> = found.units.iter().map(|one| typed(&one.unit, one.factor.to_string())).collect();
    let known = units.len();
    let (units, missing) = (create_signal(units), create_signal(String::new()));
    if !app::may(Permission::ItemFields) {
        return view! { p(class="note") { (ABOUT) } };
    }
    let path = format!("/api/v1/items/{}/units", encode(found.id.as_str()));
    let (holds, own) = (HOLDS.with(&found.unit), found.unit.clone());
    let fields = ui::live(move || {
        let label = holds.clone();
        let rows = units.get_clone().into_iter().map(|[unit, factor]| {
            let (name, label) = (field::line(UNIT, unit, text::OPTIONAL), label.clone());
            view! {
                div(class="filters") {
                    (name)
                    label(class="field") { span { (label) } input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=factor) }
                }
            }
        });
        View::from(rows.collect::<Vec<_>>())
    });
    let add =
        tap(move || units.update(|units| units.push([create_signal(String::new()), create_signal(String::new())])));
    let submit = Submit::new();
    let button = submit_button::view(submit, SAVE_UNITS, move || {
        // What was said of the last try is said no more.
        submit.clear();
        let mut body = ItemUnits { units: Vec::new() };
        for (n, typed) in units.get_clone_untracked().into_iter().enumerate() {
            let [unit, factor] = typed.map(|field| field.with_untracked(|text| text.trim().to_owned()));
            if unit.is_empty() {
                // A unit that was there is removed so; of a new line somebody has forgotten the name.
                if n >= known && !factor.is_empty() {
                    return missing.set(NAMELESS.get().to_owned());
                }
                continue;
            }
            if unit == own || body.units.iter().any(|before| before.unit == unit) {
                return missing.set(TWICE.with(&unit));
            }
            match factor.parse::<Quantity>() {
                Ok(factor) if factor.is_positive() => body.units.push(ItemUnit { unit, factor }),
                _ => return missing.set(NUMBER.with(&unit)),
            }
        }
        missing.set(String::new());
        let done = Rc::clone(&done);
        submit.send("PUT", path.clone(), &body, Source::Hand, move |_: ItemUnits| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        });
    });
    let fields = submit_button::fields(
        submit,
        view! { (fields) button(r#type="button", class="quiet small", on:click=add) { (ADD) } },
    );
    let hint = ui::hint(missing);
    view! { p(class="note") { (ABOUT) } (fields) (hint) (button) }
}
