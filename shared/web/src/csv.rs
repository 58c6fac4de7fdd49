//! Lists as CSV, in pieces that fit into an answer.

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use http::{HeaderValue, Response};
use takt_api::forms::{EXPORT_MAX, NEXT_HEADER};
use takt_domain::columns::ListOf;
use takt_records::export::Export;
use takt_store::{ListFilter, Page, PageRequest, Record, Store};

use crate::call::Call;
use crate::failure::{Failure, Outcome};

/// The most rows that the store gives at once.
const PAGE: usize = takt_api::PAGE_MAX;

/// Writes the piece of a list that the call asks for. `write` adds a page of records, and says whether there may be more.
pub async fn answer<S: Store>(
    store: &S,
    call: &Call,
    list: ListOf,
    (kind, filter): (&str, &ListFilter),
    write: impl AsyncFn(&mut Export, &[Record]) -> Result<bool, Failure>,
) -> Outcome {
    let caller = call.caller()?;
    let mut left = limit(call)?;
    let mark = mark(call)?;
    let mut after = call.param("after").map(str::to_owned);
    let is_first = after.is_none();
    let mut export = Export::begin(store, caller, list, call.params("columns"), is_first).await?;
    while left > 0 {
        let page = PageRequest { after: after.clone(), limit: left.min(PAGE) as u32 };
        let Page { items, next } = store.list(caller.plant, kind, filter, &page).await?;
        left -= items.len().min(left);
        after = next.filter(|_| !items.is_empty());
        if !write(&mut export, &items).await? {
            after = None;
        }
        if after.is_none() {
            break;
        }
    }
    let text = export.into_text();
    let body = if mark && is_first { format!("\u{feff}{text}") } else { text };
    response(body, list.as_str(), after.as_deref())
}

/// How many rows the call asks for.
pub fn limit(call: &Call) -> Result<usize, Failure> {
    let Some(text) = call.param("limit") else { return Ok(EXPORT_MAX) };
    let limit = text.parse().ok().filter(|limit| (1..=EXPORT_MAX).contains(limit));
    limit.ok_or_else(|| Failure::field("limit", format!("expected a number from 1 to {EXPORT_MAX}")))
}

/// Whether the call asks for a byte order mark.
pub fn mark(call: &Call) -> Result<bool, Failure> {
    match call.param("bom") {
        None | Some("false") => Ok(false),
        Some("true") => Ok(true),
        Some(_) => Err(Failure::field("bom", "expected true or false")),
    }
}

/// A text as a file of that name, with the cursor behind it.
pub fn response(body: String, name: &str, next: Option<&str>) -> Outcome {
    let text =
        |text: &str| HeaderValue::from_str(text).map_err(|_| Failure::new(takt_api::problem::ProblemType::Internal));
    let mut response = Response::new(Bytes::from(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(CONTENT_DISPOSITION, text(&format!("attachment; filename=\"{name}.csv\""))?);
    if let Some(next) = next {
        headers.insert(NEXT_HEADER, text(next)?);
    }
    Ok(response)
}
