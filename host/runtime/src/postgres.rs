//! `spin:postgres`: a few connections for each lane and address, lent for one statement at a time, with prepared
//! statements kept. A guest that opens a transaction keeps its connection until it ends ([`pool`]).

mod effect;
mod pool;
mod range;
mod tls;
mod types;

use crate::bindings::spin::postgres::postgres::{
    Column, DbError, DbValue, Error, Host, HostConnection, HostConnectionBuilder, HostConnectionBuilderWithStore,
    HostConnectionWithStore, ParameterValue, QueryError, RowSet,
};
use crate::guest::GuestState;
use effect::Effect;
use futures::TryStreamExt;
use pool::{Lease, Server};
use std::collections::HashMap;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;
use tls::Tls;
use tokio_postgres::error::SqlState;
use tokio_postgres::{Config, RowStream};
use wasmtime::component::{Accessor, FutureReader, HasSelf, Resource, StreamReader};

/// A larger result would not fit into a guest either.
const RESULT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// One lane's servers by address.
#[derive(Default)]
pub(crate) struct Servers(Mutex<HashMap<String, Arc<Server>>>);

/// What a guest holds.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct GuestConnection {
    server: Arc<Server>,
    /// The connection that it has for itself, while it must.
    own: Arc<tokio::sync::Mutex<Option<Lease>>>,
}

/// An address, and perhaps a certificate to trust.
#[derive(Clone)]
#[expect(unreachable_pub, reason = "the generated bindings re-export it")]
pub struct ConnectionBuilder {
    address: String,
    root: Option<String>,
}

struct Answer {
    columns: Vec<Column>,
    rows: Vec<Vec<DbValue>>,
    affected: u64,
}

impl GuestConnection {
    async fn run(&self, sql: &str, parameters: Vec<ParameterValue>) -> Result<Answer, Error> {
        let parameters = parameters.into_iter().map(types::parameter).collect::<Result<Vec<_>, _>>()?;
        let effect = Effect::of(sql);
        let mut own = self.own.lock().await;
        if let Some(lease) = own.as_mut() {
            let answer = run(lease, sql, &parameters, effect).await;
            if lease.is_lost() || lease.is_clean() {
                *own = None;
            }
            return answer;
        }
        if effect == Effect::None {
            drop(own);
            return run(&mut self.server.lend().await?, sql, &parameters, effect).await;
        }
        // Kept by the guest before it runs, so that a guest that goes away in the middle takes it along.
        let lease = own.insert(self.server.lend().await?);
        let answer = run(lease, sql, &parameters, effect).await;
        if lease.is_lost() || lease.is_clean() {
            *own = None;
        }
        answer
    }
}

async fn run(lease: &mut Lease, sql: &str, parameters: &[types::Parameter], effect: Effect) -> Result<Answer, Error> {
    if lease.busy {
        return Err(Error::ConnectionFailed("the connection was lost in an earlier statement".into()));
    }
    // Stays so if this future is dropped: an answer is then still to come that the next one would get.
    lease.busy = true;
    match effect {
        Effect::Begins => lease.in_transaction = true,
        Effect::Taints => lease.tainted = true,
        Effect::Ends | Effect::None => {}
    }
    let alone = !lease.in_transaction;
    let connection = lease.connection()?;
    let mut answer = attempt(connection, sql, parameters).await;
    if alone && answer.as_ref().is_err_and(Failure::is_stale_plan) {
        // The table has changed since the statement was prepared.
        connection.forget(sql);
        answer = attempt(connection, sql, parameters).await;
    }
    lease.busy = matches!(&answer, Err(Failure::TooLarge));
    if effect == Effect::Ends {
        lease.in_transaction = false;
    }
    answer.map_err(Failure::into_error)
}

async fn attempt(
    connection: &mut pool::Connection,
    sql: &str,
    parameters: &[types::Parameter],
) -> Result<Answer, Failure> {
    let statement = connection.prepare(sql).await.map_err(Failure::Postgres)?;
    if statement.params().len() != parameters.len() {
        let message = format!("{} parameters are expected, {} given", statement.params().len(), parameters.len());
        return Err(Failure::Known(Error::BadParameter(message)));
    }
    let columns = statement.columns();
    let described = columns
        .iter()
        .map(|column| Column { name: column.name().to_owned(), data_type: types::data_type(column.type_()) })
        .collect();
    let references = parameters.iter().map(|parameter| &**parameter as &(dyn tokio_postgres::types::ToSql + Sync));
    let stream = connection.client.query_raw(&statement, references).await.map_err(Failure::Postgres)?;
    let (rows, affected) = collect(stream, columns).await?;
    Ok(Answer { columns: described, rows, affected })
}

