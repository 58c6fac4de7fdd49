//! A plant that runs, with a link before each of its parts, and what can go wrong with it.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use takt_test_servers::{Postgres, Redis};
use takt_tests::host::{Folder, Fresh, Host, root, run_well};
use takt_tests::servers::DURABLE;

use crate::books::Books;
use crate::link::{Link, Mode};
use crate::plan::{Fault, Part};

/// The file system of the SQLite file: small, so that it can be filled.
const DISK: &str = "size=64m";

/// Everything that runs. Dropped, it is gone.
pub struct Setup {
    host: Option<Host>,
    aggregator: Option<Host>,
    arguments: Vec<String>,
    /// What clients talk to.
    pub front: Link,
    /// Postgres and both Redis servers; none where a SQLite file is all.
    pub servers: Option<Servers>,
    disk: Option<Disk>,
    data: Folder,
}

/// The servers behind the host, each behind its link.
pub struct Servers {
    /// The database.
    pub postgres: Postgres,
    /// The queue.
    pub queue: Redis,
    cache: Redis,
    postgres_link: Link,
    queue_link: Link,
    cache_link: Link,
}

/// A small file system in memory.
struct Disk(Folder);

impl Disk {
    /// None where this process may not mount one.
    fn mount() -> Option<Self> {
        let folder = Folder::new();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", DISK, "takt-test"]).arg(folder.path()).output();
        mounted.is_ok_and(|output| output.status.success()).then_some(Self(folder))
    }

