//! When what was not taken is sent again.

/// After so long it is given up, and kept as a dead letter: three days.
pub const GIVE_UP_MS: i64 = 3 * 24 * 3_600_000;

const FIRST_MS: i64 = 5_000;
const LONGEST_MS: i64 = 3_600_000;

/// How long to wait after so many attempts that failed: twice as long each time up to an hour, a fifth more or less by
/// `jitter`, which is any number, so that many endpoints of one server that was down do not call it at one moment.
pub fn delay_ms(attempts: u32, jitter: u64) -> i64 {
    let whole = FIRST_MS.saturating_mul(1_i64 << attempts.saturating_sub(1).min(12)).min(LONGEST_MS);
    // Between 80 and 120 hundredths.
    let hundredths = 80 + i64::try_from(jitter % 41).unwrap_or(20);
    whole / 100 * hundredths
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_twice_the_last_up_to_an_hour() {
        let waits: Vec<_> = (1..=14).map(|attempts| delay_ms(attempts, 20)).collect();
        assert_eq!(waits[..4], [5_000, 10_000, 20_000, 40_000]);
        assert_eq!(waits[13], 3_600_000);
        assert!(waits.is_sorted());
        assert!((0..100).all(|jitter| (4_000..=6_000).contains(&delay_ms(1, jitter))));
        let distinct: std::collections::BTreeSet<_> = (0..100).map(|jitter| delay_ms(5, jitter)).collect();
        assert_eq!(distinct.len(), 41);
    }
}
