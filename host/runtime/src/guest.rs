//! What the host keeps for one instance of a component.

use crate::component::Component;
use crate::lane::Lane;
use crate::outbound::OutboundHooks;
use std::sync::Arc;
use wasmtime::component::ResourceTable;
use wasmtime::{StoreLimits, StoreLimitsBuilder};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView};
use wasmtime_wasi_http::{WasiHttpCtx, WasiHttpCtxView, WasiHttpView};

/// The data of an instance's store.
pub(crate) struct GuestState {
    pub(crate) component: Arc<Component>,
    pub(crate) lane: Arc<Lane>,
    pub(crate) table: ResourceTable,
    pub(crate) limits: StoreLimits,
    wasi: WasiCtx,
    http: WasiHttpCtx,
    hooks: OutboundHooks,
}

impl GuestState {
    pub(crate) fn new(component: Arc<Component>, lane: Arc<Lane>) -> Self {
        let environment: Vec<(&str, &str)> =
            component.environment.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let wasi = WasiCtx::builder()
            .envs(&environment)
            .stdout(crate::output::Output::new(&component.name, "stdout"))
            .stderr(crate::output::Output::new(&component.name, "stderr"))
            .build();
        let limits = StoreLimitsBuilder::new().memory_size(component.limits.memory_mib as usize * 1024 * 1024).build();
        let hooks = OutboundHooks::new(Arc::clone(&component), Arc::clone(&lane));
        Self { component, lane, table: ResourceTable::new(), limits, wasi, http: WasiHttpCtx::new(), hooks }
    }
}

impl WasiView for GuestState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

impl WasiHttpView for GuestState {
    fn http(&mut self) -> WasiHttpCtxView<'_> {
        WasiHttpCtxView { hooks: &mut self.hooks, table: &mut self.table, ctx: &mut self.http }
    }
}
