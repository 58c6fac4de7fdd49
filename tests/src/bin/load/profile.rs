//! What is asked for, how often, and when.

use std::time::Duration;

/// A kind of call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Report,
    Replenishment,
    Inspection,
    Receipt,
    Query,
    Transition,
    Board,
}

impl Kind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Report,
        Self::Replenishment,
        Self::Inspection,
        Self::Receipt,
        Self::Query,
        Self::Transition,
        Self::Board,
    ];

    /// In Chinese and in English.
    pub(crate) fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Report => ("报工", "report"),
            Self::Replenishment => ("补料", "replenishment"),
            Self::Inspection => ("检验", "inspection"),
            Self::Receipt => ("入库扫码", "receipt scan"),
            Self::Query => ("查库存", "stock query"),
            Self::Transition => ("工单状态", "transition"),
            Self::Board => ("看板", "board"),
        }
    }
}

impl Kind {
    /// Whose work it is.
    pub(crate) fn who(self) -> &'static str {
        match self {
            Self::Report | Self::Query => "operator",
            Self::Replenishment | Self::Receipt => "storekeeper",
            Self::Inspection => "inspector",
            Self::Transition => "lead",
            Self::Board => "manager",
        }
    }
}

/// How many people's devices call.
pub(crate) const WORKERS: u64 = 2_000;

/// A day's hour, or one kind of call alone.
pub(crate) struct Profile {
    pub(crate) name: &'static str,
    /// In Chinese and in English.
    pub(crate) about: (&'static str, &'static str),
    /// Calls per second at the top of the curve.
    pub(crate) rate: f64,
    pub(crate) seconds: f64,
    mix: &'static [(Kind, u64)],
    curve: fn(f64) -> f64,
}

const MORNING: &[(Kind, u64)] = &[
    (Kind::Report, 45),
    (Kind::Query, 30),
    (Kind::Transition, 10),
    (Kind::Board, 5),
    (Kind::Replenishment, 5),
    (Kind::Inspection, 3),
    (Kind::Receipt, 2),
];

const PROFILES: [Profile; 5] = [
    Profile {
        name: "peak-9",
        about: (
            "全员报工、查库存,几秒内涌入",
            "everybody reports what the night shift made and asks what is there: a burst within seconds",
        ),
        rate: 300.0,
        seconds: 30.0,
        mix: MORNING,
        curve: |at| match at {
            0.0..0.15 => 0.3,
            0.15..0.55 => 1.0,
            _ => 1.0 - 0.7 * (at - 0.55) / 0.45,
        },
    },
    Profile {
        name: "peak-14",
        about: (
            "补料、入库、巡检集中,缓升缓降",
            "lines are filled up, deliveries come in, inspectors go round: a long hill",
        ),
        rate: 250.0,
        seconds: 30.0,
        mix: &[
            (Kind::Report, 20),
            (Kind::Replenishment, 20),
            (Kind::Receipt, 20),
            (Kind::Inspection, 15),
            (Kind::Query, 15),
            (Kind::Transition, 6),
            (Kind::Board, 4),
        ],
        curve: |at| 0.4 + 0.6 * (at * std::f64::consts::PI).sin(),
    },
    Profile {
        name: "report",
        about: ("只报工", "production reports alone"),
        rate: 200.0,
        seconds: 30.0,
        mix: &[(Kind::Report, 1)],
        curve: |_| 1.0,
    },
    Profile {
        name: "query",
        about: ("只查库存", "stock queries alone"),
        rate: 800.0,
        seconds: 30.0,
        mix: &[(Kind::Query, 1)],
        curve: |_| 1.0,
    },
    Profile {
        name: "soak",
        about: ("早高峰的组合,平稳而长:看什么在增长", "the mix of the morning, even and long: what grows?"),
        rate: 60.0,
        seconds: 600.0,
        mix: MORNING,
        curve: |_| 1.0,
    },
];

impl Profile {
    pub(crate) fn named(name: &str) -> Option<&'static Self> {
        PROFILES.iter().find(|profile| profile.name == name)
    }

    /// Whether calls of this kind are part of it.
    pub(crate) fn has(&self, kind: Kind) -> bool {
        self.mix.iter().any(|(known, _)| *known == kind)
    }

    /// All arrivals of a run, the same for the same seed: a Poisson process whose rate follows the curve, by thinning one
    /// of the highest rate (Lewis and Shedler, 1979).
    pub(crate) fn arrivals(&self, rate: f64, time: Duration, seed: u64) -> Arrivals<'_> {
        Arrivals { profile: self, rate, seconds: time.as_secs_f64(), at: 0.0, chance: fastrand::Rng::with_seed(seed) }
    }
}

/// When somebody wants something, whether or not the server is ready for it.
#[derive(Debug, PartialEq)]
pub(crate) struct Arrival {
    /// Since the start.
    pub(crate) at: Duration,
    pub(crate) kind: Kind,
    pub(crate) worker: u64,
    /// Which order or item, by chance.
    pub(crate) pick: u64,
}

pub(crate) struct Arrivals<'p> {
    profile: &'p Profile,
    rate: f64,
    seconds: f64,
    at: f64,
    chance: fastrand::Rng,
}

impl Iterator for Arrivals<'_> {
    type Item = Arrival;

    fn next(&mut self) -> Option<Arrival> {
        loop {
            self.at -= (1.0 - self.chance.f64()).ln() / self.rate;
            if self.at >= self.seconds {
                return None;
            }
            if self.chance.f64() < (self.profile.curve)(self.at / self.seconds) {
                let at = Duration::from_secs_f64(self.at);
                let (worker, pick) = (self.chance.u64(..WORKERS), self.chance.u64(..));
                return Some(Arrival { at, kind: self.kind(), worker, pick });
            }
        }
    }
}

impl Arrivals<'_> {
    fn kind(&mut self) -> Kind {
        let sum: u64 = self.profile.mix.iter().map(|(_, weight)| weight).sum();
        let mut point = self.chance.u64(..sum);
        for (kind, weight) in self.profile.mix {
            match point.checked_sub(*weight) {
                Some(rest) => point = rest,
                None => return *kind,
            }
        }
        Kind::Query
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn morning(seed: u64) -> Vec<Arrival> {
        Profile::named("peak-9").expect("it is there").arrivals(1000.0, Duration::from_secs(20), seed).collect()
    }

    #[test]
    fn a_seed_decides_all_of_a_run() {
        assert_eq!(morning(7), morning(7));
        assert_ne!(morning(7), morning(8));
    }

    #[test]
    fn arrivals_follow_the_curve_and_the_mix() {
        let arrivals = morning(1);
        assert!(arrivals.windows(2).all(|two| two[0].at <= two[1].at));
        let between = |from: f64, to: f64| {
            arrivals.iter().filter(|arrival| (from..to).contains(&arrival.at.as_secs_f64())).count() as f64
                / (to - from)
        };
        let near = |found: f64, wanted: f64| assert!((found / wanted - 1.0).abs() < 0.1, "{found} for {wanted}");
        near(between(0.0, 3.0), 300.0);
        near(between(3.0, 11.0), 1000.0);
        near(between(19.0, 20.0), 340.0);
        let reports = arrivals.iter().filter(|arrival| arrival.kind == Kind::Report).count();
        near(reports as f64 / arrivals.len() as f64, 0.45);
        assert!(arrivals.iter().any(|arrival| arrival.worker > WORKERS * 9 / 10));
    }
}
