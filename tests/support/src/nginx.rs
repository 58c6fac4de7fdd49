//! Nginx, as a static host, and as whatever a configuration says.

use std::fs;
use std::io::Read;
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::free_port;

/// A server of files at two addresses.
pub struct Nginx {
    folder: tempfile::TempDir,
    ports: [u16; 2],
    child: Option<Child>,
}

impl Nginx {
    /// Takes two addresses, and serves nothing yet.
    pub fn reserve() -> Self {
        Self { folder: crate::folder("nginx"), ports: [free_port(), free_port()], child: None }
    }

    /// `http://127.0.0.1:PORT`, twice.
    pub fn origins(&self) -> [String; 2] {
        self.ports.map(|port| format!("http://127.0.0.1:{port}"))
    }

    /// The two ports of the loopback.
    pub fn ports(&self) -> [u16; 2] {
        self.ports
    }

    /// A folder of its own.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }

    /// Serves a folder as the `nginx.conf` in it says. To be called from the thread that stays for as long as the server is
    /// needed, for the kernel ends it with that thread.
    pub fn serve(&mut self, root: &std::path::Path) {
        let (own, root) = (self.folder.path().display(), root.display());
        let [first, second] = self.ports;
        self.run(&format!(
            "pid {own}/pid;\nerror_log {own}/error.log;\nevents {{ }}\nhttp {{\n\
             access_log off;\nserver {{\nlisten 127.0.0.1:{first};\nlisten 127.0.0.1:{second};\nroot {root};\n\
             include {root}/nginx.conf;\n}}\n}}\n"
        ));
    }

    /// Serves as a configuration says, which listens at the first address, and holds one `http`. Names of files in it are of
    /// [`Self::folder`]. To be called as [`Self::serve`] is.
    pub fn run(&mut self, configuration: &str) {
        let own = self.folder.path().display();
        let temporary: String = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map(|what| format!("{what}_temp_path {own}/{what};\n"))
            .concat();
        let configuration = configuration.replacen("http {\n", &format!("http {{\n{temporary}"), 1);
        let file = self.folder.path().join("nginx.conf");
        fs::write(&file, format!("daemon off;\nmaster_process off;\n{configuration}")).expect("the folder is writable");
        let child = Command::new("setpriv")
            .args(["--pdeathsig=KILL", "--", "nginx", "-c"])
            .arg(&file)
            .env("PATH", format!("{}:/usr/sbin", std::env::var("PATH").unwrap_or_default()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("nginx can be run");
        let child = self.child.insert(child);
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", self.ports[0])).is_err() {
            if child.try_wait().expect("the process is ours").is_some() || begun.elapsed() > Duration::from_secs(20) {
                let mut said = String::new();
                let _ = child.stderr.take().map(|mut stderr| stderr.read_to_string(&mut said));
                panic!("nginx does not serve: {said}");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // It may have ended already.
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}
