//! Migrations: forward only, each statement safe to run twice and beside another runner, the version set last. So two that
//! start at once, and one that is cut off in the middle, come to the same schema.

use crate::driver::{Driver, DriverError, Value};

/// The schema of this build. A database that is further on is served as well: migrations first expand, then contract.
pub const SCHEMA_VERSION: i64 = MIGRATIONS.len() as i64;

const MIGRATIONS: [&str; 8] = [
    include_str!("../../migrations/sqlite/0001_init.sql"),
    include_str!("../../migrations/sqlite/0002_rollup.sql"),
    include_str!("../../migrations/sqlite/0003_photo.sql"),
    include_str!("../../migrations/sqlite/0004_seal.sql"),
    include_str!("../../migrations/sqlite/0005_lot.sql"),
    include_str!("../../migrations/sqlite/0006_archive.sql"),
    include_str!("../../migrations/sqlite/0007_archive_photo.sql"),
    include_str!("../../migrations/sqlite/0008_large_commit.sql"),
];

/// Stands on a line of its own; a semicolon will not do, since triggers have them inside.
const STATEMENT_END: &str = "\n--;;\n";

/// The version that the database is at; 0 for an empty one.
pub async fn schema_version<D: Driver>(driver: &D) -> Result<i64, DriverError> {
    let rows = driver.query(include_str!("sql/schema_version.sql"), Vec::new()).await?;
    match rows.0.first().and_then(|row| row.first()) {
        Some(Value::Integer(version)) => Ok(*version),
        other => Err(DriverError::Unavailable(format!("schema version is {other:?}"))),
    }
}

/// Brings the database to [`SCHEMA_VERSION`]; says whether there was anything to do.
pub async fn migrate<D: Driver>(driver: &D) -> Result<bool, DriverError> {
    let at = schema_version(driver).await?;
    let missing = MIGRATIONS.get(usize::try_from(at).unwrap_or(0)..).unwrap_or_default();
    for statement in missing.iter().flat_map(|migration| statements(migration)) {
        driver.query(statement, Vec::new()).await?;
    }
    Ok(!missing.is_empty())
}

fn statements(migration: &str) -> impl Iterator<Item = &str> {
    migration.split(STATEMENT_END).map(str::trim).filter(|statement| !statement.is_empty())
}
