//! Coherent reads through Redis. [`Cached`] is a [`takt_store::Store`] around another one: reads are answered from Redis
//! where that is safe, and every write tells Redis. Nothing else in the program knows that there is a cache.
//!
//! # What holds
//! While the store answers, a query that starts after a write was booked never shows anything older than that write:
//!
//! - for a writer that could mark what it writes, from the moment of the commit on, whether or not the writer lives to
//!   hear of it;
//! - for a writer that could not reach Redis, from the moment on at which it answers.
//!
//! # The protocol
//! An **entry** is what one read of the store answered. A **tag** names something that reads depend on and writes change:
//! the accounts of an item, a record, all records of a kind (see `tags`). One logical **clock** in Redis gives an order to
//! tokens, marks and writes.
//!
//! | step | in Redis | why |
//! |---|---|---|
//! | a reader looks | the entry is *fresh* when it is of this life, its lease is not over, no tag is marked, and no tag was written after the entry's token | |
//! | it is not fresh | the reader gets a *token*, then reads the store, then fills the entry under the token | a slow reader that fills in an old value fills in an entry that is void |
//! | a writer begins | each tag is *marked*, before the commit | between commit and the next step, nobody reads an entry of these tags |
//! | the writer finishes | in one step the marks go, and the tags count as *written* now | entries and tokens from before are void |
//!
//! While a tag is marked, readers go to the store and get no token: what they would fill in is about to be void.
//!
//! **A writer is killed** at any point: its marks stay for [`MARK_MS`]. Entries from before it began live for
//! [`LEASE_MS`], which is far less, and there are no newer ones. The same goes for a writer that does not know whether its
//! commit was booked: it leaves its marks. This rests on one assumption: a commit takes effect within [`MARK_MS`] of its
//! mark, or never. The run time of a request is limited to 30 s, and a statement waits 5 s at most for its lock.
//!
//! **Redis dies and comes back**, empty or with old data: marks and writes stand in the memory of the function library,
//! not among the keys, so they die with the server and the next one starts a new *life* of another name. Entries of
//! another life are void. Writers that marked in the old life may still be about to commit, so the new one gives out no
//! token for [`MARK_MS`]. Loading the library again is a new life too.
//!
//! **Eviction**, or somebody's `FLUSHALL`, can only take entries: marks and writes are no keys.
//!
//! **Two writers race**: each has a mark of its own, and readers stay away until both are gone.
//!
//! **A writer cannot reach Redis** while readers can: it commits, tries once more to have its tags count as written, and
//! when that fails too waits for [`LEASE_MS`] before it answers: by then every entry from before is over. This is what the
//! lease is for; it bounds nothing else. A repeated request that gets the answer of the first does the same, since the
//! first may have been killed while it waited.
//!
//! **Redis does not answer**: readers go to the store. After a failure an instance leaves Redis alone for a second.
//!
//! **The store does not answer**: the last answer is given, however old, and [`Cached::as_of_ms`] says when it was read
//! from the store. That, and nothing else, is what entries are kept for after their lease, for [`KEEP_MS`].
//!
//! All writers of a store must know of the same Redis. What is written without, by a tool that was not told the address,
//! shows within [`LEASE_MS`].
//!
//! # Keys
//! `takt:cache:{PLANT}:HASH` is a hash with `life`, `token`, `read_ms` and `body`; `HASH` is that of the question.

#![warn(missing_docs)]

mod cached;
mod clock;
mod protocol;
mod rate;
mod tags;

pub use cached::Cached;
#[cfg(feature = "native")]
pub use clock::NativeClock;
#[cfg(feature = "spin")]
pub use clock::SpinClock;
pub use clock::{Circuit, Clock};
pub use protocol::{Cache, library};
pub use rate::CallerRate;

/// How long an entry is fresh, in milliseconds, counted from its token. Long enough that a hot entry spares the store
/// nearly all reads; short enough to be waited out by a writer that cannot reach Redis.
pub const LEASE_MS: u64 = 500;

/// How long the mark of a writer that does not come back stands, in milliseconds: longer than any commit takes.
pub const MARK_MS: u64 = 40_000;

/// How long entries are kept for a time when the store does not answer, in milliseconds.
pub const KEEP_MS: u64 = 8 * 3_600_000;
