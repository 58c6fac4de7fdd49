//! A headless Chromium with the screen of a phone or of a desk, driven over the DevTools protocol.
//!
//! The protocol is one JSON message each way over a WebSocket; the few calls that a page test needs are below. No
//! driver program has to fit the browser's version.

use std::fs;
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tungstenite::{Message, WebSocket};

use crate::film::Film;
use crate::host::{Folder, root};
use crate::plant::PIN;
use crate::wait::{PATIENCE, until};

/// A browser with one page.
pub struct Browser {
    child: Child,
    socket: WebSocket<TcpStream>,
    next_id: u64,
    session: Option<String>,
    /// What the page wrote to its console as an error, and what it failed to load.
    pub complaints: Vec<String>,
    profile: Folder,
    /// What it was started with beside what every one is.
    extra: Vec<String>,
}

fn program() -> PathBuf {
    let known = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
    let chosen = std::env::var_os("TAKT_CHROMIUM").map(PathBuf::from);
    let found = chosen.or_else(|| known.iter().map(PathBuf::from).find(|path| path.is_file()));
    found.expect("Chromium is needed: `cargo takt test` installs it on Debian; else set TAKT_CHROMIUM")
}

/// A script that finds a visible control by its name: the very name first, then one that begins so, then one that has it.
fn control(name: &str) -> String {
    format!(
        "(() => {{ const plain = text => (text || '').replace(/\\s+/g, ' ').trim(); const wanted = {}; \
         const called = each => plain(each.getAttribute('aria-label') || each.innerText); \
         const place = document.querySelector('dialog[open]') || document; \
         const seen = [...place.querySelectorAll('button, a, summary, [role=button], [role=tab]')] \
         .filter(each => each.checkVisibility({{visibilityProperty: true}})); \
         return seen.find(each => called(each) === wanted) || seen.find(each => called(each).startsWith(wanted)) \
         || seen.find(each => called(each).includes(wanted)) || null }})()",
        json!(name)
    )
}

fn launch(profile: &Folder, extra: &[String]) -> (Child, WebSocket<TcpStream>) {
    let file = profile.path().join("DevToolsActivePort");
    // An earlier run of it may have left its own.
    let _ = fs::remove_file(&file);
    let child = Command::new(program())
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--mute-audio"])
        .args(["--no-first-run", "--no-default-browser-check", "--disable-background-networking"])
        .args(["--remote-debugging-port=0", "--window-size=390,844"])
        .args(extra)
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("about:blank")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Chromium can be run");
    let (port, path) = until("Chromium listens", || {
        let text = fs::read_to_string(&file).ok()?;
        let (port, path) = text.trim().split_once('\n')?;
        Some((port.parse::<u16>().ok()?, path.to_owned()))
    });
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("Chromium listens");
    stream.set_read_timeout(Some(PATIENCE)).expect("a socket takes a time limit");
    let url = format!("ws://127.0.0.1:{port}{path}");
    let (socket, _) = tungstenite::client(url, stream).expect("Chromium speaks WebSocket");
    (child, socket)
}

impl Browser {
    /// Starts one whose window is as wide and high as a phone's screen.
    pub fn phone() -> Self {
        let mut browser = Self::start();
        browser.screen(390, 844, true);
        browser
    }

    /// Starts one on the screen of a desk.
    pub fn desk() -> Self {
        let mut browser = Self::start();
        browser.screen(1440, 900, false);
        browser
    }

    /// Starts one of a phone whose camera sees a film and nothing else. Pages may use it.
    pub fn phone_that_sees(film: &Film) -> Self {
        let film = film.path();
        let mut browser = Self::start_with(vec![
            "--use-fake-device-for-media-stream".into(),
            format!("--use-file-for-fake-video-capture={}", film.display()),
        ]);
        browser.call("Browser.grantPermissions", json!({"permissions": ["videoCapture"]}));
        browser.screen(360, 740, true);
        browser
    }

    /// Gives the page a screen of that size.
    pub fn screen(&mut self, width: u32, height: u32, is_phone: bool) {
        let scale = if is_phone { 2 } else { 1 };
        let screen = json!({"width": width, "height": height, "deviceScaleFactor": scale, "mobile": is_phone,
            "screenWidth": width, "screenHeight": height});
        self.call("Emulation.setDeviceMetricsOverride", screen);
        self.call("Emulation.setTouchEmulationEnabled", json!({"enabled": is_phone}));
    }

