//! What is read ahead for a dead spot: the open orders of the reader's line, and what reporting and inspecting them needs. The
//! service worker keeps the answers, under the very addresses that the pages ask; nothing of it is drawn.

use sycamore::web::window;
use takt_api::Page;
use takt_api::orders::OrderRow;
use takt_domain::permission::Permission;

use crate::net::device;
use crate::net::fetch::{Call, fetch, timer, wait};
use crate::route::encode;
use crate::{app, json};

/// How long after the page is opened, and a random bit more: at the start of a shift all phones are opened at once.
const FIRST_MS: f64 = 10_000.0;
const FIRST_SPREAD_MS: f64 = 50_000.0;
/// How often after that.
const AGAIN_MS: i32 = 15 * 60_000;
/// Between two calls, so that a reader who touches something meanwhile does not wait behind this.
const BREATH_MS: i32 = 250;

/// Begins to do so for as long as the page lives.
pub(crate) fn start() {
    let pause = FIRST_MS + js_sys::Math::random() * FIRST_SPREAD_MS;
    timer(pause as i32, go_on);
}

fn go_on() {
    app::spawn(async {
        // Without somebody who keeps the answers there is no use in them.
        let is_kept = device::offers("serviceWorker") && window().navigator().service_worker().controller().is_some();
        if is_kept && app::session().is_some() {
            read_ahead().await;
        }
        timer(AGAIN_MS, go_on);
    });
}

async fn read_ahead() -> Option<()> {
    let line = app::session()?.line.clone();
    let line = line.map_or(String::new(), |line| format!("&line={}", encode(line.as_str())));
    let orders = get(format!("/api/v1/orders?limit=30&open=1{line}")).await?;
    let orders = json::read::<Page<OrderRow>>(&orders).ok()?.rows;
    for path in ["/api/v1/plant", "/api/v1/forms", "/api/v1/exception-settings", "/api/v1/stock?limit=50"] {
        get(path.into()).await?;
    }
    for (place, order) in orders.iter().enumerate() {
        let id = encode(order.id.as_str());
        get(format!("/api/v1/orders/{id}")).await?;
        get(format!("/api/v1/reports?limit=20&order={id}")).await?;
        if orders[..place].iter().any(|before| before.item == order.item) {
            continue;
        }
        let item = encode(order.item.as_str());
        if app::may(Permission::QualityInspect) {
            get(format!("/api/v1/inspection-plans?active=true&limit=200&item={item}")).await?;
        }
        get(format!("/api/v1/stock/{item}")).await?;
    }
    Some(())
}

/// None as soon as the network is away or the plant has better things to do.
async fn get(path: String) -> Option<String> {
    wait(BREATH_MS).await;
    let answer = fetch(&Call::get(path)).await?;
    // What the reader may not see is no reason to stop.
    (!matches!(answer.status, 401 | 429 | 500..)).then_some(answer.text)
}
