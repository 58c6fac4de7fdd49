//! Statements and commands, one after the other on one connection.

use serde_json::{Value, json};
use spin_sdk::pg::{self, ParameterValue};
use spin_sdk::redis::{self, RedisParameter, RedisResult};
use spin_sdk::sqlite;
use std::time::Duration;

/// `{"database": "default", "statements": [[sql, parameters...], ...], "then": "loop" | "sleep"}`
pub(crate) async fn sqlite(told: Value) -> Value {
    let connection = match sqlite::Connection::open(told["database"].as_str().unwrap_or("default")).await {
        Ok(connection) => connection,
        Err(error) => return json!({ "error": format!("{error:?}") }),
    };
    let mut answers = Vec::new();
    for statement in told["statements"].as_array().unwrap() {
        let statement = statement.as_array().unwrap();
        let parameters = statement[1..].iter().map(|value| match value {
            Value::Null => sqlite::Value::Null,
            Value::Number(number) if number.is_i64() => sqlite::Value::Integer(number.as_i64().unwrap()),
            Value::Number(number) => sqlite::Value::Real(number.as_f64().unwrap()),
            Value::String(text) => sqlite::Value::Text(text.clone()),
            other => sqlite::Value::Blob(other.to_string().into_bytes()),
        });
        answers.push(match run(&connection, statement[0].as_str().unwrap(), parameters).await {
            Ok(answer) => answer,
            Err(error) => json!({ "error": format!("{error:?}") }),
        });
    }
    match told["then"].as_str() {
        Some("loop") => loop {
            std::hint::black_box(());
        },
        Some("sleep") => spin_sdk::time::sleep(Duration::from_secs(3600)).await,
        Some("trap") => panic!("as told"),
        _ => {}
    }
    json!({
        "answers": answers,
        "rowid": connection.last_insert_rowid().await,
        "changes": connection.changes().await,
    })
}

async fn run(
    connection: &sqlite::Connection,
    sql: &str,
    parameters: impl Iterator<Item = sqlite::Value>,
) -> Result<Value, sqlite::Error> {
    let result = connection.execute(sql, parameters).await?;
    let columns = result.columns().to_vec();
    let rows = result.collect().await?;
    let cell = |value: &sqlite::Value| match value {
        sqlite::Value::Integer(value) => json!(value),
        sqlite::Value::Real(value) => json!(value),
        sqlite::Value::Text(value) => json!(value),
        sqlite::Value::Blob(value) => json!({ "blob": value }),
        sqlite::Value::Null => Value::Null,
    };
    let rows: Vec<Vec<Value>> = rows.iter().map(|row| row.values.iter().map(cell).collect()).collect();
    Ok(json!({ "columns": columns, "rows": rows }))
}

/// `{"address": "redis://...", "commands": [[name, argument...], ...]}`
pub(crate) async fn redis(told: Value) -> Value {
    let connection = match redis::Connection::open(told["address"].as_str().unwrap()).await {
        Ok(connection) => connection,
        Err(error) => return json!({ "error": format!("{error:?}") }),
    };
    let mut answers = Vec::new();
    for command in told["commands"].as_array().unwrap() {
        let command = command.as_array().unwrap();
        let arguments: Vec<RedisParameter> = command[1..]
            .iter()
            .map(|value| match value {
                Value::Number(number) => RedisParameter::Int64(number.as_i64().unwrap()),
                other => RedisParameter::Binary(other.as_str().unwrap().as_bytes().to_vec()),
            })
            .collect();
        let show = |result: &RedisResult| match result {
            RedisResult::Nil => Value::Null,
            RedisResult::Status(text) => json!(text),
            RedisResult::Int64(number) => json!(number),
            RedisResult::Binary(bytes) => json!(String::from_utf8_lossy(bytes)),
        };
        answers.push(match connection.execute(command[0].as_str().unwrap(), arguments).await {
            Ok(results) => json!(results.iter().map(show).collect::<Vec<_>>()),
            Err(error) => json!({ "error": format!("{error:?}") }),
        });
    }
    // The functions that have a name of their own.
    if told["named"] == true {
        answers.push(json!(format!("{:?}", connection.set("named", "1").await)));
        answers.push(json!(format!("{:?}", connection.incr("named").await)));
        answers.push(json!(format!("{:?}", connection.get("named").await)));
        answers.push(json!(format!("{:?}", connection.sadd("set", &["a".to_owned()]).await)));
        answers.push(json!(format!("{:?}", connection.smembers("set").await)));
        answers.push(json!(format!("{:?}", connection.srem("set", &["a".to_owned()]).await)));
        answers.push(json!(format!("{:?}", connection.incr("absent").await)));
        answers.push(json!(format!("{:?}", connection.set("text", "x").await)));
        answers.push(json!(format!("{:?}", connection.incr("text").await)));
        answers.push(json!(format!("{:?}", connection.publish("channel", "x").await)));
        answers.push(json!(format!("{:?}", connection.del(&["named".to_owned()]).await)));
    }
    json!({ "answers": answers })
}

