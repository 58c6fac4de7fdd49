//! Instances of a component on one thread: made when needed, reused for some requests, and ended when they trap, run too
//! long or are idle.

use crate::component::Component;
use crate::guest::GuestState;
use crate::lane::Lane;
use crate::options::EffectiveLimits;
use crate::pace::{HeldUp, Pace};
use http::{Request, Response};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::time::Sleep;
use wasmtime::component::GuestTaskId;
use wasmtime::{AsContextMut, Store, StoreContextMut, Trap, UpdateDeadline, WasmBacktrace};
use wasmtime_wasi_http::handler::{
    HandlerState, Instance, Proxy, ProxyHandler, ShouldAccept, WorkerExpiration, WorkerState, WorkerStatus,
};
use wasmtime_wasi_http::{WasiBody, WasiHttpView};

/// More groups than that would be as many guests that compute at once on one thread.
const GROUPS_MAX: usize = 16;

/// The instances of one component on one thread, in groups: a request goes to the first group that keeps up.
pub(crate) struct Instances {
    lane: Weak<Lane>,
    component: Arc<Component>,
    groups: Mutex<Vec<Group>>,
}

type Group = (Arc<HeldUp>, ProxyHandler<Factory>);

impl Instances {
    pub(crate) fn new(lane: Weak<Lane>, component: Arc<Component>) -> Self {
        Self { lane, component, groups: Mutex::default() }
    }

    /// Hands a request to an instance.
    pub(crate) async fn handle(&self, fate: Fate, request: Request<WasiBody>) -> wasmtime::Result<Response<WasiBody>> {
        let group = self.group();
        group.handle(fate, request).await
    }

    fn group(&self) -> ProxyHandler<Factory> {
        let mut groups = self.groups.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, group)) = groups.iter().find(|(held_up, _)| held_up.count() == 0) {
            return group.clone();
        }
        if groups.len() >= GROUPS_MAX
            && let Some((_, group)) = groups.iter().min_by_key(|(held_up, _)| held_up.count())
        {
            return group.clone();
        }
        let held_up = Arc::new(HeldUp::default());
        let (lane, component) = (self.lane.clone(), Arc::clone(&self.component));
        let group = ProxyHandler::new(Factory { lane, component, held_up: Arc::clone(&held_up) });
        groups.push((held_up, group.clone()));
        group
    }
}

/// What goes along with a request into its instance.
#[derive(Clone, Default)]
pub(crate) struct Fate(Arc<AtomicBool>);

impl Fate {
    /// Whether the instance was brought down by another request than this one.
    pub(crate) fn is_bystander(&self) -> bool {
        self.0.load(Relaxed)
    }
}

pub(crate) struct Factory {
    lane: Weak<Lane>,
    component: Arc<Component>,
    held_up: Arc<HeldUp>,
}

impl HandlerState for Factory {
    type StoreData = GuestState;
    type WorkerExpiration = Expiration;
    type WorkerState = Worker;

    async fn instantiate(&self) -> wasmtime::Result<Instance<GuestState, Expiration, Worker>> {
        let lane = self.lane.upgrade().ok_or_else(|| wasmtime::format_err!("the host is stopping"))?;
        let component = Arc::clone(&self.component);
        let limits = &component.limits;
        let pace = Arc::new(Pace::new(Arc::clone(&self.held_up)));
        let expiration = Expiration::new(limits, lane.stopping(), Arc::clone(&pace));
        let mut store = Store::new(&lane.app.engine, GuestState::new(Arc::clone(&component), Arc::clone(&lane)));
        store.limiter(|state| &mut state.limits);
        store.set_epoch_deadline(1);
        let clock = Arc::clone(&pace);
        store.epoch_deadline_callback(move |_| {
            Ok(if clock.slice_is_over() {
                // This way of yielding looks for new input first, so that others do not wait for it.
                UpdateDeadline::YieldCustom(1, Box::pin(tokio::task::yield_now()))
            } else {
                UpdateDeadline::Continue(1)
            })
        });
        // A component's start function may loop as well as any other.
        let service = tokio::time::timeout(limits.run_time, component.pre.instantiate_async(&mut store)).await??;
        Ok(Instance {
            store,
            proxy: Proxy::P3(service),
            view: GuestState::http,
            expiration,
            state: Worker { component, lane: Arc::downgrade(&lane), pace, running: Mutex::default() },
        })
    }
}

