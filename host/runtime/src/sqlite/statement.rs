//! Running one statement on one connection.

use crate::bindings::spin::sqlite::sqlite::{Error, RowResult, Value};
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ErrorCode, ToSql};

/// A result larger than that is refused: it would have to fit into a guest's memory as well.
const RESULT_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What a statement gave.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub(crate) columns: Vec<String>,
    pub(crate) rows: Vec<RowResult>,
    /// `None` if the statement is not one that changes rows.
    pub(crate) changes: Option<u64>,
    /// `None` if the statement inserted nothing.
    pub(crate) last_insert_rowid: Option<i64>,
}

/// What a statement asks of the connection that it runs on, as far as its first word tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Very likely reads only; `sqlite3_stmt_readonly` has the last word.
    Read,
    Write,
    /// Starts a transaction; `immediate` says that it takes the write lock at once.
    Begin {
        immediate: bool,
    },
    /// `COMMIT`, `ROLLBACK`, `RELEASE`: means something only inside a transaction.
    End,
    /// Sets up or inspects the connection itself, or cannot run inside a transaction.
    Own,
}

impl Kind {
    pub(crate) fn of(sql: &str) -> Self {
        let mut words = words(sql);
        let first = words.next().unwrap_or_default();
        let is = |word: &str| first.eq_ignore_ascii_case(word);
        if is("SELECT") || is("WITH") || is("VALUES") || is("EXPLAIN") {
            Self::Read
        } else if is("BEGIN") {
            let immediate = words
                .next()
                .is_some_and(|w| w.eq_ignore_ascii_case("IMMEDIATE") || w.eq_ignore_ascii_case("EXCLUSIVE"));
            Self::Begin { immediate }
        } else if is("SAVEPOINT") {
            Self::Begin { immediate: false }
        } else if is("COMMIT") || is("END") || is("ROLLBACK") || is("RELEASE") {
            Self::End
        } else if ["PRAGMA", "ATTACH", "DETACH", "VACUUM"].iter().any(|word| is(word))
            || is("CREATE") && words.next().is_some_and(|w| w.get(..4).is_some_and(|w| w.eq_ignore_ascii_case("TEMP")))
        {
            Self::Own
        } else {
            Self::Write
        }
    }

    /// Whether a connection stays changed by the statement, other than by what every connection is set to anyway.
    pub(crate) fn taints(sql: &str) -> bool {
        let mut words = words(sql);
        if !words.next().is_some_and(|word| word.eq_ignore_ascii_case("PRAGMA")) {
            return true;
        }
        let setting: String = sql
            .chars()
            .filter(|c| !c.is_whitespace() && *c != ';')
            .collect::<String>()
            .to_ascii_lowercase()
            .replace('(', "=")
            .replace([')', '\'', '"'], "");
        let Some((name, value)) = setting.trim_start_matches("pragma").split_once('=') else { return false };
        match name.trim_start_matches("main.") {
            "journal_mode" => value != "wal",
            "foreign_keys" => !matches!(value, "on" | "1" | "true" | "yes"),
            "synchronous" => !matches!(value, "full" | "2"),
            // Waiting is ours: no connection ever gets to it for a writer of this process.
            "busy_timeout" => false,
            "table_info" | "table_xinfo" | "index_list" | "index_info" | "index_xinfo" | "foreign_key_list"
            | "integrity_check" | "quick_check" | "foreign_key_check" | "wal_checkpoint" | "optimize"
            | "user_version" | "application_id" => false,
            _ => true,
        }
    }
}

/// The words of a statement, without comments.
fn words(sql: &str) -> impl Iterator<Item = &str> {
    let mut rest = sql;
    std::iter::from_fn(move || {
        loop {
            rest = rest.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '-' && c != '/' && c != '_');
            if let Some(comment) = rest.strip_prefix("--") {
                rest = comment.split_once('\n').map_or("", |(_, after)| after);
            } else if let Some(comment) = rest.strip_prefix("/*") {
                rest = comment.split_once("*/").map_or("", |(_, after)| after);
            } else if rest.starts_with(['-', '/']) {
                rest = &rest[1..];
            } else {
                break;
            }
        }
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        rest = after;
        (!word.is_empty()).then_some(word)
    })
}

/// What a statement does to rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    Inserts,
    /// Updates or deletes.
    Changes,
    Other,
}

impl Verb {
    fn of(sql: &str) -> Self {
        // After `WITH` the verb comes anywhere.
        let with = words(sql).next().is_some_and(|first| first.eq_ignore_ascii_case("WITH"));
        let mut judged = words(sql).take(if with { usize::MAX } else { 1 });
        let verb = judged.find_map(|word| {
            let is = |verb: &str| word.eq_ignore_ascii_case(verb);
            if is("INSERT") || is("REPLACE") {
                Some(Self::Inserts)
            } else if is("UPDATE") || is("DELETE") {
                Some(Self::Changes)
            } else {
                None
            }
        });
        verb.unwrap_or(Self::Other)
    }
}

/// Why a statement gave nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    Sqlite(rusqlite::Error),
    TooLarge,
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// The time that was given to it ran out.
    pub(crate) fn is_interrupt(&self) -> bool {
        matches!(self, Self::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::OperationInterrupted))
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Sqlite(error) if error.sqlite_error_code() == Some(ErrorCode::DiskFull) => Self::DatabaseFull,
            Failure::Sqlite(error) => Self::Io(error.to_string()),
            Failure::TooLarge => Self::Io(format!("the result is larger than {RESULT_BYTES_MAX} bytes")),
        }
    }
}

