//! Exact decimal quantities: 64-bit integers in an item's scale, decimal strings where they travel.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The most decimals that a quantity may have.
pub const SCALE_MAX: u8 = 9;

/// The largest number of units, so that sums over any ledger stay far from the end of 64 bits.
pub const UNITS_MAX: i64 = 1_000_000_000_000_000;

/// A quantity of one item: `units` / 10^`scale` in the item's own unit. `12.500` has 12500 units at scale 3.
///
/// It travels as a decimal string that keeps its scale, so `"12.500"` and `"12.5"` are equal in value and differ in scale.
#[derive(Clone, Copy, Debug)]
pub struct Quantity {
    units: i64,
    scale: u8,
}

/// Why a quantity is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// Not of the form `-?digits[.digits]`.
    #[error("expected a decimal number such as 12.5")]
    NotADecimal,
    /// More decimals than the item's scale, or than any item may have.
    #[error("at most {scale_max} decimals are allowed here")]
    OverPrecise {
        /// How many are allowed.
        scale_max: u8,
    },
    /// Beyond [`UNITS_MAX`].
    #[error("the number is too large")]
    TooLarge,
}

impl Quantity {
    /// Nothing, at a scale.
    pub fn zero(scale: u8) -> Self {
        Self { units: 0, scale: scale.min(SCALE_MAX) }
    }

    /// From a number of units at a scale, as the store keeps them.
    pub fn from_units(units: i64, scale: u8) -> Self {
        Self { units, scale: scale.min(SCALE_MAX) }
    }

    /// The number of 10^-scale units.
    pub fn units(self) -> i64 {
        self.units
    }

    /// How many decimals it has.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// True for exactly nothing.
    pub fn is_zero(self) -> bool {
        self.units == 0
    }

    /// True below zero.
    pub fn is_negative(self) -> bool {
        self.units < 0
    }

    /// True above zero.
    pub fn is_positive(self) -> bool {
        self.units > 0
    }

    /// The same value at another scale; an error where digits would be lost.
    pub fn at_scale(self, scale: u8) -> Result<Self, QuantityError> {
        if scale > SCALE_MAX {
            return Err(QuantityError::OverPrecise { scale_max: SCALE_MAX });
        }
        if scale >= self.scale {
            let factor = 10_i64.pow(u32::from(scale - self.scale));
            let units = self.units.checked_mul(factor).filter(|units| units.abs() <= UNITS_MAX);
            return units.map(|units| Self { units, scale }).ok_or(QuantityError::TooLarge);
        }
        let factor = 10_i64.pow(u32::from(self.scale - scale));
        if self.units % factor != 0 {
            return Err(QuantityError::OverPrecise { scale_max: scale });
        }
        Ok(Self { units: self.units / factor, scale })
    }

    /// The sum; both must have one scale, which every caller has made sure of by reading them at the item's.
    pub fn plus(self, other: Self) -> Result<Self, QuantityError> {
        let scale = self.scale.max(other.scale);
        let (a, b) = (self.at_scale(scale)?, other.at_scale(scale)?);
        let units = a.units.checked_add(b.units).filter(|units| units.abs() <= UNITS_MAX);
        units.map(|units| Self { units, scale }).ok_or(QuantityError::TooLarge)
    }

    /// `self` pieces of a parent need this much at `per` for each, rounded up to `scale`: a store does not hand out part of a screw.
    pub fn times_rounded_up(self, per: Self, scale: u8) -> Result<Self, QuantityError> {
        self.times(per, scale, true)
    }

    /// As [`Self::times_rounded_up`], but to the nearest: what was consumed, where rounding up each report would add up.
    pub fn times_rounded(self, per: Self, scale: u8) -> Result<Self, QuantityError> {
        self.times(per, scale, false)
    }

    fn times(self, per: Self, scale: u8, up: bool) -> Result<Self, QuantityError> {
        let scale = scale.min(SCALE_MAX);
        let product = i128::from(self.units) * i128::from(per.units);
        let from = u32::from(self.scale) + u32::from(per.scale);
        let to = u32::from(scale);
        let units = if to >= from {
            product * 10_i128.pow(to - from)
        } else {
            let factor = 10_i128.pow(from - to);
            let add = if up { factor - 1 } else { factor / 2 };
            (product + add).div_euclid(factor)
        };
        if units.abs() > i128::from(UNITS_MAX) {
            return Err(QuantityError::TooLarge);
        }
        i64::try_from(units).map(|units| Self { units, scale }).map_err(|_| QuantityError::TooLarge)
    }
}

