//! Many rows in one call, each booked under a key of its own that follows from the key of the call.

use serde::de::DeserializeOwned;
use serde_json::Value;
use takt_api::bulk::{BULK_ROWS_MAX, Bulk, BulkAnswer, BulkResult};
use takt_api::problem::ProblemType;
use takt_records::caller::{Caller, Key};
use takt_records::command::{Answer, CommandError};

use crate::call::Call;
use crate::failure::{Failure, Outcome, json};

/// What ends the whole call: no row behind it would fare better.
const FATAL: [ProblemType; 3] = [ProblemType::KeyReused, ProblemType::Unauthorized, ProblemType::Unavailable];

/// Books each row of the body with `book`, and answers with what became of each. What fails for all of them is the answer of the
/// call; whoever repeats it under the same key gets the rows that were booked as they were.
pub async fn each_row<T, B>(call: &Call, book: B) -> Outcome
where
    T: DeserializeOwned,
    B: AsyncFn(&Caller, T) -> Result<Answer, CommandError>,
{
    let Bulk { rows } = call.json::<Bulk<Value>>()?;
    if rows.is_empty() || rows.len() > BULK_ROWS_MAX {
        return Err(Failure::field("rows", format!("expected 1 to {BULK_ROWS_MAX} rows")));
    }
    let caller = call.caller()?;
    let mut told = BulkAnswer { booked: 0, refused: 0, rows: Vec::new() };
    for (n, row) in (1..).zip(rows) {
        let outcome = match serde_json::from_value::<T>(row) {
            Ok(row) => book(&of_row(caller, n), row).await.map_err(Failure::from),
            Err(error) => Err(Failure::because(ProblemType::BadRequest, error.to_string())),
        };
        let (status, body) = match outcome {
            Ok(answer) => (answer.status, answer.body),
            Err(failure) if FATAL.contains(&failure.kind) => return Err(failure),
            Err(failure) => {
                let problem = failure.problem(call.lang);
                (problem.status, serde_json::to_value(problem).unwrap_or_default())
            }
        };
        let is_booked = status < 400;
        let id = body.get("id").and_then(Value::as_str).filter(|_| is_booked).map(str::to_owned);
        let problem = if is_booked { None } else { serde_json::from_value(body).ok() };
        *if is_booked { &mut told.booked } else { &mut told.refused } += 1;
        told.rows.push(BulkResult { row: n, status, id, problem });
    }
    json(200, &told)
}

/// The caller with the key of a row. No client can choose one like it: a key has no quotation mark inside.
fn of_row(caller: &Caller, n: u32) -> Caller {
    let key = caller.key.as_ref().map(|key| Key { key: format!("{}\"{n}", key.key), ..key.clone() });
    Caller { key, ..caller.clone() }
}
