//! The Wasm engine: how instances get memory, how compiled code is kept, and how a long guest is made to yield.

use crate::error::LoadError;
use crate::options::EffectiveLimits;
use std::path::Path;
use std::time::Duration;
use wasmtime::{Cache, CacheConfig, Config, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

/// A guest that computes is made to yield this often while there are requests.
const SLICE: Duration = Duration::from_millis(1);
/// The same while there are none, so that an idle host stays idle.
const SLICE_IDLE: Duration = Duration::from_millis(20);

/// Makes the engine. `memory_mib` is the largest that any component may have.
pub(crate) fn new(limits: &EffectiveLimits, memory_mib: u32, cache: &Path) -> Result<Engine, LoadError> {
    let engine = |error: wasmtime::Error| LoadError::Engine(format!("{error:#}"));
    let mut config = Config::new();
    config.wasm_component_model_async(true);
    config.epoch_interruption(true);
    config.memory_init_cow(true);
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool(limits, memory_mib)));
    let mut compiled = CacheConfig::new();
    compiled.with_directory(cache);
    config.cache(Some(Cache::new(compiled).map_err(engine)?));
    Engine::new(&config).map_err(engine)
}

fn pool(limits: &EffectiveLimits, memory_mib: u32) -> PoolingAllocationConfig {
    // In the worst case each request has an instance of its own and calls one or two others, while those of the burst before
    // are not yet idle for long enough.
    let instances = u32::try_from(limits.requests.saturating_mul(8)).unwrap_or(u32::MAX).clamp(64, 4096);
    let mut pool = PoolingAllocationConfig::default();
    pool.total_component_instances(instances)
        .total_memories(instances)
        .total_stacks(instances * 2)
        // A component built for wasm32-wasip2 is one module with a few small ones that adapt its imports.
        .total_core_instances(instances.saturating_mul(6))
        .total_tables(instances.saturating_mul(6))
        .max_core_instances_per_component(64)
        .max_tables_per_component(64)
        .table_elements(100_000)
        .max_memory_size(memory_mib as usize * 1024 * 1024)
        // What the last instance touched first is what the next one touches first: clearing it is cheaper than faults.
        .linear_memory_keep_resident(256 * 1024)
        .table_keep_resident(16 * 1024)
        .max_unused_warm_slots(16);
    pool
}

/// Starts the clock that makes guests yield. It ends with the engine.
pub(crate) fn start_clock(engine: &Engine, busy: impl Fn() -> bool + Send + 'static) -> Result<(), LoadError> {
    let engine = engine.weak();
    let tick = move || {
        loop {
            std::thread::sleep(if busy() { SLICE } else { SLICE_IDLE });
            match engine.upgrade() {
                Some(engine) => engine.increment_epoch(),
                None => return,
            }
        }
    };
    std::thread::Builder::new().name("takt-clock".into()).spawn(tick).map_err(LoadError::Thread)?;
    Ok(())
}
