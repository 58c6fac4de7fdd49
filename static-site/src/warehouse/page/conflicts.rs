//! Entries that were held, since the same line of a document had been entered the other way: one of the same goods, or both.

use sycamore::prelude::*;
use takt_api::conflict::{Decision, EntryConflict, SettleConflict};
use takt_api::stock::Source;
use takt_domain::permission::Permission;

use crate::net::LIVE_MS;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::{CONFLICTS, Text};
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const NONE: Text = Text::new("没有待处理的冲突", "Nothing is to be settled");
const HELD: Text = Text::new("未记账", "held");
const BOOKED_BEFORE: Text = Text::new("已记账", "booked");
const SETTLE: Text = Text::new("处理", "Settle");
const SAME: Text = Text::new("是同一笔,丢弃", "The same goods: drop it");
const BOTH: Text = Text::new("两笔都对,补记", "Both are right: book it");
const SETTLED: Text = Text::new("已处理", "Settled");
const LEAD: Text = Text::new(
    "同一单据的同一物料既扫码又手工录入。核对实物后选择。",
    "One line of a document was both scanned and entered by hand. Look at the goods, then choose.",
);

pub(crate) fn view(_: &[String]) -> View {
    let list: List<EntryConflict> = List::new("/api/v1/conflicts?state=open&limit=50".into());
    list.poll(LIVE_MS);
    let asked = create_signal(None::<EntryConflict>);
    let rows = ui::listed(list, "rows card", NONE, move |conflict: EntryConflict| row(conflict, asked));
    let sheet = sheet::view(asked, move |conflict| (CONFLICTS.get().to_owned(), form(&conflict, asked, list)));
    ui::shell::page(CONFLICTS.get(), None, View::new(), view! { p(class="note lead") { (LEAD) } (rows) (sheet) })
}

fn way(source: Source) -> &'static str {
    if source == Source::Scan { text::BY_SCAN.get() } else { text::BY_HAND.get() }
}

/// The entry that is held, and the one that was booked before.
fn facts(conflict: &EntryConflict) -> (String, String, String) {
    let movement = &conflict.movement;
    let line = movement.line.as_ref().map(|line| format!("{} / {}", line.document, line.line));
    let document = line.unwrap_or_else(|| movement.document.clone());
    let mut what = vec![movement.kind.label(app::lang()).to_owned(), document];
    what.extend(Some(&movement.lot).filter(|lot| !lot.is_empty()).cloned());
    let held = [
        HELD.get().to_owned(),
        way(conflict.source).to_owned(),
        movement.quantity.to_string(),
        show::user(&conflict.by),
        show::time(conflict.at),
    ];
    let booked = conflict.earlier.as_ref().map(|earlier| {
        let (way, quantity) = (way(earlier.source).to_owned(), earlier.quantity.to_string());
        let (by, at) = (show::user(&earlier.by), show::time(earlier.booked_at));
        [BOOKED_BEFORE.get().to_owned(), way, quantity, by, at].join(" · ")
    });
    (what.join(" · "), held.join(" · "), booked.unwrap_or_default())
}

fn row(conflict: EntryConflict, asked: Signal<Option<EntryConflict>>) -> View {
    let item = conflict.movement.item.to_string();
    let (what, held, booked) = facts(&conflict);
    let settle = if app::may(Permission::StockMove) {
        let press = tap(move || asked.set(Some(conflict.clone())));
        view! { button(r#type="button", class="quiet small", on:click=press) { (SETTLE) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            div(class="row-main") { strong(class="grow") { (item) } (settle) }
            p { (what) }
            p(class="note") { (held) }
            p(class="note") { (booked) }
        }
    }
}

fn form(conflict: &EntryConflict, asked: Signal<Option<EntryConflict>>, list: List<EntryConflict>) -> View {
    let (what, held, booked) = facts(conflict);
    let item = conflict.movement.item.to_string();
    let path = format!("/api/v1/conflicts/{}/settlement", encode(&conflict.id));
    let (decision, reason) = (create_signal(None::<Decision>), create_signal(String::new()));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let send = move || {
        let Some(decision) = decision.get() else { return missing.set(text::FILL_IN.with(SETTLE.get())) };
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        if decision == Decision::Both && reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        let body = SettleConflict { decision, reason };
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: EntryConflict| {
            app::app().say(Toast::good(SETTLED.get()));
            asked.set(None);
            list.again();
        });
    };
    let options = [(Decision::Same, SAME), (Decision::Both, BOTH)];
    let options = options.map(|(decision, name)| (Some(decision), name.get().to_owned()));
    let choice = field::choice(SETTLE, decision, options.to_vec());
    let words = field::lines(text::REASON, reason, text::REASON_HINT);
    let fields = submit_button::fields(submit, view! { (choice) (words) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, text::SAVE, send);
    view! {
        p(class="title") { (item) }
        p { (what) }
        p(class="note") { (held) }
        p(class="note") { (booked) }
        (fields) (hint) (button)
    }
}
