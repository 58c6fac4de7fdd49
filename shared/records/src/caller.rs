//! Who gives a command, with which key, from where.

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use takt_api::stock::Source;
use takt_domain::facts::Actor;
use takt_domain::signature::Signature;
use takt_domain::text::Lang;
use takt_store::{Commit, Idempotency, KeyLookup, PlantNumber};

/// The session of tokens that `takt` signs for its own commands. No sign-in opened it, so none can end it.
pub const LOCAL_SESSION: &str = "local";

/// The idempotency key of a write, and what tells the same request from another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// As the client made it.
    pub key: String,
    /// A keyed hash of method, path and body.
    pub fingerprint: String,
}

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whose data.
    pub plant: PlantNumber,
    /// The user and the user's roles.
    pub actor: Actor,
    /// The session of the token.
    pub session: String,
    /// When the token expires, in seconds since 1970.
    pub expires_s: i64,
    /// The key of a write.
    pub key: Option<Key>,
    /// The device; empty when it does not say.
    pub device: String,
    /// How the entry came in.
    pub source: Source,
    /// When.
    pub now: Timestamp,
    /// When a report was accepted that is booked out of the queue.
    pub accepted_at: Option<Timestamp>,
    /// The electronic signature that came with the call.
    pub signature: Signature,
    /// The reader's language.
    pub lang: Lang,
}

impl Caller {
    /// Now, in milliseconds since 1970.
    pub fn now_ms(&self) -> i64 {
        self.now.as_millisecond()
    }

    /// What the load of a write asks about its key.
    pub fn key_lookup(&self) -> Option<KeyLookup> {
        let key = self.key.as_ref()?;
        Some(KeyLookup { user: self.actor.user.to_string(), key: key.key.clone() })
    }

    /// An id that follows from plant, user and key (UUID version 8, RFC 9562): the same request books the same id.
    pub fn derived_id(&self) -> String {
        let key = self.key.as_ref().map_or("", |key| key.key.as_str());
        let mut hash = Sha256::new();
        for part in [self.plant.to_string().as_str(), self.actor.user.as_str(), key] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        let mut bytes = [0_u8; 16];
        bytes.copy_from_slice(&hash.finalize()[..16]);
        bytes[6] = 0x80 | (bytes[6] & 0x0f);
        bytes[8] = 0x80 | (bytes[8] & 0x3f);
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// An empty commit of this caller, with the answer to keep under the key.
    pub fn commit(&self, status: u16, body: &serde_json::Value) -> Commit {
        let mut commit = Commit::new(self.plant, self.now_ms());
        commit.session = (self.session != LOCAL_SESSION).then(|| self.session.clone());
        commit.idempotency = self.key.as_ref().map(|key| Idempotency {
            user: self.actor.user.to_string(),
            key: key.key.clone(),
            fingerprint: key.fingerprint.clone(),
            status,
            body: body.clone(),
        });
        commit
    }
}
