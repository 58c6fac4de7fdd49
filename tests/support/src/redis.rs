//! Redis 7.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::free_port;

/// A server that can be killed and started again on the same port and folder.
pub struct Redis {
    folder: tempfile::TempDir,
    port: u16,
    options: Vec<String>,
    child: Option<Child>,
}

impl Redis {
    /// Starts one that persists nothing by itself, with further options such as `["--maxmemory", "2mb"]`.
    pub fn start(options: &[&str]) -> Self {
        let folder = crate::folder("redis");
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut redis = Self { folder, port: free_port(), options, child: None };
        redis.start_again();
        redis
    }

    /// `redis://127.0.0.1:PORT`
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// The process.
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Ends the process at once, as a power cut would; what it did not write to its folder is lost.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts the server on what its folder holds, and waits until it answers. To be called from the thread that stays
    /// for as long as the server is needed, for the kernel ends it with that thread.
    pub fn start_again(&mut self) {
        self.kill();
        let child = Command::new("setpriv")
            .args(["--pdeathsig=KILL", "--", "redis-server"])
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.options)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("redis-server starts: apt-get install redis-server");
        self.child = Some(child);
        let give_up = Instant::now() + Duration::from_secs(10);
        while !matches!(self.ask("PING"), Some(answer) if answer.starts_with("+PONG")) {
            assert!(Instant::now() < give_up, "Redis answers within ten seconds");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// Sends one command as a line of text and gives back the first piece of the answer; none when nobody answers.
    pub fn ask(&self, line: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream.write_all(format!("{line}\r\n").as_bytes()).ok()?;
        let mut answer = vec![0; 64 * 1024];
        let length = stream.read(&mut answer).ok().filter(|length| *length > 0)?;
        Some(String::from_utf8_lossy(&answer[..length]).into_owned())
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}
