//! The key that signs tokens: made on the first start, kept in the data folder, and read by nobody else.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};

const FILE: &str = "token.key";

/// The key in hex, made when the folder has none.
pub(crate) fn ensure(data: &Path) -> anyhow::Result<String> {
    let path = data.join(FILE);
    if let Some(key) = read(data)? {
        return Ok(key);
    }
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).context("the system gives no random bytes")?;
    let key: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    // Written beside it and linked into place, so that a reader never sees half a key and two starts agree on one.
    let fresh = data.join(format!("{FILE}.{}", std::process::id()));
    let written = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh);
    written
        .and_then(|mut file| file.write_all(key.as_bytes()).and_then(|()| file.sync_all()))
        .with_context(|| format!("{} cannot be written", fresh.display()))?;
    let linked = fs::hard_link(&fresh, &path);
    fs::remove_file(&fresh).with_context(|| format!("{} cannot be removed", fresh.display()))?;
    match linked {
        Ok(()) => Ok(key),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            read(data)?.with_context(|| format!("{} went away", path.display()))
        }
        Err(error) => Err(error).with_context(|| format!("{} cannot be written", path.display())),
    }
}

fn read(data: &Path) -> anyhow::Result<Option<String>> {
    let path = data.join(FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| format!("{} cannot be read", path.display())),
    };
    let key = text.trim().to_owned();
    if key.len() != 64 || !key.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        bail!("{} is not a key of 64 hex digits; put the right one back from a backup", path.display());
    }
    Ok(Some(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn a_key_is_made_once_and_only_its_owner_may_read_it() -> anyhow::Result<()> {
        let data = std::env::temp_dir().join(format!("takt-key-{}", uuid::Uuid::now_v7()));
        fs::create_dir_all(&data)?;
        let (first, second) = (ensure(&data)?, ensure(&data)?);
        let mode = fs::metadata(data.join(FILE))?.permissions().mode();
        fs::remove_dir_all(&data)?;
        assert_eq!(first, second);
        assert_eq!(first.len(), 64);
        assert_eq!(mode & 0o777, 0o600);
        Ok(())
    }
}
