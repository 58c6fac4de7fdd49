//! `takt import`: the CSV files of a folder become master data and stock: all of them, or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use encoding_rs::GB18030;
use takt_api::import::{Imported, Mapping, OpenImport, OpenedImport, Publish, PutPart, StagedPart};

use crate::plant::{Folder, Plant, Refused, Target};

/// The most bytes of a part's text as JSON; with what is around it, it stays below the largest body.
const PART_MAX: usize = 200 * 1024;

/// Which folder, and how it is read.
#[derive(clap::Args)]
pub(crate) struct Import {
    /// A folder with CSV files
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// How foreign files and columns become Takt's
    #[arg(long = "as", value_name = "MAPPING.toml")]
    mapping: Option<PathBuf>,
    #[command(flatten)]
    target: Target,
}

/// A file with its text.
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Import {
    pub(crate) fn run(self) -> anyhow::Result<()> {
        let files = read_folder(&self.folder)?;
        let mapping = self.mapping.as_deref().map(read_mapping).transpose()?;
        let plant = self.target.open(Folder::Made)?;
        let imported = match send(&plant, &files, mapping, |line| eprintln!("{line}")) {
            Ok(imported) => imported,
            Err(error) => return Err(explained(error)),
        };
        let rows: Vec<_> = imported.rows.iter().map(|(table, rows)| format!("{rows} {table}")).collect();
        println!("imported {}", rows.join(", "));
        Ok(())
    }
}

/// One line for each error, as compilers write them, so that editors can jump there.
fn explained(error: anyhow::Error) -> anyhow::Error {
    let Some(Refused(problem)) = error.downcast_ref::<Refused>() else { return error };
    for wrong in &problem.errors {
        eprintln!("{}: {}", wrong.at, wrong.detail);
    }
    match problem.errors.len() {
        0 => error,
        1 => anyhow::anyhow!("nothing was imported: 1 error"),
        many => anyhow::anyhow!("nothing was imported: {many} errors"),
    }
}

/// Stages the files and publishes them.
pub(crate) fn send(
    plant: &Plant,
    files: &[File],
    mapping: Option<Mapping>,
    say: impl Fn(&str),
) -> anyhow::Result<Imported> {
    let opened: OpenedImport = plant.write("POST", "/api/v1/imports", &OpenImport {})?;
    let mut number = 0;
    for file in files {
        for text in parts(&file.text) {
            number += 1;
            let part = PutPart { file: file.name.clone(), text: text.to_owned() };
            let path = format!("/api/v1/imports/{}/parts/{number}", opened.id);
            let _staged: StagedPart = plant.write("PUT", &path, &part)?;
        }
        say(&format!("{}: {} bytes staged", file.name, file.text.len()));
    }
    plant.write("POST", &format!("/api/v1/imports/{}/publish", opened.id), &Publish { mapping })
}

fn read_mapping(path: &Path) -> anyhow::Result<Mapping> {
    let text = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    toml::from_str(&text).with_context(|| format!("{} is not a mapping", path.display()))
}

fn read_folder(folder: &Path) -> anyhow::Result<Vec<File>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let paths = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let is_csv = |path: &PathBuf| path.extension().is_some_and(|end| end.eq_ignore_ascii_case("csv"));
    let mut paths: Vec<_> = paths.into_iter().filter(is_csv).collect();
    paths.sort();
    if paths.is_empty() {
        bail!("{} has no .csv file", folder.display());
    }
    let read = |path: PathBuf| {
        let bytes = fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = decoded(&bytes).with_context(|| format!("{name} is neither UTF-8 nor GB18030"))?;
        Ok(File { name, text })
    };
    paths.into_iter().map(read).collect()
}

/// UTF-8 with or without its mark; else GB18030, which a Chinese Excel writes.
pub(crate) fn decoded(bytes: &[u8]) -> Option<String> {
    let plain = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(plain) {
        Ok(text) => Some(text.to_owned()),
        Err(_) => GB18030.decode_without_bom_handling_and_without_replacement(bytes).map(|text| text.into_owned()),
    }
}

/// The text cut into parts, at the ends of lines where one line fits.
pub(crate) fn parts(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut size) = (0, 0);
    for (at, character) in text.char_indices() {
        let width = width_in_json(character);
        if size + width > PART_MAX {
            let line_end = text[start..at].rfind('\n').map_or(at, |end| start + end + 1);
            parts.push(&text[start..line_end]);
            size = text[line_end..at].chars().map(width_in_json).sum();
            start = line_end;
        }
        size += width;
    }
    parts.push(&text[start..]);
    parts
}

fn width_in_json(character: char) -> usize {
    match character {
        '"' | '\\' | '\n' | '\r' | '\t' => 2,
        control if control < ' ' => 6,
        other => other.len_utf8(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_a_chinese_excel_is_read() {
        let (bytes, _, _) = GB18030.encode("物料,名称\nM1,电阻");
        assert_eq!(decoded(&bytes).as_deref(), Some("物料,名称\nM1,电阻"));
        assert_eq!(decoded("\u{feff}a,b".as_bytes()).as_deref(), Some("a,b"));
        assert_eq!(decoded(b"a,\xff\xff\n"), None);
    }

    #[test]
    fn parts_end_at_line_ends_and_lose_nothing() {
        let text: String = (0..60_000).map(|row| format!("\"{row}\",电阻\n")).collect();
        let parts = parts(&text);
        assert_eq!(parts.concat(), text);
        assert!(parts.len() > 3);
        for part in &parts {
            assert!(part.ends_with('\n'));
            assert!(serde_json::to_string(part).unwrap_or_default().len() <= PART_MAX + 2);
        }
    }

    #[test]
    fn a_line_longer_than_a_part_is_cut_between_characters() {
        let text = "阻".repeat(PART_MAX);
        let parts = parts(&text);
        assert_eq!(parts.concat(), text);
        assert!(parts.iter().all(|part| part.len() <= PART_MAX));
    }
}