impl PartialEq for Quantity {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Quantity {}

impl PartialOrd for Quantity {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Quantity {
    fn cmp(&self, other: &Self) -> Ordering {
        let scale = self.scale.max(other.scale);
        let widen = |q: &Self| i128::from(q.units) * 10_i128.pow(u32::from(scale - q.scale));
        widen(self).cmp(&widen(other))
    }
}

impl FromStr for Quantity {
    type Err = QuantityError;

    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        let bare_point = digits.contains('.') && fraction.is_empty();
        if whole.is_empty() || bare_point || !all_digits(whole) || !all_digits(fraction) {
            return Err(QuantityError::NotADecimal);
        }
        let scale = u8::try_from(fraction.len()).unwrap_or(u8::MAX);
        if scale > SCALE_MAX {
            return Err(QuantityError::OverPrecise { scale_max: SCALE_MAX });
        }
        let significant = whole.trim_start_matches('0');
        if significant.len() > 16 {
            return Err(QuantityError::TooLarge);
        }
        let units: i64 = format!("0{significant}{fraction}").parse().map_err(|_| QuantityError::TooLarge)?;
        if units > UNITS_MAX {
            return Err(QuantityError::TooLarge);
        }
        Ok(Self { units: if negative { -units } else { units }, scale })
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let digits = self.units.unsigned_abs();
        if self.scale == 0 {
            return write!(f, "{sign}{digits}");
        }
        let factor = 10_u64.pow(u32::from(self.scale));
        write!(f, "{sign}{}.{:0width$}", digits / factor, digits % factor, width = usize::from(self.scale))
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "schema")]
impl schemars::JsonSchema for Quantity {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Quantity".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "pattern": "^-?[0-9]+(\\.[0-9]{1,9})?$",
            "description": "An exact decimal in the item's own unit, at most as many decimals as its scale.",
            "examples": ["12.500"]
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: Result<&str, QuantityError>) {
        let got = text.parse::<Quantity>().map(|quantity| quantity.to_string());
        assert_eq!(got.as_deref(), expected.as_ref().map(|text| *text), "{text}");
    }

    #[test]
    fn decimal_strings_keep_their_scale() {
        check("12.500", Ok("12.500"));
        check("0.8", Ok("0.8"));
        check("-0.05", Ok("-0.05"));
        check("007", Ok("7"));
    }

    #[test]
    fn what_is_not_a_decimal_is_refused() {
        for text in ["", "-", ".", "1.", ".5", "1e3", "1,5", "+1", " 1", "١", "NaN"] {
            check(text, Err(QuantityError::NotADecimal));
        }
        check("0.1234567891", Err(QuantityError::OverPrecise { scale_max: 9 }));
        check("99999999999999999999", Err(QuantityError::TooLarge));
    }

    #[test]
    fn needs_round_up_and_consumption_rounds_to_nearest() {
        let three: Quantity = "3".parse().unwrap_or(Quantity::zero(0));
        let per: Quantity = "0.3333".parse().unwrap_or(Quantity::zero(0));
        assert_eq!(three.times_rounded_up(per, 2).map(|q| q.to_string()), Ok("1.00".into()));
        assert_eq!(three.times_rounded_up(per, 1).map(|q| q.to_string()), Ok("1.0".into()));
        assert_eq!(three.times_rounded(per, 3).map(|q| q.to_string()), Ok("1.000".into()));
        let odd: Quantity = "1".parse().unwrap_or(Quantity::zero(0));
        assert_eq!(odd.times_rounded_up(per, 1).map(|q| q.to_string()), Ok("0.4".into()));
        assert_eq!(odd.times_rounded(per, 1).map(|q| q.to_string()), Ok("0.3".into()));
    }

    proptest! {
        #[test]
        fn text_round_trips(units in -UNITS_MAX..=UNITS_MAX, scale in 0..=SCALE_MAX) {
            let quantity = Quantity::from_units(units, scale);
            let read: Quantity = quantity.to_string().parse().map_err(|e| TestCaseError::fail(format!("{e}")))?;
            prop_assert_eq!((read.units(), read.scale()), (units, scale));
        }

        #[test]
        fn any_text_is_read_or_refused_without_a_panic(text in "\\PC{0,24}") {
            let _ = text.parse::<Quantity>();
        }
    }
}
