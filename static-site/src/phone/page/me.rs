//! Who is signed in, the other pages, the language, and the way out.

use sycamore::prelude::*;
use takt_domain::permission::Permission;

use crate::net::device::{self, Kept};
use crate::text::Text;
use crate::ui::{self, field, icon, tone};
use crate::{app, frame::floor, show, sign_in, text};

const COLOURS: Text = Text::new("颜色", "Colours");
const THEMES: [(&str, Text); 4] = [
    ("", Text::new("跟随系统", "As the system")),
    ("light", Text::new("浅色", "Light")),
    ("dark", Text::new("深色", "Dark")),
    ("contrast", Text::new("高对比", "High contrast")),
];
const SOUND: Text = Text::new("扫码提示音", "Tone when scanning");
const ON: Text = Text::new("开", "On");
const OFF: Text = Text::new("关", "Off");
/// From how much on the reader is told that the clock is wrong.
const CLOCK_SAID_S: f64 = 60.0;
const CLOCK_SLOW: Text = Text::new(
    "本机时钟慢约 {} 分钟;记录按工厂的时间。请在手机设置里校准。",
    "This device's clock is about {} min slow. Records bear the plant's time. Please set the clock.",
);
const CLOCK_FAST: Text = Text::new(
    "本机时钟快约 {} 分钟;记录按工厂的时间。请在手机设置里校准。",
    "This device's clock is about {} min fast. Records bear the plant's time. Please set the clock.",
);

pub(crate) fn view() -> View {
    let Some(session) = app::session() else { return View::new() };
    let lang = app::lang();
    let roles: Vec<_> = session
        .roles
        .iter()
        .map(|role| {
            let label = role.label(lang);
            view! { span(class="chip") { (label) } }
        })
        .collect();
    let (name, user) = (session.name.clone(), session.user.to_string());
    let plant = format!("{} ({})", session.plant_name, session.plant);
    let plant = ui::pair(text::PLANT, plant);
    let until = text::VALID_UNTIL.with(&show::time(session.expires_at));
    let line = session.line.as_ref().map(|line| ui::pair(text::LINE, line.to_string()));
    let line = View::from(line);
    let links: Vec<_> = floor::entries()
        .into_iter()
        .map(|(route, drawing, name)| {
            let path = route.path();
            view! { li { a(class="entry", href=path) { (drawing) span(class="grow") { (name) } (icon::NEXT) } } }
        })
        .collect();
    let clock = clock();
    let waiting = ui::approvals::inbox(true);
    let (presence, language, sign_out) = (presence(), sign_in::language(), sign_in::sign_out());
    let (colours, sound) = (colours(), sound());
    let body = view! {
        section(class="card") {
            p(class="title") { (name) }
            p(class="sub") { (user) }
            div(class="chips") { (roles) }
            dl(class="pairs") { (plant) (line) }
            p(class="note") { (until) }
            (clock)
        }
        (waiting)
        (presence)
        ul(class="entries card") { (links) }
        section(class="card") { h2 { (text::LANGUAGE) } (language) }
        section(class="card") { h2 { (COLOURS) } (colours) }
        section(class="card") { h2 { (SOUND) } (sound) }
        (sign_out)
    };
    ui::shell::page(text::ME.get(), None, View::new(), body)
}

/// Operators say that they are here from their own page.
fn presence() -> View {
    if !app::may(Permission::PresenceSelf) || !app::may(Permission::MasterView) {
        return View::new();
    }
    super::line::mine()
}

/// As the system asks for, or as the reader likes it.
fn colours() -> View {
    let worn = device::get(Kept::Theme).unwrap_or_default();
    let worn = create_signal(worn);
    let mut is_first = true;
    create_effect(move || {
        let theme = worn.get_clone();
        if !std::mem::take(&mut is_first) {
            app::app().wear(&theme);
        }
    });
    let options = THEMES.iter().map(|(theme, name)| ((*theme).to_owned(), name.get().to_owned())).collect();
    field::choice(COLOURS, worn, options)
}

/// On or off, on this device; who turns it on hears it.
fn sound() -> View {
    let loud = create_signal(tone::is_loud());
    let mut is_first = true;
    create_effect(move || {
        let is_loud = loud.get();
        if !std::mem::take(&mut is_first) {
            tone::set_loud(is_loud);
            tone::good();
        }
    });
    field::choice(SOUND, loud, vec![(true, ON.get().to_owned()), (false, OFF.get().to_owned())])
}

/// Says so where this device's clock is wrong; its records bear the plant's time all the same.
fn clock() -> View {
    let off_s = device::clock_off_ms() / 1000.0;
    if off_s.abs() < CLOCK_SAID_S {
        return View::new();
    }
    let said = if off_s > 0.0 { CLOCK_SLOW } else { CLOCK_FAST };
    let said = said.with(&((off_s.abs() / 60.0).ceil() as i32).to_string());
    view! { p(class="notice") { (said) } }
}
