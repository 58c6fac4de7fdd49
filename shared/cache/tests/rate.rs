//! Callers are counted in a real Redis.

#![expect(clippy::expect_used, reason = "whatever goes wrong here fails the test")]

use std::time::Duration;

use takt_cache::{Cache, CallerRate, Circuit, NativeClock};
use takt_redis::NativeRedis;
use takt_test_servers::Redis;

static CIRCUIT: Circuit = Circuit::new(0);

fn at(redis: &Redis) -> Cache<NativeRedis, NativeClock> {
    Cache::new(NativeRedis::new(&redis.url()).expect("an address"), NativeClock, &CIRCUIT)
}

async fn admitted(hosts: &[Cache<NativeRedis, NativeClock>], caller: &str, rate: CallerRate, calls: usize) -> usize {
    let mut admitted = 0;
    for n in 0..calls {
        admitted += usize::from(hosts[n % hosts.len()].count_call(caller, rate).await.is_none());
    }
    admitted
}

#[tokio::test]
async fn two_hosts_count_one_caller_together_and_each_caller_alone() {
    let redis = Redis::start(&[]);
    let hosts = [at(&redis), at(&redis)];
    // So slow that none comes back while the test runs.
    let rate = CallerRate { per_second: 1, burst: 20 };
    let begun = std::time::Instant::now();
    let first = admitted(&hosts, "1|u|d", rate, 60).await;
    let second = admitted(&hosts, "1|u|e", rate, 60).await;
    let came_back = usize::try_from(begun.elapsed().as_secs()).expect("a few") + 1;
    for admitted in [first, second] {
        assert!((20..=20 + came_back).contains(&admitted), "{admitted}");
    }
}

#[tokio::test]
async fn who_waits_as_long_as_told_comes_in_again() {
    let redis = Redis::start(&[]);
    let hosts = [at(&redis)];
    let rate = CallerRate { per_second: 5, burst: 2 };
    while hosts[0].count_call("c", rate).await.is_none() {}
    let wait_ms = hosts[0].count_call("c", rate).await.expect("one too many");
    assert!((1..=200).contains(&wait_ms), "{wait_ms}");
    tokio::time::sleep(Duration::from_millis(wait_ms + 5)).await;
    assert_eq!(hosts[0].count_call("c", rate).await, None);
    assert!(hosts[0].count_call("c", rate).await.is_some(), "and only once");
}

#[tokio::test]
async fn nobody_is_held_up_by_a_server_that_is_away() {
    let mut redis = Redis::start(&[]);
    let hosts = [at(&redis)];
    redis.kill();
    assert_eq!(admitted(&hosts, "c", CallerRate { per_second: 1, burst: 1 }, 3).await, 3);
    redis.start_again();
    assert_eq!(admitted(&hosts, "c", CallerRate { per_second: 1, burst: 1 }, 3).await, 1);
}

#[test]
fn a_rate_is_two_numbers() {
    assert_eq!(CallerRate::parse("50/300"), Some(CallerRate { per_second: 50, burst: 300 }));
    for wrong in ["", "50", "0/1", "1/0", "a/b", "-1/2"] {
        assert_eq!(CallerRate::parse(wrong), None, "{wrong}");
    }
}
