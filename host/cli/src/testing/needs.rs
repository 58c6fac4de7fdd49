//! Programs that tests run against. On Debian, root gets them installed; everybody else is told what to install.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};

struct Need {
    what: &'static str,
    programs: &'static [&'static str],
    /// With these arguments the first program ends well where it has all that it needs; none where being there is enough.
    proof: &'static [&'static str],
    package: &'static str,
}

impl Need {
    fn is_met(&self) -> bool {
        if !self.programs.iter().any(|program| is_there(program)) {
            return false;
        }
        let [program, ..] = self.programs else { return true };
        let proven = || Command::new(program).args(self.proof).output().is_ok_and(|output| output.status.success());
        self.proof.is_empty() || proven()
    }
}

const NEEDS: [Need; 8] = [
    Need {
        what: "Chromium",
        programs: &["chromium", "chromium-browser", "google-chrome"],
        proof: &[],
        package: "chromium",
    },
    Need { what: "Redis", programs: &["redis-server"], proof: &[], package: "redis-server" },
    Need { what: "PostgreSQL", programs: &["postgres", "pg_ctlcluster"], proof: &[], package: "postgresql" },
    // Makes the certificates of what is deployed, and judges its service.
    Need { what: "OpenSSL", programs: &["openssl"], proof: &[], package: "openssl" },
    Need { what: "systemd-analyze", programs: &["systemd-analyze"], proof: &[], package: "systemd" },
    Need { what: "nginx", programs: &["nginx"], proof: &[], package: "nginx" },
    // Another reader of Parquet than our own reads the archive.
    Need {
        what: "Python with venv",
        programs: &["python3"],
        proof: &["-c", "import ensurepip, venv"],
        package: "python3-venv",
    },
    // A client is generated of the document of the API, and tried.
    Need { what: "npm", programs: &["npm"], proof: &[], package: "npm" },
];

/// Installs what is missing, or says what to install.
pub(super) fn meet() -> anyhow::Result<()> {
    let missing: Vec<_> = NEEDS.iter().filter(|need| !need.is_met()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = missing.iter().map(|need| need.what).collect();
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let command = format!("apt-get install --no-install-recommends {}", packages.join(" "));
    if !Path::new("/etc/debian_version").is_file() || !is_root() {
        bail!("the tests need {}; on Debian: sudo {command}", names.join(", "));
    }
    eprintln!("takt: installing {} ({command}) ...", names.join(", "));
    apt(&["update", "--quiet=2"])?;
    let options = ["install", "--yes", "--quiet=2", "--no-install-recommends"];
    apt(&[&options[..], &packages].concat()).with_context(|| format!("{} could not be installed", names.join(", ")))
}

fn apt(arguments: &[&str]) -> anyhow::Result<()> {
    crate::build::run(Command::new("apt-get").args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

fn is_there(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<_> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/sbin".into(), "/usr/local/bin".into()]);
    folders.iter().any(|folder| folder.join(program).is_file())
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
