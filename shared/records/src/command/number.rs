//! The plant's next number for things that it numbers itself.

use takt_store::{CounterChange, Loaded};

use crate::keep::NUMBER_SCOPE;

/// The next number of a kind, such as `EX-000012`, and the change that takes it: whoever comes second takes another. What
/// was loaded has the counters of [`NUMBER_SCOPE`].
pub fn next(loaded: &Loaded, kind: &str, prefix: &str) -> (String, CounterChange) {
    let number = loaded.counter(NUMBER_SCOPE, kind) + 1;
    let change = CounterChange {
        scope: NUMBER_SCOPE.into(),
        name: kind.into(),
        delta: 1,
        min_after: Some(number),
        max_after: Some(number),
    };
    (format!("{prefix}-{number:06}"), change)
}
