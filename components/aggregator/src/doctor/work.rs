//! What waits: in the queue, and for the background.

use jiff::Timestamp;
use takt_api::doctor::{Check, Condition};
use takt_store::{PlantNumber, Store};
use takt_web::queue;

use super::{label, unwell, well};

/// A report is booked within seconds; a receipt that stays queued longer is stuck, in milliseconds.
const STUCK_MS: u64 = 30_000;

/// Statistics are a few seconds old, and the watch looks every ten, in milliseconds.
const BEHIND_MS: i64 = 60_000;

pub(super) async fn queues(plant: PlantNumber) -> Vec<Check> {
    let mut checks = Vec::new();
    for health in queue::health(&[plant]).await {
        let server = &health.server;
        let (lag, missing) = match &health.found {
            Ok(found) => found,
            Err(why) => {
                let found =
                    label(format!("队列 {server} 没有应答:{why}"), format!("queue {server} does not answer: {why}"));
                let remedy = label(
                    "启动该 Redis;在此之前报工直接入账",
                    "start that Redis; until then reports are booked at once",
                );
                checks.push(unwell("queue", Condition::Warn, found, remedy));
                continue;
            }
        };
        let (waiting, oldest_s) = (lag.waiting, lag.oldest_ms / 1_000);
        let said = label(
            format!("队列 {server}:{waiting} 条等待,最久 {oldest_s} 秒"),
            format!("queue {server}: {waiting} wait, the oldest for {oldest_s} s"),
        );
        checks.push(if missing.is_empty() {
            well("queue", said.clone())
        } else {
            let settings = missing.join(", ");
            let remedy = label(format!("在该 Redis 设置 {settings}"), format!("set {settings} on that Redis"));
            unwell("queue", Condition::Bad, said.clone(), remedy)
        });
        checks.push(if lag.oldest_ms <= STUCK_MS {
            well("receipts", label("没有回执卡在排队中", "no receipt stays queued"))
        } else {
            let remedy = label(
                "看后台日志:谁在调用 /internal/v1/tick?数据库是否可写?",
                "look at the log of the background: who calls /internal/v1/tick, and can the database be written?",
            );
            unwell("receipts", Condition::Bad, said, remedy)
        });
        checks.push(if lag.dead == 0 {
            well("dead_letters", label("没有死信", "there are no dead letters"))
        } else {
            let found = label(format!("{} 条死信", lag.dead), format!("{} dead letters", lag.dead));
            let remedy = label(
                "运行 takt queue dead 查看,改正后 takt queue replay",
                "run takt queue dead to see why, then takt queue replay",
            );
            unwell("dead_letters", Condition::Warn, found, remedy)
        });
    }
    checks
}

/// That statistics follow the journal, and that the watch goes round.
pub(super) async fn background<S: Store>(store: &S, plant: PlantNumber) -> Vec<Check> {
    let now_ms = Timestamp::now().as_millisecond();
    let remedy = || {
        label(
            "确认 takt serve 在运行,或有定时器调用 /internal/v1/tick;看它的日志",
            "see that takt serve runs, or that a timer calls /internal/v1/tick; look at its log",
        )
    };
    let mut checks = Vec::new();
    match takt_rollup::behind(store, plant, now_ms).await {
        Ok(None) => checks.push(well("rollups", label("统计已跟上", "statistics have read all of the journal"))),
        Ok(Some(behind)) => {
            let (events, age_s) = (behind.events, (now_ms - behind.since_ms).max(0) / 1_000);
            let more = if behind.more { "+" } else { "" };
            let said = label(
                format!("统计落后 {events}{more} 个事件,最早 {age_s} 秒前"),
                format!("statistics are {events}{more} events behind, the oldest of them {age_s} s old"),
            );
            checks.push(match now_ms - behind.since_ms {
                age if age <= BEHIND_MS => well("rollups", said),
                age if age <= 10 * BEHIND_MS => unwell("rollups", Condition::Warn, said, remedy()),
                _ => unwell("rollups", Condition::Bad, said, remedy()),
            });
        }
        Err(error) => {
            let found = label(format!("统计无法读取:{error}"), format!("statistics cannot be read: {error}"));
            checks.push(unwell("rollups", Condition::Bad, found, remedy()));
        }
    }
    checks.push(match takt_records::watch::looked_at_ms(store, plant, now_ms).await {
        Ok(at_ms) if now_ms - at_ms <= BEHIND_MS => well("background", label("后台在工作", "the background works")),
        Ok(at_ms) => {
            let age_s = (now_ms - at_ms) / 1_000;
            let found = match at_ms {
                0 => label("后台从未工作过", "the background has never worked"),
                _ => label(format!("后台 {age_s} 秒没有工作"), format!("the background has not worked for {age_s} s")),
            };
            unwell("background", Condition::Bad, found, remedy())
        }
        Err(error) => {
            let found =
                label(format!("后台状况无法读取:{error}"), format!("how the background is cannot be read: {error}"));
            unwell("background", Condition::Bad, found, remedy())
        }
    });
    checks
}