async fn collect(stream: RowStream, columns: &[tokio_postgres::Column]) -> Result<(Vec<Vec<DbValue>>, u64), Failure> {
    let mut stream = pin!(stream);
    let mut rows = Vec::new();
    let mut bytes = 0;
    let mut wrong = None;
    while let Some(row) = stream.try_next().await.map_err(Failure::Postgres)? {
        bytes += row.raw_size_bytes() + columns.len() * size_of::<DbValue>();
        if bytes > RESULT_BYTES_MAX {
            return Err(Failure::TooLarge);
        }
        // Read on to the end, so that the connection is free again.
        if wrong.is_none() {
            let values: Result<Vec<_>, _> =
                columns.iter().enumerate().map(|(at, column)| types::value(&row, at, column)).collect();
            match values {
                Ok(values) => rows.push(values),
                Err(error) => wrong = Some(error),
            }
        }
    }
    match wrong {
        Some(error) => Err(Failure::Known(error)),
        None => Ok((rows, stream.rows_affected().unwrap_or(0))),
    }
}

enum Failure {
    Postgres(tokio_postgres::Error),
    Known(Error),
    TooLarge,
}

impl Failure {
    fn is_stale_plan(&self) -> bool {
        let Self::Postgres(error) = self else { return false };
        matches!(error.code(), Some(code) if *code == SqlState::FEATURE_NOT_SUPPORTED || *code == SqlState::INVALID_SQL_STATEMENT_NAME)
    }

    fn into_error(self) -> Error {
        match self {
            Self::Known(error) => error,
            Self::TooLarge => Error::Other(format!("the result is larger than {RESULT_BYTES_MAX} bytes")),
            Self::Postgres(error) => match error.as_db_error() {
                Some(db) => Error::QueryFailed(QueryError::DbError(db_error(&error, db))),
                None if error.is_closed() => Error::ConnectionFailed(describe(&error)),
                None => Error::QueryFailed(QueryError::Text(describe(&error))),
            },
        }
    }
}

fn db_error(error: &tokio_postgres::Error, db: &tokio_postgres::error::DbError) -> DbError {
    let extras = [
        ("constraint", db.constraint()),
        ("table", db.table()),
        ("column", db.column()),
        ("schema", db.schema()),
        ("datatype", db.datatype()),
        ("hint", db.hint()),
        ("where", db.where_()),
        ("routine", db.routine()),
    ];
    DbError {
        as_text: describe(error),
        severity: db.severity().to_owned(),
        code: db.code().code().to_owned(),
        message: db.message().to_owned(),
        detail: db.detail().map(str::to_owned),
        extras: extras.iter().filter_map(|(name, value)| Some(((*name).to_owned(), (*value)?.to_owned()))).collect(),
    }
}

/// An error with what caused it.
fn describe(error: &tokio_postgres::Error) -> String {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    text
}

impl GuestState {
    fn postgres_server(&self, address: &str, root: Option<&str>) -> Result<Arc<Server>, Error> {
        let config: Config =
            address.parse().map_err(|_| Error::ConnectionFailed("the address cannot be read".into()))?;
        let (config, hosts) = pool::split_hosts(&config)?;
        let mut checked = Vec::new();
        for (host, port) in hosts {
            let Some(allowed) = self.component.hosts.find("postgres", &host, Some(port)) else {
                crate::outbound::log_refusal(&self.component.name, &format!("postgres://{host}:{port}"));
                return Err(Error::ConnectionFailed(format!("address postgres://{host}:{port} is not permitted")));
            };
            checked.push((host, port, allowed));
        }
        let named = checked.iter().all(|(_, _, allowed)| allowed.named);
        let key = format!("{named} {} {address}", root.unwrap_or_default());
        let mut servers = self.lane.postgres.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(server) = servers.get(&key) {
            return Ok(Arc::clone(server));
        }
        let tls = Tls::new(root).map_err(Error::ConnectionFailed)?;
        let server = Server::new(config, checked, self.lane.app.network, tls);
        servers.insert(key, Arc::clone(&server));
        Ok(server)
    }
}

