//! One count: its lines with their differences, what moved since the last count, and what becomes of it.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::counts::{
    CancelCount, CountAnswer, CountRow, FinishCount, LineAnswer, LineRow, PostCount, ReviewLine, SinceLast,
};
use takt_api::stock::Source;
use takt_domain::count::{CountState, LineState, Summary};
use takt_domain::permission::Permission;

use super::list;
use crate::net::list::List;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::route::{desk, encode};
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

pub(super) const PLACES: Text = Text::new("{} 处", "{} places");
pub(super) const LAST: Text = Text::new("上次盘点", "Last counted");
const NO_LINES: Text = Text::new("没有可显示的盘点行", "No lines to show");
const DIFFERENT: Text = Text::new("只看差异", "Differences");
const ALL: Text = Text::new("全部", "All");
const SHOW: Text = Text::new("显示", "Show");
const COUNTED: Text = Text::new("实盘", "Counted");
const BOOK: Text = Text::new("账面", "Books");
const DIFFERENCE: Text = Text::new("差异", "Difference");
const VALUE: Text = Text::new("金额", "Value");
const RECOUNT: Text = Text::new("待复盘", "To be counted again");
const AGREED: Text = Text::new("已盘", "Counted");
const POSTED: Text = Text::new("已过账", "Booked");
const DROPPED: Text = Text::new("已舍弃", "Left as it is");
const SINCE: Text = Text::new("上次盘点以来的出入库", "What moved since the last count");
const BEHIND: Text = Text::new("盘点之后", "after the count");
const AGAIN: Text = Text::new("安排复盘", "Have it counted again");
const DROP: Text = Text::new("舍弃,保持账面", "Leave it as the books have it");
const FINISH: Text = Text::new("完成盘点", "All is counted");
const REST: Text = Text::new("没有盘到的", "What nobody counted");
const MUST: Text = Text::new("必须盘完", "Has to be counted");
const LEAVE: Text = Text::new("保持账面", "Stays as it is");
const POST: Text = Text::new("差异过账", "Book the differences");
const NEEDS: Text =
    Text::new("差异超过仓管员权限,需要主管签名", "Worth more than a storekeeper may book: sign with your PIN");
const CANCEL: Text = Text::new("取消盘点", "Give the count up");
const WHY: Text = Text::new("请填写原因", "Say why");
const SUMMARY: Text = Text::new("{} 行", "{} lines");
const DIFFER: Text = Text::new("{} 行有差异", "{} differ");

/// What became of the lines, in words.
pub(super) fn said(summary: &Summary) -> String {
    let mut words = vec![SUMMARY.count(summary.lines as usize), DIFFER.count(summary.different as usize)];
    if !summary.value.is_zero() {
        words.push(format!("{} {}", VALUE.get(), summary.value));
    }
    words.join(" · ")
}

/// What is read of one count, so that all of it is read anew when something is done.
#[derive(Clone, Copy)]
struct Page {
    count: Read<CountRow>,
    lines: List<LineRow>,
    asked: Signal<Option<LineRow>>,
}

impl Page {
    fn again(self) {
        self.asked.set(None);
        self.count.again();
        self.lines.again();
    }
}

pub(super) fn view(id: &str) -> View {
    let base = Rc::new(format!("/api/v1/counts/{}", encode(id)));
    let different = create_signal(true);
    let lines: List<LineRow> = List::new(lines_path(&base, true));
    let page = Page { count: Read::new(base.as_str()), lines, asked: create_signal(None) };
    let address = Rc::clone(&base);
    create_effect(move || {
        let only = different.get();
        untrack(|| lines.turn_to(lines_path(&address, only)));
    });
    let options = vec![(true, DIFFERENT.get().to_owned()), (false, ALL.get().to_owned())];
    let choose = field::choice(SHOW, different, options);
    let asked = page.asked;
    let rows = ui::listed(lines, "rows card", NO_LINES, move |found: LineRow| row(found, asked));
    let of_line = Rc::clone(&base);
    let sheet = sheet::view(asked, move |found| {
        (format!("{} · {}", found.line.place.location, found.name), line(found, &of_line, page))
    });
    let head = ui::shown(page.count, move |found| head(&found, &base, page));
    let body = view! { (head) (choose) (rows) (sheet) };
    ui::shell::page(id, Some(desk("counts")), View::new(), body)
}

