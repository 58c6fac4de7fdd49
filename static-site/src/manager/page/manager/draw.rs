//! The charts of the manager's screen, each from one answer.

use sycamore::prelude::*;
use takt_api::lifecycle::Lifecycle;
use takt_api::production::{Peaks, Pieces, Production, ProductionDay};
use takt_domain::quantity::Quantity;
use takt_domain::text::Lang;

use crate::app;
use crate::chart::{self, Bars, Cells, Lines};
use crate::figure::{self, Figure};
use crate::text::{self, Text};

const DATE: Text = Text::new("日期", "Date");
const PLANNED: Text = Text::new("计划", "Planned");
const MADE: Text = Text::new("产出", "Output");
const REACHED: Text = Text::new("达成率", "Of the plan");
const SCRAP: Text = Text::new("报废", "Scrap");
const REWORK: Text = Text::new("返工", "Rework");
const FIRST_PASS: Text = Text::new("一次合格率", "First-pass yield");
const REASON: Text = Text::new("原因", "Reason");
const TIMES: Text = Text::new("次数", "Times");
const CUMULATIVE: Text = Text::new("累计占比", "Cumulative");
const BY_DAY: Text = Text::new("每日产出与计划", "Output against plan by day");
const BY_LINE: Text = Text::new("各产线产出与计划", "Output against plan by line");
const TREND: Text = Text::new("本期趋势(累计)", "Trend (cumulative)");
const PARETO: Text = Text::new("报废原因柏拉图", "Scrap by reason");
const STATES: Text = Text::new("各状态平均停留", "Time in state");
const MEAN_H: Text = Text::new("平均(小时)", "Mean (hours)");
const P90_H: Text = Text::new("P90(小时)", "p90 (hours)");
const ORDERS: Text = Text::new("工单数", "Orders");
const HOURS: Text = Text::new("高峰时段", "Peak hours");
const PEAK: Text = Text::new("高峰", "peak");
const WEEKDAYS: [Text; 7] = [
    Text::new("周一", "Mon"),
    Text::new("周二", "Tue"),
    Text::new("周三", "Wed"),
    Text::new("周四", "Thu"),
    Text::new("周五", "Fri"),
    Text::new("周六", "Sat"),
    Text::new("周日", "Sun"),
];

/// Only where it is on a picture.
fn place(quantity: Quantity) -> f64 {
    quantity.units() as f64 / 10_f64.powi(i32::from(quantity.scale()))
}

/// A ratio of four decimals as `97.5 %`.
fn percent(ratio: Option<Quantity>) -> String {
    ratio.map_or_else(|| "–".to_owned(), |ratio| format!("{:.1} %", place(ratio) * 100.0))
}

fn reached(pieces: &Pieces) -> String {
    let planned = place(pieces.planned);
    if planned > 0.0 { format!("{:.1} %", place(pieces.made) / planned * 100.0) } else { "–".to_owned() }
}

fn names(heads: &[Text]) -> Vec<String> {
    heads.iter().map(|head| head.get().to_owned()).collect()
}

/// `11-23`.
fn short(day: &ProductionDay) -> String {
    day.date.to_string().chars().skip(5).collect()
}

pub(super) fn tiles(found: &Production) -> View {
    let total = &found.total;
    let tile = |name: Text, value: String, note: String, at: &'static str| {
        view! { div(class="card tile", data-tile=at) { span(class="sub") { (name) } strong(class="number") { (value) } span(class="note") { (note) } } }
    };
    let unit = &found.unit;
    let tiles = vec![
        tile(PLANNED, format!("{} {unit}", total.planned), String::new(), "planned"),
        tile(MADE, format!("{} {unit}", total.made), format!("{} {}", REACHED.get(), reached(total)), "made"),
        tile(FIRST_PASS, percent(total.first_pass_ratio), String::new(), "first-pass"),
        tile(SCRAP, format!("{} {unit}", total.scrap), format!("{} {} {unit}", REWORK.get(), total.rework), "scrap"),
    ];
    view! { div(class="tiles") { (tiles) } }
}

pub(super) fn production(found: &Production) -> View {
    View::from(vec![by_day(found), by_line(found), trend(found), first_pass(found), pareto(found)])
}

