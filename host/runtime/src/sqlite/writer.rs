//! The one thread of a database that writes single statements.
//!
//! SQLite has one writer at a time and pays one disk sync for each commit. So statements that come while a commit is
//! being synced are taken together: each runs as it would alone, all share one commit, and no one gets an answer before
//! that commit is on disk. A statement that fails undoes itself only (SQLite rolls back the failed statement, not the
//! transaction). Where a failure ends the whole transaction (`RAISE(ROLLBACK)`, a full disk, a deferred foreign key at
//! commit), nothing of it was answered yet and each statement is run again by itself.

use super::database::{Database, Link};
use super::guard::Guard;
use super::statement::{Answer, run};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use std::sync::{Arc, Weak, mpsc};
use tokio::sync::oneshot;

/// More together gain little, and the first of them would wait for all.
const TOGETHER_MAX: usize = 64;

/// A statement that waits for its turn.
pub(super) struct Write {
    pub(super) sql: String,
    pub(super) parameters: Vec<Value>,
    pub(super) reply: oneshot::Sender<Result<Answer, Error>>,
}

/// Starts the thread; it ends when the sender is dropped.
pub(super) fn start(database: &Arc<Database>) -> std::io::Result<mpsc::Sender<Write>> {
    let (sender, writes) = mpsc::channel();
    let database = Arc::downgrade(database);
    std::thread::Builder::new().name("takt-sqlite".into()).spawn(move || serve(&database, &writes))?;
    Ok(sender)
}

fn serve(database: &Weak<Database>, writes: &mpsc::Receiver<Write>) {
    let mut link = None;
    while let Ok(first) = writes.recv() {
        let Some(database) = database.upgrade() else { return };
        let turn = futures::executor::block_on(Arc::clone(&database.turn).acquire_owned());
        let mut batch = vec![first];
        while batch.len() < TOGETHER_MAX
            && let Ok(next) = writes.try_recv()
        {
            batch.push(next);
        }
        // Whoever no longer waits has been told that nothing is known; better not to start.
        batch.retain(|write| !write.reply.is_closed());
        match link.take().map_or_else(|| database.connect(Guard::Shared), Ok) {
            Ok(open) => {
                let open = link.insert(open);
                open.allow(database.statement_time());
                commit(open, batch);
            }
            Err(error) => refuse(batch, &error),
        }
        drop(turn);
    }
}

fn refuse(batch: Vec<Write>, error: &rusqlite::Error) {
    for write in batch {
        let _ = write.reply.send(Err(Error::Io(error.to_string())));
    }
}

fn alone(link: &Link, write: Write) {
    let answer = run(&link.connection, &write.sql, &write.parameters).map_err(Error::from);
    let _ = write.reply.send(answer);
}

fn commit(link: &Link, mut batch: Vec<Write>) {
    if batch.len() == 1 {
        if let Some(write) = batch.pop() {
            alone(link, write);
        }
        return;
    }
    match together(link, &batch) {
        Some(answers) => {
            for (write, answer) in batch.into_iter().zip(answers) {
                let _ = write.reply.send(answer);
            }
        }
        None => batch.into_iter().for_each(|write| alone(link, write)),
    }
}

/// The answer of each, once all are on disk; `None` if the transaction ended otherwise and left nothing behind.
fn together(link: &Link, batch: &[Write]) -> Option<Vec<Result<Answer, Error>>> {
    let execute = |sql: &str| link.connection.prepare_cached(sql).and_then(|mut statement| statement.execute([]));
    execute("BEGIN IMMEDIATE").ok()?;
    let mut answers = Vec::with_capacity(batch.len());
    for write in batch {
        answers.push(run(&link.connection, &write.sql, &write.parameters).map_err(Error::from));
        if link.connection.is_autocommit() {
            return None;
        }
    }
    if execute("COMMIT").is_err() {
        if !link.connection.is_autocommit() {
            let _ = execute("ROLLBACK");
        }
        return None;
    }
    Some(answers)
}
