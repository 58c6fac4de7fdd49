//! Values: between Spin's and those that Postgres sends and takes. Each kind fits the types of Postgres that it fits on
//! Spin, so that what works here works there.

use super::range::Range;
use crate::bindings::spin::postgres::postgres::{DbDataType, DbValue, Error, Interval, ParameterValue};
use bytes::{BufMut, BytesMut};
use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Timelike, Utc};
use rust_decimal::Decimal;
use std::error::Error as StdError;
use tokio_postgres::types::{FromSql, IsNull, ToSql, Type, to_sql_checked};
use tokio_postgres::{Column, Row};
use uuid::Uuid;

type Boxed = Box<dyn StdError + Sync + Send>;
pub(super) type Parameter = Box<dyn ToSql + Sync + Send>;

/// JSON as text: the guest has it so, and Postgres checks it.
#[derive(Debug)]
struct Json(Vec<u8>);

impl ToSql for Json {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        if *ty == Type::JSONB {
            // The version of the binary form.
            out.put_u8(1);
        }
        out.put_slice(&self.0);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::JSON | Type::JSONB)
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Json {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        let text = if *ty == Type::JSONB { raw.strip_prefix(&[1]).ok_or("unknown version of jsonb")? } else { raw };
        Ok(Self(text.to_owned()))
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty)
    }
}

impl ToSql for Interval {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Boxed> {
        out.put_i64(self.micros);
        out.put_i32(self.days);
        out.put_i32(self.months);
        Ok(IsNull::No)
    }

    fn accepts(ty: &Type) -> bool {
        *ty == Type::INTERVAL
    }

    to_sql_checked!();
}

impl<'a> FromSql<'a> for Interval {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        let (micros, rest) = raw.split_first_chunk().ok_or("interval too short")?;
        let (days, rest) = rest.split_first_chunk().ok_or("interval too short")?;
        let (months, _) = rest.split_first_chunk().ok_or("interval too short")?;
        Ok(Self {
            micros: i64::from_be_bytes(*micros),
            days: i32::from_be_bytes(*days),
            months: i32::from_be_bytes(*months),
        })
    }

    fn accepts(ty: &Type) -> bool {
        <Self as ToSql>::accepts(ty)
    }
}

/// Fits everywhere.
#[derive(Debug)]
struct Null;

impl ToSql for Null {
    fn to_sql(&self, _: &Type, _: &mut BytesMut) -> Result<IsNull, Boxed> {
        Ok(IsNull::Yes)
    }

    fn accepts(_: &Type) -> bool {
        true
    }

    to_sql_checked!();
}

/// The bytes of a type that nobody here knows.
struct Raw(Vec<u8>);

