//! A connection that can be cut, slowed and stopped: a TCP proxy before a server.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// What a link does with what it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It passes on.
    Whole,
    /// Every piece waits this long, in milliseconds.
    Slow(u64),
    /// Nothing moves, and nobody is told.
    Stopped,
    /// Connections break, new ones are closed at once.
    Cut,
}

struct Shared {
    target: AtomicU16,
    mode: Mutex<Mode>,
    open: Mutex<Vec<TcpStream>>,
}

/// The proxy. Its threads end with the process.
pub struct Link {
    /// Where it listens on the loopback.
    pub port: u16,
    shared: Arc<Shared>,
}

impl Link {
    /// One before a port of the loopback.
    pub fn before(target: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let port = listener.local_addr().expect("a bound socket has an address").port();
        let shared = Arc::new(Shared { target: target.into(), mode: Mutex::new(Mode::Whole), open: Mutex::default() });
        let accepting = Arc::clone(&shared);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                // A connection that fails is what its client sees as lost.
                let _ = accepting.open(client);
            }
        });
        Self { port, shared }
    }

    /// From now on it leads to another port.
    pub fn lead_to(&self, target: u16) {
        self.shared.target.store(target, Ordering::SeqCst);
    }

    /// What it does from now on.
    pub fn set(&self, mode: Mode) {
        *self.shared.mode.lock().unwrap_or_else(PoisonError::into_inner) = mode;
        if mode == Mode::Cut {
            for stream in self.shared.open.lock().unwrap_or_else(PoisonError::into_inner).drain(..) {
                // It may be closed already.
                let _ = stream.shutdown(Shutdown::Both);
            }
        }
    }
}

impl Shared {
    fn mode(&self) -> Mode {
        *self.mode.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(self: &Arc<Self>, client: TcpStream) -> std::io::Result<()> {
        let server = TcpStream::connect(("127.0.0.1", self.target.load(Ordering::SeqCst)))?;
        client.set_nodelay(true)?;
        server.set_nodelay(true)?;
        {
            let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.retain(|stream| stream.peer_addr().is_ok());
            open.extend([client.try_clone()?, server.try_clone()?]);
        }
        // After it is listed, so that a cut meanwhile finds it here or there.
        if self.mode() == Mode::Cut {
            client.shutdown(Shutdown::Both)?;
            return server.shutdown(Shutdown::Both);
        }
        for (from, to) in [(client.try_clone()?, server.try_clone()?), (server, client)] {
            let shared = Arc::clone(self);
            thread::spawn(move || {
                // Either way the connection is over.
                let _ = shared.pass(&from, &to);
                let _ = from.shutdown(Shutdown::Both);
                let _ = to.shutdown(Shutdown::Both);
            });
        }
        Ok(())
    }

    fn pass(&self, mut from: &TcpStream, mut to: &TcpStream) -> std::io::Result<()> {
        let mut piece = vec![0; 64 * 1024];
        loop {
            let length = from.read(&mut piece)?;
            if length == 0 {
                return Ok(());
            }
            if let Mode::Slow(wait_ms) = self.mode() {
                thread::sleep(Duration::from_millis(wait_ms));
            }
            while self.mode() == Mode::Stopped {
                thread::sleep(Duration::from_millis(5));
            }
            to.write_all(&piece[..length])?;
        }
    }
}
