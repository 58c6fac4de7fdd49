//! Labels: of an item, a location, an order or a badge, for a sheet printer or a label printer.

use sycamore::prelude::*;
use takt_domain::permission::Permission;

use crate::frame::names::LABELS;
use crate::net::device;
use crate::net::download::download;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, tap};
use crate::{app, text};

const OF: Text = Text::new("标签类型", "Label of");
const BADGE: Text = Text::new("胸卡", "Badge");
const NUMBER: Text = Text::new("编号", "Number");
const SEVERAL: Text = Text::new("多个编号用逗号隔开", "several with commas between them");
const EXPIRY: Text = Text::new("有效期(年-月-日)", "Use by (YYYY-MM-DD)");
const COPIES: Text = Text::new("张数", "Copies");
const SIZE: Text = Text::new("尺寸(毫米)", "Size (mm)");
const PRINTER: Text = Text::new("打印到", "Printer");
const UNIQUE: Text = Text::new("每张标签", "Each label");
const ONCE: Text = Text::new("唯一编号,只能记账一次", "has an id of its own and is booked once");
const ANY: Text = Text::new("无编号", "has none");
const SAME: Text = Text::new("再打印同一批", "The same ones again");
const ABOUT: Text = Text::new(
    "二维码含物料、批号、数量和标签编号;一维码为 GS1-128(有商品条码时)或编号。",
    "The QR code says item, lot, quantity and label; the bars are GS1-128 where the item has a GTIN, else its number.",
);

#[derive(Clone, Copy)]
struct Form {
    of: Signal<String>,
    id: Signal<String>,
    lot: Signal<String>,
    quantity: Signal<String>,
    expiry: Signal<String>,
    copies: Signal<String>,
    size: Signal<String>,
    printer: Signal<String>,
    unique: Signal<bool>,
    missing: Signal<String>,
    /// What was printed last, with the name of its file.
    last: Signal<Option<(String, &'static str)>>,
}

pub(crate) fn view(_: &[String]) -> View {
    let asked = |name: &str, usual: &str| create_signal(app::query(name).unwrap_or_else(|| usual.to_owned()));
    let form = Form {
        of: asked("of", "item"),
        id: asked("id", ""),
        lot: asked("lot", ""),
        quantity: asked("quantity", ""),
        expiry: asked("expiry", ""),
        copies: create_signal("1".to_owned()),
        size: create_signal("100x60".to_owned()),
        printer: create_signal("roll".to_owned()),
        unique: create_signal(true),
        missing: create_signal(String::new()),
        last: create_signal(None),
    };
    let named = |value: &str, name: &str| (value.to_owned(), name.to_owned());
    let mut kinds = vec![
        named("item", text::ITEM.get()),
        named("location", text::LOCATION.get()),
        named("order", text::ORDER.get()),
    ];
    if app::may(Permission::ResourceSet) {
        kinds.push(named("badge", BADGE.get()));
    }
    let of = field::choice(OF, form.of, kinds);
    let id = field::line(NUMBER, form.id, SEVERAL);
    let sizes = ["100x60", "60x40", "80x50", "100x100"].map(|size| named(size, &size.replace('x', " × ")));
    let size = field::choice(SIZE, form.size, sizes.to_vec());
    let lang = app::lang();
    let printers = [
        ("roll", lang.pick("PDF 标签卷", "PDF, roll")),
        ("a4", lang.pick("PDF A4 整页", "PDF, A4 sheets")),
        ("203", "ZPL 203 dpi"),
        ("300", "ZPL 300 dpi"),
    ];
    let printer = field::choice(PRINTER, form.printer, printers.map(|(value, name)| named(value, name)).to_vec());
    let copies = field::typed(COPIES, "1".into(), "numeric", move |typed| form.copies.set(typed));
    let material = ui::live(move || {
        if form.of.with(|of| of != "item") {
            return View::new();
        }
        untrack(|| {
            let lot = field::line(text::LOT, form.lot, text::OPTIONAL);
            let quantity = field::line(text::QUANTITY, form.quantity, text::OPTIONAL);
            let expiry = field::line(EXPIRY, form.expiry, text::OPTIONAL);
            let options = vec![(true, ONCE.get().to_owned()), (false, ANY.get().to_owned())];
            let unique = field::choice(UNIQUE, form.unique, options);
            view! { (lot) (quantity) (expiry) (unique) }
        })
    });
    let again = ui::live(move || match form.last.get_clone() {
        None => View::new(),
        Some((path, name)) => {
            let press = tap(move || download(path.clone(), name));
            view! { button(r#type="button", class="quiet", on:click=press) { (SAME) } }
        }
    });
    let hint = ui::hint(form.missing);
    let body = view! {
        section(class="card form narrow") {
            (of) (id) (material) (copies) (size) (printer)
            p(class="note") { (ABOUT) }
            (hint)
            div(class="row-main") {
                button(r#type="button", class="button", on:click=tap(move || print(form))) { (icon::CHECK) (text::PRINT) }
                (again)
            }
        }
    };
    ui::shell::page(LABELS.get(), None, View::new(), body)
}

/// Asks for the file; what the server would refuse for its shape is said here.
fn print(form: Form) {
    let fill_in = |name: Text| form.missing.set(text::FILL_IN.with(name.get()));
    let of = form.of.get_clone_untracked();
    let ids = form.id.get_clone_untracked();
    let ids: Vec<_> = ids.split([',', '，']).map(str::trim).filter(|id| !id.is_empty()).collect();
    if ids.is_empty() {
        return fill_in(NUMBER);
    }
    let copies = form.copies.with_untracked(|copies| copies.trim().parse::<u16>().ok());
    let Some(copies) = copies.filter(|copies| (1..=200).contains(copies)) else { return fill_in(COPIES) };
    form.missing.set(String::new());
    let mut path = format!("/api/v1/labels?of={of}&copies={copies}&size={}", form.size.get_clone_untracked());
    for id in ids {
        path += &format!("&id={}", encode(id));
    }
    let printer = form.printer.get_clone_untracked();
    let is_pdf = matches!(printer.as_str(), "roll" | "a4");
    path += &if is_pdf { format!("&paper={printer}") } else { format!("&format=zpl&dpi={printer}") };
    if of == "item" {
        for (name, value) in [("lot", form.lot), ("quantity", form.quantity), ("expiry", form.expiry)] {
            let value = value.get_clone_untracked();
            if !value.trim().is_empty() {
                path += &format!("&{name}={}", encode(value.trim()));
            }
        }
        if form.unique.get_untracked() {
            path += &format!("&batch={}", device::uuid());
        }
    }
    let name = if is_pdf { "labels.pdf" } else { "labels.zpl" };
    form.last.set(Some((path.clone(), name)));
    download(path, name);
}
