//! Something is wrong: one tap opens the types, the next one raises it. What it concerns is filled in already: the order and
//! its operation where it is raised on an order's page, else the line and what runs there. A note, a photo and the stop
//! come before the second tap, for who has the time.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::Page;
use takt_api::exceptions::{ExceptionAnswer, ExceptionSettingsDocument, RaiseException};
use takt_api::orders::{OrderDetail, OrderRow};
use takt_api::stock::Source;
use takt_domain::facts::Facts;
use takt_domain::flow::Category;
use takt_domain::id::{LineId, OrderId, PhotoId};
use takt_domain::operation::{self, OperationState};
use takt_domain::permission::Permission;

use crate::net::device;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, photo, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const ANDON: Text = Text::new("报异常", "Something is wrong");
const RAISED: Text = Text::new("异常 {} 已上报", "Exception {} is raised");
const STOP: Text = Text::new("停止报工", "Stop reporting");
const GO_ON: Text = Text::new("继续生产", "Go on");
const MORE: Text = Text::new("备注、照片、停工(可选)", "Note, photo, stop (optional)");
const WHAT: Text = Text::new("是什么问题?", "What is it?");
const NO_ORDER: Text = Text::new("与工单无关", "no order");
const WHOLE_ORDER: Text = Text::new("整张工单", "the whole order");

/// What it concerns, as far as that is known so far.
#[derive(Clone, Copy)]
struct About {
    order: Signal<String>,
    /// 0 for the order as a whole.
    operation: Signal<u16>,
    line: Signal<Option<LineId>>,
    stops: Signal<bool>,
    note: Signal<String>,
    photo: Signal<Option<PhotoId>>,
}

impl About {
    fn new(order: String, operation: u16, line: Option<LineId>) -> Self {
        Self {
            order: create_signal(order),
            operation: create_signal(operation),
            line: create_signal(line),
            stops: create_signal(false),
            note: create_signal(String::new()),
            photo: create_signal(None),
        }
    }

    /// What is sent.
    fn given(self, kind: String) -> RaiseException {
        let order = self.order.with_untracked(|order| order.parse::<OrderId>().ok());
        RaiseException {
            kind,
            operation: Some(self.operation.get_untracked()).filter(|number| *number > 0 && order.is_some()),
            stops: self.stops.get_untracked() && order.is_some(),
            order,
            line: self.line.get_clone_untracked(),
            note: self.note.with_untracked(|note| note.trim().to_owned()),
            photo: self.photo.get_clone_untracked(),
            occurred_at: Some(device::now()),
            ..RaiseException::default()
        }
    }
}

/// The button on an order's page. The operation that runs there is filled in, where it is but one.
pub(super) fn of_order(detail: &Rc<OrderDetail>, facts: &Facts, read: Read<OrderDetail>) -> View {
    let order = &detail.order;
    if order.cancelled.is_some() {
        return View::new();
    }
    let runs =
        |known: &&takt_domain::order::OrderOperation| operation::state(order, known, facts) == OperationState::Running;
    let mut running = order.operations.iter().filter(runs);
    let only = running.next().filter(|_| running.next().is_none()).map_or(0, |known| known.number);
    let mut options = vec![(0, WHOLE_ORDER.get().to_owned())];
    options.extend(order.operations.iter().map(|known| (known.number, format!("{} {}", known.number, known.name))));
    let (id, can_stop) = (order.id.to_string(), order.completed.is_none());
    button(move |asked| {
        let about = About::new(id.clone(), only, None);
        let which = field::choice(text::OPERATION, about.operation, options.clone());
        body(about, which, can_stop, move || {
            asked.set(None);
            read.again();
        })
    })
}

/// The button on a line's page. The order that runs there is filled in, where it is but one.
pub(super) fn of_line(line: impl Fn() -> Option<LineId> + 'static) -> View {
    button(move |asked| {
        let line = line();
        let about = About::new(String::new(), 0, line.clone());
        let which = line.map_or_else(View::new, |line| orders(&line, about.order));
        body(about, which, true, move || asked.set(None))
    })
}

/// What is being made there, to choose from.
fn orders(line: &LineId, chosen: Signal<String>) -> View {
    let path = format!("/api/v1/orders?open=1&limit=30&line={}", encode(line.as_str()));
    let read: Read<Page<OrderRow>> = Read::new(path);
    ui::shown(read, move |page| {
        let running: Vec<_> = page.rows.iter().filter(|row| row.category == Category::Running).collect();
        if let [only] = running[..] {
            chosen.set(only.id.to_string());
        }
        let mut options = vec![(String::new(), NO_ORDER.get().to_owned())];
        options.extend(running.iter().map(|row| (row.id.to_string(), format!("{} {}", row.id, row.item_name))));
        if running.is_empty() { View::new() } else { field::choice(text::ORDER, chosen, options) }
    })
}

fn button(draw: impl Fn(Signal<Option<()>>) -> View + 'static) -> View {
    if !app::may(Permission::ExceptionRaise) {
        return View::new();
    }
    let asked = create_signal(None::<()>);
    let sheet = sheet::view(asked, move |()| (ANDON.get().to_owned(), draw(asked)));
    view! {
        button(r#type="button", class="secondary wide", on:click=tap(move || asked.set(Some(())))) { (icon::ALERT) (ANDON) }
        (sheet)
    }
}

/// The types, each of which raises it at once, then what it concerns, then what may be said of it.
fn body(about: About, which: View, can_stop: bool, done: impl Fn() + 'static) -> View {
    let settings: Read<ExceptionSettingsDocument> = Read::new("/api/v1/exception-settings");
    let (submit, done) = (Submit::new(), Rc::new(done));
    let types = ui::shown(settings, move |document| {
        let lang = app::lang();
        let buttons: Vec<_> = document
            .settings
            .types
            .iter()
            .map(|kind| {
                let (id, name, done) = (kind.id.clone(), kind.label.get(lang).to_owned(), Rc::clone(&done));
                let label = format!("{} {name}", ANDON.get());
                let raise = move || {
                    let done = Rc::clone(&done);
                    let given = about.given(id.clone());
                    let what = given.order.as_ref().map_or_else(|| label.clone(), |order| format!("{label} {order}"));
                    let heard = move |raised: Option<ExceptionAnswer>| {
                        if let Some(raised) = raised {
                            app::app().say(Toast::good(RAISED.with(raised.id.as_str())));
                        }
                        done();
                    };
                    submit.send_kept("/api/v1/exceptions", what, &given, Source::Hand, heard);
                };
                view! {
                    button(r#type="button", class="option", disabled=move || submit.is_held(), on:click=tap(raise)) { (name) }
                }
            })
            .collect();
        view! { div(class="options", role="group", aria-label=WHAT) { (buttons) } }
    });
    let choice = vec![(false, GO_ON.get().to_owned()), (true, STOP.get().to_owned())];
    let stop = if can_stop { field::choice(STOP, about.stops, choice) } else { View::new() };
    let (note, taken) = (field::lines(text::REMARK, about.note, text::REASON_HINT), photo::view(about.photo));
    let outcome = submit_button::outcome(submit);
    view! {
        p(class="lead") { (WHAT) }
        (types)
        (outcome)
        (which)
        details(class="fold") { summary { (MORE) } (stop) (note) (taken) }
    }
}