fn lines_path(base: &str, different: bool) -> String {
    format!("{base}/lines?limit=100{}", if different { "&different=true" } else { "" })
}

fn head(found: &CountRow, base: &Rc<String>, page: Page) -> View {
    let count = &found.count;
    let (chip, scope) = (super::chip(count.state), super::scope(&count.scope));
    let note = format!("{} · {} {}", show::time(count.at), show::user(&count.by), count.note);
    let summary = count.summary.as_ref().map_or(String::new(), said);
    let may = app::may(Permission::CountDo);
    let act = match count.state {
        CountState::Open if may => {
            let (upload, finish) = (list::form(base, move || page.again()), finish(base, page));
            view! { (finish) (upload) }
        }
        CountState::Counted if may => post(base, found.needs_approval.unwrap_or(true), page),
        _ => View::new(),
    };
    let give_up = match count.state {
        CountState::Open | CountState::Counted if may => cancel(base, page),
        _ => View::new(),
    };
    view! {
        div(class="card") {
            div(class="row-main") { strong(class="grow") { (scope) } (chip) }
            p(class="note") { (note) }
            p(class="lead") { (summary) }
            (act)
        }
        (give_up)
    }
}

fn done(page: Page) -> impl Fn(CountAnswer) + 'static {
    move |_| {
        app::app().say(Toast::good(text::SAVED.get()));
        page.again();
    }
}

fn finish(base: &Rc<String>, page: Page) -> View {
    let (leave, submit, base) = (create_signal(false), Submit::new(), Rc::clone(base));
    let button = submit_button::view(submit, FINISH, move || {
        let body = FinishCount { leave: leave.get_untracked() };
        submit.send("POST", format!("{base}/finish"), &body, Source::Hand, done(page));
    });
    let options = vec![(false, MUST.get().to_owned()), (true, LEAVE.get().to_owned())];
    let choose = field::choice(REST, leave, options);
    view! { (choose) (button) }
}

fn post(base: &Rc<String>, needs_approval: bool, page: Page) -> View {
    let (reason, pin, missing) =
        (create_signal(String::new()), create_signal(String::new()), create_signal(String::new()));
    let (submit, base) = (Submit::new(), Rc::clone(base));
    let button = submit_button::view(submit, POST, move || {
        let body = PostCount { reason: reason.with_untracked(|reason| reason.trim().to_owned()) };
        let path = format!("{base}/posting");
        missing.set(String::new());
        if !needs_approval {
            return submit.send("POST", path, &body, Source::Hand, done(page));
        }
        let typed = pin.get_clone_untracked();
        if typed.len() < 4 {
            return missing.set(text::PIN_HINT.get().into());
        }
        pin.set(String::new());
        submit.sign(typed, path, &body, done(page));
    });
    let words = field::line(text::REASON, reason, text::OPTIONAL);
    let sign = if needs_approval {
        let pin = field::pin(text::PIN_TO_SIGN, pin, text::PIN_HINT);
        view! { p(class="note") { (NEEDS) } (pin) }
    } else {
        View::new()
    };
    let fields = submit_button::fields(submit, view! { (words) (sign) });
    let hint = ui::hint(missing);
    view! { (fields) (hint) (button) }
}

fn cancel(base: &Rc<String>, page: Page) -> View {
    let base = Rc::clone(base);
    ui::fold_later(CANCEL, move || {
        let (reason, missing, base) = (create_signal(String::new()), create_signal(String::new()), Rc::clone(&base));
        let submit = Submit::new();
        let button = submit_button::view(submit, CANCEL, move || {
            let reason = reason.with_untracked(|reason| reason.trim().to_owned());
            if reason.is_empty() {
                return missing.set(WHY.get().into());
            }
            submit.send("POST", format!("{base}/cancellation"), &CancelCount { reason }, Source::Hand, done(page));
        });
        let fields = submit_button::fields(submit, field::line(text::REASON, reason, text::REASON_HINT));
        let hint = ui::hint(missing);
        view! { div(class="card") { (fields) (hint) (button) } }
    })
}

