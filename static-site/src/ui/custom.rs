//! The plant's own fields as people fill them in: drawn by the form, judged while they type by the code that the server
//! judges with. Who changes a form sees it on every page that shows it within half a minute.

use std::collections::BTreeMap;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::forms::{CustomState, Forms, PutCustom};
use takt_api::stock::Source;
use takt_domain::field::{Field, FieldKind, Form, FormOf, Values, Width};
use takt_domain::order::InspectionResult;
use wasm_bindgen::JsCast;

use crate::app;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::{self, Text};
use crate::ui::toast::Toast;
use crate::ui::{field, live, submit_button, tap};

/// How often a page that shows a form asks whether it has changed, with a random bit more: at most every half minute.
const POLL_MS: i32 = 20_000;

const YES: Text = Text::new("是", "Yes");
const NO: Text = Text::new("否", "No");
const SAVE: Text = Text::new("保存", "Save");
const LIMITS: Text = Text::new("标准 {}", "limits {}");

/// Every form of the plant, looked at again while the page is seen.
pub fn forms() -> Read<Forms> {
    let read = Read::new("/api/v1/forms");
    read.poll(POLL_MS);
    read
}

/// One form out of them, where it has been made.
pub fn form(forms: Read<Forms>, of: FormOf) -> Option<Form> {
    let forms = forms.ready()?;
    forms.forms.iter().map(|state| &state.form).find(|form| form.of == of).cloned()
}

/// A form that is being filled in. What was typed stays when the form changes meanwhile.
#[derive(Clone, Copy)]
pub struct Fill {
    forms: Read<Forms>,
    of: FormOf,
    before: Signal<Values>,
    draft: Draft,
    /// The operation that it is filled in for, on the forms that have some.
    operation: Option<Signal<u16>>,
}

/// What was typed, and what is wrong with it.
#[derive(Clone, Copy)]
pub struct Draft {
    values: Signal<Values>,
    wrong: Signal<BTreeMap<String, String>>,
}

impl Draft {
    /// Begins with these values.
    pub fn new(values: Values) -> Self {
        Self { values: create_signal(values), wrong: create_signal(BTreeMap::new()) }
    }
}

impl Fill {
    /// Begins to fill in a form over these values.
    pub fn new(forms: Read<Forms>, of: FormOf, before: Values) -> Self {
        Self { forms, of, before: create_signal(before.clone()), draft: Draft::new(before), operation: None }
    }

    /// The same for one operation: what belongs to others is not asked for.
    pub fn at(self, operation: Signal<u16>) -> Self {
        Self { operation: Some(operation), ..self }
    }

    fn form(self) -> Option<Form> {
        let form = form(self.forms, self.of)?;
        Some(match self.operation {
            Some(operation) => form.at(operation.get()),
            None => form,
        })
    }

    /// The fields; nothing where the form has none.
    pub fn view(self) -> View {
        live(move || match self.form() {
            Some(form) => untrack(|| fields(&form, self.draft)),
            None => View::new(),
        })
    }

    /// The fields on a card of their own.
    pub fn card(self) -> View {
        live(move || match self.form().filter(|form| form.active().next().is_some()) {
            Some(form) => {
                let fields = untrack(|| fields(&form, self.draft));
                view! { section(class="card") { (fields) } }
            }
            None => View::new(),
        })
    }

    /// What is to be sent; else which fields are wrong, each of which then says what it wants. Without the form, which
    /// could not be loaded, the server judges.
    pub fn read(self) -> Result<Values, String> {
        let values = self.draft.values.get_clone_untracked();
        let Some(form) = untrack(|| self.form()) else { return Ok(values) };
        let mut on_form = values;
        let before = self.before.get_clone_untracked();
        // A field that was taken away while it was filled in is nobody's any more.
        on_form.retain(|id, value| form.active().any(|field| field.id == *id) || before.get(id) == Some(value));
        match form.accept(&on_form, &before, app::lang()) {
            Ok(accepted) => {
                self.draft.wrong.set(BTreeMap::new());
                Ok(accepted)
            }
            Err(problems) => {
                let mut wrong = BTreeMap::new();
                wrong.extend(problems.into_iter().map(|problem| (problem.at, problem.detail)));
                let is_wrong = |field: &&Field| wrong.contains_key(&field.id);
                let names: Vec<_> = form.active().filter(is_wrong).map(|field| field.label.get(app::lang())).collect();
                let said = format!("{}: {}", text::WRONG_FIELDS.get(), names.join(app::lang().pick("、", ", ")));
                self.draft.wrong.set(wrong);
                Err(said)
            }
        }
    }
}

