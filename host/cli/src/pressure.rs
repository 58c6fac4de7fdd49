//! Which calls are refused for the load. With hysteresis: it takes a few seconds of trouble to begin, and many of quiet to
//! end, so that the load which comes back with the refused calls does not make it flicker.

use std::time::Duration;

use takt_runtime::Level;

/// Beyond these for [`BEGIN_LOOKS`] looks the third class is refused, beyond twice as much the second too.
const LAG_MAX: Duration = Duration::from_secs(2);
const LATENCY_MAX: Duration = Duration::from_millis(250);

/// Looks are a second apart.
const BEGIN_LOOKS: u32 = 3;

/// Below half of what began it for so many looks, one level ends.
const END_LOOKS: u32 = 10;

/// What is looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Signs {
    /// How long the oldest queued report has waited.
    pub(crate) lag: Duration,
    /// How long statements of the database take.
    pub(crate) latency: Duration,
}

impl Signs {
    /// The higher one, in parts of its limit.
    fn ratio(self) -> f64 {
        let lag = self.lag.as_secs_f64() / LAG_MAX.as_secs_f64();
        lag.max(self.latency.as_secs_f64() / LATENCY_MAX.as_secs_f64())
    }
}

/// What was seen so far.
#[derive(Debug, Default)]
pub(crate) struct Pressure {
    level: Level,
    above: u32,
    below: u32,
}

impl Pressure {
    /// The level after one more look.
    pub(crate) fn look(&mut self, signs: Signs) -> Level {
        let ratio = signs.ratio();
        let (higher, begins, ended_below) = match self.level {
            Level::Normal => (Level::Third, 1.0, 0.0),
            Level::Third => (Level::Second, 2.0, 0.5),
            Level::Second => (Level::Second, f64::INFINITY, 1.0),
        };
        self.above = if ratio > begins { self.above + 1 } else { 0 };
        self.below = if ratio < ended_below { self.below + 1 } else { 0 };
        if self.above >= BEGIN_LOOKS {
            *self = Self { level: higher, ..Self::default() };
        } else if self.below >= END_LOOKS {
            let lower = if self.level == Level::Second { Level::Third } else { Level::Normal };
            *self = Self { level: lower, ..Self::default() };
        }
        self.level
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lag(seconds: f64) -> Signs {
        Signs { lag: Duration::from_secs_f64(seconds), latency: Duration::ZERO }
    }

    fn levels(pressure: &mut Pressure, signs: Signs, looks: usize) -> Vec<Level> {
        (0..looks).map(|_| pressure.look(signs)).collect()
    }

    #[test]
    fn trouble_that_passes_begins_nothing() {
        let mut pressure = Pressure::default();
        for _ in 0..20 {
            levels(&mut pressure, lag(60.0), 2);
            assert_eq!(pressure.look(lag(0.0)), Level::Normal);
        }
    }

    #[test]
    fn trouble_that_stays_refuses_one_class_after_the_other() {
        let mut pressure = Pressure::default();
        let seen = levels(&mut pressure, lag(5.0), 7);
        use Level::{Normal, Second, Third};
        assert_eq!(seen, [Normal, Normal, Third, Third, Third, Second, Second]);
    }

    #[test]
    fn a_slow_database_is_trouble_too() {
        let mut pressure = Pressure::default();
        let slow = Signs { lag: Duration::ZERO, latency: Duration::from_millis(300) };
        assert_eq!(
            levels(&mut pressure, slow, 9).last(),
            Some(&Level::Third),
            "and more than the first class it is not"
        );
    }

    #[test]
    fn it_ends_only_after_a_long_quiet() {
        let mut pressure = Pressure::default();
        levels(&mut pressure, lag(5.0), 6);
        // Between half of the limit and the limit nothing changes.
        assert!(levels(&mut pressure, lag(2.5), 60).iter().all(|level| *level == Level::Second));
        let seen = levels(&mut pressure, lag(0.0), 21);
        assert_eq!(seen[8], Level::Second);
        assert_eq!(seen[9], Level::Third);
        assert_eq!(seen[18], Level::Third);
        assert_eq!(seen[19], Level::Normal);
    }
}
