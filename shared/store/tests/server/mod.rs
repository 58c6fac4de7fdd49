//! One Postgres server for this test process: on a free port of the loopback, in a folder of its own, gone with the process.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

const NAME: &str = "takt-postgres-";

/// The address of one of its databases.
pub(crate) fn url(database: &str) -> String {
    static PORT: OnceLock<u16> = OnceLock::new();
    let port = PORT.get_or_init(start);
    format!("postgres://postgres@127.0.0.1:{port}/{database}")
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

/// As the user `postgres` where this process is root, which the server refuses to run as. The kernel ends it with us.
fn command(name: &str) -> Command {
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| std::os::unix::fs::MetadataExt::uid(&me) == 0);
    let mut command = Command::new("setpriv");
    if is_root {
        command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
    }
    command.args(["--pdeathsig=INT", "--"]).arg(program(name)).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

fn start() -> u16 {
    forget_the_dead();
    let folder = std::env::temp_dir().join(format!("{NAME}{}", std::process::id()));
    fs::create_dir_all(&folder).expect("a folder for Postgres");
    let is_ours = Command::new("chown").arg("postgres").arg(&folder).stderr(Stdio::null()).status();
    let _ = is_ours.expect("chown can be run");
    let data = folder.join("data");
    let made = command("initdb")
        .args(["--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--pgdata"])
        .arg(&data)
        .status();
    assert!(
        made.is_ok_and(|status| status.success()),
        "initdb failed: `cargo takt test` installs postgresql on Debian"
    );
    let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let (log, sockets) = (folder.join("log"), folder.clone());
    // The kernel ends the server with the thread that made it, so that one stays for as long as the process lives.
    thread::spawn(move || {
        let log = fs::File::create(log).expect("a log for Postgres");
        let mut child = command("postgres")
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200", "-c"])
            .arg(format!("unix_socket_directories={}", sockets.display()))
            .arg("-p")
            .arg(port.to_string())
            .arg("-D")
            .arg(data)
            .stderr(log)
            .spawn()
            .expect("Postgres can be run");
        let _ = child.wait();
    });
    let begun = Instant::now();
    let address = format!("postgres://postgres@127.0.0.1:{port}/postgres");
    while postgres::Client::connect(&address, postgres::NoTls).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(60), "Postgres does not answer, see {}", folder.display());
        thread::sleep(Duration::from_millis(50));
    }
    port
}

/// Takes away the folders of test processes that are no more.
fn forget_the_dead() {
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let Some(process) = name.strip_prefix(NAME) else { continue };
        if !Path::new("/proc").join(process).exists() {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
