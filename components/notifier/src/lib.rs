//! Tells other systems and people's chats what happened.
//!
//! | path | who calls |
//! |---|---|
//! | `/internal/v1/deliver` | the host, once a second; elsewhere the aggregator's tick passes it on. No route leads here from outside |
//! | `/api/v1/webhooks...`, `/api/v1/contacts...` | administrators |

mod contacts;
mod dead_letters;
mod deliver;
mod list_webhooks;
mod mentions;
mod put_webhook;
mod remove_webhook;
mod replay_webhook;
mod secret;
mod send;
mod test_webhook;

use bytes::Bytes;
use http::{Method, Response};
use spin_sdk::http::{FullBody, Request};
use spin_sdk::http_service;
use takt_api::problem::ProblemType;
use takt_web::call;
use takt_web::failure::{Failure, Outcome, json};

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    if request.uri().path() == "/internal/v1/deliver" {
        let lang = call::lang(request.headers());
        return deliver(request.method()).await.unwrap_or_else(|failure| failure.response(lang)).map(FullBody::new);
    }
    takt_web::spin::serve("notifier", request, async |store, call| match call.route.name {
        "getWebhooks" => list_webhooks::list(store, call).await,
        "putWebhook" => put_webhook::put(store, call).await,
        "removeWebhook" => remove_webhook::remove(store, call).await,
        "getWebhookSecret" => secret::get(store, call).await,
        "rotateWebhookSecret" => secret::rotate(store, call).await,
        "testWebhook" => test_webhook::test(store, call).await,
        "replayWebhook" => replay_webhook::replay(store, call).await,
        "listDeliveries" => list_webhooks::deliveries(store, call).await,
        "listDeadDeliveries" => dead_letters::list(store, call).await,
        "replayDeadDelivery" => dead_letters::replay(store, call).await,
        "getContacts" => contacts::list(store, call).await,
        "putContact" => contacts::put(store, call).await,
        _ => Err(Failure::new(ProblemType::NotFound)),
    })
    .await
}

/// Works on whatever is due. Any number of calls may do so at once: each endpoint is served by one at a time.
async fn deliver(method: &Method) -> Outcome {
    if method != Method::POST {
        return Err(Failure::because(ProblemType::MethodNotAllowed, "POST"));
    }
    let key = takt_web::spin::token_key().await?;
    json(200, &deliver::sweep(&takt_web::spin::store().await?, key).await?)
}
