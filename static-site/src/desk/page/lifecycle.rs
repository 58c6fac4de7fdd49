//! The life-cycle report: how long orders are in each state, the longest first, and what it would be without waiting.

use std::collections::BTreeMap;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::lifecycle::{Lifecycle, LifecycleRow, WhatIf, WhatIfPart};
use takt_api::master::PlantDetail;

use crate::app;
use crate::frame::names::LIFECYCLE;
use crate::net::download::download;
use crate::net::fetch::timer;
use crate::net::read::Read;
use crate::route::encode;
use crate::show::span;
use crate::text::{self, Text};
use crate::ui::{self, field, tap};

const BY: Text = Text::new("按", "By");
const MONTH: Text = Text::new("月份", "Month");
const FROM: Text = Text::new("从", "From");
const TO: Text = Text::new("到", "To");
const NONE: Text = Text::new("这段时间没有数据", "Nothing in this time");
const MEAN: Text = Text::new("平均", "Mean");
const MEDIAN: Text = Text::new("中位数", "Median");
const P90: Text = Text::new("P90", "p90");
const ORDERS: Text = Text::new("工单数", "Orders");
const SHARE: Text = Text::new("占比", "Share");
const WAITING: Text = Text::new("等待", "waiting");
const WHAT_IF: Text = Text::new("假如少等一些", "What if there were less waiting");
const LESS: Text = Text::new("减少等待", "Less waiting");
const PART: Text = Text::new("占平均周期", "Of the mean");
const SAVED: Text = Text::new("节省", "Saved");
const WHOLE: Text = Text::new("合计", "Together");
const MORE: Text = Text::new(
    "行数过多,只列出前面的;上面的平均值已计入全部。请缩短时间或选择产线。",
    "There are more rows than these; the mean above counts them all. Ask for less time, or for one line.",
);
const KEPT: Text = Text::new("每月自动保存", "Each month is kept");

