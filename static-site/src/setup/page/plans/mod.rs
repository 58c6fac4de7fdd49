//! Inspection plans: one list, and an editor of characteristics with their limits.

mod draft;
mod editor;

use sycamore::prelude::*;
use takt_api::quality::PlanDocument;
use takt_domain::quality::Sampling;

use crate::frame::names::PLANS as NAME;
use crate::net::list::List;
use crate::text::Text;
use crate::ui::{self, icon, sheet, tap};
use crate::{app, show, text};

const NONE: Text = Text::new("还没有检验计划", "No inspection plans yet");
const NEW: Text = Text::new("新建检验计划", "New plan");
const FIXED: Text = Text::new("样品 {} 件", "{} sample{s}");
const BY_QUANTITY: Text = Text::new("每 {} 件取 1 件样品", "1 sample for every {}");
const CHARACTERISTICS: Text = Text::new("{} 项", "{} characteristic{s}");
const VERSION: Text = Text::new("第 {} 版", "version {}");
const OFF: Text = Text::new("停用", "Not used");

pub(crate) fn view(_: &[String]) -> View {
    let list: List<PlanDocument> = List::new("/api/v1/inspection-plans?limit=100".into());
    // `Some(None)` is a plan to be made.
    let asked = create_signal(None::<Option<PlanDocument>>);
    let rows = ui::listed(list, "rows card", NONE, move |document: PlanDocument| row(document, asked));
    let sheet = sheet::view(asked, move |document| {
        let title = document.as_ref().map_or(NEW.get().to_owned(), |document| document.plan.id.to_string());
        (title, editor::view(document, asked, list))
    });
    let new = view! { button(r#type="button", class="button", on:click=tap(move || asked.set(Some(None)))) { (icon::PLUS) (NEW) } };
    ui::shell::page(NAME.get(), None, new, view! { (rows) (sheet) })
}

fn row(document: PlanDocument, asked: Signal<Option<Option<PlanDocument>>>) -> View {
    let plan = &document.plan;
    let title = format!("{} · {}", plan.name, plan.item);
    let operation = plan.operation.map_or(String::new(), |number| format!(" · {} {number}", text::OPERATION.get()));
    let sampling = match plan.sampling {
        Sampling::Fixed { count } => FIXED.count(usize::from(count)),
        Sampling::Quantity { per } => BY_QUANTITY.with(&per.to_string()),
    };
    let count = CHARACTERISTICS.count(plan.characteristics.len());
    let labels: Vec<_> = plan.characteristics.iter().map(|known| known.label.get(app::lang())).collect();
    let labels = labels.join(app::lang().pick("、", ", "));
    let note = format!(
        "{}{operation} · {sampling} · {count}: {labels} · {}",
        show::plan_kind(plan.kind),
        VERSION.with(&document.version.to_string())
    );
    let mark = if plan.active {
        View::new()
    } else {
        view! { span(class="chip") { (OFF) } }
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(Some(document.clone()))))) {
                div(class="row-main") { div(class="grow") { strong { (title) } p(class="note") { (note) } } (mark) (icon::NEXT) }
            }
        }
    }
}
