//! `takt site`: the pages as files for a static host or CDN, made for an API at another address.

use std::fmt::Write as _;
use std::path::PathBuf;

use anyhow::bail;
use takt_api::pages::{self, BUNDLES, Bundle, PHONE};

use crate::build_site;
use crate::project::Project;

/// Whatever stands in these files of a folder is known to have been written here.
const MARK: &str = "service-worker.js";

/// Where the files go, and where the API is.
#[derive(clap::Args)]
pub(crate) struct Site {
    /// The origin of the API, such as https://api.example; `takt serve` there is told of the pages by --allow-origin
    #[arg(long, value_name = "ORIGIN", env = "TAKT_API", value_parser = crate::origin::origin)]
    api: String,
    /// The folder to write, which holds nothing else
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Site {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let is_empty = std::fs::read_dir(&self.out).map_or(true, |mut entries| entries.next().is_none());
        if !is_empty && !self.out.join(MARK).is_file() {
            bail!("{} holds something else than pages: name an empty folder", self.out.display());
        }
        let project = Project::find()?;
        let more = [("_headers", headers(&self.api)), ("_redirects", redirects()), ("nginx.conf", nginx(&self.api))];
        build_site::write_apart(&project.root, &self.api, &more, &self.out)?;
        println!(
            "{} holds the pages for {}. Let the static host show the right page for each address: _redirects and _headers \
             do that where they are known, nginx.conf is for a server of nginx.",
            self.out.display(),
            self.api
        );
        Ok(())
    }
}

/// Which addresses a page answers, the longest first: of two that fit, that one counts.
fn addresses() -> Vec<(&'static str, &'static Bundle)> {
    let all = BUNDLES.iter().flat_map(|bundle| bundle.addresses.iter().map(move |address| (*address, *bundle)));
    let mut all: Vec<_> = all.filter(|(address, _)| !address.is_empty()).collect();
    all.sort_by_key(|(address, _)| (std::cmp::Reverse(address.matches('/').count()), *address));
    all
}

/// The policy in a header can say one thing more than in the page: that nobody may frame it.
fn policy(api: &str) -> String {
    pages::policy(api) + "; frame-ancestors 'none'"
}

/// As several static hosts read it.
fn headers(api: &str) -> String {
    format!(
        "/*\n  Content-Security-Policy: {}\n  X-Content-Type-Options: nosniff\n  Referrer-Policy: no-referrer\n  \
         Permissions-Policy: {}\n  Cache-Control: no-cache\n/assets/*\n  ! Cache-Control\n  Cache-Control: public, max-age=31536000, immutable\n",
        policy(api),
        pages::PERMISSIONS
    )
}

/// As several static hosts read it: the first line that fits counts.
fn redirects() -> String {
    let mut text = String::new();
    for (address, bundle) in addresses() {
        // Writing to a text cannot fail.
        let _ = writeln!(text, "/{address} /{0} 200\n/{address}/* /{0} 200", bundle.document);
    }
    let _ = writeln!(text, "/* /{} 200", PHONE.document);
    text
}

/// The inside of a `server` of nginx whose `root` is the folder.
fn nginx(api: &str) -> String {
    let mut text = format!(
        "# To be included in a server whose root is this folder.\n\
         gzip_static on;\n\
         types {{ text/html html; text/javascript js; text/css css; application/wasm wasm; image/svg+xml svg; image/png png; \
         application/manifest+json webmanifest; }}\n\
         add_header Content-Security-Policy \"{}\" always;\n\
         add_header X-Content-Type-Options nosniff always;\n\
         add_header Referrer-Policy no-referrer always;\n\
         add_header Permissions-Policy \"{}\" always;\n\
         # Assets never change under their name; everything else is asked for anew.\n\
         expires -1;\n\
         location = /nginx.conf {{ return 404; }}\n\
         location ^~ /assets/ {{ expires 365d; }}\n\
         location ^~ /api/ {{ return 404; }}\n",
        policy(api),
        pages::PERMISSIONS
    );
    for (address, bundle) in addresses() {
        let _ = writeln!(text, "location ~ ^/{address}(/|$) {{ rewrite ^ /{} break; }}", bundle.document);
    }
    let _ = writeln!(text, "location / {{ try_files $uri /{}; }}", PHONE.document);
    text
}
