//! A counted list, sent in pieces and entered as a whole: every row, or what is wrong with each.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::counts::{Absent, EnterList, ListAnswer, PutListPart};
use takt_api::stock::Source;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use crate::app;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};

const UPLOAD: Text = Text::new("上传盘点清单", "Upload a counted list");
const FILE: Text =
    Text::new("清单文件(CSV:location、item、lot、quantity)", "List (CSV: location, item, lot, quantity)");
const ABSENT: Text = Text::new("清单中没有的", "What the list does not name");
const LEAVE: Text = Text::new("保持账面", "Stays as it is");
const ZERO: Text = Text::new("视为没有(0)", "Is not there (0)");
const SEND: Text = Text::new("上传并录入", "Upload and enter");
const CHOOSE: Text = Text::new("请先选择清单文件", "Choose a list first");
const BROKEN: Text =
    Text::new("文件不是 UTF-8:请在 Excel 中另存为“CSV UTF-8”", "The file is not UTF-8: save it as “CSV UTF-8”");
const PROGRESS: Text = Text::new("已上传 {} 段", "{} pieces sent");
const ENTERED: Text = Text::new("已录入 {} 行", "{} rows entered");

/// Characters of one piece: what one call may carry whatever they are.
const PIECE: usize = 40_000;

/// The form; `done` is called when the list is entered.
pub(super) fn form(base: &Rc<String>, done: impl Fn() + Copy + 'static) -> View {
    let base = Rc::clone(base);
    ui::fold_later(UPLOAD, move || body(&base, done))
}

fn body(base: &Rc<String>, done: impl Fn() + Copy + 'static) -> View {
    let (content, absent) = (create_signal(String::new()), create_signal(Absent::Leave));
    let said = create_signal(String::new());
    let chosen = move |event: web_sys::Event| {
        let input = event.target().and_then(|target| target.dyn_into::<web_sys::HtmlInputElement>().ok());
        let Some(file) = input.and_then(|input| input.files()?.get(0)) else { return };
        app::spawn(async move {
            let text = JsFuture::from(file.text()).await.ok().and_then(|text| text.as_string()).unwrap_or_default();
            let broken = text.contains('\u{fffd}');
            said.set(if broken { BROKEN.get().into() } else { String::new() });
            content.set(if broken { String::new() } else { text });
        });
    };
    let (submit, base) = (Submit::new(), Rc::clone(base));
    let button = submit_button::view(submit, SEND, move || {
        let pieces = content.with_untracked(|text| pieces(text));
        if pieces.is_empty() {
            return said.set(CHOOSE.get().into());
        }
        let sending = Sending { base: Rc::clone(&base), pieces: Rc::new(pieces), absent: absent.get_untracked(), said };
        send(submit, sending, 0, done);
    });
    let options = vec![(Absent::Leave, LEAVE.get().to_owned()), (Absent::Zero, ZERO.get().to_owned())];
    let choose = field::choice(ABSENT, absent, options);
    let file = field::labelled(FILE, view! { input(r#type="file", accept=".csv,text/csv", on:change=chosen) });
    let fields = submit_button::fields(submit, view! { (file) (choose) });
    let hint = ui::hint(said);
    view! { div(class="card") { (fields) (hint) (button) } }
}

#[derive(Clone)]
struct Sending {
    base: Rc<String>,
    pieces: Rc<Vec<String>>,
    absent: Absent,
    said: Signal<String>,
}

fn pieces(text: &str) -> Vec<String> {
    let characters: Vec<char> = text.chars().collect();
    characters.chunks(PIECE).map(|piece| piece.iter().collect()).collect()
}

/// Sends the pieces one after another, then has the whole entered.
fn send(submit: Submit, sending: Sending, number: usize, done: impl Fn() + Copy + 'static) {
    let Sending { base, pieces, absent, said } = sending.clone();
    let Some(piece) = pieces.get(number) else {
        let body = EnterList { parts: u32::try_from(pieces.len()).unwrap_or(u32::MAX), absent };
        return submit.send("POST", format!("{base}/list"), &body, Source::Interface, move |answer: ListAnswer| {
            said.set(String::new());
            app::app().say(Toast::good(ENTERED.count(answer.rows as usize)));
            done();
        });
    };
    let body = PutListPart { text: piece.clone() };
    let path = format!("{base}/list/{}", number + 1);
    submit.send("PUT", path, &body, Source::Interface, move |_: ListAnswer| {
        said.set(PROGRESS.with(&format!("{}/{}", number + 1, sending.pieces.len())));
        send(submit, sending.clone(), number + 1, done);
    });
}
