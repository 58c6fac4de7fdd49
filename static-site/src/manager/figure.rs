//! A chart as a reader meets it: its title, what it says in a sentence, the picture, the same as a table, and as a file.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use sycamore::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use crate::text::Text;
use crate::ui::{self, tap};

const AS_TABLE: Text = Text::new("表格", "Table");
const AS_CHART: Text = Text::new("图表", "Chart");
const CSV: Text = Text::new("下载 CSV", "Download CSV");
const NOTHING: Text = Text::new("这段时间没有数据", "Nothing in this time");

thread_local! {
    /// Which charts the reader looks at as tables, by their names.
    static TABLES: RefCell<HashSet<&'static str>> = RefCell::default();
}

/// What a chart says.
pub(crate) struct Figure {
    /// What it is called in the page and as a file.
    pub(crate) name: &'static str,
    pub(crate) title: Text,
    /// In a sentence.
    pub(crate) summary: String,
    /// What each ink is; nothing where there is one alone.
    pub(crate) legend: Vec<(&'static str, String)>,
    pub(crate) head: Vec<String>,
    pub(crate) rows: Vec<Vec<String>>,
}

/// Draws it; nothing is drawn where there are no rows.
pub(crate) fn view(figure: Figure, draw: impl Fn(u32) -> String + 'static) -> View {
    let figure = Rc::new(figure);
    let name = figure.name;
    let as_table = create_signal(TABLES.with_borrow(|tables| tables.contains(name)));
    let flip = tap(move || {
        as_table.set(!as_table.get_untracked());
        TABLES.with_borrow_mut(
            |tables| {
                if as_table.get_untracked() { tables.insert(name) } else { tables.remove(name) }
            },
        );
    });
    let face = move || if as_table.get() { AS_CHART.get() } else { AS_TABLE.get() };
    let pressed = move || if as_table.get() { "true" } else { "false" };
    let of = Rc::clone(&figure);
    let body = ui::live(move || {
        if of.rows.is_empty() {
            ui::empty(NOTHING)
        } else if as_table.get() {
            table(&of)
        } else {
            let (picture, said) = (draw(super::chart::width()), format!("{}: {}", of.title.get(), of.summary));
            let legend = legend(&of);
            view! {
                (legend)
                div(class="plot", role="img", aria-label=said, dangerously_set_inner_html=picture)
            }
        }
    });
    let of = Rc::clone(&figure);
    let file = tap(move || drop(keep(&of)));
    let (title, summary) = (figure.title, figure.summary.clone());
    let called = |what: Text| format!("{}: {}", what.get(), title.get());
    let (table_name, csv_name) = (called(AS_TABLE), called(CSV));
    view! {
        figure(class="card chart", data-figure=name) {
            figcaption {
                h2 { (title) }
                div(class="no-print chart-ways") {
                    button(r#type="button", class="quiet small", aria-pressed=pressed, aria-label=table_name, data-table=name, on:click=flip) { (face) }
                    button(r#type="button", class="quiet small", aria-label=csv_name, on:click=file) { "CSV" }
                }
            }
            p(class="note") { (summary) }
            (body)
        }
    }
}

fn legend(figure: &Figure) -> View {
    let one = |(ink, what): &(&'static str, String)| {
        let (class, what) = (format!("swatch {ink}"), what.clone());
        view! { li { span(class=class, aria-hidden="true") {} (what) } }
    };
    if figure.legend.is_empty() {
        return View::new();
    }
    let parts: Vec<_> = figure.legend.iter().map(one).collect();
    view! { ul(class="legend") { (parts) } }
}

fn table(figure: &Figure) -> View {
    let head: Vec<_> = figure.head.iter().cloned().map(|name| view! { th(scope="col") { (name) } }).collect();
    let row = |cells: &Vec<String>| {
        let cells: Vec<_> = cells.iter().cloned().map(|cell| view! { td { (cell) } }).collect();
        view! { tr { (cells) } }
    };
    let rows: Vec<_> = figure.rows.iter().map(row).collect();
    let title = figure.title.get();
    view! {
        div(class="chart-table", tabindex="0", role="region", aria-label=title) {
            table(class="grid") { thead { tr { (head) } } tbody { (rows) } }
        }
    }
}

/// RFC 4180; and what a spreadsheet would take for a formula is made text.
fn quoted(field: &str) -> String {
    let is_formula = field.starts_with(['=', '+', '@', '\t', '\r'])
        || (field.starts_with('-') && field.parse::<f64>().is_err() && field.len() > 1);
    let field = if is_formula { format!("'{field}") } else { field.to_owned() };
    if field.contains([',', '"', '\n', '\r']) { format!("\"{}\"", field.replace('"', "\"\"")) } else { field }
}

/// Hands the table to the reader as a file, with a byte order mark, without which Excel takes Chinese for something else.
fn keep(figure: &Figure) -> Result<(), JsValue> {
    let line = |fields: &[String]| fields.iter().map(|field| quoted(field)).collect::<Vec<_>>().join(",") + "\r\n";
    let rows: String = figure.rows.iter().map(|row| line(row)).collect();
    let text = format!("\u{feff}{}{rows}", line(&figure.head));
    let options = web_sys::BlobPropertyBag::new();
    options.set_type("text/csv;charset=utf-8");
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&js_sys::Array::of1(&text.into()), &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlElement = document().create_element("a")?.dyn_into()?;
    link.set_attribute("href", &url)?;
    link.set_attribute("download", &format!("{}.csv", figure.name))?;
    link.click();
    crate::net::download::release(&url);
    Ok(())
}
