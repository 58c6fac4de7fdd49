//! `GET /api/v1/orders/{order}`

use http::header::ETAG;
use jiff::Timestamp;
use takt_api::orders::OrderDetail;
use takt_domain::decide;
use takt_domain::facts::Facts;
use takt_domain::id::OrderId;
use takt_domain::operation;
use takt_domain::schedule::OrderPlan;
use takt_records::keep::kind;
use takt_records::load;
use takt_store::Store;
use takt_web::call::Call;
use takt_web::failure::{self, Outcome, json};

/// The answer says what time it is, and that alone is no news to whoever has the rest of it.
fn versioned(detail: OrderDetail) -> Outcome {
    let now = detail.facts.now;
    let timeless = OrderDetail { facts: Facts { now: Timestamp::UNIX_EPOCH, ..detail.facts }, ..detail };
    let tag = failure::tag(&timeless);
    let detail = OrderDetail { facts: Facts { now, ..timeless.facts }, ..timeless };
    let mut response = json(200, &detail)?;
    response.headers_mut().insert(ETAG, tag?);
    Ok(response)
}

pub(crate) async fn get_order<S: Store>(store: &S, call: &Call) -> Outcome {
    call.only_params(&[])?;
    let id: OrderId = call.id(0)?;
    let also = vec![(kind::PLAN.to_owned(), id.to_string())];
    let state = load::order(store, call.caller()?, &id, also).await?;
    let plan = state.loaded.record(kind::PLAN, id.as_str()).and_then(|record| record.parse::<OrderPlan>().ok());
    let actions = decide::actions(&state.order, &state.flow, &state.facts);
    let percent = operation::percent(&state.order, &state.facts.progress);
    let operations = operation::views(&state.order, &state.flow, &state.facts);
    let detail = OrderDetail {
        order: state.order,
        version: state.version,
        flow: (*state.flow).clone(),
        facts: state.facts.without_kept_back(),
        actions,
        percent,
        operations,
        plan: plan.map(|plan| plan.slots).unwrap_or_default(),
    };
    versioned(detail)
}
