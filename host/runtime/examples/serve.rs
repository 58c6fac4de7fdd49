//! Serves an application: `serve MANIFEST DATA LISTEN`. For trying the library without the `takt` command.

use std::net::TcpListener;
use takt_runtime::{Application, Options};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = |name: &str| arguments.next().ok_or_else(|| format!("{name} is missing"));
    let (manifest, data, listen) = (next("MANIFEST")?, next("DATA")?, next("LISTEN")?);
    let access_log = std::env::var_os("ACCESS_LOG").is_some();
    let started = std::time::Instant::now();
    let options = Options { manifest: manifest.into(), data: data.into(), access_log, ..Options::default() };
    let application = Application::load(options)?;
    eprintln!("loaded in {:?}", started.elapsed());
    takt_runtime::serve(application, TcpListener::bind(listen)?, std::future::pending())?;
    Ok(())
}
