//! Why something did not work: in words, each missing condition with its remedy and who can see to it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_domain::refusal::Unmet;

use crate::net::Fault;
use crate::ui::{icon, tap};
use crate::{app, text};

/// A failure, with a button to try again where that may help.
pub fn view(fault: &Fault, again: Option<Rc<dyn Fn()>>) -> View {
    let (title, body) = match fault {
        Fault::Lost => (text::LOST.get().to_owned(), view! { p { (text::LOST_HINT) } }),
        Fault::Unreadable => (text::UNREADABLE.get().to_owned(), view! { p { (text::UNREADABLE_HINT) } }),
        Fault::Problem(problem) => {
            let detail = problem.detail.clone();
            let errors: Vec<_> = problem
                .errors
                .iter()
                .map(|error| {
                    let (at, detail) = (format!("{} ", error.at), error.detail.clone());
                    view! { li { code { (at) } (detail) } }
                })
                .collect();
            let reasons = reasons(&problem.unmet);
            let detail = if detail.is_empty() {
                View::new()
            } else {
                view! { p { (detail) } }
            };
            let errors = if errors.is_empty() {
                View::new()
            } else {
                view! { ul { (errors) } }
            };
            (problem.title.clone(), view! { (detail) (errors) (reasons) })
        }
    };
    let again = again.map(|again| {
        view! { button(class="quiet", r#type="button", on:click=tap(move || again())) { (text::AGAIN) } }
    });
    let again = View::from(again);
    view! {
        div(class="fault", role="alert") {
            div(class="fault-title") { (icon::ALERT) strong { (title) } }
            (body) (again)
        }
    }
}

/// The sheet of what is closed: why, and a button that closes it again.
pub fn closed(unmet: &[Unmet], understood: impl Fn() + 'static) -> View {
    let reasons = reasons(unmet);
    view! {
        p(class="lead") { (text::WHY_NOT) }
        (reasons)
        button(r#type="button", class="primary big", on:click=tap(understood)) { (text::UNDERSTOOD) }
    }
}

/// Every condition that is not met: what is so, what mends it, who can.
pub fn reasons(unmet: &[Unmet]) -> View {
    if unmet.is_empty() {
        return View::new();
    }
    let lang = app::lang();
    let rows: Vec<_> = unmet
        .iter()
        .map(|unmet| {
            let (detail, remedy) = (unmet.detail.clone(), unmet.remedy.clone());
            let who: Vec<_> = unmet
                .who
                .iter()
                .map(|role| {
                    let label = role.label(lang);
                    view! { span(class="chip small") { (label) } }
                })
                .collect();
            let who = if who.is_empty() {
                View::new()
            } else {
                view! { p(class="who") { (text::WHO) (who) } }
            };
            view! { li { p(class="reason") { (detail) } p(class="remedy") { (remedy) } (who) } }
        })
        .collect();
    view! { ul(class="reasons") { (rows) } }
}
