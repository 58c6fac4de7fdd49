//! Devices: where people have signed in, what the plant calls them, and which ones nobody may use any more.

use sycamore::prelude::*;
use takt_api::identity::{Device, PutDevice};
use takt_api::stock::Source;

use crate::frame::names::DEVICES;
use crate::net::device;
use crate::net::list::List;
use crate::net::submit::Submit;
use crate::route::encode;
use crate::text::Text;
use crate::ui::{self, field, icon, sheet, submit_button, tap, toast::Toast};
use crate::{app, show, text};

const LEAD: Text = Text::new(
    "登录过的每台手机和电脑。丢失的设备请停用:当前登录立即失效,之后无法再登录。",
    "Every phone and computer at which somebody has signed in. Block one that is lost: who is signed in there is signed out, and nobody signs in again.",
);
const NONE: Text = Text::new("没有找到终端", "No device found");
const THIS: Text = Text::new("本机", "This one");
const BLOCKED: Text = Text::new("已停用", "Blocked");
const ALLOWED: Text = Text::new("可用", "Allowed");
const NAME_HINT: Text = Text::new("例如:一线平板 2", "for instance: tablet 2 of line 1");
const NAME: Text = Text::new("名称", "Name");
const SEARCH: Text = Text::new("终端、用户或浏览器", "Device, user or browser");

pub(crate) fn view(_: &[String]) -> View {
    let search = create_signal(String::new());
    let path = move || {
        let q = search.with(|q| if q.trim().is_empty() { String::new() } else { format!("&q={}", encode(q.trim())) });
        format!("/api/v1/devices?limit=100{q}")
    };
    let list: List<Device> = List::new(untrack(path));
    list.follow(path);
    let asked = create_signal(None::<Device>);
    let rows = ui::listed(list, "rows card", NONE, move |known: Device| row(known, asked));
    let sheet = sheet::view(asked, move |known| (known.device.clone(), form(known, asked, list)));
    let body = view! {
        p(class="lead") { (LEAD) }
        div(class="filters") {
            div(class="scan") { input(r#type="search", aria-label=SEARCH, placeholder=SEARCH, bind:value=search) }
        }
        (rows)
        (sheet)
    };
    ui::shell::page(DEVICES.get(), None, View::new(), body)
}

/// Which machine and browser a `User-Agent` means, as far as people care.
fn kind(agent: &str) -> String {
    let first = |known: &[(&'static str, &'static str)]| {
        known.iter().find(|(sign, _)| agent.contains(sign)).map(|(_, name)| *name)
    };
    let machine = first(&[
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("Macintosh", "Mac"),
        ("Linux", "Linux"),
    ]);
    // What others call themselves too stands last.
    let browser = first(&[
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("Firefox", "Firefox"),
        ("Chrome", "Chrome"),
        ("Safari", "Safari"),
    ]);
    [machine, browser].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

fn row(known: Device, asked: Signal<Option<Device>>) -> View {
    let name = if known.name.is_empty() { known.device.clone() } else { known.name.clone() };
    let kind = kind(&known.agent);
    let parts = [known.device.clone(), kind, known.user.to_string(), show::time(known.at)];
    let note = parts.into_iter().filter(|part| !part.is_empty() && *part != name).collect::<Vec<_>>().join(" · ");
    let here = if known.device == device::id() {
        view! { span(class="chip") { (THIS) } }
    } else {
        View::new()
    };
    let blocked = if known.blocked {
        view! { span(class="chip bad") { (BLOCKED) } }
    } else {
        View::new()
    };
    view! {
        li(class="row") {
            button(r#type="button", class="plain-row", on:click=tap(move || asked.set(Some(known.clone())))) {
                div(class="row-main") { div(class="grow") { strong { (name) } p(class="note") { (note) } } (here) (blocked) (icon::NEXT) }
            }
        }
    }
}

fn form(known: Device, asked: Signal<Option<Device>>, list: List<Device>) -> View {
    let (name, blocked) = (create_signal(known.name.clone()), create_signal(known.blocked));
    let submit = Submit::new();
    let send = move || {
        let body =
            PutDevice { name: name.with_untracked(|name| name.trim().to_owned()), blocked: blocked.get_untracked() };
        let path = format!("/api/v1/devices/{}", encode(&known.device));
        submit.send("PUT", path, &body, Source::Hand, move |_: Device| {
            app::app().say(Toast::good(text::SAVED.get()));
            asked.set(None);
            list.again();
        });
    };
    let states = vec![(false, ALLOWED.get().to_owned()), (true, BLOCKED.get().to_owned())];
    let (name, states) = (field::line(NAME, name, NAME_HINT), field::choice(text::STATUS, blocked, states));
    let fields = submit_button::fields(submit, view! { (name) (states) });
    let button = submit_button::view(submit, text::SAVE, send);
    view! { (fields) (button) }
}
