//! Purchase orders and sales orders: what is open, new ones, changes and ends.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_api::supply::{DocumentAnswer, DocumentRow, PutDocument, PutLine, SetDocumentState};
use takt_domain::document::{DocumentKind, DocumentLine, DocumentState, LineProgress};
use takt_domain::quantity::Quantity;
use takt_domain::time::read_date;

use crate::app;
use crate::frame::names::PURCHASE;
use crate::frame::names::SALES;
use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};

const NONE: Text = Text::new("没有订单", "No orders");
const NEW: Text = Text::new("新建订单", "New order");
const SUPPLIER: Text = Text::new("供应商", "Supplier");
const CUSTOMER: Text = Text::new("客户", "Customer");
const LINES: Text = Text::new("物料行", "Lines");
const ADD: Text = Text::new("加一行", "Add a line");
const ORDERED: Text = Text::new("订货", "Ordered");
const LEFT: Text = Text::new("未清", "Open");
const DUE: Text = Text::new("交期", "Due");
const OPEN: Text = Text::new("进行中", "Open");
const FULFILLED: Text = Text::new("已完成", "Fulfilled");
const CLOSED: Text = Text::new("已关闭", "Closed");
const CANCELLED: Text = Text::new("已取消", "Cancelled");
const ALL: Text = Text::new("全部", "All");
const STATE: Text = Text::new("状态", "State");
const END: Text = Text::new("关闭订单", "Close the order");
const REOPEN: Text = Text::new("重新打开", "Open it again");
const WHY: Text = Text::new("请填写原因", "Say why");
const TOLERANCE: Text = Text::new("超交%", "Over %");
const HOW_FAR: Text = Text::new("进度", "Progress");

pub(crate) fn purchase(_: &[String]) -> View {
    view(DocumentKind::Purchase)
}

pub(crate) fn sales(_: &[String]) -> View {
    view(DocumentKind::Sales)
}

pub(super) fn base(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::Purchase => "/api/v1/purchase-orders",
        DocumentKind::Sales => "/api/v1/sales-orders",
    }
}

fn view(kind: DocumentKind) -> View {
    let state = create_signal("open".to_owned());
    let list: List<DocumentRow> = List::new(path(kind, "open"));
    list.poll(LIVE_MS);
    create_effect(move || {
        let now = state.get_clone();
        untrack(|| list.turn_to(path(kind, &now)));
    });
    // `Some(None)` is one to be made.
    let asked = create_signal(None::<Option<DocumentRow>>);
    let rows = ui::listed(list, "rows card", NONE, move |found: DocumentRow| row(found, asked));
    let sheet = sheet::view(asked, move |found| {
        let title = found.as_ref().map_or(NEW.get().to_owned(), |found| found.document.id.to_string());
        (title, form(kind, found, asked, list))
    });
    let options = vec![
        ("open".to_owned(), OPEN.get().to_owned()),
        ("fulfilled".to_owned(), FULFILLED.get().to_owned()),
        ("closed,cancelled".to_owned(), CLOSED.get().to_owned()),
        (String::new(), ALL.get().to_owned()),
    ];
    let choose = field::choice(STATE, state, options);
    let new = if app::may(kind.permission()) {
        view! { button(r#type="button", class="button", on:click=tap(move || asked.set(Some(None)))) { (icon::PLUS) (NEW) } }
    } else {
        View::new()
    };
    let name = if kind == DocumentKind::Purchase { PURCHASE } else { SALES };
    ui::shell::page(name.get(), None, new, view! { (choose) (rows) (sheet) })
}

fn path(kind: DocumentKind, state: &str) -> String {
    let state = if state.is_empty() { String::new() } else { format!("&state={}", encode(state)) };
    format!("{}?limit=50{state}", base(kind))
}

fn state_chip(state: DocumentState) -> (&'static str, Text) {
    match state {
        DocumentState::Open => ("chip high", OPEN),
        DocumentState::Fulfilled => ("chip good", FULFILLED),
        DocumentState::Closed => ("chip", CLOSED),
        DocumentState::Cancelled => ("chip", CANCELLED),
    }
}

fn row(found: DocumentRow, asked: Signal<Option<Option<DocumentRow>>>) -> View {
    let (class, state) = state_chip(found.document.state);
    let title = format!("{} · {}", found.document.id, found.document.partner);
    let lines: Vec<_> = found
        .document
        .lines
        .iter()
        .zip(&found.progress)
        .map(|(line, known)| format!("{} {}/{} {}", known.name, known.progress.open, line.quantity, known.unit))
        .take(4)
        .collect();
    let due = found.document.due().map_or_else(String::new, |due| format!("{} {due} · ", DUE.get()));
    let note = format!("{due}{}: {}", LEFT.get(), lines.join(" · "));
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(Some(found.clone()))))) {
                div(class="row-main") {
                    div(class="grow") { strong { (title) } p(class="note") { (note) } }
                    span(class=class) { (state) }
                    (icon::NEXT)
                }
            }
        }
    }
}

