//! The queue as an operator sees it: `GET /api/v1/queue`, `GET /api/v1/queue/dead` and
//! `POST /api/v1/queue/dead/{letter}/replay`.
//!
//! A letter is called by its server and its place there, such as `0-1764000000000-0`.

use jiff::Timestamp;
use takt_api::Page;
use takt_api::operations::{DeadLetter, QueueState, Replay, Replayed};
use takt_api::problem::ProblemType;
use takt_api::reports::ReportState;
use takt_booking::QueuedReport;
use takt_queue::{Dead, QueueError};
use takt_records::command::Answer;
use takt_records::load::answered_before;
use takt_store::{Load, Store, StoreError};
use takt_web::call::Call;
use takt_web::failure::{Failure, Outcome, answer, json};
use takt_web::queue;

pub(crate) async fn get_queue(call: &Call) -> Outcome {
    call.only_params(&[])?;
    let mut state = QueueState::default();
    for queue in queue::all_of(call.caller()?.plant).await {
        let lag = queue.lag().await.map_err(unavailable)?;
        state.exists = true;
        state.waiting += lag.waiting;
        state.oldest_ms = state.oldest_ms.max(lag.oldest_ms);
        state.dead += lag.dead;
    }
    json(200, &state)
}

pub(crate) async fn list(call: &Call) -> Outcome {
    call.only_params(&["after", "limit"])?;
    let limit = call.limit()?;
    let after = call.param("after").map(|cursor| read(cursor).ok_or_else(|| Failure::field("after", "not a cursor")));
    let after = after.transpose()?;
    let mut rows: Vec<DeadLetter> = Vec::new();
    for (server, queue) in queue::all_of(call.caller()?.plant).await.iter().enumerate() {
        let behind = match &after {
            Some((at, _)) if server < *at => continue,
            Some((at, place)) if server == *at => Some(place.as_str()),
            _ => None,
        };
        // One more than fits tells whether there are more.
        let wanted = limit + 1 - rows.len();
        let dead = queue.dead(behind, wanted).await.map_err(unavailable)?;
        rows.extend(dead.into_iter().map(|dead| letter(server, dead)));
    }
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|last| last.letter.clone());
    json(200, &Page { rows, next })
}

pub(crate) async fn replay<S: Store>(store: &S, call: &Call) -> Outcome {
    let caller = call.caller()?;
    let _nothing: Replay = call.json()?;
    let name = call.segment(0);
    let (server, place) = read(name).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    let mut load = Load::new(caller.plant, caller.now_ms());
    load.key = caller.key_lookup();
    let mut loaded = store.load(&load).await?;
    if let Err(takt_records::command::CommandError::Store(StoreError::Replayed(stored))) =
        answered_before(&mut loaded, caller)
    {
        return answer(&Answer { status: stored.status, body: stored.body, replayed: true });
    }
    let queues = queue::all_of(caller.plant).await;
    let queue = queues.get(server).ok_or_else(|| Failure::new(ProblemType::NotFound))?;
    let call_booker = queue.replay(&place).await.map_err(unavailable)?.ok_or(Failure::new(ProblemType::NotFound))?;
    if call_booker {
        queue::call_booker_later(caller.plant);
    }
    let body = serde_json::json!(Replayed { letter: name.to_owned() });
    // The letter has left its place, so whoever repeats the request without this answer is told that it is gone.
    match store.commit(&caller.commit(200, &body)).await {
        Ok(_) | Err(StoreError::Replayed(_) | StoreError::Unavailable(_)) => {}
        Err(error) => return Err(error.into()),
    }
    answer(&Answer { status: 200, body, replayed: false })
}

fn letter(server: usize, dead: Dead) -> DeadLetter {
    let buried_ms = dead.place.split('-').next().and_then(|ms| ms.parse().ok()).unwrap_or_default();
    DeadLetter {
        letter: format!("{server}-{}", dead.place),
        report: QueuedReport::read(&dead.body).ok().map(|queued| queued.shown(ReportState::Queued)),
        deliveries: dead.deliveries,
        reason: dead.reason,
        buried_at: Timestamp::from_millisecond(buried_ms).unwrap_or_default(),
    }
}

/// The server and the place of a letter.
fn read(letter: &str) -> Option<(usize, String)> {
    let (server, place) = letter.split_once('-')?;
    let (ms, number) = place.split_once('-')?;
    let digits = |text: &str| !text.is_empty() && text.len() <= 20 && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(ms) && digits(number)).then(|| Some((server.parse().ok()?, place.to_owned())))?
}

fn unavailable(error: QueueError) -> Failure {
    Failure { retry_after_s: Some(1), ..Failure::because(ProblemType::Unavailable, error.to_string()) }
}