/// The fields of a form, two of the narrow ones beside each other.
pub fn fields(form: &Form, draft: Draft) -> View {
    let all: Vec<_> = form.active().map(|field| one(field, draft)).collect();
    if all.is_empty() {
        return View::new();
    }
    view! { div(class="form-grid") { (all) } }
}

fn one(field: &Field, draft: Draft) -> View {
    let name = field.label.get(app::lang()).to_owned();
    let label = if field.required { format!("{name} *") } else { name.clone() };
    let limits = field.limits();
    let note = match (&field.kind, limits.is_empty()) {
        (FieldKind::Number { unit, .. }, true) => unit.clone(),
        (_, true) => String::new(),
        _ => LIMITS.with(&limits),
    };
    let class = if field.width == Width::Half { "field half" } else { "field" };
    let head = head(field, label, note, draft);
    let wrong = wrong(&field.id, draft);
    let is_chosen = matches!(field.kind, FieldKind::YesNo | FieldKind::Choice { .. });
    let input = match &field.kind {
        FieldKind::Number { decimals, min, .. } => {
            let (value, id) = (typed_before(field, draft), field.id.clone());
            let signed = min.is_none_or(|min| min.is_negative());
            field::number((field.id.clone(), name.clone()), value, *decimals == 0, signed, move |value| {
                set(draft, &id, value)
            })
        }
        _ if is_chosen => options(field, draft),
        _ => input(field, name.clone(), draft),
    };
    // A button inside of a label would take what is meant for its neighbours.
    if is_chosen || matches!(field.kind, FieldKind::Number { .. }) {
        view! { div(class=class, role="group", aria-label=name) { (head) (input) (wrong) } }
    } else {
        view! { label(class=class) { (head) (input) (wrong) } }
    }
}

/// The name, the limits, and what an inspection item says of the value so far.
fn head(field: &Field, label: String, note: String, draft: Draft) -> View {
    let verdict = if field.inspection {
        let field = field.clone();
        live(move || {
            let judged = draft.values.with(|values| field.judge(values.get(&field.id)?.trim()));
            judged.map_or_else(View::new, verdict)
        })
    } else {
        View::new()
    };
    view! { span(class="field-head") { (label) " " span(class="note") { (note) } (verdict) } }
}

/// 合格 or 不合格.
pub fn verdict(result: InspectionResult) -> View {
    match result {
        InspectionResult::Pass => view! { span(class="chip small good") { (text::PASS) } },
        InspectionResult::Fail => view! { span(class="chip small bad") { (text::FAIL) } },
    }
}

fn wrong(id: &str, draft: Draft) -> View {
    let id = id.to_owned();
    let said = create_memo(move || draft.wrong.with(|wrong| wrong.get(&id).cloned()));
    live(move || match said.get_clone() {
        Some(said) => view! { span(class="field-wrong", role="alert") { (said) } },
        None => View::new(),
    })
}

fn set(draft: Draft, id: &str, value: String) {
    draft.wrong.update(|wrong| drop(wrong.remove(id)));
    draft.values.update(|values| {
        if value.trim().is_empty() {
            values.remove(id);
        } else {
            values.insert(id.to_owned(), value);
        }
    });
}

fn typed_before(field: &Field, draft: Draft) -> String {
    draft.values.with_untracked(|values| values.get(&field.id).cloned()).unwrap_or_default()
}

fn input(field: &Field, name: String, draft: Draft) -> View {
    let value = typed_before(field, draft);
    let id = field.id.clone();
    let typed = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(input) = input {
            set(draft, &id, input.value());
        }
    };
    let (kind, mode, length) = match &field.kind {
        FieldKind::Text { max_chars } => ("text", "text", max_chars.to_string()),
        _ => ("date", "none", "10".to_owned()),
    };
    let path = field.id.clone();
    view! {
        input(
            r#type=kind, inputmode=mode, maxlength=length, autocomplete="off", name=path, aria-label=name,
            value=value, on:input=typed
        )
    }
}

