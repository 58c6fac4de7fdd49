//! `GET /health/ready`: looks at each part that Takt needs, and says what to do about what is missing.
//!
//! A part that Takt can do without for a while makes it degraded, not unready: without the store reports still go into the
//! queue, without the queue they are booked at once, without the cache queries ask the store.

use http::HeaderMap;
use jiff::Timestamp;
use takt_api::master::{Health, HealthPart};
use takt_domain::text::Lang;
use takt_store::{Commit, Plant, PlantNumber, SCHEMA_VERSION, Store, StoreError};
use takt_web::failure::{Outcome, json};
use takt_web::spin::Database;
use takt_web::{call, queue, spin};

/// Set by the `takt` host while it refuses calls by their class.
const LOAD_LEVEL_HEADER: &str = "x-load-level";

/// No plant has this number.
const NO_PLANT: PlantNumber = PlantNumber(u32::MAX);

/// An entry that waits longer says that nobody books, in milliseconds.
const LAG_MAX_MS: u64 = 10_000;

pub(crate) async fn ready(headers: &HeaderMap) -> Outcome {
    let lang = call::lang(headers);
    let Found { mut parts, plants, answers } = database(&spin::database().await, lang).await;
    // What is wrong with a store that answers, nobody can work with; one that does not may come back.
    let mut ok = !answers || parts.iter().all(|part| part.ok);
    let has_key = spin::token_key().await.is_ok();
    ok &= has_key;
    parts.push(if has_key {
        good("token_key", lang.pick("已设置", "is set"))
    } else {
        let remedy =
            lang.pick("请把变量 token_key 设为至少 32 个字符", "set the variable token_key to at least 32 characters");
        bad("token_key", remedy)
    });
    if let Some(cache) = spin::cache().await {
        parts.push(match cache.ping().await {
            Ok(()) => good("cache", lang.pick("有应答", "answers")),
            Err(why) => {
                let what = lang.pick("没有应答,查询直接读数据库", "does not answer; queries ask the store");
                bad("cache", format!("{what}: {why}"))
            }
        });
    }
    let numbers: Vec<PlantNumber> = plants.iter().map(|plant| plant.number).collect();
    let queues: Vec<HealthPart> = queue::health(&numbers).await.iter().map(|health| queue_part(health, lang)).collect();
    ok &= answers || queues.iter().any(|part| part.ok);
    parts.extend(queues);
    if let Some(level) = headers.get(LOAD_LEVEL_HEADER).and_then(|level| level.to_str().ok()) {
        let what = match level {
            "1" => lang.pick("忙:暂停统计", "much to do: statistics are refused"),
            _ => lang.pick("忙:暂停统计、看板和列表", "much to do: statistics, boards and lists are refused"),
        };
        parts.push(bad("load", what));
    }
    let degraded = ok && parts.iter().any(|part| !part.ok);
    json(if ok { 200 } else { 503 }, &Health { ok, degraded, parts })
}

fn good(part: &str, detail: impl Into<String>) -> HealthPart {
    HealthPart { part: part.into(), ok: true, detail: detail.into() }
}

fn bad(part: &str, detail: impl Into<String>) -> HealthPart {
    HealthPart { part: part.into(), ok: false, detail: detail.into() }
}

struct Found {
    parts: Vec<HealthPart>,
    plants: Vec<Plant>,
    /// The database answers.
    answers: bool,
}

async fn database(store: &Database, lang: Lang) -> Found {
    let made = store.ensure_schema().await;
    let version = match store.schema_version().await {
        Ok(version) => version,
        Err(error) => {
            let what = lang.pick(
                "数据库没有应答,请检查数据目录或数据库服务",
                "the database does not answer; look at the data folder or the database server",
            );
            return Found { parts: vec![bad("store", format!("{what}: {error}"))], plants: Vec::new(), answers: false };
        }
    };
    let mut parts = vec![good("store", lang.pick("有应答", "answers")), schema(version, made.err(), lang)];
    let mut plants = Vec::new();
    if version > 0 {
        parts.push(rights(store, lang).await);
        parts.push(match store.plants().await {
            Ok(found) => {
                plants = found;
                let none =
                    lang.pick("还没有工厂:第一次导入或新建用户时会建立", "none yet: the first import or user makes it");
                good("plants", if plants.is_empty() { none.to_owned() } else { plants.len().to_string() })
            }
            Err(error) => bad("plants", error.to_string()),
        });
    }
    Found { parts, plants, answers: true }
}

fn schema(version: i64, error: Option<StoreError>, lang: Lang) -> HealthPart {
    let found = match lang {
        Lang::Zh => format!("版本 {version},需要 {SCHEMA_VERSION}"),
        Lang::En => format!("version {version}, {SCHEMA_VERSION} is needed"),
    };
    if version >= SCHEMA_VERSION {
        return good("schema", found);
    }
    let remedy = lang.pick("请运行 takt migrate", "run takt migrate");
    let why = error.map(|error| format!(" ({error})")).unwrap_or_default();
    bad("schema", format!("{found}; {remedy}{why}"))
}

/// A commit for a plant that does not exist is refused by the very statement that would have written: so the right to
/// write, and the lock that writers take, are tried without anything being written.
async fn rights(store: &Database, lang: Lang) -> HealthPart {
    match store.missing_rights().await {
        Ok(missing) if !missing.is_empty() => {
            let what = lang.pick("缺少权限,请让数据库管理员执行", "rights are missing; have the database's owner run");
            return bad("rights", format!("{what}: {}", missing.join("; ")));
        }
        Ok(_) => {}
        Err(error) => return bad("rights", error.to_string()),
    }
    match store.commit(&Commit::new(NO_PLANT, Timestamp::now().as_millisecond())).await {
        Err(StoreError::UnknownPlant) => good("rights", lang.pick("可以写入", "can write")),
        Ok(_) => bad("rights", lang.pick("本应拒绝的提交却已入账", "a commit that must be refused was booked")),
        Err(error) => {
            let what = lang.pick(
                "不能写入,请检查数据目录的权限和剩余空间",
                "cannot write; look at the rights and the free space of the data folder or the database",
            );
            bad("rights", format!("{what}: {error}"))
        }
    }
}

fn queue_part(health: &queue::Health, lang: Lang) -> HealthPart {
    let part = format!("queue {}", health.server);
    let (lag, missing) = match &health.found {
        Ok(found) => found,
        Err(why) => {
            let what = lang.pick("没有应答,报工直接入账", "does not answer; reports are booked at once");
            return bad(&part, format!("{what}: {why}"));
        }
    };
    let oldest_s = lag.oldest_ms as f64 / 1_000.0;
    let mut said = match lang {
        Lang::Zh => format!("排队 {} 条,最久 {oldest_s:.1} 秒,死信 {} 条", lag.waiting, lag.dead),
        Lang::En => format!("{} wait, the oldest for {oldest_s:.1} s, {} dead letters", lag.waiting, lag.dead),
    };
    if !missing.is_empty() {
        let what = lang.pick("请设置", "what is accepted there may get lost; set");
        said.push_str(&format!("; {what} {}", missing.join(", ")));
    }
    if lag.oldest_ms > LAG_MAX_MS {
        said.push_str(lang.pick(";后台没有在记账", "; nobody books it"));
    }
    if lag.dead > 0 {
        said.push_str(lang.pick(";请运行 takt queue dead", "; run takt queue dead"));
    }
    if missing.is_empty() && lag.oldest_ms <= LAG_MAX_MS && lag.dead == 0 {
        good(&part, said)
    } else {
        bad(&part, said)
    }
}
