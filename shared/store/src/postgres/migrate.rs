//! Migrations: forward only, all that is missing in one statement, under an advisory lock, so that any number may start at
//! once and one that is cut off leaves nothing behind.

use crate::driver::{Driver, DriverError, Value};
use crate::sqlite::SCHEMA_VERSION;

const MIGRATIONS: [&str; 8] = [
    include_str!("../../migrations/postgres/0001_init.sql"),
    include_str!("../../migrations/postgres/0002_rollup.sql"),
    include_str!("../../migrations/postgres/0003_photo.sql"),
    include_str!("../../migrations/postgres/0004_seal.sql"),
    include_str!("../../migrations/postgres/0005_lot.sql"),
    include_str!("../../migrations/postgres/0006_archive.sql"),
    include_str!("../../migrations/postgres/0007_archive_photo.sql"),
    include_str!("../../migrations/postgres/0008_large_commit.sql"),
];
/// What the database does in one call; each is replaced whole.
const FUNCTIONS: [&str; 4] = [
    include_str!("../../migrations/postgres/functions/load.sql"),
    include_str!("../../migrations/postgres/functions/archive.sql"),
    include_str!("../../migrations/postgres/functions/commit.sql"),
    include_str!("../../migrations/postgres/functions/commit_many.sql"),
];

/// No statement of Takt runs for so long that it were worth compiling, and the planner, which knows nothing of what stands in
/// a JSON document, thinks so of many. Who may not set that has to ask the owner of the database.
const NO_JIT: &str = "BEGIN EXECUTE format('ALTER DATABASE %I SET jit = off', current_database()); EXCEPTION WHEN insufficient_privilege THEN NULL; END;";

const _: () = assert!(MIGRATIONS.len() as i64 == SCHEMA_VERSION, "each migration is a pair");

/// Any number that nothing else in the database locks by.
const LOCK: i64 = 0x7461_6b74;

/// The version that the database is at (0 for an empty one), which functions it has, and whether its transaction
/// numbers have begun anew since the journal was written, as they do after a restore into another server.
async fn state<D: Driver>(driver: &D) -> Result<(i64, String, bool), DriverError> {
    let known = text(driver, "SELECT coalesce(to_regclass('takt_schema')::text, '')").await?;
    if known.is_empty() {
        return Ok((0, String::new(), false));
    }
    // Once for each instance that starts: what is asked of the journal has to come from an index.
    let sql = "SELECT concat_ws(' ', s.version, EXISTS (SELECT FROM plant AS p, LATERAL (SELECT e.xid FROM event AS e
            WHERE e.plant = p.number AND e.epoch = s.epoch ORDER BY e.xid DESC LIMIT 1) AS newest
            WHERE newest.xid >= pg_snapshot_xmax(pg_current_snapshot()))::text,
        (SELECT obj_description(oid, 'pg_proc') FROM pg_proc
            WHERE proname = 'takt_commit' AND pronamespace = current_schema()::regnamespace))
        FROM takt_schema AS s";
    let found = text(driver, sql).await?;
    let mut words = found.splitn(3, ' ');
    let (version, restored) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let commit = words.next().unwrap_or_default().to_owned();
    let version = version.parse().map_err(|_| DriverError::Unavailable(format!("schema version is {version:?}")))?;
    Ok((version, commit, restored == "true"))
}

/// The version that the database is at; 0 for an empty one.
pub(crate) async fn schema_version<D: Driver>(driver: &D) -> Result<i64, DriverError> {
    state(driver).await.map(|(version, _, _)| version)
}

/// Brings the database to the schema of this build; says whether there was anything to do.
pub(crate) async fn migrate<D: Driver>(driver: &D) -> Result<bool, DriverError> {
    let (at, commit, restored) = state(driver).await?;
    // A database that is further on is served as well, and keeps its own functions: migrations first expand.
    let is_older = at < SCHEMA_VERSION;
    let differs = at == SCHEMA_VERSION && commit != fingerprint();
    if !is_older && !differs && !restored {
        return Ok(false);
    }
    let mut steps = String::new();
    for (index, migration) in MIGRATIONS.iter().enumerate() {
        let version = index + 1;
        steps.push_str(&format!(
            "IF (SELECT coalesce(max(version), 0) FROM takt_schema) < {version} THEN EXECUTE $migration${migration}$migration$; UPDATE takt_schema SET version = {version}; END IF;\n"
        ));
    }
    // The first table tells of the version, and is not there yet in an empty database. The catalog itself is asked: names that
    // were looked up before the wait for the lock are remembered.
    let first = format!(
        "IF NOT EXISTS (SELECT FROM pg_class WHERE relname = 'takt_schema' AND relnamespace = current_schema()::regnamespace) THEN EXECUTE $migration${}$migration$; UPDATE takt_schema SET version = 1; END IF;",
        MIGRATIONS[0]
    );
    let functions: String =
        FUNCTIONS.iter().map(|function| format!("EXECUTE $function${function}$function$;")).collect();
    let mark = fingerprint();
    let epoch = if restored {
        "UPDATE takt_schema SET epoch = epoch + 1 WHERE EXISTS (SELECT FROM event AS e WHERE e.epoch = takt_schema.epoch AND e.xid >= pg_snapshot_xmax(pg_current_snapshot()));"
    } else {
        ""
    };
    let statement = format!(
        "DO $takt$ BEGIN PERFORM pg_advisory_xact_lock({LOCK});\n{first}\n{steps}\n{functions}\nCOMMENT ON FUNCTION takt_commit(jsonb) IS '{mark}';\n{NO_JIT}\n{epoch}\nEND $takt$"
    );
    driver.query(&statement, Vec::new()).await?;
    Ok(true)
}

/// The rights that this build needs and its user lacks, each by the statement that would grant it.
pub async fn missing_rights<D: Driver>(driver: &D) -> Result<Vec<String>, DriverError> {
    let sql = "SELECT coalesce(string_agg('GRANT SELECT, INSERT, UPDATE, DELETE ON ' || c.oid::regclass || ' TO ' || quote_ident(current_user), E'\\n' ORDER BY c.relname), '')
        FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE c.relkind = 'r' AND n.nspname = current_schema()
            AND c.relname IN ('plant', 'record', 'record_field', 'posting', 'balance', 'counter', 'event', 'idempotency', 'session', 'receipt', 'rollup', 'photo', 'seal', 'archived', 'carried', 'carried_flow')
            AND NOT (has_table_privilege(c.oid, 'SELECT') AND has_table_privilege(c.oid, 'INSERT')
                AND has_table_privilege(c.oid, 'UPDATE') AND has_table_privilege(c.oid, 'DELETE'))";
    Ok(text(driver, sql).await?.lines().map(str::to_owned).collect())
}

/// Tells the functions of one build from those of another.
fn fingerprint() -> String {
    // FNV-1a, 64 bits: http://www.isthe.com/chongo/tech/comp/fnv/
    let hash = (FUNCTIONS.iter().flat_map(|function| function.bytes()))
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("takt {hash:016x}")
}

async fn text<D: Driver>(driver: &D, sql: &str) -> Result<String, DriverError> {
    let rows = driver.query(sql, Vec::new()).await?;
    match rows.0.into_iter().next().and_then(|row| row.into_iter().next()) {
        Some(Value::Text(text)) => Ok(text),
        other => Err(DriverError::Unavailable(format!("a text was expected, not {other:?}"))),
    }
}
