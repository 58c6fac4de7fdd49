//! The database: that it answers and can be written, its clock, and who holds it up.

use std::time::Instant;

use jiff::Timestamp;
use takt_api::doctor::{Check, Condition};
use takt_store::{Checkup, Commit, DatabaseSession, PlantNumber, SCHEMA_VERSION, Store, StoreError};
use takt_web::spin::Database;

use super::{label, unwell, well};

/// No plant has this number.
const NO_PLANT: PlantNumber = PlantNumber(u32::MAX);

/// A commit that has to wait longer waits for somebody, in milliseconds.
const COMMIT_MAX_MS: u128 = 1_000;

/// Clocks may differ by this much, in milliseconds: tokens and receipts are judged by them.
const CLOCK_MAX_MS: i64 = 2_000;

/// A lock that others wait for is held by no statement of Takt for so many seconds.
const LOCK_MAX_S: i64 = 3;

/// So much written and not merged into the file says that a reader never ends.
const UNMERGED_MAX_BYTES: i64 = 64 << 20;

pub(super) async fn checks(store: &Database) -> Vec<Check> {
    let version = match store.schema_version().await {
        Ok(version) => version,
        Err(error) => {
            let found = label(format!("数据库没有应答:{error}"), format!("the database does not answer: {error}"));
            let remedy =
                label("检查数据目录或数据库服务及其地址", "look at the data folder, or at the server and its address");
            return vec![unwell("store", Condition::Bad, found, remedy)];
        }
    };
    let mut checks = vec![commit(store).await, schema(version), rights(store).await];
    match store.checkup().await {
        Ok(found) => checks.extend(judged(&found)),
        Err(error) => checks.push(unwell(
            "clock",
            Condition::Warn,
            label(format!("数据库不能说明自身状况:{error}"), format!("the database does not say how it is: {error}")),
            label("运行 takt migrate,检查数据库版本", "run takt migrate and look at the version of the database"),
        )),
    }
    checks
}

/// A commit for a plant that does not exist takes the lock of writers, is refused, and writes nothing.
async fn commit(store: &Database) -> Check {
    let begun = Instant::now();
    let outcome = store.commit(&Commit::new(NO_PLANT, Timestamp::now().as_millisecond())).await;
    let took_ms = begun.elapsed().as_millis();
    let remedy = label(
        "看是否有别的程序锁住数据库,并检查磁盘空间和权限",
        "look for another program that locks the database, and at the space and the rights",
    );
    match outcome {
        Err(StoreError::UnknownPlant) if took_ms <= COMMIT_MAX_MS => {
            well("store", label(format!("可写入({took_ms} 毫秒)"), format!("can be written ({took_ms} ms)")))
        }
        Err(StoreError::UnknownPlant) => {
            let found = label(format!("写入等了 {took_ms} 毫秒"), format!("a write waited for {took_ms} ms"));
            unwell("store", Condition::Warn, found, remedy)
        }
        other => {
            let why = other.err().map(|error| error.to_string()).unwrap_or_default();
            unwell(
                "store",
                Condition::Bad,
                label(format!("不能写入:{why}"), format!("cannot be written: {why}")),
                remedy,
            )
        }
    }
}

fn schema(version: i64) -> Check {
    let found = label(
        format!("版本 {version},需要 {SCHEMA_VERSION}"),
        format!("version {version}, {SCHEMA_VERSION} is needed"),
    );
    if version >= SCHEMA_VERSION {
        return well("schema", found);
    }
    unwell("schema", Condition::Bad, found, label("运行 takt migrate", "run takt migrate"))
}

async fn rights(store: &Database) -> Check {
    match store.missing_rights().await {
        Ok(missing) if missing.is_empty() => well("rights", label("权限齐全", "all rights are there")),
        Ok(missing) => {
            let sql = missing.join("; ");
            let remedy = label(format!("请数据库管理员执行:{sql}"), format!("have the database's owner run: {sql}"));
            unwell("rights", Condition::Bad, label("缺少数据库权限", "rights are missing in the database"), remedy)
        }
        Err(error) => {
            let found = label(format!("无法查看权限:{error}"), format!("rights cannot be seen: {error}"));
            unwell("rights", Condition::Bad, found, label("检查数据库用户", "look at the user of the database"))
        }
    }
}

