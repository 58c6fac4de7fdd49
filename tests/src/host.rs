//! The real thing: a `takt serve` process on a free port of the loopback, with a data folder of its own.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::OnceLock;
use std::sync::mpsc;

use crate::client::Client;
use crate::servers;
use crate::wait::{PATIENCE, until};

/// The repository.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the repository").to_owned()
}

/// The program under test: what `takt test` says, else what cargo built last.
pub fn takt() -> PathBuf {
    let path = std::env::var_os("TAKT_BIN").map_or_else(|| root().join("target/release/takt"), PathBuf::from);
    assert!(path.is_file(), "{} is not there: run these tests with `cargo takt test`", path.display());
    path
}

/// A folder that goes away with its owner.
pub struct Folder(PathBuf);

impl Folder {
    /// A fresh, empty one.
    pub fn new() -> Self {
        let path = std::env::temp_dir().join(format!("takt-test-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&path).expect("the folder for temporary files is writable");
        Self(path)
    }

    /// A copy of another.
    pub fn copy_of(from: &Path) -> Self {
        let folder = Self::new();
        copy(from, &folder.0);
        servers::copy(from, &folder.0);
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Default for Folder {
    fn default() -> Self {
        Self::new()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("the folder to copy is readable") {
        let entry = entry.expect("the folder to copy is readable");
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if source.is_symlink() {
            // The folder of compiled code, which is the same for all.
            let shared = fs::read_link(&source).expect("a link is readable");
            std::os::unix::fs::symlink(shared, &target).expect("a temporary folder is writable");
        } else if source.is_dir() {
            fs::create_dir_all(&target).expect("a temporary folder is writable");
            copy(&source, &target);
        } else {
            fs::copy(&source, &target).expect("a temporary folder is writable");
        }
    }
}

/// Has a data folder take its compiled code from one place that all tests share: to compile every component for each
/// program of tests takes longer than many of them. Wasmtime keys what it keeps by content, and bounds its size.
fn share_compiled_code(data: &Path) {
    let (shared, cache) = (root().join("target/tmp/compiled"), data.join("cache"));
    if cache.exists() {
        return;
    }
    fs::create_dir_all(&shared).expect("the folder of what is built is writable");
    fs::create_dir_all(data).expect("a temporary folder is writable");
    // Where two begin at once, either may make the link.
    let _ = std::os::unix::fs::symlink(shared, cache);
}

/// Runs a command of `takt` to its end.
pub fn run(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(takt());
    command.args(arguments).current_dir(root()).stdin(Stdio::null());
    let data = arguments.iter().position(|argument| *argument == "--data").and_then(|at| arguments.get(at + 1));
    if let Some(data) = data {
        share_compiled_code(Path::new(data));
        command.envs(servers::environment(Path::new(data)));
    }
    command.envs(environment.iter().copied());
    command.output().expect("takt can be run")
}

/// Runs a command of `takt` that must succeed; answers what it printed.
pub fn run_well(arguments: &[&str], environment: &[(&str, &str)]) -> String {
    let output = run(arguments, environment);
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "takt {arguments:?} failed:\n{out}{err}");
    out.into_owned()
}

/// A serving process.
pub struct Host {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub base: String,
}

impl Host {
    /// Starts one over a data folder and waits until it serves.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// As [`Self::start`], with more arguments.
    pub fn start_with(data: &Path, arguments: &[&str]) -> Self {
        Self::start_in(&root(), data, arguments)
    }

    /// As [`Self::start_with`], with the `spin.toml` of another folder.
    pub fn start_in(project: &Path, data: &Path, arguments: &[&str]) -> Self {
        Self::spawn(project, data, &[arguments, &["--no-caller-limit"]].concat())
    }

    /// As [`Self::start`], with the limit on how often somebody may call.
    pub fn start_with_caller_limit(data: &Path) -> Self {
        Self::spawn(&root(), data, &[])
    }

    fn spawn(project: &Path, data: &Path, arguments: &[&str]) -> Self {
        share_compiled_code(data);
        let mut child = Command::new(takt())
            .args(["serve", "--listen", "127.0.0.1:0", "--no-access-log", "--data"])
            .arg(data)
            .args(arguments)
            .envs(servers::environment(data))
            .current_dir(project)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("takt can be run");
        let (send, address) = mpsc::channel();
        let lines = BufReader::new(child.stderr.take().expect("standard error was asked for")).lines();
        // Reads to the end, so that the host never waits for a full pipe.
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some((_, base)) = line.split_once(" at http://").filter(|_| line.contains("serving")) {
                    // Nobody waits any more when the test has failed meanwhile.
                    let _ = send.send(format!("http://{}", base.trim()));
                } else {
                    eprintln!("[host] {line}");
                }
            }
        });
        let base = match address.recv_timeout(PATIENCE) {
            Ok(base) => base,
            Err(_) => {
                // It is gone already, or it is of no use.
                let _ = child.kill();
                panic!("takt serve did not come up: {:?}", child.wait());
            }
        };
        let host = Self { child, base };
        until("the host is ready", || (host.client().get("/health/ready").status == 200).then_some(()));
        host
    }

    /// Somebody who is not signed in.
    pub fn client(&self) -> Client {
        Client::new(&self.base)
    }

    /// The process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Ends it as a power cut would: SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().expect("the host's process is ours");
        self.child.wait().expect("the host's process is ours");
    }

    /// Asks it to stop: SIGTERM.
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.pid().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "SIGTERM could not be sent");
    }

    /// How it ended.
    pub fn ended(mut self) -> ExitStatus {
        until("the host has ended", || self.child.try_wait().expect("the host's process is ours"))
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A host over a fresh copy of a data folder that is prepared once for all tests of this program, compiled code included.
pub struct Fresh {
    /// The process.
    pub host: Host,
    /// Its data.
    pub data: Folder,
}

impl Fresh {
    /// A host over the real product's plant.
    pub fn lumenpnp() -> Self {
        static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
        Self::over(TEMPLATE.get_or_init(crate::plant::lumenpnp))
    }

    /// A host over the small plant.
    pub fn small() -> Self {
        Self::over(Self::small_template())
    }

    /// As [`Self::small`], with the limit on how often somebody may call.
    pub fn small_with_caller_limit() -> Self {
        let data = Folder::copy_of(Self::small_template());
        Self { host: Host::start_with_caller_limit(data.path()), data }
    }

    /// The data folder of the small plant, made once, to be copied.
    pub fn small_template() -> &'static Path {
        static TEMPLATE: OnceLock<PathBuf> = OnceLock::new();
        TEMPLATE.get_or_init(crate::plant::small)
    }

    fn over(template: &Path) -> Self {
        let data = Folder::copy_of(template);
        Self { host: Host::start(data.path()), data }
    }
}

impl std::ops::Deref for Fresh {
    type Target = Host;

    fn deref(&self) -> &Host {
        &self.host
    }
}
