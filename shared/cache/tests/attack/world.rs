//! The world that actors live in: the servers, time, chance, and what must be true.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::task::{Context, Waker};

use takt_cache::{Circuit, LEASE_MS, MARK_MS, library};
use takt_redis::{Arg, NativeRedis, Redis, RedisError, Value};
use takt_store::{Commit, Committed, Load, Loaded, NativeDriver, Plant, PlantNumber, SqliteStore, Store, StoreError};

use crate::actor::{Actor, reader, writer};
use crate::gated::{Counts, Late};

pub(crate) const ITEMS: [&str; 2] = ["BOLT", "NUT"];
pub(crate) const PLACE: &str = "A-1";
const STEPS: u64 = 400;
const ACTORS_MAX: usize = 6;

/// The protocol that is attacked.
#[derive(Clone)]
pub(crate) struct Setup {
    pub(crate) library: String,
    /// Writers wait the lease out.
    pub(crate) waits: bool,
    /// Writers know that what got no answer may have been booked.
    pub(crate) doubts: bool,
}

impl Setup {
    /// All of it, on a clock that the test sets.
    pub(crate) fn whole() -> Self {
        let real = "  local time = redis.call('TIME')\n  return time[1] * 1000 + math.floor(time[2] / 1000)";
        let library = replaced(&library(), real, "  return tonumber(redis.call('GET', 'test:now'))");
        Self { library, waits: true, doubts: true }
    }

    pub(crate) fn with_library(step: &str, instead: &str) -> Self {
        Self::whole().and_library(step, instead)
    }

    pub(crate) fn and_library(self, step: &str, instead: &str) -> Self {
        Self { library: replaced(&self.library, step, instead), ..self }
    }
}

fn replaced(library: &str, step: &str, instead: &str) -> String {
    assert_eq!(library.matches(step).count(), 1, "the library has {step:?} once");
    library.replace(step, instead)
}

