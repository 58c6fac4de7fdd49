//! The editor of one flow: the sheet, the panel beside it, trying it, and publishing.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::flows::{DraftDetail, FlowDetail, PublishFlow, PutDraft};
use takt_api::stock::Source;
use takt_domain::flow::FlowRef;

use super::draft::{Chosen, Draft};
use super::{api_path, canvas, panel, parts, trial};
use crate::app;
use crate::net::submit::Submit;
use crate::route::Route;
use crate::text::{self, Text};
use crate::ui::{self, field, sheet, submit_button, tap, toast::Toast};

const UNDO: Text = Text::new("撤销", "Undo");
const SAVE: Text = Text::new("保存草稿", "Save the draft");
const ADD_STATE: Text = Text::new("加状态", "Add a state");
const TRY: Text = Text::new("试走", "Try it");
const DRAW: Text = Text::new("回到绘制", "Draw on");
const PUBLISH: Text = Text::new("发布", "Publish");
const NOT_SAVED: Text = Text::new("有未保存的改动", "Not saved yet");
const FAULTY: Text = Text::new("先解决列出的问题,再发布。", "Mend what is listed, then publish.");
const USUAL: Text = Text::new("新工单从此默认用它", "New orders get it from now on");
const NOT_USUAL: Text = Text::new("只用于指名它的工单", "Only orders that name it");
const FOR: Text = Text::new("用于", "It is for");
const PUBLISHED: Text = Text::new("已发布 {}", "{} is published");
const MOVE: Text = Text::new("迁移未完工单", "Move open orders");
const HOW: Text = Text::new(
    "拖动方框移动状态;从方框右边的圆点拖到另一个方框,画出动作。",
    "Drag a box to move a state; drag from the dot at a box to another box to draw an action.",
);

pub(super) fn view(name: &str, detail: &Rc<FlowDetail>) -> View {
    let start = match (&detail.draft, &detail.flow) {
        (Some(draft), _) => Some((draft.flow.clone(), draft.draft_version)),
        (None, Some(flow)) => Some((flow.clone(), 0)),
        (None, None) => None,
    };
    let Some((flow, version)) = start else { return ui::empty(text::NO_SUCH_PAGE) };
    let draft = Draft::new(flow, version);
    let tries = create_signal(false);
    let asked = create_signal(None::<()>);
    let save = Submit::new();
    let beside = ui::live(move || {
        if tries.get() {
            untrack(|| view! { div(class="flow-panel") { (trial::view(draft)) } })
        } else {
            untrack(|| panel::view(draft))
        }
    });
    let bar = bar(name, draft, tries, save, asked, detail);
    let outcome = submit_button::outcome(save);
    let for_sheet = name.to_owned();
    let sheet = sheet::view(asked, move |()| (PUBLISH.get().to_owned(), publish(&for_sheet, draft, asked)));
    let drawing = canvas::view(draft);
    view! {
        (bar)
        (outcome)
        p(class="note") { (HOW) }
        div(class="flow-editor") { (drawing) (beside) }
        (sheet)
    }
}

fn bar(
    name: &str,
    draft: Draft,
    tries: Signal<bool>,
    submit: Submit,
    asked: Signal<Option<()>>,
    detail: &FlowDetail,
) -> View {
    let (for_save, for_publish) = (name.to_owned(), name.to_owned());
    let undo = tap(move || draft.undo());
    let add = parts::button(ADD_STATE, "quiet", move || {
        tries.set(false);
        draft.add_state();
    });
    let face = move || if tries.get() { DRAW.get() } else { TRY.get() };
    let turn = tap(move || {
        draft.chosen.set(Chosen::Flow);
        tries.set(!tries.get_untracked());
    });
    let unsaved = ui::live(move || {
        if draft.changed.get() {
            view! { span(class="chip high") { (NOT_SAVED) } }
        } else {
            View::new()
        }
    });
    let saved = tap(move || save(&for_save, draft, submit, || app::app().say(Toast::good(text::SAVED.get()))));
    // What is published is what was saved.
    let publishes = tap(move || {
        if draft.problems.with(|problems| !problems.is_empty()) {
            draft.chosen.set(Chosen::Flow);
            tries.set(false);
            return app::app().say(Toast::bad(FAULTY.get()));
        }
        if draft.changed.get_untracked() || draft.version.get_untracked() == 0 {
            save(&for_publish, draft, submit, move || asked.set(Some(())));
        } else {
            asked.set(Some(()));
        }
    });
    let moves = detail.published.is_some().then(|| {
        let path = Route::Desk(vec!["flows".into(), name.to_owned(), "move".into()]).path();
        view! { a(class="quiet", href=path) { (MOVE) } }
    });
    let moves = View::from(moves);
    view! {
        div(class="flow-bar") {
            (add)
            button(r#type="button", class="quiet", disabled=move || !draft.can_undo(), on:click=undo) { (UNDO) }
            button(r#type="button", class="quiet", on:click=turn) { (face) }
            span(class="grow") { (unsaved) }
            (moves)
            button(r#type="button", class="quiet", disabled=move || submit.is_held(), on:click=saved) { (SAVE) }
            button(r#type="button", class="quiet strong", disabled=move || submit.is_held(), on:click=publishes) { (PUBLISH) }
        }
    }
}

fn save(name: &str, draft: Draft, submit: Submit, after: impl Fn() + 'static) {
    let body = PutDraft { flow: draft.flow.get_clone_untracked(), draft_version: draft.version.get_untracked() };
    let sent = body.flow.clone();
    submit.send("PUT", format!("{}/draft", api_path(name)), &body, Source::Hand, move |saved: DraftDetail| {
        draft.version.set(saved.draft_version);
        // What was drawn while the answer was on its way is not saved yet.
        draft.changed.set(draft.flow.with_untracked(|flow| *flow != sent));
        after();
    });
}

fn publish(name: &str, draft: Draft, asked: Signal<Option<()>>) -> View {
    let (reason, usual) = (create_signal(String::new()), create_signal(true));
    let (missing, submit) = (create_signal(String::new()), Submit::new());
    let name = name.to_owned();
    let confirm = move || {
        let reason = reason.get_clone_untracked().trim().to_owned();
        if reason.is_empty() {
            return missing.set(text::REASON_NEEDED.into());
        }
        missing.set(String::new());
        let body =
            PublishFlow { draft_version: draft.version.get_untracked(), reason, make_default: usual.get_untracked() };
        let page = super::page_of(&name).path();
        submit.send("POST", format!("{}/versions", api_path(&name)), &body, Source::Hand, move |made: FlowRef| {
            asked.set(None);
            app::app().go(&page);
            app::app().say(Toast::good(PUBLISHED.with(&format!("{} v{}", made.name, made.version))));
        });
    };
    let options = vec![(true, USUAL.get().to_owned()), (false, NOT_USUAL.get().to_owned())];
    let (choose, words) = (field::choice(FOR, usual, options), field::lines(text::REASON, reason, text::REASON_HINT));
    let fields = submit_button::fields(submit, view! { (choose) (words) });
    let hint = ui::hint(missing);
    let button = submit_button::view(submit, PUBLISH, confirm);
    view! { (fields) (hint) (button) }
}
