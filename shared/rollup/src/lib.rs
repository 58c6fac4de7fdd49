//! Rollups: what the journal adds up to, kept by a background reader so that no query has to add up reports.
//!
//! # How a rollup moves on
//! A reader takes up to 500 events behind the cursor, adds them up in memory and gives the store one commit: the sums to
//! add, and the record with the moved cursor, which must still be at the version that was read. So each event counts
//! exactly once, whoever dies when: before the commit nothing has happened, after it the cursor is past. Of several
//! readers at once one wins each batch; the others lose their commit and read again from the new cursor.
//!
//! # Records, of kind `rollup`
//! | id | holds |
//! |---|---|
//! | `current` | [`Current`]: which generation is read, which is being built, which are being cleared away |
//! | `g1`, `g2`, ... | [`Generation`]: cursor, calendar and age of one derivation |
//!
//! # Series
//! A bucket is a quarter hour in UTC. Time zones are whole quarter hours from UTC, so hours and days of any plant are made
//! of whole buckets.
//!
//! | series | bucket | tells apart | sums |
//! |---|---|---|---|
//! | [`OUTPUT`] | end of the work | shift, line, item, operator, operation | good, scrap, rework, run time, reports; last operations only |
//! | [`STEP`] | end of the work | as above | as above, of all operations before the last |
//! | [`SCRAP`] | end of the work | as above, reason | scrap by reason, of all operations |
//! | [`STATE`] | when the state was left | line, item, order, state | time that the order was in it, and how often |
//! | [`DONE`] | completion | line, item, order; [`CYCLE`] or [`LEAD`] | time from start, or from creation; completions |
//! | [`REQUEST`] | when it was booked | shift, type of the event; alerts are left out | how often |
//! | [`PLAN`] | start of the day on which it is due | line, item | good: pieces of orders that are due; orders |
//! | [`BOARD`] | none | line, state | orders that are in it now |
//!
//! All of a report counts in the quarter hour in which its work ended, its run time too. A report that is taken back is
//! subtracted there, whenever that happens; a completion that is undone likewise.
//!
//! An order is planned for the day on which it is due, as its creation says. A split changes nothing about that, a merge and
//! a cancellation tell what the plan had of the order before.
//!
//! A shift is what the plant's calendar said at the time: the calendar of the first reading, until the journal tells of
//! another. So nothing but the journal and that first calendar decides what a rebuild gives: [`rebuild`](begin_rebuild)
//! derives a new generation beside the one that is read, and takes over when it has caught up.

#![warn(missing_docs)]

mod advance;
mod calendar;
mod fold;
mod lifecycle;
mod monthly;
mod peaks;
mod period;
mod production;
mod rebuild;
mod state;
mod told;

pub use advance::{Progress, advance};
pub use calendar::{PlantCalendar, Shift};
pub use lifecycle::{By, LifecycleQuery, MONTHS_MAX, is_waiting, lifecycle};
pub use monthly::{MONTH_KIND, keep_last_month};
pub use peaks::peaks;
pub use period::{BUCKET_MS, PERIODS_MAX, Period, PeriodError, bucket, periods};
pub use production::{DAYS_MAX, ProductionQuery, production};
pub use rebuild::begin_rebuild;
pub use state::{Behind, Calendars, Current, Generation, KIND, Status, behind, read_up_to, status};

/// What the last operation made.
pub const OUTPUT: &str = "output";
/// What the operations before the last made.
pub const STEP: &str = "step";
/// Scrap by reason.
pub const SCRAP: &str = "scrap";
/// Time in a state of the flow.
pub const STATE: &str = "state";
/// Completed orders.
pub const DONE: &str = "done";
/// The label of the time from start to completion.
pub const CYCLE: &str = "cycle";
/// The label of the time from creation to completion.
pub const LEAD: &str = "lead";
/// What was booked, by the type of its event.
pub const REQUEST: &str = "request";
/// What is due, by the day on which it is due. Orders without a day are in no plan, and neither are those that were cancelled.
pub const PLAN: &str = "plan";
/// Orders by state, now.
pub const BOARD: &str = "board";
