//! Where the project is, and which components its `spin.toml` names.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};

/// A folder with a `spin.toml`.
pub(crate) struct Project {
    /// The folder.
    pub(crate) root: PathBuf,
}

/// A component as `spin.toml` names it.
pub(crate) struct Component {
    /// Its name.
    pub(crate) name: String,
    /// The crate that it is built from.
    pub(crate) package: String,
    /// Its `.wasm`.
    pub(crate) wasm: PathBuf,
}

impl Project {
    /// The nearest folder upwards that has a `spin.toml`; else the one that this program was built from.
    pub(crate) fn find() -> anyhow::Result<Self> {
        let here = std::env::current_dir().context("the current folder cannot be read")?;
        let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2);
        let found = here.ancestors().chain(built_from).find(|folder| folder.join("spin.toml").is_file());
        match found {
            Some(root) => Ok(Self { root: root.to_owned() }),
            None => bail!("there is no spin.toml in {} or above it; run this in Takt's folder", here.display()),
        }
    }

    /// The `spin.toml`.
    pub(crate) fn manifest(&self) -> PathBuf {
        self.root.join("spin.toml")
    }

    /// Where data lies when nobody says otherwise.
    pub(crate) fn default_data(&self) -> PathBuf {
        self.root.join(".takt/data")
    }

    /// The demo plant's data.
    pub(crate) fn demo_data(&self) -> PathBuf {
        self.root.join(".takt/demo")
    }

    /// The components, by name.
    pub(crate) fn components(&self) -> anyhow::Result<Vec<Component>> {
        let manifest = takt_runtime::Manifest::read(&self.manifest())?;
        let component = |(name, component): (String, takt_runtime::Component)| {
            let stem = component.source.file_stem().unwrap_or_default();
            let package = stem.to_string_lossy().replace('_', "-");
            Component { wasm: self.root.join(component.source), package, name }
        };
        Ok(manifest.components.into_iter().map(component).collect())
    }

    /// An error that says what to do, unless every component is built.
    pub(crate) fn require_built(&self) -> anyhow::Result<()> {
        for component in self.components()? {
            if !component.wasm.is_file() {
                let (name, wasm) = (component.name, component.wasm);
                bail!("component {name} is not built ({} is missing): run `cargo takt build`", wasm.display());
            }
        }
        Ok(())
    }
}
