//! What all pages share: where the reader is, who they are, in which language they read, and the last message to them.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;

use sycamore::prelude::*;
use takt_api::identity::Session;
use takt_api::pages;
use takt_domain::permission::{Permission, Role};
use takt_domain::text::Lang;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::spawn_local;

use crate::net::device::{self, Kept};
use crate::net::fetch::timer;
use crate::net::outbox::{self, Entry};
use crate::route::Route;
use crate::ui::toast::{Kind, Toast};
use crate::{json, sign_in, ui};

/// What makes one of the bundles of pages.
#[derive(Clone, Copy)]
pub struct Bundle {
    /// Its name and its addresses.
    pub made: &'static takt_api::pages::Bundle,
    /// Draws what somebody sees who is signed in.
    pub view: fn() -> View,
}

/// Copied freely: each part is a handle.
#[derive(Clone, Copy)]
pub struct App {
    pub route: Signal<Route>,
    pub session: Signal<Option<Rc<Session>>>,
    pub lang: Signal<Lang>,
    pub toast: Signal<Option<Toast>>,
    /// Where to go on after the sign-in that a lapsed session made necessary.
    pub back_to: Signal<Option<String>>,
    /// The last call had no answer, or one that this device had kept since then, in milliseconds: what is on the screen may
    /// be old.
    pub offline: Signal<Option<Option<f64>>>,
    /// Grows when requests without an answer come or go.
    pub pending: Signal<u32>,
    /// What waits on this device, and what became of it.
    pub outbox: Signal<Vec<Entry>>,
    /// Grows when the page should look again: it is seen again, or the network is back.
    woke: Signal<u32>,
}

thread_local! {
    static BUNDLE: Cell<Option<Bundle>> = const { Cell::new(None) };
    /// The outermost scope, in which the browser's own calls run.
    static SCOPE: Cell<Option<NodeHandle>> = const { Cell::new(None) };
    static APP: App = use_global_scope().run_in(|| App {
        route: create_signal(Route::parse(&here())),
        session: create_signal(kept_session()),
        lang: create_signal(kept_lang()),
        toast: create_signal(None),
        back_to: create_signal(None),
        offline: create_signal(None),
        pending: create_signal(0),
        outbox: create_signal(Vec::new()),
        woke: create_signal(0),
    });
}

/// The parts that all pages share.
pub fn app() -> App {
    APP.with(|app| *app)
}

/// The reader's language, without following it: a change of language draws everything anew.
pub fn lang() -> Lang {
    app().lang.get_untracked()
}

/// True when the reader's role holds the permission.
pub fn may(permission: Permission) -> bool {
    app().session.with_untracked(|session| session.as_ref().is_some_and(|s| s.permissions.contains(&permission)))
}

/// True when the reader has one of the roles.
pub fn is_any(roles: &[Role]) -> bool {
    roles.iter().any(|role| is(*role))
}

/// True when the reader has the role.
pub fn is(role: Role) -> bool {
    app().session.with_untracked(|session| session.as_ref().is_some_and(|s| s.roles.contains(&role)))
}

/// Who is signed in.
pub fn session() -> Option<Rc<Session>> {
    app().session.get_clone_untracked()
}

fn kept_session() -> Option<Rc<Session>> {
    let session: Session = json::read(&device::get(Kept::Session)?).ok()?;
    (session.expires_at > device::now()).then(|| Rc::new(session))
}

fn kept_lang() -> Lang {
    match device::get(Kept::Lang).as_deref() {
        Some("en") => Lang::En,
        _ => Lang::Zh,
    }
}

fn here() -> String {
    window().location().pathname().unwrap_or_else(|_| "/".into())
}

/// What the address says after the question mark.
pub fn query(name: &str) -> Option<String> {
    let search = window().location().search().ok()?;
    web_sys::UrlSearchParams::new_with_str(&search).ok()?.get(name).filter(|value| !value.is_empty())
}

