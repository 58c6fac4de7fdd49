//! The design system on one page: every token and every part that pages are made of, as it is, in the reader's colours and language. Whoever
//! adds a part adds it here; whoever changes a colour sees here what that does.

use std::rc::Rc;

use jiff::Timestamp;
use sycamore::prelude::*;
use takt_api::orders::OrderRow;
use takt_api::problem::Problem;
use takt_domain::facts::Progress;
use takt_domain::flow::Category;
use takt_domain::order::{InspectionResult, Priority};
use takt_domain::permission::Role;
use takt_domain::quantity::Quantity;
use takt_domain::refusal::Unmet;
use takt_domain::text::Label;

use crate::frame::names::DESIGN as NAME;
use crate::net::Fault;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::icon::{self, Icon};
use crate::ui::toast::Toast;
use crate::ui::{self, custom, fault, field, number_pad, order_parts, sheet, submit_button, tap};
use crate::{app, text};

const LEAD: Text = Text::new(
    "页面由这些颜色和部件组成。颜色随主题变化(在「我」页选择)。",
    "Pages are made of these colours and parts. Colours follow the theme, which is chosen on the page “Me”.",
);
const COLOURS: Text = Text::new("颜色", "Colours");
const LETTERS: Text = Text::new("文字", "Letters");
const BUTTONS: Text = Text::new("按钮", "Buttons");
const CHIPS: Text = Text::new("标记", "Chips");
const FIELDS: Text = Text::new("输入", "Fields");
const LISTS: Text = Text::new("列表与卡片", "Lists and cards");
const STATES: Text = Text::new("空、读取、错误、离线", "Empty, loading, error, offline");
const OVER: Text = Text::new("弹层与提示", "Sheets and messages");
const ICONS: Text = Text::new("图标", "Icons");
const SAMPLE: Text = Text::new("示例", "Sample");
const ANOTHER: Text = Text::new("另一项", "Another");
const SENTENCE: Text = Text::new("灯板装配,第 3 道工序", "Lamp board assembly, third operation");
const OPEN: Text = Text::new("打开弹层", "Open a sheet");
const SAY: Text = Text::new("显示提示", "Show a message");
const NO_ROWS: Text = Text::new("这里还没有内容", "Nothing is here yet");

/// The tokens of `style.css`; each has its swatch in `desk.css`.
const TOKENS: [&str; 14] = [
    "ground",
    "card",
    "ink",
    "quiet",
    "edge",
    "soft",
    "brand",
    "brand-soft",
    "good",
    "good-soft",
    "bad",
    "bad-soft",
    "warn",
    "warn-soft",
];

pub(crate) fn view(_: &[String]) -> View {
    let parts = vec![
        ui::section(COLOURS, colours()),
        ui::section(LETTERS, letters()),
        ui::section(BUTTONS, buttons()),
        ui::section(CHIPS, chips()),
        ui::section(FIELDS, fields()),
        ui::section(LISTS, lists()),
        ui::section(STATES, states()),
        ui::section(OVER, over()),
        ui::section(ICONS, icons()),
    ];
    ui::shell::page(NAME.get(), None, View::new(), view! { p(class="lead") { (LEAD) } div(class="design") { (parts) } })
}

fn colours() -> View {
    let swatches: Vec<_> = TOKENS
        .iter()
        .map(|token| {
            let class = format!("swatch {token}");
            view! { div(class="swatch-row") { span(class=class) {} code { (*token) } } }
        })
        .collect();
    view! { div(class="swatches") { (swatches) } }
}

fn letters() -> View {
    view! {
        p(class="title") { (SENTENCE) }
        p { (SENTENCE) }
        p(class="note") { (SENTENCE) }
        p(class="lead") { (SENTENCE) }
        div(class="count") { strong { "1 250" } span { " / 2 000 pcs" } }
    }
}

