//! `POST /api/v1/webhooks/{webhook}/test`: one message that says that it is a test, at once and whatever waits.

use serde_json::json;
use takt_api::webhooks::{Nothing, WebhookTest};
use takt_domain::text::Lang;
use takt_notify::{Message, cloud_event, told};
use takt_store::{Event, Store};
use takt_web::call::Call;
use takt_web::failure::{Outcome, json as answered};
use takt_web::queue::token;

use crate::deliver::requests;
use crate::list_webhooks::named;
use crate::mentions::People;
use crate::send::send;

pub(crate) async fn test<S: Store>(store: &S, call: &Call) -> Outcome {
    let Nothing {} = call.json()?;
    let caller = call.caller()?;
    let (endpoint, _) = named(store, call).await?;
    let note = match endpoint.lang {
        Lang::Zh => format!("{} 发出的测试消息,收到即表示已连通", caller.actor.user),
        Lang::En => format!("a test by {}: whoever reads this is connected", caller.actor.user),
    };
    let event = Event {
        id: format!("test-{}", token()),
        event_type: "webhook.test.v1".into(),
        source: format!("/plants/{}", caller.plant),
        subject: endpoint.id.clone(),
        time_ms: caller.now_ms(),
        // Whoever tests is called, so that they see whether calling works.
        data: json!({"note": note, "users": [caller.actor.user]}),
    };
    let people = People::load(store, caller.plant, caller.now_ms()).await?;
    let (phones, words, document) = (people.phones(&event), [told(&event, endpoint.lang)], cloud_event(&event));
    let message =
        Message { id: &event.id, now_s: call.now.as_second(), told: &words, document: &document, phones: &phones };
    let key = takt_web::spin::token_key().await?;
    let secret = |salt: &str| takt_notify::secret(key, caller.plant.0, &endpoint.id, salt);
    let secrets: Vec<String> = endpoint.salts(call.now).into_iter().map(secret).collect();
    let all = requests(&endpoint, &secrets, &message);
    let mut test = WebhookTest { ok: !all.is_empty(), status: None, took_ms: 0, detail: String::new() };
    if all.is_empty() {
        test.detail = "nobody is to be called: the template asks for a {phone}, and you have none".into();
    }
    for request in all {
        let sent = send(endpoint.channel, &request).await;
        (test.status, test.took_ms) = (sent.status, test.took_ms + sent.took_ms);
        if let Err(why) = sent.outcome {
            (test.ok, test.detail) = (false, why);
            break;
        }
    }
    test.detail = takt_api::words::told(test.detail, caller.lang);
    answered(200, &test)
}
