//! What a guest's SQL may not do, judged by SQLite itself while it prepares a statement.

use rusqlite::config::DbConfig;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::{Connection, ffi};

/// Whose a connection is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Guard {
    /// Everybody's, one statement each.
    Shared,
    /// One guest's, for as long as its transaction lasts.
    Own,
}

impl Guard {
    pub(super) fn stand(self, connection: &mut Connection) -> rusqlite::Result<()> {
        // SQL must not be able to damage the file itself (`writable_schema`, shadow tables).
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
        connection.authorizer(Some(move |context: AuthContext<'_>| self.judge(&context)))
    }

    fn judge(self, context: &AuthContext) -> Authorization {
        match context.action {
            // Another file is another database, which the manifest did not give. `VACUUM` attaches a nameless one.
            AuthAction::Attach { filename: "" } => Authorization::Allow,
            AuthAction::Attach { .. } | AuthAction::Unknown { code: ffi::SQLITE_ATTACH, .. } => Authorization::Deny,
            // These would tell of another guest's statement; inside a trigger they tell of the one that fired it.
            // SQLite names a subquery as it names a trigger, so what is hidden there passes, and gets a number that
            // means nothing.
            AuthAction::Function { function_name }
                if self == Self::Shared && context.accessor.is_none() && tells_of_the_connection(function_name) =>
            {
                Authorization::Deny
            }
            _ => Authorization::Allow,
        }
    }
}

fn tells_of_the_connection(function: &str) -> bool {
    ["last_insert_rowid", "changes", "total_changes"].iter().any(|name| function.eq_ignore_ascii_case(name))
}
