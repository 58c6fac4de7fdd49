//! A connection that belongs to one guest for a while: for a transaction of several statements, or for good once the
//! guest has set something on it.
//!
//! Its statements run on blocking threads. It holds the database's turn from the first write on until the transaction
//! ends. When the guest is dropped inside a transaction, the last one who holds the session rolls it back.

use super::database::{Database, Link};
use super::statement::{Answer, Failure, Kind, run};
use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// As SQLite's own `busy_timeout`.
const TURN_TIMEOUT: Duration = Duration::from_secs(5);

pub(super) struct Session {
    core: Arc<Mutex<Core>>,
    interrupt: rusqlite::InterruptHandle,
}

struct Core {
    database: Arc<Database>,
    /// `None` only while being dropped.
    link: Option<Link>,
    turn: Option<OwnedSemaphorePermit>,
    /// The guest set something that the next user of the connection must not inherit.
    tainted: bool,
}

/// What the caller needs to know after a statement.
pub(super) struct Ran {
    pub(super) answer: Result<Answer, Failure>,
    /// Nothing keeps the guest on this connection any longer.
    pub(super) done: bool,
}

impl Session {
    /// Opens a connection. Blocks.
    pub(super) fn open(database: Arc<Database>) -> Result<Self, Error> {
        let link = database.take().map_err(|error| Error::from(Failure::from(error)))?;
        let interrupt = link.connection.get_interrupt_handle();
        let core = Core { database, link: Some(link), turn: None, tainted: false };
        Ok(Self { core: Arc::new(Mutex::new(core)), interrupt })
    }

    pub(super) async fn run(&self, kind: Kind, sql: String, parameters: Vec<Value>) -> Result<Ran, Error> {
        let writes = matches!(kind, Kind::Write | Kind::Own | Kind::Begin { immediate: true });
        if writes {
            self.take_turn().await?;
        }
        let core = Arc::clone(&self.core);
        let ran = tokio::task::spawn_blocking(move || {
            let mut core = core.lock().unwrap_or_else(PoisonError::into_inner);
            core.run(kind, &sql, &parameters)
        });
        ran.await.map_err(|error| Error::Io(error.to_string()))
    }

    async fn take_turn(&self) -> Result<(), Error> {
        let turn = {
            let core = self.core.lock().unwrap_or_else(PoisonError::into_inner);
            if core.turn.is_some() {
                return Ok(());
            }
            Arc::clone(&core.database.turn)
        };
        let locked = || Error::Io("database is locked".into());
        let permit = tokio::time::timeout(TURN_TIMEOUT, turn.acquire_owned())
            .await
            .map_err(|_| locked())?
            .map_err(|_| locked())?;
        self.core.lock().unwrap_or_else(PoisonError::into_inner).turn = Some(permit);
        Ok(())
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // A statement that still runs is for nobody.
        self.interrupt.interrupt();
    }
}

impl Core {
    fn run(&mut self, kind: Kind, sql: &str, parameters: &[Value]) -> Ran {
        let Some(link) = &self.link else {
            return Ran { answer: Err(Failure::Sqlite(rusqlite::Error::InvalidQuery)), done: true };
        };
        link.allow(self.database.statement_time());
        let answer = run(&link.connection, sql, parameters);
        self.tainted |= kind == Kind::Own && Kind::taints(sql);
        let ended = link.connection.is_autocommit();
        if ended {
            self.turn = None;
        }
        Ran { answer, done: ended && !self.tainted }
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        let Some(link) = self.link.take() else { return };
        // The time may be used up, and a rollback must not be interrupted.
        link.allow(Duration::from_secs(3600));
        let clean = link.connection.is_autocommit() || link.connection.execute_batch("ROLLBACK").is_ok();
        if clean && !self.tainted {
            self.database.give_back(link);
        }
    }
}
