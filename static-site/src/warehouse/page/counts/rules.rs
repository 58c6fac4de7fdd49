//! The rules of counts: how often a class is counted, what is counted again, approved and told.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::counts::CountSettingsDocument;
use takt_api::stock::Source;
use takt_domain::count::CountSettings;
use takt_domain::quantity::Quantity;

use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, text};

const BLIND: Text = Text::new("盲盘(不显示账面数量)", "Blind: whoever counts is not told what the books have");
const YES: Text = Text::new("是", "Yes");
const NO: Text = Text::new("否", "No");
const RECOUNT_PERCENT: Text =
    Text::new("差异超过账面百分之几须复盘", "Counted again above so many percent of the book");
const RECOUNT_VALUE: Text = Text::new("差异超过多少金额须复盘", "Counted again above this value");
const APPROVAL: Text = Text::new("差异合计超过多少金额须主管签名", "Signed by who approves above this value in all");
const ALERT_PERCENT: Text = Text::new("差异超过账面百分之几预警", "Told of above so many percent of the book");
const ALERT_DAYS: Text =
    Text::new("连续几个盘点日有差异预警(0 不预警)", "Told of after so many count days with differences; 0 for never");
const CONSUMPTION: Text = Text::new("按最近多少天的消耗分类", "Days of consumption that make the classes");
const A_PERCENT: Text = Text::new("A 类占消耗的百分之几", "A items make so many percent");
const B_PERCENT: Text = Text::new("A、B 类共占百分之几", "A and B items together");
const DAYS: [Text; 3] = [
    Text::new("A 类每几天盘一次(0 不盘)", "A: every so many days, 0 for never"),
    Text::new("B 类每几天盘一次", "B: every so many days"),
    Text::new("C 类每几天盘一次", "C: every so many days"),
];
const PER_DAY: Text = Text::new("每天最多盘几处", "The most places of a day");
const EMPTY: Text = Text::new("空白表示不限", "none where it is empty");
const NUMBER: Text = Text::new("请填写数字", "Please give numbers");

pub(super) fn view() -> View {
    let read: Read<CountSettingsDocument> = Read::new("/api/v1/count-settings");
    ui::shown(read, move |found| form(&found, read))
}

fn form(found: &Rc<CountSettingsDocument>, read: Read<CountSettingsDocument>) -> View {
    let rules = &found.settings;
    let text = |value: Option<Quantity>| create_signal(value.map_or_else(String::new, |value| value.to_string()));
    let number = |value: u16| create_signal(value.to_string());
    let blind = create_signal(rules.blind);
    let percent = text(rules.recount_percent);
    let value = text(rules.recount_value);
    let approval = text(Some(rules.approval_value));
    let alert = text(rules.alert_percent);
    let whole = [
        u16::from(rules.alert_days),
        rules.consumption_days,
        u16::from(rules.a_percent),
        u16::from(rules.b_percent),
        rules.a_days,
        rules.b_days,
        rules.c_days,
        rules.lines_per_day,
    ]
    .map(number);
    let (missing, submit, version) = (create_signal(String::new()), Submit::new(), found.version);
    let button = submit_button::view(submit, text::SAVE, move || {
        let given = || {
            let decimal = |text: Signal<String>| -> Option<Option<Quantity>> {
                text.with_untracked(|text| match text.trim() {
                    "" => Some(None),
                    text => text.parse().ok().map(Some),
                })
            };
            let mut numbers = [0_u16; 8];
            for (to, from) in numbers.iter_mut().zip(whole) {
                *to = from.with_untracked(|text| text.trim().parse().ok())?;
            }
            let small = |number: u16| u8::try_from(number).ok();
            let [days, consumption_days, a, b, a_days, b_days, c_days, lines_per_day] = numbers;
            Some(CountSettings {
                blind: blind.get_untracked(),
                recount_percent: decimal(percent)?,
                recount_value: decimal(value)?,
                approval_value: decimal(approval)??,
                alert_percent: decimal(alert)?,
                alert_days: small(days)?,
                consumption_days,
                a_percent: small(a)?,
                b_percent: small(b)?,
                a_days,
                b_days,
                c_days,
                lines_per_day,
            })
        };
        let Some(settings) = given() else { return missing.set(NUMBER.get().into()) };
        missing.set(String::new());
        let body = CountSettingsDocument { version, settings };
        submit.send("PUT", "/api/v1/count-settings".into(), &body, Source::Hand, move |_: CountSettingsDocument| {
            app::app().say(Toast::good(text::SAVED.get()));
            read.again();
        });
    });
    let decimals: Vec<_> =
        [(RECOUNT_PERCENT, percent), (RECOUNT_VALUE, value), (APPROVAL, approval), (ALERT_PERCENT, alert)]
            .map(|(name, value)| field::line(name, value, EMPTY))
            .into();
    let names = [ALERT_DAYS, CONSUMPTION, A_PERCENT, B_PERCENT, DAYS[0], DAYS[1], DAYS[2], PER_DAY];
    let numbers: Vec<_> = names.into_iter().zip(whole).map(|(name, value)| field::line(name, value, NUMBER)).collect();
    let blind_choice = field::choice(BLIND, blind, vec![(true, YES.get().to_owned()), (false, NO.get().to_owned())]);
    let fields = submit_button::fields(
        submit,
        view! {
            (blind_choice)
            div(class="filters") { (decimals) }
            div(class="filters") { (numbers) }
        },
    );
    let hint = ui::hint(missing);
    view! { div(class="card") { (fields) (hint) (button) } }
}
