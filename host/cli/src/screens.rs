//! `takt screens`: pictures of every page, to be looked at.

use crate::project::Project;
use crate::{build, load};

/// Builds everything, serves the demo plant to itself, and leaves a picture of each page in `tests/screenshots`: on three
/// screens, in both languages.
pub(crate) fn run() -> anyhow::Result<()> {
    let project = Project::find()?;
    build::build(&project)?;
    build::run(&mut load::program(&project, "screens", &[])?)
}
