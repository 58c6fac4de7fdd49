//! A component that does what a test tells it to, good or bad: the first segment of the path says what, the body how.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that sends nonsense shall see it")]

mod store;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::BodyExt;
use serde_json::{Value, json};
use spin_sdk::http::{FullBody, Request, get};
use spin_sdk::http_service;
use spin_sdk::variables;
use std::cell::Cell;
use std::time::Duration;

thread_local! {
    static REQUESTS: Cell<u32> = const { Cell::new(0) };
}

#[http_service]
async fn handle(request: Request) -> Response<FullBody<Bytes>> {
    REQUESTS.set(REQUESTS.get() + 1);
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let body = body.collect().await.unwrap().to_bytes();
    let answer = match path.split('/').nth(1).unwrap_or_default() {
        "fixed" => return Response::new(FullBody::new(Bytes::from_static(b"hello"))),
        "trap" => {
            wait(&path).await;
            panic!("as told")
        }
        "loop" => loop {
            std::hint::black_box(());
        },
        "sleep" => {
            wait(&path).await;
            json!("awake")
        }
        "memory" => {
            let mut eaten = Vec::new();
            loop {
                eaten.push(vec![1_u8; 1024 * 1024]);
                std::hint::black_box(&eaten);
            }
        }
        "print" => {
            println!("to stdout");
            eprintln!("to stderr");
            json!("printed")
        }
        "count" => json!(REQUESTS.get()),
        "large" => json!("x".repeat(1024 * 1024)),
        "echo" => json!({
            "method": head.method.as_str(),
            "uri": head.uri.to_string(),
            "headers": head.headers.iter()
                .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap_or("?"))))
                .collect::<serde_json::Map<_, _>>(),
            "body_bytes": body.len(),
        }),
        "environment" => json!(std::env::vars().collect::<Vec<_>>()),
        "variable" => match variables::get(text(&body)).await {
            Ok(value) => json!({ "value": value }),
            Err(error) => json!({ "error": error.to_string() }),
        },
        "outbound" => outbound(&text(&body)).await,
        // Asks another, or itself, the same question.
        "circle" => circle(&text(&body)).await,
        "sqlite" => store::sqlite(serde_json::from_slice(&body).unwrap()).await,
        "redis" => store::redis(serde_json::from_slice(&body).unwrap()).await,
        "postgres" => store::postgres(serde_json::from_slice(&body).unwrap()).await,
        _ => json!("?"),
    };
    let mut response = Response::new(FullBody::new(answer.to_string().into()));
    *response.status_mut() = StatusCode::OK;
    response
}

fn text(body: &Bytes) -> String {
    String::from_utf8(body.to_vec()).unwrap()
}

/// As long as the second segment says, in milliseconds.
async fn wait(path: &str) {
    let ms: u64 = path.split('/').nth(2).and_then(|ms| ms.parse().ok()).unwrap_or(0);
    spin_sdk::time::sleep(Duration::from_millis(ms)).await;
}

async fn circle(url: &str) -> Value {
    let request = http::Request::post(url).body(FullBody::new(Bytes::from(url.to_owned()))).unwrap();
    match spin_sdk::http::send(request).await {
        Ok(response) => {
            let body = response.into_body().collect().await.map(|body| body.to_bytes());
            json!({ "body": body.map_or_else(|error| format!("{error:?}"), |body| text(&body)) })
        }
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}

async fn outbound(url: &str) -> Value {
    match get(url).await {
        Ok(response) => {
            let (head, body) = response.into_parts();
            let body = body.collect().await.map(|body| body.to_bytes());
            let body = body.map_or_else(|error| format!("{error:?}"), |body| text(&body));
            json!({ "status": head.status.as_u16(), "body": body })
        }
        Err(error) => json!({ "error": format!("{error:?}") }),
    }
}