fn cells(name: String, pieces: &Pieces) -> Vec<String> {
    let first_pass = percent(pieces.first_pass_ratio);
    let [planned, made, scrap, rework] =
        [pieces.planned, pieces.made, pieces.scrap, pieces.rework].map(|quantity| quantity.to_string());
    vec![name, planned, made, reached(pieces), scrap, rework, first_pass]
}

const HEADS: [Text; 6] = [PLANNED, MADE, REACHED, SCRAP, REWORK, FIRST_PASS];

fn heads(first: Text) -> Vec<String> {
    let mut heads = vec![first.get().to_owned()];
    heads.extend(names(&HEADS));
    heads
}

/// Nothing at all is said to be nothing, rather than a row of zeros.
fn is_something(pieces: &Pieces) -> bool {
    !(pieces.planned.is_zero() && pieces.made.is_zero() && pieces.good.is_zero() && pieces.scrap.is_zero())
}

fn legend(bars: Text, line: Text) -> Vec<(&'static str, String)> {
    vec![("i3", bars.get().to_owned()), ("i4", line.get().to_owned())]
}

fn by_day(found: &Production) -> View {
    let days = if is_something(&found.total) { found.days.clone() } else { Vec::new() };
    let best = days.iter().max_by_key(|day| (place(day.pieces.made) * 1000.0) as i64);
    let best = best.map_or_else(String::new, |day| format!("{} {} {}", day.date, day.pieces.made, found.unit));
    let (made, planned, of) = (found.total.made, found.total.planned, reached(&found.total));
    let summary = match app::lang() {
        Lang::Zh => format!("{} 至 {}:产出 {made},计划 {planned},达成 {of}。最高:{best}。", found.from, found.to),
        Lang::En => format!("{} to {}: {made} made, {planned} planned, {of}. Most on {best}.", found.from, found.to),
    };
    let figure = Figure {
        name: "output-by-day",
        title: BY_DAY,
        summary,
        legend: legend(MADE, PLANNED),
        head: heads(DATE),
        rows: days.iter().map(|day| cells(day.date.to_string(), &day.pieces)).collect(),
    };
    let names: Vec<String> = days.iter().map(short).collect();
    let made: Vec<f64> = days.iter().map(|day| place(day.pieces.made)).collect();
    let planned: Vec<f64> = days.iter().map(|day| place(day.pieces.planned)).collect();
    figure::view(figure, move |width| {
        chart::bars(width, 260, &Bars { names: &names, bars: &made, line: Some(&planned), joined: true, percent: None })
    })
}

fn by_line(found: &Production) -> View {
    let of = found.lines.iter().map(|line| format!("{} {}", line.line, reached(&line.pieces)));
    let figure = Figure {
        name: "output-by-line",
        title: BY_LINE,
        summary: of.collect::<Vec<_>>().join(app::lang().pick(",", ", ")),
        legend: legend(MADE, PLANNED),
        head: heads(text::LINE),
        rows: found.lines.iter().map(|line| cells(line.line.to_string(), &line.pieces)).collect(),
    };
    let names: Vec<String> = found.lines.iter().map(|line| line.line.to_string()).collect();
    let made: Vec<f64> = found.lines.iter().map(|line| place(line.pieces.made)).collect();
    let planned: Vec<f64> = found.lines.iter().map(|line| place(line.pieces.planned)).collect();
    figure::view(figure, move |width| {
        chart::bars(
            width,
            260,
            &Bars { names: &names, bars: &made, line: Some(&planned), joined: false, percent: None },
        )
    })
}

