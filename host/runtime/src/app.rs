//! An application that is loaded: its components, routes and databases, and the threads that run them.

use crate::component::{self, Component, Workshop};
use crate::error::LoadError;
use crate::lane::{self, Handle, Work};
use crate::manifest::Manifest;
use crate::metrics::Metrics;
use crate::options::{EffectiveLimits, Options, OutboundNetwork};
use crate::overload::{Class, Classed, Level, Overload};
use crate::problem::{Problem, Reader};
use crate::routes::{Pattern, Routes};
use crate::sqlite::Database;
use crate::traffic::{ClassTraffic, Traffic};
use crate::variables::Variables;
use bytes::Bytes;
use http::{HeaderValue, Request, Response};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::{Semaphore, oneshot};
use wasmtime::Engine;

/// A loaded application. Dropping it ends its threads.
pub struct Application {
    pub(crate) shared: Arc<Shared>,
    pub(crate) lanes: Vec<Handle>,
    manifest: Manifest,
}

/// What all lanes share.
pub(crate) struct Shared {
    pub(crate) engine: Engine,
    pub(crate) components: Vec<Arc<Component>>,
    pub(crate) by_name: HashMap<String, usize>,
    pub(crate) routes: Routes,
    pub(crate) databases: BTreeMap<String, Arc<Database>>,
    pub(crate) limits: EffectiveLimits,
    pub(crate) overload: Overload,
    /// Places for calls between components.
    pub(crate) inside: Arc<Semaphore>,
    pub(crate) network: OutboundNetwork,
    pub(crate) access_log: bool,
    /// The paths whose requests are told how the host is, and what each is told.
    pub(crate) state: RwLock<HashMap<String, HeaderValue>>,
    pub(crate) traffic: Traffic,
    pub(crate) metrics: Metrics,
    /// The places for requests from outside.
    places: Arc<Semaphore>,
}

impl Application {
    /// Reads the manifest, resolves variables, and compiles every component (or takes it from the cache in the data
    /// folder).
    pub fn load(options: Options) -> Result<Arc<Self>, LoadError> {
        let manifest = Manifest::read(&options.manifest)?;
        let limits = EffectiveLimits::default().overridden(&manifest.takt.limits)?.overridden(&options.limits)?;
        let environment = |name: &str| std::env::var(name).ok();
        let variables = Variables::resolve(&manifest.variables, &options.variables, environment)?;
        let cache = options.data.join("cache");
        std::fs::create_dir_all(&cache).map_err(|source| LoadError::Data { path: options.data.clone(), source })?;
        let cache = cache.canonicalize().map_err(|source| LoadError::Data { path: cache.clone(), source })?;
        let databases = databases(&manifest, &options.data, &limits);
        let memory_mib = manifest
            .takt
            .components
            .values()
            .filter_map(|component| component.memory_mib)
            .fold(limits.memory_mib, u32::max);
        let engine = crate::engine::new(&limits, memory_mib, &cache)?;
        let linker = component::linker(&engine).map_err(|error| LoadError::Engine(format!("{error:#}")))?;
        let workshop = Workshop {
            engine: &engine,
            linker: &linker,
            folder: manifest.folder(),
            variables: &variables,
            limits: &limits,
            databases: &databases,
        };
        let components = components(&manifest, &workshop)?;
        let by_name: HashMap<String, usize> =
            components.iter().enumerate().map(|(number, component)| (component.name.clone(), number)).collect();
        let routes = routes(&manifest, &by_name)?;
        let requests = Arc::new(Semaphore::new(limits.requests));
        let overload = Overload::new(
            Arc::clone(&requests),
            limits.requests,
            classed(&manifest)?,
            manifest.takt.rate.as_ref().filter(|_| !options.unlimited_callers),
        );
        let inside = Arc::new(Semaphore::new(limits.requests));
        let (free, most) = (Arc::clone(&requests), limits.requests);
        let places = Arc::clone(&requests);
        crate::engine::start_clock(&engine, move || free.available_permits() < most)?;
        let shared = Arc::new(Shared {
            engine,
            components,
            by_name,
            routes,
            databases,
            limits,
            overload,
            inside,
            network: options.network,
            access_log: options.access_log,
            state: RwLock::default(),
            traffic: Traffic::default(),
            metrics: Metrics::new(),
            places,
        });
        let lanes = (0..shared.limits.threads)
            .map(|number| lane::start(Arc::clone(&shared), number))
            .collect::<Result<_, _>>()
            .map_err(LoadError::Thread)?;
        Ok(Arc::new(Self { shared, lanes, manifest }))
    }

    /// What was loaded.
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The limits in force.
    pub fn limits(&self) -> &EffectiveLimits {
        &self.shared.limits
    }

    /// What requests for this path carry from now on in the header `x-host-state`; nothing where it is no text of a header.
    pub fn set_state(&self, path: &str, text: &str) {
        let mut states = self.shared.state.write().unwrap_or_else(PoisonError::into_inner);
        match HeaderValue::from_str(text) {
            Ok(state) => drop(states.insert(path.to_owned(), state)),
            Err(_) => drop(states.remove(path)),
        }
    }

