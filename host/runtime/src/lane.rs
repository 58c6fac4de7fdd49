//! A lane: one thread with a runtime of its own, its instances and its connections to the outside.
//!
//! A request stays on the lane of its connection from the first byte to the last, so that nothing of it has to be woken
//! on another core.

use crate::app::Shared;
use crate::instance::Instances;
use crate::{dispatch, outbound, postgres, redis, server};
use bytes::Bytes;
use http::{Request, Response};
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use tokio::sync::{mpsc, oneshot, watch};

pub(crate) struct Lane {
    pub(crate) app: Arc<Shared>,
    /// By the number of the component.
    pub(crate) instances: Vec<Instances>,
    pub(crate) redis: redis::Connections,
    pub(crate) postgres: postgres::Servers,
    pub(crate) http: outbound::Connections,
    /// Tells the instances to end; each has a receiver for as long as it lives.
    stop: watch::Sender<bool>,
}

/// Something to be done on a lane.
#[expect(clippy::large_enum_variant, reason = "boxing would cost each request an allocation")]
pub(crate) enum Work {
    Connection(server::Accepted),
    Call { request: Request<Bytes>, component: Option<usize>, reply: oneshot::Sender<Response<Bytes>> },
}

/// The way to a lane from elsewhere.
pub(crate) struct Handle {
    work: mpsc::UnboundedSender<Work>,
    /// Connections and calls that it has.
    load: Arc<AtomicUsize>,
    thread: Option<std::thread::JoinHandle<()>>,
}

/// Counts one connection or call for as long as it is there.
struct Load(Arc<AtomicUsize>);

impl Drop for Load {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

impl Lane {
    fn new(app: Arc<Shared>) -> Arc<Self> {
        Arc::new_cyclic(|lane| {
            let instances =
                app.components.iter().map(|component| Instances::new(lane.clone(), Arc::clone(component))).collect();
            Self {
                app,
                instances,
                redis: redis::Connections::default(),
                postgres: postgres::Servers::default(),
                http: outbound::Connections::default(),
                stop: watch::Sender::new(false),
            }
        })
    }

    /// Resolves when instances shall end.
    pub(crate) fn stopping(&self) -> impl Future<Output = ()> + Send + Sync + 'static {
        let mut stop = self.stop.subscribe();
        // A lane that is gone has stopped as well.
        async move { drop(stop.wait_for(|stop| *stop).await) }
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stop.borrow()
    }

    async fn run(self: Arc<Self>, mut work: mpsc::UnboundedReceiver<Work>, load: Arc<AtomicUsize>) {
        while let Some(work) = work.recv().await {
            let lane = Arc::clone(&self);
            let load = Load(Arc::clone(&load));
            match work {
                Work::Connection(accepted) => tokio::spawn(async move {
                    server::serve_connection(lane, accepted).await;
                    drop(load);
                }),
                Work::Call { request, component, reply } => tokio::spawn(async move {
                    let response = dispatch::call(&lane, request, component).await;
                    let _ = reply.send(response);
                    drop(load);
                }),
            };
        }
        // Idle instances end at once, the others when they have done what they do after their answers.
        self.stop.send_replace(true);
        let _ = tokio::time::timeout(self.app.limits.drain, self.stop.closed()).await;
    }
}

/// Starts the lane's thread.
pub(crate) fn start(app: Arc<Shared>, number: usize) -> io::Result<Handle> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(128)
        .thread_name("takt-blocking")
        // Look for new input often enough that a busy lane stays fair, seldom enough to save system calls.
        .event_interval(31)
        .build()?;
    let (work, receiver) = mpsc::unbounded_channel();
    let load = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&load);
    let thread = std::thread::Builder::new().name(format!("takt-lane-{number}")).spawn(move || {
        let lane = Lane::new(app);
        runtime.block_on(lane.run(receiver, counted));
        // A statement that hangs must not keep the process.
        runtime.shutdown_timeout(std::time::Duration::from_secs(1));
    })?;
    Ok(Handle { work, load, thread: Some(thread) })
}

impl Handle {
    pub(crate) fn load(&self) -> usize {
        self.load.load(Relaxed)
    }

    /// Hands over; gives the work back if the lane has ended.
    pub(crate) fn give(&self, work: Work) -> Result<(), Work> {
        self.load.fetch_add(1, Relaxed);
        self.work.send(work).map_err(|mpsc::error::SendError(work)| {
            self.load.fetch_sub(1, Relaxed);
            work
        })
    }
}

impl Handle {
    /// Ends the lane's loop, without waiting for it.
    pub(crate) fn close(&mut self) {
        let (closed, _) = mpsc::unbounded_channel();
        self.work = closed;
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.close();
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != std::thread::current().id()
        {
            let _ = thread.join();
        }
    }
}
