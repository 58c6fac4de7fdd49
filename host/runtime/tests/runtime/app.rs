//! An application of the test component, in this process.

use bytes::Bytes;
use futures::executor::block_on;
use http::{Request, Response};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::{Arc, OnceLock};
use takt_runtime::{Application, Limits, LoadError, Options};

/// A folder that goes away with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-runtime-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Relaxed));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The component, built once.
pub(crate) fn guest() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
        let target = root.join("target");
        let status = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--package", "takt-guest", "--profile", "wasm", "--target", "wasm32-wasip2"])
            .arg("--target-dir")
            .arg(&target)
            .current_dir(root)
            .status()
            .unwrap();
        assert!(status.success(), "the component can be built");
        target.join("wasm32-wasip2/wasm/takt_guest.wasm")
    })
}

/// A manifest with the component under `name`s; `extra` is what stands in each one's table.
pub(crate) fn manifest(head: &str, components: &[(&str, &str, &str)]) -> String {
    let mut text = format!("spin_manifest_version = 2\n[application]\nname = \"test\"\n{head}\n");
    for (name, route, extra) in components {
        let source = guest().display();
        text += &format!("[[trigger.http]]\nroute = {route}\ncomponent = \"{name}\"\n");
        text += &format!("[component.{name}]\nsource = \"{source}\"\n{extra}\n");
    }
    text
}

/// One component at every path.
pub(crate) fn single(extra: &str) -> String {
    manifest("", &[("guest", "\"/...\"", extra)])
}

/// A folder with a manifest and an empty data folder, whose compiled code all tests share.
pub(crate) fn project(manifest: &str) -> Folder {
    let folder = Folder::new();
    std::fs::write(folder.path().join("spin.toml"), manifest).unwrap();
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR")).join("compiled");
    std::fs::create_dir_all(&cache).unwrap();
    std::fs::create_dir_all(folder.path().join("data")).unwrap();
    std::os::unix::fs::symlink(cache, folder.path().join("data/cache")).unwrap();
    folder
}

pub(crate) struct App {
    pub(crate) application: Arc<Application>,
    pub(crate) folder: Folder,
}

impl App {
    pub(crate) fn start(manifest: &str) -> Self {
        Self::with(manifest, |_| {})
    }

    /// Small limits, so that tests reach them.
    pub(crate) fn limited(manifest: &str, limits: Limits) -> Self {
        Self::with(manifest, |options| options.limits = limits)
    }

    pub(crate) fn with(manifest: &str, change: impl FnOnce(&mut Options)) -> Self {
        Self::try_with(manifest, change).unwrap_or_else(|error| panic!("{error}"))
    }

    pub(crate) fn try_with(manifest: &str, change: impl FnOnce(&mut Options)) -> Result<Self, LoadError> {
        let folder = project(manifest);
        let mut options = Options {
            manifest: folder.path().join("spin.toml"),
            data: folder.path().join("data"),
            ..Options::default()
        };
        change(&mut options);
        Ok(Self { application: Application::load(options)?, folder })
    }

    pub(crate) fn send(&self, path: &str, body: impl Into<Bytes>) -> Response<Bytes> {
        block_on(self.application.call(request(path, body)))
    }

    /// The answer's status and JSON.
    pub(crate) fn ask(&self, path: &str, body: impl ToString) -> (u16, Value) {
        seen(&self.send(path, body.to_string()))
    }

    /// The JSON of a 200.
    pub(crate) fn tell(&self, path: &str, body: impl ToString) -> Value {
        let (status, answer) = self.ask(path, body);
        assert_eq!(status, 200, "{path}: {answer}");
        answer
    }

    /// Several at once, each on a thread of its own.
    pub(crate) fn all<T: Send>(&self, count: usize, one: impl Fn(&Self, usize) -> T + Sync) -> Vec<T> {
        std::thread::scope(|scope| {
            let one = &one;
            let threads: Vec<_> = (0..count).map(|number| scope.spawn(move || one(self, number))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        })
    }
}

pub(crate) fn request(path: &str, body: impl Into<Bytes>) -> Request<Bytes> {
    Request::post(path).body(body.into()).unwrap()
}

pub(crate) fn seen(response: &Response<Bytes>) -> (u16, Value) {
    let body = serde_json::from_slice(response.body());
    (response.status().as_u16(), body.unwrap_or_else(|_| String::from_utf8_lossy(response.body()).into_owned().into()))
}

/// Whether an answer is a problem document of that status and type.
pub(crate) fn assert_problem(response: &Response<Bytes>, status: u16, kind: &str) {
    let (seen_status, body) = seen(response);
    assert_eq!(seen_status, status, "{body}");
    assert_eq!(response.headers()["content-type"], "application/problem+json");
    assert_eq!(body["type"], format!("/problems/{kind}"));
    assert_eq!(body["status"], status);
    assert!(body["request_id"].is_string(), "{body}");
    assert_eq!(response.headers().contains_key("retry-after"), status == 503, "{body}");
}
