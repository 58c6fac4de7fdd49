//! Something is wrong: one tap opens the types, the next one raises it. A note, a photo and the stop come before that, for
//! who has the time.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::exceptions::{ExceptionAnswer, ExceptionSettingsDocument, RaiseException};
use takt_api::orders::OrderDetail;
use takt_api::stock::Source;
use takt_domain::id::PhotoId;
use takt_domain::permission::Permission;

use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, icon, photo, sheet, submit_button, tap, toast::Toast};
use crate::{app, text};

const ANDON: Text = Text::new("报异常", "Something is wrong");
const RAISED: Text = Text::new("异常 {} 已上报", "Exception {} is raised");
const STOP: Text = Text::new("停止报工", "Stop reporting");
const GO_ON: Text = Text::new("继续生产", "Go on");
const MORE: Text = Text::new("备注、照片、停工(可选)", "Note, photo, stop (optional)");
const WHAT: Text = Text::new("是什么问题?", "What is it?");

pub(super) fn view(detail: &Rc<OrderDetail>, read: Read<OrderDetail>) -> View {
    if !app::may(Permission::ExceptionRaise) || detail.order.cancelled.is_some() {
        return View::new();
    }
    let asked = create_signal(None::<()>);
    let detail = Rc::clone(detail);
    let sheet = sheet::view(asked, move |()| (ANDON.get().to_owned(), body(&detail, asked, read)));
    view! {
        button(r#type="button", class="secondary wide", on:click=tap(move || asked.set(Some(())))) { (icon::ALERT) (ANDON) }
        (sheet)
    }
}

fn body(detail: &Rc<OrderDetail>, asked: Signal<Option<()>>, read: Read<OrderDetail>) -> View {
    let settings: Read<ExceptionSettingsDocument> = Read::new("/api/v1/exception-settings");
    let (note, taken) = (create_signal(String::new()), create_signal(None::<PhotoId>));
    let stops = create_signal(false);
    let submit = Submit::new();
    let order = detail.order.id.clone();
    let types = ui::shown(settings, move |document| {
        let lang = app::lang();
        let buttons: Vec<_> = document
            .settings
            .types
            .iter()
            .map(|kind| {
                let (id, name, order) = (kind.id.clone(), kind.label.get(lang).to_owned(), order.clone());
                let raise = Rc::new(move || {
                    let given = RaiseException {
                        kind: id.clone(),
                        order: Some(order.clone()),
                        note: note.with_untracked(|note| note.trim().to_owned()),
                        photo: taken.get_clone_untracked(),
                        stops: stops.get_untracked(),
                        ..RaiseException::default()
                    };
                    let done = move |raised: ExceptionAnswer| {
                        app::app().say(Toast::good(RAISED.with(raised.id.as_str())));
                        asked.set(None);
                        read.again();
                    };
                    submit.send("POST", "/api/v1/exceptions".into(), &given, Source::Hand, done);
                });
                view! {
                    button(r#type="button", class="option", disabled=move || submit.is_held(), on:click=tap(move || raise())) { (name) }
                }
            })
            .collect();
        view! { div(class="options", role="group", aria-label=WHAT) { (buttons) } }
    });
    let choice = vec![(false, GO_ON.get().to_owned()), (true, STOP.get().to_owned())];
    let stop = if detail.order.completed.is_none() { field::choice(STOP, stops, choice) } else { View::new() };
    let (note, taken) = (field::lines(text::REMARK, note, text::REASON_HINT), photo::view(taken));
    let outcome = submit_button::outcome(submit);
    view! {
        p(class="lead") { (WHAT) }
        (types)
        (outcome)
        details(class="fold") { summary { (MORE) } (stop) (note) (taken) }
    }
}