fn home() -> &'static str {
    BUNDLE.get().map_or("/", |bundle| bundle.made.home)
}

/// True for an address that another bundle shows: it must be loaded.
pub fn is_elsewhere(path: &str) -> bool {
    let here = BUNDLE.get().map(|bundle| bundle.made.program);
    pages::of(path).is_some_and(|bundle| Some(bundle.program) != here)
}

impl App {
    /// Goes to an address of the app.
    pub fn go(self, path: &str) {
        if is_elsewhere(path) {
            self.keep_said();
            let _ = window().location().assign(path);
            return;
        }
        if let Ok(history) = window().history() {
            let _ = history.push_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(path));
        }
        self.follow();
        window().scroll_to_with_x_and_y(0.0, 0.0);
    }

    /// Goes to an address of another bundle, so that going back leads to where the reader was before this one.
    pub fn go_instead(self, path: &str) {
        self.keep_said();
        let _ = window().location().replace(path);
    }

    /// What was just said is said again by the bundle that is loaded next.
    fn keep_said(self) {
        let said = self.toast.get_clone_untracked().filter(|toast| toast.kind != Kind::Bad).map(|toast| toast.text);
        if let Some(said) = said {
            device::set(Kept::Said, &said);
        }
    }

    fn follow(self) {
        self.toast.update(|toast| {
            if toast.as_ref().is_some_and(|toast| toast.kind == Kind::Bad) {
                *toast = None;
            }
        });
        self.route.set(Route::parse(&here()));
    }

    /// Keeps the session and goes on.
    pub fn enter(self, session: Session) {
        device::set(Kept::User, session.user.as_str());
        device::set(Kept::Session, &json::write(&session).unwrap_or_default());
        let path = self.back_to.take().unwrap_or_else(|| home().into());
        // Another bundle finds the session on the device, and this one draws nothing before it leaves: a touch would be lost.
        if !is_elsewhere(&path) {
            self.session.set(Some(Rc::new(session)));
            outbox::drain_now();
        }
        self.go(&path);
    }

    /// Forgets the session. `lapsed` remembers where the reader was, to go on from there.
    pub fn leave(self, lapsed: bool) {
        if self.session.get_clone_untracked().is_none() {
            return;
        }
        device::remove(Kept::Session);
        // What one reader did is no news for the next one.
        self.toast.set(None);
        let search = window().location().search().unwrap_or_default();
        self.back_to.set(lapsed.then(|| here() + &search));
        self.session.set(None);
        let start = if home() == "/" { "/sign-in" } else { home() };
        // The sign-in is drawn over whatever the address is; who comes back goes on from there, without loading anything.
        if !(lapsed && is_elsewhere(start)) {
            self.go(start);
        }
    }

    /// Draws everything in the other language.
    pub fn speak(self, lang: Lang) {
        device::set(Kept::Lang, lang.pick("zh", "en"));
        self.lang.set(lang);
    }

    /// Draws everything in other colours: `light`, `dark`, `contrast`, or nothing for what the system asks for.
    pub fn wear(self, theme: &str) {
        device::set(Kept::Theme, theme);
        wear(theme);
    }

    /// Keeps that the server cannot be reached, and how old what is shown instead is, where that is known.
    pub fn tell_offline(self, offline: Option<Option<f64>>) {
        if self.offline.get_untracked() != offline {
            self.offline.set(offline);
        }
    }

    /// Has what is on the screen read again.
    pub fn wake(self) {
        self.woke.update(|times| *times += 1);
    }

    /// Tells the reader something at the edge of the screen.
    pub fn say(self, toast: Toast) {
        ui::toast::show(self.toast, toast);
    }
}

/// Calls `look` whenever the page should look again, as long as the part lives that asks for it.
pub fn on_wake(look: impl Fn() + 'static) {
    let woke = app().woke;
    let mut is_first = true;
    create_effect(move || {
        woke.track();
        if !std::mem::take(&mut is_first) {
            look();
        }
    });
}

