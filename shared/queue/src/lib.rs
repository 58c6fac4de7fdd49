//! The durable queue of production reports, on Redis 7: a peak goes in at the speed of Redis and is booked in batches.
//! The queue knows no rule of production: what is queued is a text, with the few numbers that its gate looks at.
//!
//! # What holds
//! - What was accepted is booked, refused with a receipt, or a dead letter that an operator sees: nothing gets lost, since
//!   an entry leaves its stream in the same step in which it is acknowledged, and that comes after its end is durable in
//!   the store. It may be handed out more than once; the key of the report makes the store book it once.
//! - Reports of one order are booked in the order in which they were accepted, by one booker at a time.
//! - This rests on a server with `appendonly yes`, `appendfsync always` and `maxmemory-policy noeviction`, and on no
//!   failover to a replica that lags behind.
//!
//! # How
//! All is done by functions in `queue.lua`, one call each, and so atomic. A server that has lost the library, or has one
//! of another build, is told it anew. Nothing blocks: whoever finds nothing goes away.
//!
//! | function | does |
//! |---|---|
//! | `accept` | knows the key: same receipt, or reused. Else asks the gate, and appends. Says whether a booker must be called, and how many entries wait |
//! | `gate` | says what is taken for an order: nothing while it is shut, no operation that it does not have, no more at once than it may ever take. By the version of the order, so that an older picture never replaces a newer one. What the gate does not let in is decided at the store: an outdated gate costs time and is never wrong |
//! | `hold`, `unhold` | while an order changes its state nothing is accepted for it: who reports then is booked at the store, beside the change |
//! | `claim` | hands out up to 500 entries of one shard: first what an earlier booker left behind, then what is new. A shard has one booker at a time, under a lease of 10 s |
//! | `finish` | acknowledges and deletes in one step, and takes the entry out of what is pending |
//! | `release` | the booker stops without it being the entries' fault: the store does not answer |
//! | `bury`, `dead`, `replay` | dead letters: with the reason, listed, and back into the queue |
//! | `pending`, `status`, `lag` | what is accepted and not yet booked: by item, of one receipt, in all |
//!
//! An entry that was handed out three times without an end is handed out alone, so that what brings its bookers down
//! does not keep the others waiting; after [`DELIVERIES_MAX`] times it is a dead letter.
//!
//! A booker counts as awake from its first claim until a claim that finds nothing, which are steps of the same server: an
//! entry is either seen by that claim, or its sender is told to call a booker.
//!
//! # Keys
//! All begin with the plant's number as hash tag, such as `{1}`.
//!
//! | key | is |
//! |---|---|
//! | `{1}:reports:SHARD` | stream of entries `id`, `order`, `moves`, `body`; the shard (0 to 3) follows from the order |
//! | `{1}:dead` | stream of dead letters: as above, with `deliveries` and `reason` |
//! | `{1}:key:ID` | hash of a key that was used: `fingerprint`, and where its entry is; forgotten after 3 days, when the store's own keys (90 days) still stand |
//! | `{1}:gate:ORDER` | hash `version`, `shut` and the rules of each operation as JSON |
//! | `{1}:hold:ORDER` | sorted set of holders by when they give up |
//! | `{1}:queued` | hash of entries by order |
//! | `{1}:pending` | hash of what entries will move, by item, in units of its scale |
//! | `{1}:ended:SESSION` | the session was ended before its time |
//! | `{1}:lease:SHARD`, `{1}:bookers`, `{1}:turn` | who books: by shard, all that are awake, whose turn it is |
//!
//! # Several servers
//! A plant belongs to one by its number: see [`server_of`]. Bookers look at all of them, so that what was accepted before
//! the list changed is booked too; receipts of then are found once they have ended.

#![warn(missing_docs)]

mod entry;
mod library;
mod queue;

pub use entry::{Accept, Accepted, Claimed, Dead, Entry, Gate, Lag, Operation, Status, Verdict};
pub use library::library;
pub use queue::{Queue, QueueError, server_of};

/// How many entries one claim hands out at most: what one commit of a batch takes.
pub const BATCH_MAX: usize = 500;

/// An entry that was handed out so often without an end is a dead letter: three times with others, then alone.
pub const DELIVERIES_MAX: u32 = 10;
