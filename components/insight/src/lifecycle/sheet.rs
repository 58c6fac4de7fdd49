//! The life-cycle report as a table: CSV and a workbook.

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use takt_api::lifecycle::{Lifecycle, LifecycleRow};
use takt_domain::text::Lang;

enum Cell {
    Text(String),
    Number(i64),
    /// Hours out of seconds, with two decimals.
    Hours(i64),
    /// Percent out of thousandths, with one decimal.
    Percent(i64),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Hours(seconds) => format!("{:.2}", *seconds as f64 / 3600.0),
            Self::Percent(permille) => format!("{:.1}", *permille as f64 / 10.0),
        }
    }
}

fn header(lang: Lang) -> [&'static str; 15] {
    match lang {
        Lang::Zh => [
            "月份",
            "产线",
            "物料",
            "状态",
            "状态名称",
            "等待",
            "工单数",
            "次数",
            "总时长(秒)",
            "平均(秒)",
            "中位数(秒)",
            "P90(秒)",
            "最长(秒)",
            "平均(小时)",
            "占比(%)",
        ],
        Lang::En => [
            "month",
            "line",
            "item",
            "state",
            "label",
            "waiting",
            "orders",
            "times",
            "total_s",
            "mean_s",
            "median_s",
            "p90_s",
            "longest_s",
            "mean_h",
            "share_percent",
        ],
    }
}

/// Where the report was cut.
const MORE: (&str, &str) = ("还有更多,仅列出前若干行", "there are more rows than these");

fn cells(row: &LifecycleRow, lang: Lang) -> [Cell; 15] {
    let text = |text: Option<String>| Cell::Text(text.unwrap_or_default());
    [
        text(row.month.clone()),
        text(row.line.as_ref().map(ToString::to_string)),
        text(row.item.as_ref().map(ToString::to_string)),
        Cell::Text(row.state.clone()),
        Cell::Text(row.label.get(lang).to_owned()),
        Cell::Text(if row.waiting { lang.pick("是", "yes") } else { lang.pick("否", "no") }.to_owned()),
        Cell::Number(row.orders),
        Cell::Number(row.times),
        Cell::Number(row.total_s),
        Cell::Number(row.mean_s),
        Cell::Number(row.median_s),
        Cell::Number(row.p90_s),
        Cell::Number(row.longest_s),
        Cell::Hours(row.mean_s),
        Cell::Percent(row.share_permille),
    ]
}

/// What the report says beside its rows, as names and values.
fn summary(report: &Lifecycle, lang: Lang) -> Vec<(&'static str, Cell)> {
    let mut summary = vec![
        (lang.pick("从", "from"), Cell::Text(report.from.to_string())),
        (lang.pick("到", "to"), Cell::Text(report.to.to_string())),
        (lang.pick("时区", "time zone"), Cell::Text(report.time_zone.clone())),
    ];
    if report.more {
        let told = i64::try_from(report.rows.len()).unwrap_or(i64::MAX);
        summary.push((lang.pick(MORE.0, MORE.1), Cell::Number(told)));
    }
    if let Some(what_if) = &report.what_if {
        summary.extend([
            (lang.pick("完工工单数", "completed orders"), Cell::Number(what_if.orders)),
            (lang.pick("平均周期(小时)", "mean lead time, h"), Cell::Hours(what_if.lead_s)),
            (lang.pick("等待占比(%)", "waiting, %"), Cell::Percent(what_if.waiting_permille)),
            (lang.pick("去除等待后(小时)", "without waiting, h"), Cell::Hours(what_if.without_waiting_s)),
        ]);
    }
    summary
}

/// As CSV with a byte order mark, without which Excel takes Chinese for something else.
pub(super) fn csv(report: &Lifecycle, lang: Lang) -> Vec<u8> {
    let mut out = String::from("\u{feff}");
    let mut line = |fields: Vec<String>| {
        out.push_str(&fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(","));
        out.push_str("\r\n");
    };
    line(header(lang).map(str::to_owned).to_vec());
    for row in &report.rows {
        line(cells(row, lang).iter().map(Cell::text).collect());
    }
    if report.more {
        // A sheet has no place beside its rows: whoever adds them up sees that not all are here.
        line(vec![lang.pick(MORE.0, MORE.1).to_owned()]);
    }
    out.into_bytes()
}

/// RFC 4180; and what a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let field = if is_formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

/// As a workbook: the rows, and what it would be without waiting.
pub(super) fn xlsx(report: &Lifecycle, lang: Lang) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let bold = Format::new().set_bold();
    let sheet = book.add_worksheet().set_name(lang.pick("生命周期", "life cycle"))?;
    for (column, name) in (0..).zip(header(lang)) {
        sheet.write_string_with_format(0, column, name, &bold)?;
    }
    for (n, row) in (1..).zip(&report.rows) {
        for (column, cell) in (0..).zip(cells(row, lang)) {
            write(sheet, n, column, &cell)?;
        }
    }
    sheet.set_freeze_panes(1, 0)?;
    sheet.autofit();
    let sheet = book.add_worksheet().set_name(lang.pick("汇总", "summary"))?;
    for (n, (name, cell)) in (0..).zip(summary(report, lang)) {
        sheet.write_string_with_format(n, 0, name, &bold)?;
        write(sheet, n, 1, &cell)?;
    }
    sheet.autofit();
    book.save_to_buffer()
}

fn write(sheet: &mut rust_xlsxwriter::Worksheet, row: u32, column: u16, cell: &Cell) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, text).map(drop),
        Cell::Number(number) => sheet.write_number(row, column, *number as f64).map(drop),
        Cell::Hours(seconds) => sheet.write_number(row, column, (*seconds as f64 / 36.0).round() / 100.0).map(drop),
        Cell::Percent(permille) => sheet.write_number(row, column, *permille as f64 / 10.0).map(drop),
    }
}
