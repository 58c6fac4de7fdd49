//! Lists in pages, whatever they are read from.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::cursor;
use crate::driver::Value;
use crate::error::StoreError;
use crate::read::{Page, PageRequest};

const PAGE_MAX: u32 = 200;
pub(crate) const JOURNAL_MAX: u32 = 1000;
pub(crate) const LEDGER_MAX: u32 = 5000;
pub(crate) const SEALS_MAX: u32 = 100;
pub(crate) const UNTOUCHED_MAX: u32 = 1000;
pub(crate) const HEADS_MAX: u32 = 400;
const FLOWS_MAX: u32 = 5000;

/// How many flows of lots or orders.
pub(crate) fn flows(limit: u32) -> Value {
    Value::Integer(i64::from(limit.clamp(1, FLOWS_MAX)))
}

fn rows_max(page: &PageRequest) -> u32 {
    page.limit.clamp(1, PAGE_MAX)
}

/// One row more than the page has tells whether there is a next one.
pub(crate) fn one_more(page: &PageRequest) -> Value {
    Value::Integer(i64::from(rows_max(page)) + 1)
}

pub(crate) fn place<T: DeserializeOwned>(list: &str, page: &PageRequest) -> Result<Option<T>, StoreError> {
    page.after.as_deref().map(|cursor| cursor::decode(list, cursor)).transpose()
}

pub(crate) fn paged<T, P: Serialize>(
    list: &str,
    page: &PageRequest,
    mut items: Vec<T>,
    place_of: impl Fn(&T) -> P,
) -> Result<Page<T>, StoreError> {
    let rows = rows_max(page) as usize;
    let more = items.len() > rows;
    items.truncate(rows);
    let next = match items.last() {
        Some(last) if more => Some(cursor::encode(list, &place_of(last))?),
        _ => None,
    };
    Ok(Page { items, next })
}
