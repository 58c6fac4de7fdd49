//! Somebody else's server that is told of events: it keeps what it gets, and answers as well or as badly as it is told to.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::Value;

/// How a request is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Manner {
    /// 204.
    Takes,
    /// A status and a body.
    Says(u16, String),
    /// 302 to another address.
    LeadsTo(String),
    /// The connection is closed without an answer.
    Closes,
    /// No answer for so long, then 204.
    Waits(Duration),
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    /// When.
    pub at: Instant,
    /// The path with its query.
    pub path: String,
    /// The headers, their names in small letters.
    pub headers: BTreeMap<String, String>,
    /// The body.
    pub body: String,
}

impl Received {
    /// A header; empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("a body is JSON")
    }
}

#[derive(Default)]
struct Kept {
    received: Vec<Received>,
    manner: Option<Manner>,
}

/// The server, until it is dropped; its thread ends with the process.
pub struct Receiver {
    /// `http://127.0.0.1:PORT`
    pub base: String,
    kept: Arc<Mutex<Kept>>,
}

impl Receiver {
    /// Starts one that takes everything.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("the loopback has a free port");
        let base = format!("http://{}", listener.local_addr().expect("a socket has an address"));
        let kept = Arc::new(Mutex::new(Kept::default()));
        let shared = Arc::clone(&kept);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let shared = Arc::clone(&shared);
                std::thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { base, kept }
    }

    /// How it answers from now on.
    pub fn behave(&self, manner: Manner) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).manner = Some(manner);
    }

    /// What came so far, in its order.
    pub fn received(&self) -> Vec<Received> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).received.clone()
    }

    /// The ids of what came so far.
    pub fn ids(&self) -> Vec<String> {
        self.received().iter().map(|received| received.header("webhook-id").to_owned()).collect()
    }
}

/// Reads one request, keeps it, and answers.
fn serve(mut stream: TcpStream, kept: &Mutex<Kept>) -> Option<()> {
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    let mut reader = BufReader::new(stream.try_clone().ok()?);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let body = match headers.get("content-length").and_then(|length| length.parse().ok()) {
        Some(length) => {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).ok()?;
            body
        }
        None if headers.contains_key("transfer-encoding") => chunked(&mut reader)?,
        None => Vec::new(),
    };
    let received = Received { at: Instant::now(), path, headers, body: String::from_utf8_lossy(&body).into_owned() };
    let manner = {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.received.push(received);
        kept.manner.clone().unwrap_or(Manner::Takes)
    };
    let mut answer = |status: u16, headers: &str, body: &str| {
        write!(
            stream,
            "HTTP/1.1 {status} X\r\n{headers}content-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
        .ok()
    };
    match manner {
        Manner::Takes => answer(204, "", ""),
        Manner::Says(status, body) => answer(status, "content-type: application/json\r\n", &body),
        Manner::LeadsTo(url) => answer(302, &format!("location: {url}\r\n"), ""),
        Manner::Closes => None,
        Manner::Waits(time) => {
            std::thread::sleep(time);
            answer(204, "", "")
        }
    }
}

fn chunked(reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    loop {
        let mut size = String::new();
        reader.read_line(&mut size).ok()?;
        let size = usize::from_str_radix(size.trim().split(';').next()?, 16).ok()?;
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk).ok()?;
        if size == 0 {
            return Some(body);
        }
        body.extend_from_slice(&chunk[..size]);
    }
}
