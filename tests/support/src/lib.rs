//! Real servers for tests: each on a free port of the loopback, with a folder of its own, gone when it is dropped.
//! Whatever goes wrong here fails the test.

mod nginx;
mod postgres;
mod redis;

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc;
use std::thread;

pub use nginx::Nginx;
pub use postgres::Postgres;
pub use redis::Redis;

/// A port of the loopback that nobody listens at now.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
    listener.local_addr().expect("a bound socket has an address").port()
}

/// Makes a server that ends with this process, in a thread that stays, since a server ends with the thread that made it.
pub fn for_the_process<T: Send + 'static>(make: impl FnOnce() -> T + Send + 'static) -> T {
    let (send, made) = mpsc::channel();
    thread::spawn(move || {
        if send.send(make()).is_ok() {
            loop {
                thread::park();
            }
        }
    });
    made.recv().expect("the server starts")
}

/// A folder for a server. Those of test processes that are no more are taken away.
fn folder(server: &str) -> tempfile::TempDir {
    let name = format!("takt-{server}-");
    for entry in fs::read_dir(std::env::temp_dir()).into_iter().flatten().flatten() {
        let file = entry.file_name().to_string_lossy().into_owned();
        let process = file.strip_prefix(&name).and_then(|rest| rest.split('-').next());
        let Some(process) = process else { continue };
        let is_dead =
            fs::metadata(PathBuf::from("/proc").join(process)).is_err_and(|e| e.kind() == ErrorKind::NotFound);
        if is_dead {
            // Another process may be at it too.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
    let made = tempfile::Builder::new().prefix(&format!("{name}{}-", std::process::id())).tempdir();
    made.expect("a folder for a server")
}
