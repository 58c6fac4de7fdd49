//! One shift.
