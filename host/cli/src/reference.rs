//! The reference of the API as one page that needs no script, made of its document: each operation with its parameters, body and
//! answers, the events that are sent, the types, the problems.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// Methods in the order in which a path's operations are told.
const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// What the page begins with.
const HEAD: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
<title>接口文档 API reference · Takt</title>\n<link rel=\"stylesheet\" href=\"{style.css}\">\n\
<link rel=\"stylesheet\" href=\"{reference.css}\">\n<link rel=\"icon\" href=\"{icon.svg}\" type=\"image/svg+xml\">\n</head>\n<body>\n";

/// Makes the page; the addresses of what it loads are named, and not yet there.
pub(crate) fn page(document: &Value) -> String {
    let mut page = String::from(HEAD);
    let by_tag = by_tag(document);
    let tags = by_tag.iter().map(|(tag, _)| format!("<a href=\"#{tag}\">{tag}</a>"));
    let links = tags.chain(
        [("events", "events"), ("types", "types"), ("problems", "problems")]
            .map(|(id, name)| format!("<a href=\"#{id}\">{name}</a>")),
    );
    let _ = write!(
        page,
        "<header class=\"bar\"><h1>接口文档 API reference</h1><a class=\"quiet small\" href=\"/openapi.json\">openapi.json</a></header>\n\
         <main class=\"reference\">\n<section class=\"card\">\n<p lang=\"zh-CN\">本页由程序自动生成,与正在运行的版本一致。点开一行可看参数、正文和应答。</p>\n{}\
         <nav aria-label=\"Parts\">{}</nav>\n</section>\n",
        paragraphs(text(&document["info"], "description")),
        links.collect::<Vec<_>>().join(" ")
    );
    for (tag, operations) in &by_tag {
        let _ = writeln!(page, "<section class=\"card\" id=\"{tag}\"><h2>{tag}</h2>");
        for (method, path, operation) in operations {
            page.push_str(&self::operation(document, method, path, operation));
        }
        page.push_str("</section>\n");
    }
    page.push_str("<section class=\"card\" id=\"events\"><h2>Events, sent to webhooks</h2>\n");
    for (name, hook) in members(&document["webhooks"]) {
        page.push_str(&operation(document, "post", name, &hook["post"]));
    }
    page.push_str("</section>\n<section class=\"card\" id=\"types\"><h2>Types</h2>\n");
    for (name, schema) in members(&document["components"]["schemas"]) {
        let told = told(schema);
        let _ = writeln!(page, "<details id=\"type-{name}\"><summary><code>{name}</code></summary>{told}</details>");
    }
    page.push_str("</section>\n<section class=\"card\" id=\"problems\"><h2>Problems</h2>\n<table>");
    page.push_str("<tr><th>type</th><th>status</th><th>title</th></tr>\n");
    for (kind, problem) in members(&document["components"]["x-problems"]) {
        let (zh, en) = (text(&problem["title"], "zh"), text(&problem["title"], "en"));
        let _ = writeln!(
            page,
            "<tr id=\"{0}\"><td><code>{0}</code></td><td>{1}</td><td>{2} <span lang=\"zh-CN\">{3}</span></td></tr>",
            escaped(kind),
            problem["status"],
            escaped(en),
            escaped(zh)
        );
    }
    page.push_str("</table></section>\n</main>\n</body>\n</html>\n");
    page
}

type Operation<'d> = (&'static str, &'d str, &'d Value);

