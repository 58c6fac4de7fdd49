//! Which packages of the workspace run here, and which only in Wasm.

use std::process::Command;

use anyhow::Context;
use serde::Deserialize;

use crate::build;
use crate::project::Project;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    targets: Vec<Target>,
}

#[derive(Deserialize)]
struct Target {
    crate_types: Vec<String>,
}

/// The packages of the workspace.
pub(super) struct Packages {
    wasm_only: Vec<String>,
    components: Vec<String>,
}

impl Packages {
    pub(super) fn read(project: &Project) -> anyhow::Result<Self> {
        let output = build::cargo(&project.root).args(["metadata", "--no-deps", "--format-version", "1"]).output()?;
        let metadata: Metadata = serde_json::from_slice(&output.stdout).context("cargo metadata is not understood")?;
        // What is made to be loaded into something else than a process is a .wasm.
        let is_wasm = |target: &Target| target.crate_types.iter().any(|kind| kind == "cdylib");
        let wasm = metadata.packages.into_iter().filter(|package| package.targets.iter().any(is_wasm));
        let components = project.components()?.into_iter().map(|component| component.package).collect();
        Ok(Self { wasm_only: wasm.map(|package| package.name).collect(), components })
    }

    /// Everything that runs here.
    pub(super) fn native(&self, cargo: &mut Command) {
        cargo.arg("--workspace");
        for package in &self.wasm_only {
            cargo.args(["--exclude", package]);
        }
    }

    /// The components.
    pub(super) fn components(&self, cargo: &mut Command) {
        for package in &self.components {
            cargo.args(["--package", package]);
        }
    }
}
