//! Tables as Parquet files, and back. Nothing is known here of what a table holds.

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use parquet::basic::Compression;
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::file::properties::WriterProperties;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::record::Field;
use parquet::schema::parser::parse_message_type;
use serde_json::Value;
use takt_api::archive::{ArchiveTable, Column, ColumnType};

use super::files::hash;

/// Rows that are written as one group.
const GROUP_ROWS: usize = 50_000;

/// The file of a table.
pub(super) fn written(table: &ArchiveTable) -> anyhow::Result<Bytes> {
    let column = |column: &Column| {
        let (physical, logical) = match column.kind {
            ColumnType::Text => ("BYTE_ARRAY", " (STRING)"),
            ColumnType::Integer => ("INT64", ""),
            ColumnType::Timestamp => ("INT64", " (TIMESTAMP(MILLIS,true))"),
            ColumnType::Boolean => ("BOOLEAN", ""),
        };
        format!("OPTIONAL {physical} {}{logical};", column.name)
    };
    let columns: String = table.columns.iter().map(column).collect();
    let schema = parse_message_type(&format!("message {} {{ {columns} }}", table.name))?;
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    for rows in table.rows.chunks(GROUP_ROWS) {
        let mut group = writer.next_row_group()?;
        for (at, column) in table.columns.iter().enumerate() {
            let values = rows.iter().map(|row| row.get(at).unwrap_or(&Value::Null));
            let mut writer = group.next_column()?.context("a column is missing in the file's form")?;
            put(&mut writer, column, values).with_context(|| format!("column {} of {}", column.name, table.name))?;
            writer.close()?;
        }
        group.close()?;
    }
    Ok(Bytes::from(writer.into_inner()?))
}

fn put<'v>(
    writer: &mut SerializedColumnWriter<'_>,
    column: &Column,
    values: impl Iterator<Item = &'v Value>,
) -> anyhow::Result<()> {
    let values: Vec<&Value> = values.collect();
    let levels: Vec<i16> = values.iter().map(|value| i16::from(!value.is_null())).collect();
    let there = values.into_iter().filter(|value| !value.is_null());
    match column.kind {
        ColumnType::Text => {
            let texts = there.map(|value| value.as_str().map(ByteArray::from).context("expected a text"));
            let texts = texts.collect::<Result<Vec<_>, _>>()?;
            writer.typed::<ByteArrayType>().write_batch(&texts, Some(&levels), None)?;
        }
        ColumnType::Integer | ColumnType::Timestamp => {
            let numbers = there.map(|value| value.as_i64().context("expected a whole number"));
            let numbers = numbers.collect::<Result<Vec<_>, _>>()?;
            writer.typed::<Int64Type>().write_batch(&numbers, Some(&levels), None)?;
        }
        ColumnType::Boolean => {
            let truths = there.map(|value| value.as_bool().context("expected true or false"));
            let truths = truths.collect::<Result<Vec<_>, _>>()?;
            writer.typed::<BoolType>().write_batch(&truths, Some(&levels), None)?;
        }
    }
    Ok(())
}

/// The table of a file. Its columns are found in the file itself.
pub(super) fn read(name: &str, bytes: Bytes) -> anyhow::Result<ArchiveTable> {
    let reader = SerializedFileReader::new(bytes)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let mut rows = Vec::new();
    let mut columns: Vec<Column> = Vec::new();
    for column in schema.columns() {
        use parquet::basic::{ConvertedType, Type};
        let kind = match (column.physical_type(), column.converted_type()) {
            (Type::BYTE_ARRAY, _) => ColumnType::Text,
            (Type::INT64, ConvertedType::TIMESTAMP_MILLIS) => ColumnType::Timestamp,
            (Type::INT64, _) => ColumnType::Integer,
            (Type::BOOLEAN, _) => ColumnType::Boolean,
            (other, _) => bail!("column {} is of the type {other:?}", column.name()),
        };
        columns.push(Column { name: column.name().to_owned(), kind });
    }
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let value = |field: &Field| {
            Ok(match field {
                Field::Null => Value::Null,
                Field::Bool(truth) => Value::Bool(*truth),
                Field::Long(number) | Field::TimestampMillis(number) => Value::from(*number),
                Field::Str(text) => Value::String(text.clone()),
                other => bail!("a value of another type: {other:?}"),
            })
        };
        rows.push(row.get_column_iter().map(|(_, field)| value(field)).collect::<Result<Vec<_>, _>>()?);
    }
    Ok(ArchiveTable { name: name.to_owned(), columns, rows })
}

