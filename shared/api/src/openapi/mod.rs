//! The OpenAPI 3.1 document of this API, made from [`ROUTES`] and the schemas of what travels. Only with the feature
//! `schema`: the components carry the finished document.

mod body;

use schemars::generate::SchemaSettings;
use serde_json::{Map, Value, json};
use takt_domain::text::Lang;

use crate::problem::{MEDIA_TYPE, Problem, ProblemType};
use crate::route::{Access, ROUTES, Route};
use crate::stock::{DEVICE_HEADER, SIGNATURE_HEADER, SOURCE_HEADER, Source};
use body::{Body, body_of};

/// The whole document.
pub fn document() -> Value {
    let settings = SchemaSettings::draft2020_12().with(|settings| {
        settings.definitions_path = "/components/schemas".into();
        settings.meta_schema = None;
    });
    let mut generator = settings.into_generator();
    // Referred to by every answer that is not a success.
    generator.subschema_for::<Problem>();
    let source = generator.subschema_for::<Source>();
    let mut paths: Map<String, Value> = Map::new();
    let mut refusals: Map<String, Value> = Map::new();
    for route in ROUTES {
        let body = body_of(route, &mut generator);
        let methods = paths.entry(route.path).or_insert_with(|| json!({}));
        methods[route.method.to_lowercase()] = operation(route, &body, &mut refusals);
    }
    let schemas = generator.take_definitions(true);
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Takt",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            "description": DESCRIPTION,
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "webhooks": {"event": webhook()},
        "components": {
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer", "description": "The token that the sign-in answers."},
            },
            "parameters": parameters(&source.to_value()),
            "responses": refusals,
            "schemas": schemas,
            "x-problems": problems(),
        },
    })
}

/// What a generic endpoint is told: an event of the journal, as CloudEvents and Standard Webhooks want it.
fn webhook() -> Value {
    let text = |description: &str| json!({"type": "string", "description": description});
    let header = |name: &str, description: &str| json!({"name": name, "in": "header", "required": true, "description": description, "schema": {"type": "string"}});
    let schema = json!({
        "type": "object",
        "required": ["specversion", "id", "source", "type", "subject", "time", "datacontenttype", "data"],
        "properties": {
            "specversion": {"const": "1.0"},
            "id": text("Unique for its source, and the same each time that the event is told."),
            "source": text("The plant, such as `/plants/1`."),
            "type": text("What happened: `takt.` and the type of the event, such as `takt.order.completed.v1`."),
            "subject": text("What it is about, such as the number of an order."),
            "time": {"type": "string", "format": "date-time", "description": "When."},
            "datacontenttype": {"const": "application/json"},
            "data": {"type": "object", "description": "The facts, which depend on the type."},
        },
        "examples": [{
            "specversion": "1.0", "id": "0f4c.1", "source": "/plants/1", "type": "takt.order.completed.v1",
            "subject": "WO-000001", "time": "2026-03-02T08:30:00Z", "datacontenttype": "application/json",
            "data": {"order": "WO-000001", "item": "P", "line": "L1", "from": "in_progress", "to": "completed", "by": "operator"},
        }],
    });
    json!({"post": {
        "operationId": "event",
        "tags": ["notifier"],
        "summary": "Something has happened.",
        "description": "Sent to each endpoint that asks for events of this type, at least once, in the order of the journal.",
        "parameters": [
            header("webhook-id", "The event's id: by it a receiver tells what it has taken already."),
            header("webhook-timestamp", "When it is sent, in seconds since 1970."),
            header("webhook-signature", "`v1,` and the base64 of HMAC-SHA256 over `ID.TIMESTAMP.BODY`, once for each active secret."),
        ],
        "requestBody": {"required": true, "content": {"application/cloudevents+json": {"schema": schema}}},
        "responses": {
            "2XX": {"description": "It is taken."},
            "410": {"description": "The endpoint is gone, and is told nothing any more."},
            "default": {"description": "It is sent again later."},
        },
        "security": [],
    }})
}

