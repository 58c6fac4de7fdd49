//! The commands, one file each, and the loop around them.

pub mod acknowledge_alert;
pub mod count;
pub mod create_order;
pub mod delegate;
pub mod edit_flow;
pub mod end_document;
pub mod exception;
pub mod extra_issue;
pub mod incoming;
pub mod inspect;
pub mod kanban;
pub mod lot;
pub mod lot_expiry;
pub mod merge_orders;
pub mod move_orders;
pub mod move_stock;
pub mod nonconformance;
pub mod number;
pub mod photo;
pub mod plan_schedule;
pub mod put_custom;
pub mod put_document;
pub mod put_form;
pub mod put_minimum;
pub mod put_operation_plan;
pub mod put_price;
pub mod put_supply;
pub mod put_units;
pub mod put_watch;
pub mod report;
pub mod reverse_movement;
pub mod reverse_report;
pub mod settle_conflict;
pub mod sign_approval;
pub mod split_order;
pub mod take_action;
pub mod take_step;

use jiff::Timestamp;
use serde_json::Value;
use takt_api::problem::FieldError;
use takt_domain::decide::DomainEvent;
use takt_domain::movement;
use takt_domain::quantity::{Quantity, QuantityError};
use takt_domain::refusal::Refusal;
use takt_store::{Commit, Plant, PlantNumber, Store, StoreError};

use crate::caller::Caller;
use crate::keep;

/// How often a command decides anew when others were faster.
pub const ATTEMPTS: usize = 3;

/// What a command answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// HTTP status, kept with the key.
    pub status: u16,
    /// The body.
    pub body: Value,
    /// The same request was answered before, and this is what it got.
    pub replayed: bool,
}

/// Why a command does not book.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CommandError {
    /// The domain refuses, and says why.
    #[error("refused")]
    Refused(Refusal),
    /// There is no such thing.
    #[error("there is no {0}")]
    NotFound(String),
    /// The values are not valid.
    #[error("invalid")]
    Invalid(Vec<FieldError>),
    /// The key was used for another request.
    #[error("the key was used for another request")]
    KeyReused,
    /// The session has ended.
    #[error("the session has ended")]
    SessionEnded,
    /// Others were faster each time.
    #[error("others were faster")]
    Conflict,
    /// A record cannot be read: a bug, or a hand in the database.
    #[error("damaged: {0}")]
    Damaged(String),
    /// The store did not do it.
    #[error(transparent)]
    Store(StoreError),
}

impl CommandError {
    /// One field that is wrong.
    pub fn field(at: &str, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldError { at: at.to_owned(), detail: detail.into() }])
    }

    /// Several fields that are wrong: where, and why.
    pub fn fields(faults: impl IntoIterator<Item = (String, String)>) -> Self {
        Self::Invalid(faults.into_iter().map(|(at, detail)| FieldError { at, detail }).collect())
    }
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::KeyReused => Self::KeyReused,
            StoreError::SessionEnded => Self::SessionEnded,
            StoreError::Corrupt(what) => Self::Damaged(what),
            other => Self::Store(other),
        }
    }
}

impl From<Refusal> for CommandError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

/// A decision that waits for its commit.
#[derive(Clone, Debug)]
pub struct Plan {
    /// What is to be booked, with the answer to keep.
    pub commit: Commit,
    /// The status of the answer.
    pub status: u16,
    /// The body of the answer.
    pub body: Value,
}

impl Plan {
    /// Another answer, under the same key.
    fn answering(mut self, status: u16, body: Value) -> Self {
        if let Some(idempotency) = &mut self.commit.idempotency {
            (idempotency.status, idempotency.body) = (status, body.clone());
        }
        Self { status, body, ..self }
    }

    /// Tells one thing more, of another subject.
    fn tell(&mut self, event: DomainEvent, subject: &str, caller: &Caller) {
        let id = format!("{}.{subject}", caller.derived_id());
        self.commit.events.extend(keep::events(vec![event], &id, subject, caller));
    }
}

/// Decides and books; decides anew when the commit finds that others were faster; gives the answer of then when the
/// same request came before.
pub async fn run<S, F>(store: &S, caller: &Caller, decide: F) -> Result<Answer, CommandError>
where
    S: Store,
    F: AsyncFn() -> Result<Plan, CommandError>,
{
    for _ in 0..ATTEMPTS {
        let booked = match decide().await {
            Ok(plan) => book(store, caller, plan).await,
            Err(error) => Err(error),
        };
        match booked {
            Err(CommandError::Store(StoreError::Replayed(stored))) => {
                return Ok(Answer { status: stored.status, body: stored.body, replayed: true });
            }
            Err(CommandError::Store(
                StoreError::VersionConflict | StoreError::NegativeBalance | StoreError::CounterBound,
            )) => {}
            other => return other,
        }
    }
    Err(CommandError::Conflict)
}

async fn book<S: Store>(store: &S, caller: &Caller, plan: Plan) -> Result<Answer, CommandError> {
    let mut booked = store.commit(&plan.commit).await;
    if booked == Err(StoreError::UnknownPlant) && caller.plant == FIRST_PLANT {
        store.put_plant(&first_plant(caller.now_ms())).await?;
        booked = store.commit(&plan.commit).await;
    }
    booked?;
    Ok(Answer { status: plan.status, body: plan.body, replayed: false })
}

/// The number of the plant that a new installation has.
pub const FIRST_PLANT: PlantNumber = PlantNumber(1);

/// The plant that a new installation has, until somebody names it.
pub fn first_plant(created_ms: i64) -> Plant {
    let days = serde_json::json!([1, 2, 3, 4, 5, 6, 7]);
    Plant {
        number: FIRST_PLANT,
        name: "Takt".into(),
        time_zone: "Asia/Shanghai".into(),
        shift_calendar: serde_json::json!([
            {"name": "白班", "start": "08:00", "end": "20:00", "weekdays": days},
            {"name": "夜班", "start": "20:00", "end": "08:00", "weekdays": days},
        ]),
        settings: serde_json::json!({}),
        created_ms,
    }
}

/// Reads a quantity at an item's scale; below zero is never meant.
pub fn quantity_at(at: &str, quantity: Quantity, scale: u8) -> Result<Quantity, CommandError> {
    if quantity.is_negative() {
        return Err(CommandError::field(at, "expected a quantity that is not below zero"));
    }
    quantity.at_scale(scale).map_err(|error| match error {
        QuantityError::OverPrecise { scale_max } => {
            CommandError::field(at, format!("expected at most {scale_max} decimals for this item"))
        }
        other => CommandError::field(at, other.to_string()),
    })
}

/// Refuses a moment at which nothing can have happened that is told of now.
fn occurred(at: Option<Timestamp>, caller: &Caller) -> Result<(), CommandError> {
    if at.is_some_and(|at| !movement::can_have_occurred(at, caller.now)) {
        return Err(CommandError::field("occurred_at", "expected a moment of the last 31 days, not in the future"));
    }
    Ok(())
}

/// Refuses a text that is too long.
pub fn text_at(at: &str, text: &str, max: usize) -> Result<(), CommandError> {
    if text.chars().count() > max {
        return Err(CommandError::field(at, format!("expected at most {max} characters")));
    }
    Ok(())
}
