//! What a database says of itself, for who looks after it.

use serde::{Deserialize, Serialize};

/// After so many seconds a transaction is long: no statement of Takt takes one.
pub const LONG_TRANSACTION_S: i64 = 60;

/// How a database is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Checkup {
    /// Its clock, in milliseconds since 1970.
    pub now_ms: i64,
    /// How much it holds on disk.
    pub size_bytes: i64,
    /// Of a file: how much has been written and could not be brought into it, since a reader stays or it was just written.
    pub unmerged_bytes: Option<i64>,
    /// Of a server: connections of all its users.
    pub connections: Option<i64>,
    /// Of a server: the most connections that it takes.
    pub connections_max: Option<i64>,
    /// Of a server: who holds a transaction open for over [`LONG_TRANSACTION_S`], who waits for a lock, and who holds it.
    pub sessions: Vec<DatabaseSession>,
}

/// Somebody at a database server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DatabaseSession {
    /// The server's number for it.
    pub pid: i64,
    /// The user.
    pub user: String,
    /// The program, as it calls itself.
    pub application: String,
    /// What it is at, such as `idle in transaction`.
    pub state: String,
    /// The beginning of its statement, as far as the asker may see it.
    pub query: String,
    /// How long its transaction has been open, in seconds.
    pub transaction_s: i64,
    /// Who holds what it waits for.
    pub blocked_by: Vec<i64>,
    /// How many wait for what it holds.
    pub blocks: i64,
}
