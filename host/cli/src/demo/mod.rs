//! The demo plant.

use crate::plant::Plant;

pub(crate) fn fill(_takt: &Plant) -> anyhow::Result<()> {
    Ok(())
}

pub(crate) fn say_users() {}
