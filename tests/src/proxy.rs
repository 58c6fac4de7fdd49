//! A gateway between client and host that does what gateways do: it passes on, times out after passing on, or loses
//! the connection. One request a connection, which is all that the tests need.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicU8, Ordering};
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

/// The gateway.
pub struct Proxy {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    fate: Arc<AtomicU8>,
    last_answer: Arc<Mutex<String>>,
}

impl Proxy {
    /// One before a host at `http://HOST:PORT`.
    pub fn before(base: &str) -> Self {
        let target = base.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let (fate, last_answer) = (Arc::new(AtomicU8::new(0)), Arc::<Mutex<String>>::default());
        let shared = (Arc::clone(&fate), Arc::clone(&last_answer));
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let (target, fate, last) = (target.clone(), Arc::clone(&shared.0), Arc::clone(&shared.1));
                // A connection that fails is what a gateway's client sees as lost.
                std::thread::spawn(move || pass(client, &target, &fate, &last));
            }
        });
        Self { base, fate, last_answer }
    }

    /// From now on, answers meet this fate.
    pub fn set(&self, fate: Fate) {
        self.fate.store(fate as u8, Ordering::SeqCst);
    }

    /// What the host answered last, head and body, whatever became of it.
    pub fn last_answer(&self) -> String {
        self.last_answer.lock().expect("no connection panicked").clone()
    }
}

fn pass(mut client: TcpStream, target: &str, fate: &AtomicU8, last: &Mutex<String>) -> std::io::Result<()> {
    let request = whole_message(&mut client)?;
    if fate.load(Ordering::SeqCst) == Fate::Away as u8 {
        return client.shutdown(Shutdown::Both);
    }
    let mut host = TcpStream::connect(target)?;
    host.write_all(&closing(&request))?;
    let mut answer = Vec::new();
    host.read_to_end(&mut answer)?;
    *last.lock().expect("no connection panicked") = String::from_utf8_lossy(&answer).into_owned();
    match fate.load(Ordering::SeqCst) {
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
