//! Finds the WIT of Spin's interfaces and writes the call that generates the bindings.
//!
//! The WIT lies in the `spin-sdk` crate, which components are built with; reading it there keeps host and components on
//! the same version and leaves no copy in this repository.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=src/bindings.in");
    let wit = spin_sdk_folder()?.join("wit");
    let wit = wit.to_str().ok_or("the path of spin-sdk is not UTF-8")?;
    let template = std::fs::read_to_string("src/bindings.in")?;
    let out = PathBuf::from(std::env::var("OUT_DIR")?).join("bindings.rs");
    std::fs::write(out, template.replace("@WIT@", &wit.escape_default().to_string()))?;
    Ok(())
}

fn spin_sdk_folder() -> Result<PathBuf, Box<dyn Error>> {
    let output = Command::new(std::env::var("CARGO")?)
        .args(["metadata", "--format-version=1", "--filter-platform"])
        .arg(std::env::var("TARGET")?)
        .arg("--manifest-path")
        .arg(Path::new(&std::env::var("CARGO_MANIFEST_DIR")?).join("Cargo.toml"))
        .output()?;
    if !output.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    let manifest = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|package| package["name"] == "spin-sdk")
        .and_then(|package| package["manifest_path"].as_str())
        .ok_or("spin-sdk is not among the packages")?;
    Ok(Path::new(manifest).parent().ok_or("spin-sdk has no folder")?.to_owned())
}
