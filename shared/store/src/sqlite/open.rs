//! What every new connection is told before it is used, whatever the driver.

/// In this order: the time-out first, since the switch to WAL may have to wait for somebody else who switches.
pub(crate) const PRAGMAS: [&str; 4] = [
    include_str!("sql/pragma_busy_timeout.sql"),
    include_str!("sql/pragma_journal_mode.sql"),
    include_str!("sql/pragma_synchronous.sql"),
    include_str!("sql/pragma_foreign_keys.sql"),
];

/// SQLite does not wait by the busy time-out when two connections switch a new file to WAL at once.
pub(crate) const OPEN_ATTEMPTS: u32 = 20;
