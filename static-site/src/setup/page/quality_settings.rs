//! What the plant has chosen about quality.

use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::quality::QualitySettingsDocument;
use takt_api::stock::Source;
use takt_domain::quality::QualitySettings;

use crate::frame::names::QUALITY_SETTINGS as NAME;
use crate::net::read::Read;
use crate::net::submit::Submit;
use crate::text::Text;
use crate::ui::{self, field, submit_button, toast::Toast};
use crate::{app, text};

const AFTER_PASS: Text = Text::new("首检合格之后又有首检不合格", "A first article that fails after one has passed");
const STAYS: Text = Text::new("不影响报工", "Reporting stays open");
const CLOSES: Text = Text::new("停止报工,直到再次合格", "Reporting closes until one passes");
const EXPLAIN: Text = Text::new(
    "首件检验合格一次后即可报工。这里选择之后的首检不合格时是否重新关闭报工。",
    "One first article that passes opens reporting. Here you choose whether a later one that fails closes it again.",
);

pub(crate) fn view(_: &[String]) -> View {
    let read: Read<QualitySettingsDocument> = Read::new("/api/v1/quality-settings");
    let body = ui::shown(read, move |document| form(&document, read));
    ui::shell::page(NAME.get(), None, View::new(), body)
}

fn form(document: &Rc<QualitySettingsDocument>, read: Read<QualitySettingsDocument>) -> View {
    let version = document.version;
    let closes = create_signal(document.settings.first_article_failure_closes);
    let submit = Submit::new();
    let send = move || {
        let settings = QualitySettings { first_article_failure_closes: closes.get_untracked() };
        let body = QualitySettingsDocument { version, settings };
        submit.send(
            "PUT",
            "/api/v1/quality-settings".into(),
            &body,
            Source::Hand,
            move |_: QualitySettingsDocument| {
                app::app().say(Toast::good(text::SAVED.get()));
                read.again();
            },
        );
    };
    let options = vec![(false, STAYS.get().to_owned()), (true, CLOSES.get().to_owned())];
    let choice = field::choice(AFTER_PASS, closes, options);
    let fields = submit_button::fields(submit, choice);
    let button = submit_button::view(submit, text::SAVE, send);
    view! { section(class="card narrow") { p(class="note") { (EXPLAIN) } (fields) (button) } }
}
