//! What is told is what the OpenAPI document says.
#![expect(clippy::expect_used, reason = "a test that cannot go on has failed")]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use takt_notify::cloud_event;
use takt_store::Event;

#[test]
fn an_event_has_exactly_the_members_that_the_document_describes() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/openapi.json");
    let text = std::fs::read_to_string(path).expect("the document is there");
    let document: Value = serde_json::from_str(&text).expect("the document is JSON");
    let content = &document["webhooks"]["event"]["post"]["requestBody"]["content"]["application/cloudevents+json"];
    let schema = &content["schema"];
    let event = Event {
        id: "0f4c.1".into(),
        event_type: "order.completed.v1".into(),
        source: "/plants/1".into(),
        subject: "WO-000001".into(),
        time_ms: 1_772_440_200_000,
        data: json!({}),
    };
    let told = cloud_event(&event);
    let names = |value: &Value| value.as_object().expect("an object").keys().cloned().collect::<BTreeSet<_>>();
    assert_eq!(names(&told), names(&schema["properties"]));
    let required: BTreeSet<_> = schema["required"]
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    assert_eq!(names(&told), required);
    let example = &schema["examples"][0];
    for name in ["specversion", "id", "source", "type", "subject", "time", "datacontenttype"] {
        assert_eq!(told[name], example[name], "{name}");
    }
}