/// What has come together from the first day on.
fn trend(found: &Production) -> View {
    let days = if is_something(&found.total) { found.days.clone() } else { Vec::new() };
    let sums = |of: fn(&Pieces) -> Quantity| -> Vec<Quantity> {
        let mut sum = Quantity::zero(0);
        let add = |day: &ProductionDay| {
            let more = of(&day.pieces);
            let scale = sum.scale().max(more.scale());
            if let (Ok(a), Ok(b)) = (sum.at_scale(scale), more.at_scale(scale)) {
                sum = a.plus(b).unwrap_or(sum);
            }
            sum
        };
        days.iter().map(add).collect()
    };
    let (made, planned) = (sums(|pieces| pieces.made), sums(|pieces| pieces.planned));
    let behind = place(found.total.planned) - place(found.total.made);
    let summary = match (app::lang(), behind > 0.0) {
        (Lang::Zh, true) => format!("比计划少 {behind} {}。", found.unit),
        (Lang::Zh, false) => format!("比计划多 {} {}。", -behind, found.unit),
        (Lang::En, true) => format!("{behind} {} behind the plan.", found.unit),
        (Lang::En, false) => format!("{} {} ahead of the plan.", -behind, found.unit),
    };
    let figure = Figure {
        name: "trend",
        title: TREND,
        summary,
        legend: legend(MADE, PLANNED),
        head: names(&[DATE, MADE, PLANNED]),
        rows: (days.iter().zip(&made).zip(&planned))
            .map(|((day, made), planned)| vec![day.date.to_string(), made.to_string(), planned.to_string()])
            .collect(),
    };
    let names: Vec<String> = days.iter().map(short).collect();
    let line = |sums: &[Quantity]| -> Vec<Option<f64>> { sums.iter().map(|sum| Some(place(*sum))).collect() };
    let both = vec![line(&made), line(&planned)];
    figure::view(figure, move |width| {
        chart::lines(width, 260, &Lines { names: &names, lines: &both, unit: "", most: None })
    })
}

fn first_pass(found: &Production) -> View {
    let known: Vec<&ProductionDay> = found.days.iter().filter(|day| day.pieces.first_pass_ratio.is_some()).collect();
    let worst = known.iter().min_by_key(|day| day.pieces.first_pass_ratio.map(Quantity::units));
    let worst = worst.map_or_else(String::new, |day| format!("{} {}", day.date, percent(day.pieces.first_pass_ratio)));
    let all = percent(found.total.first_pass_ratio);
    let summary = match app::lang() {
        Lang::Zh => format!("全部 {all};最低 {worst}。"),
        Lang::En => format!("{all} in all; lowest {worst}."),
    };
    let rows = known.iter().map(|day| {
        let pieces = &day.pieces;
        let [scrap, rework] = [pieces.scrap, pieces.rework].map(|quantity| quantity.to_string());
        vec![day.date.to_string(), percent(pieces.first_pass_ratio), scrap, rework]
    });
    let figure = Figure {
        name: "first-pass",
        title: FIRST_PASS,
        summary,
        legend: Vec::new(),
        head: names(&[DATE, FIRST_PASS, SCRAP, REWORK]),
        rows: rows.collect(),
    };
    let names: Vec<String> = found.days.iter().map(short).collect();
    let line: Vec<Option<f64>> =
        found.days.iter().map(|day| day.pieces.first_pass_ratio.map(|ratio| place(ratio) * 100.0)).collect();
    let lines = vec![line];
    figure::view(figure, move |width| {
        chart::lines(width, 260, &Lines { names: &names, lines: &lines, unit: " %", most: Some(100.0) })
    })
}

fn pareto(found: &Production) -> View {
    let most = found.scrap.first().map_or_else(String::new, |first| {
        let part = first.cumulative_permille as f64 / 10.0;
        match app::lang() {
            Lang::Zh => format!("最多:{},{} {}({part:.1} %)。", first.reason, first.scrap, found.unit),
            Lang::En => format!("Most: {}, {} {} ({part:.1} %).", first.reason, first.scrap, found.unit),
        }
    });
    let share = |permille: i64| format!("{:.1} %", permille as f64 / 10.0);
    let row = |row: &takt_api::production::ScrapReason| {
        vec![row.reason.clone(), row.scrap.to_string(), row.times.to_string(), share(row.cumulative_permille)]
    };
    let figure = Figure {
        name: "scrap",
        title: PARETO,
        summary: most,
        legend: legend(SCRAP, CUMULATIVE),
        head: names(&[REASON, SCRAP, TIMES, CUMULATIVE]),
        rows: found.scrap.iter().map(row).collect(),
    };
    // More bars than that say nothing; the table has all.
    let shown = || found.scrap.iter().take(12);
    let names: Vec<String> = shown().map(|row| crate::chart::cut(&row.reason, 10)).collect();
    let bars: Vec<f64> = shown().map(|row| place(row.scrap)).collect();
    let percent: Vec<f64> = shown().map(|row| row.cumulative_permille as f64 / 10.0).collect();
    figure::view(figure, move |width| {
        chart::bars(
            width,
            260,
            &Bars { names: &names, bars: &bars, line: None, joined: false, percent: Some(&percent) },
        )
    })
}

