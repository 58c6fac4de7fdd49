//! CloudEvents 1.0 in JSON. <https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md>

use jiff::Timestamp;
use serde_json::{Value, json};
use takt_store::Event;

/// The document of an event. `type` says whose it is, as the specification wants it: `takt.order.completed.v1`.
pub fn cloud_event(event: &Event) -> Value {
    let time = Timestamp::from_millisecond(event.time_ms).unwrap_or_default();
    json!({
        "specversion": "1.0",
        "id": event.id,
        "source": event.source,
        "type": format!("takt.{}", event.event_type),
        "subject": event.subject,
        "time": time,
        "datacontenttype": "application/json",
        "data": event.data,
    })
}