    /// How many requests there were since this was last asked, and how long they took: those of the first class, the second and
    /// the third. The host's own calls and those between components are not among them.
    pub fn take_traffic(&self) -> [ClassTraffic; 3] {
        self.shared.traffic.take()
    }

    /// Writes what was counted since the start as text of OpenMetrics, without the end of it.
    pub fn write_metrics(&self, out: &mut String) -> std::fmt::Result {
        let in_flight = self.shared.limits.requests.saturating_sub(self.shared.places.available_permits());
        self.shared.metrics.write(out, in_flight, self.level())
    }

    /// Refuses calls by their class from now on.
    pub fn set_level(&self, level: Level) {
        self.shared.overload.set_level(level);
    }

    /// What is refused at the moment.
    pub fn level(&self) -> Level {
        self.shared.overload.level()
    }

    /// How long statements of databases took since this was last asked: what 19 of 20 did not exceed, up to a factor of
    /// two, the wait for a connection included. None when there were none.
    pub fn take_database_latency(&self) -> Option<Duration> {
        self.shared.overload.databases().take_p95()
    }

    /// Sends a request into the application, without a socket: routes, limits and answers are those of a request from
    /// outside. Works from any thread and any runtime.
    pub async fn call(self: &Arc<Self>, request: Request<Bytes>) -> Response<Bytes> {
        self.send(request, None).await
    }

    /// As [`call`](Self::call), but to a component by its name, which reaches those with a private route too.
    pub async fn call_component(self: &Arc<Self>, name: &str, request: Request<Bytes>) -> Response<Bytes> {
        match self.shared.by_name.get(name) {
            Some(component) => self.send(request, Some(*component)).await,
            None => Problem::NoRoute.response("-", Reader::of(request.headers())),
        }
    }

    async fn send(&self, request: Request<Bytes>, component: Option<usize>) -> Response<Bytes> {
        let reader = Reader::of(request.headers());
        let (reply, response) = oneshot::channel();
        let work = Work::Call { request, component, reply };
        match self.least_loaded().map(|lane| lane.give(work)) {
            Some(Ok(())) => response.await.unwrap_or_else(|_| Problem::Internal.response("-", reader)),
            Some(Err(_)) | None => Problem::Stopping.response("-", reader),
        }
    }

    pub(crate) fn least_loaded(&self) -> Option<&Handle> {
        self.lanes.iter().min_by_key(|lane| lane.load())
    }
}

impl Drop for Application {
    fn drop(&mut self) {
        // All lanes are told before the first is waited for.
        for lane in &mut self.lanes {
            lane.close();
        }
    }
}

/// `default` is `takt.db`, every other `NAME.db`.
fn databases(manifest: &Manifest, data: &Path, limits: &EffectiveLimits) -> BTreeMap<String, Arc<Database>> {
    let names = manifest.components.values().flat_map(|component| &component.sqlite_databases);
    names
        .map(|name| {
            let file = if name == "default" { "takt.db".to_owned() } else { format!("{name}.db") };
            (name.clone(), Arc::new(Database::new(data.join(file), limits.run_time)))
        })
        .collect()
}

/// Components compile side by side: each takes a while when the cache is cold.
fn components(manifest: &Manifest, workshop: &Workshop) -> Result<Vec<Arc<Component>>, LoadError> {
    std::thread::scope(|scope| {
        let threads: Vec<_> = manifest
            .components
            .iter()
            .map(|(name, declared)| {
                scope.spawn(move || workshop.make(name, declared, manifest.takt.components.get(name)))
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| match thread.join() {
                Ok(made) => made.map(Arc::new),
                Err(_) => Err(LoadError::Engine("the compiler panicked".into())),
            })
            .collect()
    })
}

/// The calls that the manifest gives a class, with complaints.
fn classed(manifest: &Manifest) -> Result<Vec<Classed>, LoadError> {
    let mut classed = Vec::new();
    for (calls, class) in manifest.takt.priority.iter().zip([Class::Second, Class::Third]) {
        for call in calls {
            let wrong = |message| LoadError::Manifest { path: manifest.path.clone(), line: call.line, message };
            let method = call.method.parse().map_err(|_| wrong(format!("`{}` is not a method", call.method)))?;
            classed.push(Classed { method, pattern: Pattern::parse(&call.route).map_err(wrong)?, class });
        }
    }
    Ok(classed)
}

fn routes(manifest: &Manifest, by_name: &HashMap<String, usize>) -> Result<Routes, LoadError> {
    let mut entries = Vec::new();
    for trigger in &manifest.routes {
        let (Some(route), Some(component)) = (&trigger.route, by_name.get(&trigger.component)) else { continue };
        let wrong = |message| LoadError::Manifest { path: manifest.path.clone(), line: trigger.line, message };
        entries.push((Pattern::parse(route).map_err(wrong)?, *component));
    }
    let routes = Routes::new(entries);
    match routes.duplicate().map(str::to_owned) {
        Some(text) => {
            let line = manifest.routes.iter().rev().find(|t| t.route.as_deref() == Some(&text)).map_or(1, |t| t.line);
            let message = format!("route `{text}` is taken already");
            Err(LoadError::Manifest { path: manifest.path.clone(), line, message })
        }
        None => Ok(routes),
    }
}
