//! Ranges in the binary form of Postgres (`src/backend/utils/adt/rangetypes.c`): a byte of flags, then each bound that is
//! there with its length.

use crate::bindings::spin::postgres::postgres::RangeBoundKind;
use bytes::{BufMut, BytesMut};
use rust_decimal::Decimal;
use std::error::Error;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};

const EMPTY: u8 = 0x01;
const LOWER_INCLUSIVE: u8 = 0x02;
const UPPER_INCLUSIVE: u8 = 0x04;
const LOWER_OPEN: u8 = 0x08;
const UPPER_OPEN: u8 = 0x10;

type Bound<T> = Option<(T, RangeBoundKind)>;
type Boxed = Box<dyn Error + Sync + Send>;

/// `None` is a side without end.
#[derive(Debug)]
pub(super) struct Range<T> {
    pub(super) lower: Bound<T>,
    pub(super) upper: Bound<T>,
}

/// What ranges are made of, and their types.
pub(super) trait Element: Default {
    const RANGE: Type;
    const ELEMENT: Type;
}

impl Element for i32 {
    const RANGE: Type = Type::INT4_RANGE;
    const ELEMENT: Type = Type::INT4;
}

impl Element for i64 {
    const RANGE: Type = Type::INT8_RANGE;
    const ELEMENT: Type = Type::INT8;
}

impl Element for Decimal {
    const RANGE: Type = Type::NUM_RANGE;
    const ELEMENT: Type = Type::NUMERIC;
}

fn flags<T>(bound: &Bound<T>, inclusive: u8, open: u8) -> u8 {
    match bound {
        None => open,
        Some((_, RangeBoundKind::Inclusive)) => inclusive,
        Some((_, RangeBoundKind::Exclusive)) => 0,
    }
}

impl<T: ToSql + Element> ToSql for Range<T> {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        out.put_u8(flags(&self.lower, LOWER_INCLUSIVE, LOWER_OPEN) | flags(&self.upper, UPPER_INCLUSIVE, UPPER_OPEN));
        for (value, _) in [&self.lower, &self.upper].into_iter().flatten() {
            let mut encoded = BytesMut::new();
            value.to_sql(&T::ELEMENT, &mut encoded)?;
            out.put_i32(i32::try_from(encoded.len())?);
            out.put_slice(&encoded);
        }
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == T::RANGE
    }

    to_sql_checked!();
}

impl<'a, T: FromSql<'a> + Element> FromSql<'a> for Range<T> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        let (flags, mut rest) = raw.split_first().ok_or("range without flags")?;
        if flags & EMPTY != 0 {
            // The interface knows no empty range; one that excludes its only value is the same.
            let nothing = || Some((T::default(), RangeBoundKind::Exclusive));
            return Ok(Self { lower: nothing(), upper: nothing() });
        }
        let mut bound = |open: u8, inclusive: u8| -> Result<Bound<T>, Boxed> {
            if flags & open != 0 {
                return Ok(None);
            }
            let (length, after) = rest.split_first_chunk().ok_or("bound without length")?;
            let length = usize::try_from(i32::from_be_bytes(*length))?;
            let (value, after) = after.split_at_checked(length).ok_or("bound too short")?;
            rest = after;
            let kind = if flags & inclusive != 0 { RangeBoundKind::Inclusive } else { RangeBoundKind::Exclusive };
            Ok(Some((T::from_sql(&T::ELEMENT, value)?, kind)))
        };
        Ok(Self { lower: bound(LOWER_OPEN, LOWER_INCLUSIVE)?, upper: bound(UPPER_OPEN, UPPER_INCLUSIVE)? })
    }

    fn accepts(ty: &Type) -> bool {
        *ty == T::RANGE
    }
}