    fn start() -> Self {
        Self::start_with(Vec::new())
    }

    fn start_with(extra: Vec<String>) -> Self {
        let profile = Folder::new();
        let (child, socket) = launch(&profile, &extra);
        let mut browser = Self { child, socket, next_id: 0, session: None, complaints: Vec::new(), profile, extra };
        browser.attach();
        browser
    }

    /// The phone's battery is empty, and somebody charges it: the browser is killed and started again, with all that it had
    /// on its disk.
    pub fn dies_and_comes_back(&mut self) {
        self.child.kill().expect("a browser that runs can be killed");
        let _ = self.child.wait();
        (self.child, self.socket) = launch(&self.profile, &self.extra);
        self.session = None;
        self.attach();
        self.screen(390, 844, true);
    }

    fn attach(&mut self) {
        let target = self.call("Target.createTarget", json!({"url": "about:blank"}));
        let attached = self.call("Target.attachToTarget", json!({"targetId": target["targetId"], "flatten": true}));
        self.session = Some(attached["sessionId"].as_str().expect("a page is attached").to_owned());
        for domain in ["Page.enable", "Runtime.enable", "Network.enable", "Log.enable"] {
            self.call(domain, json!({}));
        }
    }

    /// The reader's languages, first one first, for instance `zh-CN,zh`.
    pub fn speak(&mut self, languages: &str) {
        self.call("Emulation.setLocaleOverride", json!({"locale": languages.split(',').next()}));
        // Not as an extra header: that would replace what the page itself asks for.
        let agent = self.eval("navigator.userAgent");
        self.call("Network.setUserAgentOverride", json!({"userAgent": agent, "acceptLanguage": languages}));
    }

    /// Goes to a page.
    pub fn open(&mut self, url: &str) {
        let answer = self.call("Page.navigate", json!({"url": url}));
        assert!(answer.get("errorText").is_none(), "{url}: {answer}");
    }

    /// Sends a command and waits for its answer.
    pub fn call(&mut self, method: &str, params: Value) -> Value {
        self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
    }

    fn try_call(&mut self, method: &str, params: Value) -> Result<Value, Value> {
        self.next_id += 1;
        let id = self.next_id;
        let mut message = json!({"id": id, "method": method, "params": params});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.socket.send(Message::text(message.to_string())).expect("Chromium listens");
        loop {
            let Message::Text(text) = self.socket.read().expect("Chromium answers") else { continue };
            let answer: Value = serde_json::from_str(&text).expect("Chromium answers in JSON");
            if answer["id"] == id {
                return match answer.get("error") {
                    None => Ok(answer["result"].clone()),
                    Some(error) => Err(error.clone()),
                };
            }
            self.note(&answer);
        }
    }

    fn note(&mut self, event: &Value) {
        let params = &event["params"];
        let complaint = match event["method"].as_str() {
            Some("Runtime.consoleAPICalled") if params["type"] == "error" => Some(params["args"].to_string()),
            Some("Runtime.exceptionThrown") => Some(params["exceptionDetails"].to_string()),
            Some("Log.entryAdded") if params["entry"]["level"] == "error" => Some(params["entry"].to_string()),
            _ => None,
        };
        self.complaints.extend(complaint);
    }

