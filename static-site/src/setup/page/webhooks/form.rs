//! What is set of an endpoint.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_api::webhooks::{Channel, Filter, PutWebhook, Webhook};
use takt_domain::text::Lang;

use super::SAVED;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, submit_button, tap, toast::Toast};
use crate::{app, text};

const ID: Text = Text::new("编号(小写字母、数字、横线)", "Id (small letters, digits, dashes)");
const ID_HINT: Text = Text::new("例如 erp、line1-group", "such as erp, line1-group");
const NAME: Text = Text::new("名称", "Name");
const NAME_HINT: Text = Text::new("例如 一车间群", "such as group of workshop 1");
const CHANNEL: Text = Text::new("通知到", "Told to");
const URL: Text = Text::new("地址", "Address");
const URL_HINT: Text =
    Text::new("https://...(群机器人的 Webhook 地址)", "https://... (of a robot: its webhook address)");
const URL_KEPT: Text = Text::new("不填则保持不变", "Left empty, it stays as it is");
const ROBOT_SECRET: Text = Text::new("加签密钥(机器人给出的)", "Signing secret that the robot gave");
const AUTHORIZATION: Text = Text::new("Authorization 请求头(可不填)", "Authorization header (may be empty)");
const EVENTS: Text = Text::new("通知哪些", "Of what");
const MORE_EVENTS: Text =
    Text::new("其他事件类型(逗号分隔,如 order.completed)", "Other types, with commas (such as order.completed)");
const LINES: Text =
    Text::new("只通知这些产线(编号,逗号分隔;不填为全部)", "Only these lines (ids, with commas; empty: all)");
const CRITICAL: Text = Text::new("预警级别", "Alerts");
const ALL_SEVERITIES: Text = Text::new("全部", "All");
const ONLY_CRITICAL: Text = Text::new("只要紧急", "Critical only");
const LANGUAGE: Text = Text::new("语言", "Language");
const TEMPLATE: Text = Text::new(
    "自定义内容(短信网关等;JSON,可用 {title} {text} {phone} {id} {type} {subject} {time})",
    "Body of its own (an SMS gateway; JSON with {title} {text} {phone} {id} {type} {subject} {time})",
);
const TEMPLATE_HINT: Text = Text::new("不填则发 CloudEvents 标准内容", "Empty: a CloudEvent");
const ON: Text = Text::new("启用", "On");
const OFF: Text = Text::new("停用", "Off");

/// Types that people choose by a touch.
const PRESETS: [(&str, Text); 8] = [
    ("alert.*", Text::new("预警", "Alerts")),
    ("exception.*", Text::new("现场异常", "Exceptions")),
    ("order.*", Text::new("工单与报工", "Orders and reports")),
    ("stock.*", Text::new("库存移动", "Stock")),
    ("inspection.*", Text::new("检验", "Inspections")),
    ("nonconformance.*", Text::new("不合格", "Nonconformances")),
    ("count.*", Text::new("盘点", "Counts")),
    ("*", Text::new("全部事件", "Everything")),
];

