//! Opens an import, stages the pieces of its files, and books all of it as one commit.
//!
//! An import is a record of kind [`IMPORT`]; its pieces are records of kind `import_part` below it, so they survive a
//! restart and a piece that is sent again replaces itself. The store deletes nothing: publishing empties the pieces in
//! the same commit that books what they said.

mod gather;
mod open;
mod publish;
mod stage;

use serde::{Deserialize, Serialize};
use takt_domain::permission::Permission;
use takt_domain::refusal::{Refusal, Unmet};
use takt_records::caller::Caller;
use takt_records::command::CommandError;
use takt_store::{Loaded, RecordWrite};

pub use open::open;
pub use publish::publish;
pub(crate) use publish::put_rows;
pub use stage::stage;

/// The kind of the record of an import.
pub const IMPORT: &str = "import";

/// The most pieces that an import may have.
pub const PARTS_MAX: u32 = 500;

/// How PINs are hashed and compared; who imports decides with what.
#[derive(Clone, Copy, Debug)]
pub struct Pins {
    /// The hash of a PIN; none when no random bytes are to be had.
    pub hash: fn(&str) -> Option<String>,
    /// True when the PIN is the one of the hash.
    pub matches: fn(&str, &str) -> bool,
}

/// An import that takes pieces, or that has been published.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Head {
    by: String,
    published: bool,
}

/// A piece of a file; both are empty after publishing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct Part {
    file: String,
    text: String,
}

fn head_write(id: &str, head: &Head, expected: u64) -> RecordWrite {
    let state = if head.published { "published" } else { "open" };
    let body = serde_json::to_value(head).unwrap_or_default();
    RecordWrite { state: Some(state.into()), ..RecordWrite::new(IMPORT, id, Some(expected), body) }
}

/// The import, as long as it is open, with the version of its record.
fn open_head(loaded: &Loaded, id: &str, caller: &Caller) -> Result<(Head, u64), CommandError> {
    let record = loaded.record(IMPORT, id).ok_or_else(|| CommandError::NotFound(id.to_owned()))?;
    let head: Head = record.parse()?;
    if head.published {
        let detail = caller.lang.pick("此次导入已经完成", "this import has been published already");
        let remedy = caller.lang.pick("请开始新的导入", "open another import");
        let who = Permission::MasterImport.holders();
        return Err(Refusal::one(Unmet::new("import.published", detail, remedy, who)).into());
    }
    Ok((head, record.version))
}
