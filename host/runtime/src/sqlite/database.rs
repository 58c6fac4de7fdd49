//! One database file and its connections.

use super::guard::Guard;
use super::statement::{Answer, Failure, run};
use super::writer::{self, Write};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use rusqlite::Connection;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, LazyLock, Mutex, PoisonError, mpsc};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, oneshot};

/// For writers outside this process; those inside take turns.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements that a connection keeps.
const STATEMENTS: usize = 256;
/// SQLite asks after that many of its instructions whether to go on: about 20 to 50 microseconds of work.
const PROGRESS_OPS: i32 = 1000;

/// A named database of the application.
pub(crate) struct Database {
    /// Tells databases apart in maps of connections.
    pub(crate) id: usize,
    path: PathBuf,
    /// Held by whoever writes, so that writers queue in order instead of sleeping and trying again.
    pub(super) turn: Arc<Semaphore>,
    writer: Mutex<Option<mpsc::Sender<Write>>>,
    spare: Mutex<Vec<Link>>,
    /// How long one statement may run.
    statement_time: Duration,
}

/// A connection with a clock: a statement that runs past `deadline` is interrupted.
pub(crate) struct Link {
    pub(super) connection: Connection,
    deadline: Arc<AtomicU64>,
}

fn clock() -> u64 {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    u64::try_from(START.elapsed().as_micros()).unwrap_or(u64::MAX)
}

impl Link {
    /// Gives the next statements that much time.
    pub(super) fn allow(&self, time: Duration) {
        let time = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.deadline.store(clock().saturating_add(time), Relaxed);
    }
}

impl Database {
    pub(crate) fn new(path: PathBuf, statement_time: Duration) -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            path,
            turn: Arc::new(Semaphore::new(1)),
            writer: Mutex::default(),
            spare: Mutex::default(),
            statement_time,
        }
    }

    /// A new connection, set up: WAL with a sync at each commit, and foreign keys enforced.
    pub(super) fn connect(&self, guard: Guard) -> rusqlite::Result<Link> {
        let mut connection = Connection::open(&self.path)?;
        connection.busy_timeout(BUSY_TIMEOUT)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        let mode: String = connection.query_row("PRAGMA journal_mode=WAL", [], |row| row.get(0))?;
        if !mode.eq_ignore_ascii_case("wal") {
            crate::log::error("the database cannot use WAL", &[("path", &self.path.to_string_lossy())]);
        }
        connection.execute_batch("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA temp_store=MEMORY;")?;
        guard.stand(&mut connection)?;
        let deadline = Arc::new(AtomicU64::new(u64::MAX));
        let until = Arc::clone(&deadline);
        connection.progress_handler(PROGRESS_OPS, Some(move || clock() > until.load(Relaxed)))?;
        Ok(Link { connection, deadline })
    }

    /// A connection that is nobody's at the moment.
    pub(super) fn take(&self) -> rusqlite::Result<Link> {
        let spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let link = spare.map_or_else(|| self.connect(Guard::Own), Ok)?;
        link.allow(self.statement_time);
        Ok(link)
    }

    /// Keeps a clean connection for the next one who asks.
    pub(super) fn give_back(&self, link: Link) {
        let mut spare = self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        if spare.len() < 8 {
            spare.push(link);
        }
    }

    pub(super) fn statement_time(&self) -> Duration {
        self.statement_time
    }

    /// Runs a statement that reads on a connection of its own. Blocks.
    pub(super) fn read_apart(&self, sql: &str, parameters: &[Value]) -> Result<Answer, Failure> {
        let link = self.take()?;
        let answer = run(&link.connection, sql, parameters);
        self.give_back(link);
        answer
    }

    /// Runs one writing statement as a transaction of its own; the answer comes once it is on disk.
    pub(super) async fn write(self: &Arc<Self>, sql: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let (reply, answer) = oneshot::channel();
        self.queue(Write { sql, parameters, reply })?;
        answer.await.unwrap_or_else(|_| Err(Error::Io("the writer ended".into())))
    }

    fn queue(self: &Arc<Self>, mut write: Write) -> Result<(), Error> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(sender) = writer.as_ref() {
            match sender.send(write) {
                Ok(()) => return Ok(()),
                // The thread is gone: it panicked. Another one takes over.
                Err(mpsc::SendError(unsent)) => write = unsent,
            }
        }
        let sender = writer.insert(writer::start(self).map_err(|error| Error::Io(error.to_string()))?);
        sender.send(write).map_err(|_| Error::Io("the writer ended".into()))
    }
}
