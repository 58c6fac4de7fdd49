//! Where the files lie: a folder, or a store that speaks S3.

use std::fmt::Write as _;
use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail, ensure};
use bytes::Bytes;
use sha2::{Digest, Sha256};

use super::s3::S3;

/// Files by name, each written whole or not at all.
pub(crate) enum Files {
    /// On this machine.
    Folder(PathBuf),
    /// Elsewhere.
    S3(S3),
}

impl Files {
    /// A folder or `s3://BUCKET/PREFIX`.
    pub(crate) fn open(place: &str) -> anyhow::Result<Self> {
        if place.starts_with("s3://") {
            return S3::open(place).map(Self::S3);
        }
        ensure!(!place.contains("://"), "the archive {place}: expected a folder or s3://BUCKET/PREFIX");
        Ok(Self::Folder(place.into()))
    }

    /// The same to write into: a folder is made where there is none.
    pub(crate) fn make(place: &str) -> anyhow::Result<Self> {
        let files = Self::open(place)?;
        if let Self::Folder(folder) = &files {
            fs::create_dir_all(folder).with_context(|| format!("the archive {place} cannot be made"))?;
        }
        Ok(files)
    }

    /// Refuses a place that cannot be used, before anything is begun.
    pub(super) fn check(&self) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => fs::read_dir(folder)
                .map(drop)
                .with_context(|| format!("the archive {} cannot be read", folder.display())),
            Self::S3(store) => store.check(),
        }
    }

    /// Writes a file. When this has returned it is durable, since what it holds is about to go from where it was.
    pub(super) fn put(&self, name: &str, bytes: &[u8]) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => {
                let path = below(folder, name)?;
                write_whole(&path, bytes).with_context(|| format!("{} cannot be written", path.display()))
            }
            Self::S3(store) => store.put(name, bytes),
        }
    }

    pub(super) fn get(&self, name: &str) -> anyhow::Result<Bytes> {
        match self {
            Self::Folder(folder) => {
                let path = below(folder, name)?;
                Ok(fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?.into())
            }
            Self::S3(store) => store.get(name),
        }
    }

    /// The file, if it is the one that was written.
    pub(super) fn get_same(&self, name: &str, sha256: &str) -> anyhow::Result<Bytes> {
        let bytes = self.get(name)?;
        if hash(&bytes) != sha256 {
            bail!("{name} is not the file that was written: take it from a backup");
        }
        Ok(bytes)
    }

    /// True when there is anything in a folder.
    pub(super) fn has(&self, name: &str) -> anyhow::Result<bool> {
        match self {
            Self::Folder(folder) => Ok(below(folder, name)?.exists()),
            Self::S3(store) => Ok(!store.names(name)?.is_empty()),
        }
    }

    /// Removes a folder with its files; one that is not there is removed already.
    pub(super) fn clear(&self, name: &str) -> anyhow::Result<()> {
        match self {
            Self::Folder(folder) => {
                let path = below(folder, name)?;
                match fs::remove_dir_all(&path) {
                    Err(error) if error.kind() != ErrorKind::NotFound => {
                        Err(error).with_context(|| format!("{} cannot be removed", path.display()))
                    }
                    _ => Ok(()),
                }
            }
            Self::S3(store) => store.names(name)?.iter().try_for_each(|name| store.remove(name)),
        }
    }
}

/// The path of a name; none leads out of the folder.
fn below(folder: &Path, name: &str) -> anyhow::Result<PathBuf> {
    let plain = |part: &str| !part.is_empty() && !part.starts_with('.') && !part.contains(['\\', ':']);
    ensure!(name.split('/').all(plain), "{name:?} is no name of a file in the archive");
    Ok(folder.join(name))
}

/// Beside its place first, so that a file of that name is never half there.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let beside = path.with_extension("part");
    let written = write_durable(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    if let Err(error) = written {
        // A disk that is full gets its room back. What stays all the same goes with the folder, before the next try.
        let _ = fs::remove_file(&beside);
        return Err(error);
    }
    // The name too, and the names of the folders that lead there.
    for folder in folder.ancestors().take(4).filter(|folder| !folder.as_os_str().is_empty()) {
        fs::File::open(folder)?.sync_all()?;
    }
    Ok(())
}

fn write_durable(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = fs::File::create(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// SHA-256, hexadecimal.
pub(super) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        // Writing into a string does not fail.
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}