/// A server that cannot be reached is told of here, as on Spin.
async fn reach(server: Result<Arc<Server>, Error>) -> Result<GuestConnection, Error> {
    let server = server?;
    drop(server.lend().await?);
    Ok(GuestConnection { server, own: Arc::default() })
}

impl Host for GuestState {}

impl HostConnection for GuestState {
    async fn open(&mut self, address: String) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        match reach(self.postgres_server(&address, None)).await {
            Ok(connection) => Ok(Ok(self.table.push(connection)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn query(
        &mut self,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<RowSet, Error>> {
        let connection = self.table.get(&connection)?.clone();
        let started = Instant::now();
        let answer = connection.run(&statement, parameters).await;
        self.lane.app.overload.databases().note(started.elapsed());
        Ok(answer.map(|answer| RowSet { columns: answer.columns, rows: answer.rows }))
    }

    async fn execute(
        &mut self,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let connection = self.table.get(&connection)?.clone();
        Ok(connection.run(&statement, parameters).await.map(|answer| answer.affected))
    }

    fn drop(&mut self, connection: Resource<GuestConnection>) -> wasmtime::Result<()> {
        self.table.delete(connection)?;
        Ok(())
    }
}

type Rows = (Vec<Column>, StreamReader<Vec<DbValue>>, FutureReader<Result<(), Error>>);

impl<T: Send + 'static> HostConnectionWithStore<T> for HasSelf<GuestState> {
    async fn open_async(
        store: &Accessor<T, Self>,
        address: String,
    ) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        let server = store.with(|mut access| access.get().postgres_server(&address, None));
        match reach(server).await {
            Ok(connection) => store.with(|mut access| Ok(Ok(access.get().table.push(connection)?))),
            Err(error) => Ok(Err(error)),
        }
    }

    async fn query_async(
        store: &Accessor<T, Self>,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<Rows, Error>> {
        let (connection, lane) = store.with(|mut access| {
            let state = access.get();
            (state.table.get(&connection).cloned(), Arc::clone(&state.lane))
        });
        let started = Instant::now();
        let answer = connection?.run(&statement, parameters).await;
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

    async fn execute_async(
        store: &Accessor<T, Self>,
        connection: Resource<GuestConnection>,
        statement: String,
        parameters: Vec<ParameterValue>,
    ) -> wasmtime::Result<Result<u64, Error>> {
        let connection = store.with(|mut access| access.get().table.get(&connection).cloned())?;
        Ok(connection.run(&statement, parameters).await.map(|answer| answer.affected))
    }
}

impl HostConnectionBuilder for GuestState {
    fn new(&mut self, address: String) -> wasmtime::Result<Resource<ConnectionBuilder>> {
        Ok(self.table.push(ConnectionBuilder { address, root: None })?)
    }

    fn set_ca_root(
        &mut self,
        builder: Resource<ConnectionBuilder>,
        certificate: String,
    ) -> wasmtime::Result<Result<(), Error>> {
        self.table.get_mut(&builder)?.root = Some(certificate);
        Ok(Ok(()))
    }

    async fn build(
        &mut self,
        builder: Resource<ConnectionBuilder>,
    ) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        let builder = self.table.get(&builder)?.clone();
        match reach(self.postgres_server(&builder.address, builder.root.as_deref())).await {
            Ok(connection) => Ok(Ok(self.table.push(connection)?)),
            Err(error) => Ok(Err(error)),
        }
    }

    fn drop(&mut self, builder: Resource<ConnectionBuilder>) -> wasmtime::Result<()> {
        self.table.delete(builder)?;
        Ok(())
    }
}

impl<T: Send + 'static> HostConnectionBuilderWithStore<T> for HasSelf<GuestState> {
    async fn build_async(
        store: &Accessor<T, Self>,
        builder: Resource<ConnectionBuilder>,
    ) -> wasmtime::Result<Result<Resource<GuestConnection>, Error>> {
        let server = store.with(|mut access| {
            let state = access.get();
            let builder = state.table.get(&builder)?.clone();
            wasmtime::error::Ok(state.postgres_server(&builder.address, builder.root.as_deref()))
        })?;
        match reach(server).await {
            Ok(connection) => store.with(|mut access| Ok(Ok(access.get().table.push(connection)?))),
            Err(error) => Ok(Err(error)),
        }
    }
}