/// What of a line is on its way, in words.
fn stages(kind: DocumentKind, progress: &LineProgress) -> String {
    let parts: &[(Text, Quantity)] = match kind {
        DocumentKind::Purchase => &[
            (Text::new("已收", "received"), progress.received),
            (Text::new("待检", "to inspect"), progress.to_inspect),
            (Text::new("待上架", "to put away"), progress.to_put_away),
            (Text::new("退供应商", "sent back"), progress.returned),
        ],
        DocumentKind::Sales => &[
            (Text::new("已拣", "picked"), progress.picked),
            (Text::new("已发", "shipped"), progress.shipped),
            (Text::new("客退", "came back"), progress.returned),
        ],
    };
    let said = parts.iter().filter(|(_, quantity)| quantity.is_positive());
    said.map(|(name, quantity)| format!("{} {quantity}", name.get())).collect::<Vec<_>>().join(" · ")
}

/// A line that is being edited.
#[derive(Clone, Copy, PartialEq)]
struct Draft {
    line: Option<u16>,
    item: Signal<String>,
    quantity: Signal<String>,
    due: Signal<String>,
    tolerance: Signal<String>,
}

impl Draft {
    fn new(line: Option<&DocumentLine>) -> Self {
        let text = |text: Option<String>| create_signal(text.unwrap_or_default());
        Self {
            line: line.map(|line| line.line),
            item: text(line.map(|line| line.item.to_string())),
            quantity: text(line.map(|line| line.quantity.to_string())),
            due: text(line.and_then(|line| line.due).map(|due| due.to_string())),
            tolerance: text(line.map(|line| line.tolerance_percent.to_string())),
        }
    }

