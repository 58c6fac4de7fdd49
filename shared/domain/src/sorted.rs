//! Short lists in order. The sorts of the standard library are made for long ones, and every first visit of a phone
//! would load one for each type.

/// Each of them once, in order.
pub(crate) fn distinct<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut kept = Vec::new();
    for one in all {
        if let Err(at) = kept.binary_search(&one) {
            kept.insert(at, one);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_there_once_and_in_order() {
        assert_eq!(distinct([3, 1, 2, 3, 1]), [1, 2, 3]);
        assert!(distinct::<u8>([]).is_empty());
    }
}