pub(super) fn states(found: &Lifecycle) -> View {
    let hours = |seconds: i64| format!("{:.2}", seconds as f64 / 3600.0);
    let name = |row: &takt_api::lifecycle::LifecycleRow| row.label.get(app::lang()).to_owned();
    let longest = found.rows.iter().max_by_key(|row| row.mean_s);
    let longest = longest.map_or_else(String::new, |row| {
        let (name, mean) = (name(row), hours(row.mean_s));
        match app::lang() {
            Lang::Zh => format!("最久:{name},平均 {mean} 小时。"),
            Lang::En => format!("Longest: {name}, {mean} hours on average."),
        }
    });
    let row = |row: &takt_api::lifecycle::LifecycleRow| {
        vec![name(row), hours(row.mean_s), hours(row.p90_s), row.orders.to_string()]
    };
    let figure = Figure {
        name: "states",
        title: STATES,
        summary: longest,
        legend: Vec::new(),
        head: names(&[text::STATE, MEAN_H, P90_H, ORDERS]),
        rows: found.rows.iter().map(row).collect(),
    };
    let names: Vec<String> = found.rows.iter().map(name).collect();
    let bars: Vec<f64> = found.rows.iter().map(|row| row.mean_s as f64 / 3600.0).collect();
    figure::view(figure, move |width| {
        chart::bars(width, 260, &Bars { names: &names, bars: &bars, line: None, joined: false, percent: None })
    })
}

/// By date, or by weekday where that is asked for.
pub(super) fn hours(found: &Peaks, by_weekday: bool) -> View {
    let lang = app::lang();
    let rows: Vec<(String, Vec<i64>)> = if by_weekday {
        let of = |weekday: usize| {
            let days = found.days.iter().filter(move |day| usize::try_from(day.weekday) == Ok(weekday + 1));
            days.fold(vec![0; 24], |sum: Vec<i64>, day| sum.iter().zip(&day.hours).map(|(a, b)| a + b).collect())
        };
        WEEKDAYS.iter().enumerate().map(|(weekday, name)| (name.get().to_owned(), of(weekday))).collect()
    } else {
        found.days.iter().map(|day| (day.date.to_string().chars().skip(5).collect(), day.hours.clone())).collect()
    };
    let marked: Vec<u8> = found.hours.iter().filter(|hour| hour.peak).map(|hour| hour.hour).collect();
    let peaks: Vec<_> =
        found.hours.iter().filter(|hour| hour.peak).map(|hour| format!("{}:00 ({})", hour.hour, hour.times)).collect();
    let peaks =
        if peaks.is_empty() { lang.pick("没有", "none").to_owned() } else { peaks.join(lang.pick("、", ", ")) };
    let total = found.total;
    let summary = match lang {
        Lang::Zh => format!("共 {total} 次。{}:{peaks}。时区 {}。", PEAK.get(), found.time_zone),
        Lang::En => format!("{total} in all. Peaks: {peaks}. Time zone {}.", found.time_zone),
    };
    let mut head = vec![DATE.get().to_owned()];
    head.extend((0..24_u8).map(|hour| if marked.contains(&hour) { format!("▲{hour}") } else { hour.to_string() }));
    let cells = |(name, hours): &(String, Vec<i64>)| {
        std::iter::once(name.clone()).chain(hours.iter().map(ToString::to_string)).collect()
    };
    let figure = Figure {
        name: "hours",
        title: HOURS,
        summary,
        legend: vec![("i6", lang.pick("少", "few").to_owned()), ("i10", lang.pick("多", "many").to_owned())],
        head,
        rows: if found.total > 0 { rows.iter().map(cells).collect() } else { Vec::new() },
    };
    let (names, rows): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
    figure::view(figure, move |width| {
        let width = chart::full_width().max(width);
        chart::heat(width, &Cells { names: &names, rows: &rows, marked: &marked })
    })
}