/// The real things.
pub(crate) struct Servers {
    /// Each run has a plant of its own.
    plants: Cell<u32>,
    redis: RefCell<takt_test_servers::Redis>,
    client: NativeRedis,
    store: SqliteStore<NativeDriver>,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Servers {
    pub(crate) fn start() -> Rc<Self> {
        let redis = takt_test_servers::Redis::start(&[]);
        let client = NativeRedis::new(&redis.url()).expect("a URL");
        let memory = std::path::Path::new("/dev/shm");
        let folder = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.expect("a folder");
        let store = SqliteStore::new(NativeDriver::open(folder.path().join("takt.db")).expect("a database"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(store.ensure_schema()).expect("the schema");
        let redis = RefCell::new(redis);
        Rc::new(Self { plants: Cell::new(0), redis, client, store, runtime, _folder: folder })
    }
}

/// One run.
pub(crate) struct World {
    servers: Rc<Servers>,
    pub(crate) setup: Setup,
    pub(crate) plant: PlantNumber,
    /// Never rests. It remembers a time, and each world has its own.
    pub(crate) circuit: &'static Circuit,
    chance: RefCell<fastrand::Rng>,
    now_ms: Cell<u64>,
    redis_is_up: Cell<bool>,
    /// How many pieces of each item have been booked.
    booked: RefCell<[i64; ITEMS.len()]>,
    /// What queries that start now must show at least, and since when, in the order of time.
    required: RefCell<[Vec<(u64, i64)>; ITEMS.len()]>,
    requests: RefCell<BTreeMap<String, Request>>,
    pub(crate) late: RefCell<Vec<Late>>,
    pub(crate) seen: Counts,
}

/// What somebody asked to be booked.
struct Request {
    items: Vec<usize>,
    /// Once it is booked: which pieces of the items these were.
    pieces: Option<Vec<(usize, i64)>>,
}

/// One run, which answers how many queries were answered from the cache; the error tells what was shown and must not have
/// been.
pub(crate) fn attack(servers: &Rc<Servers>, setup: &Setup, seed: u64) -> Result<u64, String> {
    let world = Rc::new(World::new(servers, setup, seed));
    let mut actors: Vec<Actor> = Vec::new();
    for _ in 0..STEPS {
        step(&world, &mut actors);
        if let Some(fault) = world.seen.faults.borrow().first() {
            world.redis_comes_back();
            return Err(fault.clone());
        }
    }
    world.redis_comes_back();
    Ok(world.seen.fresh.get())
}

fn step(world: &Rc<World>, actors: &mut Vec<Actor>) {
    if !world.redis_is_up.get() && world.below(8) == 0 {
        world.redis_comes_back();
    }
    match world.below(1000) {
        0..=79 if actors.len() < ACTORS_MAX => actors.push(reader(world)),
        80..=139 if actors.len() < ACTORS_MAX => actors.push(writer(world)),
        140..=145 if !actors.is_empty() => drop(actors.swap_remove(world.below(actors.len() as u64) as usize)),
        160..=189 => world.pass(1 + world.below(LEASE_MS)),
        190..=199 => {
            // A commit takes effect while its mark stands, or never.
            actors.retain(|actor| !actor.writes);
            world.late.borrow_mut().clear();
            world.pass(MARK_MS);
        }
        200..=229 => world.book_late(),
        230..=232 => world.forget_entries(),
        233..=239 => drop(world.redis("SAVE", Vec::new())),
        240 => world.new_life(),
        241 => world.redis_dies(),
        _ if !actors.is_empty() => {
            let at = world.below(actors.len() as u64) as usize;
            actors[at].turn.give();
            let over = actors[at].work.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_ready();
            actors[at].turn.take();
            if over {
                drop(actors.swap_remove(at));
            }
        }
        _ => {}
    }
}

impl World {
    fn new(servers: &Rc<Servers>, setup: &Setup, seed: u64) -> Self {
        let plant = PlantNumber(servers.plants.replace(servers.plants.get() + 1) + 1);
        let nothing = serde_json::Value::Null;
        let new = Plant {
            number: plant,
            name: "Attacked".into(),
            time_zone: "UTC".into(),
            shift_calendar: nothing.clone(),
            settings: nothing,
            created_ms: 0,
        };
        servers.runtime.block_on(servers.store.put_plant(&new)).expect("a plant");
        let world = Self {
            servers: Rc::clone(servers),
            setup: setup.clone(),
            plant,
            circuit: Box::leak(Box::new(Circuit::new(0))),
            chance: RefCell::new(fastrand::Rng::with_seed(seed)),
            now_ms: Cell::new(1_000_000),
            redis_is_up: Cell::new(true),
            booked: RefCell::default(),
            required: RefCell::default(),
            requests: RefCell::default(),
            late: RefCell::default(),
            seen: Counts::default(),
        };
        world.set_clock();
        world.new_life();
        world.pass(MARK_MS);
        world
    }

    pub(crate) fn below(&self, limit: u64) -> u64 {
        self.chance.borrow_mut().u64(..limit)
    }

    pub(crate) fn now_ms(&self) -> u64 {
        self.now_ms.get()
    }

    fn pass(&self, time_ms: u64) {
        self.now_ms.set(self.now_ms() + time_ms);
        self.set_clock();
    }

    /// Tells Redis what time it is.
    fn set_clock(&self) {
        if self.redis_is_up.get() {
            let now_ms = i64::try_from(self.now_ms()).expect("a time");
            // The connection may be one to the server that was killed.
            let done = (0..3).any(|_| self.redis("SET", vec!["test:now".into(), now_ms.into()]).is_ok());
            assert!(done, "Redis takes the time");
        }
    }

    pub(crate) fn redis(&self, command: &str, args: Vec<Arg>) -> Result<Vec<Value>, RedisError> {
        self.servers.runtime.block_on(self.servers.client.call(command, args))
    }

    /// The library is loaded again, as a new version would be.
    fn new_life(&self) {
        let load = vec!["LOAD".into(), "REPLACE".into(), self.setup.library.as_str().into()];
        if self.redis_is_up.get() {
            self.redis("FUNCTION", load).expect("the library loads");
            let look = ["takt_cache_look", "1", "none", "1"].map(Arg::from).to_vec();
            self.redis("FCALL", look).expect("the library awakes");
        }
    }

    fn forget_entries(&self) {
        let _ = self.redis("FLUSHALL", Vec::new());
        self.set_clock();
    }

    fn redis_dies(&self) {
        self.servers.redis.borrow_mut().kill();
        self.redis_is_up.set(false);
    }

    fn redis_comes_back(&self) {
        if !self.redis_is_up.replace(true) {
            self.servers.redis.borrow_mut().start_again();
            self.set_clock();
        }
    }

    pub(crate) fn load(&self, load: &Load) -> Result<Loaded, StoreError> {
        self.servers.runtime.block_on(self.servers.store.load(load))
    }

    pub(crate) fn book(&self, commit: &Commit, marked: bool) -> Result<Committed, StoreError> {
        let outcome = self.servers.runtime.block_on(self.servers.store.commit(commit));
        let key = commit.idempotency.as_ref().map_or("", |idempotency| &idempotency.key);
        if outcome.is_ok()
            && let Some(request) = self.requests.borrow_mut().get_mut(key)
        {
            let mut booked = self.booked.borrow_mut();
            let piece = |item: &usize| {
                booked[*item] += 1;
                (*item, booked[*item])
            };
            request.pieces = Some(request.items.iter().map(piece).collect());
        }
        if outcome.is_ok() && marked {
            self.answered(key);
        }
        outcome
    }

    fn book_late(&self) {
        let late = self.late.borrow_mut().pop();
        if let Some(Late { commit, marked }) = late {
            // Somebody may have repeated the request meanwhile.
            let _ = self.book(&commit, marked);
        }
    }

    /// A new request, or one that somebody made before.
    pub(crate) fn request(&self) -> (String, Vec<usize>) {
        let mut requests = self.requests.borrow_mut();
        if !requests.is_empty() && self.below(5) == 0 {
            let nth = self.below(requests.len() as u64) as usize;
            let known = requests.iter().nth(nth).map(|(key, request)| (key.clone(), request.items.clone()));
            return known.expect("below the length");
        }
        let items = match self.below(3) {
            0 => vec![0],
            1 => vec![1],
            _ => vec![0, 1],
        };
        let key = format!("k-{:04}", requests.len());
        requests.insert(key.clone(), Request { items: items.clone(), pieces: None });
        (key, items)
    }

    /// From now on every query must show what was booked under this key.
    pub(crate) fn answered(&self, key: &str) {
        let requests = self.requests.borrow();
        let pieces = requests.get(key).and_then(|request| request.pieces.clone()).unwrap_or_default();
        let mut required = self.required.borrow_mut();
        for (item, piece) in pieces {
            if required[item].last().is_none_or(|(_, known)| *known < piece) {
                required[item].push((self.now_ms(), piece));
            }
        }
    }

    pub(crate) fn required(&self, item: usize) -> i64 {
        self.required.borrow()[item].last().map_or(0, |(_, piece)| *piece)
    }

    pub(crate) fn required_before(&self, item: usize, ms: u64) -> i64 {
        self.required.borrow()[item].iter().rfind(|(since, _)| *since < ms).map_or(0, |(_, piece)| *piece)
    }

    pub(crate) fn judge(&self, item: usize, shown: i64, required: i64, what: &str) {
        let booked = self.booked.borrow()[item];
        if !(required..=booked).contains(&shown) {
            let name = ITEMS[item];
            let fault = format!("{what} showed {shown} {name}; {required} to {booked} were right");
            self.seen.faults.borrow_mut().push(fault);
        }
    }
}
