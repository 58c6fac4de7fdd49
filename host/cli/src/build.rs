//! `takt build`: the pages, then all components in one call of cargo, since the site carries the pages in its `.wasm`.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, bail};

use crate::project::Project;

const TARGETS: [&str; 2] = ["wasm32-wasip2", "wasm32-unknown-unknown"];

/// Builds the pages and the components.
pub(crate) fn build(project: &Project) -> anyhow::Result<()> {
    step("Wasm targets", || require_targets(&project.root))?;
    step("pages", || crate::build_site::build_site(&project.root))?;
    let components = project.components()?;
    let names: Vec<_> = components.iter().map(|component| component.name.as_str()).collect();
    step(&format!("components ({})", names.join(", ")), || {
        let mut cargo = cargo(&project.root);
        // The sources in spin.toml lie in this folder, whatever CARGO_TARGET_DIR says.
        cargo.arg("build").args(["--profile", "wasm", "--target", TARGETS[0], "--target-dir"]);
        cargo.arg(project.root.join("target"));
        for component in &components {
            cargo.args(["--package", &component.package]);
        }
        run(&mut cargo)
    })?;
    project.require_built()
}

/// Says what is being done, does it, and says how long it took.
pub(crate) fn step<T>(what: &str, work: impl FnOnce() -> anyhow::Result<T>) -> anyhow::Result<T> {
    eprintln!("takt: building {what} ...");
    let start = Instant::now();
    let made = work().with_context(|| format!("{what} could not be built"))?;
    eprintln!("takt: {what} ready after {:.1} s", start.elapsed().as_secs_f32());
    Ok(made)
}

/// The cargo that runs this program, else the one on the path.
pub(crate) fn cargo(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root).stdin(Stdio::null());
    // What cargo tells this program of its package: with it some dependencies would be compiled anew, over and over, since
    // their build scripts look at it.
    for (name, _) in std::env::vars_os() {
        if name.to_str().is_some_and(|name| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_")) {
            command.env_remove(name);
        }
    }
    command
}

/// Runs a program with its output shown.
pub(crate) fn run(command: &mut Command) -> anyhow::Result<()> {
    let program = command.get_program().to_string_lossy().into_owned();
    let status = command.status().with_context(|| format!("{program} cannot be run"))?;
    if !status.success() {
        bail!("{program} failed ({status})");
    }
    Ok(())
}

/// rustup adds the targets of rust-toolchain.toml by itself; a toolchain from elsewhere may lack them.
fn require_targets(root: &Path) -> anyhow::Result<()> {
    let output = Command::new("rustc").current_dir(root).args(["--print", "sysroot"]).output();
    let output = output.context("rustc cannot be run; install Rust from https://rustup.rs")?;
    let sysroot = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let has = |target: &&str| Path::new(&sysroot).join("lib/rustlib").join(target).join("lib").is_dir();
    if TARGETS.iter().all(has) {
        return Ok(());
    }
    let added = Command::new("rustup").current_dir(root).args(["target", "add"]).args(TARGETS).status();
    match added {
        Ok(status) if status.success() => Ok(()),
        _ => {
            let missing: Vec<_> = TARGETS.iter().filter(|target| !has(target)).copied().collect();
            bail!("the Rust targets {} are missing: run `rustup target add {0}`", missing.join(" "))
        }
    }
}
