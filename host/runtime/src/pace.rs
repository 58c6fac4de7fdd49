//! How an instance keeps up: whether its guest is computing at the moment, so that nobody should wait for it.
//!
//! An instance takes several requests at once, since most guests wait most of the time. But a guest that computes holds
//! up all that was given to its instance; so while one does, the requests that come go to other instances.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};

/// How many instances of a group are computing.
#[derive(Default)]
pub(crate) struct HeldUp(AtomicUsize);

impl HeldUp {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Relaxed)
    }
}

/// One instance's pace.
pub(crate) struct Pace {
    group: Arc<HeldUp>,
    /// The guest gave control back since it was last asked how long it ran.
    rested: AtomicBool,
    /// Counted in the group.
    computing: AtomicBool,
    /// A request was answered in the guest's stead, and the guest still works on it.
    overdue: AtomicBool,
}

impl Pace {
    pub(crate) fn new(group: Arc<HeldUp>) -> Self {
        Self { group, rested: true.into(), computing: false.into(), overdue: false.into() }
    }

    /// At the end of a slice of time: whether the guest has really had all of it. The clock runs on while a guest waits,
    /// so the first slice after a rest ends at any time.
    pub(crate) fn slice_is_over(&self) -> bool {
        if self.rested.swap(false, Relaxed) {
            return false;
        }
        if !self.computing.swap(true, Relaxed) {
            self.group.0.fetch_add(1, Relaxed);
        }
        true
    }

    /// The guest gave control back.
    pub(crate) fn rest(&self) {
        self.rested.store(true, Relaxed);
    }

    /// The instance can take requests again, as far as time goes.
    pub(crate) fn keeps_up(&self) {
        if self.computing.swap(false, Relaxed) {
            self.group.0.fetch_sub(1, Relaxed);
        }
    }

    pub(crate) fn set_overdue(&self) {
        self.overdue.store(true, Relaxed);
    }

    pub(crate) fn is_overdue(&self) -> bool {
        self.overdue.load(Relaxed)
    }
}

impl Drop for Pace {
    fn drop(&mut self) {
        self.keeps_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_guest_counts_as_computing_from_its_second_slice_on_until_it_keeps_up_or_ends() {
        let group = Arc::new(HeldUp::default());
        let pace = Pace::new(Arc::clone(&group));
        assert!(!pace.slice_is_over());
        pace.rest();
        assert!(!pace.slice_is_over());
        assert_eq!(group.count(), 0);
        assert!(pace.slice_is_over() && pace.slice_is_over());
        assert_eq!(group.count(), 1);
        pace.keeps_up();
        assert_eq!(group.count(), 0);
        assert!(pace.slice_is_over());
        drop(pace);
        assert_eq!(group.count(), 0);
    }
}