/// One instance's rule for taking requests.
pub(crate) struct Worker {
    component: Arc<Component>,
    lane: Weak<Lane>,
    pace: Arc<Pace>,
    /// Requests without an answer, by the guest's task for each.
    running: Mutex<Vec<(GuestTaskId, Weak<AtomicBool>)>>,
}

impl WorkerState for Worker {
    type StoreData = GuestState;
    type RequestData = Fate;

    fn should_accept_request(&self, at_once: usize, total: usize) -> ShouldAccept {
        self.pace.keeps_up();
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
        fate: Fate,
        task: GuestTaskId,
    ) -> Pin<Box<dyn Future<Output = ()> + 'static + Send + Sync>> {
        let mut running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        running.retain(|(_, fate)| fate.strong_count() > 0);
        running.push((task, Arc::downgrade(&fate.0)));
        let (run_time, pace) = (self.component.limits.run_time, Arc::clone(&self.pace));
        Box::pin(async move {
            tokio::time::sleep(run_time).await;
            pace.set_overdue();
        })
    }

    fn drop(&self, mut store: Store<GuestState>, result: Result<(), wasmtime::Error>) {
        let Err(error) = result else { return };
        let name = &self.component.name;
        if self.lane.upgrade().is_none_or(|lane| lane.is_stopping()) {
            crate::log::error("instance ended while it was at work: the host has stopped", &[("component", name)]);
            return;
        }
        crate::log::error(&format!("instance ended: {error:?}"), &[("component", name)]);
        if error.is::<Trap>() || error.is::<WasmBacktrace>() {
            self.spare_bystanders(&mut store);
        }
    }
}

impl Worker {
    /// Tells the requests that did not trap themselves. They hear that they ended right after this.
    fn spare_bystanders(&self, store: &mut Store<GuestState>) {
        // The trap left the store where it was: inside the call that did it.
        let Some(culprit) = store.as_context_mut().async_call_stack().ok().and_then(Iterator::last) else { return };
        let running = self.running.lock().unwrap_or_else(PoisonError::into_inner);
        for (_, fate) in running.iter().filter(|(task, _)| *task != culprit) {
            if let Some(fate) = fate.upgrade() {
                fate.store(true, Relaxed);
            }
        }
    }
}

/// Ends an instance from outside of its event loop, which a guest that computes holds up.
pub(crate) struct Expiration {
    run_time: Duration,
    idle: Duration,
    timer: Pin<Box<Sleep>>,
    stop: Pin<Box<dyn Future<Output = ()> + Send + Sync>>,
    stopping: bool,
    pace: Arc<Pace>,
}

impl Expiration {
    fn new(limits: &EffectiveLimits, stop: impl Future<Output = ()> + Send + Sync + 'static, pace: Arc<Pace>) -> Self {
        let (run_time, idle) = (limits.run_time, limits.idle);
        let timer = Box::pin(tokio::time::sleep(run_time.min(idle)));
        Self { run_time, idle, timer, stop: Box::pin(stop), stopping: false, pace }
    }
}

impl WorkerExpiration for Expiration {
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>, status: WorkerStatus, start: Instant) -> Poll<()> {
        let this = &mut *self;
        this.pace.rest();
        this.stopping = this.stopping || this.stop.as_mut().poll(cx).is_ready();
        if this.stopping && status == WorkerStatus::Idle {
            return Poll::Ready(());
        }
        // What a guest still does for a request that is over may hold a lock; the instance is of no more use anyway.
        if status == WorkerStatus::PostReturn && this.pace.is_overdue() {
            return Poll::Ready(());
        }
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