/// What columns of whole numbers add up to, as far as 64 bits hold it.
pub(super) fn sums(table: &ArchiveTable) -> BTreeMap<String, i64> {
    let is_number = |column: &&(usize, &Column)| column.1.kind == ColumnType::Integer;
    let columns: Vec<(usize, &Column)> = table.columns.iter().enumerate().collect();
    let sum = |(at, column): &(usize, &Column)| {
        let sum = table.rows.iter().filter_map(|row| row.get(*at)?.as_i64()).fold(0_i64, i64::wrapping_add);
        (column.name.clone(), sum)
    };
    columns.iter().filter(is_number).map(sum).collect()
}

/// Tables by order: of each table the rows whose first column names the order, in their order.
pub(super) fn by_order(tables: Vec<ArchiveTable>) -> anyhow::Result<BTreeMap<String, Vec<ArchiveTable>>> {
    let mut orders: BTreeMap<String, Vec<ArchiveTable>> = BTreeMap::new();
    for table in tables {
        ensure!(table.columns.first().is_some_and(|first| first.name == "order"), "{} names no orders", table.name);
        for row in table.rows {
            let order = row.first().and_then(Value::as_str).context("a row names no order")?.to_owned();
            let of_order = orders.entry(order).or_default();
            match of_order.last_mut() {
                Some(last) if last.name == table.name => last.rows.push(row),
                _ => of_order.push(ArchiveTable {
                    name: table.name.clone(),
                    columns: table.columns.clone(),
                    rows: vec![row],
                }),
            }
        }
    }
    Ok(orders)
}

/// The hash over the rows of one order, as `docs/archive.md` has it.
pub(super) fn digest(tables: &[ArchiveTable]) -> anyhow::Result<String> {
    let mut text = String::new();
    for table in tables {
        for row in &table.rows {
            text.push_str(&format!("{} {}\n", table.name, serde_json::to_string(row)?));
        }
    }
    Ok(hash(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn table() -> ArchiveTable {
        let column = |name: &str, kind| Column { name: name.into(), kind };
        ArchiveTable {
            name: "movements".into(),
            columns: vec![
                column("order", ColumnType::Text),
                column("units", ColumnType::Integer),
                column("booked_at", ColumnType::Timestamp),
                column("from_bounded", ColumnType::Boolean),
                column("user", ColumnType::Text),
            ],
            rows: vec![
                vec![json!("A"), json!(i64::MAX), json!(-1), json!(true), json!("")],
                vec![json!("B"), json!(-7), json!(1_795_384_800_000_i64), json!(null), json!("李\n\"x\"")],
                vec![json!("A"), json!(null), json!(null), json!(false), json!(null)],
            ],
        }
    }

    #[test]
    fn what_was_written_is_read_as_it_was() {
        let table = table();
        assert_eq!(read("movements", written(&table).unwrap_or_default()).ok(), Some(table));
    }

    #[test]
    fn rows_of_an_order_stay_in_their_order() {
        let orders = by_order(vec![table()]).unwrap_or_default();
        assert_eq!(orders["A"][0].rows, [table().rows[0].clone(), table().rows[2].clone()]);
        assert_eq!(orders["B"][0].rows.len(), 1);
        assert_eq!(sums(&table())["units"], i64::MAX - 7);
    }

    #[test]
    fn a_value_of_another_type_is_refused() {
        let mut wrong = table();
        wrong.rows[0][1] = json!("1");
        assert!(written(&wrong).is_err());
    }
}
