//! `GET /health/ready`: looks at each part that Takt needs, and says what to do about what is missing.

use http::HeaderMap;
use jiff::Timestamp;
use takt_api::master::{Health, HealthPart};
use takt_domain::text::Lang;
use takt_store::{
    Commit, Driver, PlantNumber, SCHEMA_VERSION, SpinDriver, SqliteStore, Store, StoreError, schema_version,
};
use takt_web::call;
use takt_web::failure::{Outcome, json};

/// No plant has this number.
const NO_PLANT: PlantNumber = PlantNumber(u32::MAX);

pub(crate) async fn ready(headers: &HeaderMap) -> Outcome {
    let lang = call::lang(headers);
    let store = SqliteStore::new(SpinDriver::default());
    let mut parts = parts(&store, lang).await;
    parts.push(match takt_web::spin::token_key().await {
        Ok(_) => good("token_key", lang.pick("已设置", "is set")),
        Err(_) => bad(
            "token_key",
            lang.pick("请把变量 token_key 设为至少 32 个字符", "set the variable token_key to at least 32 characters"),
        ),
    });
    let ok = parts.iter().all(|part| part.ok);
    json(if ok { 200 } else { 503 }, &Health { ok, parts })
}

fn good(part: &str, detail: impl Into<String>) -> HealthPart {
    HealthPart { part: part.into(), ok: true, detail: detail.into() }
}

fn bad(part: &str, detail: impl Into<String>) -> HealthPart {
    HealthPart { part: part.into(), ok: false, detail: detail.into() }
}

async fn parts<D: Driver>(store: &SqliteStore<D>, lang: Lang) -> Vec<HealthPart> {
    let made = store.ensure_schema().await;
    let version = match schema_version(store.driver()).await {
        Ok(version) => version,
        Err(error) => {
            let what = lang.pick(
                "数据库没有应答,请检查数据目录或数据库服务",
                "the database does not answer; look at the data folder or the database server",
            );
            return vec![bad("store", format!("{what}: {error}"))];
        }
    };
    let mut parts = vec![good("store", lang.pick("有应答", "answers")), schema(version, made.err(), lang)];
    if version == 0 {
        return parts;
    }
    parts.push(rights(store, lang).await);
    parts.push(match store.plants().await {
        Ok(plants) if plants.is_empty() => good(
            "plants",
            lang.pick("还没有工厂:第一次导入或新建用户时会建立", "none yet: the first import or user makes it"),
        ),
        Ok(plants) => good("plants", plants.len().to_string()),
        Err(error) => bad("plants", error.to_string()),
    });
    parts
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
async fn rights<D: Driver>(store: &SqliteStore<D>, lang: Lang) -> HealthPart {
    match store.commit(&Commit::new(NO_PLANT, Timestamp::now().as_millisecond())).await {
        Err(StoreError::UnknownPlant) => good("rights", lang.pick("可以写入", "can write")),
        Ok(_) => bad("rights", "a commit that must be refused was booked"),
        Err(error) => {
            let what = lang.pick(
                "不能写入,请检查数据目录的权限和剩余空间",
                "cannot write; look at the rights and the free space of the data folder",
            );
            bad("rights", format!("{what}: {error}"))
        }
    }
}