const DESCRIPTION: &str = "\
The backend of a shop floor: work orders, production reports, stock and the ledger behind it.\n\n\
Every write but the sign-in and the signature carries an Idempotency-Key. The same request again under the same key books nothing and \
answers as the first time. A 2xx means that the change is durable; there is no other success.\n\n\
Quantities are decimal strings, times are RFC 3339, lists are paged by an opaque cursor. Unknown fields and unknown \
parameters are errors. Every answer that is not a success is a problem document (RFC 9457) whose `type` is one of \
those under `x-problems`; a refused action lists everything that is not met.";

fn operation(route: &Route, body: &Body, refusals: &mut Map<String, Value>) -> Value {
    let mut operation = json!({
        "operationId": route.name,
        "tags": [route.component],
        "summary": route.summary,
        "description": who_may(route),
        "parameters": parameters_of(route, body),
        "responses": responses(route, body, refusals),
        "x-priority": format!("{:?}", route.priority).to_lowercase(),
    });
    if let Some(schema) = &body.request {
        operation["requestBody"] = json!({"required": true, "content": {"application/json": {"schema": schema}}});
    }
    if route.access == Access::Public {
        operation["security"] = json!([]);
    }
    operation
}

fn who_may(route: &Route) -> String {
    match route.access {
        Access::Public => "Anybody may call this.".to_owned(),
        Access::SignedIn => "Whoever is signed in may call this.".to_owned(),
        Access::May(permission) => {
            let roles: Vec<_> = permission.holders().iter().map(|role| role.as_str()).collect();
            format!("Needs the permission `{}`: {}.", permission.as_str(), roles.join(", "))
        }
        Access::Decided => "What it needs depends on the case; a refusal lists everything that is missing.".to_owned(),
    }
}

fn parameters_of(route: &Route, body: &Body) -> Value {
    let mut parameters = Vec::new();
    let names = route.path.split('/').filter_map(|segment| segment.strip_prefix('{')?.strip_suffix('}'));
    for name in names {
        parameters.push(json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}));
    }
    for (name, description) in body.query {
        let schema = match *name {
            "limit" => {
                json!({"type": "integer", "minimum": 1, "maximum": crate::PAGE_MAX, "default": crate::PAGE_DEFAULT})
            }
            _ => json!({"type": "string"}),
        };
        let required = body.required_query.contains(name);
        parameters.push(
            json!({"name": name, "in": "query", "required": required, "description": description, "schema": schema}),
        );
    }
    parameters.push(json!({"$ref": "#/components/parameters/AcceptLanguage"}));
    if route.keyed {
        for name in ["IdempotencyKey", "Device", "Source", "Signature"] {
            parameters.push(json!({"$ref": format!("#/components/parameters/{name}")}));
        }
    }
    if body.has_version() {
        parameters.push(json!({"$ref": "#/components/parameters/IfNoneMatch"}));
    }
    Value::Array(parameters)
}

fn parameters(source: &Value) -> Value {
    json!({
        "IdempotencyKey": {
            "name": "Idempotency-Key", "in": "header", "required": true,
            "description": "Made by the client when the button is pressed, and kept until there is an answer. A quoted string.",
            "schema": {"type": "string", "pattern": "^\".+\"$", "examples": ["\"8e03978e-40d5-43e8-bc93-6894a57f9324\""]},
        },
        "Device": {
            "name": DEVICE_HEADER, "in": "header", "description": "The device that the entry came from.",
            "schema": {"type": "string"},
        },
        "Source": {
            "name": SOURCE_HEADER, "in": "header", "description": "How the entry came in.",
            "schema": source,
        },
        "Signature": {
            "name": SIGNATURE_HEADER, "in": "header",
            "description": "The ticket of an electronic signature, where the act must be signed: see createSignature.",
            "schema": {"type": "string"},
        },
        "AcceptLanguage": {
            "name": "Accept-Language", "in": "header",
            "description": "zh or en: the language of titles, details and remedies.", "schema": {"type": "string"},
        },
        "IfNoneMatch": {
            "name": "If-None-Match", "in": "header", "description": "The ETag of the answer that is known.",
            "schema": {"type": "string"},
        },
    })
}

