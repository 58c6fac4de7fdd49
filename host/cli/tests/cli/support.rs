//! Runs the command, in folders that go away.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

/// Longer than anything takes on a slow, busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// A folder that goes away with its owner.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("takt-cli-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A data folder that has nothing but the compiled components, so that each test need not compile them.
    pub(crate) fn data() -> Self {
        static COMPILED: OnceLock<Folder> = OnceLock::new();
        let compiled = COMPILED.get_or_init(|| {
            let folder = Self::new();
            let users = run(&["user", "list", "--data", folder.text()]);
            assert!(!folder.0.join("takt.db").exists() && users.status.code() == Some(1), "{users:?}");
            let outcome = run_with(
                &["user", "add", "x", "--name", "X", "--role", "planner", "--data", folder.text()],
                &[("TAKT_PIN", "1234")],
            );
            assert!(outcome.status.success(), "{}", err(&outcome));
            folder
        });
        let folder = Self::new();
        let copied = Command::new("cp").arg("-r").arg(compiled.0.join("cache")).arg(&folder.0).status();
        assert!(copied.unwrap().success());
        folder
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn text(&self) -> &str {
        self.0.to_str().unwrap()
    }

    pub(crate) fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        fs::write(self.0.join(name), bytes).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What cannot be removed is left to the system's own cleaning.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_takt"));
    command.args(arguments).current_dir(root()).stdin(Stdio::null()).env_remove("TAKT_PIN");
    command
}

/// Runs it to its end.
pub(crate) fn run(arguments: &[&str]) -> Output {
    run_with(arguments, &[])
}

pub(crate) fn run_with(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    command(arguments).envs(environment.iter().copied()).output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// It must succeed; answers what it printed.
#[track_caller]
pub(crate) fn well(arguments: &[&str]) -> String {
    let output = run(arguments);
    assert!(output.status.success(), "{arguments:?}: {}{}", out(&output), err(&output));
    out(&output)
}

/// It must fail with this exit status, and say all of these things.
#[track_caller]
pub(crate) fn fails(arguments: &[&str], status: i32, says: &[&str]) {
    let output = run(arguments);
    let said = err(&output);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    for text in says {
        assert!(said.contains(text), "{arguments:?}: {said}");
    }
}

/// A `takt serve` with the lines that it says.
pub(crate) struct Serving {
    child: Child,
    lines: Receiver<String>,
    /// Everything that was said until now.
    pub(crate) said: Vec<String>,
}

impl Serving {
    pub(crate) fn start(data: &Folder, arguments: &[&str]) -> Self {
        let mut command = command(&["serve", "--listen", "127.0.0.1:0", "--no-access-log", "--data", data.text()]);
        let mut child = command.args(arguments).stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
        let (send, lines) = channel();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                // Nobody listens any more when the test is over.
                let _ = send.send(line);
            }
        });
        Self { child, lines, said: Vec::new() }
    }

    /// Waits for a line with this in it.
    #[track_caller]
    pub(crate) fn until(&mut self, text: &str) -> String {
        loop {
            match self.lines.recv_timeout(PATIENCE) {
                Ok(line) => {
                    self.said.push(line.clone());
                    if line.contains(text) {
                        return line;
                    }
                }
                Err(_) => panic!("never said {text}: {:#?}", self.said),
            }
        }
    }

    /// Waits until it serves; answers `http://127.0.0.1:PORT`.
    #[track_caller]
    pub(crate) fn url(&mut self) -> String {
        let line = self.until("serving ");
        line.split_once(" at ").unwrap().1.to_owned()
    }

    /// SIGKILL.
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGINT, as Ctrl-C sends it; answers the exit status.
    pub(crate) fn interrupt(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
