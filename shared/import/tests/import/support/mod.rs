//! A plant on a real SQLite file, and imports into it.
#![allow(dead_code, unreachable_pub, reason = "each test program uses a part of it")]

use std::cell::Cell;
use std::path::{Path, PathBuf};

use futures::executor::block_on;
use takt_api::import::{Imported, Mapping, Publish, PutPart};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::permission::Role;
use takt_domain::text::Lang;
use takt_import::command::{self, Pins};
use takt_records::caller::{Caller, Key, LOCAL_SESSION};
use takt_records::command::{Answer, CommandError, FIRST_PLANT};
use takt_store::{Load, Loaded, NativeDriver, SqliteStore, Store};

/// Where the fixtures of the whole project lie.
pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures")
}

/// The CSV files of a folder, by name.
pub fn folder(path: &Path) -> Vec<(String, String)> {
    let mut files: Vec<_> = std::fs::read_dir(path)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "csv"))
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// A mapping as it stands in a file.
pub fn mapping(text: &str) -> Mapping {
    toml::from_str(text).unwrap()
}

/// A plant with a store of its own.
pub struct Plant {
    pub store: SqliteStore<NativeDriver>,
    keys: Cell<u32>,
    _folder: tempfile::TempDir,
}

impl Plant {
    /// An empty one.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).unwrap());
        block_on(store.ensure_schema()).unwrap();
        Self { store, keys: Cell::new(0), _folder: folder }
    }

    /// One with the small plant in it.
    pub fn small() -> Self {
        let plant = Self::new();
        plant.import(&folder(&fixtures().join("small")), None).unwrap();
        plant
    }

    /// An administrator with a fresh key.
    pub fn caller(&self) -> Caller {
        self.keys.set(self.keys.get() + 1);
        self.caller_with(&format!("key-{}", self.keys.get()))
    }

    /// An administrator with this key.
    pub fn caller_with(&self, key: &str) -> Caller {
        Caller {
            plant: FIRST_PLANT,
            actor: Actor::new("admin".parse().unwrap(), vec![Role::Administrator]),
            session: LOCAL_SESSION.to_owned(),
            expires_s: i64::MAX,
            key: Some(Key { key: key.to_owned(), fingerprint: key.to_owned() }),
            device: String::new(),
            source: Source::Interface,
            now: "2026-11-23T08:00:00Z".parse().unwrap(),
            accepted_at: None,
            signature: takt_domain::signature::Signature::Missing,
            lang: Lang::En,
        }
    }

    /// Opens an import.
    pub fn open(&self) -> String {
        let answer = block_on(command::open(&self.store, &self.caller())).unwrap();
        answer.body["id"].as_str().unwrap().to_owned()
    }

    /// Stages a piece.
    pub fn stage(&self, import: &str, number: u32, file: &str, text: &str) -> Result<Answer, CommandError> {
        let part = PutPart { file: file.to_owned(), text: text.to_owned() };
        block_on(command::stage(&self.store, &self.caller(), import, number, &part))
    }

    /// Publishes.
    pub fn publish(&self, import: &str, mapping: Option<Mapping>) -> Result<Answer, CommandError> {
        block_on(command::publish(&self.store, &self.caller(), import, &Publish { mapping }, PINS))
    }

    /// A whole import.
    pub fn import(&self, files: &[(String, String)], mapping: Option<Mapping>) -> Result<Imported, Vec<String>> {
        let import = self.open();
        for (n, (file, text)) in files.iter().enumerate() {
            self.stage(&import, u32::try_from(n).unwrap() + 1, file, text).unwrap();
        }
        match self.publish(&import, mapping) {
            Ok(answer) => Ok(serde_json::from_value(answer.body).unwrap()),
            Err(CommandError::Invalid(errors)) => {
                Err(errors.into_iter().map(|error| format!("{}: {}", error.at, error.detail)).collect())
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    /// What is written of these records.
    pub fn load(&self, records: &[(&str, &str)]) -> Loaded {
        let mut load = Load::new(FIRST_PLANT, 0);
        load.records = records.iter().map(|(kind, id)| ((*kind).to_owned(), (*id).to_owned())).collect();
        block_on(self.store.load(&load)).unwrap()
    }

    /// How many postings and balances there are; the books must agree.
    pub fn books(&self) -> (u64, u64) {
        let audit = block_on(self.store.audit(FIRST_PLANT, None, u32::MAX)).unwrap();
        assert!(audit.is_clean(), "{audit:?}");
        (audit.postings, audit.balances)
    }

    /// How many records of each kind there are, those of imports themselves left out.
    pub fn records(&self) -> Vec<(String, u64)> {
        use takt_store::{Driver, Value};
        let sql = "SELECT kind, count(*) FROM record WHERE kind NOT IN ('import', 'import_part') GROUP BY kind";
        let rows = block_on(self.store.driver().query(sql, Vec::new())).unwrap();
        rows.0
            .into_iter()
            .map(|row| match row.as_slice() {
                [Value::Text(kind), Value::Integer(count)] => (kind.clone(), u64::try_from(*count).unwrap()),
                other => panic!("{other:?}"),
            })
            .collect()
    }
}

/// Hashes that a test can read; the real ones are tested where they are.
pub const PINS: Pins =
    Pins { hash: |pin| Some(format!("hash of {pin}")), matches: |pin, hash| hash == format!("hash of {pin}") };