/// Answers that are not a success are kept once for all calls, in `refusals`.
fn responses(route: &Route, body: &Body, refusals: &mut Map<String, Value>) -> Value {
    let mut responses: Map<String, Value> = Map::new();
    for status in body.statuses {
        let mut response = json!({
            "description": if *status == 201 { "Booked." } else { "Done." },
            "content": {body.media: {"schema": body.response}},
        });
        if route.name.starts_with("export") {
            response["headers"] = json!({"Takt-Next": {
                "description": "The cursor of the next piece; absent after the last.", "schema": {"type": "string"},
            }});
        }
        if route.keyed {
            response["headers"] = json!({"Idempotency-Replayed": {
                "description": "true when the same request was answered before and this is that answer.",
                "schema": {"type": "string"},
            }});
        }
        responses.insert(status.to_string(), response);
    }
    if body.has_version() {
        responses.insert("304".into(), json!({"description": "Nothing has changed since the ETag that is known."}));
    }
    let mut problems = problems_of(route, body);
    problems.sort_by_key(|problem| problem.status());
    for group in problems.chunk_by(|a, b| a.status() == b.status()) {
        let status = group[0].status().to_string();
        let slugs = group.iter().map(|problem| problem.uri().trim_start_matches("/problems/"));
        let name = [status.as_str()].into_iter().chain(slugs).collect::<Vec<_>>().join("-");
        responses.insert(status, json!({"$ref": format!("#/components/responses/{name}")}));
        refusals.entry(name).or_insert_with(|| refusal(group));
    }
    // The health checks answer in their own form, so that the parts are named when one is missing.
    if route.name == "ready" {
        let response = json!({
            "description": "A part that is needed is missing.",
            "content": {"application/json": {"schema": body.response}},
        });
        responses.insert("503".into(), response);
    }
    Value::Object(responses)
}

/// An answer that is not a success: one of the problems that share its status.
fn refusal(group: &[ProblemType]) -> Value {
    let types: Vec<_> = group.iter().map(|problem| problem.uri()).collect();
    let titles: Vec<_> = group.iter().map(|problem| problem.title(Lang::En)).collect();
    let schema = json!({
        "allOf": [{"$ref": "#/components/schemas/Problem"}],
        "properties": {"type": {"enum": types}},
    });
    let mut refusal =
        json!({"description": format!("{}.", titles.join("; ")), "content": {MEDIA_TYPE: {"schema": schema}}});
    if group.iter().any(|problem| has_retry_after(*problem)) {
        refusal["headers"] = json!({"Retry-After": {
            "description": "Seconds to wait before trying again.", "schema": {"type": "integer"},
        }});
    }
    refusal
}

fn has_retry_after(problem: ProblemType) -> bool {
    matches!(problem, ProblemType::Conflict | ProblemType::Locked | ProblemType::TooMany | ProblemType::Unavailable)
}

/// Every problem that a call may answer with.
fn problems_of(route: &Route, body: &Body) -> Vec<ProblemType> {
    use ProblemType as P;
    let mut found = vec![P::TooMany, P::Internal, P::Unavailable, P::TimedOut];
    if body.is_without_store {
        return found;
    }
    match route.access {
        Access::Public => {}
        Access::SignedIn => found.push(P::Unauthorized),
        Access::May(_) => found.extend([P::Unauthorized, P::Forbidden]),
        Access::Decided => found.extend([P::Unauthorized, P::Forbidden, P::Refused]),
    }
    if route.method == "GET" {
        found.push(P::Invalid);
    }
    if body.request.is_some() {
        found.extend([P::BadRequest, P::TooLarge, P::UnsupportedMediaType, P::Invalid]);
    }
    if route.keyed {
        found.extend([P::MissingKey, P::Conflict, P::KeyReused]);
    }
    if route.path.contains('{')
        || route.name == "scan"
        || route.name == "createMovement"
        || route.name == "createReport"
    {
        found.push(P::NotFound);
    }
    found.extend_from_slice(body.more_problems);
    found
}

/// Every type, with its status and titles; what travels names them by `type`.
fn problems() -> Value {
    let problem = |problem: &ProblemType| {
        let (zh, en) = (problem.title(Lang::Zh), problem.title(Lang::En));
        (problem.uri().to_owned(), json!({"status": problem.status(), "title": {"zh": zh, "en": en}}))
    };
    Value::Object(ProblemType::ALL.iter().map(problem).collect())
}