pub(crate) fn view(_: &[String]) -> View {
    let by = create_signal("state".to_owned());
    let line = create_signal(String::new());
    let (from, to) = (create_signal(String::new()), create_signal(String::new()));
    let less = create_signal(BTreeMap::<String, String>::new());
    let query = create_memo(move || {
        let mut query = format!("?by={}", by.get_clone());
        for (name, value) in [("line", line.get_clone()), ("from", from.get_clone()), ("to", to.get_clone())] {
            if !value.is_empty() {
                query.push_str(&format!("&{name}={}", encode(&value)));
            }
        }
        let less =
            less.with(|less| less.iter().map(|(state, percent)| format!("{state}:{percent}")).collect::<Vec<_>>());
        if !less.is_empty() {
            query.push_str(&format!("&less={}", encode(&less.join(","))));
        }
        query
    });
    let choices = [("state", text::STATE), ("item", text::ITEM), ("line", text::LINE), ("month", MONTH)];
    let choices = choices.into_iter().map(|(name, text)| (name.to_owned(), text.get().to_owned())).collect();
    let by = field::choice(BY, by, choices);
    let lines = lines(line);
    let from = field::labelled(FROM, view! { input(r#type="date", bind:value=from) });
    let to = field::labelled(TO, view! { input(r#type="date", bind:value=to) });
    let report = ui::live(move || {
        let query = query.get_clone();
        untrack(|| ui::shown(Read::new(format!("/api/v1/insight/lifecycle{query}")), move |report| draw(&report, less)))
    });
    let file = move |kind: &'static str, name: &'static str| {
        let get = move || download(format!("/api/v1/insight/lifecycle.{kind}{}", query.get_clone_untracked()), name);
        let face = kind.to_uppercase();
        view! { button(r#type="button", class="quiet small", on:click=tap(get)) { (face) } }
    };
    let (csv, xlsx) = (file("csv", "lifecycle.csv"), file("xlsx", "lifecycle.xlsx"));
    let aside = view! { div(class="no-print") { (csv) (xlsx) } };
    let body =
        view! { div(class="card filters no-print") { (by) (lines) (from) (to) } (report) p(class="note") { (KEPT) } };
    ui::shell::page(LIFECYCLE.get(), None, aside, body)
}

fn lines(line: Signal<String>) -> View {
    let read: Read<PlantDetail> = Read::new("/api/v1/plant");
    ui::live(move || {
        let mut lines = vec![(String::new(), text::ALL_LINES.get().to_owned())];
        let plant = read.ready();
        lines.extend(plant.iter().flat_map(|plant| &plant.lines).map(|line| (line.id.to_string(), line.name.clone())));
        untrack(|| field::select(text::LINE, line, lines))
    })
}

fn draw(report: &Rc<Lifecycle>, less: Signal<BTreeMap<String, String>>) -> View {
    if report.rows.is_empty() {
        return ui::empty(NONE);
    }
    let longest = report.rows.iter().map(|row| row.mean_s).max().unwrap_or(1).max(1);
    let rows: Vec<_> = report.rows.iter().map(|each| row(each, longest)).collect();
    let what_if = report.what_if.as_ref().map(|what_if| {
        let (now, without) = (span(what_if.lead_s), span(what_if.without_waiting_s));
        let percent = format!("{}.{}", what_if.waiting_permille / 10, what_if.waiting_permille % 10);
        let orders = what_if.orders;
        let said = match app::lang() {
            takt_domain::text::Lang::Zh => {
                format!("完工 {orders} 张工单,平均 {now};其中 {percent}% 在等待。去掉等待,平均只要 {without}。")
            }
            takt_domain::text::Lang::En => format!(
                "{orders} orders were completed in {now} on average, {percent} % of it waiting. Without waiting it would be {without}."
            ),
        };
        let parts = parts(what_if, less);
        view! { p(class="notice") { (said) } (parts) }
    });
    let what_if = View::from(what_if);
    let more = if report.more {
        view! { p(class="notice", role="status") { (MORE) } }
    } else {
        View::new()
    };
    view! {
        (what_if)
        (more)
        div(class="card") {
            table(class="grid") {
                thead { tr {
                    th { (text::STATE) } th { span(class="sr") { (MEAN) } } th { (MEAN) } th { (MEDIAN) } th { (P90) } th { (ORDERS) } th { (SHARE) }
                } }
                tbody { (rows) }
            }
        }
    }
}

/// What each state has of the mean, and what it would be with less of it.
fn parts(what_if: &WhatIf, less: Signal<BTreeMap<String, String>>) -> View {
    let rows: Vec<_> = what_if.parts.iter().map(|each| part(each, less)).collect();
    let (whole, then) = (span(what_if.lead_s), span(what_if.with_less_s));
    let saved = span(what_if.lead_s - what_if.with_less_s);
    let then = if what_if.with_less_s == what_if.lead_s { String::new() } else { format!("→ {then}") };
    view! {
        section(class="card", data-what-if="") {
            h2 { (WHAT_IF) }
            table(class="grid") {
                thead { tr { th { (text::STATE) } th { (PART) } th { (LESS) } th { (SAVED) } } }
                tbody { (rows) }
                tfoot { tr { th { (WHOLE) } td { (whole) } td { strong { (then) } } td { (saved) } } }
            }
        }
    }
}

fn part(part: &WhatIfPart, less: Signal<BTreeMap<String, String>>) -> View {
    let (name, is, saved) = (part.label.get(app::lang()).to_owned(), span(part.part_s), span(part.saved_s));
    let choose = if part.waiting {
        let now = create_signal(part.less_percent.to_string());
        let options = (0..=100).step_by(10).map(|percent: u8| (percent.to_string(), format!("{percent} %"))).collect();
        let options = field::select_options(now, options);
        let of = part.state.clone();
        // The report is drawn anew for it, and this choice with it: not before the browser is through with the event.
        let chosen = move |_: web_sys::Event| {
            let (of, chosen) = (of.clone(), now.get_clone_untracked());
            timer(0, move || {
                if less.is_alive() {
                    less.update(|less| drop(less.insert(of, chosen)));
                }
            });
        };
        let (title, state) = (format!("{} {name}", LESS.get()), part.state.clone());
        view! { select(class="small", aria-label=title, data-less=state, bind:value=now, on:change=chosen) { (options) } }
    } else {
        View::new()
    };
    let saved = if part.saved_s == 0 { String::new() } else { saved };
    view! { tr { td { (name) } td { (is) } td { (choose) } td { (saved) } } }
}

fn row(row: &LifecycleRow, longest: i64) -> View {
    let group =
        [row.month.clone(), row.line.as_ref().map(ToString::to_string), row.item.as_ref().map(ToString::to_string)];
    let group = group.into_iter().flatten().next().map_or_else(String::new, |group| format!("{group} · "));
    let name = format!("{group}{}", row.label.get(app::lang()));
    let waiting = if row.waiting {
        view! { span(class="chip small") { (WAITING) } }
    } else {
        View::new()
    };
    let width = row.mean_s.clamp(0, longest) * 1000 / longest;
    let class = if row.waiting { "bar-part waits" } else { "bar-part" };
    // Numbers alone, so nothing that a plant has named gets into it.
    let bar = format!(
        r#"<svg viewBox="0 0 1000 20" preserveAspectRatio="none"><rect class="{class}" width="{width}" height="20"/></svg>"#
    );
    let (mean, median, p90) = (span(row.mean_s), span(row.median_s), span(row.p90_s));
    let share = format!("{}.{} %", row.share_permille / 10, row.share_permille % 10);
    let orders = row.orders.to_string();
    view! {
        tr {
            td { (name) " " (waiting) }
            td(class="bar-cell", aria-hidden="true", dangerously_set_inner_html=bar)
            td { (mean) }
            td { (median) }
            td { (p90) }
            td { (orders) }
            td { (share) }
        }
    }
}