fn state(state: LineState) -> (&'static str, Text) {
    match state {
        LineState::Recount => ("chip bad", RECOUNT),
        LineState::Agreed => ("chip", AGREED),
        LineState::Posted => ("chip good", POSTED),
        LineState::Dropped => ("chip", DROPPED),
    }
}

fn numbers(found: &LineRow) -> String {
    let Some(last) = found.line.last() else { return String::new() };
    let value = found.value.map_or(String::new(), |value| format!(" · {} {}", VALUE.get(), show::change(value)));
    let difference = show::change(found.difference);
    format!(
        "{} {} · {} {} · {} {difference} {}{value}",
        COUNTED.get(),
        last.quantity,
        BOOK.get(),
        last.book,
        DIFFERENCE.get(),
        found.unit
    )
}

fn row(found: LineRow, asked: Signal<Option<LineRow>>) -> View {
    let place = &found.line.place;
    let title = format!("{} · {} {} {}", show::place(&place.location), place.item, found.name, place.lot);
    let (class, name) = state(found.line.state);
    let note = numbers(&found);
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(found.clone())))) {
                div(class="row-main") {
                    div(class="grow") { strong { (title) } p(class="note") { (note) } }
                    span(class=class) { (name) }
                    (icon::NEXT)
                }
            }
        }
    }
}

fn line(found: LineRow, base: &str, page: Page) -> View {
    let place = &found.line.place;
    let entries: Vec<_> = found
        .line
        .entries
        .iter()
        .map(|entry| {
            let difference = show::change(entry.difference());
            let said = format!(
                "{} {}: {} {} · {} {} · {difference}",
                show::time(entry.at),
                show::user(&entry.by),
                COUNTED.get(),
                entry.quantity,
                BOOK.get(),
                entry.book
            );
            view! { li { (said) } }
        })
        .collect();
    let since: Read<SinceLast> = Read::new(format!(
        "{base}/movements?location={}&item={}&lot={}",
        encode(place.location.as_str()),
        encode(place.item.as_str()),
        encode(&place.lot)
    ));
    let moved = ui::section(SINCE, ui::shown(since, |since| moved(&since)));
    let reason = found.line.reason.clone();
    let open = matches!(found.line.state, LineState::Agreed | LineState::Recount);
    let act = if open && app::may(Permission::CountApprove) { review(&found, base, page) } else { View::new() };
    view! { ul { (entries) } p(class="note") { (reason) } (moved) (act) }
}

fn moved(since: &SinceLast) -> View {
    let last = since.counted_at.map_or_else(|| "–".to_owned(), show::time);
    let last = format!("{} {last}", LAST.get());
    let rows: Vec<_> = since
        .rows
        .iter()
        .map(|movement| {
            let behind = if movement.seq > since.ledger { format!(" · {}", BEHIND.get()) } else { String::new() };
            let said = format!(
                "{} {} {} → {} · {} · {}{behind}",
                show::time(movement.booked_at),
                movement.kind.label(app::lang()),
                show::account(&movement.from),
                show::account(&movement.to),
                movement.quantity,
                show::user(&movement.by)
            );
            view! { li { (said) } }
        })
        .collect();
    view! { p(class="note") { (last) } ul(class="note") { (rows) } }
}

fn review(found: &LineRow, base: &str, page: Page) -> View {
    let (drop, reason) = (create_signal(false), create_signal(String::new()));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let (place, path) = (found.line.place.clone(), format!("{base}/review"));
    let button = submit_button::view(submit, text::SAVE, move || {
        let reason = reason.with_untracked(|reason| reason.trim().to_owned());
        if reason.is_empty() {
            return missing.set(WHY.get().into());
        }
        let body = ReviewLine { place: place.clone(), drop: drop.get_untracked(), reason };
        submit.send("POST", path.clone(), &body, Source::Hand, move |_: LineAnswer| {
            app::app().say(Toast::good(text::SAVED.get()));
            page.again();
        });
    });
    let options = vec![(false, AGAIN.get().to_owned()), (true, DROP.get().to_owned())];
    let choose = field::choice(SHOW, drop, options);
    let words = field::line(text::REASON, reason, text::REASON_HINT);
    let fields = submit_button::fields(submit, view! { (choose) (words) });
    let hint = ui::hint(missing);
    view! { (fields) (hint) (button) }
}