/// Runs what the browser calls by itself: a timer, an answer, an event of the whole document. Signals may be made and read
/// only inside of a scope, and the browser knows of none; the handlers in a page's view have one.
pub fn within<T>(run: impl FnOnce() -> T) -> T {
    match SCOPE.get() {
        Some(scope) => scope.run_in(run),
        None => run(),
    }
}

/// Does something that waits. What it touches after a wait may be gone: it asks `is_alive` first.
pub fn spawn(task: impl Future<Output = ()> + 'static) {
    let mut task: Pin<Box<dyn Future<Output = ()>>> = Box::pin(task);
    spawn_local(poll_fn(move |context| within(|| task.as_mut().poll(context))));
}

fn wear(theme: &str) {
    let Some(html) = document().document_element() else { return };
    let _ = match theme {
        "" => html.remove_attribute("data-theme"),
        theme => html.set_attribute("data-theme", theme),
    };
}

fn is_seen() -> bool {
    document().visibility_state() == web_sys::VisibilityState::Visible
}

/// Draws the app over the first view, and follows links and the browser's own back and forward.
pub fn start(bundle: Bundle) {
    // Nothing here is meant to panic; where it does, the browser's console says what and where.
    std::panic::set_hook(Box::new(|info| web_sys::console::error_1(&info.to_string().into())));
    BUNDLE.set(Some(bundle));
    wear(&device::get(Kept::Theme).unwrap_or_default());
    let Some(root) = document().get_element_by_id("app") else { return };
    listen("popstate", window().as_ref(), |_| app().follow());
    listen("click", document().as_ref(), follow_link);
    listen("keydown", document().as_ref(), ui::keyboard::pressed);
    listen("offline", window().as_ref(), |_| app().tell_offline(Some(None)));
    listen("online", window().as_ref(), |_| {
        app().tell_offline(None);
        // Every phone of the hall hears it at once; not all of them shall ask at once.
        timer((js_sys::Math::random() * 2_000.0) as i32, || {
            outbox::drain_now();
            app().wake();
        });
    });
    listen("visibilitychange", document().as_ref(), |_| {
        if is_seen() {
            outbox::drain_now();
            app().wake();
        }
    });
    root.set_inner_html("");
    let view = || {
        SCOPE.set(Some(use_global_scope()));
        ui::live(draw)
    };
    sycamore::render_to(view, &root);
    within(outbox::start);
    if let Some(said) = device::get(Kept::Said) {
        device::remove(Kept::Said);
        app().say(Toast::good(said));
    }
}

fn draw() -> View {
    let app = app();
    let lang = app.lang.get();
    if let Some(html) = document().document_element() {
        let _ = html.set_attribute("lang", lang.pick("zh-CN", "en"));
    }
    let signed_in = app.session.with(Option::is_some);
    let bundle = BUNDLE.get().filter(|_| signed_in);
    untrack(|| bundle.map_or_else(sign_in::view, |bundle| (bundle.view)()))
}

fn listen(event: &str, target: &web_sys::EventTarget, heard: impl Fn(web_sys::Event) + 'static) {
    let heard = move |event| within(|| heard(event));
    let closure = Closure::<dyn Fn(web_sys::Event)>::new(heard);
    let _ = target.add_event_listener_with_callback(event, closure.as_ref().unchecked_ref());
    // It listens as long as the page lives.
    closure.forget();
}

/// A plain click on a link of this app changes the page without loading anything.
fn follow_link(event: web_sys::Event) {
    let Some(click) = event.dyn_ref::<web_sys::MouseEvent>() else { return };
    if click.default_prevented() || click.button() != 0 || click.ctrl_key() || click.meta_key() || click.shift_key() {
        return;
    }
    let target = click.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(link) = target.and_then(|target| target.closest("a[href]").ok().flatten()) else { return };
    if let Some(path) = link.get_attribute("href").filter(|href| href.starts_with('/') && !is_elsewhere(href)) {
        click.prevent_default();
        app().go(&path);
    }
}
