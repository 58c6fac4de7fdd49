//! What was found on an order, with its photos: exceptions, nonconformances, inspections by plans. It is asked for when
//! somebody opens it, since most who look at an order come for something else.

use serde::de::DeserializeOwned;
use sycamore::prelude::*;
use takt_api::Page;
use takt_api::exceptions::{ExceptionRow, ExceptionSettingsDocument};
use takt_api::orders::OrderDetail;
use takt_api::quality::NonconformanceRow;
use takt_domain::exception::ExceptionSettings;
use takt_domain::id::PhotoId;
use takt_domain::quality::PlannedInspection;

use crate::net::read::Read;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, custom, photo};
use crate::{app, show, text};

const FOUND: Text = Text::new("异常、不合格与照片", "Exceptions, nonconformances, photos");
const NONCONFORMANCES: Text = Text::new("不合格品", "Nonconformances");
const NOTHING: Text = Text::new("没有记录", "nothing so far");
const OPEN: Text = Text::new("待处理", "open");
const UNDER_WAY: Text = Text::new("处理中", "under way");
const OVER: Text = Text::new("已关闭", "closed");

pub(super) fn view(detail: &OrderDetail) -> View {
    let order = encode(detail.order.id.as_str());
    ui::fold_later(FOUND, move || {
        let exceptions = format!("/api/v1/exceptions?limit=50&order={order}");
        let settings: Read<ExceptionSettingsDocument> = Read::new("/api/v1/exception-settings");
        let exceptions = ui::shown(settings, move |document| {
            let row = move |row: &ExceptionRow| exception(row, &document.settings);
            list(text::EXCEPTIONS, exceptions.clone(), row)
        });
        let lists = vec![
            exceptions,
            list(NONCONFORMANCES, format!("/api/v1/nonconformances?limit=50&order={order}"), nonconformance),
            list(text::INSPECTIONS, format!("/api/v1/inspections?limit=50&order={order}"), inspection),
        ];
        lists.into()
    })
}

fn list<T: DeserializeOwned + 'static>(name: Text, path: String, row: impl Fn(&T) -> View + 'static) -> View {
    let read: Read<Page<T>> = Read::new(path);
    let rows = ui::shown(read, move |page| {
        let rows: Vec<_> = page.rows.iter().map(&row).collect();
        if rows.is_empty() {
            view! { p(class="note") { (NOTHING) } }
        } else {
            view! { ul(class="rows") { (rows) } }
        }
    });
    view! { h3 { (name) } (rows) }
}

fn state(name: &str) -> View {
    match name {
        "open" => view! { span(class="chip bad") { (OPEN) } },
        "closed" => view! { span(class="chip good") { (OVER) } },
        _ => view! { span(class="chip high") { (UNDER_WAY) } },
    }
}

fn exception(row: &ExceptionRow, settings: &ExceptionSettings) -> View {
    let exception = &row.exception;
    let kind = settings.types.iter().find(|kind| kind.id == exception.kind);
    let kind = kind.map_or(exception.kind.as_str(), |kind| kind.label.get(app::lang()));
    let by = format!("{} · {}", show::user(&exception.by), show::time(exception.at));
    one(format!("{} {kind}", exception.id), state(&row.state), &exception.note, by, exception.photo.iter())
}

fn nonconformance(row: &NonconformanceRow) -> View {
    let found = &row.nonconformance;
    let by = format!("{} · {}", show::user(&found.by), show::time(found.at));
    one(format!("{} · {}", found.id, found.quantity), state(&row.state), &found.what, by, found.photo.iter())
}

fn inspection(done: &PlannedInspection) -> View {
    let by = format!("{} · {}", show::user(&done.by), show::time(done.at));
    let photos = done.samples.iter().flat_map(|sample| sample.values.values()).filter_map(|value| value.photo.as_ref());
    one(done.plan.name.clone(), custom::verdict(done.result), &done.note, by, photos)
}

fn one<'p>(title: String, mark: View, said: &str, by: String, photos: impl Iterator<Item = &'p PhotoId>) -> View {
    let photos: Vec<_> = photos.map(photo::shown).collect();
    let said = said.to_owned();
    view! {
        li(class="row") {
            div(class="row-main") { strong(class="grow") { (title) } (mark) }
            p(class="reason") { (said) }
            p(class="note") { (by) }
            (photos)
        }
    }
}