fn options(field: &Field, draft: Draft) -> View {
    let lang = app::lang();
    let all: Vec<(String, String)> = match &field.kind {
        FieldKind::Choice { options } => {
            options.iter().map(|option| (option.id.clone(), option.label.get(lang).to_owned())).collect()
        }
        _ => vec![("yes".into(), YES.get().into()), ("no".into(), NO.get().into())],
    };
    let field: Rc<str> = field.id.as_str().into();
    let button = |(value, name): (String, String)| {
        let (id, this) = (Rc::clone(&field), value.clone());
        let pressed = create_memo(move || draft.values.with(|values| values.get(&*id) == Some(&this)));
        let state = move || if pressed.get() { "true" } else { "false" };
        let id = Rc::clone(&field);
        // A second touch takes the answer back.
        let choose = tap(move || {
            set(draft, &id, if pressed.get_untracked() { String::new() } else { value.clone() });
        });
        view! { button(r#type="button", class="option", aria-pressed=state, on:click=choose) { (name) } }
    };
    let buttons: Vec<_> = all.into_iter().map(button).collect();
    view! { div(class="options") { (buttons) } }
}

/// The fields in a sheet, with the button that saves them.
pub fn sheet(fill: Fill, path: String, done: impl Fn() + Clone + 'static) -> View {
    let (submit, wrong) = (Submit::new(), create_signal(String::new()));
    let send = move || {
        let custom = match fill.read() {
            Ok(custom) => custom,
            Err(said) => return wrong.set(said),
        };
        wrong.set(String::new());
        let done = done.clone();
        submit.send("PUT", path.clone(), &PutCustom { custom }, Source::Hand, move |_: CustomState| {
            app::app().say(Toast::good(text::SAVED.get()));
            done();
        });
    };
    let fields = submit_button::fields(submit, fill.view());
    let (hint, button) = (super::hint(wrong), submit_button::view(submit, SAVE, send));
    view! { (fields) (hint) (button) }
}

/// Values by their names, for who reads: what the form has, in its order, then what it does not know.
pub fn pairs(form: Option<&Form>, values: &Values, checks: &BTreeMap<String, InspectionResult>) -> Vec<View> {
    let lang = app::lang();
    let known = form.into_iter().flat_map(|form| &form.fields);
    let known: Vec<_> = known.filter_map(|field| Some((field, values.get(&field.id)?))).collect();
    let unknown = values.iter().filter(|(id, _)| !known.iter().any(|(field, _)| field.id == **id));
    let mut pairs = Vec::new();
    for (field, value) in &known {
        let unit = match &field.kind {
            FieldKind::Number { unit, .. } if !unit.is_empty() => format!(" {unit}"),
            _ => String::new(),
        };
        let judged = checks.get(&field.id).copied().or_else(|| field.judge(value));
        let shown = format!("{}{unit}", field.shown(value, lang));
        pairs.push(pair(field.label.get(lang).to_owned(), shown, judged));
    }
    pairs.extend(unknown.map(|(id, value)| pair(id.clone(), value.clone(), None)));
    pairs
}

/// The fields that lists show, on one line.
pub fn listed(forms: Read<Forms>, of: FormOf, values: Values) -> View {
    live(move || {
        let form = form(forms, of);
        let shown = form.iter().flat_map(|form| form.active()).filter(|field| field.in_list);
        let told = shown.filter_map(|field| {
            let value = field.shown(values.get(&field.id)?, app::lang());
            Some(format!("{} {value}", field.label.get(app::lang())))
        });
        let told: Vec<_> = told.collect();
        if told.is_empty() {
            return View::new();
        }
        let told = told.join(" · ");
        view! { p(class="note") { (told) } }
    })
}

fn pair(name: String, value: String, judged: Option<InspectionResult>) -> View {
    let mark = judged.map_or_else(View::new, verdict);
    view! { div(class="pair") { dt { (name) } dd { (value) " " (mark) } } }
}