    /// Runs a script in the page and answers its value; promises are waited for. While one page gives way to the next there
    /// is nothing to run it in, so it has no value.
    pub fn eval(&mut self, script: &str) -> Value {
        let params = json!({"expression": script, "returnByValue": true, "awaitPromise": true});
        let answer = match self.try_call("Runtime.evaluate", params) {
            Ok(answer) => answer,
            Err(error) => {
                let why = error["message"].as_str().unwrap_or_default();
                let leaves = ["navigated", "context"].iter().any(|word| why.contains(word));
                assert!(leaves, "{script}: {error}");
                return Value::Null;
            }
        };
        assert!(answer.get("exceptionDetails").is_none(), "{script}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until something that matches is visible.
    pub fn see(&mut self, selector: &str) {
        let script = format!(
            "(() => {{ const found = document.querySelector({}); return !!found && found.getClientRects().length > 0 }})()",
            json!(selector)
        );
        self.until(&format!("{selector} is visible"), &script);
    }

    /// Waits until the page shows a text.
    pub fn read(&mut self, text: &str) {
        let script = format!("(document.body?.innerText ?? '').includes({})", json!(text));
        self.until(&format!("the page says {text}"), &script);
    }

    /// Waits until the page says that a report is booked, or, where there is a queue, that it is being booked.
    pub fn reported(&mut self) {
        let script = "['已报工', '已收到报工'].some(said => (document.body?.innerText ?? '').includes(said))";
        self.until("the page says that it is reported", script);
    }

    fn until(&mut self, what: &str, script: &str) {
        let start = std::time::Instant::now();
        while self.eval(script) != json!(true) {
            if start.elapsed() > PATIENCE {
                let text = self.eval("document.body?.innerText");
                self.screenshot("failed");
                panic!("{what}: not so after {PATIENCE:?}; the page shows:\n{text}\n{:?}", self.complaints);
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }

    /// Touches the middle of what matches, as a finger would: what covers it gets the touch.
    pub fn tap(&mut self, selector: &str) {
        self.see(selector);
        let script = format!(
            "(() => {{ const found = document.querySelector({}); found.scrollIntoView({{block: 'center'}}); \
             const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }})()",
            json!(selector)
        );
        // Where it stays: what is still loading may push it elsewhere.
        let mut before = Value::Null;
        let at = until(&format!("{selector} stays where it is"), || {
            let now = self.eval(&script);
            let stays = !now.is_null() && now == before;
            before = now.clone();
            std::thread::sleep(std::time::Duration::from_millis(50));
            stays.then_some(now)
        });
        self.touch(&at);
    }

    /// Touches the control that people read this on, or that is called so to those who cannot see it.
    pub fn press(&mut self, name: &str) {
        let control = control(name);
        self.until(&format!("there is a control called {name}"), &format!("!!{control}"));
        self.eval(&format!("{control}?.scrollIntoView({{block: 'center'}})"));
        let script = format!(
            "(() => {{ const found = {control}; if (!found) return null; const box = found.getBoundingClientRect(); \
             const at = [box.x + box.width / 2, box.y + box.height / 2]; \
             const top = document.elementFromPoint(...at); \
             return top && (found.contains(top) || top.contains(found)) ? at : null }})()"
        );
        // Where it stays: a finger comes later than what is still loading.
        let mut before = Value::Null;
        let at = until(&format!("nothing covers {name} and it stays where it is"), || {
            let now = self.eval(&script);
            let stays = !now.is_null() && now == before;
            before = now.clone();
            std::thread::sleep(std::time::Duration::from_millis(50));
            stays.then_some(now)
        });
        self.touch(&at);
    }

    /// Drags from the middle of one thing to the middle of another.
    pub fn drag(&mut self, from: &str, to: &str) {
        self.see(from);
        let middle = |selector: &str| {
            format!(
                "(() => {{ const box = document.querySelector({}).getBoundingClientRect(); \
                 return [box.x + box.width / 2, box.y + box.height / 2] }})()",
                json!(selector)
            )
        };
        self.eval(&format!("document.querySelector({}).scrollIntoView({{block: 'center'}})", json!(from)));
        let (start, end) = (self.eval(&middle(from)), self.eval(&middle(to)));
        for (kind, at, held) in [("mousePressed", &start, 1), ("mouseMoved", &end, 1), ("mouseReleased", &end, 0)] {
            let params =
                json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "buttons": held, "clickCount": 1});
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// Takes hold of the middle of something, and answers where that is.
    pub fn hold(&mut self, what: &str) -> (f64, f64) {
        self.see(what);
        let script = format!(
            "(() => {{ const found = document.querySelector({}); found.scrollIntoView({{block: 'center'}}); \
             const box = found.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2] }})()",
            json!(what)
        );
        let at = self.eval(&script);
        let at = (at[0].as_f64().unwrap_or_default(), at[1].as_f64().unwrap_or_default());
        self.mouse("mousePressed", at, 1);
        at
    }

    /// Moves what is held to another place.
    pub fn carry(&mut self, to: (f64, f64)) {
        self.mouse("mouseMoved", to, 1);
    }

    /// Lets it go there.
    pub fn let_go(&mut self, at: (f64, f64)) {
        self.mouse("mouseReleased", at, 0);
    }

    fn mouse(&mut self, kind: &str, (x, y): (f64, f64), held: u8) {
        let params = json!({"type": kind, "x": x, "y": y, "button": "left", "buttons": held, "clickCount": 1});
        self.call("Input.dispatchMouseEvent", params);
    }

    fn touch(&mut self, at: &Value) {
        for (kind, count) in [("mousePressed", 1), ("mouseReleased", 1)] {
            let params = json!({"type": kind, "x": at[0], "y": at[1], "button": "left", "clickCount": count});
            self.call("Input.dispatchMouseEvent", params);
        }
    }

    /// True when there is a control of this name that can be used now.
    pub fn offers(&mut self, name: &str) -> bool {
        let control = control(name);
        self.eval(&format!("(() => {{ const found = {control}; return !!found && !found.disabled }})()")) == json!(true)
    }

    /// What every page owes its readers on a phone; each thing that is not so is told in a line.
    pub fn faults(&mut self) -> Vec<String> {
        let found = self.eval(include_str!("faults.js"));
        found.as_array().into_iter().flatten().filter_map(|fault| fault.as_str().map(str::to_owned)).collect()
    }

    /// Replaces what stands in a field by typing; a field for days or times, which takes no typed text as a whole, gets it as
    /// if it had been picked.
    pub fn fill(&mut self, selector: &str, text: &str) {
        self.see(selector);
        let picked = format!(
            "(() => {{ const found = document.querySelector({}); \
             if (!['date', 'datetime-local', 'time', 'month'].includes(found.type)) return false; \
             found.value = {}; \
             for (const kind of ['input', 'change']) found.dispatchEvent(new Event(kind, {{bubbles: true}})); \
             return true }})()",
            json!(selector),
            json!(text)
        );
        if self.eval(&picked) == json!(true) {
            return;
        }
        let script = format!(
            "(() => {{ const found = document.querySelector({}); found.focus(); found.select && found.select() }})()",
            json!(selector)
        );
        self.eval(&script);
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Types as people write Chinese: letters that are not yet the text, then the text that they choose.
    pub fn compose(&mut self, selector: &str, letters: &[&str], text: &str) {
        self.see(selector);
        self.eval(&format!("document.querySelector({}).focus()", json!(selector)));
        for letters in letters {
            let end = letters.chars().count();
            self.call("Input.imeSetComposition", json!({"text": letters, "selectionStart": end, "selectionEnd": end}));
        }
        self.call("Input.insertText", json!({"text": text}));
    }

    /// Presses Enter in the field that has the focus, as a scanner does after a code.
    pub fn enter(&mut self) {
        for kind in ["keyDown", "keyUp"] {
            let key = json!({"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"});
            self.call("Input.dispatchKeyEvent", key);
        }
    }

    /// Opens a page in Chinese, and signs somebody in there.
    pub fn sign_in(&mut self, url: &str, user: &str) {
        self.speak("zh-CN,zh");
        self.open(url);
        self.read("登录");
        self.fill("input[autocomplete=username]", user);
        for digit in PIN.chars() {
            self.press(&digit.to_string());
        }
        self.press("登录");
    }

    /// What a scanner does: keys faster than any hand, then Enter, wherever the focus is.
    pub fn scan(&mut self, code: &str) {
        let keys = code.chars().map(String::from).chain(["Enter".to_owned()]).collect::<Vec<_>>();
        let script = format!(
            "document.activeElement.blur(); for (const key of {}) \
             document.body.dispatchEvent(new KeyboardEvent('keydown', {{key, bubbles: true, cancelable: true}}))",
            json!(keys)
        );
        self.eval(&script);
    }

    /// Keeps a picture of the page, and says what is wrong with it.
    pub fn look(&mut self, what: &str) {
        self.screenshot(what);
        let complaints = std::mem::take(&mut self.complaints);
        let found: Vec<_> = self.faults().into_iter().chain(complaints).collect();
        assert!(found.is_empty(), "{what}: {found:?}");
    }

    /// Keeps a picture of the page in `tests/screenshots`, which is not committed.
    pub fn screenshot(&mut self, name: &str) {
        let shot = self.call("Page.captureScreenshot", json!({"format": "png"}));
        let png = STANDARD.decode(shot["data"].as_str().unwrap_or_default()).expect("Chromium answers a picture");
        let folder = root().join("tests/screenshots");
        fs::create_dir_all(&folder).expect("tests/ is writable");
        fs::write(folder.join(format!("{name}.png")), png).expect("tests/screenshots is writable");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
