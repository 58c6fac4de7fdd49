//! `takt serve`: one process that runs what is built.

use std::io::ErrorKind;
use std::net::TcpListener;
use std::path::PathBuf;

use anyhow::{Context, bail};
use takt_api::Page;
use takt_api::identity::User;

use crate::backing::Backing;
use crate::metrics::Measured;
use crate::plant::{self, Plant, Serving};
use crate::project::Project;

/// What is served, and where.
#[derive(clap::Args)]
pub(crate) struct Serve {
    /// Fill an empty plant with a real product, users and orders in every state
    #[arg(long)]
    pub(crate) demo: bool,
    /// The address to listen at
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:3000")]
    pub(crate) listen: String,
    /// Where the plant's data lies [default: .takt/data, with --demo .takt/demo]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) backing: Backing,
    /// Move orders that were closed long ago to files in this folder or s3://BUCKET/PREFIX, in the hour that the plant has set
    #[arg(long, value_name = "DIR|URL", env = "TAKT_ARCHIVE")]
    pub(crate) archive: Option<String>,
    /// The address of pages that stand elsewhere, such as https://floor.example; may be repeated
    #[arg(long = "allow-origin", value_name = "ORIGIN", env = "TAKT_ALLOWED_ORIGINS", value_delimiter = ',', value_parser = crate::origin::origin)]
    pub(crate) allowed_origins: Vec<String>,
    /// Where webhooks may lead inside one's own network: http://10.0.0.7:8080, or a network such as http://10.0.0.0/8:*
    #[arg(long, value_name = "HOST", env = "TAKT_WEBHOOK_INSIDE")]
    pub(crate) webhook_inside: Option<String>,
    /// Tell Prometheus what the host counts and measures of itself, at this address: http://ADDRESS/metrics
    #[arg(long, value_name = "ADDRESS", env = "TAKT_METRICS")]
    pub(crate) metrics: Option<String>,
    /// Write no line for each request
    #[arg(long)]
    pub(crate) no_access_log: bool,
    /// Let every caller ask as often as it likes: for measurements, and behind a gateway that limits callers itself
    #[arg(long)]
    pub(crate) no_caller_limit: bool,
}

impl Serve {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let project = Project::find()?;
        // Taken first, so that a port in use is said at once; who connects meanwhile waits.
        let listener = listen(&self.listen, "--listen")?;
        let metrics = self.metrics.as_deref().map(|address| listen(address, "--metrics")).transpose()?;
        let default = || if self.demo { project.demo_data() } else { project.default_data() };
        let data = self.data.clone().unwrap_or_else(default);
        let (application, key) = plant::load(
            &project,
            &data,
            &self.backing,
            Serving {
                allowed_origins: self.allowed_origins,
                webhook_inside: self.webhook_inside,
                access_log: !self.no_access_log,
                unlimited_callers: self.no_caller_limit,
            },
        )?;
        let takt = Plant::in_process(application.clone(), 1, &key)?;
        if self.demo {
            crate::demo::fill(&takt, &data)?;
            crate::demo::say_users(&takt)?;
        } else if takt.get::<Page<User>>("/api/v1/users?limit=1")?.rows.is_empty() {
            let data = self.data.map(|data| format!(" --data {}", data.display())).unwrap_or_default();
            eprintln!(
                "takt: there is no user yet; make the first: \
                 takt user add NAME --name \"...\" --role administrator{data}"
            );
        }
        drop(takt);
        let address = listener.local_addr().context("the address cannot be read")?;
        eprintln!("takt: serving {} at http://{address}", data.display());
        let measured = Measured::default();
        if let Some(listener) = metrics {
            crate::metrics::start(application.clone(), &measured, data.clone(), listener)?;
        }
        crate::background::start(application.clone(), data.clone(), measured)?;
        if let Some(archive) = self.archive {
            crate::archive::start(application.clone(), key, archive)?;
        }
        takt_runtime::serve(application, listener, stop_signal()?)?;
        eprintln!("takt: stopped");
        Ok(())
    }
}

/// `option` chose the address.
fn listen(address: &str, option: &str) -> anyhow::Result<TcpListener> {
    match TcpListener::bind(address) {
        Ok(listener) => Ok(listener),
        Err(error) if error.kind() == ErrorKind::AddrInUse => {
            bail!("{address} is taken by another program: stop that one, or choose another address with {option}")
        }
        Err(error) => Err(error).with_context(|| format!("cannot listen at {address}")),
    }
}

/// Ends with the first SIGTERM or SIGINT. Signals are heard on a thread of their own, whatever runtime awaits this.
fn stop_signal() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};
    let (told, stop) = tokio::sync::oneshot::channel();
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().context("no thread for signals")?;
    let (mut term, mut int) = {
        let _inside = runtime.enter();
        (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?)
    };
    let wait = move || {
        runtime.block_on(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
        });
        eprintln!("takt: stopping, requests in flight are finished first");
        // Nobody listens any more when the server has ended by itself.
        let _ = told.send(());
    };
    std::thread::Builder::new().name("signals".into()).spawn(wait).context("no thread for signals")?;
    Ok(async move {
        if stop.await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}
