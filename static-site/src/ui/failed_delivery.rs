//! Deliveries that failed their inspection, and what becomes of them: those who put away see them, and quality does.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::stock::Source;
use takt_api::supply::{DisposeIncoming, IncomingAnswer};
use takt_domain::document::DocumentKind;
use takt_domain::permission::Permission;
use takt_domain::quality::incoming::{IncomingInspection, IncomingVerdict};

use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{self, Text};
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, show};

const NONE: Text = Text::new("没有待上架或待检的来料", "Nothing waits");
pub const FAILED: Text = Text::new("来料不合格,待处置", "Deliveries that failed, to be decided");
const DECIDE: Text = Text::new("处置", "Decide");
const SEND_BACK: Text = Text::new("退供应商", "Send back");
const SCRAP: Text = Text::new("报废", "Scrap");
const ACCEPT: Text = Text::new("让步接收", "Accept");
const WHY: Text = Text::new("请填写理由", "Say why");

/// Deliveries that failed and wait for a decision; nothing while there are none. `judged` changes when there may be another.
pub fn failures(judged: Signal<u32>, again: Rc<dyn Fn()>) -> View {
    let failed: List<IncomingInspection> = List::new("/api/v1/incoming-inspections?state=open&limit=50".into());
    let decided = create_signal(None::<IncomingInspection>);
    create_effect(move || {
        if judged.get() > 0 {
            untrack(|| failed.again());
        }
    });
    let again: Rc<dyn Fn()> = Rc::new(move || {
        decided.set(None);
        failed.again();
        again();
    });
    let open = ui::live(move || {
        if failed.raw.rows.with(Vec::is_empty) {
            return View::new();
        }
        let list = ui::listed(failed, "rows", NONE, move |found: IncomingInspection| failure(found, decided));
        ui::section(FAILED, list)
    });
    let decide = sheet::view(decided, move |found| {
        let title = found.nonconformance.as_ref().map_or_else(String::new, ToString::to_string);
        (title, disposition(&found, Rc::clone(&again)))
    });
    view! { (open) (decide) }
}

fn failure(found: IncomingInspection, decided: Signal<Option<IncomingInspection>>) -> View {
    let number = found.nonconformance.as_ref().map_or_else(String::new, ToString::to_string);
    let title = format!("{number} · {} × {}", found.item, found.quantity);
    let mut note = format!("{}/{} · {}", found.line.document, found.line.line, show::user(&found.by));
    if !found.note.is_empty() {
        note.push_str(&format!(" · {}", found.note));
    }
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || decided.set(Some(found.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } span(class="chip bad") { (DECIDE) } (icon::NEXT) }
            }
        }
    }
}

fn disposition(found: &IncomingInspection, done: Rc<dyn Fn()>) -> View {
    let lead = format!("{} × {}", found.item, found.quantity);
    if !app::may(Permission::QualityDispose) {
        return view! { p(class="lead") { (lead) } };
    }
    let first =
        if found.line.kind == DocumentKind::Purchase { IncomingVerdict::SendBack } else { IncomingVerdict::Scrap };
    let (verdict, reason) = (create_signal(first), create_signal(String::new()));
    let (pin, missing) = (create_signal(String::new()), create_signal(String::new()));
    let path = format!("/api/v1/incoming-inspections/{}/disposition", encode(found.id.as_str()));
    let submit = Submit::new();
    let send = move || {
        let reason = reason.with_untracked(|text| text.trim().to_owned());
        if reason.is_empty() {
            return missing.set(WHY.get().into());
        }
        let body = DisposeIncoming { verdict: verdict.get_untracked(), to: None, reason };
        let done = Rc::clone(&done);
        let said = move |_: IncomingAnswer| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        };
        if body.verdict != IncomingVerdict::Accept {
            missing.set(String::new());
            return submit.send("POST", path.clone(), &body, Source::Hand, said);
        }
        let typed = pin.get_clone_untracked();
        if typed.len() < 4 {
            return missing.set(text::PIN_HINT.get().into());
        }
        missing.set(String::new());
        pin.set(String::new());
        submit.sign(typed, path.clone(), &body, said);
    };
    let mut options = vec![(IncomingVerdict::Scrap, SCRAP.get().to_owned())];
    if found.line.kind == DocumentKind::Purchase {
        options.insert(0, (IncomingVerdict::SendBack, SEND_BACK.get().to_owned()));
    }
    if app::may(Permission::QualityConcede) {
        options.push((IncomingVerdict::Accept, ACCEPT.get().to_owned()));
    }
    let choice = field::choice(DECIDE, verdict, options);
    let words = field::lines(text::REASON, reason, text::REASON_HINT);
    let pin = ui::live(move || match verdict.get() {
        IncomingVerdict::Accept => field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT),
        _ => View::new(),
    });
    let fields = submit_button::fields(submit, view! { (choice) (words) (pin) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, DECIDE, send);
    view! { p(class="lead") { (lead) } (fields) (hint) (button) }
}
