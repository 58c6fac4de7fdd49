//! Why what is held differs from what another system's list says.
//!
//! Movements since the list was made explain a difference when they add up to exactly it: those that happened since, or
//! those that were booked since, as the other system counts by one or the other. What they do not explain is missing here,
//! missing there, or another quantity.

use serde::{Deserialize, Serialize};

/// Why a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The list has it, and nothing is held here.
    MissingHere,
    /// It is held here, and the list does not have it.
    MissingThere,
    /// The movements since the list was made add up to the difference.
    Timing,
    /// Both have it, with another quantity.
    Quantity,
}

impl Cause {
    /// Every cause.
    pub const ALL: [Self; 4] = [Self::MissingHere, Self::MissingThere, Self::Timing, Self::Quantity];

    /// The name that travels.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MissingHere => "missing_here",
            Self::MissingThere => "missing_there",
            Self::Timing => "timing",
            Self::Quantity => "quantity",
        }
    }
}

/// A movement that was booked since the list was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Since {
    /// What it added, in units.
    pub change: i64,
    /// Whether it also happened since.
    pub happened: bool,
}

/// Why it differs, and which of the movements explain it; none where nothing differs. `listed` and `held` are units of one
/// scale, and absent where there is no such row.
pub fn compare(listed: Option<i64>, held: Option<i64>, since: &[Since]) -> Option<(Cause, Vec<usize>)> {
    let difference = i128::from(held.unwrap_or(0)) - i128::from(listed.unwrap_or(0));
    if difference == 0 {
        return None;
    }
    let explains = |counts: &dyn Fn(&Since) -> bool| {
        let those: Vec<usize> = (0..since.len()).filter(|n| counts(&since[*n])).collect();
        let sum: i128 = those.iter().map(|n| i128::from(since[*n].change)).sum();
        (sum == difference).then_some(those)
    };
    if let Some(those) = explains(&|since| since.happened).or_else(|| explains(&|_| true)) {
        return Some((Cause::Timing, those));
    }
    let cause = match (listed, held) {
        (None | Some(0), _) => Cause::MissingThere,
        (_, None | Some(0)) => Cause::MissingHere,
        _ => Cause::Quantity,
    };
    Some((cause, Vec::new()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(listed: Option<i64>, held: Option<i64>, since: &[(i64, bool)], expected: Option<(Cause, &[usize])>) {
        let since: Vec<_> =
            since.iter().map(|(change, happened)| Since { change: *change, happened: *happened }).collect();
        let expected = expected.map(|(cause, those)| (cause, those.to_vec()));
        assert_eq!(compare(listed, held, &since), expected, "{listed:?} {held:?} {since:?}");
    }

    #[test]
    fn what_agrees_has_no_cause_whatever_moved() {
        check(Some(5), Some(5), &[], None);
        check(Some(5), Some(5), &[(3, true)], None);
        check(Some(0), None, &[], None);
        check(None, Some(0), &[], None);
    }

    #[test]
    fn movements_explain_a_difference_only_when_they_add_up_to_it() {
        check(Some(5), Some(8), &[(4, true), (-1, true)], Some((Cause::Timing, &[0, 1])));
        check(Some(5), Some(8), &[(4, true)], Some((Cause::Quantity, &[])));
        check(None, Some(3), &[(3, true)], Some((Cause::Timing, &[0])));
        check(Some(3), None, &[(-3, true)], Some((Cause::Timing, &[0])));
    }

    #[test]
    fn what_happened_since_comes_before_what_was_booked_since() {
        check(Some(5), Some(8), &[(3, true), (7, false)], Some((Cause::Timing, &[0])));
        check(Some(5), Some(15), &[(3, true), (7, false)], Some((Cause::Timing, &[0, 1])));
        check(Some(5), Some(12), &[(3, true), (7, false)], Some((Cause::Quantity, &[])));
    }

    #[test]
    fn what_one_side_does_not_have_is_missing_there() {
        check(Some(5), None, &[], Some((Cause::MissingHere, &[])));
        check(Some(5), Some(0), &[], Some((Cause::MissingHere, &[])));
        check(None, Some(5), &[], Some((Cause::MissingThere, &[])));
        check(Some(0), Some(5), &[], Some((Cause::MissingThere, &[])));
        check(Some(4), Some(5), &[], Some((Cause::Quantity, &[])));
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        check(Some(i64::MAX), Some(i64::MIN), &[(i64::MIN, true), (i64::MIN, true)], Some((Cause::Quantity, &[])));
    }
}
