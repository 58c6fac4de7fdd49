//! Instances of a component on one thread: made when needed, reused for some requests, and ended when they trap, run too
//! long or are idle.

use crate::component::Component;
use crate::guest::GuestState;
use crate::lane::Lane;
use std::pin::Pin;
use std::sync::{Arc, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{Store, StoreContextMut};
use wasmtime_wasi_http::WasiHttpView;
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};

/// Hands requests to the instances of one component on one thread.
pub(crate) type Instances = ProxyHandler<Factory>;

/// What goes along with a request into the worker: nothing yet.
pub(crate) type Fate = ();

pub(crate) struct Factory {
    lane: Weak<Lane>,
    component: Arc<Component>,
}

impl Factory {
    pub(crate) fn instances(lane: Weak<Lane>, component: Arc<Component>) -> Instances {
        ProxyHandler::new(Self { lane, component })
    }
}

impl HandlerState for Factory {
    type StoreData = GuestState;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<GuestState, Expiration, Worker>> {
        let lane = self.lane.upgrade().ok_or_else(|| wasmtime::format_err!("the host is stopping"))?;
        let component = Arc::clone(&self.component);
        let limits = &component.limits;
        let expiration = Expiration::new(limits.run_time, limits.idle);
        let mut store = Store::new(&lane.app.engine, GuestState::new(Arc::clone(&component), Arc::clone(&lane)));
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        store.epoch_deadline_async_yield_and_update(1);
        // A component's start function may loop as well as any other.
        let service = tokio::time::timeout(limits.run_time, component.pre.instantiate_async(&mut store)).await??;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: GuestState::http,
            expiration,
            state: Worker { component },
        })
    }
}

/// One instance's rule for taking requests.
pub(crate) struct Worker {
    component: Arc<Component>,
}

impl WorkerState for Worker {
    type StoreData = GuestState;
    type RequestData = Fate;

    fn should_accept_request(&self, at_once: usize, total: usize) -> ShouldAccept {
        if total >= self.component.limits.requests_per_instance {
            ShouldAccept::Never
        } else if at_once >= self.component.limits.requests_at_once {
            ShouldAccept::No
        } else {
            ShouldAccept::Yes
        }
    }

    fn on_request_start(
        &self,
        _: StoreContextMut<'_, GuestState>,
        _: Fate,
        _: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        Box::pin(tokio::time::sleep(self.component.limits.run_time))
    }

    fn drop(&self, store: Store<GuestState>, result: Result<(), wasmtime::Error>) {
        if let Err(error) = result
            && !is_end_of_host(&error)
        {
            crate::log::error(&format!("instance ended: {error:?}"), &[("component", &self.component.name)]);
        }
        drop(store);
    }
}

/// The worker of wasmtime says that it panicked whenever its task is dropped unfinished, also when the runtime under it
/// ends in good order.
fn is_end_of_host(error: &wasmtime::Error) -> bool {
    !std::thread::panicking() && error.to_string() == "worker panicked"
}

/// Ends an instance from outside of its event loop, which a guest that computes holds up.
pub(crate) struct Expiration {
    run_time: Duration,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
}

impl Expiration {
    fn new(run_time: Duration, idle: Duration) -> Self {
        Self { run_time, idle, timer: Box::pin(tokio::time::sleep(run_time.min(idle))) }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        let this = &mut *self;
        let deadline = start
            + match status {
                WorkerStatus::Idle => this.idle,
                // A little later than the request's own end, which says more.
                WorkerStatus::Requests | WorkerStatus::PostReturn => this.run_time + Duration::from_millis(50),
            };
        if Instant::now() >= deadline {
            return Poll::Ready(());
        }
        // Setting a timer costs more than asking one, so it stays as it is while it goes off early enough.
        if this.timer.deadline().into_std() > deadline {
            this.timer.as_mut().reset(deadline.into());
        }
        while this.timer.as_mut().poll(cx).is_ready() {
            this.timer.as_mut().reset(deadline.into());
            if Instant::now() >= deadline {
                return Poll::Ready(());
            }
        }
        Poll::Pending
    }
}