/// `{"address": "postgres://...", "statements": [[sql, parameter...], ...]}`; a parameter is `{"kind": value}`.
pub(crate) async fn postgres(told: Value) -> Value {
    let connection = match pg::Connection::open(told["address"].as_str().unwrap()).await {
        Ok(connection) => connection,
        Err(error) => return json!({ "error": format!("{error:?}") }),
    };
    let mut answers = Vec::new();
    for statement in told["statements"].as_array().unwrap() {
        let statement = statement.as_array().unwrap();
        let parameters: Vec<ParameterValue> = statement[1..].iter().map(parameter).collect();
        answers.push(match query(&connection, statement[0].as_str().unwrap(), parameters).await {
            Ok(answer) => answer,
            Err(error) => json!({ "error": format!("{error:?}") }),
        });
    }
    if told["then"] == "trap" {
        panic!("as told");
    }
    json!({ "answers": answers })
}

async fn query(connection: &pg::Connection, sql: &str, parameters: Vec<ParameterValue>) -> Result<Value, pg::Error> {
    let result = connection.query(sql, parameters).await?;
    let columns: Vec<String> =
        result.columns().iter().map(|column| format!("{}:{:?}", column.name, column.data_type)).collect();
    let width = columns.len();
    let rows = result.collect().await?;
    let show = |row: &pg::Row| (0..width).map(|at| format!("{:?}", row[at])).collect::<Vec<_>>();
    Ok(json!({ "columns": columns, "rows": rows.iter().map(show).collect::<Vec<_>>() }))
}

fn parameter(value: &Value) -> ParameterValue {
    let Some((kind, value)) = value.as_object().and_then(|object| object.iter().next()) else {
        return ParameterValue::DbNull;
    };
    let text = || value.as_str().unwrap().to_owned();
    match kind.as_str() {
        "bool" => ParameterValue::Boolean(value.as_bool().unwrap()),
        "i16" => ParameterValue::Int16(value.as_i64().unwrap() as i16),
        "i32" => ParameterValue::Int32(value.as_i64().unwrap() as i32),
        "i64" => ParameterValue::Int64(value.as_i64().unwrap()),
        "f64" => ParameterValue::Floating64(value.as_f64().unwrap()),
        "text" => ParameterValue::Str(text()),
        "bytes" => ParameterValue::Binary(text().into_bytes()),
        "timestamp" => ParameterValue::Timestamp(value.as_i64().unwrap()),
        "date" => ParameterValue::Date((2026, 2, 3)),
        "time" => ParameterValue::Time((4, 5, 6, 7000)),
        "datetime" => ParameterValue::Datetime((2026, 2, 3, 4, 5, 6, 7000)),
        "uuid" => ParameterValue::Uuid(text()),
        "jsonb" => ParameterValue::Jsonb(value.to_string().into_bytes()),
        "decimal" => ParameterValue::Decimal(text()),
        "texts" => ParameterValue::ArrayStr(vec![Some(text()), None]),
        "i64s" => ParameterValue::ArrayInt64(vec![Some(value.as_i64().unwrap()), None]),
        "interval" => ParameterValue::Interval(pg::Interval { micros: 1, days: 2, months: 3 }),
        other => panic!("no kind {other}"),
    }
}
