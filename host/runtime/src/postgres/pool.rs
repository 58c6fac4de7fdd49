//! Connections to one Postgres server from one lane.
//!
//! A connection is lent for one statement and goes back when nothing of the borrower is left on it. One that was in the
//! middle of something is closed instead: a transaction that a guest left open must not become the next guest's.

use super::tls::Tls;
use crate::bindings::spin::postgres::postgres::Error;
use crate::hosts::Allowed;
use crate::network;
use crate::options::OutboundNetwork;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use tokio_postgres::config::Host;
use tokio_postgres::{Client, Config, Statement};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// How long to wait for a connection to come back when all are lent.
const LEND_TIMEOUT: Duration = Duration::from_secs(5);
/// A server has 100 by default, for all who use it.
const CONNECTIONS_MAX: usize = 16;
const STATEMENTS_MAX: usize = 256;

/// A server and how it may be reached.
pub(super) struct Server {
    config: Config,
    hosts: Vec<(String, u16, Allowed)>,
    network: OutboundNetwork,
    tls: Tls,
    places: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

/// A connection with its prepared statements.
pub(super) struct Connection {
    pub(super) client: Client,
    statements: HashMap<String, Statement>,
    /// In the order in which they were prepared.
    order: VecDeque<String>,
}

/// A connection while it is somebody's.
pub(super) struct Lease {
    connection: Option<Connection>,
    server: Arc<Server>,
    /// A statement has been sent and not yet answered, or the session is no longer as it was.
    pub(super) busy: bool,
    pub(super) in_transaction: bool,
    pub(super) tainted: bool,
    place: Option<OwnedSemaphorePermit>,
}

impl Server {
    pub(super) fn new(
        config: Config,
        hosts: Vec<(String, u16, Allowed)>,
        network: OutboundNetwork,
        tls: Tls,
    ) -> Arc<Self> {
        let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
        Arc::new(Self { config, hosts, network, tls, places, idle: Mutex::default() })
    }

    pub(super) async fn lend(self: &Arc<Self>) -> Result<Lease, Error> {
        let failed = |text: String| Error::ConnectionFailed(text);
        let place = timeout(LEND_TIMEOUT, Arc::clone(&self.places).acquire_owned()).await;
        let place =
            place.map_err(|_| failed("all connections are in use".into()))?.map_err(|e| failed(e.to_string()))?;
        let idle = {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            idle.retain(|connection| !connection.client.is_closed());
            idle.pop()
        };
        let connection = match idle {
            Some(connection) => connection,
            None => timeout(CONNECT_TIMEOUT, self.connect())
                .await
                .unwrap_or_else(|_| Err("the server does not answer".into()))
                .map_err(failed)?,
        };
        Ok(Lease {
            connection: Some(connection),
            server: Arc::clone(self),
            busy: false,
            in_transaction: false,
            tainted: false,
            place: Some(place),
        })
    }

    async fn connect(&self) -> Result<Connection, String> {
        let mut last = "no host is given".to_owned();
        for (host, port, allowed) in &self.hosts {
            let addresses = match network::resolve(host, *port, *allowed, self.network).await {
                Ok(addresses) => addresses,
                Err(error) => {
                    last = error.to_string();
                    continue;
                }
            };
            for address in addresses {
                let mut config = self.config.clone();
                config.host(host).hostaddr(address.ip()).port(address.port());
                match self.tls.connect(&config).await {
                    Ok(client) => {
                        return Ok(Connection { client, statements: HashMap::new(), order: VecDeque::new() });
                    }
                    Err(error) => last = super::describe(&error),
                }
            }
        }
        Err(last)
    }
}

/// `config` without its hosts, and those hosts: they are checked and resolved before they are used.
pub(super) fn split_hosts(config: &Config) -> Result<(Config, Vec<(String, u16)>), Error> {
    let ports = config.get_ports();
    let mut hosts = Vec::new();
    for (at, host) in config.get_hosts().iter().enumerate() {
        let port = ports.get(at).or_else(|| ports.first()).copied().unwrap_or(5432);
        match host {
            Host::Tcp(name) => hosts.push((name.clone(), port)),
            Host::Unix(_) => return Err(Error::ConnectionFailed("only hosts over TCP are supported".into())),
        }
    }
    if hosts.is_empty() || !config.get_hostaddrs().is_empty() {
        return Err(Error::ConnectionFailed("the address must have a host and no hostaddr".into()));
    }
    let mut bare = Config::new();
    if let Some(user) = config.get_user() {
        bare.user(user);
    }
    if let Some(password) = config.get_password() {
        bare.password(password);
    }
    if let Some(name) = config.get_dbname() {
        bare.dbname(name);
    }
    if let Some(options) = config.get_options() {
        bare.options(options);
    }
    if let Some(name) = config.get_application_name() {
        bare.application_name(name);
    }
    bare.ssl_mode(config.get_ssl_mode()).connect_timeout(CONNECT_TIMEOUT).channel_binding(config.get_channel_binding());
    Ok((bare, hosts))
}

impl Lease {
    pub(super) fn connection(&mut self) -> Result<&mut Connection, Error> {
        self.connection.as_mut().ok_or_else(|| Error::ConnectionFailed("the connection was lost".into()))
    }

    pub(super) fn is_lost(&self) -> bool {
        self.busy || self.connection.as_ref().is_none_or(|connection| connection.client.is_closed())
    }

    /// Nothing of the borrower is on it.
    pub(super) fn is_clean(&self) -> bool {
        !self.is_lost() && !self.in_transaction && !self.tainted
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.is_clean()
            && let Some(connection) = self.connection.take()
        {
            self.server.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        }
        // Closed before its place is free, so that there are never more than the limit.
        self.connection = None;
        self.place = None;
    }
}

impl Connection {
    /// The prepared statement, from the connection's own if it has been here before.
    pub(super) async fn prepare(&mut self, sql: &str) -> Result<Statement, tokio_postgres::Error> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.client.prepare(sql).await?;
        if self.order.len() >= STATEMENTS_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.statements.remove(&oldest);
        }
        self.statements.insert(sql.to_owned(), statement.clone());
        self.order.push_back(sql.to_owned());
        Ok(statement)
    }

    pub(super) fn forget(&mut self, sql: &str) {
        self.statements.remove(sql);
        self.order.retain(|known| known != sql);
    }
}