/// The operations of each tag, by path.
fn by_tag(document: &Value) -> Vec<(&str, Vec<Operation<'_>>)> {
    let mut tags: Vec<(&str, Vec<Operation<'_>>)> = Vec::new();
    for (path, operations) in members(&document["paths"]) {
        for method in METHODS {
            let Some(operation) = operations.get(method) else { continue };
            let tag = operation["tags"][0].as_str().unwrap_or("other");
            match tags.iter_mut().find(|(known, _)| *known == tag) {
                Some((_, of)) => of.push((method, path, operation)),
                None => tags.push((tag, vec![(method, path, operation)])),
            }
        }
    }
    tags.sort_by_key(|(tag, _)| *tag);
    tags
}

fn operation(document: &Value, method: &str, path: &str, operation: &Value) -> String {
    let mut out = format!(
        "<details id=\"{}\"><summary><code class=\"method {method}\">{}</code> <code>{}</code> <span>{}</span></summary>\n{}",
        text(operation, "operationId"),
        method.to_uppercase(),
        escaped(path),
        escaped(text(operation, "summary")),
        paragraphs(text(operation, "description"))
    );
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    if !parameters.is_empty() {
        out.push_str("<table><tr><th>parameter</th><th>in</th><th>type</th><th>what</th></tr>\n");
        for parameter in parameters.iter().map(|parameter| resolved(document, parameter)) {
            let needed = if parameter["required"] == true { " *" } else { "" };
            let _ = writeln!(
                out,
                "<tr><td><code>{}</code>{needed}</td><td>{}</td><td>{}</td><td>{}</td></tr>",
                escaped(text(parameter, "name")),
                escaped(text(parameter, "in")),
                type_of(&parameter["schema"]),
                worded(text(parameter, "description"))
            );
        }
        out.push_str("</table>\n");
    }
    for (media, body) in members(&operation["requestBody"]["content"]) {
        let _ = writeln!(out, "<p>Body <code>{}</code>: {}</p>", escaped(media), type_of(&body["schema"]));
        if !body["schema"]["examples"].is_null() {
            let _ = writeln!(out, "<pre>{}</pre>", escaped(&format!("{:#}", body["schema"]["examples"][0])));
        }
    }
    out.push_str("<table><tr><th>answer</th><th>body</th><th>what</th></tr>\n");
    for (status, answer) in members(&operation["responses"]) {
        let answer = resolved(document, answer);
        let bodies: Vec<_> = members(&answer["content"])
            .map(|(_, body)| type_of(&body["schema"]))
            .filter(|body| !body.is_empty())
            .collect();
        let _ = writeln!(
            out,
            "<tr><td>{}</td><td>{}</td><td>{}</td></tr>",
            escaped(status),
            bodies.join(", "),
            worded(text(answer, "description"))
        );
    }
    out.push_str("</table></details>\n");
    out
}

/// What a type says of itself: its words, and its members or its choices.
fn told(schema: &Value) -> String {
    let mut out = paragraphs(text(schema, "description"));
    let needed = schema["required"].as_array().map(Vec::as_slice).unwrap_or_default();
    if schema["properties"].is_object() {
        out.push_str("<table><tr><th>member</th><th>type</th><th>what</th></tr>\n");
        for (name, member) in members(&schema["properties"]) {
            let mark = if needed.iter().any(|needed| needed.as_str() == Some(name)) { " *" } else { "" };
            let (name, of, what) = (escaped(name), type_of(member), worded(text(member, "description")));
            let _ = writeln!(out, "<tr><td><code>{name}</code>{mark}</td><td>{of}</td><td>{what}</td></tr>");
        }
        out.push_str("</table>\n");
    }
    let choices = ["oneOf", "anyOf", "allOf"].iter().filter_map(|key| schema[*key].as_array()).flatten();
    for choice in choices {
        let _ = writeln!(out, "<div class=\"choice\">{} {}</div>", type_of(choice), told(choice));
    }
    if out.is_empty() {
        out = format!("<p>{}</p>", type_of(schema));
    }
    out
}

/// A type in a few words, with links to those that have a name.
fn type_of(schema: &Value) -> String {
    if let Some(name) = schema["$ref"].as_str().and_then(|of| of.rsplit('/').next()) {
        return format!("<a href=\"#type-{name}\">{name}</a>");
    }
    if !schema["const"].is_null() {
        return format!("<code>{}</code>", escaped(&schema["const"].to_string()));
    }
    if let Some(values) = schema["enum"].as_array() {
        let values: Vec<_> =
            values.iter().map(|value| format!("<code>{}</code>", escaped(&value.to_string()))).collect();
        return values.join(" or ");
    }
    for key in ["oneOf", "anyOf", "allOf"] {
        if let Some(choices) = schema[key].as_array() {
            let choices: Vec<_> = choices.iter().map(type_of).filter(|choice| !choice.is_empty()).collect();
            return choices.join(if key == "allOf" { " with " } else { " or " });
        }
    }
    let named = |name: &str| match name {
        "array" => format!("list of {}", type_of(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("map to {}", type_of(&schema["additionalProperties"]))
        }
        "null" => "none".to_owned(),
        name => match schema["format"].as_str() {
            Some(format) if name == "string" => format!("{name} ({})", escaped(format)),
            _ => name.to_owned(),
        },
    };
    match &schema["type"] {
        Value::String(name) => named(name),
        Value::Array(names) => names.iter().filter_map(Value::as_str).map(named).collect::<Vec<_>>().join(" or "),
        _ => "anything".to_owned(),
    }
}

/// What a reference leads to, or the value itself.
fn resolved<'d>(document: &'d Value, value: &'d Value) -> &'d Value {
    let path = value["$ref"].as_str().and_then(|of| of.strip_prefix('#'));
    path.and_then(|path| document.pointer(path)).unwrap_or(value)
}

fn members(value: &Value) -> impl Iterator<Item = (&str, &Value)> {
    value.as_object().into_iter().flat_map(Map::iter).map(|(name, value)| (name.as_str(), value))
}

fn text<'d>(value: &'d Value, name: &str) -> &'d str {
    value[name].as_str().unwrap_or_default()
}

fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").filter(|part| !part.trim().is_empty());
    parts.map(|part| format!("<p>{}</p>\n", worded(part))).collect()
}

/// Words with what stands between backticks as code.
fn worded(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let told =
        parts.map(|(n, part)| if n % 2 == 1 { format!("<code>{}</code>", escaped(part)) } else { escaped(part) });
    told.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
#[expect(clippy::expect_used, reason = "a test that cannot go on has failed")]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What stands behind this, each time, up to the quotation mark.
    fn after<'p>(page: &'p str, key: &'p str) -> impl Iterator<Item = &'p str> {
        page.split(key).skip(1).map(|rest| rest.split('"').next().unwrap_or_default())
    }

    #[test]
    fn every_operation_type_and_problem_is_on_the_page_and_every_link_leads_somewhere() {
        let document: Value = serde_json::from_str(include_str!("../../../docs/openapi.json")).expect("JSON");
        let page = page(&document);
        let ids: Vec<&str> = after(&page, " id=\"").collect();
        let known: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "each id is there once");
        let lost: Vec<_> = after(&page, " href=\"#").filter(|id| !known.contains(id)).collect();
        assert_eq!(lost, Vec::<&str>::new());
        let operations = members(&document["paths"]).flat_map(|(_, path)| members(path));
        let mut wanted: Vec<_> = operations.map(|(_, operation)| text(operation, "operationId").to_owned()).collect();
        wanted.extend(members(&document["components"]["schemas"]).map(|(name, _)| format!("type-{name}")));
        wanted.extend(members(&document["components"]["x-problems"]).map(|(kind, _)| kind.to_owned()));
        assert!(wanted.len() > 500, "{}", wanted.len());
        let missing: Vec<_> = wanted.iter().filter(|id| !known.contains(id.as_str())).collect();
        assert_eq!(missing, Vec::<&String>::new());
    }

    #[test]
    fn what_the_document_says_is_text_and_no_markup() {
        let document = serde_json::json!({
            "info": {"description": "a < b & \"c\""}, "paths": {}, "webhooks": {},
            "components": {"schemas": {}, "x-problems": {}},
        });
        assert!(page(&document).contains("<p>a &lt; b &amp; &quot;c&quot;</p>"));
    }
}
