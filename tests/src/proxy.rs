//! A gateway between client and host that does what gateways do: it passes on, times out after passing on, or loses
//! the connection. One request a connection, which is all that the tests need.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

/// What becomes of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Fate {
    /// It arrives.
    Passed = 0,
    /// The host answers, the gateway says 504.
    TimedOut = 1,
    /// The host answers, the connection breaks.
    Cut = 2,
    /// Nothing reaches the host: a dead spot.
    Away = 3,
}

/// What the connections share.
#[derive(Default)]
struct Shared {
    fate: AtomicU8,
    /// Answers until one is held back; zero for none.
    until_held: AtomicU32,
    is_holding: AtomicBool,
    last_answer: Mutex<String>,
}

/// The gateway.
pub struct Proxy {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    shared: Arc<Shared>,
}

impl Proxy {
    /// One before a host at `http://HOST:PORT`.
    pub fn before(base: &str) -> Self {
        let target = base.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let shared = Arc::<Shared>::default();
        let all = Arc::clone(&shared);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, shared) = (target.clone(), Arc::clone(&all));
                // A connection that fails is what a gateway's client sees as lost.
                std::thread::spawn(move || pass(client, &target, &shared));
            }
        });
        Self { base, shared }
    }

    /// From now on, answers meet this fate.
    pub fn set(&self, fate: Fate) {
        self.shared.fate.store(fate as u8, Ordering::SeqCst);
    }

    /// The n-th answer from now on, counted from one, does not arrive, and its connection stays open: whoever asked waits.
    pub fn hold(&self, nth: u32) {
        self.shared.is_holding.store(false, Ordering::SeqCst);
        self.shared.until_held.store(nth, Ordering::SeqCst);
    }

    /// True when the host has given the answer that is held back.
    pub fn is_holding(&self) -> bool {
        self.shared.is_holding.load(Ordering::SeqCst)
    }

    /// What the host answered last, head and body, whatever became of it.
    pub fn last_answer(&self) -> String {
        self.shared.last_answer.lock().expect("no connection panicked").clone()
    }
}

fn pass(mut client: TcpStream, target: &str, shared: &Shared) -> std::io::Result<()> {
    let request = whole_message(&mut client)?;
    if shared.fate.load(Ordering::SeqCst) == Fate::Away as u8 {
        return client.shutdown(Shutdown::Both);
    }
    let mut host = TcpStream::connect(target)?;
    host.write_all(&closing(&request))?;
    let mut answer = Vec::new();
    host.read_to_end(&mut answer)?;
    *shared.last_answer.lock().expect("no connection panicked") = String::from_utf8_lossy(&answer).into_owned();
    let down = |left: u32| left.checked_sub(1);
    if shared.until_held.fetch_update(Ordering::SeqCst, Ordering::SeqCst, down) == Ok(1) {
        shared.is_holding.store(true, Ordering::SeqCst);
        // Until whoever asked goes away.
        let _ = client.read(&mut [0; 1]);
        return Ok(());
    }
    match shared.fate.load(Ordering::SeqCst) {
        0 => client.write_all(&answer)?,
        1 => client.write_all(b"HTTP/1.1 504 Gateway Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")?,
        _ => {}
    }
    client.shutdown(Shutdown::Both)
}

/// A request with its body, which has a known length.
fn whole_message(stream: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    let mut read = Vec::new();
    let mut buffer = [0; 16 * 1024];
    loop {
        let count = stream.read(&mut buffer)?;
        read.extend_from_slice(&buffer[..count]);
        let Some(head_end) = read.windows(4).position(|four| four == b"\r\n\r\n") else {
            if count == 0 {
                return Ok(read);
            }
            continue;
        };
        let head = String::from_utf8_lossy(&read[..head_end]).to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if count == 0 || read.len() >= head_end + 4 + length.unwrap_or(0) {
            return Ok(read);
        }
    }
}

/// The same request, after which the host closes the connection, so that the end of its answer is seen.
fn closing(request: &[u8]) -> Vec<u8> {
    let line_end = request.windows(2).position(|two| two == b"\r\n").map_or(0, |end| end + 2);
    [&request[..line_end], b"connection: close\r\n", &request[line_end..]].concat()
}