    fn view(self) -> View {
        let quantity = view! { input(r#type="text", inputmode="decimal", maxlength="20", autocomplete="off", bind:value=self.quantity) };
        let tolerance = view! { input(r#type="text", inputmode="numeric", maxlength="3", autocomplete="off", bind:value=self.tolerance) };
        let item = field::line(text::ITEM, self.item, text::ITEM);
        let quantity = field::labelled(text::QUANTITY, quantity);
        let due = field::labelled(DUE, view! { input(r#type="date", bind:value=self.due) });
        let tolerance = field::labelled(TOLERANCE, tolerance);
        view! { div(class="card filters") { (item) (quantity) (due) (tolerance) } }
    }

    fn read(self) -> Result<PutLine, Text> {
        let words = |text: Signal<String>| text.with_untracked(|text| text.trim().to_owned());
        let due = words(self.due);
        let tolerance = words(self.tolerance);
        Ok(PutLine {
            line: self.line,
            item: words(self.item).parse().map_err(|_| text::ITEM)?,
            quantity: words(self.quantity).parse().map_err(|_| text::QUANTITY)?,
            unit: String::new(),
            due: if due.is_empty() { None } else { Some(read_date(&due).ok_or(DUE)?) },
            tolerance_percent: if tolerance.is_empty() {
                None
            } else {
                Some(tolerance.parse().map_err(|_| TOLERANCE)?)
            },
        })
    }
}

fn form(
    kind: DocumentKind,
    found: Option<DocumentRow>,
    asked: Signal<Option<Option<DocumentRow>>>,
    list: List<DocumentRow>,
) -> View {
    let known = found.as_ref().map_or_else(View::new, |found| progress(kind, found));
    let may = app::may(kind.permission());
    let live = found.as_ref().is_none_or(|found| found.document.state.is_live());
    let done: Rc<dyn Fn(DocumentAnswer)> = Rc::new(move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        asked.set(None);
        list.again();
    });
    let edit = if may && live { edit(kind, found.as_ref(), Rc::clone(&done)) } else { View::new() };
    let end = match found {
        Some(found) if may => end(kind, &found, done),
        _ => View::new(),
    };
    view! { (known) (edit) (end) }
}

fn progress(kind: DocumentKind, found: &DocumentRow) -> View {
    let rows: Vec<_> = found
        .document
        .lines
        .iter()
        .zip(&found.progress)
        .map(|(line, known)| {
            let (number, item) = (line.line.to_string(), format!("{} {}", line.item, known.name));
            let ordered = format!("{} {}", line.quantity, known.unit);
            let (open, stages) = (known.progress.open.to_string(), stages(kind, &known.progress));
            view! { tr { td { (number) } td { (item) } td { (ordered) } td { (open) } td { (stages) } } }
        })
        .collect();
    let partner = found.document.partner.clone();
    view! {
        p(class="lead") { (partner) }
        div(class="card") { table(class="grid") {
            thead { tr { th { "#" } th { (text::ITEM) } th { (ORDERED) } th { (LEFT) } th { (HOW_FAR) } } }
            tbody { (rows) }
        } }
    }
}

fn edit(kind: DocumentKind, found: Option<&DocumentRow>, done: Rc<dyn Fn(DocumentAnswer)>) -> View {
    let of = |text: Option<&String>| create_signal(text.cloned().unwrap_or_default());
    let partner = of(found.map(|found| &found.document.partner));
    let note = of(found.map(|found| &found.document.note));
    let drafts = found.map(|found| found.document.lines.iter().map(|line| Draft::new(Some(line))).collect());
    let drafts: Signal<Vec<Draft>> = create_signal(drafts.unwrap_or_else(|| vec![Draft::new(None)]));
    let missing = create_signal(String::new());
    let target = found.map(|found| (found.document.id.clone(), found.version));
    let submit = Submit::new();
    let who = if kind == DocumentKind::Purchase { SUPPLIER } else { CUSTOMER };
    let send = move || {
        let name = partner.with_untracked(|text| text.trim().to_owned());
        if name.is_empty() {
            return missing.set(text::FILL_IN.with(who.get()));
        }
        let lines = drafts.get_clone_untracked().into_iter().map(Draft::read).collect::<Result<Vec<_>, _>>();
        let lines = match lines {
            Ok(lines) => lines,
            Err(what) => return missing.set(text::FILL_IN.with(what.get())),
        };
        missing.set(String::new());
        let body = PutDocument {
            id: None,
            partner: name,
            note: note.with_untracked(|text| text.trim().to_owned()),
            lines,
            version: target.as_ref().map(|(_, version)| *version),
        };
        let done = Rc::clone(&done);
        let (method, path) = match &target {
            Some((id, _)) => ("PUT", format!("{}/{}", base(kind), encode(id.as_str()))),
            None => ("POST", base(kind).to_owned()),
        };
        submit.send(method, path, &body, Source::Hand, move |answer| done(answer));
    };
    let lines = ui::live(move || {
        let all: Vec<_> = drafts.get_clone().into_iter().map(|draft| untrack(|| draft.view())).collect();
        all.into()
    });
    let add = tap(move || drafts.update(|drafts| drafts.push(Draft::new(None))));
    let add = view! { button(r#type="button", class="quiet", on:click=add) { (icon::PLUS) (ADD) } };
    let partner = field::line(who, partner, who);
    let note = field::lines(text::NOTE, note, text::OPTIONAL);
    let fields = submit_button::fields(submit, view! { (partner) h3 { (LINES) } (lines) (add) (note) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (hint) (button) }
}

fn end(kind: DocumentKind, found: &DocumentRow, done: Rc<dyn Fn(DocumentAnswer)>) -> View {
    let (reason, missing) = (create_signal(String::new()), create_signal(String::new()));
    let live = found.document.state.is_live();
    let path = format!("{}/{}/state", base(kind), encode(found.document.id.as_str()));
    let submit = Submit::new();
    let send = move || {
        let reason = reason.with_untracked(|text| text.trim().to_owned());
        if reason.is_empty() {
            return missing.set(WHY.get().into());
        }
        missing.set(String::new());
        let state = if live { DocumentState::Closed } else { DocumentState::Open };
        let (body, done) = (SetDocumentState { state, reason }, Rc::clone(&done));
        submit.send("POST", path.clone(), &body, Source::Hand, move |answer| done(answer));
    };
    let fields = submit_button::fields(submit, field::line(text::REASON, reason, text::REASON_HINT));
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, if live { END } else { REOPEN }, send);
    ui::fold(if live { END } else { REOPEN }, String::new(), false, view! { (fields) (hint) (button) })
}