fn buttons() -> View {
    let submit = Submit::new();
    let small = submit_button::small(submit, SAMPLE, "secondary", Rc::new(|| {}));
    let main = submit_button::view(submit, SAMPLE, || {});
    view! {
        div(class="actions") {
            button(r#type="button", class="primary big") { (SAMPLE) }
            button(r#type="button", class="secondary") { (SAMPLE) }
            button(r#type="button", class="quiet") { (SAMPLE) }
            button(r#type="button", class="button") { (icon::PLUS) (SAMPLE) }
            button(r#type="button", class="primary big", disabled=true) { (SAMPLE) }
            button(r#type="button", class="round", aria-label=SAMPLE) { (icon::CROSS) }
            (small)
        }
        (main)
    }
}

fn chips() -> View {
    let flow = takt_site_app::flow::builtin();
    let states: Vec<_> = flow
        .iter()
        .flat_map(|flow| flow.states.iter().map(|state| order_parts::state_chip(Some(flow), &state.name)))
        .collect();
    let priorities: Vec<_> =
        [Priority::Urgent, Priority::High, Priority::Low].map(order_parts::priority_mark).into_iter().collect();
    let verdicts = Vec::from([InspectionResult::Pass, InspectionResult::Fail].map(custom::verdict));
    view! {
        div(class="chips") { (states) }
        div(class="chips") {
            (priorities) (verdicts)
            span(class="chip") { (SAMPLE) } span(class="chip good") { (SAMPLE) } span(class="chip bad") { (SAMPLE) }
            span(class="chip paused") { (text::PAUSED) } span(class="chip review") { (text::IN_REVIEW) }
        }
    }
}

fn fields() -> View {
    let (line, number, chosen) = (create_signal(String::new()), create_signal("12".to_owned()), create_signal(1));
    let (selected, lines) = (create_signal("1".to_owned()), create_signal(String::new()));
    let options = || vec![(1, SAMPLE.get().to_owned()), (2, ANOTHER.get().to_owned())];
    let named = options().into_iter().map(|(n, name)| (n.to_string(), name)).collect();
    let parts = vec![
        field::line(text::NAME, line, SENTENCE),
        field::choice(text::STATE, chosen, options()),
        field::select(text::LINE, selected, named),
        field::lines(text::NOTE, lines, SENTENCE),
    ];
    let typed = move || number.get_clone();
    let pad = number_pad::view(move || number, 0);
    view! { (parts) p(class="count") { strong { (typed) } } (pad) }
}

fn order(priority: Priority, category: Category, label: (&str, &str), done: i64) -> Option<OrderRow> {
    let whole = Quantity::from_units(100, 0);
    Some(OrderRow {
        id: "WO-000042".parse().ok()?,
        item: "LAMP-01".parse().ok()?,
        item_name: SENTENCE.get().to_owned(),
        unit: "pcs".to_owned(),
        quantity: whole,
        done: Progress { good: Quantity::from_units(done, 0), ..Progress::none(0) },
        line: "L1".parse().ok()?,
        priority,
        due: None,
        customer: String::new(),
        state: String::new(),
        state_label: Label { zh: label.0.to_owned(), en: label.1.to_owned() },
        category,
        state_since: Timestamp::from_millisecond(crate::net::device::now().as_millisecond() - 3_600_000).ok()?,
        review_requested: false,
        paused: false,
        custom: Default::default(),
        percent: 0,
    })
}

fn lists() -> View {
    let orders = [
        order(Priority::Urgent, Category::Running, ("生产中", "Running"), 40),
        order(Priority::Normal, Category::Waiting, ("待审核", "Waiting"), 0),
    ];
    let cards: Vec<_> = orders.into_iter().flatten().map(|row| order_parts::card(row, true)).collect();
    let pairs = vec![ui::pair(text::LINE, "L1"), ui::pair(text::CUSTOMER, SENTENCE.get())];
    let fold = ui::fold(SAMPLE, SENTENCE.get().to_owned(), false, view! { p { (SENTENCE) } });
    view! {
        ul(class="cards") { (cards) }
        ul(class="rows") {
            li(class="row") { div(class="row-main") { span(class="grow") { (SENTENCE) } span(class="chip good") { (SAMPLE) } (icon::NEXT) } }
            li(class="row") { div(class="row-main") { div(class="grow") { strong { (SAMPLE) } p(class="note") { (SENTENCE) } } } }
        }
        dl(class="pairs") { (pairs) }
        p(class="notice") { (SENTENCE) }
        p(class="notice bad") { (SENTENCE) }
        (fold)
    }
}

fn states() -> View {
    let unmet = vec![Unmet::new("sample", SENTENCE.get(), ANOTHER.get(), &[Role::Planner])];
    let problem = Problem {
        kind: "/problems/refused".to_owned(),
        title: text::NOT_NOW.get().to_owned(),
        status: 409,
        detail: String::new(),
        unmet,
        errors: Vec::new(),
        conflict: None,
    };
    let parts = vec![
        ui::empty(NO_ROWS),
        // As it is drawn while something is on its way, without saying that something is.
        view! { div { div(class="skeleton wide") {} div(class="skeleton") {} div(class="skeleton") {} } },
        fault::view(&Fault::Problem(Rc::new(problem)), None),
        fault::view(&Fault::Lost, Some(Rc::new(|| {}))),
    ];
    let as_of = text::OFFLINE_AS_OF.with("09:47");
    view! { (parts) div(class="chips") { span(class="chip bad") { (as_of) } span(class="chip bad") { (text::OFFLINE) } } }
}

fn over() -> View {
    let asked = create_signal(None::<()>);
    let sheet = sheet::view(asked, |()| (SAMPLE.get().to_owned(), view! { p { (SENTENCE) } }));
    let say = |toast: fn(String) -> Toast| tap(move || app::app().say(toast(SENTENCE.get().to_owned())));
    let (good, bad, kept) = (say(Toast::good), say(Toast::bad), say(Toast::kept));
    view! {
        div(class="actions") {
            button(r#type="button", class="secondary", on:click=tap(move || asked.set(Some(())))) { (OPEN) }
            button(r#type="button", class="secondary", on:click=good) { (SAY) " 1" }
            button(r#type="button", class="secondary", on:click=bad) { (SAY) " 2" }
            button(r#type="button", class="secondary", on:click=kept) { (SAY) " 3" }
        }
        (sheet)
    }
}

fn icons() -> View {
    let all: [Icon; 25] = [
        icon::ORDERS,
        icon::BOARD,
        icon::STOCK,
        icon::MOVE,
        icon::LINE,
        icon::ME,
        icon::DESK,
        icon::FLOW,
        icon::SIGN,
        icon::MENU,
        icon::PLUS,
        icon::BACK,
        icon::NEXT,
        icon::DOWN,
        icon::OUTBOX,
        icon::CHECK,
        icon::CROSS,
        icon::LOCK,
        icon::ALERT,
        icon::ERASE,
        icon::SEARCH,
        icon::EMPTY,
        icon::LEDGER,
        icon::USERS,
        icon::LEAVE,
    ];
    let all: Vec<_> = all.into_iter().map(|icon| view! { span { (icon) } }).collect();
    view! { div(class="chips icons") { (all) } }
}
