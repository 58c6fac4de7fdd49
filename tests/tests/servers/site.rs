//! A plant with servers of its own.

use serde_json::Value;
use takt_api::master::Health;
use takt_test_servers::{Postgres, Redis};
use takt_tests::client::{Answer, Client, Raw};
use takt_tests::host::{Folder, Host, root, run_well};
use takt_tests::plant::{People, SMALL};
use takt_tests::servers::DURABLE;
use takt_tests::wait::until;

/// The servers, the data folder (which holds only the key), the host and the people.
pub(crate) struct Site {
    pub(crate) postgres: Postgres,
    pub(crate) cache: Redis,
    pub(crate) queues: Vec<Redis>,
    pub(crate) data: Folder,
    pub(crate) host: Host,
    pub(crate) people: People,
    /// It takes reports.
    pub(crate) order: String,
}

impl Site {
    pub(crate) fn new(queues: usize) -> Self {
        let postgres = Postgres::start();
        let cache = Redis::start(&[]);
        let queues: Vec<_> = (0..queues).map(|_| Redis::start(&DURABLE)).collect();
        let data = Folder::new();
        let fixtures = root().join("tests/fixtures/small").display().to_string();
        let folder = data.path().display().to_string();
        run_well(&["import", &fixtures, "--data", &folder, "--postgres", &postgres.url("postgres")], &[]);
        let host = host(data.path(), &postgres.url("postgres"), &cache, &queues);
        let people = People::at(&host);
        people.receive(SMALL.material, "1000", SMALL.store);
        let order = people.running(SMALL.product, "400", SMALL.line);
        Self { postgres, cache, queues, data, host, people, order }
    }

    /// What the host says of itself.
    pub(crate) fn health(&self) -> (u16, Health) {
        let answer = self.host.client().get("/health/ready");
        (answer.status, answer.json())
    }

    /// Waits until the host says of these parts, and of no others, that they are not as they should be. Gives what it said then:
    /// a moment later it may have much to do, and be degraded for that.
    pub(crate) fn until_bad(&self, parts: &[&str]) -> Health {
        until(&format!("only {parts:?} are not as they should be"), || {
            let (_, health) = self.health();
            let bad: Vec<_> = health.parts.iter().filter(|part| !part.ok).collect();
            let is = |part: &&str| bad.iter().any(|bad| bad.part.starts_with(*part));
            let same = bad.len() == parts.len() && parts.iter().all(is);
            same.then_some(health)
        })
    }

    /// Reports one good piece, and does not wait for more than the first answer.
    pub(crate) fn report(&self, client: &Client, order: &str) -> Answer {
        let body = takt_tests::plant::good(order, SMALL.operation, 1).to_string();
        let headers = vec![
            ("authorization", format!("Bearer {}", client.token())),
            ("content-type", "application/json".to_owned()),
            ("accept-language", "en".to_owned()),
            ("idempotency-key", takt_tests::client::key()),
        ];
        let raw = Raw { method: "POST", path: "/api/v1/reports", headers, body: body.into_bytes() };
        client.at(&self.host.base).raw(&raw).expect("the host answers")
    }

    /// Until the receipt says so.
    pub(crate) fn until_booked(&self, client: &Client, receipt: &Answer) {
        let id = receipt.json::<Value>()["id"].as_str().expect("a receipt has an id").to_owned();
        until("the report is booked", || {
            let now = client.get(&format!("/api/v1/reports/{id}"));
            // Nobody says that it is not there while its queue cannot be asked.
            if now.status == 503 {
                return None;
            }
            (now.ok().json::<Value>()["state"] == "booked").then_some(())
        });
    }

    /// A cache that has just begun gives out nothing for 40 s, since writers of an earlier life may still be at work.
    pub(crate) fn until_cached(&self) {
        until("answers are kept", || {
            self.stock().ok();
            let kept = self.cache.ask("KEYS takt:cache:*")?;
            (!kept.starts_with("*0")).then_some(())
        });
    }

    /// Stock of the product's material when nothing is on its way any more, and the cache has seen it.
    pub(crate) fn settled(&self) -> Value {
        let mut seen = 0;
        until("nothing is pending", || {
            let now: Value = self.stock().ok().json();
            seen = if now["pending"] == "0" { seen + 1 } else { 0 };
            (seen == 10).then_some(now)
        })
    }

    /// Stock of the product's material.
    pub(crate) fn stock(&self) -> Answer {
        self.people.operator.get(&format!("/api/v1/stock/{}", SMALL.material))
    }
}

pub(crate) fn host(data: &std::path::Path, postgres: &str, cache: &Redis, queues: &[Redis]) -> Host {
    let queues: Vec<_> = queues.iter().map(Redis::url).collect();
    let queues = queues.join(",");
    Host::start_with(data, &["--postgres", postgres, "--redis", &cache.url(), "--redis-queue", &queues])
}