fn listed(text: &str) -> Vec<String> {
    text.split([',', '，', '\n']).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

#[derive(Clone, Copy)]
struct Form {
    id: Signal<String>,
    name: Signal<String>,
    channel: Signal<Channel>,
    url: Signal<String>,
    robot_secret: Signal<String>,
    authorization: Signal<String>,
    presets: Signal<Vec<&'static str>>,
    events: Signal<String>,
    lines: Signal<String>,
    critical: Signal<bool>,
    lang: Signal<Lang>,
    template: Signal<String>,
    enabled: Signal<bool>,
}

impl Form {
    fn new(known: Option<&Webhook>) -> Self {
        let text = |of: fn(&Webhook) -> String| create_signal(known.map(of).unwrap_or_default());
        let has = |preset: &str| known.is_some_and(|known| known.events.iter().any(|event| event == preset));
        let is_preset = |event: &String| PRESETS.iter().any(|(preset, _)| preset == event);
        let others =
            known.map(|known| known.events.iter().filter(|event| !is_preset(event)).cloned().collect::<Vec<_>>());
        let presets = match known {
            Some(_) => PRESETS.iter().map(|(preset, _)| *preset).filter(|preset| has(preset)).collect(),
            None => vec!["alert.*", "exception.*"],
        };
        Self {
            id: text(|known| known.id.clone()),
            name: text(|known| known.name.clone()),
            channel: create_signal(known.map_or(Channel::Wecom, |known| known.channel)),
            url: create_signal(String::new()),
            robot_secret: create_signal(String::new()),
            authorization: create_signal(String::new()),
            presets: create_signal(presets),
            events: create_signal(others.unwrap_or_default().join(", ")),
            lines: text(|known| known.filter.lines.join(", ")),
            critical: create_signal(known.is_some_and(|known| known.filter.severities == ["critical"])),
            lang: create_signal(known.map_or_else(app::lang, |known| known.lang)),
            template: text(|known| known.template.clone()),
            enabled: create_signal(known.is_none_or(|known| known.enabled)),
        }
    }

    fn body(self, known: Option<&Webhook>) -> PutWebhook {
        let given =
            |value: Signal<String>| Some(value.get_clone_untracked().trim().to_owned()).filter(|text| !text.is_empty());
        let mut events: Vec<String> =
            self.presets.with_untracked(|all| all.iter().map(|one| (*one).to_owned()).collect());
        events.extend(self.events.with_untracked(|text| listed(text)));
        let channel = self.channel.get_untracked();
        PutWebhook {
            version: known.map_or(0, |known| known.version),
            name: self.name.get_clone_untracked(),
            channel,
            url: given(self.url),
            channel_secret: given(self.robot_secret),
            authorization: given(self.authorization),
            events,
            filter: Filter {
                lines: self.lines.with_untracked(|text| listed(text)),
                severities: if self.critical.get_untracked() { vec!["critical".into()] } else { Vec::new() },
                items: known.map(|known| known.filter.items.clone()).unwrap_or_default(),
            },
            lang: self.lang.get_untracked(),
            template: if channel == Channel::Generic { self.template.get_clone_untracked() } else { String::new() },
            enabled: self.enabled.get_untracked(),
        }
    }
}

/// The form of an endpoint that is there, or of a new one.
pub(super) fn view(known: Option<Rc<Webhook>>, done: impl Fn(Webhook) + Copy + 'static) -> View {
    let form = Form::new(known.as_deref());
    let submit = Submit::new();
    let id = if known.is_some() { View::new() } else { field::line(ID, form.id, ID_HINT) };
    let channels = Channel::ALL.iter().map(|channel| (*channel, channel.label(app::lang()).to_owned())).collect();
    let (name, channel) = (field::line(NAME, form.name, NAME_HINT), field::choice(CHANNEL, form.channel, channels));
    let url = field::line(URL, form.url, if known.is_some() { URL_KEPT } else { URL_HINT });
    let extra = ui::live(move || match form.channel.get() {
        Channel::Generic => untrack(|| {
            let authorization = field::line(AUTHORIZATION, form.authorization, URL_KEPT);
            let template = field::lines(TEMPLATE, form.template, TEMPLATE_HINT);
            view! { (authorization) (template) }
        }),
        Channel::Dingtalk | Channel::Feishu => untrack(|| field::line(ROBOT_SECRET, form.robot_secret, URL_KEPT)),
        Channel::Wecom => View::new(),
    });
    let presets: Vec<_> = PRESETS
        .iter()
        .map(|(preset, name)| {
            let preset = *preset;
            let pressed = move || if form.presets.with(|chosen| chosen.contains(&preset)) { "true" } else { "false" };
            let flip = tap(move || {
                form.presets.update(|chosen| match chosen.iter().position(|one| *one == preset) {
                    Some(at) => drop(chosen.remove(at)),
                    None => chosen.push(preset),
                });
            });
            view! { button(r#type="button", class="option", aria-pressed=pressed, on:click=flip) { (*name) } }
        })
        .collect();
    let events_name = EVENTS.get();
    let events = field::line(MORE_EVENTS, form.events, Text::new("", ""));
    let lines = field::line(LINES, form.lines, Text::new("", ""));
    let severities = vec![(false, ALL_SEVERITIES.get().to_owned()), (true, ONLY_CRITICAL.get().to_owned())];
    let critical = field::choice(CRITICAL, form.critical, severities);
    let langs = vec![(Lang::Zh, "中文".to_owned()), (Lang::En, "English".to_owned())];
    let lang = field::choice(LANGUAGE, form.lang, langs);
    let enabled =
        field::choice(text::STATUS, form.enabled, vec![(true, ON.get().to_owned()), (false, OFF.get().to_owned())]);
    let fields = submit_button::fields(
        submit,
        view! {
            (id) (name) (channel) (url) (extra)
            div(class="field") { span { (events_name) } div(class="options", role="group", aria-label=events_name) { (presets) } }
            (events) (lines) (critical) (lang) (enabled)
        },
    );
    let button = submit_button::view(submit, text::SAVE, move || {
        let id = form.id.get_clone_untracked();
        let path = format!("/api/v1/webhooks/{}", encode(id.trim()));
        submit.send("PUT", path, &form.body(known.as_deref()), Source::Hand, move |made: Webhook| {
            app::app().say(Toast::good(SAVED.get()));
            done(made);
        });
    });
    view! { (fields) (button) }
}