    /// Takes all space that is left.
    fn fill(&self) {
        let mut balloon = fs::File::create(self.0.path().join("balloon")).expect("the disk has room for a name");
        for size in [1 << 20, 4096, 1] {
            while balloon.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.0.path().join("balloon")).expect("the disk was filled");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: a test that failed may leave a file open.
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

fn port(redis: &Redis) -> u16 {
    redis.url().rsplit(':').next().and_then(|port| port.parse().ok()).expect("the address ends with a port")
}

impl Servers {
    fn start() -> Self {
        let postgres = Postgres::start();
        postgres.run("CREATE DATABASE takt");
        let queue = Redis::start(&DURABLE);
        let cache = Redis::start(&["--maxmemory", "32mb", "--maxmemory-policy", "allkeys-lru"]);
        let postgres_link = Link::before(postgres.port());
        let (queue_link, cache_link) = (Link::before(port(&queue)), Link::before(port(&cache)));
        Self { postgres, queue, cache, postgres_link, queue_link, cache_link }
    }

    fn arguments(&self) -> Vec<String> {
        vec![
            "--postgres".into(),
            format!("postgres://postgres@127.0.0.1:{}/takt", self.postgres_link.port),
            "--redis".into(),
            format!("redis://127.0.0.1:{}", self.cache_link.port),
            "--redis-queue".into(),
            format!("redis://127.0.0.1:{}", self.queue_link.port),
        ]
    }
}

impl Setup {
    /// With a SQLite file and nothing else.
    pub fn embedded() -> Self {
        let data = Folder::copy_of(Fresh::small_template());
        let disk = Disk::mount();
        match &disk {
            Some(disk) => {
                let (file, there) = (data.path().join("takt.db"), disk.0.path().join("takt.db"));
                fs::copy(&file, &there).expect("the disk has room");
                fs::remove_file(&file).expect("the folder is writable");
                std::os::unix::fs::symlink(&there, &file).expect("the folder is writable");
            }
            None => eprintln!("no file system can be mounted here: the disk does not get full in this run"),
        }
        Self::over(data, None, disk)
    }

    /// With Postgres, a Redis for the queue and one for the cache, and a second host.
    pub fn full() -> Self {
        let servers = Servers::start();
        // A template has the compiled code; its database is not used.
        let data = Folder::copy_of(Fresh::small_template());
        let fixture = root().join("tests/fixtures/small").display().to_string();
        let folder = data.path().display().to_string();
        run_well(&["import", &fixture, "--data", &folder, "--postgres", &servers.postgres.url("takt")], &[]);
        Self::over(data, Some(servers), None)
    }

    fn over(data: Folder, servers: Option<Servers>, disk: Option<Disk>) -> Self {
        let arguments = servers.as_ref().map(Servers::arguments).unwrap_or_default();
        let mut setup = Self { host: None, aggregator: None, arguments, front: Link::before(0), servers, disk, data };
        setup.start_host();
        if setup.servers.is_some() {
            setup.aggregator = Some(setup.start());
        }
        setup
    }

    fn start(&self) -> Host {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        Host::start_with(self.data.path(), &arguments)
    }

    fn start_host(&mut self) {
        let host = self.start();
        let port = host.base.rsplit(':').next().and_then(|port| port.parse().ok());
        self.front.lead_to(port.expect("the address ends with a port"));
        self.host = Some(host);
    }

    /// The host, past the link.
    pub fn host(&self) -> &Host {
        self.host.as_ref().expect("every fault is mended before the next")
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.data.path()
    }

    /// Makes something go wrong for a time. Answers false where this machine cannot do that. To be called by the thread that
    /// made the servers: the kernel ends Postgres with the thread that started it.
    pub fn suffer(&mut self, fault: Fault, hold: Duration) -> bool {
        match fault {
            Fault::Kill(Part::Host) => {
                self.host.take().expect("every fault is mended before the next").kill();
                thread::sleep(hold);
                self.start_host();
            }
            Fault::Kill(Part::Aggregator) => {
                self.aggregator.take().expect("this set-up has a second host").kill();
                thread::sleep(hold);
                self.aggregator = Some(self.start());
            }
            Fault::Kill(Part::Postgres) => {
                let servers = self.servers();
                servers.postgres.kill();
                thread::sleep(hold);
                servers.postgres.start_again();
            }
            Fault::Kill(Part::Queue) => {
                let servers = self.servers();
                servers.queue.kill();
                thread::sleep(hold);
                servers.queue.start_again();
            }
            Fault::Kill(Part::Cache) => {
                let servers = self.servers();
                servers.cache.kill();
                thread::sleep(hold);
                servers.cache.start_again();
            }
            Fault::CacheWithOldData => {
                let servers = self.servers();
                // It starts on this file from now on, however old it is by then.
                servers.cache.ask("SAVE").expect("the cache answers");
                thread::sleep(hold);
                servers.cache.kill();
                servers.cache.start_again();
            }
            Fault::Link(part, mode) => {
                self.link(part).set(mode);
                thread::sleep(hold);
                self.link(part).set(Mode::Whole);
            }
            Fault::DiskFull => {
                let Some(disk) = &self.disk else { return false };
                disk.fill();
                thread::sleep(hold);
                disk.free();
            }
        }
        true
    }

    fn servers(&mut self) -> &mut Servers {
        self.servers.as_mut().expect("this set-up has servers")
    }

    fn link(&self, part: Part) -> &Link {
        match (part, &self.servers) {
            (Part::Postgres, Some(servers)) => &servers.postgres_link,
            (Part::Queue, Some(servers)) => &servers.queue_link,
            (Part::Cache, Some(servers)) => &servers.cache_link,
            _ => &self.front,
        }
    }

    /// Waits until the host says that it lacks nothing.
    pub fn is_well_again(&self, patience: Duration) -> bool {
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let answer = self.host().client().get("/health/ready");
            let health: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if answer.status == 200 && health["degraded"] == false {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// What the host says of itself.
    pub fn health(&self) -> String {
        self.host().client().get("/health/ready").text()
    }

    /// Waits until no report waits to be booked.
    pub fn queue_is_empty(&self, patience: Duration) -> bool {
        let admin = self.host().client().sign_in("admin");
        let begun = Instant::now();
        while begun.elapsed() < patience {
            let answer = admin.get("/api/v1/queue");
            let queue: serde_json::Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            if answer.status == 200 && queue["waiting"] == 0 {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        false
    }

    /// The tables as they stand.
    pub fn books(&self) -> Books {
        match &self.servers {
            Some(servers) => Books::of_postgres(&servers.postgres.url("takt")),
            None => Books::of_file(&self.data().join("takt.db")),
        }
    }

    /// Ends the hosts, so that nothing moves any more.
    pub fn stop(&mut self) {
        self.host = None;
        self.aggregator = None;
    }
}
