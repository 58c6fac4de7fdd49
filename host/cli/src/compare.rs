//! `takt compare`: the stock held against another system's list. With `--watch` a folder is looked at: each list in it is
//! compared once and then moved to `done`, so that a cron job needs no more than this command.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use jiff::Timestamp;
use takt_api::comparison::{Comparison, ListFormat, ListMapping, ListPart, OpenComparison, PutListPart, RunComparison};
use takt_domain::compare::Cause;

use crate::import::{decoded, parts};
use crate::plant::{Folder, Plant, Target};

/// Which list, and how it is read.
#[derive(clap::Args)]
pub(crate) struct Compare {
    /// A list of stock as CSV or JSON
    #[arg(value_name = "FILE", required_unless_present = "watch", conflicts_with = "watch")]
    file: Option<PathBuf>,
    /// Compare every list in this folder, and move it to its folder `done`
    #[arg(long, value_name = "DIR")]
    watch: Option<PathBuf>,
    /// The name of a mapping that the plant keeps; its alert is raised
    #[arg(long, value_name = "NAME")]
    mapping: Option<String>,
    /// A column of the list, such as item=物料编码; may be repeated
    #[arg(long = "column", value_name = "OURS=THEIRS", conflicts_with = "mapping", value_parser = column)]
    columns: Vec<(String, String)>,
    /// As of when the list is, such as 2026-03-01T06:00:00+08:00; when the file was written, where nothing is said
    #[arg(long, value_name = "TIME")]
    as_of: Option<Timestamp>,
    #[command(flatten)]
    target: Target,
}

fn column(text: &str) -> Result<(String, String), String> {
    let (ours, theirs) = text.split_once('=').ok_or("expected OURS=THEIRS, such as item=SKU")?;
    Ok((ours.to_owned(), theirs.to_owned()))
}

impl Compare {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let files = match (&self.file, &self.watch) {
            (Some(file), _) => vec![file.clone()],
            (None, Some(folder)) => lists(folder)?,
            (None, None) => Vec::new(),
        };
        let plant = self.target.open(Folder::Expected)?;
        let (mut rows, mut differing) = (0, 0);
        for file in &files {
            let done = self.compare(&plant, file)?;
            let count = |cause: Cause| done.differences.get(&cause).copied().unwrap_or(0);
            println!(
                "{}: {} rows, {} missing here, {} missing there, {} by timing, {} quantities differ ({})",
                file.display(),
                done.rows,
                count(Cause::MissingHere),
                count(Cause::MissingThere),
                count(Cause::Timing),
                count(Cause::Quantity),
                done.id
            );
            rows += done.rows;
            differing +=
                done.differences.iter().filter(|(cause, _)| **cause != Cause::Timing).map(|(_, n)| n).sum::<u32>();
            if self.watch.is_some() {
                put_away(file)?;
            }
        }
        if differing > 0 {
            bail!("{differing} of {rows} rows differ, and no movement explains it");
        }
        println!("compare: {} lists, {rows} rows agree or their movements explain the difference", files.len());
        Ok(())
    }

    fn compare(&self, plant: &Plant, file: &Path) -> anyhow::Result<Comparison> {
        let bytes = fs::read(file).with_context(|| format!("{} cannot be read", file.display()))?;
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = decoded(&bytes).with_context(|| format!("{name} is neither UTF-8 nor GB18030"))?;
        let written = fs::metadata(file).and_then(|data| data.modified()).ok().and_then(|at| at.try_into().ok());
        let is_json = file.extension().is_some_and(|end| end.eq_ignore_ascii_case("json"));
        let own = ListMapping {
            columns: self.columns.iter().cloned().collect(),
            format: if is_json { ListFormat::Json } else { ListFormat::Csv },
            alert_over_percent: None,
        };
        let open = OpenComparison {
            source: name,
            as_of: self.as_of.or(written),
            mapping_name: self.mapping.clone(),
            mapping: self.mapping.is_none().then_some(own),
            text: None,
        };
        let opened: Comparison = plant.write("POST", "/api/v1/comparisons", &open)?;
        for (n, part) in parts(&text).into_iter().enumerate() {
            let path = format!("/api/v1/comparisons/{}/parts/{}", opened.id, n + 1);
            let _staged: ListPart = plant.write("PUT", &path, &PutListPart { text: part.to_owned() })?;
        }
        plant.write("POST", &format!("/api/v1/comparisons/{}/run", opened.id), &RunComparison {})
    }
}

/// The lists of a folder, by name.
fn lists(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let is_list = |path: &PathBuf| {
        path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv") || end.eq_ignore_ascii_case("json"))
    };
    let mut paths: Vec<_> = paths.into_iter().filter(is_list).collect();
    paths.sort();
    Ok(paths)
}

/// Moves a list that was compared out of the way.
fn put_away(file: &Path) -> anyhow::Result<()> {
    let done = file.parent().unwrap_or(Path::new(".")).join("done");
    fs::create_dir_all(&done).with_context(|| format!("{} cannot be made", done.display()))?;
    let to = done.join(file.file_name().unwrap_or_default());
    fs::rename(file, &to).with_context(|| format!("{} cannot be moved to {}", file.display(), to.display()))
}
