//! Serves an application until SIGTERM: `serve MANIFEST DATA LISTEN`. For trying the library without the `takt` command.

use std::net::TcpListener;
use takt_runtime::{Application, Options};
use tokio::signal::unix::{SignalKind, signal};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| format!("{name} is missing"));
    let (manifest, data, listen) = (next("MANIFEST")?, next("DATA")?, next("LISTEN")?);
    let access_log = std::env::var_os("ACCESS_LOG").is_some();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let mut terminate = {
        let _inside = runtime.enter();
        signal(SignalKind::terminate())?
    };
    let (told, stop) = tokio::sync::oneshot::channel();
    runtime.spawn(async move {
        terminate.recv().await;
        // Nobody waits when serving has ended by itself.
        let _ = told.send(());
    });
    let started = std::time::Instant::now();
    let options = Options { manifest: manifest.into(), data: data.into(), access_log, ..Options::default() };
    let application = Application::load(options)?;
    eprintln!("loaded in {:?}", started.elapsed());
    let listener = TcpListener::bind(listen)?;
    eprintln!("serving at {}", listener.local_addr()?);
    takt_runtime::serve(application, listener, async move { drop(stop.await) })?;
    eprintln!("stopped");
    Ok(())
}
