//! What is hashed: SHA-256 over a name of the form, then each field, texts with their length before them.

use std::fmt::Write;

use sha2::{Digest, Sha256};
use takt_store::{Seal, StoredPosting};

/// Fields on their way into a hash, so that no two different rows give the same bytes.
struct Fields(Sha256);

impl Fields {
    fn new(form: &str) -> Self {
        Self(Sha256::new()).text(form)
    }

    fn text(mut self, text: &str) -> Self {
        self.0.update((text.len() as u64).to_le_bytes());
        self.0.update(text.as_bytes());
        self
    }

    fn integer(mut self, integer: i64) -> Self {
        self.0.update(integer.to_le_bytes());
        self
    }

    fn optional(mut self, text: Option<&str>) -> Self {
        self.0.update([u8::from(text.is_some())]);
        self.text(text.unwrap_or_default())
    }

    fn account(self, account: &takt_store::Account) -> Self {
        self.text(&account.location).text(&account.order).integer(i64::from(account.bounded))
    }

    fn hex(self) -> String {
        self.0.finalize().iter().fold(String::with_capacity(64), |mut hex, byte| {
            // Writing into a string does not fail.
            let _ = write!(hex, "{byte:02x}");
            hex
        })
    }
}

/// The hash of a posting, all of its columns and its place in the journal; hexadecimal.
pub fn posting_hash(place: &str, posting: &StoredPosting) -> String {
    Fields::new("takt.posting.v1")
        .text(place)
        .text(&posting.id)
        .text(&posting.movement)
        .text(&posting.kind)
        .text(&posting.item)
        .text(&posting.lot)
        .account(&posting.from)
        .integer(posting.from_after)
        .account(&posting.to)
        .integer(posting.to_after)
        .integer(posting.quantity)
        .optional(posting.order.as_deref())
        .optional(posting.operation.as_deref())
        .optional(posting.document.as_deref())
        .optional(posting.reason.as_deref())
        .text(&posting.user)
        .optional(posting.device.as_deref())
        .text(&posting.source)
        .integer(posting.occurred_ms)
        .integer(posting.booked_ms)
        .optional(posting.reverses.as_deref())
        .hex()
}

/// The hash of a seal, all of it but this hash and its state; hexadecimal.
pub fn seal_hash(seal: &Seal) -> String {
    Fields::new("takt.seal.v1")
        .integer(i64::from(seal.plant.0))
        .text(&seal.number.to_string())
        .text(&seal.day)
        .text(&seal.from_place)
        .text(&seal.to_place)
        .text(&seal.count.to_string())
        .text(&seal.postings)
        .text(&seal.previous)
        .integer(seal.sealed_ms)
        .hex()
}
