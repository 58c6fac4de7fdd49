//! The servers behind a plant, where it is more than a data folder.

use anyhow::bail;

/// Addresses hold passwords, so each can come from the environment instead.
#[derive(clap::Args, Clone, Debug, Default)]
pub(crate) struct Backing {
    /// The Postgres database of the plants, in place of a SQLite file
    #[arg(long, value_name = "URL", env = "TAKT_POSTGRES", hide_env_values = true)]
    postgres: Option<String>,
    /// The Redis server of the cache, and of the queue where no other one is named
    #[arg(long, value_name = "URL", env = "TAKT_REDIS", hide_env_values = true)]
    redis: Option<String>,
    /// The Redis servers of the queue, over which the plants are spread; durable ones:
    /// appendonly yes, appendfsync always, maxmemory-policy noeviction
    #[arg(long, value_name = "URL,...", env = "TAKT_REDIS_QUEUE", hide_env_values = true, value_delimiter = ',')]
    redis_queue: Vec<String>,
}

impl Backing {
    /// True where no file holds the plant.
    pub(crate) fn has_postgres(&self) -> bool {
        self.postgres.is_some()
    }

    /// The variables of the application that say so.
    pub(crate) fn variables(&self) -> anyhow::Result<Vec<(String, String)>> {
        let mut variables = Vec::new();
        if let Some(url) = &self.postgres {
            require(url, "--postgres", &["postgres://", "postgresql://"])?;
            variables.push(("store_url".to_owned(), url.clone()));
        }
        if let Some(url) = &self.redis {
            require(url, "--redis", &["redis://"])?;
            variables.push(("cache_url".to_owned(), url.clone()));
        }
        for url in &self.redis_queue {
            require(url, "--redis-queue", &["redis://"])?;
        }
        let queue =
            if self.redis_queue.is_empty() { self.redis.iter().cloned().collect() } else { self.redis_queue.clone() };
        if !queue.is_empty() {
            variables.push(("queue_urls".to_owned(), queue.join(",")));
        }
        Ok(variables)
    }
}

/// The address itself may hold a password, so it is not repeated.
fn require(url: &str, option: &str, schemes: &[&str]) -> anyhow::Result<()> {
    if schemes.iter().any(|scheme| url.starts_with(scheme)) {
        return Ok(());
    }
    bail!("{option} needs an address that begins with {}", schemes.join(" or "))
}

#[cfg(test)]
mod tests {
    use super::Backing;

    #[test]
    fn one_redis_is_both_until_the_queue_has_its_own() -> anyhow::Result<()> {
        let mut backing = Backing { redis: Some("redis://a".into()), ..Backing::default() };
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(backing.variables()?, [pair("cache_url", "redis://a"), pair("queue_urls", "redis://a")]);
        backing.redis_queue = vec!["redis://b".into(), "redis://c".into()];
        assert_eq!(backing.variables()?, [pair("cache_url", "redis://a"), pair("queue_urls", "redis://b,redis://c")]);
        Ok(())
    }

    #[test]
    fn what_is_no_address_is_refused_without_being_repeated() {
        let backing = Backing { postgres: Some("mysql://u:secret@h/d".into()), ..Backing::default() };
        let said = backing.variables().err().map(|error| error.to_string()).unwrap_or_default();
        assert!(said.contains("postgres://") && !said.contains("secret"), "{said}");
    }
}
