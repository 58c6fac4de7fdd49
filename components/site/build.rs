//! Makes the table of the built pages that the component carries, with `include_bytes!` for each file.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

fn main() {
    if let Err(why) = make_table() {
        println!("cargo::error={why}");
    }
}

fn make_table() -> Result<(), String> {
    let variable = |name: &str| std::env::var(name).map_err(|_| format!("cargo does not say {name}"));
    let dist = Path::new(&variable("CARGO_MANIFEST_DIR")?).join("../../static-site/dist");
    println!("cargo::rerun-if-changed={}", dist.display());
    let dist = dist.canonicalize().map_err(|_| "the pages are not built: run `cargo takt build`".to_owned())?;
    let mut files = Vec::new();
    collect(&dist, &mut files).map_err(|error| format!("{}: {error}", dist.display()))?;
    files.sort();
    let mut table = String::from("&[\n");
    for file in &files {
        entry(&dist, file, &mut table)?;
    }
    table.push_str("]\n");
    let out = PathBuf::from(variable("OUT_DIR")?).join("files.rs");
    std::fs::write(&out, table).map_err(|error| format!("{}: {error}", out.display()))
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|end| end != "br" && end != "gz") {
            files.push(path);
        }
    }
    Ok(())
}

fn entry(dist: &Path, file: &Path, table: &mut String) -> Result<(), String> {
    let path = file.strip_prefix(dist).map_err(|error| error.to_string())?.to_string_lossy().replace('\\', "/");
    let bytes = std::fs::read(file).map_err(|error| format!("{}: {error}", file.display()))?;
    let hash: String = Sha256::digest(&bytes)[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    let sibling = |end: &str| {
        let path = PathBuf::from(format!("{}.{end}", file.display()));
        if path.is_file() { format!("Some(include_bytes!({path:?}))") } else { "None".to_owned() }
    };
    let _ = writeln!(
        table,
        "File {{ path: {:?}, media_type: {:?}, hash: {hash:?}, immutable: {}, identity: include_bytes!({file:?}), br: {}, gz: {} }},",
        format!("/{path}"),
        media_type(&path)?,
        path.starts_with("assets/"),
        sibling("br"),
        sibling("gz"),
    );
    Ok(())
}

fn media_type(path: &str) -> Result<&'static str, String> {
    Ok(match path.rsplit_once('.').map_or("", |(_, end)| end) {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "webmanifest" => "application/manifest+json",
        end => return Err(format!("{path}: the media type of .{end} is not known to components/site/build.rs")),
    })
}
