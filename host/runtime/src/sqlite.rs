//! `spin:sqlite`: SQLite databases in the data folder.
//!
//! A guest's connection is a name, not a connection of SQLite. A statement that only reads runs at once on a connection
//! of the thread that it is on, unless it takes long; a single writing statement goes to the database's writer
//! ([`writer`]), which shares a disk sync among those that wait; and a transaction, or a setting, gets a real connection
//! for as long as it lasts ([`session`]). To the guest it all looks like one connection of its own. Only the SQL
//! functions `last_insert_rowid()` and `changes()` cannot see through that: outside of a transaction they are refused
//! ([`guard`]), and the functions of `spin:sqlite` by these names are to be used.

mod database;
mod guard;
mod session;
mod statement;
mod writer;

pub(crate) use database::Database;

use crate::bindings::spin::sqlite::sqlite::{
    Error, Host, HostConnection, HostConnectionWithStore, QueryResult, RowResult, Value,
};
use crate::guest::GuestState;
use database::Link;
use guard::Guard;
use session::{Ran, Session};
use statement::{Answer, Failure, Kind};
use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

/// A read that takes longer moves to a thread of its own, since others wait for this one.
const READ_HERE: Duration = Duration::from_millis(2);

/// What a guest holds.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct GuestConnection(Arc<Connection>);

struct Connection {
    database: Arc<Database>,
    session: Mutex<Option<Arc<Session>>>,
    changes: AtomicU64,
    last_insert_rowid: AtomicI64,
}

thread_local! {
    /// This thread's reading connections, by database.
    static READERS: RefCell<HashMap<usize, Link>> = RefCell::default();
}

impl Connection {
    async fn execute(&self, sql: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let kind = Kind::of(&sql);
        let held = self.session.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(session) = held {
            return self.execute_in(session, kind, sql, parameters).await;
        }
        match kind {
            Kind::Read => match self.read(&sql, &parameters) {
                Ok(Some(answer)) => Ok(answer),
                Ok(None) => self.write(sql, parameters).await,
                Err(failure) if failure.is_interrupt() => self.read_apart(sql, parameters).await,
                Err(failure) => Err(failure.into()),
            },
            Kind::Write => self.write(sql, parameters).await,
            Kind::Begin { .. } | Kind::End | Kind::Own => {
                let database = Arc::clone(&self.database);
                let session = tokio::task::spawn_blocking(move || Session::open(database).map(Arc::new))
                    .await
                    .map_err(|error| Error::Io(error.to_string()))??;
                self.execute_in(session, kind, sql, parameters).await
            }
        }
    }

    /// Reads on this thread. `None`: the statement writes.
    fn read(&self, sql: &str, parameters: &[Value]) -> Result<Option<Answer>, Failure> {
        READERS.with_borrow_mut(|readers| {
            let link = match readers.entry(self.database.id) {
                std::collections::hash_map::Entry::Occupied(entry) => entry.into_mut(),
                std::collections::hash_map::Entry::Vacant(entry) => entry.insert(self.database.connect(Guard::Shared)?),
            };
            link.allow(READ_HERE);
            statement::run_if_reading(&link.connection, sql, parameters)
        })
    }

    async fn read_apart(&self, sql: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let database = Arc::clone(&self.database);
        let answer = tokio::task::spawn_blocking(move || database.read_apart(&sql, &parameters)).await;
        answer.map_err(|error| Error::Io(error.to_string()))?.map_err(Error::from)
    }

    async fn write(&self, sql: String, parameters: Vec<Value>) -> Result<Answer, Error> {
        let answer = self.database.write(sql, parameters).await?;
        self.remember(&answer);
        Ok(answer)
    }

    async fn execute_in(
        &self,
        session: Arc<Session>,
        kind: Kind,
        sql: String,
        parameters: Vec<Value>,
    ) -> Result<Answer, Error> {
        *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::clone(&session));
        let Ran { answer, done } = session.run(kind, sql, parameters).await?;
        if done {
            *self.session.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        let answer = answer.map_err(Error::from)?;
        if kind == Kind::Write {
            self.remember(&answer);
        }
        Ok(answer)
    }

    fn remember(&self, answer: &Answer) {
        if let Some(changes) = answer.changes {
            self.changes.store(changes, Relaxed);
        }
        if let Some(rowid) = answer.last_insert_rowid {
            self.last_insert_rowid.store(rowid, Relaxed);
        }
    }
}

impl GuestState {
    fn open_database(&mut self, name: &str) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        let Some(database) = self.component.databases.get(name) else {
            let known = self.lane.app.databases.contains_key(name);
            return Ok(Err(if known { Error::AccessDenied } else { Error::NoSuchDatabase }));
        };
        let connection = Connection {
            database: Arc::clone(database),
            session: Mutex::default(),
            changes: AtomicU64::new(0),
            last_insert_rowid: AtomicI64::new(0),
        };
        Ok(Ok(self.table.push(GuestConnection(Arc::new(connection)))?))
    }

    fn connection(&self, connection: &Resource<GuestConnection>) -> wasmtime::Result<Arc<Connection>> {
        Ok(Arc::clone(&self.table.get(connection)?.0))
    }
}

impl Host for GuestState {}

impl HostConnection for GuestState {
    async fn open(&mut self, database: String) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        self.open_database(&database)
    }

    async fn execute(
        &mut self,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<QueryResult, Error>> {
        let connection = self.connection(&connection)?;
        let started = Instant::now();
        let answer = connection.execute(statement, parameters).await;
        self.lane.app.overload.databases().note(started.elapsed());
        Ok(answer.map(|answer| QueryResult { columns: answer.columns, rows: answer.rows }))
    }

    fn last_insert_rowid(&mut self, connection: Resource<GuestConnection>) -> wasmtime::Result<i64> {
        Ok(self.connection(&connection)?.last_insert_rowid.load(Relaxed))
    }

    fn changes(&mut self, connection: Resource<GuestConnection>) -> wasmtime::Result<u64> {
        Ok(self.connection(&connection)?.changes.load(Relaxed))
    }

    fn drop(&mut self, connection: Resource<GuestConnection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

type Rows = (Vec<String>, StreamReader<RowResult>, FutureReader<Result<(), Error>>);

impl<T: Send + 'static> HostConnectionWithStore<T> for HasSelf<GuestState> {
    async fn open_async(
        store: &Accessor<T, Self>,
        database: String,
    ) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        store.with(|mut access| access.get().open_database(&database))
    }

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<Value>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let (connection, lane) = store.with(|mut access| {
            let state = access.get();
            (state.connection(&connection), Arc::clone(&state.lane))
        });
        let started = Instant::now();
        let answer = connection?.execute(statement, parameters).await;
        lane.app.overload.databases().note(started.elapsed());
        match answer {
            Ok(answer) => store.with(|mut access| {
                let rows = StreamReader::new(&mut access, crate::stream::Items::new(answer.rows))?;
                let end = FutureReader::new(&mut access, async { wasmtime::error::Ok(Ok(())) })?;
                Ok(Ok((answer.columns, rows, end)))
            }),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn last_insert_rowid_async(
        store: &Accessor<T, Self>,
        connection: Resource<GuestConnection>,
    ) -> wasmtime::Result<i64> {
        store.with(|mut access| HostConnection::last_insert_rowid(access.get(), connection))
    }

    async fn changes_async(store: &Accessor<T, Self>, connection: Resource<GuestConnection>) -> wasmtime::Result<u64> {
        store.with(|mut access| HostConnection::changes(access.get(), connection))
    }
}
