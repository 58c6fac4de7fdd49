//! Programs of others that read what Takt writes: independent ones, from PyPI.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Python with packages from PyPI, in a folder.
pub fn python(work: &Path, packages: &[&str]) -> PathBuf {
    let made = Command::new("python3").args(["-m", "venv", "venv"]).current_dir(work).status();
    assert!(made.is_ok_and(|made| made.success()), "python3 with its module venv is needed");
    let python = work.join("venv/bin/python");
    let installed = Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(packages).status();
    assert!(installed.is_ok_and(|installed| installed.success()), "{packages:?} are needed, from PyPI");
    python
}