impl<'a> FromSql<'a> for Raw {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Self, Boxed> {
        Ok(Self(raw.to_owned()))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

pub(super) fn parameter(value: ParameterValue) -> Result<Parameter, Error> {
    Ok(match value {
        ParameterValue::Boolean(value) => Box::new(value),
        ParameterValue::Int8(value) => Box::new(value),
        ParameterValue::Int16(value) => Box::new(value),
        ParameterValue::Int32(value) => Box::new(value),
        ParameterValue::Int64(value) => Box::new(value),
        ParameterValue::Floating32(value) => Box::new(value),
        ParameterValue::Floating64(value) => Box::new(value),
        ParameterValue::Str(value) => Box::new(value),
        ParameterValue::Binary(value) => Box::new(value),
        ParameterValue::Date(value) => Box::new(date(value)?),
        ParameterValue::Time(value) => Box::new(time(value)?),
        ParameterValue::Datetime((year, month, day, hour, minute, second, nano)) => {
            Box::new(NaiveDateTime::new(date((year, month, day))?, time((hour, minute, second, nano))?))
        }
        ParameterValue::Timestamp(seconds) => {
            Box::new(DateTime::<Utc>::from_timestamp(seconds, 0).ok_or_else(|| bad("timestamp"))?)
        }
        ParameterValue::Uuid(value) => Box::new(Uuid::parse_str(&value).map_err(|_| bad("uuid"))?),
        ParameterValue::Jsonb(value) => Box::new(Json(value)),
        ParameterValue::Decimal(value) => Box::new(decimal(&value)?),
        ParameterValue::RangeInt32((lower, upper)) => Box::new(Range { lower, upper }),
        ParameterValue::RangeInt64((lower, upper)) => Box::new(Range { lower, upper }),
        ParameterValue::RangeDecimal((lower, upper)) => {
            let bound = |bound: Option<(String, _)>| match bound {
                Some((value, kind)) => decimal(&value).map(|value| Some((value, kind))),
                None => Ok(None),
            };
            Box::new(Range { lower: bound(lower)?, upper: bound(upper)? })
        }
        ParameterValue::ArrayInt32(values) => Box::new(values),
        ParameterValue::ArrayInt64(values) => Box::new(values),
        ParameterValue::ArrayDecimal(values) => {
            let values = values.into_iter().map(|value| value.as_deref().map(decimal).transpose());
            Box::new(values.collect::<Result<Vec<_>, _>>()?)
        }
        ParameterValue::ArrayStr(values) => Box::new(values),
        ParameterValue::Interval(value) => Box::new(value),
        ParameterValue::DbNull => Box::new(Null),
    })
}

fn bad(kind: &str) -> Error {
    Error::BadParameter(format!("invalid {kind}"))
}

fn date((year, month, day): (i32, u8, u8)) -> Result<NaiveDate, Error> {
    NaiveDate::from_ymd_opt(year, month.into(), day.into()).ok_or_else(|| bad("date"))
}

fn time((hour, minute, second, nano): (u8, u8, u8, u32)) -> Result<NaiveTime, Error> {
    NaiveTime::from_hms_nano_opt(hour.into(), minute.into(), second.into(), nano).ok_or_else(|| bad("time"))
}

fn decimal(text: &str) -> Result<Decimal, Error> {
    Decimal::from_str_exact(text).map_err(|_| bad("decimal"))
}

pub(super) fn data_type(ty: &Type) -> DbDataType {
    match *ty {
        Type::BOOL => DbDataType::Boolean,
        Type::BYTEA => DbDataType::Binary,
        Type::CHAR => DbDataType::Int8,
        Type::INT2 => DbDataType::Int16,
        Type::INT4 => DbDataType::Int32,
        Type::INT8 => DbDataType::Int64,
        Type::FLOAT4 => DbDataType::Floating32,
        Type::FLOAT8 => DbDataType::Floating64,
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => DbDataType::Str,
        Type::DATE => DbDataType::Date,
        Type::TIME => DbDataType::Time,
        Type::TIMESTAMP => DbDataType::Datetime,
        Type::TIMESTAMPTZ => DbDataType::Timestamp,
        Type::UUID => DbDataType::Uuid,
        Type::JSON | Type::JSONB => DbDataType::Jsonb,
        Type::NUMERIC => DbDataType::Decimal,
        Type::INT4_RANGE => DbDataType::RangeInt32,
        Type::INT8_RANGE => DbDataType::RangeInt64,
        Type::NUM_RANGE => DbDataType::RangeDecimal,
        Type::INT4_ARRAY => DbDataType::ArrayInt32,
        Type::INT8_ARRAY => DbDataType::ArrayInt64,
        Type::NUMERIC_ARRAY => DbDataType::ArrayDecimal,
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => DbDataType::ArrayStr,
        Type::INTERVAL => DbDataType::Interval,
        _ => DbDataType::Other(ty.name().to_owned()),
    }
}

pub(super) fn value(row: &Row, at: usize, column: &Column) -> Result<DbValue, Error> {
    fn get<'a, T: FromSql<'a>>(row: &'a Row, at: usize, to: impl Fn(T) -> DbValue) -> Result<DbValue, Error> {
        match row.try_get::<_, Option<T>>(at) {
            Ok(value) => Ok(value.map_or(DbValue::DbNull, to)),
            Err(error) => Err(Error::ValueConversionFailed(super::describe(&error))),
        }
    }
    match *column.type_() {
        Type::BOOL => get(row, at, DbValue::Boolean),
        Type::BYTEA => get(row, at, DbValue::Binary),
        Type::CHAR => get(row, at, DbValue::Int8),
        Type::INT2 => get(row, at, DbValue::Int16),
        Type::INT4 => get(row, at, DbValue::Int32),
        Type::INT8 => get(row, at, DbValue::Int64),
        Type::FLOAT4 => get(row, at, DbValue::Floating32),
        Type::FLOAT8 => get(row, at, DbValue::Floating64),
        Type::TEXT | Type::VARCHAR | Type::BPCHAR => get(row, at, DbValue::Str),
        Type::DATE => get(row, at, |value| DbValue::Date(date_parts(value))),
        Type::TIME => get(row, at, |value| DbValue::Time(time_parts(value))),
        Type::TIMESTAMP => get(row, at, |value: NaiveDateTime| {
            let (year, month, day) = date_parts(value.date());
            let (hour, minute, second, nano) = time_parts(value.time());
            DbValue::Datetime((year, month, day, hour, minute, second, nano))
        }),
        Type::TIMESTAMPTZ => get(row, at, |value: DateTime<Utc>| DbValue::Timestamp(value.timestamp())),
        Type::UUID => get(row, at, |value: Uuid| DbValue::Uuid(value.to_string())),
        Type::JSON | Type::JSONB => get(row, at, |value: Json| DbValue::Jsonb(value.0)),
        Type::NUMERIC => get(row, at, |value: Decimal| DbValue::Decimal(value.to_string())),
        Type::INT4_RANGE => get(row, at, |range: Range<i32>| DbValue::RangeInt32((range.lower, range.upper))),
        Type::INT8_RANGE => get(row, at, |range: Range<i64>| DbValue::RangeInt64((range.lower, range.upper))),
        Type::NUM_RANGE => get(row, at, |range: Range<Decimal>| {
            let text = |bound: Option<(Decimal, _)>| bound.map(|(value, kind)| (value.to_string(), kind));
            DbValue::RangeDecimal((text(range.lower), text(range.upper)))
        }),
        Type::INT4_ARRAY => get(row, at, DbValue::ArrayInt32),
        Type::INT8_ARRAY => get(row, at, DbValue::ArrayInt64),
        Type::NUMERIC_ARRAY => get(row, at, |values: Vec<Option<Decimal>>| {
            DbValue::ArrayDecimal(values.into_iter().map(|value| value.map(|value| value.to_string())).collect())
        }),
        Type::TEXT_ARRAY | Type::VARCHAR_ARRAY | Type::BPCHAR_ARRAY => get(row, at, DbValue::ArrayStr),
        Type::INTERVAL => get(row, at, DbValue::Interval),
        _ => get(row, at, |raw: Raw| DbValue::Unsupported(raw.0)),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a month and a day fit a byte")]
fn date_parts(date: NaiveDate) -> (i32, u8, u8) {
    (date.year(), date.month() as u8, date.day() as u8)
}

#[expect(clippy::cast_possible_truncation, reason = "hours, minutes and seconds fit a byte")]
fn time_parts(time: NaiveTime) -> (u8, u8, u8, u32) {
    (time.hour() as u8, time.minute() as u8, time.second() as u8, time.nanosecond())
}