struct Bind<'a>(&'a Value);

impl ToSql for Bind<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Integer(value) => ValueRef::Integer(*value),
            Value::Real(value) => ValueRef::Real(*value),
            Value::Text(value) => ValueRef::Text(value.as_bytes()),
            Value::Blob(value) => ValueRef::Blob(value),
            Value::Null => ValueRef::Null,
        }))
    }
}

/// Runs `sql` to its end. Prepared statements are kept by the connection.
pub(crate) fn run(connection: &Connection, sql: &str, parameters: &[Value]) -> Result<Answer, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    finish(connection, sql, &mut statement, parameters)
}

/// As [`run`], but only if the statement reads; `None` otherwise.
pub(crate) fn run_if_reading(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
) -> Result<Option<Answer>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    if !statement.readonly() {
        return Ok(None);
    }
    finish(connection, sql, &mut statement, parameters).map(Some)
}

fn finish(
    connection: &Connection,
    sql: &str,
    statement: &mut rusqlite::Statement,
    parameters: &[Value],
) -> Result<Answer, Failure> {
    let (changes_before, rowid_before) = (connection.total_changes(), connection.last_insert_rowid());
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let mut rows = Vec::new();
    let mut bytes = 0;
    {
        let mut found = statement.query(rusqlite::params_from_iter(parameters.iter().map(Bind)))?;
        while let Some(row) = found.next()? {
            let mut values = Vec::with_capacity(columns.len());
            for column in 0..columns.len() {
                let value = value_of(row.get_ref(column)?)?;
                bytes += size_of::<Value>() + size_of_content(&value);
                values.push(value);
            }
            if bytes > RESULT_BYTES_MAX {
                return Err(Failure::TooLarge);
            }
            rows.push(RowResult { values });
        }
    }
    // What the connection knows may be of an earlier statement, and so of another guest.
    let verb = Verb::of(sql);
    let rowid = connection.last_insert_rowid();
    let inserted = rowid != rowid_before || (verb == Verb::Inserts && connection.total_changes() != changes_before);
    let changes = (verb != Verb::Other).then(|| connection.changes());
    Ok(Answer { columns, rows, changes, last_insert_rowid: inserted.then_some(rowid) })
}

fn value_of(value: ValueRef) -> Result<Value, Failure> {
    Ok(match value {
        ValueRef::Null => Value::Null,
        ValueRef::Integer(value) => Value::Integer(value),
        ValueRef::Real(value) => Value::Real(value),
        ValueRef::Text(value) => {
            Value::Text(std::str::from_utf8(value).map_err(|error| rusqlite::Error::Utf8Error(0, error))?.to_owned())
        }
        ValueRef::Blob(value) => Value::Blob(value.to_owned()),
    })
}

fn size_of_content(value: &Value) -> usize {
    match value {
        Value::Text(text) => text.len(),
        Value::Blob(blob) => blob.len(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_word_tells_what_a_statement_asks_for() {
        for (sql, kind) in [
            ("select 1", Kind::Read),
            ("  -- hello\n /* there */ SELECT 1", Kind::Read),
            ("WITH a AS (SELECT 1) SELECT * FROM a", Kind::Read),
            ("INSERT INTO a VALUES (1)", Kind::Write),
            ("BEGIN", Kind::Begin { immediate: false }),
            ("begin immediate", Kind::Begin { immediate: true }),
            ("SAVEPOINT a", Kind::Begin { immediate: false }),
            ("COMMIT;", Kind::End),
            ("PRAGMA journal_mode=WAL", Kind::Own),
            ("CREATE TEMP TABLE a (b)", Kind::Own),
            ("CREATE TABLE a (b)", Kind::Write),
            ("", Kind::Write),
        ] {
            assert_eq!(Kind::of(sql), kind, "{sql}");
        }
    }

    #[test]
    fn the_verb_tells_what_a_statement_does_to_rows() {
        for (sql, verb) in [
            ("insert into a values (1)", Verb::Inserts),
            ("WITH x AS (SELECT 1) INSERT INTO a SELECT * FROM x", Verb::Inserts),
            ("WITH x AS (SELECT 1) DELETE FROM a", Verb::Changes),
            ("UPDATE a SET b = 'insert'", Verb::Changes),
            ("SELECT 'insert'", Verb::Other),
            ("CREATE TABLE a (b)", Verb::Other),
        ] {
            assert_eq!(Verb::of(sql), verb, "{sql}");
        }
    }

    #[test]
    fn what_is_set_anyway_leaves_no_trace() {
        for (sql, taints) in [
            ("PRAGMA journal_mode = WAL", false),
            ("pragma foreign_keys=ON;", false),
            ("PRAGMA foreign_keys = OFF", true),
            ("PRAGMA synchronous=FULL", false),
            ("PRAGMA synchronous=OFF", true),
            ("PRAGMA busy_timeout = 5000", false),
            ("PRAGMA table_info('a')", false),
            ("PRAGMA user_version", false),
            ("PRAGMA recursive_triggers = 1", true),
            ("ATTACH 'x' AS y", true),
        ] {
            assert_eq!(Kind::taints(sql), taints, "{sql}");
        }
    }
}
