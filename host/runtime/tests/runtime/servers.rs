//! Real Redis and Postgres servers of the tests' own: free ports of the loopback, folders of their own.

use crate::app::Folder;
use crate::http1::PATIENCE;
use std::ffi::OsStr;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

/// A server process, which ends with the last test that uses it.
pub(crate) struct Server {
    child: Child,
    pub(crate) port: u16,
    _folder: Folder,
}

impl Server {
    pub(crate) fn stop(mut self) -> u16 {
        self.end();
        self.port
    }

    fn end(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn ready(mut self) -> Self {
        let end = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(self.child.try_wait().unwrap().is_none(), "the server has ended");
            assert!(Instant::now() < end, "the server does not come up");
            std::thread::sleep(Duration::from_millis(20));
        }
        self
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

pub(crate) fn redis_at(port: u16) -> Server {
    let folder = Folder::new();
    let child = Command::new("redis-server")
        .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    Server { child, port, _folder: folder }.ready()
}

pub(crate) fn redis() -> Server {
    redis_at(free_port())
}

/// One for all tests that run at the same time: making one takes seconds.
pub(crate) fn postgres() -> Arc<Server> {
    static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());
    let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
    shared.upgrade().unwrap_or_else(|| {
        let server = Arc::new(start_postgres());
        *shared = Arc::downgrade(&server);
        server
    })
}

fn start_postgres() -> Server {
    let (folder, port) = (Folder::new(), free_port());
    if is_root() {
        // Postgres refuses to run as root.
        let owned = Command::new("chown").arg("postgres").arg(folder.path()).status().unwrap();
        assert!(owned.success(), "a user `postgres` is there");
    }
    let data = folder.path().join("data");
    let init = as_postgres("initdb")
        .args(["--auth=trust", "--username=takt", "--no-sync", "-E", "UTF8", "-D"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(init.status.success(), "{}", String::from_utf8_lossy(&init.stderr));
    let child = as_postgres("postgres")
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-k"])
        .arg(folder.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server { child, port, _folder: folder }.ready();
    let end = Instant::now() + PATIENCE;
    let ready =
        || Command::new(program("pg_isready")).args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()]).status();
    while !ready().unwrap().success() {
        assert!(Instant::now() < end, "Postgres does not come up");
        std::thread::sleep(Duration::from_millis(50));
    }
    server
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().unwrap().stdout.trim_ascii() == b"0"
}

fn as_postgres(name: &str) -> Command {
    let program = program(name);
    if !is_root() {
        return Command::new(program);
    }
    // Becomes the program, so that ending it ends the server.
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups", "--"]).arg(program).current_dir("/");
    command
}

/// Debian keeps most of them out of the path.
fn program(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().map_while(Result::ok);
    let mut found: Vec<_> =
        versions.map(|entry| entry.path().join("bin").join(name)).filter(|path| path.is_file()).collect();
    found.sort_by_key(|path| version(path));
    found.pop().unwrap_or_else(|| name.into())
}

fn version(path: &Path) -> u32 {
    let mut names = path.iter().filter_map(OsStr::to_str);
    names.find_map(|name| name.parse().ok()).unwrap_or(0)
}