fn judged(found: &Checkup) -> Vec<Check> {
    let mut checks = vec![clock(found.now_ms - Timestamp::now().as_millisecond())];
    if let (Some(used), Some(max)) = (found.connections, found.connections_max) {
        let said = label(format!("{used} 个连接,上限 {max}"), format!("{used} connections of {max}"));
        checks.push(if used * 10 <= max * 8 {
            well("connections", said)
        } else {
            let remedy = label(
                "减少使用此服务器的程序,或提高 max_connections",
                "let fewer programs use this server, or raise max_connections",
            );
            unwell("connections", Condition::Warn, said, remedy)
        });
        checks.push(locks(&found.sessions));
        checks.push(transactions(&found.sessions));
    }
    if let Some(bytes) = found.unmerged_bytes {
        let mib = bytes >> 20;
        let said =
            label(format!("日志中有 {mib} MiB 未并入文件"), format!("{mib} MiB of the log are not in the file yet"));
        checks.push(if bytes <= UNMERGED_MAX_BYTES {
            well("log", said)
        } else {
            let remedy = label(
                "结束长期打开数据库文件的程序(备份、查看工具)",
                "end the program that keeps the file open for reading (a backup, a viewer)",
            );
            unwell("log", Condition::Warn, said, remedy)
        });
    }
    checks
}

fn clock(ahead_ms: i64) -> Check {
    let said = label(
        format!("数据库时钟与本机相差 {ahead_ms} 毫秒"),
        format!("the database's clock is {ahead_ms} ms ahead of the server's"),
    );
    if ahead_ms.abs() <= CLOCK_MAX_MS {
        return well("clock", said);
    }
    let condition = if ahead_ms.abs() > 15 * CLOCK_MAX_MS { Condition::Bad } else { Condition::Warn };
    unwell("clock", condition, said, label("在两台机器上启用时间同步(NTP)", "have both machines keep time by NTP"))
}

fn who(session: &DatabaseSession) -> String {
    let DatabaseSession { pid, user, application, state, transaction_s, query, .. } = session;
    let query = query.split_whitespace().collect::<Vec<_>>().join(" ");
    format!("pid {pid} ({user} {application}, {state}, {transaction_s} s): {query}")
}

fn terminate(sessions: &[&DatabaseSession]) -> takt_domain::text::Label {
    let sql: Vec<_> = sessions.iter().map(|s| format!("SELECT pg_terminate_backend({})", s.pid)).collect();
    let sql = sql.join("; ");
    label(
        format!("结束该程序的事务,或由数据库管理员执行:{sql}"),
        format!("end what that program does, or have the database's owner run: {sql}"),
    )
}

fn locks(sessions: &[DatabaseSession]) -> Check {
    let holders: Vec<_> =
        sessions.iter().filter(|session| session.blocks > 0 && session.transaction_s >= LOCK_MAX_S).collect();
    if holders.is_empty() {
        return well("locks", label("没有人长时间占用锁", "nobody holds a lock that others wait for"));
    }
    let waiting: i64 = holders.iter().map(|session| session.blocks).sum();
    let said = holders.iter().map(|session| who(session)).collect::<Vec<_>>().join("; ");
    let found =
        label(format!("{waiting} 个会话在等锁,占用者:{said}"), format!("{waiting} wait for a lock held by {said}"));
    unwell("locks", Condition::Bad, found, terminate(&holders))
}

fn transactions(sessions: &[DatabaseSession]) -> Check {
    let long: Vec<_> =
        sessions.iter().filter(|session| session.transaction_s >= takt_store::LONG_TRANSACTION_S).collect();
    if long.is_empty() {
        return well("transactions", label("没有超过一分钟的事务", "no transaction is open for over a minute"));
    }
    let said = long.iter().map(|session| who(session)).collect::<Vec<_>>().join("; ");
    let found = label(
        format!("长事务使统计和清理停下:{said}"),
        format!("a long transaction holds statistics and cleaning back: {said}"),
    );
    unwell("transactions", Condition::Warn, found, terminate(&long))
}
