//! How often somebody may call, counted in Redis for all hosts together.

use takt_redis::{Redis, RedisError, Value};

use crate::clock::Clock;
use crate::protocol::Cache;

/// How often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallerRate {
    /// Calls per second that may go on for ever.
    pub per_second: u32,
    /// Calls that may come at once after a rest.
    pub burst: u32,
}

impl CallerRate {
    /// Of `50/300`: 50 per second, 300 at once. None of anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (per_second, burst) = text.split_once('/')?;
        let number = |text: &str| text.trim().parse().ok().filter(|number| (1..=1_000_000).contains(number));
        Some(Self { per_second: number(per_second)?, burst: number(burst)? })
    }
}

impl<R: Redis, C: Clock> Cache<R, C> {
    /// Counts a call of somebody; answers after how many milliseconds to come again where it is one too many. Nobody is
    /// held up while Redis does not answer.
    pub async fn count_call(&self, caller: &str, rate: CallerRate) -> Option<u64> {
        let key = format!("takt:rate:{caller}");
        let between_us = i64::from(1_000_000 / rate.per_second);
        let args =
            vec!["takt_rate_1".into(), 1_i64.into(), key.into(), between_us.into(), i64::from(rate.burst).into()];
        let answer = match self.call("FCALL", args.clone()).await {
            Err(error) if error.is_missing_function() => {
                let load = vec!["LOAD".into(), "REPLACE".into(), include_str!("rate.lua").into()];
                match self.call("FUNCTION", load).await {
                    Ok(_) => self.call("FCALL", args).await,
                    Err(error) => Err(error),
                }
            }
            answer => answer,
        };
        wait_ms(answer)
    }
}

fn wait_ms(answer: Result<Vec<Value>, RedisError>) -> Option<u64> {
    let wait_ms = answer.ok()?.first()?.int()?;
    u64::try_from(wait_ms).ok().filter(|ms| *ms > 0)
}
