//! The same tests on other ground: with `TAKT_TEST_SERVERS=1` every data folder has a Postgres database and Redis servers
//! behind it, and every `takt` that is started over the folder is told so by its environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use takt_test_servers::{Postgres, Redis};

/// The settings without which the queue could lose what it took.
pub const DURABLE: [&str; 6] = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

/// Each folder has its own keys in the Redis of this process.
const FOLDERS_MAX: usize = 4_096;

/// True where tests run with Postgres and Redis.
pub fn are_used() -> bool {
    std::env::var_os("TAKT_TEST_SERVERS").is_some_and(|value| value == "1")
}

struct Servers {
    redis: Redis,
    /// The number of each folder.
    folders: Mutex<BTreeMap<PathBuf, usize>>,
}

fn servers() -> &'static Servers {
    static SERVERS: OnceLock<Servers> = OnceLock::new();
    SERVERS.get_or_init(|| {
        let redis = || {
            let databases = FOLDERS_MAX.to_string();
            Redis::start(&DURABLE.into_iter().chain(["--databases", &databases]).collect::<Vec<_>>())
        };
        Servers { redis: takt_test_servers::for_the_process(redis), folders: Mutex::default() }
    })
}

fn number(data: &Path, database: impl FnOnce(usize)) -> usize {
    let mut folders = servers().folders.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(number) = folders.get(data) {
        return *number;
    }
    let number = folders.len();
    assert!(number < FOLDERS_MAX, "a Redis database for each folder");
    database(number);
    folders.insert(data.to_owned(), number);
    number
}

/// What a `takt` over this folder has to be told.
pub fn environment(data: &Path) -> Vec<(String, String)> {
    if !are_used() {
        return Vec::new();
    }
    let number = number(data, |number| Postgres::shared().run(&format!("CREATE DATABASE folder_{number}")));
    vec![
        ("TAKT_POSTGRES".to_owned(), Postgres::shared().url(&format!("folder_{number}"))),
        ("TAKT_REDIS".to_owned(), format!("{}/{number}", servers().redis.url())),
    ]
}

/// Copies what is behind a folder, if something is.
pub fn copy(from: &Path, to: &Path) {
    if !are_used() {
        return;
    }
    let known = servers().folders.lock().unwrap_or_else(PoisonError::into_inner).get(from).copied();
    if let Some(from) = known {
        number(to, |to| {
            Postgres::shared().run(&format!("CREATE DATABASE folder_{to} TEMPLATE folder_{from}"));
        });
    }
}
