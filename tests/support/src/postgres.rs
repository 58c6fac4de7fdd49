//! Postgres 15 or later.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

use crate::free_port;

/// A server that can be killed and started again on the same port and folder.
pub struct Postgres {
    folder: tempfile::TempDir,
    port: u16,
    child: Option<Child>,
}

/// The programs of the newest version, wherever Debian keeps it, else those on the path.
fn program(name: &str) -> PathBuf {
    let mut versions: Vec<_> = fs::read_dir("/usr/lib/postgresql")
        .map(|folder| folder.flatten().map(|entry| entry.path().join("bin").join(name)).collect())
        .unwrap_or_default();
    versions.retain(|path: &PathBuf| path.is_file());
    versions.sort();
    versions.pop().unwrap_or_else(|| name.into())
}

/// As the user `postgres` where this process is root, which the server refuses to run as. The kernel ends it with the
/// thread that made it.
fn command(name: &str) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| me.uid() == 0);
    let mut command = Command::new("setpriv");
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.args(["--pdeathsig=INT", "--"]).arg(program(name)).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

impl Postgres {
    /// One for this test process, made when it is first needed; it ends with the process.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| crate::for_the_process(Self::start))
    }

    /// Starts one in a folder of its own.
    pub fn start() -> Self {
        let folder = crate::folder("postgres");
        let owned = Command::new("chown").arg("postgres").arg(folder.path()).stderr(Stdio::null()).status();
        let _ = owned.expect("chown can be run");
        let made = command("initdb")
            .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"])
            .arg("--pgdata")
            .arg(folder.path().join("data"))
            .stderr(Stdio::inherit())
            .status();
        let made = made.is_ok_and(|status| status.success());
        assert!(made, "initdb failed: `cargo takt test` installs postgresql on Debian");
        let mut server = Self { folder, port: free_port(), child: None };
        server.start_again();
        server
    }

    /// The address of one of its databases.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// Its port on the loopback.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Runs a statement in the database `postgres`.
    pub fn run(&self, sql: &str) {
        self.run_in("postgres", sql);
    }

    /// The same in another database.
    pub fn run_in(&self, database: &str, sql: &str) {
        let mut client = postgres::Client::connect(&self.url(database), postgres::NoTls).expect("Postgres answers");
        client.batch_execute(sql).unwrap_or_else(|error| panic!("{sql}: {error}"));
    }

    /// Ends the process at once, as a power cut would; its own processes notice and end too.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts the server on what its folder holds, and waits until it answers. To be called from the thread that stays
    /// for as long as the server is needed.
    pub fn start_again(&mut self) {
        self.kill();
        let path = self.folder.path();
        let begun = Instant::now();
        loop {
            let log =
                fs::OpenOptions::new().create(true).append(true).open(path.join("log")).expect("a log for Postgres");
            let child = command("postgres")
                .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c"])
                .arg(format!("unix_socket_directories={}", path.display()))
                .args(["-p", &self.port.to_string(), "-D"])
                .arg(path.join("data"))
                .stderr(log)
                .spawn()
                .expect("Postgres can be run");
            self.child = Some(child);
            while self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None))) {
                if postgres::Client::connect(&self.url("postgres"), postgres::NoTls).is_ok() {
                    return;
                }
                assert!(begun.elapsed() < Duration::from_secs(60), "Postgres answers, see {}", path.display());
                thread::sleep(Duration::from_millis(20));
            }
            // The processes of the one that was killed may still hold its memory.
            assert!(begun.elapsed() < Duration::from_secs(60), "Postgres starts, see {}", path.display());
            thread::sleep(Duration::from_millis(100));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.kill();
    }
}
